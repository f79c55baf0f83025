/*
 * Exits of children with what they used, in batches: one SIGCHLD may stand for many, so each collection takes all, or all
 * of those that are named (the kernel finds a child by its pid at once, and goes through all of them otherwise).
 *
 * wait4(-1) takes every child of the process. That is right for the daemon, which starts processes by launch alone,
 * and wrong beside node:child_process, which would wait for its children in vain.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "call.h"
#include "error.h"
#include "families.h"
#include "watch.h"

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

/* Exits as JavaScript gets them: [own peak bytes, pid, exit status or -signal, CPU seconds, peak bytes, pid, …] */
struct exits {
  napi_env env;
  napi_value array; /* NULL while there are none */
  uint32_t length;
};

/* Collects the exit of a child, or of any (-1), if there is one. False when there is none, or no such child. */
static bool collect(struct exits *exits, pid_t wanted) {
  napi_env env = exits->env;
  int status;
  struct rusage usage;
  pid_t pid;
  do pid = wait4(wanted, &status, WNOHANG, &usage);
  while (pid < 0 && errno == EINTR);
  if (pid <= 0) return false;
  if (exits->array == NULL) {
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    exits->array = make_array(env);
    set_element(env, exits->array, exits->length++, make_number(env, (double)own.ru_maxrss * 1024));
  }
  const double facts[] = {
      pid,
      WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status),
      seconds(usage.ru_utime) + seconds(usage.ru_stime),
      (double)usage.ru_maxrss * 1024,
  };
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    set_element(env, exits->array, exits->length++, make_number(env, facts[i]));
  return true;
}

static void child_signalled(uv_signal_t *signal, int number) {
  (void)number;
  watch_call(signal->data, NULL, NULL);
}

static int signals_on(struct watch *watch) {
  int status = uv_signal_start(&watch->handle.signal, child_signalled, SIGCHLD);
  if (status == 0) raise(SIGCHLD); /* for the exits that came before */
  return status;
}

/* watchExits(callback): watch, which runs from now on; the callback is told that children may have ended */
static napi_value watch_exits(napi_env env, napi_callback_info info) {
  napi_value callback;
  take_arguments(env, info, 1, &callback);
  struct watch *watch = watch_allocate(env);
  if (watch == NULL) return NULL;
  int status = uv_signal_init(watch_loop(env), &watch->handle.signal);
  if (status < 0) {
    watch_discard(watch);
    return fail(env, "signal", -status);
  }
  napi_value value = watch_begin(watch, callback, "kinetd.exits");
  status = signals_on(watch);
  if (status < 0) {
    watch_close(watch);
    return fail(env, "signal", -status);
  }
  return value;
}

/* signalExits(watch, on): whether the callback is called from now on. Fails for want of memory alone */
static napi_value signal_exits(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct watch *watch;
  bool on;
  take_arguments(env, info, 2, arguments);
  if (!take_watch(env, arguments[0], &watch) || !take_bool(env, arguments[1], &on) || watch->closed) return NULL;
  int status = on ? signals_on(watch) : uv_signal_stop(&watch->handle.signal);
  return status < 0 ? fail(env, "signal", -status) : NULL;
}

/* collectExits(watch, [pid, …]): the exits of these children, or of all when there are no pids; undefined for none */
static napi_value collect_exits(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct watch *watch;
  uint32_t named;
  take_arguments(env, info, 2, arguments);
  if (!take_watch(env, arguments[0], &watch) || watch->closed) return NULL;
  MUST(napi_get_array_length(env, arguments[1], &named));
  struct exits exits = {.env = env};
  if (named == 0)
    while (collect(&exits, -1)) continue;
  for (uint32_t i = 0; i < named; i++) {
    napi_value element;
    int pid;
    MUST(napi_get_element(env, arguments[1], i, &element));
    if (!take_int(env, element, &pid)) return NULL;
    collect(&exits, pid);
  }
  return exits.array;
}

void define_reap(napi_env env, napi_value exports) {
  define_function(env, exports, "watchExits", watch_exits);
  define_function(env, exports, "signalExits", signal_exits);
  define_function(env, exports, "collectExits", collect_exits);
}
