/*
 * The whole node below the API on one thread.
 */
#include "tests/rig/rig.h"

#include <stdlib.h>

#include "federation/actor.h"
#include "federation/budget.h"
#include "federation/effects.h"
#include "federation/fanout.h"
#include "federation/net.h"
#include "federation/on_move.h"
#include "federation/pkey.h"
#include "federation/on_poll.h"
#include "federation/parting.h"
#include "federation/purge.h"
#include "federation/replay.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/posts.h"

static void must(int err)
{
	if (err != OK)
		abort();
}

/* One pair for the whole process. */
static struct arena *pair_arena;
static struct str pair_private, pair_public;

static void free_pair(void)
{
	arena_free(pair_arena);
}

static void take_pair(struct rig *rig)
{
	if (!pair_arena) {
		pair_arena = arena_new();
		must(pkey_generate_rsa2048(pair_arena, &pair_private, &pair_public));
		atexit(free_pair);
	}
	rig->private_pem = pair_private;
	rig->public_pem = pair_public;
}

static struct account add_ours(struct rig *rig, struct txn *txn, enum account_kind kind, const char *name)
{
	struct account account = {
		.kind = (uint8_t)kind, .username = str_of(name), .display_name = str_of(name),
		.url = instance_account_url(rig->arena, &rig->world->instance, str_of(name)),
		.shared_inbox = STR("https://a.example/inbox"), .key_pem = rig->public_pem, .created_ms = RIG_NOW_MS,
	};

	must(actor_create_local(txn, &account, rig->private_pem));
	must(accounts_get(rig->arena, txn_view(txn), account.id, &account));
	return account;
}

static struct account add_carol(struct rig *rig, struct txn *txn)
{
	struct account carol = {
		.kind = ACCOUNT_PERSON, .username = STR("carol"), .host = STR("b.example"),
		.display_name = STR("Carol"), .uri = STR("https://b.example/users/carol"),
		.url = STR("https://b.example/@carol"), .inbox = STR("https://b.example/users/carol/inbox"),
		.shared_inbox = STR("https://b.example/inbox"),
		.followers_uri = STR("https://b.example/users/carol/followers"),
		.key_id = STR("https://b.example/users/carol#main-key"), .key_pem = rig->public_pem,
		.created_ms = RIG_NOW_MS, .fetched_ms = RIG_NOW_MS,
	};

	must(accounts_put(txn, &carol));
	return carol;
}

/* the network */

struct rig_page {
	struct str url, type, body;
	int status;
};

static int answer(void *context, struct arena *arena, const struct net_request *request,
                  struct net_response *ret_response)
{
	struct rig *rig = context;

	(void)arena;
	rig->asked++;
	for (size_t i = rig->page_count; i-- > 0;) {
		const struct rig_page *page = &rig->pages[i];

		if (!str_eq(page->url, request->url))
			continue;
		if (!page->status)
			return ERR_NETWORK;
		*ret_response = (struct net_response){
			.status = page->status, .content_type = page->type, .body = page->body,
			.final_url = page->url,
		};
		return OK;
	}
	*ret_response = (struct net_response){
		.status = 404, .content_type = STR("application/activity+json"), .final_url = request->url,
		.body = rig->improvise ? rig->improvise(rig, request->url) : STR_NONE,
	};
	if (ret_response->body.n)
		ret_response->status = 200;
	return OK;
}

void rig_serve(struct rig *rig, const char *url, int status, const char *type, const char *body)
{
	struct rig_page *page = &rig->pages[rig->page_count++];

	if (rig->page_count > RIG_PAGES_MAX)
		abort();
	page->url = arena_str(rig->arena, str_of(url));
	page->status = status;
	page->type = type ? str_of(type) : STR("application/activity+json");
	page->body = rig_json(rig, body);
}

