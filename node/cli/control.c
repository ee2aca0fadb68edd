/*
 * Both ends of the control socket. Each command has a thread, so that one that hangs or takes long holds up no other;
 * whoever can connect owns the data folder (mode 0600), so it is believed. The address goes through /proc/self/fd, because the path of a data folder
 * may be longer than a socket address holds.
 */
#include "node/cli/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/node.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/json.h"

enum {
	FRAME_BYTES_MAX = 64 * 1024 * 1024,
	WORDS_MAX = 64,
	VISITS_MAX = 32,           /* commands at once; the next ones wait to be accepted */
	TALK_MS = 5 * SECOND_MS,   /* how long a client may take to send its words, and to take the answer */
	FULL_WAIT_MS = 100,
};

struct control {
	struct node *node;
	struct str data;
	struct arena *arena;
	pthread_t thread;
	int listener;
	int stop_pipe[2];
	pthread_mutex_t lock;      /* of visits */
	pthread_cond_t ended;
	size_t visits;             /* commands under way */
};

/* One command under way. */
struct visit {
	struct control *control;
	int fd;
};

/* --- frames ----------------------------------------------------------------------------------------------------- */

/* Waits until `fd` is ready, but not beyond `until_ms` (monotonic; 0: for ever). */
static bool is_ready(int fd, short event, int64_t until_ms)
{
	struct pollfd polled = { fd, event, 0 };
	int rc;

	do {
		int64_t left_ms = until_ms ? until_ms - clock_monotonic_ms() : -1;

		rc = until_ms && left_ms <= 0 ? 0 : poll(&polled, 1, (int)left_ms);
	} while (rc < 0 && errno == EINTR);
	return rc > 0;
}

