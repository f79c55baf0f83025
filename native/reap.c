/*
 * Exits of children with what they used, in batches: one SIGCHLD may stand for many, so each collection takes all.
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

/*
 * Collects at least one exit into [own peak bytes, pid, exit status or -signal, CPU seconds, peak bytes, pid, …]; NULL
 * when there is none.
 */
static napi_value collect(napi_env env, void *data) {
  (void)data;
  napi_value exits = NULL;
  uint32_t at = 1;
  for (;;) {
    int status;
    struct rusage usage;
    pid_t pid = wait4(-1, &status, WNOHANG, &usage);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return exits; /* none is ready, or (ECHILD) none is left */
    if (exits == NULL) {
      struct rusage own;
      getrusage(RUSAGE_SELF, &own);
      exits = make_array(env);
      set_element(env, exits, 0, make_number(env, (double)own.ru_maxrss * 1024));
    }
    set_element(env, exits, at++, make_number(env, pid));
    set_element(env, exits, at++, make_number(env, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)));
    set_element(env, exits, at++, make_number(env, seconds(usage.ru_utime) + seconds(usage.ru_stime)));
    set_element(env, exits, at++, make_number(env, (double)usage.ru_maxrss * 1024));
  }
}

static void child_signalled(uv_signal_t *signal, int number) {
  (void)number;
  watch_call(signal->data, collect, NULL);
}

static int signals_on(struct watch *watch) {
  int status = uv_signal_start(&watch->handle.signal, child_signalled, SIGCHLD);
  if (status == 0) raise(SIGCHLD); /* for the exits that came before */
  return status;
}

/* watchExits(callback): watch, which runs from now on */
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

/* signalExits(watch, on): whether each exit is told at once, or only when collected. Fails for want of memory alone */
static napi_value signal_exits(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct watch *watch;
  bool on;
  take_arguments(env, info, 2, arguments);
  if (!take_watch(env, arguments[0], &watch) || !take_bool(env, arguments[1], &on) || watch->closed) return NULL;
  int status = on ? signals_on(watch) : uv_signal_stop(&watch->handle.signal);
  return status < 0 ? fail(env, "signal", -status) : NULL;
}

/* collectExits(watch): what the callback would be given, now; undefined when there is nothing */
static napi_value collect_exits(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct watch *watch;
  take_arguments(env, info, 1, &argument);
  if (!take_watch(env, argument, &watch) || watch->closed) return NULL;
  return collect(env, NULL);
}

void define_reap(napi_env env, napi_value exports) {
  define_function(env, exports, "watchExits", watch_exits);
  define_function(env, exports, "signalExits", signal_exits);
  define_function(env, exports, "collectExits", collect_exits);
}
