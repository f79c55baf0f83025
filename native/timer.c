/*
 * Time: a timer that is a descriptor, and so is armed once and not anew for each wait of the loop; and the name of the
 * time zone, which JavaScript knows in its own words only.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "error.h"
#include "families.h"

/* openTimer(): descriptor, which is not armed */
static napi_value open_timer(napi_env env, napi_callback_info info) {
  (void)info;
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  return fd < 0 ? fail(env, "timerfd_create", errno) : make_number(env, fd);
}

/* setTimer(descriptor, milliseconds): readable again and again after so long; 0 disarms */
static napi_value set_timer(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  uint32_t milliseconds;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_uint(env, arguments[1], &milliseconds)) return NULL;
  struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  struct itimerspec timer = {.it_interval = time, .it_value = time};
  return timerfd_settime(fd, 0, &timer, NULL) < 0 ? fail(env, "timerfd_settime", errno) : NULL;
}

/* clearTimer(descriptor): no longer readable, until the time comes again */
static napi_value clear_timer(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  uint64_t expirations;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  return read(fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN ? fail(env, "read", errno) : NULL;
}

/* zoneName(seconds since the epoch): the zone of the local time then, as strftime(3) writes it for %Z */
static napi_value zone_name(napi_env env, napi_callback_info info) {
  napi_value argument;
  double seconds;
  struct tm local;
  take_arguments(env, info, 1, &argument);
  if (!take_double(env, argument, &seconds)) return NULL;
  time_t moment = (time_t)seconds;
  tzset();
  return make_text(env, localtime_r(&moment, &local) == NULL || local.tm_zone == NULL ? "UTC" : local.tm_zone);
}

void define_timer(napi_env env, napi_value exports) {
  define_function(env, exports, "openTimer", open_timer);
  define_function(env, exports, "setTimer", set_timer);
  define_function(env, exports, "clearTimer", clear_timer);
  define_function(env, exports, "zoneName", zone_name);
}
