/*
 * forking PORT: hello.c as a server of its own, with a fork for each client: what a fork server could reach here if it
 * did nothing else.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const char text[] = "HELLO\n";
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 2) return 2;
	here.sin_port = htons((unsigned short)atoi(argv[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || listen(listener, 128) < 0) return 1;
	for (;;) {
		int client = accept(listener, NULL, NULL);

		while (waitpid(-1, NULL, WNOHANG) > 0) continue;
		if (client < 0) continue;
		if (fork() == 0) {
			for (int i = 0; i < 3; i++) dup2(client, i);
			close(client);
			close(listener);
			setsid();
			return write(1, text, sizeof text - 1) == (ssize_t)(sizeof text - 1) ? 0 : 1;
		}
		close(client);
	}
}
