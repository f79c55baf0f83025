/*
 * The plan of a launch, and running it: one vfork child that becomes the server (become.c).
 */
#ifndef KINETD_BECOME_H
#define KINETD_BECOME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/* In the order of launchSteps in src/model/launch.ts, which is the order of become() below. */
enum step {
  STEP_FORK,
  STEP_SIGNALS,
  STEP_SESSION,
  STEP_DESCRIPTORS,
  STEP_GROUP,
  STEP_GROUPS,
  STEP_ROOT,
  STEP_USER,
  STEP_UMASK,
  STEP_NICE,
  STEP_LIMITS,
  STEP_PRIVILEGES,
  STEP_DIRECTORY,
  STEP_EXEC,
};

enum { MOST_LIMITS = 8, MOST_GROUPS = 65536, STEP_BITS = 4 };

/* Does not change but for its holders, and is freed by the last of them: JavaScript, or a launch on another thread. */
struct plan {
  atomic_int holders;
  char *program;
  /* Empty: the daemon's own root. */
  char *root;
  char *directory;
  char **argv;
  /* Not closed by NULL: the connection's variables follow in a copy. */
  char **environment;
  size_t environment_count;
  gid_t *groups;
  size_t group_count;
  bool has_identity;
  bool has_groups;
  bool no_new_privileges;
  uid_t uid;
  gid_t gid;
  mode_t umask;
  int nice;
  size_t limit_count;
  struct {
    int resource;
    struct rlimit value;
  } limits[MOST_LIMITS];
};

/* Once, before anything is launched and signals are given handlers. */
void note_ignored_signals(void);

/* From any thread. */
void plan_let_go(struct plan *plan);

struct start {
  struct plan *plan;
  /* Private to this launch: the child changes it. */
  char **environment;
  int descriptors[3];
  /* They become 3, 4 …, as sd_listen_fds(3) has them; the child changes the array. */
  int *passed;
  int passed_count;
  /* Where in the environment LISTEN_PID belongs when descriptors are passed. */
  size_t pid_entry;
  /* Where UNIXLOCALPID does, or NULL. */
  char **local_pid;
  /* The child has no signal handlers; see vfork.h. */
  bool handlers_gone;
  /* Written by the child; STEP_FORK there means that nothing failed. */
  volatile int step;
  volatile int error;
  pid_t child;
};

/*
 * Returns the pid, or -1 with start->step and start->error saying why; then no child is left to collect. Any thread.
 * Another thread that collects exits may have met the failed child's before: start->child tells its pid, or is 0.
 */
pid_t run(struct start *start);

#endif
