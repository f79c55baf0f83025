/*
 * probe: a server that says everything it finds, one `name value` per line, to whoever started it.
 *
 * What fd 0 is decides how it answers: a connection is written to, a listening socket is accepted on once, a
 * datagram socket is read once and its sender answered. It reads what it says before it touches anything, so the
 * answer is the state in which a super-server leaves a server. C, because an interpreter changes signals, descriptors
 * and environment before its first line runs.
 *
 *   probe [-x STATUS] [-k SIGNAL] [-r]   end with this status, by this signal; -r: read to the end of input first
 *
 * Words before the first option are only printed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static char text[65536];
static size_t length;

static void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(text + length, sizeof text - length, format, arguments);
  va_end(arguments);
  if (written > 0) length += (size_t)written < sizeof text - length ? (size_t)written : sizeof text - length - 1;
}

/* The descriptor that reading the table itself needs does not count: fcntl asks for each number instead. */
static void say_descriptors(void) {
  int most = (int)sysconf(_SC_OPEN_MAX);
  if (most > 65536) most = 65536;
  for (int fd = 0; fd < most; fd++) {
    struct stat status;
    if (fstat(fd, &status) < 0) continue;
    int flags = fcntl(fd, F_GETFL);
    const char *type = S_ISSOCK(status.st_mode)   ? "socket"
                       : S_ISCHR(status.st_mode)  ? "device"
                       : S_ISREG(status.st_mode)  ? "file"
                       : S_ISFIFO(status.st_mode) ? "pipe"
                       : S_ISDIR(status.st_mode)  ? "directory"
                                                  : "other";
    struct stat first;
    say("descriptor.%d %s%s access=%d%s%s%s cloexec=%d\n", fd, type,
        fstat(0, &first) == 0 && first.st_ino == status.st_ino ? " same-as-0" : "", flags & O_ACCMODE,
        flags & O_NONBLOCK ? " nonblock" : "", flags & O_APPEND ? " append" : "", flags & O_ASYNC ? " async" : "",
        fcntl(fd, F_GETFD) & FD_CLOEXEC);
  }
}

static void say_address(const char *name, int (*ask)(int, struct sockaddr *, socklen_t *)) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  char printed[INET6_ADDRSTRLEN] = "?";
  if (ask(0, (struct sockaddr *)&address, &size) < 0) {
    say("%s none\n", name);
    return;
  }
  if (address.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, printed, sizeof printed);
    say("%s inet6 %s\n", name, printed);
  } else if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, printed, sizeof printed);
    say("%s inet %s\n", name, printed);
  } else {
    say("%s family %d\n", name, address.ss_family);
  }
}

static int option(int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(0, level, name, &value, &size) < 0 ? -errno : value;
}

static void say_socket(void) {
  say("socket.type %d\n", option(SOL_SOCKET, SO_TYPE));
  say("socket.family %d\n", option(SOL_SOCKET, SO_DOMAIN));
  say("socket.listening %d\n", option(SOL_SOCKET, SO_ACCEPTCONN));
  say("socket.keepalive %d\n", option(SOL_SOCKET, SO_KEEPALIVE));
  say("socket.reuseaddr %d\n", option(SOL_SOCKET, SO_REUSEADDR));
  say("socket.sndbuf %d\n", option(SOL_SOCKET, SO_SNDBUF));
  say("socket.rcvbuf %d\n", option(SOL_SOCKET, SO_RCVBUF));
  if (option(SOL_SOCKET, SO_TYPE) == SOCK_STREAM) say("socket.nodelay %d\n", option(IPPROTO_TCP, TCP_NODELAY));
  if (option(SOL_SOCKET, SO_DOMAIN) == AF_INET6) say("socket.v6only %d\n", option(IPPROTO_IPV6, IPV6_V6ONLY));
  say_address("socket.peer", getpeername);
  say_address("socket.local", getsockname);
}

