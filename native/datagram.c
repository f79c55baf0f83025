/*
 * Datagrams: who sent the next one, without taking it; and datagrams to a Unix socket, for syslog.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"
#include "call.h"
#include "error.h"
#include "families.h"

/*
 * peekSender(descriptor): [address, port] | undefined
 *
 * Reads none of the client's bytes: the buffer has length zero and the datagram stays queued. An error that an ICMP
 * answer left on the socket is taken away by the call that reports it, so the call is made again; the bound is
 * for a socket that collects such errors faster than this loop takes them, which readiness then reports once more.
 */
static napi_value peek_sender(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  for (int tries = 0; tries < 16; tries++) {
    struct sockaddr_storage sender = {0};
    socklen_t length = sizeof sender;
    if (recvfrom(fd, NULL, 0, MSG_PEEK | MSG_DONTWAIT, (struct sockaddr *)&sender, &length) >= 0) {
      char text[ADDRESS_TEXT];
      uint16_t port = address_print(&sender, length, text);
      napi_value result = make_array(env);
      set_element(env, result, 0, make_text(env, text));
      set_element(env, result, 1, make_number(env, port));
      return result;
    }
    if (errno == EAGAIN) break;
    if (errno == EBADF || errno == ENOTSOCK || errno == EINVAL || errno == ENOTCONN)
      return fail(env, "recvfrom", errno);
  }
  return make_undefined(env);
}

/*
 * discardDatagram(descriptor): true when one was there
 *
 * Takes the next datagram out of the queue without copying one of its bytes. An error taken away instead counts too.
 */
static napi_value discard_datagram(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  bool none = recv(fd, NULL, 0, MSG_DONTWAIT) < 0 && errno == EAGAIN;
  return make_bool(env, !none);
}

/* connectUnixDatagram(path): descriptor */
static napi_value connect_unix_datagram(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, address.sun_path, sizeof address.sun_path)) return NULL;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(env, "socket", errno);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return make_number(env, fd);
  int error = errno;
  close(fd);
  return fail(env, "connect", error);
}

/* sendDatagram(descriptor, bytes): true when sent, false when the queue is full */
static napi_value send_datagram(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  void *data;
  size_t length;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &data, &length)) return NULL;
  ssize_t sent;
  do sent = send(fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return make_bool(env, true);
  return errno == EAGAIN || errno == ENOBUFS ? make_bool(env, false) : fail(env, "send", errno);
}

void define_datagram(napi_env env, napi_value exports) {
  define_function(env, exports, "peekSender", peek_sender);
  define_function(env, exports, "discardDatagram", discard_datagram);
  define_function(env, exports, "connectUnixDatagram", connect_unix_datagram);
  define_function(env, exports, "sendDatagram", send_datagram);
}
