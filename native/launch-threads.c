/*
 * Threads that launch; the contract stands in launch-threads.h.
 *
 * All fields but the loop's own are guarded by the lock; run() is called without it. What is shared is freed by its last
 * holder: the handle on the loop, or a thread that ends after it. One thread, the warden, begins no launch: while jobs wait
 * it looks when a launch becomes overdue, and then begins another thread.
 */
#include "launch-threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
  OVERDUE_MS = 20,
  MOST_OVERDUE = 4,
  MOST_BASE_THREADS = 32,
  EXTRA_THREADS = 24,
  MOST_THREADS = MOST_BASE_THREADS + EXTRA_THREADS,
  /* The child of vfork lives on it too. The C library puts the thread-local storage of all of Node there. */
  STACK_BYTES = 1 << 20,
};

struct chain {
  struct job *first;
  struct job **last;
};

struct launch_threads {
  /* The loop's own. */
  uv_async_t told;
  const struct job_events *events;
  void *data;
  size_t outstanding;
  bool left;

  pthread_mutex_t lock;
  /* For the threads: there is a job, or it is all over. */
  pthread_cond_t work;
  /* For the warden: jobs wait, or it is all over. */
  pthread_cond_t waiting;
  struct chain queue;
  struct chain ended;
  struct job *running[MOST_THREADS];
  int base;
  int count;
  int idle;
  int queued;
  int holders;
  bool has_warden;
  bool warden_sleeps;
  bool closing;
};

static void chain_empty(struct chain *chain) {
  chain->first = NULL;
  chain->last = &chain->first;
}

static void chain_add(struct chain *chain, struct job *job) {
  job->next = NULL;
  *chain->last = job;
  chain->last = &job->next;
}

static struct job *chain_remove(struct chain *chain, struct job **link) {
  struct job *job = *link;
  *link = job->next;
  if (*link == NULL) chain->last = link;
  return job;
}

static uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* How many launches are overdue: all, or those of one plan. */
static int overdue(const struct launch_threads *threads, const struct plan *plan, uint64_t now) {
  int found = 0;
  for (int i = 0; i < MOST_THREADS; i++) {
    const struct job *job = threads->running[i];
    if (job != NULL && now >= job->begun + OVERDUE_MS && (plan == NULL || job->start.plan == plan)) found++;
  }
  return found;
}

/* Threads that do not wait for an overdue launch. */
static int moving(const struct launch_threads *threads, uint64_t now) {
  return threads->count - overdue(threads, NULL, now);
}

static void let_go(struct launch_threads *threads) {
  pthread_mutex_lock(&threads->lock);
  bool last = --threads->holders == 0;
  pthread_mutex_unlock(&threads->lock);
  if (!last) return;
  pthread_cond_destroy(&threads->work);
  pthread_cond_destroy(&threads->waiting);
  pthread_mutex_destroy(&threads->lock);
  free(threads);
}

/* --- on the threads ---------------------------------------------------------------------------------------------- */

/* The first job that may be begun. */
static struct job *next_job(struct launch_threads *threads, uint64_t now) {
  bool any_overdue = overdue(threads, NULL, now) > 0;
  for (struct job **link = &threads->queue.first; *link != NULL; link = &(*link)->next) {
    if (any_overdue && overdue(threads, (*link)->start.plan, now) >= MOST_OVERDUE) continue;
    threads->queued--;
    return chain_remove(&threads->queue, link);
  }
  return NULL;
}

static void launch_one(struct launch_threads *threads, struct job *job, uint64_t now) {
  int slot = 0;
  while (threads->running[slot] != NULL) slot++;
  job->begun = now;
  threads->running[slot] = job;
  pthread_mutex_unlock(&threads->lock);
  job->pid = run(&job->start);
  pthread_mutex_lock(&threads->lock);
  threads->running[slot] = NULL;
  if (threads->closing) {
    threads->events->free(job);
    return;
  }
  chain_add(&threads->ended, job);
  uv_async_send(&threads->told); /* with the lock, so that the handle is not closed meanwhile */
}

static void *launch_jobs(void *argument) {
  struct launch_threads *threads = argument;
  pthread_setname_np(pthread_self(), "kinetd launch");
  pthread_mutex_lock(&threads->lock);
  while (!threads->closing) {
    uint64_t now = now_ms();
    struct job *job = next_job(threads, now);
    if (job != NULL) {
      launch_one(threads, job, now);
      continue;
    }
    if (moving(threads, now) > threads->base) break;
    threads->idle++;
    pthread_cond_wait(&threads->work, &threads->lock);
    threads->idle--;
  }
  threads->count--;
  pthread_mutex_unlock(&threads->lock);
  let_go(threads);
  return NULL;
}

static bool begin_thread(struct launch_threads *threads, void *(*body)(void *)) {
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, before;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool begun = pthread_create(&thread, &attributes, body, threads) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (begun) threads->holders++;
  return begun;
}

