/*
 * Internet sockets: make, set up, bind, listen, accept.
 *
 * Every descriptor is close-on-exec from birth. accept is the way of every connection, so it works in batches, in
 * fixed buffers, and gives JavaScript one flat array: the failure first, then five values for each connection.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "call.h"
#include "error.h"
#include "families.h"

static const struct word families[] = {{"inet", AF_INET}, {"inet6", AF_INET6}, {"unix", AF_UNIX}};
static const struct word types[] = {
    {"stream", SOCK_STREAM}, {"dgram", SOCK_DGRAM}, {"seqpacket", SOCK_SEQPACKET}, {"raw", SOCK_RAW}};

/* openSocket(family, type, protocol, nonBlocking): descriptor */
static napi_value open_socket(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  int family, type, protocol;
  bool non_blocking;
  take_arguments(env, info, 4, arguments);
  if (!take_word(env, arguments[0], families, COUNT(families), &family)) return NULL;
  if (!take_word(env, arguments[1], types, COUNT(types), &type)) return NULL;
  if (!take_int(env, arguments[2], &protocol) || !take_bool(env, arguments[3], &non_blocking)) return NULL;
  int fd = socket(family, type | SOCK_CLOEXEC | (non_blocking ? SOCK_NONBLOCK : 0), protocol);
  return fd < 0 ? fail(env, "socket", errno) : make_number(env, fd);
}

enum option { REUSE_ADDRESS, REUSE_PORT, V6_ONLY, KEEP_ALIVE, NO_DELAY, SEND_BUFFER, RECEIVE_BUFFER };
static const struct word options[] = {
    {"reuseAddress", REUSE_ADDRESS}, {"reusePort", REUSE_PORT},    {"v6Only", V6_ONLY},
    {"keepAlive", KEEP_ALIVE},       {"noDelay", NO_DELAY},        {"sendBuffer", SEND_BUFFER},
    {"receiveBuffer", RECEIVE_BUFFER}};
static const struct {
  int level, name;
} option_numbers[] = {
    [REUSE_ADDRESS] = {SOL_SOCKET, SO_REUSEADDR}, [REUSE_PORT] = {SOL_SOCKET, SO_REUSEPORT},
    [V6_ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},      [KEEP_ALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
    [NO_DELAY] = {IPPROTO_TCP, TCP_NODELAY},      [SEND_BUFFER] = {SOL_SOCKET, SO_SNDBUF},
    [RECEIVE_BUFFER] = {SOL_SOCKET, SO_RCVBUF}};

/* setSocketOption(descriptor, option, value: integer) */
static napi_value set_socket_option(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int fd, option, value;
  take_arguments(env, info, 3, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_int(env, arguments[2], &value)) return NULL;
  if (!take_word(env, arguments[1], options, COUNT(options), &option)) return NULL;
  int status = setsockopt(fd, option_numbers[option].level, option_numbers[option].name, &value, sizeof value);
  return status < 0 ? fail(env, "setsockopt", errno) : NULL;
}

/* bindToDevice(descriptor, device) */
static napi_value bind_to_device(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  char device[256];
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_text(env, arguments[1], device, sizeof device)) return NULL;
  /* The kernel would cut a longer name, and no name takes the binding away. */
  if (*device == '\0' || strlen(device) >= IFNAMSIZ) return fail(env, "setsockopt", ENODEV);
  int status = setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device));
  return status < 0 ? fail(env, "setsockopt", errno) : NULL;
}

/* Joins the group that the address names, on the interface that the kernel's routes choose; 0 or -1 with errno. */
static int join_group(int fd, const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET) {
    struct in_addr group = ((const struct sockaddr_in *)address)->sin_addr;
    if (!IN_MULTICAST(ntohl(group.s_addr))) return 0;
    struct ip_mreq membership = {.imr_multiaddr = group, .imr_interface = {.s_addr = htonl(INADDR_ANY)}};
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership);
  }
  const struct sockaddr_in6 *inet6 = (const struct sockaddr_in6 *)address;
  if (!IN6_IS_ADDR_MULTICAST(&inet6->sin6_addr)) return 0;
  struct ipv6_mreq membership = {.ipv6mr_multiaddr = inet6->sin6_addr, .ipv6mr_interface = inet6->sin6_scope_id};
  return setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &membership, sizeof membership);
}