static int send_all(int fd, const void *bytes, size_t n, int64_t until_ms)
{
	const char *p = bytes;

	while (n) {
		ssize_t sent = is_ready(fd, POLLOUT, until_ms) ? send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

		if (sent < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (sent <= 0)
			return ERR_NETWORK;
		p += sent;
		n -= (size_t)sent;
	}
	return OK;
}

static int receive_all(int fd, void *bytes, size_t n, int64_t until_ms)
{
	char *p = bytes;

	while (n) {
		ssize_t got = is_ready(fd, POLLIN, until_ms) ? recv(fd, p, n, MSG_DONTWAIT) : 0;

		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return ERR_NETWORK;
		p += got;
		n -= (size_t)got;
	}
	return OK;
}

static int frame_send(int fd, struct str text, int64_t until_ms)
{
	uint8_t head[4] = { (uint8_t)(text.n >> 24), (uint8_t)(text.n >> 16), (uint8_t)(text.n >> 8), (uint8_t)text.n };
	int err = text.n <= FRAME_BYTES_MAX ? send_all(fd, head, sizeof(head), until_ms) : ERR_LIMIT;

	return err == OK ? send_all(fd, text.p, text.n, until_ms) : err;
}

static int frame_receive(struct arena *arena, int fd, size_t max, int64_t until_ms, struct str *ret_text)
{
	uint8_t head[4];
	size_t n;
	char *bytes;
	int err = receive_all(fd, head, sizeof(head), until_ms);

	if (err != OK)
		return err;
	n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (n > max)
		return ERR_LIMIT;
	bytes = arena_alloc(arena, n + 1);
	err = receive_all(fd, bytes, n, until_ms);
	*ret_text = (struct str){ bytes, n };
	return err;
}

/* An answer may be longer than what json_parse() takes from strangers, so both ends are framed texts: status, out and
 * error are three frames. */
static int answer_send(int fd, int status, struct str out, struct str error)
{
	char digit = (char)('0' + status);
	int64_t until_ms = clock_monotonic_ms() + TALK_MS;
	int err = frame_send(fd, (struct str){ &digit, 1 }, until_ms);

	if (err == OK)
		err = frame_send(fd, out, until_ms);
	return err == OK ? frame_send(fd, error, until_ms) : err;
}

/* --- server ----------------------------------------------------------------------------------------------------- */

static int run_command(struct control *control, const json_t *request, struct cli *cli)
{
	json_t *list = json_member(request, "words");
	struct str words[WORDS_MAX];
	size_t count = json_count(list);

	if (count > WORDS_MAX)
		return cli_fail(cli, "too many words");
	for (size_t i = 0; i < count; i++)
		words[i] = json_str_of(json_at(list, i));
	cli->input = json_member_str(request, "input");
	cli->store = control->node->store;
	cli->writer = control->node->writer;
	cli->instance = &control->node->instance;
	cli->config = control->node->config;
	cli->node = control->node;
	return cli_run(cli, count, words);
}

static void serve_one(struct control *control, int fd)
{
	struct arena *arena = arena_new();
	struct cli cli = { .arena = arena };
	struct str text;
	json_t *request;
	int status;

	buf_init(&cli.out, arena, 0);
	buf_init(&cli.error, arena, 0);
	if (frame_receive(arena, fd, JSON_BYTES_MAX, clock_monotonic_ms() + TALK_MS, &text) == OK) {
		if (json_parse(arena, text, &request) == OK)
			status = run_command(control, request, &cli);
		else
			status = cli_fail(&cli, "the words are not UTF-8, or too long");
		answer_send(fd, status, buf_str(&cli.out), buf_str(&cli.error));
	}
	arena_free(arena);
}

static void *visit_run(void *arg)
{
	struct visit *visit = arg;
	struct control *control = visit->control;

	serve_one(control, visit->fd);
	close(visit->fd);
	free(visit);
	pthread_mutex_lock(&control->lock);
	control->visits--;
	pthread_cond_broadcast(&control->ended);
	pthread_mutex_unlock(&control->lock);
	return NULL;
}

/* A thread of its own for what was accepted; without one it is served here. */
static void visit_begin(struct control *control, int fd)
{
	struct visit *visit = malloc(sizeof(*visit));
	pthread_t thread;

	if (!visit)
		abort();
	*visit = (struct visit){ control, fd };
	pthread_mutex_lock(&control->lock);
	while (control->visits == VISITS_MAX)
		pthread_cond_wait(&control->ended, &control->lock);
	control->visits++;
	pthread_mutex_unlock(&control->lock);
	if (pthread_create(&thread, NULL, visit_run, visit) == 0)
		pthread_detach(thread);
	else
		visit_run(visit);
}

/* false: there was nothing to accept. */
static bool accept_one(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		visit_begin(control, fd);
	else if (errno != EAGAIN && errno != EINTR)
		poll(NULL, 0, FULL_WAIT_MS);  /* no descriptors left, say */
	return fd >= 0;
}

static void *control_loop(void *arg)
{
	struct control *control = arg;

	for (;;) {
		struct pollfd polls[2] = { { control->listener, POLLIN, 0 }, { control->stop_pipe[0], POLLIN, 0 } };

		if (poll(polls, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (polls[1].revents)
			break;
		if (polls[0].revents)
			accept_one(control);
	}
	/* The name of the socket is gone, so whoever is to come has come: a command is never turned away half-way. */
	while (accept_one(control))
		continue;
	return NULL;
}

/* Fills an address that names "control" inside the folder behind `folder_fd`. */
static void control_address(int folder_fd, struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/control", folder_fd);
}

static int folder_descriptor(struct arena *arena, struct str data)
{
	return open(arena_cstr(arena, data), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int listen_at(struct arena *arena, struct str data, int *ret_listener)
{
	struct sockaddr_un address;
	int folder = folder_descriptor(arena, data);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	bool bound;

	if (folder < 0 || fd < 0)
		goto fail;
	control_address(folder, &address);
	/* A socket left by a killed process: we hold the store's lock, so nobody listens there. */
	unlinkat(folder, "control", 0);
	mask = umask(0177);
	bound = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	umask(mask);
	if (!bound || listen(fd, VISITS_MAX) != 0)
		goto fail;
	close(folder);
	*ret_listener = fd;
	return OK;
fail:
	if (folder >= 0)
		close(folder);
	if (fd >= 0)
		close(fd);
	return ERR_IO;
}

int control_start(struct node *node, struct str data, struct control **ret_control)
{
	struct arena *arena = arena_new();
	struct control *control = ARENA_NEW(arena, struct control);
	int err;

	control->node = node;
	control->arena = arena;
	control->data = arena_str(arena, data);
	err = listen_at(arena, data, &control->listener);
	if (err == OK && pipe2(control->stop_pipe, O_CLOEXEC) != 0)
		abort();
	if (err != OK) {
		arena_free(arena);
		return err;
	}
	pthread_mutex_init(&control->lock, NULL);
	pthread_cond_init(&control->ended, NULL);
	if (pthread_create(&control->thread, NULL, control_loop, control) != 0)
		abort();
	*ret_control = control;
	return OK;
}

void control_stop(struct control *control)
{
	int folder;

	if (!control)
		return;
	folder = folder_descriptor(control->arena, control->data);
	if (folder >= 0) {
		unlinkat(folder, "control", 0);
		close(folder);
	}
	if (write(control->stop_pipe[1], "x", 1) != 1)
		abort();
	pthread_join(control->thread, NULL);
	pthread_mutex_lock(&control->lock);
	while (control->visits)
		pthread_cond_wait(&control->ended, &control->lock);
	pthread_mutex_unlock(&control->lock);
	pthread_mutex_destroy(&control->lock);
	pthread_cond_destroy(&control->ended);
	close(control->listener);
	close(control->stop_pipe[0]);
	close(control->stop_pipe[1]);
	arena_free(control->arena);
}

/* --- client ----------------------------------------------------------------------------------------------------- */

static int connect_to(struct arena *arena, struct str data, int *ret_fd)
{
	struct sockaddr_un address;
	int folder = folder_descriptor(arena, data);
	int fd, failed;

	if (folder < 0)
		return ERR_NOT_FOUND;
	control_address(folder, &address);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		abort();
	failed = connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0;
	close(folder);
	if (failed) {
		close(fd);
		return ERR_NOT_FOUND;
	}
	*ret_fd = fd;
	return OK;
}

static struct str request_render(struct arena *arena, size_t count, const struct str *words, struct str input)
{
	struct buf buf;
	struct json_writer w;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_key(&w, "words");
	json_w_array(&w);
	for (size_t i = 0; i < count; i++)
		json_w_str(&w, words[i]);
	json_w_array_end(&w);
	json_w_member_str(&w, "input", input);
	json_w_object_end(&w);
	return buf_str(&buf);
}

int control_call(struct arena *arena, struct str data, size_t word_count, const struct str *words, struct str input,
                 int *ret_status, struct str *ret_out, struct str *ret_error)
{
	struct str status;
	int fd, err = connect_to(arena, data, &fd);

	if (err != OK)
		return err;
	err = frame_send(fd, request_render(arena, word_count, words, input), 0);
	if (err == OK)
		err = frame_receive(arena, fd, FRAME_BYTES_MAX, 0, &status);
	if (err == OK)
		err = frame_receive(arena, fd, FRAME_BYTES_MAX, 0, ret_out);
	if (err == OK)
		err = frame_receive(arena, fd, FRAME_BYTES_MAX, 0, ret_error);
	close(fd);
	if (err == OK && (status.n != 1 || status.p[0] < '0' || status.p[0] > '9'))
		err = ERR_INVALID;
	if (err == OK)
		*ret_status = status.p[0] - '0';
	return err;
}
