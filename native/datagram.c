/*
 * Datagrams: who sent the next one, without taking it; many at once, to read and to answer, for the worker; and
 * datagrams to a Unix socket, for syslog.
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

/*
 * Many datagrams at once stand in one block of `slot` bytes each, and their senders in another of SENDER bytes each: the
 * address as the kernel has it, and at LENGTH_AT its length. JavaScript looks at a sender's bytes to tell whether it knows
 * him, which costs less than text.
 */
enum { MOST_DATAGRAMS = 64, SENDER = 32, LENGTH_AT = 28 };

struct batch {
  unsigned char *data, *senders;
  size_t count, slot;
};

/* Takes (…, data, slot, senders) from the second argument on. */
static bool take_batch(napi_env env, const napi_value *arguments, struct batch *batch) {
  void *data, *senders;
  size_t data_length, senders_length;
  uint32_t slot;
  if (!take_bytes(env, arguments[1], &data, &data_length) || !take_uint(env, arguments[2], &slot)) return false;
  if (!take_bytes(env, arguments[3], &senders, &senders_length)) return false;
  size_t count = slot == 0 ? 0 : data_length / slot;
  if (count > senders_length / SENDER) count = senders_length / SENDER;
  *batch = (struct batch){.data = data, .senders = senders, .slot = slot, .count = count};
  if (batch->count > MOST_DATAGRAMS) batch->count = MOST_DATAGRAMS;
  return true;
}

static void prepare(const struct batch *batch, size_t at, struct mmsghdr *message, struct iovec *part) {
  memset(message, 0, sizeof *message);
  *part = (struct iovec){.iov_base = batch->data + at * batch->slot, .iov_len = batch->slot};
  message->msg_hdr.msg_name = batch->senders + at * SENDER;
  message->msg_hdr.msg_iov = part;
  message->msg_hdr.msg_iovlen = 1;
}

/* receiveDatagrams(descriptor, data, slot, senders): their lengths, none when none waits. What exceeds a slot is cut off. */
static napi_value receive_datagrams(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  int fd;
  struct batch batch;
  struct mmsghdr messages[MOST_DATAGRAMS];
  struct iovec parts[MOST_DATAGRAMS];
  take_arguments(env, info, 4, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_batch(env, arguments, &batch)) return NULL;
  for (size_t i = 0; i < batch.count; i++) {
    prepare(&batch, i, &messages[i], &parts[i]);
    messages[i].msg_hdr.msg_namelen = LENGTH_AT;
  }
  int received = -1;
  /* Errors that ICMP answers left on the socket are taken away by the call that reports them. */
  for (int tries = 0; received < 0 && tries < 16; tries++) {
    received = recvmmsg(fd, messages, (unsigned)batch.count, MSG_DONTWAIT, NULL);
    if (received < 0 && errno == EAGAIN) break;
    if (received < 0 && (errno == EBADF || errno == ENOTSOCK || errno == EINVAL)) return fail(env, "recvmmsg", errno);
  }
  napi_value result = make_array(env);
  for (int i = 0; i < received; i++) {
    uint32_t length = messages[i].msg_hdr.msg_namelen;
    memcpy(batch.senders + (size_t)i * SENDER + LENGTH_AT, &length, sizeof length);
    set_element(env, result, (uint32_t)i, make_number(env, messages[i].msg_len));
  }
  return result;
}

/*
 * sendDatagrams(descriptor, data, slot, senders, lengths): number of bytes sent
 *
 * Answers the senders of a batch with what now stands in the slots; a length below zero is no answer. What the kernel
 * does not take at once is lost, as datagrams may be.
 */
