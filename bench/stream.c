/*
 * stream serve PORT                               an echo server: where the redirects of the bench lead to
 * stream greet PORT                               a server that says a line and closes: where others lead to
 * stream tcp  -p PORT -c CONNECTIONS -s SECONDS   sends as fast as it is echoed, on so many connections
 * stream udp  -p PORT -c WINDOW -s SECONDS        keeps so many datagrams of 64 bytes on their way
 *
 * All at 127.0.0.1. tcp and udp print one line of JSON: bytes or datagrams that came back, a second. Every byte that
 * comes back is compared. A datagram that has not come back for 50 ms is lost: it is counted, and another is sent.
 *
 * Bounded: the seconds, and ten seconds without anything coming back; serve ends with its parent or with SIGTERM.
 * Status: 0 when all went well, 1 otherwise, 2 for a usage error.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 256, BLOCK = 65536, PERIOD = 251, DATAGRAM = 64, PATIENCE_MS = 10000, LOST_MS = 50 };

struct peer {
	int fd;
	int over;
	uint64_t sent, received;
	/* serve: what has been read and not been written. */
	size_t from, to;
	char block[BLOCK];
};

/* PERIOD is prime, so that any shift shows. */
static char pattern[BLOCK + PERIOD];
static struct peer peers[MOST];

static void die(const char *what)
{
	fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct sockaddr_in at(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static void watch(int poller, int operation, struct peer *peer, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = peer };

	if (epoll_ctl(poller, operation, peer->fd, &event) < 0)
		die("epoll_ctl");
}

/* --- serve ------------------------------------------------------------------------------------------------------- */

static void let_go(struct peer *peer)
{
	close(peer->fd);
	peer->fd = -1;
}

static void echo(int poller, struct peer *peer)
{
	for (;;) {
		if (peer->from == peer->to) {
			ssize_t got = peer->over ? 0 : read(peer->fd, peer->block, BLOCK);

			if (got < 0 && errno == EAGAIN) {
				watch(poller, EPOLL_CTL_MOD, peer, EPOLLIN);
				return;
			}
			if (got <= 0) {
				let_go(peer);
				return;
			}
			peer->from = 0;
			peer->to = (size_t)got;
		}
		ssize_t put = send(peer->fd, peer->block + peer->from, peer->to - peer->from, MSG_NOSIGNAL);

		if (put < 0 && errno == EAGAIN) {
			watch(poller, EPOLL_CTL_MOD, peer, EPOLLOUT);
			return;
		}
		if (put < 0) {
			let_go(peer);
			return;
		}
		peer->from += (size_t)put;
	}
}

static struct peer *unused(void)
{
	for (int i = 1; i < MOST; i++)
		if (peers[i].fd < 0)
			return &peers[i];
	return NULL;
}

static int listener(int port, int flags)
{
	struct sockaddr_in address = at(port);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1024) < 0)
		die("listen");
	return fd;
}

