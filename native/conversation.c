/*
 * A socket of its own for one sender of datagrams, beside the one that serves everybody (udp(7): the kernel gives a
 * datagram to the socket that is connected to its sender, if there is one).
 *
 * What has come before it was connected stays in the common queue; `resendDatagram` takes it from there without a byte
 * of it reaching this process: through a pipe, and out of a raw socket with the sender's own address.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/in6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "call.h"
#include "error.h"
#include "families.h"

static const struct word families[] = {{"inet", AF_INET}, {"inet6", AF_INET6}};

struct endpoint {
  struct sockaddr_storage address;
  socklen_t length;
};

/* Takes (address, port) for a family; `port` may be left out of the address and is given back then. */
static bool take_endpoint(napi_env env, int family, const napi_value *arguments, struct endpoint *out, uint16_t *port) {
  char text[ADDRESS_TEXT];
  uint32_t number;
  if (!take_text(env, arguments[0], text, sizeof text) || !take_uint(env, arguments[1], &number)) return false;
  int error = number > UINT16_MAX ? EINVAL
                                  : address_parse(family, text, port == NULL ? (uint16_t)number : 0, &out->address, &out->length);
  if (port != NULL) *port = (uint16_t)number;
  if (error != 0) fail(env, "bind", error);
  return error == 0;
}

static int switch_on(int fd, int level, int name) {
  int on = 1;
  return setsockopt(fd, level, name, &on, sizeof on);
}

/* tellDestination(descriptor, family): peekEnds knows where datagrams were sent to from now on */
static napi_value tell_destination(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd, family;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_word(env, arguments[1], families, COUNT(families), &family)) return NULL;
  int status = family == AF_INET ? switch_on(fd, IPPROTO_IP, IP_PKTINFO) : switch_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
  return status < 0 ? fail(env, "setsockopt", errno) : NULL;
}

/* The address of this machine that the datagram came to; false when it was sent to many. */
static bool destination(struct msghdr *message, struct endpoint *out) {
  for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
    memset(out, 0, sizeof *out);
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo to;
      memcpy(&to, CMSG_DATA(part), sizeof to);
      *(struct sockaddr_in *)&out->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = to.ipi_spec_dst};
      out->length = sizeof(struct sockaddr_in);
      return true;
    }
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo to;
      memcpy(&to, CMSG_DATA(part), sizeof to);
      if (IN6_IS_ADDR_MULTICAST(&to.ipi6_addr)) return false;
      struct sockaddr_in6 *address = (struct sockaddr_in6 *)&out->address;
      *address = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = to.ipi6_addr};
      if (IN6_IS_ADDR_LINKLOCAL(&to.ipi6_addr)) address->sin6_scope_id = (uint32_t)to.ipi6_ifindex;
      out->length = sizeof *address;
      return true;
    }
  }
  return false;
}

/*
 * peekEnds(descriptor): [sender, port, destination or ""] | undefined
 *
 * As peekSender, and with the address of this machine that the first datagram was sent to. None of its bytes is read.
 */
static napi_value peek_ends(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  for (int tries = 0; tries < 16; tries++) {
    struct sockaddr_storage sender = {0};
    _Alignas(struct cmsghdr) char control[256];
    struct msghdr message = {
        .msg_name = &sender, .msg_namelen = sizeof sender, .msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT) >= 0) {
      char text[ADDRESS_TEXT];
      struct endpoint to;
      napi_value result = make_array(env);
      uint16_t port = address_print(&sender, message.msg_namelen, text);
      set_element(env, result, 0, make_text(env, text));
      set_element(env, result, 1, make_number(env, port));
      if (destination(&message, &to)) address_print(&to.address, to.length, text);
      else *text = '\0';
      set_element(env, result, 2, make_text(env, text));
      return result;
    }
    if (errno == EAGAIN) break;
    if (errno == EBADF || errno == ENOTSOCK || errno == EINVAL || errno == ENOTCONN) return fail(env, "recvmsg", errno);
  }
  return make_undefined(env);
}

/*
 * bindConnected(descriptor, family, local, local port, peer, peer port)
 *
 * A socket that is bound and not yet connected would be given everybody's datagrams; a filter refuses them for the
 * moment between the two calls.
 */
