/*
 * spawn-loop PORT PROGRAM [ARG]...
 *
 * The yardstick of the bench: what is left of a super-server when everything but its duty is taken away. Accepts on
 * 127.0.0.1:PORT and starts PROGRAM for each connection, with the connection as descriptors 0, 1 and 2, in a session
 * of its own and with default signals, as xinetd does; then collects what has ended. No configuration, no limits, no
 * log, no ids. Its rate is the rate at which this machine can start programs at all.
 *
 * Ends when its parent ends or with SIGTERM.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void die(const char *call, int error)
{
	fprintf(stderr, "spawn-loop: %s: %s\n", call, strerror(error));
	exit(1);
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		die("socket", errno);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		die("setsockopt", errno);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("bind", errno);
	if (listen(fd, 128) < 0)
		die("listen", errno);
	return fd;
}

static void prepare(posix_spawnattr_t *attributes)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static void start(char **argv, const posix_spawnattr_t *attributes, int connection)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_adddup2(&actions, connection, fd);
	error = posix_spawn(&pid, argv[0], &actions, attributes, argv, environ);
	if (error != 0)
		die("posix_spawn", error);
	posix_spawn_file_actions_destroy(&actions);
}

int main(int argc, char **argv)
{
	posix_spawnattr_t attributes;
	int listener;

	if (argc < 3) {
		fprintf(stderr, "usage: spawn-loop PORT PROGRAM [ARG]...\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prepare(&attributes);
	listener = listen_on((uint16_t)atoi(argv[1]));
	for (;;) {
		int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (connection < 0) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			die("accept4", errno);
		}
		start(argv + 2, &attributes, connection);
		close(connection);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
