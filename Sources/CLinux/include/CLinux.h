#pragma once

#include <stdint.h>

/// openat2(2), which glibc does not wrap. Returns a descriptor, or -1 with errno set.
int deskbridge_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST rather than replace what is there.
int deskbridge_rename_noreplace(int from_directory, const char *from, int to_directory, const char *to);

/// pidfd_open(2). Returns a descriptor that is closed on exec, or -1 with errno set.
int deskbridge_pidfd_open(int process);

/// pidfd_send_signal(2) without further information. Returns 0, or -1 with errno set.
int deskbridge_pidfd_send_signal(int pidfd, int signal);