/* False when there are enough, or the system has no more. */
static bool begin_launch_thread(struct launch_threads *threads, uint64_t now) {
  if (threads->count >= threads->base + EXTRA_THREADS || moving(threads, now) >= threads->base) return false;
  if (!begin_thread(threads, launch_jobs)) return false;
  threads->count++;
  return true;
}

static void *watch_over(void *argument) {
  struct launch_threads *threads = argument;
  pthread_setname_np(pthread_self(), "kinetd warden");
  pthread_mutex_lock(&threads->lock);
  while (!threads->closing) {
    if (threads->queued == 0) {
      threads->warden_sleeps = true;
      pthread_cond_wait(&threads->waiting, &threads->lock);
      threads->warden_sleeps = false;
      continue;
    }
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += OVERDUE_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
      until.tv_sec++;
      until.tv_nsec -= 1000000000L;
    }
    pthread_cond_timedwait(&threads->waiting, &threads->lock, &until);
    uint64_t now = now_ms();
    while (!threads->closing && threads->queued > threads->idle && begin_launch_thread(threads, now)) continue;
  }
  pthread_mutex_unlock(&threads->lock);
  let_go(threads);
  return NULL;
}

/* --- on the loop's thread ---------------------------------------------------------------------------------------- */

static void tell(uv_async_t *told) {
  struct launch_threads *threads = told->data;
  pthread_mutex_lock(&threads->lock);
  struct job *jobs = threads->ended.first;
  chain_empty(&threads->ended);
  pthread_mutex_unlock(&threads->lock);
  if (jobs == NULL) return;
  for (struct job *job = jobs; job != NULL; job = job->next) threads->outstanding--;
  if (threads->outstanding == 0) uv_unref((uv_handle_t *)&threads->told);
  threads->events->ended(jobs, threads->data);
}

static int base_threads(void) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  if (processors < 1) return 2;
  return processors < MOST_BASE_THREADS ? (int)processors + 1 : MOST_BASE_THREADS;
}

struct launch_threads *launch_threads_open(uv_loop_t *loop, const struct job_events *events, void *data) {
  struct launch_threads *threads = calloc(1, sizeof *threads);
  if (threads == NULL) return NULL;
  int status = uv_async_init(loop, &threads->told, tell);
  if (status < 0) {
    free(threads);
    errno = -status;
    return NULL;
  }
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&threads->lock, NULL);
  pthread_cond_init(&threads->work, NULL);
  pthread_cond_init(&threads->waiting, &monotonic);
  pthread_condattr_destroy(&monotonic);
  threads->told.data = threads;
  uv_unref((uv_handle_t *)&threads->told);
  threads->events = events;
  threads->data = data;
  chain_empty(&threads->queue);
  chain_empty(&threads->ended);
  threads->base = base_threads();
  threads->holders = 1;
  return threads;
}

void launch_threads_add(struct launch_threads *threads, struct job *job) {
  if (threads->outstanding++ == 0 && !threads->left) uv_ref((uv_handle_t *)&threads->told);
  pthread_mutex_lock(&threads->lock);
  chain_add(&threads->queue, job);
  threads->queued++;
  if (threads->idle > 0) pthread_cond_signal(&threads->work);
  if (threads->queued > threads->idle && !begin_launch_thread(threads, now_ms())) {
    if (!threads->has_warden) threads->has_warden = begin_thread(threads, watch_over);
    else if (threads->warden_sleeps) pthread_cond_signal(&threads->waiting);
  }
  if (threads->count == 0) {
    threads->queued--;
    launch_one(threads, chain_remove(&threads->queue, &threads->queue.first), 0);
  }
  pthread_mutex_unlock(&threads->lock);
}

void launch_threads_leave(struct launch_threads *threads) {
  threads->left = true;
  uv_unref((uv_handle_t *)&threads->told);
}

static void handle_closed(uv_handle_t *handle) {
  struct launch_threads *threads = handle->data;
  threads->events->closed(threads->data);
  let_go(threads);
}

static void drop_all(struct launch_threads *threads, struct chain *chain) {
  while (chain->first != NULL) {
    struct job *job = chain_remove(chain, &chain->first);
    threads->events->dropped(job, threads->data);
    threads->events->free(job);
  }
}

void launch_threads_close(struct launch_threads *threads) {
  pthread_mutex_lock(&threads->lock);
  threads->closing = true;
  drop_all(threads, &threads->queue);
  drop_all(threads, &threads->ended);
  for (int i = 0; i < MOST_THREADS; i++) {
    if (threads->running[i] != NULL) threads->events->dropped(threads->running[i], threads->data);
  }
  pthread_cond_broadcast(&threads->work);
  pthread_cond_broadcast(&threads->waiting);
  pthread_mutex_unlock(&threads->lock);
  uv_close((uv_handle_t *)&threads->told, handle_closed);
}
