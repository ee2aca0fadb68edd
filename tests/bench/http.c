/*
 * Requests out, replies in.
 */
#include "tests/bench/http.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/bench/measure.h"

void http_write(struct buf *buf, const struct http_request *request)
{
	buf_printf(buf, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", request->method, request->target, request->port);
	if (request->token.n)
		buf_printf(buf, "Authorization: Bearer %.*s\r\n", STR_ARG(request->token));
	if (request->accept)
		buf_printf(buf, "Accept: %s\r\n", request->accept);
	if (request->type)
		buf_printf(buf, "Content-Type: %s\r\n", request->type);
	for (size_t i = 0; i < request->header_count; i++)
		buf_printf(buf, "%.*s: %.*s\r\n", STR_ARG(request->headers[i].name), STR_ARG(request->headers[i].value));
	if (request->body.n || strcmp(request->method, "POST") == 0)
		buf_printf(buf, "Content-Length: %zu\r\n", request->body.n);
	buf_add(buf, STR("\r\n"));
	buf_add(buf, request->body);
}

static bool find_length(struct str head, uint64_t *ret_length)
{
	while (head.p) {
		struct str value = str_cut(&head, '\n'), name = str_cut(&value, ':');

		if (str_eq_nocase(name, STR("content-length")))
			return str_to_u64(str_trim(value), ret_length);
	}
	return false;
}

int http_read(struct str bytes, struct http_reply *ret_reply)
{
	size_t head = str_find(bytes, STR("\r\n\r\n"));
	uint64_t status, length;

	if (head == SIZE_MAX)
		return NEED;
	if (!str_to_u64(str_sub(bytes, 9, 3), &status) || !find_length(str_sub(bytes, 0, head), &length))
		return ERR_INVALID;
	head += 4;
	if (bytes.n - head < length)
		return NEED;
	*ret_reply = (struct http_reply){ (int)status, head + length, { bytes.p + head, length } };
	return OK;
}

int http_connect(uint16_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

struct http_reply http_ask(struct arena *arena, int fd, const struct http_request *request)
{
	enum { PIECE_BYTES = 64 * 1024 };
	struct http_reply reply = { 0 };
	struct buf out, in;
	ssize_t n;
	int r;

	buf_init(&out, arena, 0);
	buf_init(&in, arena, 0);
	http_write(&out, request);
	if (send(fd, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
		give_up("%s %s: the connection broke", request->method, request->target);
	do {
		n = recv(fd, buf_reserve(&in, PIECE_BYTES), PIECE_BYTES, 0);
		if (n <= 0)
			give_up("%s %s: the connection broke", request->method, request->target);
		in.n += (size_t)n;
		r = http_read((struct str){ in.p, in.n }, &reply);
	} while (r == NEED);
	if (r != OK)
		give_up("%s %s: not a reply we can read", request->method, request->target);
	return reply;
}

struct str http_must(struct arena *arena, int fd, const struct http_request *request, int status)
{
	struct http_reply reply = http_ask(arena, fd, request);

	if (reply.status != status)
		give_up("%s %s: %d, not %d: %.*s", request->method, request->target, reply.status, status,
		        STR_ARG(str_sub(reply.body, 0, 300)));
	return reply.body;
}
