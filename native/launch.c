/*
 * Launch: one vfork child that becomes the server.
 *
 * The child shares the daemon's memory until execve, and this thread waits for it. Hence the rules of this file:
 * - no allocation in the child, no call into Node, no C library function that does more than its system call;
 * - raw system calls for ids, since the C library's setuid family would change every thread of the daemon;
 * - all signals are blocked in this thread before vfork and until it returns, and the child unblocks them only after
 *   every handler is back to default: a handler that ran in the child would write into the daemon's memory and pipes;
 * - the child reports by writing the failed step and errno into memory that both see.
 *
 * A plan is compiled once per service, into one block of memory; a connection adds its environment and descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "error.h"
#include "families.h"
#include "limits.h"

/* In the order of launchSteps in src/model/launch.ts, which is the order of become() below. */
enum step {
  STEP_FORK,
  STEP_SIGNALS,
  STEP_SESSION,
  STEP_GROUP,
  STEP_GROUPS,
  STEP_USER,
  STEP_UMASK,
  STEP_NICE,
  STEP_LIMITS,
  STEP_DIRECTORY,
  STEP_DESCRIPTORS,
  STEP_EXEC,
};

enum { MOST_LIMITS = 8, MOST_GROUPS = 65536, STEP_BITS = 4 };

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

struct plan {
  char *program;
  char *directory;
  char **argv;
  /* Not closed by NULL: the connection's variables follow in a copy. */
  char **environment;
  size_t environment_count;
  gid_t *groups;
  size_t group_count;
  bool has_identity;
  bool has_groups;
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

struct start {
  const struct plan *plan;
  char **environment;
  int descriptors[3];
  /* Written by the child; STEP_FORK there means that nothing failed. */
  volatile int step;
  volatile int error;
};

/* The kernel's own signal sets and actions: the C library hides two signals, and a default action is all zeros. */
enum { KERNEL_SIGNALS = _NSIG - 1, KERNEL_SET_BYTES = KERNEL_SIGNALS / 8 };
struct kernel_set {
  unsigned char bits[KERNEL_SET_BYTES];
};

static void set_mask(const struct kernel_set *mask, struct kernel_set *before) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, before, KERNEL_SET_BYTES);
}

/* --- in the child ------------------------------------------------------------------------------------------------ */

__attribute__((noreturn)) static void give_up(struct start *start, enum step step) {
  start->error = errno;
  start->step = (int)step;
  _exit(127);
}

