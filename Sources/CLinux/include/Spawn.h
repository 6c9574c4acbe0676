#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/// O_PATH of open(2), which glibc declares for GNU programs only.
static const int deskbridge_open_place = 010000000;

/// Gives the calling thread a name of at most 15 bytes.
void deskbridge_name_this_thread(const char *name);

/// A limit of setrlimit(2). Where `hard` is more than the hard limit in force, that one stays.
struct deskbridge_limit {
    int resource;
    uint64_t soft;
    uint64_t hard;
};

/// The step at which the start of a process failed.
enum deskbridge_spawn_stage {
    DESKBRIDGE_SPAWN_PROCESS,
    DESKBRIDGE_SPAWN_NOTE,
    DESKBRIDGE_SPAWN_DESCRIPTORS,
    DESKBRIDGE_SPAWN_DIRECTORY,
    DESKBRIDGE_SPAWN_LIMITS,
    DESKBRIDGE_SPAWN_SANDBOX,
    DESKBRIDGE_SPAWN_EXECUTABLE,
};

/// A process that is going to be started.
struct deskbridge_program {
    /// The file to execute, opened with O_PATH. It is this very file that runs, whatever stands under its path by then.
    int executable;
    /// Its path, for what the kernel can only start by path: scripts (#!), and programs that binfmt_misc knows. It is executed if
    /// it is still the same file then.
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// The working directory, opened with O_PATH.
    int directory;
    int input, output, error;
    /// Descriptors that it gets as 3, 4, and so on. No others are passed on.
    const int *passed;
    size_t passed_count;
    const struct deskbridge_limit *limits;
    size_t limit_count;
    /// A Landlock ruleset that it is confined by, or -1.
    int ruleset;
    /// Whether it gets a user namespace and a network of its own, which is connected to nothing.
    int isolates_network;
    /// Whether no program that it starts may gain rights (PR_SET_NO_NEW_PRIVS).
    int gains_no_privileges;
    /// A file that it is noted in before it can do anything, and the place there; -1 for none.
    int note_file;
    off_t note_place;
    /// What is written there. Its first 10 bytes become the number of the process, and after one more, 20 bytes a moment at which the
    /// process was there already: nanoseconds since the machine started (CLOCK_BOOTTIME), both decimal with leading zeros.
    char *note;
    size_t note_length;
};

/// Starts a process in a session of its own, with default signal handlers, which is killed when the calling thread ends: to be called by
/// threads that last as long as this process only (PR_SET_PDEATHSIG(2const)).
///
/// Returns 0, its number, and a pidfd that is closed on exec; or an errno and the stage, and nothing runs then.
int deskbridge_spawn(const struct deskbridge_program *program, pid_t *process, int *pidfd, int *stage);

/// How a process ended.
struct deskbridge_ending {
    /// Whether by a signal.
    int by_signal;
    /// The exit code, or the signal.
    int number;
    /// Processor time that it and its reaped children took.
    uint64_t processor_microseconds;
};

/// Waits for the end of a child and lets go of its number (waitid(2) with P_PIDFD). Returns 0, or -1 with errno set.
int deskbridge_reap(int pidfd, struct deskbridge_ending *ending);

/// Whether this machine lets us start processes with `isolates_network`.
int deskbridge_can_isolate_network(void);

/// The version of Landlock's interface that the kernel has, 0 if it has none or it is turned off.
int deskbridge_landlock_version(void);

/// landlock_create_ruleset(2). What is 0 is handled by no kernel that doesn't know it. Returns a descriptor that is closed on exec, or -1
/// with errno set.
int deskbridge_landlock_ruleset(uint64_t files, uint64_t network, uint64_t scopes);

/// landlock_add_rule(2) for a file, or for a folder and all beneath it. Returns 0, or -1 with errno set.
int deskbridge_landlock_allow(int ruleset, int place, uint64_t rights);
