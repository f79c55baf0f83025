/*
 * Unix sockets that have a file: bind with the mode that the file is to have, connect, and who is at the other end.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "call.h"
#include "error.h"
#include "families.h"

/* Fills an address from a path that is shorter than 108 bytes; false with an exception pending for a longer one. */
static bool take_path(napi_env env, napi_value argument, struct sockaddr_un *address) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  return take_text(env, argument, address->sun_path, sizeof address->sun_path);
}

static socklen_t length_of(const struct sockaddr_un *address) {
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address->sun_path) + 1);
}

/*
 * bindUnix(descriptor, path, mode)
 *
 * The file has its mode from the moment it is there: bind(2) takes the mode of the socket, less the umask, which is
 * zero for that call.
 */
static napi_value bind_unix(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int fd;
  uint32_t mode;
  struct sockaddr_un address;
  take_arguments(env, info, 3, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_path(env, arguments[1], &address)) return NULL;
  if (!take_uint(env, arguments[2], &mode)) return NULL;
  if (fchmod(fd, (mode_t)(mode & 07777)) < 0) return fail(env, "fchmod", errno);
  mode_t before = umask(0);
  int result = bind(fd, (struct sockaddr *)&address, length_of(&address));
  int error = errno;
  umask(before);
  return result < 0 ? fail(env, "bind", error) : NULL;
}

/* connectUnix(descriptor, path) */
static napi_value connect_unix(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  struct sockaddr_un address;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_path(env, arguments[1], &address)) return NULL;
  return connect(fd, (struct sockaddr *)&address, length_of(&address)) < 0 ? fail(env, "connect", errno) : NULL;
}

/* peerCredentials(descriptor): [pid, uid, gid] of who connected, as it was then */
static napi_value peer_credentials(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return fail(env, "getsockopt", errno);
  napi_value result = make_array(env);
  set_element(env, result, 0, make_number(env, peer.pid));
  set_element(env, result, 1, make_number(env, peer.uid));
  set_element(env, result, 2, make_number(env, peer.gid));
  return result;
}

void define_unix(napi_env env, napi_value exports) {
  define_function(env, exports, "bindUnix", bind_unix);
  define_function(env, exports, "connectUnix", connect_unix);
  define_function(env, exports, "peerCredentials", peer_credentials);
}
