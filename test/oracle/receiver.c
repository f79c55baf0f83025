/*
 * receiver SOCKET FILE: stands in for a syslog daemon. Appends every datagram that comes to SOCKET to FILE, one a
 * line, and dies with whoever started it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char message[8192];
  if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path) return 1;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  strcpy(address.sun_path, argv[1]);
  int from = socket(AF_UNIX, SOCK_DGRAM, 0);
  int to = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (from < 0 || to < 0 || bind(from, (struct sockaddr *)&address, sizeof address) < 0) {
    perror("receiver");
    return 1;
  }
  for (;;) {
    ssize_t length = recv(from, message, sizeof message - 1, 0);
    if (length < 0) return 1;
    while (length > 0 && (message[length - 1] == '\n' || message[length - 1] == '\0')) length--;
    message[length++] = '\n';
    if (write(to, message, (size_t)length) < 0) return 1;
  }
}