/* Handlers and ignored signals to default (execve would keep SIGPIPE ignored, as Node has it), then an empty mask. */
static void reset_signals(void) {
  static const char default_action[128];
  static const struct kernel_set empty;
  for (int number = 1; number <= KERNEL_SIGNALS; number++)
    syscall(SYS_rt_sigaction, number, default_action, NULL, KERNEL_SET_BYTES); /* fails for SIGKILL and SIGSTOP alone */
  set_mask(&empty, NULL);
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
 * Puts the three descriptors onto 0, 1 and 2. Sources that are themselves among those go out of the way first, so
 * that none is overwritten before its turn; the copies are close-on-exec, and dup2 makes the final ones survive.
 */
static bool place_descriptors(const int wanted[3]) {
  int source[3];
  for (int i = 0; i < 3; i++) {
    source[i] = wanted[i] > 2 ? wanted[i] : fcntl(wanted[i], F_DUPFD_CLOEXEC, 3);
    if (source[i] < 0) return false;
  }
  for (int i = 0; i < 3; i++) {
    if (dup2(source[i], i) < 0) return false;
  }
#ifdef SYS_close_range
  /* Ours are close-on-exec already; this is for one that a library opened otherwise. Kernels before 5.11 lack it. */
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
#endif
  return true;
}

/*
 * The order is xinetd's, with the session first and the working directory before the descriptors.
 *
 * Changing ids makes the shared memory undumpable, and so it stays. That is wanted: nobody may trace a child that runs
 * as somebody else while it still sees the daemon's memory.
 */
__attribute__((noreturn, noinline)) static void become(struct start *start) {
  const struct plan *plan = start->plan;
  reset_signals();
  if (setsid() < 0) give_up(start, STEP_SESSION);
  if (plan->has_identity) {
    if (syscall(RAW_SETGID, plan->gid) < 0) give_up(start, STEP_GROUP);
    if (plan->has_groups && syscall(RAW_SETGROUPS, plan->group_count, plan->groups) < 0) give_up(start, STEP_GROUPS);
    if (syscall(RAW_SETUID, plan->uid) < 0) give_up(start, STEP_USER);
  }
  umask(plan->umask);
  if (plan->nice != 0 && !add_nice(plan->nice)) give_up(start, STEP_NICE);
  for (size_t i = 0; i < plan->limit_count; i++) {
    if (prlimit(0, plan->limits[i].resource, &plan->limits[i].value, NULL) < 0) give_up(start, STEP_LIMITS);
  }
  if (chdir(plan->directory) < 0) give_up(start, STEP_DIRECTORY);
  if (!place_descriptors(start->descriptors)) give_up(start, STEP_DESCRIPTORS);
  execve(plan->program, plan->argv, start->environment);
  give_up(start, STEP_EXEC);
}

/* --- in the daemon ----------------------------------------------------------------------------------------------- */

/* Returns the pid, or -1 with start->step and start->error saying why; then no child is left to collect. */
__attribute__((noinline)) static pid_t run(struct start *start) {
  struct kernel_set all, before;
  memset(&all, 0xff, sizeof all);
  set_mask(&all, &before);
  pid_t pid = vfork();
  if (pid == 0) become(start);
  if (pid < 0) start->error = errno;
  set_mask(&before, NULL);
  if (pid > 0 && start->step == STEP_FORK) return pid;
  while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  return -1;
}

/*
 * launch(compiled, environment joined by NUL, its count, stdin, stdout, stderr): the pid, or
 * -(errno << STEP_BITS | step), which src/os takes apart: a number costs nothing on the way of every connection.
 */
static napi_value launch(napi_env env, napi_callback_info info) {
  napi_value arguments[6];
  struct start start = {.step = STEP_FORK};
  void *compiled;
  uint32_t added;
  size_t length;
  take_arguments(env, info, 6, arguments);
  if (napi_get_value_external(env, arguments[0], &compiled) != napi_ok) {
    MUST(napi_throw_type_error(env, NULL, "a compiled launch is expected"));
    return NULL;
  }
  if (!take_uint(env, arguments[2], &added)) return NULL;
  for (int i = 0; i < 3; i++) {
    if (!take_int(env, arguments[3 + i], &start.descriptors[i])) return NULL;
  }
  if (napi_get_value_string_utf8(env, arguments[1], NULL, 0, &length) != napi_ok) {
    MUST(napi_throw_type_error(env, NULL, "a string is expected"));
    return NULL;
  }

  const struct plan *plan = start.plan = compiled;
  size_t pointers = plan->environment_count + added + 1;
  size_t size = pointers * sizeof(char *) + length + 1;
  char *arena[1024];
  char **block = size <= sizeof arena ? arena : malloc(size);
  if (block == NULL) return fail(env, "malloc", ENOMEM);
  char *text = (char *)(block + pointers);
  MUST(napi_get_value_string_utf8(env, arguments[1], text, length + 1, &length));
  memcpy(block, plan->environment, plan->environment_count * sizeof(char *));
  char *end = text + length;
  size_t at = plan->environment_count;
  for (uint32_t i = 0; i < added && text <= end; i++) {
    block[at++] = text;
    text += strlen(text) + 1;
  }
  block[at] = NULL;
  start.environment = block;
  bool counted = at == pointers - 1 && (added == 0 || text == end + 1);
  pid_t pid = counted ? run(&start) : -1;
  if (block != arena) free(block);
  if (!counted) return fail(env, "launch", EINVAL); /* a variable contains a NUL character */
  return make_number(env, pid > 0 ? pid : -(double)((start.error << STEP_BITS) | start.step));
}

static void free_plan(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

/* Points `count` entries at the strings that follow each other from `text`; returns what follows them, or NULL. */
static char *split(char **entries, size_t count, char *text, const char *end) {
  for (size_t i = 0; i < count; i++) {
    if (text > end) return NULL;
    entries[i] = text;
    text += strlen(text) + 1;
  }
  return text;
}

static bool take_limits(napi_env env, napi_value array, struct plan *plan) {
  uint32_t length;
  MUST(napi_get_array_length(env, array, &length));
  for (uint32_t i = 0; i + 1 < length && plan->limit_count < MOST_LIMITS; i += 2) {
    napi_value name, value;
    MUST(napi_get_element(env, array, i, &name));
    MUST(napi_get_element(env, array, i + 1, &value));
    struct rlimit *limit = &plan->limits[plan->limit_count].value;
    if (!take_limit_name(env, name, &plan->limits[plan->limit_count].resource)) return false;
    if (!take_limit_value(env, value, &limit->rlim_cur)) return false;
    limit->rlim_max = limit->rlim_cur;
    plan->limit_count++;
  }
  return true;
}

static bool take_groups(napi_env env, napi_value array, struct plan *plan) {
  for (uint32_t i = 0; i < plan->group_count; i++) {
    napi_value element;
    MUST(napi_get_element(env, array, i, &element));
    if (!take_uint(env, element, &plan->groups[i])) return false;
  }
  return true;
}

/*
 * compileLaunch(text, argv count, environment count, [uid, gid] | undefined, groups | undefined, umask, nice,
 *               [limit name, value, …]): external
 * text: program, directory, argv …, environment …, joined by NUL.
 */
static napi_value compile_launch(napi_env env, napi_callback_info info) {
  napi_value arguments[8];
  uint32_t argc, variables, group_count = 0, mask;
  size_t length;
  struct plan taken = {0};
  take_arguments(env, info, 8, arguments);
  if (napi_get_value_string_utf8(env, arguments[0], NULL, 0, &length) != napi_ok) {
    MUST(napi_throw_type_error(env, NULL, "a string is expected"));
    return NULL;
  }
  if (!take_uint(env, arguments[1], &argc) || !take_uint(env, arguments[2], &variables)) return NULL;
  if (!take_uint(env, arguments[5], &mask) || !take_int(env, arguments[6], &taken.nice)) return NULL;
  if (!take_limits(env, arguments[7], &taken)) return NULL;
  taken.umask = (mode_t)mask;
  taken.has_identity = !is_undefined(env, arguments[3]);
  if (taken.has_identity) {
    napi_value id;
    MUST(napi_get_element(env, arguments[3], 0, &id));
    if (!take_uint(env, id, &taken.uid)) return NULL;
    MUST(napi_get_element(env, arguments[3], 1, &id));
    if (!take_uint(env, id, &taken.gid)) return NULL;
  }
  taken.has_groups = !is_undefined(env, arguments[4]);
  if (taken.has_groups) MUST(napi_get_array_length(env, arguments[4], &group_count));
  if (group_count > MOST_GROUPS) return fail(env, "setgroups", EINVAL);

  size_t pointers = 2 + argc + 1 + variables;
  struct plan *plan = malloc(sizeof *plan + pointers * sizeof(char *) + group_count * sizeof(gid_t) + length + 1);
  if (plan == NULL) return fail(env, "malloc", ENOMEM);
  *plan = taken;
  plan->argv = (char **)(plan + 1);
  plan->environment = plan->argv + argc + 1;
  plan->environment_count = variables;
  char **names = plan->environment + variables;
  plan->groups = (gid_t *)(names + 2);
  plan->group_count = group_count;
  char *text = (char *)(plan->groups + group_count);
  MUST(napi_get_value_string_utf8(env, arguments[0], text, length + 1, &length));

  const char *end = text + length;
  text = split(names, 2, text, end);
  if (text != NULL) text = split(plan->argv, argc, text, end);
  if (text != NULL) text = split(plan->environment, variables, text, end);
  plan->argv[argc] = NULL;
  plan->program = names[0];
  plan->directory = names[1];
  if (text != end + 1) {
    free(plan);
    return fail(env, "launch", EINVAL); /* one of the strings contains a NUL character */
  }
  napi_value external = NULL;
  if (taken.has_groups && !take_groups(env, arguments[4], plan)) {
    free(plan);
    return NULL;
  }
  MUST(napi_create_external(env, plan, free_plan, NULL, &external));
  return external;
}

void define_launch(napi_env env, napi_value exports) {
  define_function(env, exports, "compileLaunch", compile_launch);
  define_function(env, exports, "launch", launch);
}
