/*
 * Descriptors as such: close, duplicate, blocking mode, /dev/null, pairs, and passing them to another process.
 *
 * Passing keeps message and descriptors together, so it is meant for pairs that keep boundaries (seqpacket).
 * A message that does not fit its buffer is an error, never a part of one, and leaks no descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "error.h"
#include "families.h"

/* The kernel's SCM_MAX_FD: no message carries more. */
enum { MOST_DESCRIPTORS = 253 };

union control {
  char bytes[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
  struct cmsghdr align;
};

/* closeDescriptor(descriptor). On Linux the descriptor is gone after EINTR too, so that is success. */
static napi_value close_descriptor(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  return close(fd) < 0 && errno != EINTR ? fail(env, "close", errno) : NULL;
}

/* openNull(): descriptor of /dev/null for reading and writing */
static napi_value open_null(napi_env env, napi_callback_info info) {
  (void)info;
  int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  return fd < 0 ? fail(env, "open", errno) : make_number(env, fd);
}

/* duplicate(descriptor): another for the same open file */
static napi_value duplicate(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  return copy < 0 ? fail(env, "fcntl", errno) : make_number(env, copy);
}

/* duplicateOnto(from, to): `to` survives execve, also when it is `from` */
static napi_value duplicate_onto(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int from, to;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &from) || !take_int(env, arguments[1], &to)) return NULL;
  if (from == to) return fcntl(from, F_SETFD, 0) < 0 ? fail(env, "fcntl", errno) : NULL;
  return dup2(from, to) < 0 ? fail(env, "dup2", errno) : NULL;
}

/* setBlocking(descriptor, blocking). The mode belongs to the open file, so every process that shares it is affected. */
static napi_value set_blocking(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  bool blocking;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bool(env, arguments[1], &blocking)) return NULL;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return fail(env, "fcntl", errno);
  int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  return wanted != flags && fcntl(fd, F_SETFL, wanted) < 0 ? fail(env, "fcntl", errno) : NULL;
}

/* socketPair(type, nonBlocking): [descriptor, descriptor] */
static napi_value socket_pair(napi_env env, napi_callback_info info) {
  static const struct word types[] = {{"stream", SOCK_STREAM}, {"dgram", SOCK_DGRAM}, {"seqpacket", SOCK_SEQPACKET}};
  napi_value arguments[2];
  int type, pair[2];
  bool non_blocking;
  take_arguments(env, info, 2, arguments);
  if (!take_word(env, arguments[0], types, COUNT(types), &type) || !take_bool(env, arguments[1], &non_blocking)) return NULL;
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | (non_blocking ? SOCK_NONBLOCK : 0), 0, pair) < 0)
    return fail(env, "socketpair", errno);
  napi_value result = make_array(env);
  set_element(env, result, 0, make_number(env, pair[0]));
  set_element(env, result, 1, make_number(env, pair[1]));
  return result;
}

/* openPipe(): [read, write]; the end to read from is not blocking, the other is */
static napi_value open_pipe(napi_env env, napi_callback_info info) {
  (void)info;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return fail(env, "pipe", errno);
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return fail(env, "fcntl", error);
  }
  napi_value result = make_array(env);
  set_element(env, result, 0, make_number(env, ends[0]));
  set_element(env, result, 1, make_number(env, ends[1]));
  return result;
}

/* readPipe(descriptor, buffer): number of bytes, 0 at the end, undefined when nothing waits */
static napi_value read_pipe(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  void *data;
  size_t size;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &data, &size)) return NULL;
  ssize_t length;
  do length = read(fd, data, size);
  while (length < 0 && errno == EINTR);
  if (length >= 0) return make_number(env, (double)length);
  return errno == EAGAIN ? make_undefined(env) : fail(env, "read", errno);
}

/* sendDescriptors(descriptor, bytes, descriptors): number of bytes sent, undefined when there is no room */
static napi_value send_descriptors(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int fd;
  struct iovec part;
  uint32_t count;
  take_arguments(env, info, 3, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &part.iov_base, &part.iov_len)) return NULL;
  MUST(napi_get_array_length(env, arguments[2], &count));
  if (count > MOST_DESCRIPTORS) return fail(env, "sendmsg", EINVAL);

  union control control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    int passed[MOST_DESCRIPTORS];
    for (uint32_t i = 0; i < count; i++) {
      napi_value element;
      MUST(napi_get_element(env, arguments[2], i, &element));
      if (!take_int(env, element, &passed[i])) return NULL;
    }
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), passed, count * sizeof(int));
  }
  ssize_t sent;
  do sent = sendmsg(fd, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return make_number(env, (double)sent);
  return errno == EAGAIN ? make_undefined(env) : fail(env, "sendmsg", errno);
}

/* The descriptors of a received message; returns how many were written to `received`. */
static size_t received_descriptors(struct msghdr *message, int received[static MOST_DESCRIPTORS]) {
  size_t count = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t size = header->cmsg_len - CMSG_LEN(0);
    memcpy(&received[count], CMSG_DATA(header), size);
    count += size / sizeof(int);
  }
  return count;
}

/* receiveDescriptors(descriptor, buffer): [length, descriptor, …]; length 0 is the end; undefined when nothing waits */
static napi_value receive_descriptors(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  struct iovec part;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &part.iov_base, &part.iov_len)) return NULL;
  union control control;
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t length;
  do length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  while (length < 0 && errno == EINTR);
  if (length < 0) return errno == EAGAIN ? make_undefined(env) : fail(env, "recvmsg", errno);

  int received[MOST_DESCRIPTORS];
  size_t count = received_descriptors(&message, received);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    for (size_t i = 0; i < count; i++) close(received[i]);
    return fail(env, "recvmsg", EMSGSIZE);
  }
  napi_value result = make_array(env);
  set_element(env, result, 0, make_number(env, (double)length));
  for (size_t i = 0; i < count; i++) set_element(env, result, (uint32_t)i + 1, make_number(env, received[i]));
  return result;
}

void define_descriptor(napi_env env, napi_value exports) {
  define_function(env, exports, "closeDescriptor", close_descriptor);
  define_function(env, exports, "openNull", open_null);
  define_function(env, exports, "duplicate", duplicate);
  define_function(env, exports, "duplicateOnto", duplicate_onto);
  define_function(env, exports, "setBlocking", set_blocking);
  define_function(env, exports, "socketPair", socket_pair);
  define_function(env, exports, "openPipe", open_pipe);
  define_function(env, exports, "readPipe", read_pipe);
  define_function(env, exports, "sendDescriptors", send_descriptors);
  define_function(env, exports, "receiveDescriptors", receive_descriptors);
}
