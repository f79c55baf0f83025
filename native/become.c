/*
 * Launch: one vfork child that becomes the server.
 *
 * The child shares the daemon's memory until execve, and this thread waits for it. Hence the rules of this file:
 * - no allocation in the child, no call into Node, no C library function that does more than its system call;
 * - raw system calls for ids, since the C library's setuid family would change every thread of the daemon;
 * - no handler may run in the child, which would write into the daemon's memory and pipes: it has none from the start, or all
 *   signals are blocked until it has reset them (vfork.h);
 * - the child reports by writing the failed step and errno into memory that both see.
 *
 * Several threads may launch at once: nothing here is shared but plans, which do not change here.
 */
#include "become.h"

#include "vfork.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* 32-bit machines keep calls with 16-bit ids under the plain names. */
#ifdef SYS_setgid32
#define RAW_SETGID SYS_setgid32
#define RAW_SETGROUPS SYS_setgroups32
#define RAW_SETUID SYS_setuid32
#else
#define RAW_SETGID SYS_setgid
#define RAW_SETGROUPS SYS_setgroups
#define RAW_SETUID SYS_setuid
#endif

/* Room for `UNIXLOCALPID=` or `LISTEN_PID=` and any number. */
enum { PID_TEXT = 40 };

static struct kernel_set ignored;

static bool has(const struct kernel_set *set, int number) {
  return (set->bits[(number - 1) / 8] >> (number - 1) % 8 & 1) != 0;
}

void note_ignored_signals(void) {
  for (int number = 1; number <= KERNEL_SIGNALS; number++) {
    struct sigaction known;
    /* Of its own two signals the C library says nothing. */
    bool unknown = sigaction(number, NULL, &known) < 0;
    if (unknown || known.sa_handler == SIG_IGN) ignored.bits[(number - 1) / 8] |= (unsigned char)(1 << (number - 1) % 8);
  }
}

/* --- in the child ------------------------------------------------------------------------------------------------ */

__attribute__((noreturn)) static void give_up(struct start *start, enum step step) {
  start->error = errno;
  start->step = (int)step;
  _exit(127);
}

/*
 * Handlers and ignored signals to default (execve would keep SIGPIPE ignored, as Node has it), then an empty mask. Signals
 * that are ignored have been since the add-on was loaded: Node and libuv only give them handlers later, or take these away.
 */
static void reset_signals(bool handlers_gone) {
  static const char default_action[128]; /* all zeros */
  static const struct kernel_set empty;
  for (int number = 1; number <= KERNEL_SIGNALS; number++) {
    if (handlers_gone && !has(&ignored, number)) continue;
    syscall(SYS_rt_sigaction, number, default_action, NULL, KERNEL_SET_BYTES); /* fails for SIGKILL and SIGSTOP alone */
  }
  set_signal_mask(&empty, NULL);
}

/*
 * Raises the nice value as nice(2) does; the raw getpriority answers 20 - nice. A server that runs as an ordinary
 * user may not lower it, and by then it is that user: xinetd goes on without a word there, and so must we.
 */
static bool add_nice(int increment) {
  long priority = syscall(SYS_getpriority, PRIO_PROCESS, 0);
  if (priority < 0) return false;
  if (syscall(SYS_setpriority, PRIO_PROCESS, 0, 20 - (int)priority + increment) == 0) return true;
  return errno == EPERM || errno == EACCES;
}

/*
 * Nothing is gained by execve from here on: also not what a daemon, started with ambient capabilities, would pass on.
 * Both are properties of this task alone: the daemon's threads keep theirs. Kernels before 4.3 know no ambient ones.
 */
static bool renounce_privileges(void) {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0UL, 0UL, 0UL) < 0 && errno != EINVAL) return false;
  return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0;
}

/*
 * Puts the three descriptors onto 0, 1 and 2, and those that are passed behind them. Sources that are themselves among
 * those numbers go out of the way first, so that none is overwritten before its turn; the copies are close-on-exec, and
 * dup2 makes the final ones survive.
 */
