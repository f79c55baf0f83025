/*
 * The daemon's own resource limits (prlimit on itself) and umask. What a server gets is set in launch.c.
 */
#include "limits.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#include "call.h"
#include "error.h"
#include "families.h"

static const struct word resources[] = {
    {"as", RLIMIT_AS},   {"core", RLIMIT_CORE},   {"cpu", RLIMIT_CPU}, {"data", RLIMIT_DATA},
    {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}, {"rss", RLIMIT_RSS}, {"stack", RLIMIT_STACK}};

bool take_limit_name(napi_env env, napi_value value, int *resource) {
  return take_word(env, value, resources, COUNT(resources), resource);
}

bool take_limit_value(napi_env env, napi_value value, rlim_t *out) {
  double number;
  if (!take_double(env, value, &number)) return false;
  if (isinf(number) && number > 0) {
    *out = RLIM_INFINITY;
    return true;
  }
  if (!(number >= 0 && number < 0x1p63)) {
    MUST(napi_throw_range_error(env, NULL, "a limit is at least zero"));
    return false;
  }
  *out = (rlim_t)number;
  return true;
}

static napi_value make_limit(napi_env env, rlim_t limit) {
  return make_number(env, limit == RLIM_INFINITY ? INFINITY : (double)limit);
}

/* resourceLimit(name): [soft, hard] */
static napi_value resource_limit(napi_env env, napi_callback_info info) {
  napi_value argument;
  int resource;
  struct rlimit limit;
  take_arguments(env, info, 1, &argument);
  if (!take_limit_name(env, argument, &resource)) return NULL;
  if (prlimit(0, resource, NULL, &limit) < 0) return fail(env, "prlimit", errno);
  napi_value result = make_array(env);
  set_element(env, result, 0, make_limit(env, limit.rlim_cur));
  set_element(env, result, 1, make_limit(env, limit.rlim_max));
  return result;
}

/* setResourceLimit(name, soft, hard) */
static napi_value set_resource_limit(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int resource;
  struct rlimit limit;
  take_arguments(env, info, 3, arguments);
  if (!take_limit_name(env, arguments[0], &resource)) return NULL;
  if (!take_limit_value(env, arguments[1], &limit.rlim_cur)) return NULL;
  if (!take_limit_value(env, arguments[2], &limit.rlim_max)) return NULL;
  return prlimit(0, resource, &limit, NULL) < 0 ? fail(env, "prlimit", errno) : NULL;
}

/* currentUmask(). There is no call that only reads it; meanwhile other threads get the strictest. */
static napi_value current_umask(napi_env env, napi_callback_info info) {
  (void)info;
  mode_t mask = umask(0777);
  umask(mask);
  return make_number(env, mask);
}

void define_limits(napi_env env, napi_value exports) {
  define_function(env, exports, "resourceLimit", resource_limit);
  define_function(env, exports, "setResourceLimit", set_resource_limit);
  define_function(env, exports, "currentUmask", current_umask);
}
