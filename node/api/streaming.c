/*
 * From a request to a place in the hub. Tokens travel in a header, the query or the sub-protocol and never in a cookie,
 * so any Origin may open a stream, as any may ask the rest of the client API.
 */
#include "node/api/streaming.h"

#include "node/node.h"
#include "node/stream/hub.h"
#include "node/stream/websocket.h"

int api_streaming_health(struct call *call, struct view *view)
{
	(void)view;
	return call_reply(call, 200, "text/plain; charset=utf-8", STR("OK"));
}

static int refuse_channel(struct call *call, int err)
{
	if (err == ERR_NOT_FOUND)
		return call_fail_status(call, ERR_INVALID, 400, NULL, "Unknown stream type");
	return call_fail(call, ERR_INVALID, "The stream lacks its parameter: tag or list");
}

static int read_channel(struct call *call, struct view *view, struct str name, struct channel *ret_channel)
{
	int err = channel_parse(name, call_param(call, "tag"), call_param(call, "list"), ret_channel);

	if (err != OK)
		return refuse_channel(call, err);
	if (!(call->viewer.scopes & channel_scopes(ret_channel)))
		return call_fail(call, ERR_DENIED, "This action is outside the authorized scopes");
	return channel_is_of(view, ret_channel, call->viewer.account_id) ? OK : ERR_NOT_FOUND;
}

static int open_stream(struct call *call, const struct channel *channel, bool websocket)
{
	const struct stream_request request = {
		.account_id = call->viewer.account_id, .token_id = call->viewer.token_id,
		.expires_ms = call->viewer.expires_ms, .scopes = call->viewer.scopes,
		.address = call->request.peer_address, .channel = channel, .websocket = websocket,
	};
	int err = call->node->hub ? hub_open(call->node->hub, call->arena, &request, &call->reply.stream) : ERR_BUSY;

	if (err == ERR_LIMIT)
		return call_fail_status(call, err, 429, NULL, "Too many streams of this account are open");
	return err == ERR_BUSY ? call_fail(call, err, "Too many streams are open, try again later") : err;
}

/* One of the words of a header that lists them (RFC 9110 section 5.6.1). */
static bool header_has(const struct call *call, const char *name, struct str word)
{
	struct str rest = call_request_header(call, name);

	while (rest.p)
		if (str_eq_nocase(str_trim(str_cut(&rest, ',')), word))
			return true;
	return false;
}

/* The handshake of RFC 6455 section 4.2.1. */
static int read_handshake(struct call *call, struct str *ret_accept)
{
	if (call->request.head || !header_has(call, "Connection", STR("Upgrade")) ||
	    !header_has(call, "Upgrade", STR("websocket"))) {
		call_header(call, "Upgrade", STR("websocket"));
		return call_fail_status(call, ERR_INVALID, 426, NULL,
		                        "This is a WebSocket; server-sent events are below it");
	}
	if (!str_eq(call_request_header(call, "Sec-WebSocket-Version"), STR("13"))) {
		call_header(call, "Sec-WebSocket-Version", STR("13"));
		return call_fail_status(call, ERR_INVALID, 426, NULL, "Sec-WebSocket-Version must be 13");
	}
	if (call_request_header_count(call, "Sec-WebSocket-Key") != 1 ||
	    websocket_accept(call->arena, call_request_header(call, "Sec-WebSocket-Key"), ret_accept) != OK)
		return call_fail(call, ERR_INVALID, "Sec-WebSocket-Key cannot be read");
	return OK;
}

int api_streaming_socket(struct call *call, struct view *view)
{
	struct str name = call_param(call, "stream"), protocols = call_request_header(call, "Sec-WebSocket-Protocol");
	struct channel channel;
	struct str accept = STR_NONE;
	int err = read_handshake(call, &accept);

	if (err == OK && name.n)
		err = read_channel(call, view, name, &channel);
	if (err == OK)
		err = open_stream(call, name.n ? &channel : NULL, true);
	if (err != OK)
		return err;
	call_header(call, "Upgrade", STR("websocket"));
	call_header(call, "Sec-WebSocket-Accept", accept);
	if (protocols.n)  /* the first they offer is the one we take; it may be their token */
		call_header(call, "Sec-WebSocket-Protocol", str_trim(str_cut(&protocols, ',')));
	call->reply.status = 101;
	return OK;
}

/* "/api/v1/streaming/public/local" is the stream "public:local". */
static struct str name_of_path(struct call *call)
{
	static const struct str base = STR("/api/v1/streaming/");
	struct str rest = str_sub(call->request.path, base.n, SIZE_MAX);
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	while (rest.p) {
		buf_add(&buf, str_cut(&rest, '/'));
		if (rest.p)
			buf_add_char(&buf, ':');
	}
	if (str_starts(buf_str(&buf), STR("public")) && call_param_bool(call, "only_media", false))
		buf_add(&buf, STR(":media"));
	return buf_str(&buf);
}

int api_streaming_lines(struct call *call, struct view *view)
{
	struct channel channel;
	int err = read_channel(call, view, name_of_path(call), &channel);

	if (err == OK && !call->request.head)
		err = open_stream(call, &channel, false);
	if (err != OK)
		return err;
	call_header(call, "X-Accel-Buffering", STR("no"));
	return call_reply(call, 200, "text/event-stream", STR(""));
}
