/* The hub: who hears of which commit, who is turned away, and what ends a stream. Server-sent events against a wire that
 * is no connection, WebSockets against a pair of sockets; the hub's thread is the real one. */
#include "node/stream/hub.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/stream/websocket.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/posts.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

enum { WAIT_MS = 5000, STREAMS = 8, PER_ACCOUNT = 3 };
/* The scopes of what is told here. */
#define ALL_HEARD (SCOPE(READ_STATUSES) | SCOPE(READ_NOTIFICATIONS))

static struct world *world;
static struct hub *hub;
static struct account *ana, *tom, *eve;
static uint64_t token_ids[3];
static int64_t token_ends_ms;

/* --- the wire of a stream that is no connection ------------------------------------------------------------------ */

struct ear {
	struct arena *arena;
	struct stream_ticket *ticket;
	atomic_int parked, woken, cut;
	char text[512 * 1024];
	size_t count;
};

static void on_park(void *connection)
{
	struct ear *ear = connection;

	atomic_fetch_add(&ear->parked, 1);
}

static void on_wake(void *connection)
{
	struct ear *ear = connection;

	atomic_fetch_add(&ear->woken, 1);
}

static void on_cut(void *connection)
{
	struct ear *ear = connection;

	atomic_fetch_add(&ear->cut, 1);
}

