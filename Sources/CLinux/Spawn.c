#define _GNU_SOURCE
#include "Spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The child runs in this process's memory until it executes the program, while the calling thread stands still (CLONE_VM, CLONE_VFORK). So
// it makes system calls and touches its own stack, and nothing else: no lock, no allocation.

enum { most_passed = 4, stack_size = 128 * 1024 };

struct start {
    const struct deskbridge_program *program;
    pid_t parent;
    /// Descriptors of the program, moved out of the way of the numbers it is given.
    int executable, directory, ruleset, standard[3], passed[most_passed];
    /// Decimal, for the maps of a user namespace.
    char user[32], group[32];
    int stage;
    int error;
};

static int fail(struct start *start, int stage) {
    start->error = errno;
    start->stage = stage;
    return -1;
}

static int moved(int descriptor) {
    return descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 3 + most_passed);
}

static int arrange_descriptors(struct start *start) {
    const struct deskbridge_program *program = start->program;
    const int sources[3] = {program->input, program->output, program->error};
    // All are moved first, because one of them may have a number that another is to get.
    for (int index = 0; index < 3; index++) {
        if ((start->standard[index] = moved(sources[index])) < 0) return -1;
    }
    for (size_t index = 0; index < program->passed_count; index++) {
        if ((start->passed[index] = moved(program->passed[index])) < 0) return -1;
    }
    if ((start->executable = moved(program->executable)) < 0) return -1;
    if ((start->directory = moved(program->directory)) < 0) return -1;
    start->ruleset = -1;
    if (program->ruleset >= 0 && (start->ruleset = moved(program->ruleset)) < 0) return -1;

    for (int index = 0; index < 3; index++) {
        if (dup2(start->standard[index], index) < 0) return -1;
    }
    for (size_t index = 0; index < program->passed_count; index++) {
        if (dup2(start->passed[index], 3 + (int)index) < 0) return -1;
    }
    unsigned first = 3 + (unsigned)program->passed_count;
    if (syscall(SYS_close_range, first, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0) return 0;
    // Before Linux 5.11.
    struct rlimit open_files;
    if (getrlimit(RLIMIT_NOFILE, &open_files) != 0) return -1;
    for (rlim_t descriptor = first; descriptor < open_files.rlim_cur; descriptor++) {
        (void)fcntl((int)descriptor, F_SETFD, FD_CLOEXEC);
    }
    return 0;
}

static int set_limits(const struct deskbridge_program *program) {
    for (size_t index = 0; index < program->limit_count; index++) {
        const struct deskbridge_limit *limit = &program->limits[index];
        struct rlimit value;
        if (getrlimit(limit->resource, &value) != 0) return -1;
        if (limit->hard < value.rlim_max) value.rlim_max = limit->hard;
        value.rlim_cur = limit->soft < value.rlim_max ? limit->soft : value.rlim_max;
        if (setrlimit(limit->resource, &value) != 0) return -1;
    }
    return 0;
}

static int put(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = (ssize_t)strlen(text);
    ssize_t written = write(file, text, (size_t)count);
    int error = errno;
    close(file);
    errno = error;
    return written == count ? 0 : -1;
}

/// A user namespace that holds this user alone is what lets us have a network namespace (user_namespaces(7)).
static int isolate_network(const struct start *start) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return -1;
    if (put("/proc/self/setgroups", "deny") != 0) return -1;
    if (put("/proc/self/uid_map", start->user) != 0) return -1;
    if (put("/proc/self/gid_map", start->group) != 0) return -1;
    // It has all capabilities in its namespace now; the program shall have none.
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) {}
    return 0;
}

