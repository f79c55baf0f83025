/*
 * Resource limits by their names in the configuration, and their values as JavaScript numbers.
 */
#ifndef KINETD_LIMITS_H
#define KINETD_LIMITS_H

#include <node_api.h>
#include <stdbool.h>
#include <sys/resource.h>

/* A limit's name (`nofile`) as the number that setrlimit takes. */
bool take_limit_name(napi_env env, napi_value value, int *resource);
/* Infinity is RLIM_INFINITY. */
bool take_limit_value(napi_env env, napi_value value, rlim_t *out);

#endif
