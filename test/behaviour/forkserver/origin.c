/* Says whether the process that answers is the one that was executed: `executed` or `forked`, then its arguments. */
#include <stdio.h>
#include <unistd.h>

static pid_t loaded_by;

__attribute__((constructor)) static void load(void) { loaded_by = getpid(); }

int main(int argc, char **argv) {
  printf("%s", loaded_by == getpid() ? "executed" : "forked");
  for (int i = 1; i < argc; i++) printf(" %s", argv[i]);
  printf("\n");
  return 7;
}
