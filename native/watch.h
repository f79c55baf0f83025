/*
 * What every watch on libuv's loop shares: a callback into JavaScript, and an end that leaves nothing behind.
 *
 * A watch lives in two places, as a libuv handle and as a value of JavaScript, and its memory is freed when both have
 * let go. Closing is final: libuv promises no callback after it, or after a stop, not even a queued one. An environment
 * that ends (a worker thread, a test) closes its watches through an asynchronous clean-up hook.
 */
#ifndef KINETD_WATCH_H
#define KINETD_WATCH_H

#include <node_api.h>
#include <stdbool.h>
#include <uv.h>

struct watch {
  union {
    uv_handle_t any;
    uv_poll_t poll;
    uv_signal_t signal;
  } handle;
  napi_env env;
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
  int holders;
  bool running;
  bool closed;
};

uv_loop_t *watch_loop(napi_env env);
/* Allocated and empty; NULL with an exception pending. Free with watch_discard until its handle is initialised. */
struct watch *watch_allocate(napi_env env);
void watch_discard(struct watch *watch);
/* To be called once the handle is initialised: returns the JavaScript value that stands for the watch. */
napi_value watch_begin(struct watch *watch, napi_value callback, const char *name);
bool take_watch(napi_env env, napi_value value, struct watch **out);
/*
 * Calls the callback with what `make` returns, or not at all when it returns NULL; without argument when there is no
 * `make`. An exception in the callback ends the process, loudly.
 */
void watch_call(struct watch *watch, napi_value (*make)(napi_env env, void *data), void *data);
void watch_close(struct watch *watch);

#endif
