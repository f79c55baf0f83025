/*
 * The families of system calls. Each file adds its functions to the add-on's exports; addon.c calls them all.
 */
#ifndef KINETD_FAMILIES_H
#define KINETD_FAMILIES_H

#include <node_api.h>

void define_error(napi_env env, napi_value exports);
void define_socket(napi_env env, napi_value exports);
void define_datagram(napi_env env, napi_value exports);
void define_conversation(napi_env env, napi_value exports);
void define_descriptor(napi_env env, napi_value exports);
void define_file(napi_env env, napi_value exports);
void define_watch(napi_env env, napi_value exports);
void define_launch(napi_env env, napi_value exports);
void define_plan(napi_env env, napi_value exports);
void define_reap(napi_env env, napi_value exports);
void define_timer(napi_env env, napi_value exports);
void define_limits(napi_env env, napi_value exports);
void define_inherited(napi_env env, napi_value exports);
void define_names(napi_env env, napi_value exports);
void define_sender(napi_env env, napi_value exports);
void define_unix(napi_env env, napi_value exports);
void define_connection(napi_env env, napi_value exports);

#endif
