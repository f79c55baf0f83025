/*
 * The descriptors of a parked program. A server that was executed has 0, 1 and 2; what the program opens by itself
 * before it parks, it would have opened once for each connection. So each child must get its own:
 *
 * - a file or directory that is read, or appended to, is opened once more in the child, at the same offset;
 * - devices that hold nothing (/dev/null, /dev/urandom …) may be shared;
 * - everything else (sockets, pipes, files that are written to, timers, event queues) cannot be had twice: such a program
 *   does not park, except for what its adapter says is the interpreter's own (open_keep).
 */
#include "forkserver.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MOST = 64, MEMORY_DEVICES = 1 };

static struct {
  int fds[MOST];
  size_t count;
} kept, separate;

static bool has(const int *fds, size_t count, int fd) {
  for (size_t i = 0; i < count; i++) {
    if (fds[i] == fd) return true;
  }
  return false;
}

void open_keep(int fd) {
  if (kept.count < MOST) kept.fds[kept.count++] = fd;
}

__attribute__((noreturn)) static void refuse(int fd) {
  char own[64], target[256], reason[400];
  snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(own, target, sizeof target - 1);
  target[length < 0 ? 0 : length] = '\0';
  snprintf(reason, sizeof reason, "the program has opened %s as descriptor %d, which connections cannot share", target, fd);
  channel_refuse(reason);
}

static void check(int fd) {
  struct stat status;
  if (channel_is_ours(fd) || has(kept.fds, kept.count, fd)) return;
  if (fstat(fd, &status) < 0) return;
  if (S_ISCHR(status.st_mode) && major(status.st_rdev) == MEMORY_DEVICES) return;
  int flags = fcntl(fd, F_GETFL);
  bool shareable = (flags & O_ACCMODE) == O_RDONLY || (flags & O_APPEND) != 0;
  if (!S_ISDIR(status.st_mode) && !(S_ISREG(status.st_mode) && shareable)) refuse(fd);
  if (separate.count == MOST) channel_refuse("the program has opened too many files");
  separate.fds[separate.count++] = fd;
}

/* As many as a request brings along, beside what is open already. */
static void check_room(void) {
  int fds[3];
  for (int i = 0; i < 3; i++) {
    fds[i] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fds[i] < 0) channel_refuse("the limit on descriptors leaves no room for those of a connection");
  }
  for (int i = 0; i < 3; i++) close(fds[i]);
}

void open_check(void) {
  /* Whatever is received must not land on these. */
  while (true) {
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) channel_refuse("/dev/null cannot be opened");
    if (fd > STDERR_FILENO) {
      close(fd);
      break;
    }
  }
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL) channel_refuse("/proc is not there");
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char *end;
    int fd = (int)strtol(entry->d_name, &end, 10);
    if (*end == '\0' && end != entry->d_name && fd > STDERR_FILENO && fd != dirfd(folder)) check(fd);
  }
  closedir(folder);
  check_room();
}

/* A file that cannot be opened again, because its mode has changed since, stays shared: it is only read or appended to. */
void open_separate(void) {
  for (size_t i = 0; i < separate.count; i++) {
    int fd = separate.fds[i];
    char own[64];
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    int cloexec = fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0;
    int again = open(own, (fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_DIRECTORY | O_LARGEFILE)) | O_CLOEXEC);
    if (again < 0) continue;
    lseek(again, lseek(fd, 0, SEEK_CUR), SEEK_SET);
    dup3(again, fd, cloexec);
    close(again);
  }
}