const char *rig_serve_actor(struct rig *rig, const char *uri, const char *type, const char *name)
{
	struct url url;
	struct str host, origin;
	struct buf pem;
	const char *document;

	must(url_parse(rig->arena, str_of(uri), &url));
	host = url_host_port(rig->arena, &url);
	origin = url_origin(rig->arena, &url);
	buf_init(&pem, rig->arena, 0);
	for (size_t i = 0; i < rig->public_pem.n; i++) {
		if (rig->public_pem.p[i] == '\n')
			buf_add(&pem, STR("\\n"));
		else
			buf_add_char(&pem, rig->public_pem.p[i]);
	}
	document = rig_text(rig,
	                    "{'@context':['https://www.w3.org/ns/activitystreams','https://w3id.org/security/v1'],"
	                    "'id':'%s','type':'%s','preferredUsername':'%s','name':'%s','inbox':'%s/inbox',"
	                    "'outbox':'%s/outbox','followers':'%s/followers','endpoints':{'sharedInbox':'%.*s/inbox'},"
	                    "'publicKey':{'id':'%s#main-key','owner':'%s','publicKeyPem':'%.*s'}}",
	                    uri, type, name, name, uri, uri, uri, STR_ARG(origin), uri, uri,
	                    STR_ARG(buf_str(&pem)));
	rig_serve(rig, uri, 200, NULL, document);
	rig_serve(rig,
	          rig_text(rig, "%.*s/.well-known/webfinger?resource=acct%%3A%s%%40%.*s", STR_ARG(origin), name,
	                   STR_ARG(host)),
	          200, "application/jrd+json",
	          rig_text(rig,
	                   "{'subject':'acct:%s@%.*s','links':[{'rel':'self','type':'application/activity+json',"
	                   "'href':'%s'}]}",
	                   name, STR_ARG(host), uri));
	return document;
}

struct rig *rig_new(void)
{
	struct net_options network = { .answer = answer };
	struct world *world;
	struct rig *rig;
	struct txn *txn;

	clock_set_for_test(RIG_NOW_MS);
	world = world_new();
	rig = ARENA_NEW(world->arena, struct rig);
	rig->world = world;
	rig->arena = world->arena;
	rig->pages = ARENA_ARRAY(rig->arena, struct rig_page, RIG_PAGES_MAX);
	network.answer_context = rig;
	take_pair(rig);
	txn = world_write(world);
	world->instance.actor_id = add_ours(rig, txn, ACCOUNT_APPLICATION, "a.example").id;
	rig->alice = add_ours(rig, txn, ACCOUNT_PERSON, "alice");
	rig->bob = add_ours(rig, txn, ACCOUNT_PERSON, "bob");
	rig->carol = add_carol(rig, txn);
	rig->peer = (struct peer){
		.domain = STR("b.example"), .url = STR("https://b.example"), .tier = PEER_GROUP,
		.created_ms = RIG_NOW_MS,
	};
	must(peers_put(txn, &rig->peer));
	must(world_commit(world));
	rig->federation = (struct federation){
		.instance = &world->instance, .net = net_new(&network), .keys = key_cache_new(16), .replays = replay_cache_new(1000),
		.budget = budget_new(),
		.signature_window_ms = 5 * MINUTE_MS,
	};
	return rig;
}

void rig_free(struct rig *rig)
{
	net_free(rig->federation.net);
	key_cache_free(rig->federation.keys);
	replay_cache_free(rig->federation.replays);
	budget_free(rig->federation.budget);
	world_free(rig->world);
	clock_set_for_test(0);
}

int rig_write(struct rig *rig, int (*body)(struct rig *rig, struct txn *txn, void *arg), void *arg)
{
	struct txn *txn = world_write(rig->world);
	int r;

	body(rig, txn, arg);
	/* As the writer may: what a run that came to nothing left in memory must not change the next. */
	world_abort(rig->world);
	txn = world_write(rig->world);
	r = body(rig, txn, arg);
	if (r != OK && r != NEED && txn_touched(txn))
		world_abort(rig->world);
	else
		must(world_commit(rig->world));
	return r;
}

/* texts */

struct str rig_json(struct rig *rig, const char *text)
{
	char *copy = arena_cstr(rig->arena, str_of(text));

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return str_of(copy);
}

const char *rig_text(struct rig *rig, const char *format, ...)
{
	va_list args;
	struct str text;

	va_start(args, format);
	text = arena_vprintf(rig->arena, format, args);
	va_end(args);
	return text.p;
}

/* what a peer said */

static int apply_body(struct rig *rig, struct txn *txn, void *arg)
{
	return activity_apply(rig->arena, txn, arg, ORIGIN_REMOTE);
}

int rig_apply_need(struct rig *rig, const char *json, struct str *ret_need)
{
	struct activity activity;
	json_t *document;
	int r;

	must(json_parse(rig->arena, rig_json(rig, json), &document));
	r = activity_parse(rig->arena, document, &activity);
	if (r)
		return r;
	r = rig_write(rig, apply_body, &activity);
	if (ret_need)
		*ret_need = activity.need;
	return r;
}

int rig_apply(struct rig *rig, const char *json)
{
	return rig_apply_need(rig, json, NULL);
}

