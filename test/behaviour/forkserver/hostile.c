/*
 * hostile MODE: a program that takes the channel of its fork server for itself, in a constructor, and says there what is
 * not true. When it is executed for a client there is no channel, and it says `executed`.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int channel = -1;

static void say(const void *bytes, size_t length) {
  if (send(channel, bytes, length, MSG_NOSIGNAL) < 0) _exit(0);
}

static void say_with_descriptors(const char *text) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int[3]))];
  } control = {0};
  struct iovec part = {(void *)text, strlen(text)};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int[3]))};
  memcpy(CMSG_DATA(&control.header), (int[3]){0, 1, 2}, sizeof(int[3]));
  if (sendmsg(channel, &message, MSG_NOSIGNAL) < 0) _exit(0);
}

/* The next request: its number, and its first descriptor. */
static uint32_t asked(int *client) {
  static char bytes[1 << 18];
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int[3]))];
  } control;
  struct iovec part = {bytes, sizeof bytes};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (recvmsg(channel, &message, 0) <= 0) _exit(0);
  uint32_t id;
  memcpy(&id, bytes, sizeof id);
  int descriptors[3];
  memcpy(descriptors, CMSG_DATA(&control.header), sizeof descriptors);
  *client = descriptors[0];
  close(descriptors[1]);
  close(descriptors[2]);
  return id;
}

static void tell_started(uint32_t id) {
  char bytes[5] = {'S'};
  memcpy(bytes + 1, &id, sizeof id);
  say(bytes, sizeof bytes);
}

static _Noreturn void misbehave(const char *mode) {
  int client;
  if (strcmp(mode, "garbage") == 0) say("garbage", 7);
  if (strcmp(mode, "empty") == 0) say("", 0);
  if (strcmp(mode, "forger") == 0) say("Xno\nSTART: forged", 17);
  if (strcmp(mode, "long") == 0) {
    static char bytes[100000] = "F/";
    say(bytes, sizeof bytes);
  }
  if (strcmp(mode, "flood") == 0) {
    for (int i = 0;; i++) {
      char path[40];
      say(path, (size_t)snprintf(path, sizeof path, "F/nowhere/%d", i));
    }
  }
  if (strcmp(mode, "gifts") == 0) {
    for (int i = 0; i < 1000; i++) say_with_descriptors("F/bin/sh");
  }
  say("R", 1);
  if (strcmp(mode, "twice") == 0) say("R", 1);
  if (strcmp(mode, "closes") == 0) close(channel);
  if (strcmp(mode, "unasked") == 0) tell_started(4711);
  if (strcmp(mode, "failing") == 0) say("E\1\2\0\0\1\0\0\0", 9);
  while (strcmp(mode, "itself") == 0) tell_started(asked(&client));
  if (strcmp(mode, "breaks") == 0) {
    asked(&client);
    close(channel);
  }
  if (strcmp(mode, "dies") == 0) {
    asked(&client);
    raise(SIGKILL);
  }
  while (strcmp(mode, "stillborn") == 0) {
    asked(&client);
    if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL) == 0) raise(SIGKILL);
    close(client);
  }
  while (strcmp(mode, "grandchild") == 0) {
    uint32_t id = asked(&client);
    if (fork() == 0) {
      tell_started(id);
      _exit(0);
    }
  }
  while (strcmp(mode, "clings") == 0) {
    uint32_t id = asked(&client);
    if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL) != 0) {
      close(client);
      continue;
    }
    /* A true child, which stays in the process group of the fork server, and does not end when it is told to. */
    signal(SIGTERM, SIG_IGN);
    tell_started(id);
    dprintf(client, "clings\n");
    for (;;) pause();
  }
  for (;;) pause();
}

__attribute__((constructor)) static void take(int argc, char **argv) {
  for (int fd = 0; fd < 64 && channel < 0; fd++) {
    int type;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET) channel = fd;
  }
  if (channel >= 0 && argc > 1) misbehave(argv[1]);
}

int main(void) {
  printf("executed\n");
  return 0;
}
