/*
 * Launch as JavaScript calls it, here or on another thread: a connection adds its environment and descriptors to a plan
 * (plan.c). What happens in the child is become.c's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "become.h"
#include "call.h"
#include "error.h"
#include "families.h"
#include "launch-threads.h"

/*
 * Takes (compiled, environment joined by NUL, its count, stdin, stdout, stderr, [passed, …] or undefined) apart. The
 * pointers of the environment, the descriptors that are passed and the connection's text get one block: `arena` when it is large enough, else memory. False with an exception
 * pending, and then nothing is left to free.
 */
static bool take_start(napi_env env, const napi_value *arguments, char **arena, size_t arena_size, struct start *start) {
  void *compiled;
  uint32_t added;
  uint32_t passed = 0;
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

  if (!is_undefined(env, arguments[6])) MUST(napi_get_array_length(env, arguments[6], &passed));

  struct plan *plan = start->plan = compiled;
  size_t pointers = plan->environment_count + added + (passed > 0) + 1;
  size_t size = pointers * sizeof(char *) + passed * sizeof(int) + length + 1;
  char **block = size <= arena_size ? arena : malloc(size);
  if (block == NULL) {
    fail(env, "malloc", ENOMEM);
    return false;
  }
  start->passed = (int *)(block + pointers);
  start->passed_count = (int)passed;
  for (uint32_t i = 0; i < passed; i++) {
    napi_value element;
    MUST(napi_get_element(env, arguments[6], i, &element));
    if (take_int(env, element, &start->passed[i])) continue;
    if (block != arena) free(block);
    return false;
  }
  char *text = (char *)(start->passed + passed);
  MUST(napi_get_value_string_utf8(env, arguments[1], text, length + 1, &length));
  memcpy(block, plan->environment, plan->environment_count * sizeof(char *));
  char *end = text + length;
  size_t at = plan->environment_count;
  for (uint32_t i = 0; i < added && text <= end; i++) {
    block[at++] = text;
    text += strlen(text) + 1;
  }
  bool whole = at == plan->environment_count + added;
  bool tells_pid = added > 0 && whole && strcmp(block[at - 1], "UNIXLOCALPID=") == 0;
  start->local_pid = tells_pid ? &block[at - 1] : NULL;
  start->pid_entry = at;
  if (passed > 0) block[at++] = "LISTEN_PID=";
  block[at] = NULL;
  start->environment = block;
  if (whole && (added == 0 || text == end + 1)) return true;
  if (block != arena) free(block);
  fail(env, "launch", EINVAL); /* a variable contains a NUL character */
  return false;
}

/* The pid, or -(errno << STEP_BITS | step), which src/os takes apart: a number costs nothing for each connection. */
static double answer(pid_t pid, const struct start *start) {
  return pid > 0 ? pid : -(double)((start->error << STEP_BITS) | start->step);
}

/* launch(compiled, environment, its count, stdin, stdout, stderr, passed): answer */
static napi_value launch(napi_env env, napi_callback_info info) {
  napi_value arguments[7];
  struct start start = {.step = STEP_FORK};
  char *arena[1024];
  take_arguments(env, info, 7, arguments);
  if (!take_start(env, arguments, arena, sizeof arena, &start)) return NULL;
  pid_t pid = run(&start);
  if (start.environment != arena) free(start.environment);
  return make_number(env, answer(pid, &start));
}

/* --- on another thread --------------------------------------------------------------------------------------------- */

/* What one environment of Node has for it: its threads begin with its first launch, and end with it. */
struct launching {
  napi_env env;
  napi_async_cleanup_hook_handle hook;
  napi_async_context context;
  struct launch_threads *threads;
};

static void free_job(struct job *job) {
  free(job->start.environment);
  plan_let_go(job->start.plan);
  free(job);
}

static void tell_one(napi_env env, struct job *job) {
  napi_value done, receiver;
  napi_value arguments[] = {make_number(env, answer(job->pid, &job->start)), make_number(env, job->start.child)};
  MUST(napi_get_reference_value(env, job->done, &done));
  MUST(napi_get_global(env, &receiver));
  MUST(napi_delete_reference(env, job->done));
  free_job(job);
  napi_status status = napi_call_function(env, receiver, done, COUNT(arguments), arguments, NULL);
  if (status == napi_pending_exception) raise_pending(env);
  else MUST(status);
}

