/* Any bytes as what the client of a WebSocket says: frames, and orders in them. The bytes come in two parts, the first with
 * the request, as a proxy or a client in a hurry may cut them; the first byte says where. */
#include "node/stream/websocket.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/stream/channel.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* As the hub reads it (node/stream/stream.c), without a store. */
static void on_text(void *arg, struct str text)
{
	struct websocket *const *ws = arg;
	struct arena *arena = arena_new();
	struct channel channel;
	json_t *order;

	/* a NUL is text in a frame, and none to us */
	if (text.n > WEBSOCKET_MESSAGE_MAX || (str_find_char(text, '\0') == SIZE_MAX && !utf8_valid(text)))
		abort();
	if (json_parse(arena, text, &order) == OK &&
	    channel_parse(json_member_str(order, "stream"), json_member_str(order, "tag"), json_member_str(order, "list"),
	                  &channel) == OK &&
	    !channel_eq(&channel, &channel))
		abort();
	websocket_send(*ws, STR("{\"error\":\"none\"}"));
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct websocket *ws;
	size_t cut;
	int pair[2];

	if (!n || n > 32 * 1024 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
		return 0;
	cut = 1 + data[0] % n;
	ws = websocket_new(pair[0], (struct str){ (const char *)data + 1, cut - 1 }, on_text, &ws);
	if (send(pair[1], data + cut, n - cut, MSG_NOSIGNAL) < 0)
		abort();
	for (int turns = 0; turns < 16 && !websocket_over(ws); turns++)
		websocket_read(ws);
	shutdown(pair[1], SHUT_WR);
	websocket_ping(ws);
	for (int turns = 0; turns < 16 && !websocket_over(ws); turns++)
		websocket_read(ws);
	if (!websocket_over(ws))
		abort();
	websocket_free(ws);
	close(pair[0]);
	close(pair[1]);
	return 0;
}
