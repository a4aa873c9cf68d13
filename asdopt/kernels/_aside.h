/* A task that another processor does meanwhile, on a thread of its own that ends with it.

   It touches no Python. Where no thread can be started, or it is gone after a fork, the one that
   waits does the task itself. Signals are left to Python's own threads. On Windows nothing is done
   aside. */
#ifndef ASDOPT_ASIDE_H
#define ASDOPT_ASIDE_H

#ifndef _WIN32
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#endif

typedef struct Aside {
    void (*task)(void *context);
    void *context;
#ifndef _WIN32
    pthread_t thread;
    pid_t process; /* where it was started, or 0 */
#endif
} Aside;

#ifdef _WIN32

static void begin_aside(Aside *aside, void (*task)(void *), void *context) {
    aside->task = task;
    aside->context = context;
}

static void finish_aside(Aside *aside) { aside->task(aside->context); }

#else

static void *serve_aside(void *argument) {
    Aside *aside = argument;
    aside->task(aside->context);
    return NULL;
}

static void begin_aside(Aside *aside, void (*task)(void *), void *context) {
    sigset_t all, before;
    aside->task = task;
    aside->context = context;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    aside->process = pthread_create(&aside->thread, NULL, serve_aside, aside) ? 0 : getpid();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void finish_aside(Aside *aside) {
    if (aside->process == getpid()) pthread_join(aside->thread, NULL);
    else aside->task(aside->context);
}

#endif
#endif
