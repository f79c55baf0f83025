/* taken-apart: an interpreter with an adapter in its place, which parks, says a line, takes itself apart, and ends with 3. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void at_exit(void) { puts("ran at the end"); }

__attribute__((visibility("default"), noinline)) int take_apart(int left) {
  puts("took itself apart");
  return left;
}

static void say(const char *text) {
  char answer[64];
  if (readlink(text, answer, sizeof answer) < 0) puts("nobody listens");
}

int main(int argc, char **argv) {
  atexit(at_exit);
  say(argc > 1 ? argv[1] : "/kinetd/forkserver/skip/take_apart");
  say("/kinetd/forkserver/park");
  if (fork() == 0) printf("not yet written, ");
  printf("%s\n", argc > 1 ? argv[1] : "");
  take_apart(argc);
  exit(3);
}
