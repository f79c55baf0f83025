/*
 * Exceptions for failed system calls, and the names of errnos.
 *
 * The class comes from JavaScript (setErrorClass, called once when src/os loads the add-on), so that
 * `error instanceof SystemError` holds everywhere. It is kept as the add-on's instance data: one per environment.
 * Node's own table of errnos is libuv's, which lacks many that execve and setsockopt can give; the C library knows all.
 */
#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "families.h"

struct error_class {
  napi_ref constructor;
};

const char *errno_code(int number, char buffer[static 16]) {
  const char *name = strerrorname_np(number);
  if (name != NULL) return name;
  snprintf(buffer, 16, "E%d", number);
  return buffer;
}

static const char *errno_text(int number, char *buffer, size_t size) {
  return strerror_r(number, buffer, size); /* GNU's: returns the text, wherever it lies */
}

napi_value fail(napi_env env, const char *call, int number) {
  struct error_class *known = NULL;
  MUST(napi_get_instance_data(env, (void **)&known));
  if (known == NULL) napi_fatal_error("fail", NAPI_AUTO_LENGTH, "setErrorClass was not called", NAPI_AUTO_LENGTH);
  char code[16], text[128];
  napi_value constructor, error;
  MUST(napi_get_reference_value(env, known->constructor, &constructor));
  napi_value arguments[] = {
      make_text(env, call),
      make_number(env, number),
      make_text(env, errno_code(number, code)),
      make_text(env, errno_text(number, text, sizeof text)),
  };
  MUST(napi_new_instance(env, constructor, COUNT(arguments), arguments, &error));
  MUST(napi_throw(env, error));
  return NULL;
}

static void forget_class(napi_env env, void *data, void *hint) {
  (void)hint;
  struct error_class *known = data;
  MUST(napi_delete_reference(env, known->constructor));
  free(known);
}

static napi_value set_error_class(napi_env env, napi_callback_info info) {
  napi_value constructor;
  take_arguments(env, info, 1, &constructor);
  struct error_class *known = malloc(sizeof *known);
  if (known == NULL) napi_fatal_error("setErrorClass", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
  MUST(napi_create_reference(env, constructor, 1, &known->constructor));
  MUST(napi_set_instance_data(env, known, forget_class, NULL));
  return NULL;
}

static napi_value errno_name(napi_env env, napi_callback_info info) {
  napi_value argument;
  int number;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &number)) return NULL;
  char code[16];
  return make_text(env, errno_code(number, code));
}

static napi_value errno_message(napi_env env, napi_callback_info info) {
  napi_value argument;
  int number;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &number)) return NULL;
  char text[128];
  return make_text(env, errno_text(number, text, sizeof text));
}

void define_error(napi_env env, napi_value exports) {
  define_function(env, exports, "setErrorClass", set_error_class);
  define_function(env, exports, "errnoName", errno_name);
  define_function(env, exports, "errnoMessage", errno_message);
}
