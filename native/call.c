/*
 * Conversions between JavaScript values and C; the contract stands in call.h.
 */
#include "call.h"

#include <string.h>

void must(napi_status status, const char *what) {
  if (status != napi_ok) napi_fatal_error(what, NAPI_AUTO_LENGTH, "failed", NAPI_AUTO_LENGTH);
}

static bool refuse(napi_env env, const char *message) {
  MUST(napi_throw_type_error(env, NULL, message));
  return false;
}

void take_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments) {
  size_t count = wanted;
  MUST(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
}

bool take_int(napi_env env, napi_value value, int *out) {
  int32_t number;
  if (napi_get_value_int32(env, value, &number) != napi_ok) return refuse(env, "an integer is expected");
  *out = number;
  return true;
}

bool take_uint(napi_env env, napi_value value, uint32_t *out) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) return refuse(env, "a number is expected");
  if (!(number >= 0 && number <= UINT32_MAX)) return refuse(env, "a number of 32 bits is expected");
  *out = (uint32_t)number;
  return true;
}

bool take_double(napi_env env, napi_value value, double *out) {
  return napi_get_value_double(env, value, out) == napi_ok || refuse(env, "a number is expected");
}

bool take_bool(napi_env env, napi_value value, bool *out) {
  return napi_get_value_bool(env, value, out) == napi_ok || refuse(env, "true or false is expected");
}

bool take_text(napi_env env, napi_value value, char *out, size_t size) {
  size_t length;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return refuse(env, "a string is expected");
  if (length >= size) return refuse(env, "the string is too long");
  MUST(napi_get_value_string_utf8(env, value, out, size, &length));
  return memchr(out, '\0', length) == NULL || refuse(env, "the string contains a NUL character");
}

bool take_optional_text(napi_env env, napi_value value, char *buffer, size_t size, const char **out) {
  *out = NULL;
  if (is_undefined(env, value)) return true;
  if (!take_text(env, value, buffer, size)) return false;
  *out = buffer;
  return true;
}

bool take_word(napi_env env, napi_value value, const struct word *words, size_t count, int *out) {
  char text[32];
  if (!take_text(env, value, text, sizeof text)) return false;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(words[i].text, text) == 0) {
      *out = words[i].number;
      return true;
    }
  }
  return refuse(env, "an unknown word");
}

bool take_bytes(napi_env env, napi_value value, void **data, size_t *length) {
  bool typed = false;
  MUST(napi_is_typedarray(env, value, &typed));
  if (!typed) return refuse(env, "a Uint8Array is expected");
  napi_typedarray_type type;
  MUST(napi_get_typedarray_info(env, value, &type, length, data, NULL, NULL));
  return type == napi_uint8_array || refuse(env, "a Uint8Array is expected");
}

void raise_pending(napi_env env) {
  napi_value exception;
  MUST(napi_get_and_clear_last_exception(env, &exception));
  /* Fails when there is nothing to raise: the callback ended its own thread (process.exit in a worker). */
  napi_fatal_exception(env, exception);
}

bool is_undefined(napi_env env, napi_value value) {
  napi_valuetype type;
  MUST(napi_typeof(env, value, &type));
  return type == napi_undefined;
}

napi_value make_undefined(napi_env env) {
  napi_value value;
  MUST(napi_get_undefined(env, &value));
  return value;
}

napi_value make_number(napi_env env, double number) {
  napi_value value;
  MUST(napi_create_double(env, number, &value));
  return value;
}

napi_value make_bool(napi_env env, bool truth) {
  napi_value value;
  MUST(napi_get_boolean(env, truth, &value));
  return value;
}

napi_value make_text(napi_env env, const char *text) {
  napi_value value;
  MUST(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value));
  return value;
}

napi_value make_array(napi_env env) {
  napi_value value;
  MUST(napi_create_array(env, &value));
  return value;
}

void set_element(napi_env env, napi_value array, uint32_t index, napi_value value) {
  MUST(napi_set_element(env, array, index, value));
}

void set_property(napi_env env, napi_value object, const char *name, napi_value value) {
  MUST(napi_set_named_property(env, object, name, value));
}

void define_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  MUST(napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value));
  set_property(env, exports, name, value);
}
