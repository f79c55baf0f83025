/*
 * The end of an interpreter that takes itself apart before it ends: what it frees, a process that has been forked would
 * have to copy first, page by page. An adapter that knows the function which does this, and that nobody can notice whether
 * it has run, has it left out (skip/NAME, see ask.c): it returns where it begins, in this process and its children. From
 * then on exit(3) writes what is left in streams and ends the process, without what libraries want done at the end.
 *
 * A function that cannot be found, or written to, is run as always.
 */
#include "forkserver.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
static const unsigned char return_at_once[] = {0xc3};
#elif defined(__aarch64__)
static const unsigned char return_at_once[] = {0xc0, 0x03, 0x5f, 0xd6};
#endif

static bool skipped;
static void (*next_exit)(int) __attribute__((noreturn));

void leave_check(void) {
  if (next_exit == NULL) *(void **)&next_exit = dlsym(RTLD_NEXT, "exit");
}

void leave_skip(const char *name) {
#if defined(__x86_64__) || defined(__aarch64__)
  unsigned char *function = dlsym(RTLD_DEFAULT, name);
  if (function == NULL) return;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  unsigned char *start = function - (uintptr_t)function % page;
  size_t length = (size_t)(function + sizeof return_at_once - start);
  if (mprotect(start, length, PROT_READ | PROT_WRITE) < 0) return;
  memcpy(function, return_at_once, sizeof return_at_once);
  if (mprotect(start, length, PROT_READ | PROT_EXEC) < 0) _exit(1); /* what is there cannot go on without its code */
  __builtin___clear_cache((char *)function, (char *)function + sizeof return_at_once);
  skipped = true;
#else
  (void)name;
#endif
}

EXPORTED void exit(int status) {
  if (skipped) {
    fflush(NULL);
    _exit(status);
  }
  leave_check();
  next_exit(status);
}
