/*
 * Plans: what each launch of a service has in common, compiled once into one block of memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "become.h"
#include "call.h"
#include "error.h"
#include "families.h"
#include "limits.h"

void plan_let_go(struct plan *plan) {
  if (atomic_fetch_sub(&plan->holders, 1) == 1) free(plan);
}

static void free_plan(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  plan_let_go(data);
}

/* Points `count` entries at the strings that follow each other from `text`; returns what follows them, or NULL. */
static char *split(char **entries, size_t count, char *text, const char *end) {
  for (size_t i = 0; i < count; i++) {
    if (text > end) return NULL;
    entries[i] = text;
    text += strlen(text) + 1;
  }
  return text;
}

static bool take_limits(napi_env env, napi_value array, struct plan *plan) {
  uint32_t length;
  MUST(napi_get_array_length(env, array, &length));
  for (uint32_t i = 0; i + 1 < length && plan->limit_count < MOST_LIMITS; i += 2) {
    napi_value name, value;
    MUST(napi_get_element(env, array, i, &name));
    MUST(napi_get_element(env, array, i + 1, &value));
    struct rlimit *limit = &plan->limits[plan->limit_count].value;
    if (!take_limit_name(env, name, &plan->limits[plan->limit_count].resource)) return false;
    if (!take_limit_value(env, value, &limit->rlim_cur)) return false;
    limit->rlim_max = limit->rlim_cur;
    plan->limit_count++;
  }
  return true;
}

static bool take_groups(napi_env env, napi_value array, struct plan *plan) {
  for (uint32_t i = 0; i < plan->group_count; i++) {
    napi_value element;
    MUST(napi_get_element(env, array, i, &element));
    if (!take_uint(env, element, &plan->groups[i])) return false;
  }
  return true;
}

/*
 * compileLaunch(text, argv count, environment count, [uid, gid] | undefined, groups | undefined, umask, nice,
 *               [limit name, value, …], no new privileges): external
 * text: program, root or nothing, directory, argv …, environment …, joined by NUL.
 */
static napi_value compile_launch(napi_env env, napi_callback_info info) {
  napi_value arguments[9];
  uint32_t argc, variables, group_count = 0, mask;
  size_t length;
  struct plan taken = {0};
  take_arguments(env, info, 9, arguments);
  if (napi_get_value_string_utf8(env, arguments[0], NULL, 0, &length) != napi_ok) {
    MUST(napi_throw_type_error(env, NULL, "a string is expected"));
    return NULL;
  }
  if (!take_uint(env, arguments[1], &argc) || !take_uint(env, arguments[2], &variables)) return NULL;
  if (!take_uint(env, arguments[5], &mask) || !take_int(env, arguments[6], &taken.nice)) return NULL;
  if (!take_limits(env, arguments[7], &taken)) return NULL;
  if (!take_bool(env, arguments[8], &taken.no_new_privileges)) return NULL;
  taken.umask = (mode_t)mask;
  taken.has_identity = !is_undefined(env, arguments[3]);
  if (taken.has_identity) {
    napi_value id;
    MUST(napi_get_element(env, arguments[3], 0, &id));
    if (!take_uint(env, id, &taken.uid)) return NULL;
    MUST(napi_get_element(env, arguments[3], 1, &id));
    if (!take_uint(env, id, &taken.gid)) return NULL;
  }
  taken.has_groups = !is_undefined(env, arguments[4]);
  if (taken.has_groups) MUST(napi_get_array_length(env, arguments[4], &group_count));
  if (group_count > MOST_GROUPS) return fail(env, "setgroups", EINVAL);

  size_t pointers = 3 + argc + 1 + variables;
  struct plan *plan = malloc(sizeof *plan + pointers * sizeof(char *) + group_count * sizeof(gid_t) + length + 1);
  if (plan == NULL) return fail(env, "malloc", ENOMEM);
  *plan = taken;
  plan->holders = 1;
  plan->argv = (char **)(plan + 1);
  plan->environment = plan->argv + argc + 1;
  plan->environment_count = variables;
  char **names = plan->environment + variables;
  plan->groups = (gid_t *)(names + 3);
  plan->group_count = group_count;
  char *text = (char *)(plan->groups + group_count);
  MUST(napi_get_value_string_utf8(env, arguments[0], text, length + 1, &length));

  const char *end = text + length;
  text = split(names, 3, text, end);
  if (text != NULL) text = split(plan->argv, argc, text, end);
  if (text != NULL) text = split(plan->environment, variables, text, end);
  plan->argv[argc] = NULL;
  plan->program = names[0];
  plan->root = names[1];
  plan->directory = names[2];
  if (text != end + 1) {
    free(plan);
    return fail(env, "launch", EINVAL); /* one of the strings contains a NUL character */
  }
  napi_value external = NULL;
  if (taken.has_groups && !take_groups(env, arguments[4], plan)) {
    free(plan);
    return NULL;
  }
  MUST(napi_create_external(env, plan, free_plan, NULL, &external));
  return external;
}

void define_plan(napi_env env, napi_value exports) {
  define_function(env, exports, "compileLaunch", compile_launch);
}