/* deliveries */

void rig_sign(struct rig *rig, const struct rig_delivery *delivery, struct incoming *ret_incoming)
{
	struct header *headers = ARENA_ARRAY(rig->arena, struct header, 3 + SIGNATURE_MADE_HEADERS);
	struct str host = delivery->host ? str_of(delivery->host) : STR("a.example");
	struct signature_order order = {
		.method = STR("POST"), .target = STR("/inbox"), .host = host,
		.content_type = STR("application/activity+json"), .body = rig_json(rig, delivery->json),
		.key_id = delivery->key_id, .now_ms = clock_now_ms() - delivery->late_ms,
		.scheme = delivery->message ? SIGNATURE_MESSAGE : SIGNATURE_CAVAGE, .secure = true,
		.extra = delivery->extra,
	};
	struct pkey *key;

	must(pkey_parse_private(rig->arena, rig->private_pem, &key));
	order.key = key;
	must(signature_make(rig->arena, &order, headers + 2));
	headers[0] = (struct header){ STR("Host"), host };
	headers[1] = (struct header){ STR("Content-Type"), order.content_type };
	headers[2 + SIGNATURE_MADE_HEADERS] = delivery->extra;
	*ret_incoming = (struct incoming){
		.arena = rig->arena, .federation = &rig->federation, .address = STR("203.0.113.7"),
		.request = {
			.method = order.method, .target = order.target, .headers = headers,
			.header_count = 2 + SIGNATURE_MADE_HEADERS + (delivery->extra.name.n > 0), .body = order.body,
		},
	};
}

static int receive_body(struct rig *rig, struct txn *txn, void *arg)
{
	(void)rig;
	return inbox_write(arg, txn);
}

int rig_receive(struct rig *rig, struct incoming *incoming)
{
	int r = inbox_check(incoming, world_read(rig->world));

	if (r == NEED)
		r = inbox_work(incoming, rig->world->store);
	if (!r)
		r = rig_write(rig, receive_body, incoming);
	if (!r)
		inbox_done(incoming);
	return r;
}

int rig_deliver(struct rig *rig, const char *json, struct str key_id)
{
	struct rig_delivery delivery = { .json = json, .key_id = key_id };
	struct incoming incoming;

	rig_sign(rig, &delivery, &incoming);
	return rig_receive(rig, &incoming);
}

/* acts of ours */

struct str rig_post(struct rig *rig, const struct account *author, uint8_t visibility, const char *text,
                    uint64_t in_reply_to_id, uint64_t *ret_post_id)
{
	struct mention_target carol = {
		.acct = STR("carol@b.example"), .account_id = rig->carol.id, .url = rig->carol.url,
		.username = rig->carol.username,
	};
	struct mention_target bob = {
		.acct = STR("bob"), .account_id = rig->bob.id, .url = rig->bob.url, .username = rig->bob.username,
	};
	struct mention_target mentions[2];
	struct post_draft draft = {
		.text = str_of(text), .visibility = visibility, .language = STR("en"),
		.in_reply_to_id = in_reply_to_id, .mentions = mentions,
	};
	struct txn *txn = world_write(rig->world);
	struct post post;

	if (strstr(text, "@carol@b.example"))
		mentions[draft.mention_count++] = carol;
	if (strstr(text, "@bob"))
		mentions[draft.mention_count++] = bob;
	must(act_create_post(rig->arena, txn, author->id, &draft, ret_post_id));
	must(posts_get(rig->arena, txn_view(txn), *ret_post_id, &post));
	must(world_commit(rig->world));
	return post.uri;
}

int rig_follow(struct rig *rig, const struct account *follower, const struct account *followee)
{
	struct txn *txn = world_write(rig->world);
	int r = act_follow(rig->arena, txn, follower->id, followee->id, true, false, NULL);

	must(world_commit(rig->world));
	return r;
}

void rig_follows(struct rig *rig, const struct account *follower, const struct account *followee)
{
	world_write(rig->world);
	world_follow(rig->world, follower->id, followee->id, FOLLOW_ACCEPTED);
	must(world_commit(rig->world));
}

/* jobs and what they send */

static int adopt_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	(void)arena;
	return posts_adopt(txn, job->subject, ret_more);
}

static const struct rig_row {
	const char *kind;
	int (*write)(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);
} rig_rows[] = {
	{ "fanout", fanout_write },
	{ "notify", effects_notify_write },
	{ "purge_account", purge_account_write },
	{ "purge_post", purge_post_write },
	{ "move", move_followers_write },
	{ "poll_update", poll_update_write },
	{ "poll_end", poll_end_write },
	{ "adopt", adopt_write },
	{ "parting", parting_write },
};

