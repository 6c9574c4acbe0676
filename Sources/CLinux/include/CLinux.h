#pragma once

#include "Spawn.h"

#include <stddef.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/xattr.h>

/// openat2(2), which glibc does not wrap. Returns a descriptor, or -1 with errno set.
int deskbridge_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST rather than replace what is there.
int deskbridge_rename_noreplace(int from_directory, const char *from, int to_directory, const char *to);

/// pidfd_open(2). Returns a descriptor that is closed on exec, or -1 with errno set.
int deskbridge_pidfd_open(int process);

/// pidfd_send_signal(2) without further information. Returns 0, or -1 with errno set.
int deskbridge_pidfd_send_signal(int pidfd, int signal);

/// pipe2(2) with both ends closed on exec: ends[0] reads, ends[1] writes. Returns 0, or -1 with errno set.
int deskbridge_pipe(int ends[2]);

/// A file in memory that holds these bytes and can no longer be changed, to be read from its beginning (memfd_create(2)).
/// Returns a descriptor that is closed on exec, or -1 with errno set.
int deskbridge_memory_file(const void *bytes, size_t count);

/// The name of a signal without SIG, such as KILL, or NULL if it has none.
const char *deskbridge_signal_name(int signal);

/// Runs `body` on a new thread that nobody waits for and no signal is delivered to. Its name has at most 15 bytes and lasts as long as the
/// process; with a niceness above 0 it makes way for other threads (setpriority(2)). Returns 0, or an errno.
int deskbridge_start_thread(const char *name, int niceness, void (*body)(void *), void *context);

/// accept4(2) of a connection that doesn't block and is closed on exec. Returns a descriptor, or -1 with errno set.
int deskbridge_accept(int listener);