/* bindInternet(descriptor, family, address, port) */
static napi_value bind_internet(napi_env env, napi_callback_info info) {
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
  if (error != 0) return fail(env, "bind", error);
  if (bind(fd, (struct sockaddr *)&address, length) < 0) return fail(env, "bind", errno);
  return join_group(fd, &address) < 0 ? fail(env, "setsockopt", errno) : NULL;
}

/* listen(descriptor, backlog) */
static napi_value listen_on(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd, backlog;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_int(env, arguments[1], &backlog)) return NULL;
  return listen(fd, backlog) < 0 ? fail(env, "listen", errno) : NULL;
}

/* sendNow(descriptor, bytes): number of bytes that there was room for; all of them when the other side has gone */
static napi_value send_now(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  void *data;
  size_t length;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &data, &length)) return NULL;
  ssize_t sent;
  do sent = send(fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return make_number(env, (double)sent);
  if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) return make_number(env, 0);
  if (errno == EBADF || errno == ENOTSOCK || errno == EFAULT) return fail(env, "send", errno);
  return make_number(env, (double)length);
}

/* endSending(descriptor) */
static napi_value end_sending(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  return shutdown(fd, SHUT_WR) < 0 && errno != ENOTCONN ? fail(env, "shutdown", errno) : NULL;
}

/* localAddress(descriptor): [address, port] */
static napi_value local_address(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return fail(env, "getsockname", errno);
  char text[ADDRESS_TEXT];
  uint16_t port = address_print(&address, length, text);
  napi_value result = make_array(env);
  set_element(env, result, 0, make_text(env, text));
  set_element(env, result, 1, make_number(env, port));
  return result;
}

/*
 * Errors that belong to one connection, not to the listener: accept(2) asks to treat the network's pending errors
 * like a connection that went away, and EPERM is a firewall's word about one client. EOPNOTSUPP stands in that list
 * too, but is also what a socket that never listens answers for ever, so it is a failure here.
 */
static bool concerns_one_connection(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

static uint32_t add_address(napi_env env, napi_value array, uint32_t at, const struct sockaddr_storage *address,
                            socklen_t length) {
  char text[ADDRESS_TEXT];
  uint16_t port = address_print(address, length, text);
  set_element(env, array, at, make_text(env, text));
  set_element(env, array, at + 1, make_number(env, port));
  return at + 2;
}

/* An accept that finds nobody has made a socket for him by then, and costs three times as much as this question. */
static bool somebody_waits(int fd) {
  struct pollfd question = {.fd = fd, .events = POLLIN};
  return poll(&question, 1, 0) != 0;
}

/* acceptBatch(descriptor, most): [failure code | undefined, fd, peer, peer port, local, local port, fd, …] */
static napi_value accept_batch(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd, most;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_int(env, arguments[1], &most)) return NULL;

  napi_value result = make_array(env);
  uint32_t at = 1;
  int failure = 0;
  /* A connection that went away counts as one of the batch, so that a stream of those cannot hold up the loop. */
  for (int i = 0; i < most && (i == 0 || somebody_waits(fd)); i++) {
    struct sockaddr_storage peer = {0}, local = {0};
    socklen_t peer_length = sizeof peer, local_length = sizeof local;
    int accepted = accept4(fd, (struct sockaddr *)&peer, &peer_length, SOCK_CLOEXEC);
    if (accepted < 0) {
      if (errno == EAGAIN) break;
      if (concerns_one_connection(errno)) continue;
      failure = errno;
      break;
    }
    /*
     * Makes the socket an IPv4 one, so that the server's getpeername says IPv4, as xinetd does. It fails when the
     * client has gone already; the server then sees that, and the address here is right all the same.
     */
    static const int inet = AF_INET;
    if (address_is_mapped(&peer)) setsockopt(accepted, IPPROTO_IPV6, IPV6_ADDRFORM, &inet, sizeof inet);
    getsockname(accepted, (struct sockaddr *)&local, &local_length); /* cannot fail on a socket just accepted */
    set_element(env, result, at, make_number(env, accepted));
    at = add_address(env, result, at + 1, &peer, peer_length);
    at = add_address(env, result, at, &local, local_length);
  }
  char code[16];
  set_element(env, result, 0, failure == 0 ? make_undefined(env) : make_text(env, errno_code(failure, code)));
  return result;
}