static void pause_ms(int ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

static struct channel channel_of(const char *name, const char *tag)
{
	struct channel channel = { 0 };

	if (channel_parse(str_of(name), str_of(tag), STR_NONE, &channel) != OK)
		abort();
	return channel;
}

static int open_as(struct arena *arena, const struct account *who, const char *name, scope_set scopes, bool websocket,
                   struct stream_ticket **ret_ticket)
{
	struct channel channel = channel_of(name, "tea");
	struct stream_request request = {
		.account_id = who->id, .token_id = token_ids[who == ana ? 0 : who == tom ? 1 : 2], .scopes = scopes,
		.expires_ms = token_ends_ms, .channel = &channel, .websocket = websocket,
	};

	return hub_open(hub, arena, &request, ret_ticket);
}

static struct ear *listen_with(const struct account *who, const char *name, scope_set scopes)
{
	const struct sse_wire wire = { on_park, on_wake, on_cut, NULL };
	struct ear *ear = calloc(1, sizeof(*ear));
	struct sse_wire own = wire;

	if (!ear)
		abort();
	ear->arena = arena_new();
	own.connection = ear;
	if (open_as(ear->arena, who, name, scopes, false, &ear->ticket) != OK)
		abort();
	stream_begin_lines(ear->ticket, &own);
	return ear;
}

static struct ear *listen_to(const struct account *who, const char *name)
{
	return listen_with(who, name, ALL_HEARD);
}

/* As the HTTP thread would: takes what there is, and when that is nothing it is parked until the next wake. Ends at
 * `mark` in the text, or at the end of the stream (mark NULL). */
static bool hears(struct ear *ear, const char *mark)
{
	for (int waited = 0; waited < WAIT_MS; waited++) {
		ssize_t n = stream_take(ear->ticket, ear->text + ear->count, sizeof(ear->text) - 1 - ear->count);

		if (n > 0)
			ear->count += (size_t)n;
		ear->text[ear->count] = '\0';
		if (n < 0)
			return !mark;
		if (mark && strstr(ear->text, mark))
			return true;
		if (n == 0)
			pause_ms(1);
	}
	return false;
}

static size_t times(const struct ear *ear, const char *mark)
{
	size_t count = 0;

	for (const char *at = strstr(ear->text, mark); at; at = strstr(at + 1, mark))
		count++;
	return count;
}

static void leave(struct ear *ear)
{
	arena_free(ear->arena);
	free(ear);
}

/* --- the world --------------------------------------------------------------------------------------------------- */

static void commit(void)
{
	if (world_commit(world) != OK)
		abort();
	hub_publish(hub, &world->events);
}

static const char *id_text(uint64_t id)
{
	return arena_cstr(world->arena, arena_printf(world->arena, "\"id\":\"%llu\"", (unsigned long long)id));
}

static uint64_t say_to(const struct account *author, uint8_t visibility, uint64_t named)
{
	struct post *post;
	uint64_t id;

	world_write(world);
	post = world_draft(world, author, visibility);
	if (named)
		post->mention_ids = world_ids(world, 1, &named);
	id = world_add(world, post);
	commit();
	return id;
}

static uint64_t say(const struct account *author, uint8_t visibility)
{
	return say_to(author, visibility, 0);
}

static void make_world(void)
{
	static const char *const secrets[] = { "ana", "tom", "eve" };
	struct account *people[3];

	world = world_new();
	world_write(world);
	for (int i = 0; i < 3; i++) {
		struct user user = { .email = arena_printf(world->arena, "%s@a.example", secrets[i]) };
		struct token token = { .scopes = ALL_HEARD };

		people[i] = world_account(world, secrets[i], "");
		user.account_id = token.account_id = people[i]->id;
		if (users_put(world->txn, &user) != OK || tokens_put(world->txn, str_of(secrets[i]), &token) != OK)
			abort();
		token_ids[i] = token.id;
	}
	ana = people[0];
	tom = people[1];
	eve = people[2];
	world_follow(world, tom->id, ana->id, FOLLOW_ACCEPTED);
	if (world_commit(world) != OK)
		abort();
}

static void start(void)
{
	const struct hub_options options = {
		.store = world->store, .streams_max = STREAMS, .streams_per_account_max = PER_ACCOUNT,
	};

	if (hub_start(&options, &hub) != OK)
		abort();
}

static struct hub_counters counters(void)
{
	struct hub_counters now;

	hub_counters_get(hub, &now);
	return now;
}

static bool streams_become(uint64_t count)
{
	for (int waited = 0; waited < WAIT_MS && counters().streams != count; waited++)
		pause_ms(1);
	return counters().streams == count;
}

/* --- tests ------------------------------------------------------------------------------------------------------- */

static void check_names(void)
{
	struct channel a, b;

	ok(channel_parse(STR("public:local:media"), STR_NONE, STR_NONE, &a) == OK && a.local && !a.remote && a.only_media,
	   "a name says whose posts");
	is_int(channel_parse(STR("public:nowhere"), STR_NONE, STR_NONE, &a), ERR_NOT_FOUND, "an unknown name is no stream");
	is_int(channel_parse(STR_NONE, STR_NONE, STR_NONE, &a), ERR_NOT_FOUND, "nor is none");
	is_int(channel_parse(STR("hashtag"), STR("# "), STR_NONE, &a), ERR_INVALID, "a tag must have letters");
	is_int(channel_parse(STR("hashtag"), STR("\xff"), STR_NONE, &a), ERR_INVALID, "and be text");
	is_int(channel_parse(STR("list"), STR_NONE, STR("1x"), &a), ERR_INVALID, "a list must be an id");
	channel_parse(STR("hashtag"), STR("#TEA"), STR_NONE, &a);
	channel_parse(STR("hashtag"), STR("tea"), STR_NONE, &b);
	ok(channel_eq(&a, &b), "a tag is the same however it is written");
}

static void check_posts(void)
{
	struct ear *his = listen_to(tom, "user"), *hers = listen_to(eve, "user"), *all = listen_to(eve, "public"),
	           *tagged = listen_to(eve, "hashtag");
	uint64_t among = say(ana, VISIBILITY_FOLLOWERS), open, direct;

	ok(hears(his, id_text(among)), "a follower hears of a post among followers");
	open = say(ana, VISIBILITY_PUBLIC);
	ok(hears(his, id_text(open)) && hears(all, id_text(open)), "all who listen hear of a public one");
	is_int(times(all, id_text(among)), 0, "a stranger did not hear of the former");
	direct = say_to(ana, VISIBILITY_DIRECT, eve->id);
	open = say(ana, VISIBILITY_PUBLIC);
	ok(hears(his, id_text(open)) && hears(all, id_text(open)), "the one after is heard");
	is_int(times(his, id_text(direct)) + times(all, id_text(direct)), 0, "none hears of what is for another");
	world_write(world);
	posts_delete(world->txn, direct, &(bool){ false });
	commit();
	world_write(world);
	posts_delete(world->txn, among, &(bool){ false });
	commit();
	ok(hears(his, arena_cstr(world->arena, arena_printf(world->arena, "event: delete\ndata: %llu\n",
	                                                     (unsigned long long)among))),
	   "who could see it hears of its end");
	ok(hears(hers, arena_cstr(world->arena, arena_printf(world->arena, "event: delete\ndata: %llu\n",
	                                                      (unsigned long long)direct))),
	   "so does who was named in a direct one");
	is_int(times(his, "event: delete"), 1, "but nobody else");
	is_int(times(all, "event: delete") + times(tagged, "event: "), 0, "nor those who listen to what is public");
	ok(counters().sent >= 6 && counters().lost == 0 && counters().dropped == 0, "it is counted");
	leave(his);
	leave(hers);
	leave(all);
	leave(tagged);
	ok(streams_become(0), "places are given back");
}

static void check_history(void)
{
	struct ear *his = listen_to(tom, "user");
	uint64_t old, now;
	struct post *post;

	world_write(world);
	post = world_draft(world, ana, VISIBILITY_PUBLIC);
	post->id = id_of_ms(clock_now_ms() - 7 * HOUR_MS);
	post->uri = STR_NONE;
	old = world_add(world, post);
	commit();
	now = say(ana, VISIBILITY_PUBLIC);
	ok(hears(his, id_text(now)) && times(his, id_text(old)) == 0, "what is old is no news");
	leave(his);
}

static void check_scopes(void)
{
	struct ear *ear = listen_with(tom, "user", SCOPE(READ_NOTIFICATIONS)), *all = listen_to(tom, "user");

	ok(hears(all, id_text(say(ana, VISIBILITY_PUBLIC))), "a token for statuses is told of posts");
	hears(ear, ":)");
	is_int(times(ear, "update"), 0, "one for notifications is not");
	leave(ear);
	leave(all);
	streams_become(0);
}

static void check_places(void)
{
	struct arena *arena = arena_new();
	struct stream_ticket *ticket;
	int taken = 0;

	for (int i = 0; i < PER_ACCOUNT; i++)
		taken += open_as(arena, ana, "user", SCOPE(READ_STATUSES), false, &ticket) == OK;
	is_int(taken, PER_ACCOUNT, "an account has its places");
	is_int(open_as(arena, ana, "user", SCOPE(READ_STATUSES), true, &ticket), ERR_LIMIT, "and no more");
	for (int i = 0; i < PER_ACCOUNT; i++)
		taken += open_as(arena, tom, "user", SCOPE(READ_STATUSES), false, &ticket) == OK;
	for (int i = 0; taken < STREAMS && i < PER_ACCOUNT; i++)
		taken += open_as(arena, eve, "user", SCOPE(READ_STATUSES), true, &ticket) == OK;
	is_int(taken, STREAMS, "the node has its places");
	is_int(open_as(arena, eve, "user", SCOPE(READ_STATUSES), false, &ticket), ERR_BUSY, "and no more either");
	arena_free(arena);
	ok(streams_become(0), "a request that ends before its stream began gives its place back");
}

static void check_revocation(void)
{
	struct ear *his = listen_to(tom, "user"), *hers = listen_to(eve, "user");

	ok(hears(his, ":)") && hears(hers, ":)"), "both listen");
	world_write(world);
	tokens_delete_id(world->txn, tom->id, token_ids[1]);
	txn_emit(world->txn, EVENT_REVOKED, token_ids[1], tom->id);
	commit();
	ok(hears(his, NULL), "a token that ends takes its streams with it");
	leave(his);
	his = listen_to(tom, "user");
	ok(hears(his, NULL), "one that ended between the look at it and its place takes no stream");
	leave(his);
	world_write(world);
	users_put(world->txn, &(struct user){ .account_id = eve->id, .email = STR("eve@a.example"), .disabled = true });
	txn_emit(world->txn, EVENT_REVOKED, 0, eve->id);
	commit();
	ok(hears(hers, NULL), "so does a person who is shut out");
	leave(hers);
	world_write(world);
	users_put(world->txn, &(struct user){ .account_id = eve->id, .email = STR("eve@a.example") });
	tokens_put(world->txn, STR("tom"), &(struct token){ .id = token_ids[1], .account_id = tom->id, .scopes = ALL_HEARD });
	commit();
	streams_become(0);
}

static void check_narrowing(void)
{
	struct token token = { .id = token_ids[1], .account_id = tom->id, .scopes = SCOPE(READ_STATUSES) };
	struct ear *wide = listen_to(tom, "user"), *narrow = listen_with(tom, "user", SCOPE(READ_STATUSES));

	ok(hears(wide, ":)") && hears(narrow, ":)"), "both listen");
	world_write(world);
	tokens_renew(world->txn, STR("tom, narrower"), &token);
	txn_emit(world->txn, EVENT_REVOKED, token.id, tom->id);
	commit();
	ok(hears(wide, NULL), "a token that was renewed with fewer scopes takes the streams that had more");
	say(ana, VISIBILITY_PUBLIC);
	ok(hears(narrow, "event: update"), "and leaves the others");
	leave(wide);
	leave(narrow);
	world_write(world);
	token.scopes = ALL_HEARD;
	tokens_renew(world->txn, STR("tom"), &token);
	commit();
	streams_become(0);
}

static void check_expiry(void)
{
	struct ear *brief, *other;

	token_ends_ms = clock_now_ms() + SECOND_MS;
	brief = listen_to(tom, "user");
	token_ends_ms = 0;
	other = listen_to(tom, "user");
	ok(hears(brief, ":)"), "a token that will end lets listen");
	ok(hears(brief, NULL), "until it does");
	say(ana, VISIBILITY_PUBLIC);
	ok(hears(other, "update"), "while one without an end goes on");
	leave(brief);
	leave(other);
	streams_become(0);
}

static void check_slow_reader(void)
{
	struct ear *slow = listen_to(tom, "user"), *quick = listen_to(tom, "user");
	uint64_t id = 0;

	for (int i = 0; i < 400; i++) {
		id = say(ana, VISIBILITY_PUBLIC);
		if (i % 20 == 0)
			hears(quick, id_text(id));
		if (quick->count > sizeof(quick->text) / 2)
			quick->count = 0;
	}
	ok(hears(quick, id_text(id)), "who reads has all");
	ok(counters().dropped == 1, "who does not is dropped");
	ok(atomic_load(&slow->cut) == 1, "and cut off");
	ok(hears(slow, NULL), "with nothing of what waited");
	leave(slow);
	leave(quick);
	streams_become(0);
}

/* --- WebSockets -------------------------------------------------------------------------------------------------- */

/* A client's frame with an empty mask. */
static void send_frame(int fd, uint8_t first, const char *text)
{
	size_t n = strlen(text);
	unsigned char head[6] = { first, (unsigned char)(0x80 | n) };

	if (n > 125 || write(fd, head, sizeof(head)) != sizeof(head) || write(fd, text, n) != (ssize_t)n)
		abort();
}

/* Reads until `mark` came, or the end. */
static bool socket_hears(int fd, const char *mark)
{
	static char text[64 * 1024];
	struct pollfd poll_fd = { fd, POLLIN, 0 };
	size_t count = 0;

	memset(text, 0, sizeof(text));
	while (count < sizeof(text) - 1 && poll(&poll_fd, 1, WAIT_MS) == 1) {
		ssize_t n = read(fd, text + count, sizeof(text) - 1 - count);

		if (n <= 0)
			return !mark;
		count += (size_t)n;
		if (mark && memmem(text, count, mark, strlen(mark)))
			return true;
	}
	return false;
}

static void check_socket(void)
{
	struct arena *arena = arena_new();
	struct stream_ticket *ticket;
	int pair[2];
	uint64_t id;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
	    open_as(arena, tom, "user", SCOPE(READ_STATUSES), true, &ticket) != OK)
		abort();
	stream_begin_socket(ticket, pair[0], STR("\x81\x82\0\0\0\0{}"));
	arena_free(arena);
	ok(socket_hears(pair[1], "type must be"), "what was read with the request counts, and the request may end");
	id = say(ana, VISIBILITY_PUBLIC);
	ok(socket_hears(pair[1], "\"stream\":[\"user\"],\"event\":\"update\",\"payload\":\"{"), "news come as text in JSON");
	send_frame(pair[1], 0x81, "{\"type\":\"unsubscribe\",\"stream\":\"user\"}");
	send_frame(pair[1], 0x81, "{\"type\":\"subscribe\",\"stream\":\"public\"}");
	send_frame(pair[1], 0x89, "done");
	ok(socket_hears(pair[1], "\x8a\x04" "done"), "a ping is answered");
	id = say(ana, VISIBILITY_PUBLIC);
	ok(socket_hears(pair[1], "[\"public\"]"), "it hears what it asked for now");
	is_int(counters().sockets, 1, "sockets are counted");
	send_frame(pair[1], 0x88, "\x03\xe8");
	ok(socket_hears(pair[1], "\x88\x02\x03\xe8") && socket_hears(pair[1], NULL), "a farewell is answered, then it ends");
	ok(streams_become(0) && counters().sockets == 0, "and its place is free");
	close(pair[1]);
	(void)id;
}

