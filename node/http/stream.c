/*
 * Between libmicrohttpd and the hub. A stream without news is a suspended connection: it costs no thread and no turn of
 * the event loop. A WebSocket leaves the library altogether: the hub has a descriptor of its own.
 */
#include "node/http/stream.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "node/stream/hub.h"

enum {
	PIECE_BYTES = 1024,            /* that the library asks for at once */
	SOCKET_BYTES = 64 * 1024,      /* that the kernel keeps for a client, besides the hub */
	GONE_MS = 60 * 1000,           /* a client that takes nothing so long has left without a word */
};

static int socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static void park(void *connection)
{
	MHD_suspend_connection(connection);
}

static void wake(void *connection)
{
	MHD_resume_connection(connection);
}

static void cut(void *connection)
{
	shutdown(socket_of(connection), SHUT_RDWR);
}

static ssize_t on_piece(void *cls, uint64_t at, char *out, size_t max)
{
	ssize_t taken = stream_take(cls, out, max);

	(void)at;
	return taken < 0 ? MHD_CONTENT_READER_END_OF_STREAM : taken;
}

static void on_upgrade(void *cls, struct MHD_Connection *connection, void *request, const char *already,
                       size_t already_bytes, MHD_socket socket, struct MHD_UpgradeResponseHandle *handle)
{
	int own = fcntl(socket, F_DUPFD_CLOEXEC, 0);

	(void)connection;
	(void)request;
	if (own >= 0)
		stream_begin_socket(cls, own, (struct str){ already, already_bytes });
	/* the library lets go of its descriptor, and of all that it kept for the request */
	MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

struct MHD_Response *stream_response(struct stream_ticket *ticket)
{
	if (ticket->websocket)
		return MHD_create_response_for_upgrade(on_upgrade, ticket);
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, on_piece, ticket, NULL);
}

void stream_begin(struct stream_ticket *ticket, struct MHD_Connection *connection)
{
	const struct sse_wire wire = { .park = park, .wake = wake, .cut = cut, .connection = connection };
	int bytes = SOCKET_BYTES, fd = socket_of(connection);
	unsigned gone_ms = GONE_MS;

	if (ticket->websocket)
		return;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_ms, sizeof(gone_ms));
	stream_begin_lines(ticket, &wire);
}
