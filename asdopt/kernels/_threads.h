/* A pool of sleeping threads that run parts of a task; none of them touches Python.

   The caller takes part itself and leaves no part to a thread that has not begun it, so nothing
   hangs where threads cannot be started, or are gone after a fork. Jobs of several callers queue up.
   Signals are left to Python's own threads. On Windows the caller does everything. */
#ifndef ASDOPT_THREADS_H
#define ASDOPT_THREADS_H

typedef void (*Task)(void *context, int part);

#ifdef _WIN32

static void run_parts(Task task, void *context, int parts) {
    for (int part = 0; part < parts; part++) task(context, part);
}

#else

#include <pthread.h>
#include <signal.h>

enum { MOST_THREADS = 256 };

typedef struct Work {
    Task task;
    void *context;
    int parts, next, running; /* parts, the next to begin, those that threads of the pool run */
    pthread_cond_t done;
    struct Work *following;
} Work;

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int num_threads, is_registered;
    Work *first;
} pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, NULL};

/* Begin a part; work that has none left leaves the queue. The mutex is held. */
static int begin_part(Work *work) {
    int part = work->next++;
    if (work->next == work->parts) {
        Work **at = &pool.first;
        while (*at != work) at = &(*at)->following;
        *at = work->following;
    }
    return part;
}

static void *serve(void *unused) {
    pthread_mutex_lock(&pool.mutex);
    for (;;) {
        while (!pool.first) pthread_cond_wait(&pool.wake, &pool.mutex);
        Work *work = pool.first;
        int part = begin_part(work);
        work->running++;
        pthread_mutex_unlock(&pool.mutex);
        work->task(work->context, part);
        pthread_mutex_lock(&pool.mutex);
        if (--work->running == 0) pthread_cond_signal(&work->done);
    }
    return unused;
}

/* A child has none of the threads, and maybe a mutex that one of them held. */
static void forget_threads(void) {
    pthread_mutex_init(&pool.mutex, NULL);
    pthread_cond_init(&pool.wake, NULL);
    pool.num_threads = 0;
    pool.first = NULL;
}

static void start_threads(int wanted) {
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    if (wanted > MOST_THREADS) wanted = MOST_THREADS;
    if (pool.num_threads >= wanted) return;
    if (!pool.is_registered) {
        if (pthread_atfork(NULL, NULL, forget_threads)) return;
        pool.is_registered = 1;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    while (pool.num_threads < wanted && !pthread_create(&thread, &attributes, serve, NULL))
        pool.num_threads++;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void run_parts(Task task, void *context, int parts) {
    Work work = {task, context, parts, 0, 0, PTHREAD_COND_INITIALIZER, NULL};
    Work **last = &pool.first;
    pthread_mutex_lock(&pool.mutex);
    start_threads(parts - 1);
    while (*last) last = &(*last)->following;
    *last = &work;
    pthread_cond_broadcast(&pool.wake);
    while (work.next < parts) {
        int part = begin_part(&work);
        pthread_mutex_unlock(&pool.mutex);
        task(context, part);
        pthread_mutex_lock(&pool.mutex);
    }
    while (work.running) pthread_cond_wait(&work.done, &pool.mutex);
    pthread_mutex_unlock(&pool.mutex);
    pthread_cond_destroy(&work.done);
}

#endif
#endif