static void jobs_ended(struct job *jobs, void *data) {
  struct launching *launching = data;
  napi_env env = launching->env;
  napi_handle_scope handles;
  napi_callback_scope callbacks;
  napi_value resource;
  MUST(napi_open_handle_scope(env, &handles));
  MUST(napi_create_object(env, &resource));
  MUST(napi_open_callback_scope(env, resource, launching->context, &callbacks));
  while (jobs != NULL) {
    struct job *job = jobs;
    jobs = job->next;
    tell_one(env, job);
  }
  MUST(napi_close_callback_scope(env, callbacks));
  MUST(napi_close_handle_scope(env, handles));
}

static void job_dropped(struct job *job, void *data) {
  struct launching *launching = data;
  MUST(napi_delete_reference(launching->env, job->done));
}

static void threads_closed(void *data) {
  struct launching *launching = data;
  MUST(napi_remove_async_cleanup_hook(launching->hook));
  free(launching);
}

static const struct job_events events = {
    .ended = jobs_ended, .dropped = job_dropped, .free = free_job, .closed = threads_closed};

static void environment_ends(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  struct launching *launching = data;
  if (launching->threads == NULL) {
    threads_closed(launching);
    return;
  }
  MUST(napi_async_destroy(launching->env, launching->context));
  launch_threads_close(launching->threads);
}

/* False with an exception pending. */
static bool open_threads(struct launching *launching) {
  if (launching->threads != NULL) return true;
  napi_env env = launching->env;
  uv_loop_t *loop;
  MUST(napi_get_uv_event_loop(env, &loop));
  launching->threads = launch_threads_open(loop, &events, launching);
  if (launching->threads == NULL) {
    fail(env, "uv_async_init", errno);
    return false;
  }
  MUST(napi_async_init(env, NULL, make_text(env, "kinetd.launch"), &launching->context));
  return true;
}

/*
 * launchElsewhere(compiled, environment, its count, stdin, stdout, stderr, passed, done): calls done(answer, failed child
 * or 0) later
 */
static napi_value launch_elsewhere(napi_env env, napi_callback_info info) {
  napi_value arguments[8];
  size_t count = COUNT(arguments);
  struct launching *launching;
  MUST(napi_get_cb_info(env, info, &count, arguments, NULL, (void **)&launching));
  if (!open_threads(launching)) return NULL;
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) return fail(env, "calloc", ENOMEM);
  job->start.step = STEP_FORK;
  if (!take_start(env, arguments, NULL, 0, &job->start)) {
    free(job);
    return NULL;
  }
  atomic_fetch_add(&job->start.plan->holders, 1);
  napi_ref done;
  MUST(napi_create_reference(env, arguments[7], 1, &done));
  job->done = done;
  launch_threads_add(launching->threads, job);
  return NULL;
}

/* leaveLaunches(): launches elsewhere keep the process alive no longer */
static napi_value leave_launches(napi_env env, napi_callback_info info) {
  struct launching *launching;
  MUST(napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&launching));
  if (launching->threads != NULL) launch_threads_leave(launching->threads);
  return NULL;
}

static void define_launch_elsewhere(napi_env env, napi_value exports) {
  struct launching *launching = calloc(1, sizeof *launching);
  if (launching == NULL) napi_fatal_error("launchElsewhere", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
  launching->env = env;
  MUST(napi_add_async_cleanup_hook(env, environment_ends, launching, &launching->hook));
  napi_value value;
  MUST(napi_create_function(env, "launchElsewhere", NAPI_AUTO_LENGTH, launch_elsewhere, launching, &value));
  set_property(env, exports, "launchElsewhere", value);
  MUST(napi_create_function(env, "leaveLaunches", NAPI_AUTO_LENGTH, leave_launches, launching, &value));
  set_property(env, exports, "leaveLaunches", value);
}

void define_launch(napi_env env, napi_value exports) {
  note_ignored_signals();
  define_function(env, exports, "launch", launch);
  define_launch_elsewhere(env, exports);
}
