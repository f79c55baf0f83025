/*
 * Failed system calls become exceptions of the class SystemError of src/os, with the code, the number and the call.
 */
#ifndef KINETD_ERROR_H
#define KINETD_ERROR_H

#include <node_api.h>

/* Throws a SystemError for `number` (an errno); returns NULL, for `return fail(env, "bind", errno)`. */
napi_value fail(napi_env env, const char *call, int number);

/* The symbolic name of an errno (`EAGAIN`), or "E<number>" written to `buffer` for one the C library does not know. */
const char *errno_code(int number, char buffer[static 16]);

#endif
