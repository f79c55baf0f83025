/*
 * Whose a TCP connection of this machine is: one question to the kernel with both addresses and ports (sock_diag(7)), where
 * the tables of /proc would have to be read from end to end.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "error.h"
#include "families.h"

/* States of include/net/tcp_states.h in which a socket is no connection any more, or not yet one. */
enum { TIME_WAIT = 6, CLOSED = 7, LISTENING = 10 };

struct question {
  struct nlmsghdr header;
  struct inet_diag_req_v2 about;
};

union answer {
  struct nlmsghdr header;
  char bytes[4096];
};

/* The length of the answer, or -1 with errno. The kernel answers before send(2) returns. */
static ssize_t ask(const struct question *question, union answer *answer) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return -1;
  ssize_t length = send(fd, question, sizeof *question, 0);
  if (length >= 0) length = recv(fd, answer, sizeof *answer, MSG_DONTWAIT);
  int error = errno;
  close(fd);
  errno = error;
  return length;
}

/* The addresses are 4 or 16 bytes; the kernel knows a v4-mapped connection by those of IPv4 too. */
static bool take_end(napi_env env, napi_value address, napi_value port, void *bytes, size_t *size, __be16 *number) {
  void *given;
  uint32_t value;
  if (!take_bytes(env, address, &given, size) || !take_uint(env, port, &value)) return false;
  if (*size != 4 && *size != 16) return fail(env, "socket", EINVAL), false;
  memcpy(bytes, given, *size);
  *number = htons((uint16_t)value);
  return true;
}

/*
 * connectionOwner(address, port, remoteAddress, remotePort): uid; -1 for one that nobody has, and undefined when the
 * kernel knows of none, or has no inet_diag to ask
 *
 * What the kernel finds for lack of a connection is whoever listens at the address: that is none.
 */
static napi_value connection_owner(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  size_t size, remote_size;
  struct question question = {
      .header = {sizeof question, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0},
      .about = {.sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0u},
  };
  struct inet_diag_sockid *id = &question.about.id;
  take_arguments(env, info, 4, arguments);
  if (!take_end(env, arguments[0], arguments[1], id->idiag_src, &size, &id->idiag_sport)) return NULL;
  if (!take_end(env, arguments[2], arguments[3], id->idiag_dst, &remote_size, &id->idiag_dport)) return NULL;
  if (size != remote_size) return fail(env, "socket", EINVAL);
  question.about.sdiag_family = size == 4 ? AF_INET : AF_INET6;
  id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;

  union answer answer;
  ssize_t length = ask(&question, &answer);
  if (length < 0) return fail(env, "sock_diag", errno);
  if (!NLMSG_OK(&answer.header, (size_t)length)) return fail(env, "sock_diag", EBADMSG);
  if (answer.header.nlmsg_type == NLMSG_ERROR) {
    const struct nlmsgerr *error = NLMSG_DATA(&answer.header);
    if (answer.header.nlmsg_len < NLMSG_LENGTH(sizeof *error)) return fail(env, "sock_diag", EBADMSG);
    return error->error == -ENOENT ? make_undefined(env) : fail(env, "sock_diag", -error->error);
  }
  const struct inet_diag_msg *found = NLMSG_DATA(&answer.header);
  if (answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY || answer.header.nlmsg_len < NLMSG_LENGTH(sizeof *found))
    return fail(env, "sock_diag", EBADMSG);
  if (found->idiag_state == LISTENING) return make_undefined(env);
  bool had = found->idiag_state != TIME_WAIT && found->idiag_state != CLOSED && found->idiag_inode != 0;
  return make_number(env, had ? (double)found->idiag_uid : -1);
}

void define_connection(napi_env env, napi_value exports) {
  define_function(env, exports, "connectionOwner", connection_owner);
}