/* Signals, groups, capabilities and more, as the kernel prints them. */
static void say_status(void) {
  static const char *const wanted[] = {"SigBlk:", "SigIgn:", "SigCgt:", "CapInh:", "CapPrm:",  "CapEff:",
                                       "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:", "Uid:", "Gid:", "Groups:"};
  char line[8192];
  FILE *status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
      size_t size = strlen(wanted[i]);
      if (strncmp(line, wanted[i], size) != 0) continue;
      line[strcspn(line, "\n")] = '\0';
      for (char *at = line; *at != '\0'; at++)
        if (*at == '\t') *at = ' ';
      say("status.%.*s%s\n", (int)size - 1, wanted[i], line + size);
    }
  }
  if (status != NULL) fclose(status);
}

static void say_limits(void) {
  static const struct {
    const char *name;
    int resource;
  } limits[] = {{"as", RLIMIT_AS},         {"core", RLIMIT_CORE},       {"cpu", RLIMIT_CPU},
                {"data", RLIMIT_DATA},     {"fsize", RLIMIT_FSIZE},     {"memlock", RLIMIT_MEMLOCK},
                {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC},     {"rss", RLIMIT_RSS},
                {"stack", RLIMIT_STACK},   {"nice", RLIMIT_NICE},       {"rtprio", RLIMIT_RTPRIO},
                {"locks", RLIMIT_LOCKS},   {"msgqueue", RLIMIT_MSGQUEUE}};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    struct rlimit value;
    if (getrlimit(limits[i].resource, &value) < 0) continue;
    say("limit.%s %lld %lld\n", limits[i].name, (long long)value.rlim_cur, (long long)value.rlim_max);
  }
}

static void say_process(void) {
  char folder[4096];
  mode_t mask = umask(0);
  umask(mask);
  say("pid %d\n", getpid());
  say("umask %03o\n", mask);
  say("nice %d\n", getpriority(PRIO_PROCESS, 0));
  say("scheduler %d\n", sched_getscheduler(0));
  say("directory %s\n", getcwd(folder, sizeof folder) == NULL ? strerror(errno) : folder);
  say("leads-session %d\n", getsid(0) == getpid());
  say("leads-group %d\n", getpgrp() == getpid());
  int terminal = open("/dev/tty", O_RDWR);
  say("terminal %s\n", terminal < 0 ? strerror(errno) : "yes");
  if (terminal >= 0) close(terminal);
  int death = 0;
  prctl(PR_GET_PDEATHSIG, &death);
  say("death-signal %d\n", death);
  say("dumpable %d\n", prctl(PR_GET_DUMPABLE));
}

static void answer(void) {
  char input[2048];
  if (option(SOL_SOCKET, SO_TYPE) == SOCK_DGRAM) {
    struct sockaddr_storage sender;
    socklen_t size = sizeof sender;
    ssize_t got = recvfrom(0, input, sizeof input - 1, MSG_DONTWAIT, (struct sockaddr *)&sender, &size);
    if (got < 0) _exit(90);
    input[got] = '\0';
    say("input %s\n", input);
    if (sendto(1, text, length, 0, (struct sockaddr *)&sender, size) < 0) _exit(91);
    return;
  }
  int to = 1;
  if (option(SOL_SOCKET, SO_ACCEPTCONN) == 1) {
    to = accept(0, NULL, NULL);
    if (to < 0) _exit(92);
  }
  for (size_t sent = 0; sent < length;) {
    ssize_t step = write(to, text + sent, length - sent);
    if (step < 0) _exit(93);
    sent += (size_t)step;
  }
}

int main(int argc, char **argv) {
  int status = 0, number = 0, drain = 0;
  say_status();
  say_descriptors();
  say_process();
  say_limits();
  say_socket();
  say("argc %d\n", argc);
  for (int i = 0; i < argc; i++) say("argv.%d %s\n", i, argv[i]);
  for (char **variable = environ; *variable != NULL; variable++) say("environment %s\n", *variable);
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-r") == 0) drain = 1;
    if (i + 1 < argc && strcmp(argv[i], "-x") == 0) status = atoi(argv[i + 1]);
    if (i + 1 < argc && strcmp(argv[i], "-k") == 0) number = atoi(argv[i + 1]);
  }
  answer();
  char rest[512];
  while (drain && read(0, rest, sizeof rest) > 0) continue;
  if (number != 0) {
    signal(number, SIG_DFL);
    raise(number);
  }
  return status;
}
