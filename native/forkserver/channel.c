/*
 * The socket to the daemon: one SOCK_SEQPACKET message for each thing that is said. Numbers are little endian.
 *
 *   from the daemon  id:u32 and `NAME=VALUE\0` …, with three descriptors      a request
 *                    end of file                                              end with status 0
 *   to the daemon    F path                  a file that was loaded, to be watched for changes
 *                    R                       parked, and ready for requests
 *                    X reason                cannot park
 *                    S id:u32                from the child of a request; its pid and user are in SCM_CREDENTIALS
 *                    E id:u32 errno:u32      a request has got no child
 *
 * The socket stands at a high number, so that what the program opens before it parks gets the numbers that it would get
 * otherwise, and below 64, so that the kernel's table of descriptors stays small.
 */
#include "forkserver.h"
#include "system-call.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { USUAL_NUMBER = 60, LONGEST_REQUEST = 1 << 18, LONGEST_REASON = 1000, LONGEST_PATH = 4096 };
enum { MOST_VARIABLES = 8192 };

static int channel = -1;

/*
 * The last request, and behind it the pointers to its variables: on the same page when there are few, which the child
 * then gets as it is. Only the pages that are needed are ever touched.
 */
static union {
  char bytes[LONGEST_REQUEST];
  char *pointers[LONGEST_REQUEST / sizeof(char *) + MOST_VARIABLES + 1];
} message;

bool channel_is_ours(int fd) { return fd == channel; }

/* A connection whose other side has gone: at its end, for who reads. */
static int ended_socket(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return -1;
  close(pair[1]);
  return pair[0];
}

/*
 * Descriptor 0 becomes a socket again, since php looks at its kind when it starts: it waits at most
 * default_socket_timeout seconds for a socket, and for ever for anything else.
 *
 * Only what the daemon itself has started may take the socket: a program that has not loaded this library (a static one)
 * passes descriptor 0 and the variables on to the programs that it starts. The peer is who made the pair.
 */
bool channel_take(void) {
  int type;
  struct ucred peer;
  socklen_t size = sizeof type, peer_size = sizeof peer;
  if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET) return false;
  if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) < 0 || peer.pid != getppid()) return false;
  channel = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, USUAL_NUMBER);
  if (channel < 0) channel = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1); /* few descriptors are allowed */
  if (channel < 0) return false;
  int nothing = ended_socket();
  if (nothing < 0) channel_refuse("no socket can be had");
  if (dup2(nothing, STDIN_FILENO) < 0) _exit(1);
  close(nothing);
  return true;
}

/* Waits while the daemon is behind with reading; a daemon that is not there any more ends the fork server. */
static void tell(const void *bytes, size_t length) {
  while (send(channel, bytes, length, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) _exit(0);
  }
}

static void tell_text(char kind, const char *text, size_t longest) {
  char bytes[1 + LONGEST_PATH];
  size_t length = strnlen(text, longest);
  bytes[0] = kind;
  memcpy(bytes + 1, text, length);
  tell(bytes, 1 + length);
}

static void put(unsigned char *at, uint32_t number) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(number >> 8 * i);
}

static uint32_t get(const unsigned char *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void channel_tell_ready(void) { tell("R", 1); }

void channel_tell_file(const char *path) { tell_text('F', path, LONGEST_PATH); }

void channel_refuse(const char *reason) {
  tell_text('X', reason, LONGEST_REASON);
  _exit(1);
}

void channel_tell_failure(uint32_t id, int error) {
  unsigned char bytes[9] = {'E'};
  put(bytes + 1, id);
  put(bytes + 5, (uint32_t)error);
  tell(bytes, sizeof bytes);
}

void channel_tell_started(uint32_t id) {
  unsigned char bytes[5] = {'S'};
  put(bytes + 1, id);
  long sent;
  do sent = system_call(SYS_sendto, channel, (long)bytes, sizeof bytes, MSG_NOSIGNAL, 0, 0);
  while (sent == -EINTR);
  if (sent < 0) _exit(0); /* the daemon has gone */
  system_call(SYS_close, channel, 0, 0, 0, 0, 0);
}

/* Takes the descriptors out of what was received. Others than three are closed again. */
static bool take_descriptors(struct msghdr *header, int descriptors[3]) {
  bool taken = false;
  for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    int got[4];
    if (count > sizeof got / sizeof *got) count = sizeof got / sizeof *got;
    memcpy(got, CMSG_DATA(part), count * sizeof(int));
    if (count == 3 && !taken) {
      memcpy(descriptors, got, sizeof(int[3]));
      taken = true;
      continue;
    }
    for (size_t i = 0; i < count; i++) close(got[i]);
  }
  return taken;
}

/* What is wrong with a request, as an errno; 0 when it can be served. */
static int problem(const struct msghdr *header, size_t length, bool has_descriptors) {
  if ((header->msg_flags & MSG_CTRUNC) != 0) return EMFILE; /* no room for the descriptors here */
  if ((header->msg_flags & MSG_TRUNC) != 0) return EMSGSIZE;
  if (!has_descriptors) return EBADF;
  if (length == 4) return 0;
  if (message.bytes[length - 1] != '\0') return EINVAL;
  size_t count = 0;
  for (size_t at = 4; at < length; at += strlen(message.bytes + at) + 1) count++;
  return count > MOST_VARIABLES ? E2BIG : 0;
}

static char **list_variables(size_t length) {
  char **list = message.pointers + (length + sizeof(char *) - 1) / sizeof(char *);
  char **next = list;
  for (size_t at = 4; at < length; at += strlen(message.bytes + at) + 1) *next++ = message.bytes + at;
  *next = NULL;
  return list;
}

static void close_all(const int descriptors[3]) {
  for (int i = 0; i < 3; i++) close(descriptors[i]);
}

void channel_next(struct request *request) {
  for (;;) {
    union {
      struct cmsghdr header;
      char bytes[CMSG_SPACE(sizeof(int[4]))];
    } control;
    struct iovec part = {message.bytes, sizeof message.bytes};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) _exit(0);
    bool has_descriptors = take_descriptors(&header, request->descriptors);
    if (length < 4) _exit(1); /* there is nobody to answer to: this is not our daemon */
    request->id = get((unsigned char *)message.bytes);
    int error = problem(&header, (size_t)length, has_descriptors);
    if (error == 0) {
      request->environment = list_variables((size_t)length);
      return;
    }
    if (has_descriptors) close_all(request->descriptors);
    channel_tell_failure(request->id, error);
  }
}
