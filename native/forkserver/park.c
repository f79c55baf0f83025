/*
 * Where a program parks.
 *
 * KINETD_FORKSERVER=main: before main. Any dynamically linked program can; libraries are loaded and their constructors
 * have run, once.
 *
 * KINETD_FORKSERVER=call: in the fork() that an adapter calls after it has said so (ask.c). The interpreters know how to
 * go on in the child of a fork: they bring their own state in order around it, which a function of ours could not.
 *
 * The variables that make a fork server leave the environment before anything else can pass them on. LD_BIND_NOW is one of
 * them: functions of libraries are looked up while the program is loaded, once, and not in each child with its first call
 * of each, which costs as many page faults as the rest of what a small child does.
 */
#include "forkserver.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum park park_mode;
bool park_armed;

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

/* The name is the C library's, which does not declare it. */
start_function __libc_start_main;

/* Takes this library out of LD_PRELOAD, where others may stand beside it, separated by colons or blanks. */
static void leave_preload(void) {
  static const char name[] = "/kinetd_forkserver.so";
  char *list = getenv("LD_PRELOAD");
  if (list == NULL) return;
  char *to = list;
  for (char *from = list; *from != '\0';) {
    size_t length = strcspn(from, ": ");
    size_t whole = length + (from[length] != '\0');
    bool ours = length >= sizeof name - 1 && memcmp(from + length - (sizeof name - 1), name, sizeof name - 1) == 0;
    if (!ours) to = (char *)memmove(to, from, whole) + whole;
    from += whole;
  }
  while (to > list && (to[-1] == ':' || to[-1] == ' ')) to--;
  *to = '\0';
  if (*list == '\0') unsetenv("LD_PRELOAD");
}

__attribute__((constructor)) static void begin(void) {
  const char *mode = getenv("KINETD_FORKSERVER");
  if (mode == NULL || !channel_take()) return;
  if (strcmp(mode, "main") == 0) park_mode = PARK_BEFORE_MAIN;
  else if (strcmp(mode, "call") == 0) park_mode = PARK_IN_FORK;
  else channel_refuse("KINETD_FORKSERVER is neither main nor call");
  unsetenv("KINETD_FORKSERVER");
  const char *bind_now = getenv("LD_BIND_NOW");
  if (bind_now != NULL && strcmp(bind_now, "kinetd") == 0) unsetenv("LD_BIND_NOW"); /* and not what the service sets */
  leave_preload();
}

/* --- before main --------------------------------------------------------------------------------------------------- */

static main_function *program_main;

static int parked_main(int argc, char **argv, char **variables) {
  (void)variables;
  serve();
  return program_main(argc, argv, environ);
}

EXPORTED int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                               void (*rtld_fini)(void), void *stack_end) {
  start_function *next;
  *(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
  program_main = main;
  return next(park_mode == PARK_BEFORE_MAIN ? parked_main : main, argc, argv, init, fini, rtld_fini, stack_end);
}

/* --- in a fork ----------------------------------------------------------------------------------------------------- */

EXPORTED pid_t fork(void) {
  static pid_t (*next)(void);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "fork");
  if (!park_armed) return next();
  park_armed = false;
  serve();
  return 0;
}