static bool place_descriptors(struct start *start) {
  int end = 3 + start->passed_count;
  for (int i = 0; i < end; i++) {
    int *source = i < 3 ? &start->descriptors[i] : &start->passed[i - 3];
    if (*source < end) *source = fcntl(*source, F_DUPFD_CLOEXEC, end);
    if (*source < 0) return false;
  }
  for (int i = 0; i < end; i++) {
    if (dup2(i < 3 ? start->descriptors[i] : start->passed[i - 3], i) < 0) return false;
  }
#ifdef SYS_close_range
  /*
   * Ours are close-on-exec already. But what follows may take any time with a file server that is down, and until
   * execve the copies here would keep the connections of other clients open. Kernels before 5.9 lack it.
   */
  syscall(SYS_close_range, (unsigned)end, ~0U, 0U);
#endif
  return true;
}

/* The name, with its `=`, and the number of this process, which nobody knew before it began. */
static char *print_pid(char text[static PID_TEXT], const char *name) {
  char *whole = text;
  char digits[PID_TEXT];
  size_t count = 0;
  long pid = syscall(SYS_getpid);
  do digits[count++] = (char)('0' + pid % 10);
  while ((pid /= 10) > 0);
  while (*name != '\0') *text++ = *name++;
  while (count > 0) *text++ = digits[--count];
  *text = '\0';
  return whole;
}

/*
 * The order is xinetd's, with session and descriptors first: whatever looks a path up may take long.
 *
 * Changing ids makes the shared memory undumpable, and so it stays. That is wanted: nobody may trace a child that runs
 * as somebody else while it still sees the daemon's memory.
 */
__attribute__((noreturn, noinline)) static void become(void *data) {
  struct start *start = data;
  const struct plan *plan = start->plan;
  char listen_pid[PID_TEXT], local_pid[PID_TEXT];
  reset_signals(start->handlers_gone);
  if (setsid() < 0) give_up(start, STEP_SESSION);
  if (!place_descriptors(start)) give_up(start, STEP_DESCRIPTORS);
  if (plan->has_identity) {
    if (syscall(RAW_SETGID, plan->gid) < 0) give_up(start, STEP_GROUP);
    if (plan->has_groups && syscall(RAW_SETGROUPS, plan->group_count, plan->groups) < 0) give_up(start, STEP_GROUPS);
  }
  /* Between groups and user: it needs root. The step to the directory, which always follows, goes below the new root. */
  if (*plan->root != '\0' && chroot(plan->root) < 0) give_up(start, STEP_ROOT);
  if (plan->has_identity) {
    if (syscall(RAW_SETUID, plan->uid) < 0) give_up(start, STEP_USER);
  }
  umask(plan->umask);
  if (plan->nice != 0 && !add_nice(plan->nice)) give_up(start, STEP_NICE);
  for (size_t i = 0; i < plan->limit_count; i++) {
    if (prlimit(0, plan->limits[i].resource, &plan->limits[i].value, NULL) < 0) give_up(start, STEP_LIMITS);
  }
  if (plan->no_new_privileges && !renounce_privileges()) give_up(start, STEP_PRIVILEGES);
  if (chdir(plan->directory) < 0) give_up(start, STEP_DIRECTORY);
  if (start->local_pid != NULL) *start->local_pid = print_pid(local_pid, *start->local_pid);
  if (start->passed_count > 0) start->environment[start->pid_entry] = print_pid(listen_pid, "LISTEN_PID=");
  execve(plan->program, plan->argv, start->environment);
  give_up(start, STEP_EXEC);
}

/* --- in the daemon ----------------------------------------------------------------------------------------------- */

pid_t run(struct start *start) {
  pid_t pid = vfork_into(become, start, &start->handlers_gone);
  if (pid < 0) start->error = errno;
  if (pid > 0 && start->step == STEP_FORK) return pid;
  if (pid > 0) start->child = pid;
  while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  return -1;
}
