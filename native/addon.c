/*
 * kinetd_native: what kinetd needs of Linux and Node does not give. Mechanism only: a function per system call or
 * one atomic sequence; every decision is made in TypeScript. Node-API 8, so one build serves every Node from 20 on.
 */
#include <node_api.h>

#include "families.h"

NAPI_MODULE_INIT() {
  define_error(env, exports);
  define_socket(env, exports);
  define_datagram(env, exports);
  define_conversation(env, exports);
  define_descriptor(env, exports);
  define_file(env, exports);
  define_watch(env, exports);
  define_plan(env, exports);
  define_launch(env, exports);
  define_reap(env, exports);
  define_timer(env, exports);
  define_limits(env, exports);
  define_inherited(env, exports);
  define_names(env, exports);
  define_sender(env, exports);
  define_unix(env, exports);
  define_connection(env, exports);
  return exports;
}