static napi_value bind_connected(napi_env env, napi_callback_info info) {
  static struct sock_filter nothing[] = {{.code = BPF_RET | BPF_K, .k = 0}};
  static const struct sock_fprog filter = {.len = COUNT(nothing), .filter = nothing};
  napi_value arguments[6];
  int fd, family, unused = 0;
  struct endpoint local, peer;
  take_arguments(env, info, 6, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_word(env, arguments[1], families, COUNT(families), &family)) return NULL;
  if (!take_endpoint(env, family, arguments + 2, &local, NULL)) return NULL;
  if (!take_endpoint(env, family, arguments + 4, &peer, NULL)) return NULL;
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0) return fail(env, "setsockopt", errno);
  if (bind(fd, (struct sockaddr *)&local.address, local.length) < 0) return fail(env, "bind", errno);
  if (connect(fd, (struct sockaddr *)&peer.address, peer.length) < 0) return fail(env, "connect", errno);
  int status = setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
  return status < 0 ? fail(env, "setsockopt", errno) : NULL;
}

/* Of a UDP header (RFC 768), and where its checksum stands. */
enum { HEADER = 8, CHECKSUM_AT = 6, PAGE = 4096, PIPE = 32 * PAGE };

/* A raw socket that sends from `from`, which need be no address of this machine, to `to`; or -1. */
static int open_raw(int family, const struct endpoint *from, const struct endpoint *to, const char **call) {
  int checksum = CHECKSUM_AT;
  *call = "socket";
  int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
  if (fd < 0) return -1;
  *call = "setsockopt";
  /* IPv4 has datagrams without a checksum; for IPv6 the kernel is told where it has to stand. */
  int status = family == AF_INET
                   ? switch_on(fd, IPPROTO_IP, IP_TRANSPARENT)
                   : switch_on(fd, IPPROTO_IPV6, IPV6_TRANSPARENT) |
                         setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &checksum, sizeof checksum);
  if (status == 0) {
    *call = "bind";
    status = bind(fd, (const struct sockaddr *)&from->address, from->length);
  }
  if (status == 0) {
    *call = "connect";
    status = connect(fd, (const struct sockaddr *)&to->address, to->length);
  }
  if (status == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

/*
 * Header and datagram through the pipe and out, as one packet. Kernels before 6.5 send a page at a time, so each but
 * the last says that there is more.
 */
static int pass_on(int socket, size_t length, const int pipe_ends[2], const uint16_t header[4], int raw) {
  if (fcntl(pipe_ends[1], F_SETPIPE_SZ, PIPE) < 0) return -1;
  if (write(pipe_ends[1], header, HEADER) != HEADER) return -1;
  if (length == 0) {
    if (recv(socket, NULL, 0, MSG_DONTWAIT) < 0) return -1;
  } else if (splice(socket, NULL, pipe_ends[1], NULL, PIPE - PAGE, SPLICE_F_NONBLOCK) != (ssize_t)length) {
    return -1;
  }
  size_t part = HEADER;
  for (size_t left = HEADER + length; left > 0; part = left < PAGE ? left : PAGE) {
    ssize_t sent = splice(pipe_ends[0], NULL, raw, NULL, part, SPLICE_F_NONBLOCK | (part < left ? SPLICE_F_MORE : 0));
    if (sent != (ssize_t)part) return -1;
    left -= part;
  }
  return 0;
}

/*
 * resendDatagram(descriptor, family, sender, sender's port, local, local port)
 *
 * Takes the first datagram, which is known to be this sender's, out of the queue and sends it to the local address as
 * its sender did. On failure it may be lost.
 */
static napi_value resend_datagram(napi_env env, napi_callback_info info) {
  napi_value arguments[6];
  int fd, family, pipe_ends[2];
  uint16_t from_port, to_port;
  struct endpoint from, to;
  const char *call;
  take_arguments(env, info, 6, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_word(env, arguments[1], families, COUNT(families), &family)) return NULL;
  if (!take_endpoint(env, family, arguments + 2, &from, &from_port)) return NULL;
  if (!take_endpoint(env, family, arguments + 4, &to, &to_port)) return NULL;
  ssize_t length = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
  if (length < 0) return fail(env, "recv", errno);
  int raw = open_raw(family, &from, &to, &call);
  if (raw < 0) return fail(env, call, errno);
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0) {
    int error = errno;
    close(raw);
    return fail(env, "pipe2", error);
  }
  const uint16_t header[4] = {htons(from_port), htons(to_port), htons((uint16_t)(HEADER + length)), 0};
  errno = EIO;
  int error = pass_on(fd, (size_t)length, pipe_ends, header, raw) < 0 ? errno : 0;
  close(raw);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  return error == 0 ? NULL : fail(env, "splice", error);
}

void define_conversation(napi_env env, napi_value exports) {
  define_function(env, exports, "tellDestination", tell_destination);
  define_function(env, exports, "peekEnds", peek_ends);
  define_function(env, exports, "bindConnected", bind_connected);
  define_function(env, exports, "resendDatagram", resend_datagram);
}