/*
 * receiveLine(descriptor, buffer): number of bytes received, 0 at the end, undefined when nothing waits
 *
 * What there is of a line, and not a byte behind its newline: that belongs to whoever gets the connection next.
 */
static napi_value receive_line(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  void *data;
  size_t size;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &data, &size)) return NULL;
  ssize_t seen, length;
  do seen = recv(fd, data, size, MSG_PEEK | MSG_DONTWAIT);
  while (seen < 0 && errno == EINTR);
  if (seen < 0) return errno == EAGAIN ? make_undefined(env) : fail(env, "recv", errno);
  const char *newline = memchr(data, '\n', (size_t)seen);
  size_t wanted = newline == NULL ? (size_t)seen : (size_t)(newline - (char *)data) + 1;
  do length = recv(fd, data, wanted, MSG_DONTWAIT);
  while (length < 0 && errno == EINTR);
  return length < 0 ? fail(env, "recv", errno) : make_number(env, (double)length);
}

/*
 * sendLast(descriptor, bytes): number of bytes sent
 *
 * The whole answer of a service that reads nothing: send, end, and take what the client has sent out of the way, since
 * closing a socket with unread bytes resets the connection and may take the answer along. Not one of those bytes is
 * copied, and nobody waits: what does not fit is not sent, and a client that has gone gets nothing.
 */
static napi_value send_last(napi_env env, napi_callback_info info) {
  enum { MOST_DISCARDED = 1 << 20 };
  napi_value arguments[2];
  int fd;
  void *data;
  size_t length;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &data, &length)) return NULL;
  ssize_t sent = send(fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  shutdown(fd, SHUT_WR);
  while (recv(fd, NULL, MOST_DISCARDED, MSG_TRUNC | MSG_DONTWAIT) < 0 && errno == EINTR) continue;
  return make_number(env, sent < 0 ? 0 : (double)sent);
}

/*
 * hasHungUp(descriptor): whether the other end is gone for good. One that has only closed its sending side may still
 * read, and cannot be told from one that has closed both until something is sent to it.
 */
static napi_value has_hung_up(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct pollfd watched = {.events = 0};
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &watched.fd)) return NULL;
  /* A signal interrupts it although it does not wait. Without memory for it, nothing is known against the other end. */
  while (poll(&watched, 1, 0) < 0) {
    if (errno != EINTR) return make_bool(env, false);
  }
  return make_bool(env, (watched.revents & (POLLHUP | POLLERR)) != 0);
}

void define_socket(napi_env env, napi_value exports) {
  define_function(env, exports, "openSocket", open_socket);
  define_function(env, exports, "setSocketOption", set_socket_option);
  define_function(env, exports, "bindToDevice", bind_to_device);
  define_function(env, exports, "bindInternet", bind_internet);
  define_function(env, exports, "listen", listen_on);
  define_function(env, exports, "sendNow", send_now);
  define_function(env, exports, "endSending", end_sending);
  define_function(env, exports, "localAddress", local_address);
  define_function(env, exports, "acceptBatch", accept_batch);
  define_function(env, exports, "receiveLine", receive_line);
  define_function(env, exports, "sendLast", send_last);
  define_function(env, exports, "hasHungUp", has_hung_up);
}
