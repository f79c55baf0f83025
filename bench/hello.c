/*
 * The smallest server there is: says HELLO and ends. Built twice, static and dynamic, so that the bench shows what
 * a daemon costs (static) and what the dynamic linker adds to it (dynamic).
 */
#include <unistd.h>

int main(void)
{
	static const char text[] = "HELLO\n";

	return write(1, text, sizeof text - 1) == (ssize_t)(sizeof text - 1) ? 0 : 1;
}