static int confine(const struct start *start) {
    if (start->program->isolates_network && isolate_network(start) != 0) return -1;
    if (start->program->gains_no_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    if (start->ruleset >= 0 && syscall(SYS_landlock_restrict_self, start->ruleset, 0) != 0) return -1;
    return 0;
}

static void execute(const struct start *start) {
    const struct deskbridge_program *program = start->program;
    syscall(SYS_execveat, start->executable, "", program->arguments, program->environment, AT_EMPTY_PATH);
    // The kernel hands the interpreter of a script a path, and there is none to a descriptor that exec closes: ENOENT (execveat(2)).
    if (errno != ENOENT) return;
    struct stat opened, named;
    if (fstat(start->executable, &opened) != 0 || stat(program->path, &named) != 0) return;
    if (opened.st_dev != named.st_dev || opened.st_ino != named.st_ino) {
        errno = ESTALE;
        return;
    }
    execve(program->path, program->arguments, program->environment);
}

static void put_decimal(char *field, size_t width, uint64_t number) {
    for (size_t index = width; index-- > 0; number /= 10) field[index] = (char)('0' + number % 10);
}

/// Written by the child itself, so that there is no moment at which it runs and stands nowhere.
static int note(const struct deskbridge_program *program) {
    if (program->note_file < 0) return 0;
    struct timespec now;
    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) return -1;
    put_decimal(program->note, 10, (uint64_t)getpid());
    put_decimal(program->note + 11, 20, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
    ssize_t written = pwrite(program->note_file, program->note, program->note_length, program->note_place);
    if (written >= 0 && (size_t)written < program->note_length) errno = ENOSPC;
    return written == (ssize_t)program->note_length ? 0 : -1;
}

static int become_program(struct start *start) {
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) (void)sigaction(number, &standard, NULL);

    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return fail(start, DESKBRIDGE_SPAWN_PROCESS);
    // It may have died before it was to be told of.
    if (getppid() != start->parent) _exit(127);
    if (setsid() < 0) return fail(start, DESKBRIDGE_SPAWN_PROCESS);
    if (note(start->program) != 0) return fail(start, DESKBRIDGE_SPAWN_NOTE);
    if (arrange_descriptors(start) != 0) return fail(start, DESKBRIDGE_SPAWN_DESCRIPTORS);
    if (fchdir(start->directory) != 0) return fail(start, DESKBRIDGE_SPAWN_DIRECTORY);
    if (confine(start) != 0) return fail(start, DESKBRIDGE_SPAWN_SANDBOX);
    if (set_limits(start->program) != 0) return fail(start, DESKBRIDGE_SPAWN_LIMITS);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    execute(start);
    return fail(start, DESKBRIDGE_SPAWN_EXECUTABLE);
}

static int child(void *start) {
    (void)become_program(start);
    _exit(127);
}

static void write_identity_map(char *map, size_t size, unsigned id) { (void)snprintf(map, size, "%u %u 1", id, id); }

/// Returns the number of the child, or -1 with errno set.
static pid_t begin(int (*body)(void *), struct start *start, int *pidfd) {
    start->parent = getpid();
    write_identity_map(start->user, sizeof start->user, geteuid());
    write_identity_map(start->group, sizeof start->group, getegid());
    char *stack = mmap(NULL, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return -1;
    // No handler of ours may run in the child: it would run in our memory.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    pid_t process = clone(body, stack + stack_size, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, start, pidfd);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    munmap(stack, stack_size);
    errno = error;
    return process;
}

int deskbridge_spawn(const struct deskbridge_program *program, pid_t *process, int *pidfd, int *stage) {
    struct start start;
    memset(&start, 0, sizeof start);
    start.program = program;
    *stage = DESKBRIDGE_SPAWN_PROCESS;
    if (program->passed_count > most_passed) return EINVAL;
    *process = begin(child, &start, pidfd);
    if (*process < 0) return errno;
    if (start.error == 0) return 0;
    struct deskbridge_ending ending;
    (void)deskbridge_reap(*pidfd, &ending);
    close(*pidfd);
    *stage = start.stage;
    return start.error;
}

int deskbridge_reap(int pidfd, struct deskbridge_ending *ending) {
    siginfo_t information;
    struct rusage usage;
    memset(&information, 0, sizeof information);
    memset(&usage, 0, sizeof usage);
    long result;
    // The wrapper of glibc leaves out the last argument.
    do {
        result = syscall(SYS_waitid, P_PIDFD, pidfd, &information, WEXITED, &usage);
    } while (result != 0 && errno == EINTR);
    if (result != 0) return -1;
    ending->by_signal = information.si_code != CLD_EXITED;
    ending->number = information.si_status;
    ending->processor_microseconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000
        + (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return 0;
}

void deskbridge_name_this_thread(const char *name) { (void)prctl(PR_SET_NAME, name, 0, 0, 0); }

static int try_isolation(void *start) { _exit(isolate_network(start) == 0 ? 0 : 1); }

int deskbridge_can_isolate_network(void) {
    struct start start;
    memset(&start, 0, sizeof start);
    int pidfd;
    if (begin(try_isolation, &start, &pidfd) < 0) return 0;
    struct deskbridge_ending ending;
    int result = deskbridge_reap(pidfd, &ending);
    close(pidfd);
    return result == 0 && !ending.by_signal && ending.number == 0;
}
