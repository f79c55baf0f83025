/*
 * Messages whose sender the kernel names: a socket that was told to (SO_PASSCRED) gets the pid and the user of the process
 * that has sent each message, as they were then. No process without privileges can send with somebody else's.
 *
 * Also whether a process is a child of this one, which no number in a message could tell.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "error.h"
#include "families.h"

/* tellSenders(descriptor): from now on its messages have a sender */
static napi_value tell_senders(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd, on = 1;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  return setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ? fail(env, "setsockopt", errno) : NULL;
}

/*
 * receiveFrom(descriptor, buffer): [length, pid, uid]; length 0 is the end; undefined when nothing waits
 *
 * There is room for the credentials alone: the kernel closes descriptors that somebody sends along.
 */
static napi_value receive_from(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int fd;
  struct iovec part;
  take_arguments(env, info, 2, arguments);
  if (!take_int(env, arguments[0], &fd) || !take_bytes(env, arguments[1], &part.iov_base, &part.iov_len)) return NULL;
  union {
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
  } control;
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t length;
  do length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (length < 0 && errno == EINTR);
  if (length < 0) return errno == EAGAIN ? make_undefined(env) : fail(env, "recvmsg", errno);
  if ((message.msg_flags & MSG_TRUNC) != 0) return fail(env, "recvmsg", EMSGSIZE);

  struct ucred sender = {0, (uid_t)-1, (gid_t)-1};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS)
    memcpy(&sender, CMSG_DATA(header), sizeof sender);
  napi_value result = make_array(env);
  set_element(env, result, 0, make_number(env, (double)length));
  set_element(env, result, 1, make_number(env, sender.pid));
  set_element(env, result, 2, make_number(env, sender.uid));
  return result;
}

/* refuseMessages(descriptor): what was sent before can still be received, and then the end */
static napi_value refuse_messages(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  return shutdown(fd, SHUT_RD) < 0 && errno != ENOTCONN ? fail(env, "shutdown", errno) : NULL;
}

/* isChild(pid): also when it has ended and was not collected yet */
static napi_value is_child(napi_env env, napi_callback_info info) {
  napi_value argument;
  int pid;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &pid)) return NULL;
  siginfo_t unused;
  int result;
  do result = waitid(P_PID, (id_t)pid, &unused, WEXITED | WNOHANG | WNOWAIT);
  while (result < 0 && errno == EINTR);
  return make_bool(env, result == 0);
}

void define_sender(napi_env env, napi_value exports) {
  define_function(env, exports, "tellSenders", tell_senders);
  define_function(env, exports, "receiveFrom", receive_from);
  define_function(env, exports, "refuseMessages", refuse_messages);
  define_function(env, exports, "isChild", is_child);
}
