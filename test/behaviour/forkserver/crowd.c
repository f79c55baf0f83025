/*
 * crowd PORT COUNT TOGETHER WORD: so many clients of a port of 127.0.0.1, some of them at the same time. Each sends the word
 * and reads to the end. Prints how many got each answer, `COUNT ANSWER` by lines.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { MOST_TOGETHER = 256, MOST_ANSWERS = 16, LONGEST = 128 };

static struct {
  char text[LONGEST];
  int count;
} answers[MOST_ANSWERS];

static int client(int port, const char *word) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct timeval patience = {.tv_sec = 30};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
      connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    perror("crowd");
    exit(1);
  }
  /* Whoever is turned away may be so already, which is heard then. */
  send(fd, word, strlen(word), MSG_NOSIGNAL);
  shutdown(fd, SHUT_WR);
  return fd;
}

static void count(const char *text) {
  for (int i = 0; i < MOST_ANSWERS; i++) {
    if (answers[i].count == 0) strcpy(answers[i].text, text);
    if (strcmp(answers[i].text, text) != 0) continue;
    answers[i].count++;
    return;
  }
  fprintf(stderr, "crowd: too many kinds of answers\n");
  exit(1);
}

static void hear(int fd) {
  char text[LONGEST];
  size_t length = 0;
  ssize_t got;
  while ((got = recv(fd, text + length, sizeof text - 1 - length, 0)) > 0) length += (size_t)got;
  text[length] = '\0';
  text[strcspn(text, "\n")] = '\0';
  count(got < 0 ? strerror(errno) : text);
  close(fd);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  int port = atoi(argv[1]), left = atoi(argv[2]), together = atoi(argv[3]);
  int fds[MOST_TOGETHER];
  if (together < 1 || together > MOST_TOGETHER) return 2;
  while (left > 0) {
    int now = left < together ? left : together;
    for (int i = 0; i < now; i++) fds[i] = client(port, argv[4]);
    for (int i = 0; i < now; i++) hear(fds[i]);
    left -= now;
  }
  for (int i = 0; i < MOST_ANSWERS && answers[i].count > 0; i++) printf("%d %s\n", answers[i].count, answers[i].text);
  return 0;
}