static void greet(int port)
{
	static const char line[] = "Hello Kinetd\n";
	int fd, listening = listener(port, 0);

	while ((fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		/* A client that has gone by then is the client's affair. */
		if (send(fd, line, sizeof line - 1, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
			die("send");
		close(fd);
	}
	die("accept");
}

static void serve(int port)
{
	struct epoll_event events[MOST];
	int on = 1, poller = epoll_create1(EPOLL_CLOEXEC);

	peers[0].fd = listener(port, SOCK_NONBLOCK);
	watch(poller, EPOLL_CTL_ADD, &peers[0], EPOLLIN);
	for (;;) {
		int ready = epoll_wait(poller, events, MOST, -1);

		for (int i = 0; i < ready; i++) {
			struct peer *peer = events[i].data.ptr;

			if (peer != &peers[0]) {
				echo(poller, peer);
				continue;
			}
			struct peer *next = unused();
			int fd = accept4(peers[0].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

			if (fd < 0)
				continue;
			if (next == NULL) {
				close(fd);
				continue;
			}
			memset(next, 0, offsetof(struct peer, block));
			next->fd = fd;
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
			watch(poller, EPOLL_CTL_ADD, next, EPOLLIN);
		}
	}
}

/* --- tcp --------------------------------------------------------------------------------------------------------- */

static int wrong(struct peer *peer, size_t length)
{
	return memcmp(peer->block, pattern + peer->received % PERIOD, length) != 0;
}

/* Sends and reads as long as either goes on; 0 when the other side has done something wrong. */
static int move(struct peer *peer, int sending)
{
	for (;;) {
		int moved = 0;
		ssize_t count = sending ? send(peer->fd, pattern + peer->sent % PERIOD, BLOCK, MSG_NOSIGNAL) : -1;

		if (count > 0) {
			peer->sent += (uint64_t)count;
			moved = 1;
		} else if (sending && count < 0 && errno != EAGAIN) {
			return 0;
		}
		count = read(peer->fd, peer->block, BLOCK);
		if (count == 0 || (count < 0 && errno != EAGAIN))
			return 0;
		if (count > 0) {
			if (wrong(peer, (size_t)count))
				return 0;
			peer->received += (uint64_t)count;
			moved = 1;
		}
		if (!moved)
			return 1;
	}
}

static int tcp(int port, int connections, double seconds)
{
	struct sockaddr_in address = at(port);
	struct epoll_event events[MOST];
	int poller = epoll_create1(EPOLL_CLOEXEC);
	double start = now();
	uint64_t received = 0;

	for (int i = 0; i < connections; i++) {
		peers[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(peers[i].fd, (struct sockaddr *)&address, sizeof address) < 0)
			die("connect");
		if (fcntl(peers[i].fd, F_SETFL, O_NONBLOCK) < 0)
			die("fcntl");
		watch(poller, EPOLL_CTL_ADD, &peers[i], EPOLLIN | EPOLLOUT | EPOLLET);
	}
	while (now() - start < seconds) {
		int ready = epoll_wait(poller, events, MOST, PATIENCE_MS);

		if (ready <= 0) {
			fprintf(stderr, "stream: nothing has come back for %d seconds\n", PATIENCE_MS / 1000);
			return 1;
		}
		for (int i = 0; i < ready; i++) {
			if (!move(events[i].data.ptr, 1)) {
				fprintf(stderr, "stream: the connection ended, or what came back was not what was sent\n");
				return 1;
			}
		}
	}
	double took = now() - start;

	for (int i = 0; i < connections; i++) {
		struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

		received += peers[i].received;
		setsockopt(peers[i].fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
		close(peers[i].fd);
	}
	printf("{\"perSecond\":%.0f,\"seconds\":%.3f,\"lost\":0}\n", (double)received / took, took);
	return 0;
}

/* --- udp --------------------------------------------------------------------------------------------------------- */

static int udp(int port, int window, double seconds)
{
	struct sockaddr_in address = at(port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	uint64_t came = 0, lost = 0;
	int out = 0;
	double start = now(), heard = start;

	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("connect");
	while (now() - start < seconds) {
		char block[DATAGRAM * 2];

		for (; out < window; out++)
			if (send(fd, pattern, DATAGRAM, 0) < 0)
				die("send");
		if (poll(&readable, 1, LOST_MS) == 0) {
			lost += (uint64_t)out;
			out = 0;
			if (now() - heard > PATIENCE_MS / 1000.0)
				break;
			continue;
		}
		for (ssize_t count; (count = recv(fd, block, sizeof block, MSG_DONTWAIT)) >= 0;) {
			if (count != DATAGRAM || memcmp(block, pattern, DATAGRAM) != 0) {
				fprintf(stderr, "stream: a datagram came back changed\n");
				return 1;
			}
			heard = now();
			came++;
			if (out > 0)
				out--;
		}
	}
	printf("{\"perSecond\":%.0f,\"seconds\":%.3f,\"lost\":%llu}\n", (double)came / (now() - start), now() - start,
	       (unsigned long long)lost);
	return came == 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: stream serve|greet PORT | stream tcp|udp -p PORT -c COUNT -s SECONDS\n");
	return 2;
}

int main(int argc, char **argv)
{
	int option, port = 0, count = 1;
	double seconds = 1;

	if (argc < 3)
		return usage();
	for (int i = 0; i < MOST; i++)
		peers[i].fd = -1;
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = (char)(i % PERIOD);
	if (strcmp(argv[1], "serve") == 0) {
		serve(atoi(argv[2]));
		return 0;
	}
	if (strcmp(argv[1], "greet") == 0)
		greet(atoi(argv[2]));
	optind = 2;
	while ((option = getopt(argc, argv, "p:c:s:")) != -1) {
		switch (option) {
		case 'p': port = atoi(optarg); break;
		case 'c': count = atoi(optarg); break;
		case 's': seconds = atof(optarg); break;
		default: return usage();
		}
	}
	if (port == 0 || count < 1 || count > MOST || seconds <= 0)
		return usage();
	if (strcmp(argv[1], "tcp") == 0)
		return tcp(port, count, seconds);
	return strcmp(argv[1], "udp") == 0 ? udp(port, count, seconds) : usage();
}
