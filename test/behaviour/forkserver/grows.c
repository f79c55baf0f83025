/*
 * grows MEMORY|TIME: a program that takes more and more of it before each fork, and never gives it back. Says
 * whether the process that answers is the one that was executed.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *what = "";
static pid_t loaded_by;

static void take(void) {
  if (strcmp(what, "MEMORY") == 0 && malloc(4 << 20) == NULL) abort();
  clock_t begin = clock();
  while (strcmp(what, "TIME") == 0 && clock() - begin < CLOCKS_PER_SEC / 4) continue;
}

__attribute__((constructor)) static void load(int argc, char **argv) {
  loaded_by = getpid();
  if (argc > 1) what = argv[1];
  pthread_atfork(take, NULL, NULL);
}

int main(void) {
  puts(loaded_by == getpid() ? "executed" : "forked");
  return 0;
}
