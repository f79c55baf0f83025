/*
 * Launch as JavaScript calls it: a plan is compiled once per service, into one block of memory; a connection adds its
 * environment and descriptors. What happens in the child is become.c's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "become.h"
#include "call.h"
#include "error.h"
#include "families.h"
#include "limits.h"

/*
 * Takes (compiled, environment joined by NUL, its count, stdin, stdout, stderr) apart. The pointers of the environment
 * and the connection's text get one block: `arena` when it is large enough, else memory. False with an exception
 * pending, and then nothing is left to free.
 */
static bool take_start(napi_env env, const napi_value *arguments, char **arena, size_t arena_size, struct start *start) {
  void *compiled;
  uint32_t added;
  size_t length;
  if (napi_get_value_external(env, arguments[0], &compiled) != napi_ok) {
    MUST(napi_throw_type_error(env, NULL, "a compiled launch is expected"));
    return false;
  }
  if (!take_uint(env, arguments[2], &added)) return false;
  for (int i = 0; i < 3; i++) {
    if (!take_int(env, arguments[3 + i], &start->descriptors[i])) return false;
  }
  if (napi_get_value_string_utf8(env, arguments[1], NULL, 0, &length) != napi_ok) {
    MUST(napi_throw_type_error(env, NULL, "a string is expected"));
    return false;
  }

  const struct plan *plan = start->plan = compiled;
  size_t pointers = plan->environment_count + added + 1;
  size_t size = pointers * sizeof(char *) + length + 1;
  char **block = size <= arena_size ? arena : malloc(size);
  if (block == NULL) {
    fail(env, "malloc", ENOMEM);
    return false;
  }
  char *text = (char *)(block + pointers);
  MUST(napi_get_value_string_utf8(env, arguments[1], text, length + 1, &length));
  memcpy(block, plan->environment, plan->environment_count * sizeof(char *));
  char *end = text + length;
  size_t at = plan->environment_count;
  for (uint32_t i = 0; i < added && text <= end; i++) {
    block[at++] = text;
    text += strlen(text) + 1;
  }
  block[at] = NULL;
  start->environment = block;
  if (at == pointers - 1 && (added == 0 || text == end + 1)) return true;
  if (block != arena) free(block);
  fail(env, "launch", EINVAL); /* a variable contains a NUL character */
  return false;
}

/* The pid, or -(errno << STEP_BITS | step), which src/os takes apart: a number costs nothing for each connection. */
static double answer(pid_t pid, const struct start *start) {
  return pid > 0 ? pid : -(double)((start->error << STEP_BITS) | start->step);
}

/* launch(compiled, environment, its count, stdin, stdout, stderr): answer */
static napi_value launch(napi_env env, napi_callback_info info) {
  napi_value arguments[6];
  struct start start = {.step = STEP_FORK};
  char *arena[1024];
  take_arguments(env, info, 6, arguments);
  if (!take_start(env, arguments, arena, sizeof arena, &start)) return NULL;
  pid_t pid = run(&start);
  if (start.environment != arena) free(start.environment);
  return make_number(env, answer(pid, &start));
}

/* --- on another thread --------------------------------------------------------------------------------------------- */

struct job {
  struct start start;
  pid_t pid;
  napi_async_work work;
  /* Keeps the plan. */
  napi_ref compiled;
  napi_ref done;
};

static void job_run(napi_env env, void *data) {
  (void)env;
  struct job *job = data;
  job->pid = run(&job->start);
}

static void job_done(napi_env env, napi_status status, void *data) {
  struct job *job = data;
  napi_value done, receiver, arguments[2];
  MUST(status);
  arguments[0] = make_number(env, answer(job->pid, &job->start));
  arguments[1] = make_number(env, job->start.child);
  MUST(napi_get_reference_value(env, job->done, &done));
  MUST(napi_get_global(env, &receiver));
  MUST(napi_delete_reference(env, job->done));
  MUST(napi_delete_reference(env, job->compiled));
  MUST(napi_delete_async_work(env, job->work));
  free(job->start.environment);
  free(job);
  if (napi_call_function(env, receiver, done, 2, arguments, NULL) == napi_pending_exception) {
    napi_value exception;
    MUST(napi_get_and_clear_last_exception(env, &exception));
    MUST(napi_fatal_exception(env, exception));
  }
}

/* launchElsewhere(compiled, environment, its count, stdin, stdout, stderr, done): calls done(answer, failed child or 0) later */
static napi_value launch_elsewhere(napi_env env, napi_callback_info info) {
  napi_value arguments[7];
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) return fail(env, "calloc", ENOMEM);
  job->start.step = STEP_FORK;
  take_arguments(env, info, 7, arguments);
  if (!take_start(env, arguments, NULL, 0, &job->start)) {
    free(job);
    return NULL;
  }
  MUST(napi_create_reference(env, arguments[0], 1, &job->compiled));
  MUST(napi_create_reference(env, arguments[6], 1, &job->done));
  MUST(napi_create_async_work(env, NULL, make_text(env, "kinetd.launch"), job_run, job_done, job, &job->work));
  MUST(napi_queue_async_work(env, job->work));
  return NULL;
}

/* --- plans ---------------------------------------------------------------------------------------------------------- */

static void free_plan(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
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

void define_launch(napi_env env, napi_value exports) {
  define_function(env, exports, "compileLaunch", compile_launch);
  define_function(env, exports, "launch", launch);
  define_function(env, exports, "launchElsewhere", launch_elsewhere);
}
