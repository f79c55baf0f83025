/*
 * Arguments in, results out: the conversions between JavaScript values and C that every family needs.
 *
 * The add-on has one caller, src/os, which is typed; so a wrong argument is a bug there and throws a TypeError.
 * The take_ functions return false with that exception pending, and their caller returns NULL at once.
 * The make_ functions cannot fail short of an engine in ruins, which ends the process with a message.
 */
#ifndef KINETD_CALL_H
#define KINETD_CALL_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the process when a Node-API call that cannot fail fails. */
#define MUST(call) must((call), __FILE__ ": " #call)
void must(napi_status status, const char *what);

/* A word of the typed face and the system's number for it. */
struct word {
  const char *text;
  int number;
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Reads exactly `wanted` arguments; those that are not given are undefined. */
void take_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments);
bool take_int(napi_env env, napi_value value, int *out);
bool take_uint(napi_env env, napi_value value, uint32_t *out);
bool take_double(napi_env env, napi_value value, double *out);
bool take_bool(napi_env env, napi_value value, bool *out);
/* A string of fewer than `size` bytes without NUL. */
bool take_text(napi_env env, napi_value value, char *out, size_t size);
/* As take_text; `*out` becomes NULL for undefined, else it points to `buffer`. */
bool take_optional_text(napi_env env, napi_value value, char *buffer, size_t size, const char **out);
bool take_word(napi_env env, napi_value value, const struct word *words, size_t count, int *out);
/* The bytes of a Uint8Array, without a copy; valid until the call returns to JavaScript. */
bool take_bytes(napi_env env, napi_value value, void **data, size_t *length);
/* Ends the process with the exception that a callback has left pending, as an uncaught one does. */
void raise_pending(napi_env env);
bool is_undefined(napi_env env, napi_value value);

napi_value make_undefined(napi_env env);
napi_value make_number(napi_env env, double value);
napi_value make_bool(napi_env env, bool value);
napi_value make_text(napi_env env, const char *text);
napi_value make_array(napi_env env);
void set_element(napi_env env, napi_value array, uint32_t index, napi_value value);
void set_property(napi_env env, napi_value object, const char *name, napi_value value);
void define_function(napi_env env, napi_value exports, const char *name, napi_callback function);

#endif
