/*
 * Exits of children with what they used, in batches: one SIGCHLD may stand for many, so each collection takes all.
 *
 * A signal for each exit would come just when the client, whose server has ended, comes back with its next connection,
 * and delay that. So while launches follow each other the signal is off and exits are collected every few
 * milliseconds, or whenever asked for; when there was no launch for such a time it is on again. Nothing ticks then.
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
#include "reap.h"
#include "watch.h"

/* While launches follow each other, exits are collected this often. */
enum { TICK_MILLISECONDS = 4 };

/* The one watch on exits of this process, while there is one. */
static struct watch *current;
static bool hurried;
static bool ticking;
static unsigned launches;

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

/* Fails for want of memory alone. Exits of the time without signals are collected by whoever calls this. */
static int signals_on(struct watch *watch) { return uv_signal_start(&watch->handle.signal, child_signalled, SIGCHLD); }

static void end_ticking(void) {
  ticking = false;
  uv_timer_stop(&current->delay);
  MUST(signals_on(current) < 0 ? napi_generic_failure : napi_ok);
}

static void tick(uv_timer_t *timer) {
  if (launches == 0) end_ticking();
  launches = 0;
  watch_call(timer->data, collect, NULL);
}

void reap_launched(void) {
  if (current == NULL || hurried) return;
  launches++;
  if (ticking) return;
  ticking = true;
  uv_signal_stop(&current->handle.signal);
  uv_timer_start(&current->delay, tick, TICK_MILLISECONDS, TICK_MILLISECONDS);
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
  uv_timer_init(watch_loop(env), &watch->delay); /* cannot fail */
  watch->has_delay = true;
  napi_value value = watch_begin(watch, callback, "kinetd.exits");
  status = signals_on(watch);
  if (status < 0) {
    watch_close(watch);
    return fail(env, "signal", -status);
  }
  current = watch;
  watch->known = &current;
  hurried = true;
  ticking = false;
  raise(SIGCHLD); /* for the exits that came before */
  return value;
}

/* hurryExits(watch, hurry): whether each exit is told at once, or up to two ticks later while launches go on */
static napi_value hurry_exits(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct watch *watch;
  bool hurry;
  take_arguments(env, info, 2, arguments);
  if (!take_watch(env, arguments[0], &watch) || !take_bool(env, arguments[1], &hurry)) return NULL;
  if (watch->closed || watch != current) return NULL;
  hurried = hurry;
  if (hurry && ticking) {
    end_ticking();
    raise(SIGCHLD); /* for the exits of the time without signals */
  }
  return NULL;
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
  define_function(env, exports, "hurryExits", hurry_exits);
  define_function(env, exports, "collectExits", collect_exits);
}