static napi_value send_datagrams(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  int fd;
  uint32_t count;
  struct batch batch;
  struct mmsghdr messages[MOST_DATAGRAMS];
  struct iovec parts[MOST_DATAGRAMS];
  unsigned wanted = 0;
  double bytes = 0;
  take_arguments(env, info, 5, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_batch(env, arguments, &batch)) return NULL;
  MUST(napi_get_array_length(env, arguments[4], &count));
  for (uint32_t i = 0; i < count && i < batch.count; i++) {
    napi_value element;
    int length;
    uint32_t name_length;
    MUST(napi_get_element(env, arguments[4], i, &element));
    if (!take_int(env, element, &length)) return NULL;
    if (length < 0 || (size_t)length > batch.slot) continue;
    prepare(&batch, i, &messages[wanted], &parts[wanted]);
    memcpy(&name_length, batch.senders + i * SENDER + LENGTH_AT, sizeof name_length);
    messages[wanted].msg_hdr.msg_namelen = name_length > LENGTH_AT ? LENGTH_AT : name_length;
    parts[wanted++].iov_len = (size_t)length;
  }
  for (unsigned done = 0; done < wanted;) {
    int sent = sendmmsg(fd, messages + done, wanted - done, MSG_DONTWAIT | MSG_NOSIGNAL);
    for (int i = 0; i < sent; i++) bytes += messages[done + (unsigned)i].msg_len;
    /* One that cannot be sent does not keep the next from it. */
    done += sent > 0 ? (unsigned)sent : 1;
  }
  return make_number(env, bytes);
}

/* senderOf(senders, index): [address, port] */
static napi_value sender_of(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  void *senders;
  size_t length;
  uint32_t index, name_length;
  struct sockaddr_storage sender = {0};
  char text[ADDRESS_TEXT];
  take_arguments(env, info, 2, arguments);
  if (!take_bytes(env, arguments[0], &senders, &length) || !take_uint(env, arguments[1], &index)) return NULL;
  if (index >= length / SENDER) return fail(env, "recvmmsg", EINVAL);
  const unsigned char *at = (unsigned char *)senders + (size_t)index * SENDER;
  memcpy(&name_length, at + LENGTH_AT, sizeof name_length);
  memcpy(&sender, at, LENGTH_AT);
  uint16_t port = address_print(&sender, name_length > LENGTH_AT ? LENGTH_AT : name_length, text);
  napi_value result = make_array(env);
  set_element(env, result, 0, make_text(env, text));
  set_element(env, result, 1, make_number(env, port));
  return result;
}

/* connectUnixDatagram(path or @name in the abstract namespace): descriptor */
static napi_value connect_unix_datagram(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, address.sun_path, sizeof address.sun_path)) return NULL;
  socklen_t length = sizeof address;
  if (*address.sun_path == '@') {
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address.sun_path));
    *address.sun_path = '\0';
  }
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(env, "socket", errno);
  if (connect(fd, (struct sockaddr *)&address, length) == 0) return make_number(env, fd);
  int error = errno;
  close(fd);
  return fail(env, "connect", error);
}

/* connectInternet(descriptor, family, address, port): who is sent to, and alone heard */
static napi_value connect_internet(napi_env env, napi_callback_info info) {
  static const struct word families[] = {{"inet", AF_INET}, {"inet6", AF_INET6}};
  napi_value arguments[4];
  int fd, family;
  uint32_t port;
  char text[ADDRESS_TEXT];
  take_arguments(env, info, 4, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_word(env, arguments[1], families, COUNT(families), &family)) return NULL;
  if (!take_text(env, arguments[2], text, sizeof text) || !take_uint(env, arguments[3], &port)) return NULL;
  struct sockaddr_storage address;
  socklen_t length;
  int error = port > UINT16_MAX ? EINVAL : address_parse(family, text, (uint16_t)port, &address, &length);
  if (error != 0) return fail(env, "connect", error);
  return connect(fd, (struct sockaddr *)&address, length) < 0 ? fail(env, "connect", errno) : NULL;
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
  define_function(env, exports, "receiveDatagrams", receive_datagrams);
  define_function(env, exports, "sendDatagrams", send_datagrams);
  define_function(env, exports, "senderOf", sender_of);
  define_function(env, exports, "connectInternet", connect_internet);
  define_function(env, exports, "connectUnixDatagram", connect_unix_datagram);
  define_function(env, exports, "sendDatagram", send_datagram);
}