static void check_many_sockets(void)
{
	enum { SOCKETS = PER_ACCOUNT, CHANNELS = 3 };
	struct hub_counters before, after;
	int pairs[SOCKETS][2];

	for (int i = 0; i < SOCKETS; i++) {
		struct arena *arena = arena_new();
		struct stream_ticket *ticket;

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) != 0 ||
		    open_as(arena, tom, "user", SCOPE(READ_STATUSES), true, &ticket) != OK)
			abort();
		stream_begin_socket(ticket, pairs[i][0], STR_NONE);
		arena_free(arena);
		send_frame(pairs[i][1], 0x81, "{\"type\":\"subscribe\",\"stream\":\"public\"}");
		send_frame(pairs[i][1], 0x81, "{\"type\":\"subscribe\",\"stream\":\"hashtag\",\"tag\":\"tea\"}");
		send_frame(pairs[i][1], 0x89, "done");
		socket_hears(pairs[i][1], "\x8a\x04" "done");
	}
	before = counters();
	say(ana, VISIBILITY_PUBLIC);
	for (int i = 0; i < SOCKETS; i++)
		ok(socket_hears(pairs[i][1], "[\"public\"]"), "each of many sockets of one account hears");
	for (int waited = 0; waited < WAIT_MS && counters().sent < before.sent + 2 * SOCKETS; waited++)
		pause_ms(1);
	after = counters();
	is_int(after.sent - before.sent, 2 * SOCKETS, "once per channel that takes the post");
	is_int(after.asked - before.asked, CHANNELS, "each channel is asked once");
	is_int(after.written - before.written, 2, "and written once, whatever their number");
	for (int i = 0; i < SOCKETS; i++)
		close(pairs[i][1]);
	ok(streams_become(0), "they all leave");
}

