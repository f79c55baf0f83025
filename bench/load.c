/*
 * load -p PORT [-c AT_ONCE] [-s SECONDS | -n CONNECTIONS] -e REPLY [-w TEXT]
 *
 * A closed loop of clients for 127.0.0.1:PORT. AT_ONCE connections are open at any time; when one has ended, the next
 * begins. A client sends TEXT and half-closes (when there is a TEXT), reads to the end of the stream and compares
 * what it read with REPLY. Prints one line of JSON: connections a second, and the 50th, 90th and 99th percentile of
 * the time from connect to end of stream, in milliseconds.
 *
 * Bounded: after the given seconds (or connections) no client begins; a client that makes no progress for ten seconds
 * ends the run. Any failed connection or wrong reply is counted and the first is described. Status: 0 when there was
 * none, 1 otherwise, 2 for a usage error.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_AT_ONCE = 1024, MAX_REPLY = 4096, MAX_SAMPLES = 4 * 1024 * 1024, PATIENCE_MS = 10 * 1000 };

struct client {
	int fd;
	int sent;
	uint64_t began;
	size_t length;
	char reply[MAX_REPLY];
};

static struct sockaddr_in target = { .sin_family = AF_INET };
static const char *expected, *text;
static size_t expected_length, text_length;
static struct client clients[MAX_AT_ONCE];
static uint64_t *samples;
static size_t sample_count, begun, failures;
static char first_failure[200];
static int poller, open_clients;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(const char *format, ...)
{
	va_list arguments;

	if (failures++ > 0)
		return;
	va_start(arguments, format);
	vsnprintf(first_failure, sizeof first_failure, format, arguments);
	va_end(arguments);
}

/* Closes with a reset unless the client has half-closed: the server is done, and no TIME_WAIT sockets pile up that
   would make later rounds slower than earlier ones. */
static void end(struct client *client)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (!client->sent)
		setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(client->fd);
	client->fd = -1;
	open_clients--;
}

static void begin(struct client *client)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = client };

	begun++;
	client->sent = 0;
	client->length = 0;
	client->began = now();
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0) {
		fail("socket: %s", strerror(errno));
		return;
	}
	open_clients++;
	if (connect(client->fd, (struct sockaddr *)&target, sizeof target) < 0 && errno != EINPROGRESS) {
		fail("connect: %s", strerror(errno));
		end(client);
		return;
	}
	if (epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event) < 0) {
		fail("epoll_ctl: %s", strerror(errno));
		end(client);
	}
}

static void finish(struct client *client)
{
	if (client->length != expected_length || memcmp(client->reply, expected, expected_length) != 0)
		fail("a reply of %zu bytes differs from the expected %zu", client->length, expected_length);
	else if (sample_count < MAX_SAMPLES)
		samples[sample_count++] = now() - client->began;
	end(client);
}

static void send_text(struct client *client)
{
	client->sent = 1;
	if (send(client->fd, text, text_length, MSG_NOSIGNAL) != (ssize_t)text_length) {
		fail("send: %s", strerror(errno));
		end(client);
	} else if (shutdown(client->fd, SHUT_WR) < 0) {
		fail("shutdown: %s", strerror(errno));
		end(client);
	}
}

/* Edge-triggered: goes on until there is nothing left to read. */
static void drain(struct client *client)
{
	while (client->fd >= 0) {
		ssize_t count = read(client->fd, client->reply + client->length, sizeof client->reply - client->length);

		if (count > 0) {
			client->length += (size_t)count;
			continue;
		}
		if (count == 0) {
			finish(client);
		} else if (errno == EAGAIN) {
			return;
		} else if (errno != EINTR) {
			fail("read: %s", strerror(errno));
			end(client);
		}
	}
}

static void advance(struct client *client, uint32_t events)
{
	if (text != NULL && !client->sent && (events & EPOLLOUT) && !(events & EPOLLERR))
		send_text(client);
	if (client->fd >= 0 && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		drain(client);
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double percentile(double share)
{
	return sample_count == 0 ? 0 : (double)samples[(size_t)(share * (double)(sample_count - 1))] / 1e6;
}

static void report(double seconds)
{
	qsort(samples, sample_count, sizeof *samples, ascending);
	printf("{\"connections\":%zu,\"seconds\":%.3f,\"perSecond\":%.1f,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,"
	       "\"failures\":%zu,\"firstFailure\":\"%s\"}\n",
	       sample_count, seconds, (double)sample_count / seconds, percentile(0.50), percentile(0.90),
	       percentile(0.99), failures, first_failure);
}

/* Runs the loop until the time or the number is used up; returns the seconds that it took. */
static double run(int at_once, double seconds, size_t connections)
{
	struct epoll_event events[MAX_AT_ONCE];
	uint64_t start = now(), stop = seconds > 0 ? start + (uint64_t)(seconds * 1e9) : UINT64_MAX;

	for (int i = 0; i < at_once && begun < connections; i++)
		begin(&clients[i]);
	while (open_clients > 0) {
		int ready = epoll_wait(poller, events, MAX_AT_ONCE, PATIENCE_MS);

		if (ready == 0) {
			fail("no answer for %d seconds", PATIENCE_MS / 1000);
			break;
		}
		for (int i = 0; i < ready; i++) {
			struct client *client = events[i].data.ptr;

			advance(client, events[i].events);
			if (client->fd < 0 && begun < connections && now() < stop && failures < 100)
				begin(client);
		}
	}
	return (double)(now() - start) / 1e9;
}

int main(int argc, char **argv)
{
	int option, at_once = 1;
	double seconds = 0;
	size_t connections = 0;

	while ((option = getopt(argc, argv, "p:c:s:n:e:w:")) != -1) {
		switch (option) {
		case 'p': target.sin_port = htons((uint16_t)atoi(optarg)); break;
		case 'c': at_once = atoi(optarg); break;
		case 's': seconds = atof(optarg); break;
		case 'n': connections = strtoul(optarg, NULL, 10); break;
		case 'e': expected = optarg; break;
		case 'w': text = optarg; break;
		default: return 2;
		}
	}
	if (target.sin_port == 0 || expected == NULL || at_once < 1 || at_once > MAX_AT_ONCE ||
	    (seconds <= 0) == (connections == 0)) {
		fprintf(stderr, "usage: load -p PORT [-c AT_ONCE] [-s SECONDS | -n CONNECTIONS] -e REPLY [-w TEXT]\n");
		return 2;
	}
	target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	expected_length = strlen(expected);
	text_length = text == NULL ? 0 : strlen(text);
	samples = malloc(MAX_SAMPLES * sizeof *samples);
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (samples == NULL || poller < 0) {
		fprintf(stderr, "load: %s\n", strerror(errno));
		return 1;
	}
	for (int i = 0; i < MAX_AT_ONCE; i++)
		clients[i].fd = -1;
	report(run(at_once, seconds, connections > 0 ? connections : SIZE_MAX));
	return failures > 0;
}
