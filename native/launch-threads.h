/*
 * Threads that launch, so that the thread of the event loop need not wait for a program's execve.
 *
 * Jobs are begun in the order in which they came, each on one thread of its own for as long as it lasts. One thread more
 * than there are processors is enough for the best throughput, and more of them only make the slowest wait longer. But a
 * program on a slow disk or a dead server may hold its thread for any time: a launch that lasts longer than OVERDUE_MS
 * does not count, and other threads begin in its place, up to EXTRA_THREADS. Of one plan no further job is begun while
 * MOST_OVERDUE of its launches last so long; jobs of other plans overtake it then. Threads that are too many end when
 * nothing is left to begin. Nothing ticks but while jobs wait for a thread.
 *
 * How many jobs wait is for the caller to bound. Threads begin with the first jobs and have all signals blocked. When no
 * thread at all can be had, the calling thread does the work, and meets the same want of processes.
 */
#ifndef KINETD_LAUNCH_THREADS_H
#define KINETD_LAUNCH_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "become.h"

struct job {
  struct start start;
  /* What run() answered, when it has ended. */
  pid_t pid;
  /* The caller's. */
  void *done;
  /* The threads' own. */
  struct job *next;
  uint64_t begun;
};

struct job_events {
  /* On the loop's thread: jobs that have ended, in a chain, oldest first. They are the caller's again. */
  void (*ended)(struct job *jobs, void *data);
  /* On the loop's thread, for each job that is not told of any more because of the close. It is not to be freed yet. */
  void (*dropped)(struct job *job, void *data);
  /* On any thread, after that. */
  void (*free)(struct job *job);
  /* On the loop's thread: no event comes any more. */
  void (*closed)(void *data);
};

struct launch_threads;

/* NULL with errno. */
struct launch_threads *launch_threads_open(uv_loop_t *loop, const struct job_events *events, void *data);
/* On the loop's thread, as all of these. A job keeps the loop alive until it has ended, or until the jobs are left. */
void launch_threads_add(struct launch_threads *threads, struct job *job);
/* From now on no job keeps the loop alive: a program stuck in the kernel must not keep the process. */
void launch_threads_leave(struct launch_threads *threads);
/*
 * Returns at once. Jobs that have not been begun are dropped; a launch under way goes on, and its thread frees it and ends.
 * The add-on must stay mapped for that.
 */
void launch_threads_close(struct launch_threads *threads);

#endif