static void check_accept(void)
{
	struct str accept;

	/* the example of RFC 6455 section 1.3 */
	ok(websocket_accept(world->arena, STR("dGhlIHNhbXBsZSBub25jZQ=="), &accept) == OK &&
	   str_eq(accept, STR("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")), "the handshake is the standard's");
	is_int(websocket_accept(world->arena, STR("dGhlIHNhbXBsZQ=="), &accept), ERR_INVALID, "a short key is none");
}

static void check_end(void)
{
	struct ear *ear = listen_to(tom, "user");
	struct arena *arena = arena_new();
	struct stream_ticket *ticket;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
	    open_as(arena, tom, "user", SCOPE(READ_STATUSES), true, &ticket) != OK)
		abort();
	stream_begin_socket(ticket, pair[0], STR_NONE);
	arena_free(arena);
	hub_end(hub);
	is_int(counters().sockets, 0, "at the end all sockets are closed, also of clients that do not answer");
	ok(socket_hears(pair[1], "\x88\x02\x03\xe9"), "they were told");
	ok(hears(ear, NULL), "a stream of events ends");
	arena = arena_new();
	is_int(open_as(arena, tom, "user", SCOPE(READ_STATUSES), false, &ticket), ERR_BUSY, "no more are opened");
	arena_free(arena);
	leave(ear);
	hub_stop(hub);
	close(pair[1]);
}

int main(void)
{
	make_world();
	start();
	check_names();
	check_accept();
	check_posts();
	check_history();
	check_scopes();
	check_places();
	check_revocation();
	check_narrowing();
	check_expiry();
	check_slow_reader();
	check_socket();
	check_many_sockets();
	check_end();
	world_free(world);
	return done();
}
