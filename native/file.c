/*
 * Files below a directory that is held open: the steps of a walk that looks at every link before it follows it. And
 * whether a file has changed, which is asked for every client, so that it makes no object.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "call.h"
#include "error.h"
#include "families.h"

static bool take_place(napi_env env, const napi_value *arguments, int *directory, char *name) {
  return take_int(env, arguments[0], directory) && take_text(env, arguments[1], name, PATH_MAX);
}

/* openAt(directory, name, flags, mode): descriptor */
static napi_value open_at(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  int directory, flags;
  uint32_t mode;
  char name[PATH_MAX];
  take_arguments(env, info, 4, arguments);
  if (!take_place(env, arguments, &directory, name)) return NULL;
  if (!take_int(env, arguments[2], &flags) || !take_uint(env, arguments[3], &mode)) return NULL;
  int fd = openat(directory, name, flags | O_CLOEXEC, (mode_t)mode);
  return fd < 0 ? fail(env, "open", errno) : make_number(env, fd);
}

/* readLinkAt(directory, name): text; an empty name is the link that the descriptor itself is (O_PATH) */
static napi_value read_link_at(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int directory;
  char name[PATH_MAX], target[PATH_MAX];
  take_arguments(env, info, 2, arguments);
  if (!take_place(env, arguments, &directory, name)) return NULL;
  ssize_t length = readlinkat(directory, name, target, sizeof target);
  if (length < 0) return fail(env, "readlink", errno);
  if ((size_t)length == sizeof target) return fail(env, "readlink", ENAMETOOLONG);
  target[length] = '\0';
  return make_text(env, target);
}

/* renameAt(directory, from, to), within one directory */
static napi_value rename_at(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int directory;
  char from[PATH_MAX], to[PATH_MAX];
  take_arguments(env, info, 3, arguments);
  if (!take_place(env, arguments, &directory, from)) return NULL;
  if (!take_text(env, arguments[2], to, sizeof to)) return NULL;
  return renameat(directory, from, directory, to) < 0 ? fail(env, "rename", errno) : NULL;
}

/* unlinkAt(directory, name) */
static napi_value unlink_at(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int directory;
  char name[PATH_MAX];
  take_arguments(env, info, 2, arguments);
  if (!take_place(env, arguments, &directory, name)) return NULL;
  return unlinkat(directory, name, 0) < 0 ? fail(env, "unlink", errno) : NULL;
}

/* All zero: no file. */
struct stamp {
  uint64_t device, inode, size, modified, changed;
};

static uint64_t nanoseconds(struct timespec time) {
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* refreshStamp(path, stamp: Uint8Array): whether the stamp was another; no entry (ENOENT, ENOTDIR) is a stamp too */
static napi_value refresh_stamp(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  char path[PATH_MAX];
  void *stamp;
  size_t length;
  struct stat stats;
  struct stamp now = {0};
  take_arguments(env, info, 2, arguments);
  if (!take_text(env, arguments[0], path, sizeof path) || !take_bytes(env, arguments[1], &stamp, &length)) return NULL;
  if (length != sizeof now) return fail(env, "stat", EINVAL);
  if (stat(path, &stats) == 0) {
    now = (struct stamp){stats.st_dev, stats.st_ino, (uint64_t)stats.st_size, nanoseconds(stats.st_mtim),
                         nanoseconds(stats.st_ctim)};
  } else if (errno != ENOENT && errno != ENOTDIR) {
    return fail(env, "stat", errno);
  }
  bool same = memcmp(stamp, &now, sizeof now) == 0;
  memcpy(stamp, &now, sizeof now);
  return make_bool(env, !same);
}

/* hasCapabilities(path): whether executing the file gives capabilities; false for one that is not there */
static napi_value has_capabilities(napi_env env, napi_callback_info info) {
  napi_value argument;
  char path[PATH_MAX];
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, path, sizeof path)) return NULL;
  return make_bool(env, getxattr(path, "security.capability", NULL, 0) > 0);
}

void define_file(napi_env env, napi_value exports) {
  define_function(env, exports, "openAt", open_at);
  define_function(env, exports, "readLinkAt", read_link_at);
  define_function(env, exports, "renameAt", rename_at);
  define_function(env, exports, "unlinkAt", unlink_at);
  define_function(env, exports, "refreshStamp", refresh_stamp);
  define_function(env, exports, "hasCapabilities", has_capabilities);
}
