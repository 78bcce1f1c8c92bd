/*
 * The floor below the floor: one thread, one epoll loop, lines answered with themselves.
 * One read a readiness event, one write for all answers of a read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER (128 * 1024)
#define EVENTS 1024

struct client {
	int fd;
	/* A line that has begun and not ended. */
	char *started;
	size_t started_length;
	/* Answers that the socket did not take. */
	char *unsent;
	size_t unsent_length;
};

static int poller;
static char in[BUFFER];
static char out[BUFFER];

static void watch(int operation, struct client *client, unsigned events)
{
	struct epoll_event event = { .events = events, .data.ptr = client };
	epoll_ctl(poller, operation, client->fd, &event);
}

static char *copy(const char *bytes, size_t length)
{
	char *copied = malloc(length);
	if (!copied)
		abort();
	return memcpy(copied, bytes, length);
}

static void end(struct client *client)
{
	close(client->fd);
	free(client->started);
	free(client->unsent);
	free(client);
}

static void answer(struct client *client, size_t length)
{
	ssize_t written = write(client->fd, out, length);
	if (written < 0 && errno != EAGAIN) {
		end(client);
		return;
	}
	size_t taken = written < 0 ? 0 : (size_t) written;
	if (taken < length) {
		client->unsent_length = length - taken;
		client->unsent = copy(out + taken, client->unsent_length);
		watch(EPOLL_CTL_MOD, client, EPOLLOUT);
	}
}

static void send_rest(struct client *client)
{
	ssize_t written = write(client->fd, client->unsent, client->unsent_length);
	if (written < 0) {
		if (errno != EAGAIN)
			end(client);
		return;
	}
	client->unsent_length -= written;
	memmove(client->unsent, client->unsent + written, client->unsent_length);
	if (client->unsent_length == 0) {
		free(client->unsent);
		client->unsent = NULL;
		watch(EPOLL_CTL_MOD, client, EPOLLIN);
	}
}

static void serve(struct client *client)
{
	size_t length = client->started_length;
	if (length) {
		memcpy(in, client->started, length);
		free(client->started);
		client->started = NULL;
		client->started_length = 0;
	}
	ssize_t count = read(client->fd, in + length, BUFFER - length);
	if (count < 0 && errno == EAGAIN)
		count = 0;
	else if (count <= 0) {
		end(client);
		return;
	}
	length += count;
	size_t start = 0;
	for (char *feed; (feed = memchr(in + start, '\n', length - start)); start = feed + 1 - in)
		memcpy(out + start, in + start, feed + 1 - (in + start));
	if (start < length) {
		client->started_length = length - start;
		client->started = copy(in + start, client->started_length);
	}
	if (start)
		answer(client, start);
}

static void accept_all(int listener)
{
	for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
		int on = 1;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		struct client *client = calloc(1, sizeof *client);
		if (!client)
			abort();
		client->fd = fd;
		watch(EPOLL_CTL_ADD, client, EPOLLIN);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	struct client listener = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) };
	int on = 1;
	setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener.fd, (struct sockaddr *) &address, sizeof address) || listen(listener.fd, 1024))
		return 1;
	poller = epoll_create1(0);
	watch(EPOLL_CTL_ADD, &listener, EPOLLIN);
	static struct epoll_event events[EVENTS];
	for (;;) {
		int ready = epoll_wait(poller, events, EVENTS, -1);
		for (int i = 0; i < ready; i++) {
			struct client *client = events[i].data.ptr;
			if (client == &listener)
				accept_all(listener.fd);
			else if (client->unsent)
				send_rest(client);
			else
				serve(client);
		}
	}
}
