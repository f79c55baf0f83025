/*
 * What an adapter says to the library and asks it, in any language and without an extension of it: readlink(2) of names
 * below /kinetd/forkserver, which exist nowhere. An answer is a link's target; what is only said has an empty one.
 *
 *   loaded/PATH          a file (absolute) that the program is made of, beside those that are mapped
 *   keep/NUMBER          this descriptor is the interpreter's own, and children may share it
 *   skip/NAME            what this function of the interpreter does at its very end is left out
 *   refuse/TEXT          the program cannot park, for this reason; ends the process
 *   park                 the next fork() parks, and returns 0 in each child
 *   environment/OFFSET   in a child: its environment from that byte on, as much as the caller has room for; variables
 *                        end with NUL, and the answer is empty behind the last. For languages that keep a copy of their own
 *   others               in a child: which of its standard descriptors (as digits) are not sockets
 *
 * Without the library all of these are ENOENT.
 */
#include "forkserver.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* The checked variants are what a call with _FORTIFY_SOURCE may end in. */
ssize_t __readlink_chk(const char *path, char *buffer, size_t room, size_t size);
ssize_t __readlinkat_chk(int folder, const char *path, char *buffer, size_t room, size_t size);

/* In the words of C alone, as what children ask does not go through functions that nobody has called in them yet. */
static bool begins(const char **text, const char *word) {
  const char *at = *text;
  while (*word != '\0' && *at == *word) at++, word++;
  if (*word != '\0') return false;
  *text = at;
  return true;
}

/* The bytes of all variables from `skip` on, their NULs included. */
static ssize_t copy_environment(size_t skip, char *buffer, size_t room) {
  size_t filled = 0;
  for (char **variable = environ; variable != NULL && *variable != NULL && filled < room; variable++) {
    size_t size = strlen(*variable) + 1;
    if (skip >= size) {
      skip -= size;
      continue;
    }
    size_t taken = size - skip < room - filled ? size - skip : room - filled;
    memcpy(buffer + filled, *variable + skip, taken);
    filled += taken;
    skip = 0;
  }
  return (ssize_t)filled;
}

static ssize_t name_others(char *buffer, size_t room) {
  size_t filled = 0;
  for (int fd = 0; fd <= STDERR_FILENO && filled < room; fd++) {
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode)) buffer[filled++] = (char)('0' + fd);
  }
  return (ssize_t)filled;
}

/* True when the name is one of ours and the process a fork server of the kind that has an adapter, or a child of one. */
static bool answered(const char *path, char *buffer, size_t room, ssize_t *answer) {
  static bool adapter;
  if (path == NULL || !begins(&path, "/kinetd/forkserver/")) return false;
  if (park_mode == PARK_IN_FORK) adapter = true;
  if (!adapter) return false;
  *answer = 0;
  if (begins(&path, "environment/")) {
    bool first = path[0] == '0' && path[1] == '\0';
    *answer = copy_environment(first ? 0 : strtoul(path, NULL, 10), buffer, room);
    return true;
  }
  const char *rest = path;
  if (begins(&rest, "others") && *rest == '\0') {
    *answer = name_others(buffer, room);
    return true;
  }
  if (park_mode != PARK_IN_FORK) return false;
  if (begins(&path, "loaded/")) channel_tell_file(path);
  else if (begins(&path, "keep/")) open_keep(atoi(path));
  else if (begins(&path, "skip/")) leave_skip(path);
  else if (begins(&path, "refuse/")) channel_refuse(path);
  else if (strcmp(path, "park") == 0) park_armed = true;
  else return false;
  return true;
}

EXPORTED ssize_t readlink(const char *restrict path, char *restrict buffer, size_t room) {
  static ssize_t (*next)(const char *, char *, size_t);
  ssize_t answer;
  if (answered(path, buffer, room, &answer)) return answer;
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "readlink");
  return next(path, buffer, room);
}

EXPORTED ssize_t readlinkat(int folder, const char *restrict path, char *restrict buffer, size_t room) {
  static ssize_t (*next)(int, const char *, char *, size_t);
  ssize_t answer;
  if (answered(path, buffer, room, &answer)) return answer;
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "readlinkat");
  return next(folder, path, buffer, room);
}

EXPORTED ssize_t __readlink_chk(const char *path, char *buffer, size_t room, size_t size) {
  if (room > size) abort();
  return readlink(path, buffer, room);
}

EXPORTED ssize_t __readlinkat_chk(int folder, const char *path, char *buffer, size_t room, size_t size) {
  if (room > size) abort();
  return readlinkat(folder, path, buffer, room);
}
