#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

struct work {
    const char *name;
    int niceness;
    void (*body)(void *);
    void *context;
};

static void *run(void *given) {
    struct work work = *(struct work *)given;
    free(given);
    (void)prctl(PR_SET_NAME, work.name, 0, 0, 0);
    // Of the calling thread alone (setpriority(2), "C library/kernel differences").
    if (work.niceness > 0) (void)setpriority(PRIO_PROCESS, 0, work.niceness);
    work.body(work.context);
    return NULL;
}

int deskbridge_start_thread(const char *name, int niceness, void (*body)(void *), void *context) {
    struct work *work = malloc(sizeof *work);
    if (!work) return ENOMEM;
    *work = (struct work){name, niceness, body, context};
    // A thread inherits the mask of the one that makes it: signals stay with the threads that expect them.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    pthread_t thread;
    int result = pthread_create(&thread, NULL, run, work);
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    if (result != 0) free(work);
    else pthread_detach(thread);
    return result;
}
