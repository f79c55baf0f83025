/*
 * Watches: the life of a libuv handle with a callback into JavaScript (contract in watch.h), and readiness of any
 * descriptor through uv_poll.
 *
 * Callbacks go through napi_make_callback, so that promise jobs and process.nextTick run after each on every Node.
 */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "call.h"
#include "error.h"
#include "families.h"

uv_loop_t *watch_loop(napi_env env) {
  uv_loop_t *loop;
  MUST(napi_get_uv_event_loop(env, &loop));
  return loop;
}

struct watch *watch_allocate(napi_env env) {
  struct watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL) {
    fail(env, "calloc", ENOMEM);
    return NULL;
  }
  watch->env = env;
  return watch;
}

void watch_discard(struct watch *watch) { free(watch); }

static void let_go(struct watch *watch) {
  if (--watch->holders == 0) free(watch);
}

static void value_gone(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  let_go(data);
}

static void handle_closed(uv_handle_t *handle) {
  struct watch *watch = handle->data;
  if (watch->hook != NULL) MUST(napi_remove_async_cleanup_hook(watch->hook));
  let_go(watch);
}

static void environment_ends(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  watch_close(data);
}

napi_value watch_begin(struct watch *watch, napi_value callback, const char *name) {
  napi_env env = watch->env;
  napi_value value;
  watch->handle.any.data = watch;
  watch->holders = 2;
  MUST(napi_create_reference(env, callback, 1, &watch->callback));
  MUST(napi_async_init(env, NULL, make_text(env, name), &watch->context));
  MUST(napi_add_async_cleanup_hook(env, environment_ends, watch, &watch->hook));
  MUST(napi_create_external(env, watch, value_gone, NULL, &value));
  return value;
}

bool take_watch(napi_env env, napi_value value, struct watch **out) {
  void *data;
  if (napi_get_value_external(env, value, &data) != napi_ok) {
    MUST(napi_throw_type_error(env, NULL, "a watch is expected"));
    return false;
  }
  *out = data;
  return true;
}

static void call_back(struct watch *watch, napi_value argument) {
  napi_env env = watch->env;
  napi_value callback, receiver;
  MUST(napi_get_reference_value(env, watch->callback, &callback));
  MUST(napi_get_global(env, &receiver));
  napi_status status =
      napi_make_callback(env, watch->context, receiver, callback, argument == NULL ? 0 : 1, &argument, NULL);
  if (status == napi_pending_exception) raise_pending(env);
  else MUST(status);
}

void watch_call(struct watch *watch, napi_value (*make)(napi_env env, void *data), void *data) {
  napi_env env = watch->env;
  napi_handle_scope scope;
  MUST(napi_open_handle_scope(env, &scope));
  napi_value argument = make == NULL ? NULL : make(env, data);
  if (make == NULL || argument != NULL) call_back(watch, argument);
  MUST(napi_close_handle_scope(env, scope));
}

void watch_close(struct watch *watch) {
  if (watch->closed) return;
  watch->closed = true;
  watch->running = false;
  MUST(napi_delete_reference(watch->env, watch->callback));
  MUST(napi_async_destroy(watch->env, watch->context));
  uv_close(&watch->handle.any, handle_closed);
}

/* --- readiness --------------------------------------------------------------------------------------------------- */

static void ready(uv_poll_t *poll, int status, int events);

static int start_polling(struct watch *watch) { return uv_poll_start(&watch->handle.poll, UV_READABLE, ready); }

/*
 * A descriptor with a pending error (a datagram socket after an ICMP answer) makes libuv stop the poll and report
 * EBADF. The watch goes on: the callback's read takes the error away, or says what is really wrong.
 */
static void ready(uv_poll_t *poll, int status, int events) {
  (void)events;
  struct watch *watch = poll->data;
  if (status < 0) start_polling(watch);
  watch_call(watch, NULL, NULL);
}

/* watchReadable(descriptor, callback): watch, which is not started */
static napi_value watch_readable(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd)) return NULL;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return fail(env, "fcntl", errno);
  struct watch *watch = watch_allocate(env);
  if (watch == NULL) return NULL;
  int status = uv_poll_init(watch_loop(env), &watch->handle.poll, fd);
  if (status < 0) {
    watch_discard(watch);
    return fail(env, "epoll_ctl", -status);
  }
  /* libuv has made it non-blocking, but a socket that is handed over must be as it was: its server blocks in accept. */
  if ((flags & O_NONBLOCK) == 0) fcntl(fd, F_SETFL, flags);
  return watch_begin(watch, arguments[1], "kinetd.readable");
}

/* startWatch(watch) */
static napi_value start_watch(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct watch *watch;
  take_arguments(env, info, 1, &argument);
  if (!take_watch(env, argument, &watch) || watch->closed || watch->running) return NULL;
  int status = start_polling(watch);
  if (status < 0) return fail(env, "epoll_ctl", -status);
  watch->running = true;
  return NULL;
}

/* stopWatch(watch) */
static napi_value stop_watch(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct watch *watch;
  take_arguments(env, info, 1, &argument);
  if (!take_watch(env, argument, &watch) || !watch->running) return NULL;
  watch->running = false;
  uv_poll_stop(&watch->handle.poll);
  return NULL;
}

/* closeWatch(watch): for watches of every kind; the descriptor stays open */
static napi_value close_watch(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct watch *watch;
  take_arguments(env, info, 1, &argument);
  if (take_watch(env, argument, &watch)) watch_close(watch);
  return NULL;
}

void define_watch(napi_env env, napi_value exports) {
  define_function(env, exports, "watchReadable", watch_readable);
  define_function(env, exports, "startWatch", start_watch);
  define_function(env, exports, "stopWatch", stop_watch);
  define_function(env, exports, "closeWatch", close_watch);
}