static const struct rig_row *row_of(const struct job *job)
{
	for (size_t i = 0; i < sizeof(rig_rows) / sizeof *rig_rows; i++)
		if (str_eq(job->kind, str_of(rig_rows[i].kind)))
			return &rig_rows[i];
	return NULL;
}

static struct job *due_jobs(struct rig *rig, size_t *ret_count)
{
	struct job *jobs;

	must(jobs_page(rig->arena, world_read(rig->world), 1000, &jobs, ret_count));
	return jobs;
}

size_t rig_jobs(struct rig *rig)
{
	size_t ran = 0, before, count;

	do {
		struct job *jobs = due_jobs(rig, &count);

		before = ran;
		for (size_t i = 0; i < count; i++) {
			const struct rig_row *row = row_of(&jobs[i]);
			struct job was = jobs[i];
			struct txn *txn;
			bool more;

			if (!row || was.due_ms > clock_now_ms())
				continue;
			txn = world_write(rig->world);
			must(row->write(rig->arena, txn, &jobs[i], &more));
			must(more ? jobs_retry(txn, &jobs[i], txn_now_ms(txn)) : jobs_finish(txn, &was));
			must(world_commit(rig->world));
			ran++;
		}
	} while (ran > before);
	return ran;
}

size_t rig_jobs_waiting(struct rig *rig, const char *kind)
{
	size_t count, n = 0;
	struct job *jobs = due_jobs(rig, &count);

	for (size_t i = 0; i < count; i++)
		n += str_eq(jobs[i].kind, str_of(kind));
	return n;
}

size_t rig_resolve(struct rig *rig)
{
	struct writer *writer;
	size_t count, ran = 0;
	struct job *jobs = due_jobs(rig, &count);

	must(writer_start(rig->world->store, &(struct writer_options){ .batch_max = 1 }, &writer));
	for (size_t i = 0; i < count; i++) {
		if (!str_eq(jobs[i].kind, STR("resolve")))
			continue;
		resolve_job(&rig->federation, rig->arena, rig->world->store, writer, &jobs[i]);
		ran++;
	}
	writer_stop(writer);
	for (size_t i = 0; i < count; i++) {
		struct txn *txn;

		if (!str_eq(jobs[i].kind, STR("resolve")))
			continue;
		txn = world_write(rig->world);
		must(jobs_finish(txn, &jobs[i]));
		must(world_commit(rig->world));
	}
	return ran;
}

static struct delivery *deliveries(struct rig *rig, size_t *ret_count)
{
	struct delivery *list;

	must(deliveries_page(rig->arena, world_read(rig->world), rig->peer.id, 0, 1000, &list, ret_count));
	return list;
}

size_t rig_outgoing_count(struct rig *rig)
{
	size_t count;

	deliveries(rig, &count);
	return count;
}

struct str rig_outgoing(struct rig *rig)
{
	size_t count;
	struct delivery *list = deliveries(rig, &count);
	struct buf buf;

	buf_init(&buf, rig->arena, 0);
	for (size_t i = 0; i < count; i++) {
		struct activity_record record;

		must(activities_get(rig->arena, rig->world->view, list[i].activity_id, &record));
		buf_printf(&buf, "%.*s %.*s\n", STR_ARG(list[i].inbox), STR_ARG(record.body));
	}
	return buf_str(&buf);
}

void rig_outgoing_clear(struct rig *rig)
{
	size_t count;
	struct delivery *list = deliveries(rig, &count);
	struct txn *txn = world_write(rig->world);

	for (size_t i = 0; i < count; i++)
		must(deliveries_delete(txn, rig->peer.id, list[i].sequence));
	must(world_commit(rig->world));
}

/* questions */

struct post rig_find_post(struct rig *rig, const char *uri)
{
	struct post post;

	if (posts_by_uri(rig->arena, world_read(rig->world), str_of(uri), &post) != OK)
		post = (struct post){ .id = 0 };
	return post;
}

size_t rig_notices(struct rig *rig, const struct account *account, uint8_t kind)
{
	struct page page = { .limit = 100 };
	struct notice *notices;
	size_t count;

	must(notices_page(rig->arena, world_read(rig->world), account->id, kind ? 1u << kind : 0, 0, &page, &notices,
	                  &count));
	return count;
}
