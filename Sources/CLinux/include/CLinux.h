#pragma once

#include <linux/openat2.h>
#include <stdint.h>
#include <sys/xattr.h>

/// openat2(2), which glibc does not wrap. Returns a descriptor, or -1 with errno set.
int deskbridge_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST rather than replace what is there.
int deskbridge_rename_noreplace(int from_directory, const char *from, int to_directory, const char *to);
