/* hello: a program that says so, and as little else as a dynamically linked program can do. */
#include <unistd.h>

int main(void) { return write(STDOUT_FILENO, "HELLO\n", 6) == 6 ? 0 : 1; }
