/*
 * The whole node below the API on one thread.
 */
#include "tests/rig/rig.h"

#include <stdlib.h>

#include "federation/actor.h"
#include "federation/effects.h"
#include "federation/fanout.h"
#include "federation/pkey.h"
#include "federation/purge.h"
#include "federation/replay.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
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

struct rig *rig_new(void)
{
	struct world *world;
	struct rig *rig;
	struct txn *txn;

	clock_set_for_test(RIG_NOW_MS);
	world = world_new();
	rig = ARENA_NEW(world->arena, struct rig);
	rig->world = world;
	rig->arena = world->arena;
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
		.instance = &world->instance, .keys = key_cache_new(16), .replays = replay_cache_new(1000),
		.signature_window_ms = 5 * MINUTE_MS,
	};
	return rig;
}

void rig_free(struct rig *rig)
{
	key_cache_free(rig->federation.keys);
	replay_cache_free(rig->federation.replays);
	world_free(rig->world);
	clock_set_for_test(0);
}

int rig_write(struct rig *rig, int (*body)(struct rig *rig, struct txn *txn, void *arg), void *arg)
{
	struct txn *txn = world_write(rig->world);
	int r = body(rig, txn, arg);

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

static const struct rig_row {
	const char *kind;
	int (*write)(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);
} rig_rows[] = {
	{ "fanout", fanout_write },
	{ "notify", effects_notify_write },
	{ "purge_account", purge_account_write },
	{ "purge_post", purge_post_write },
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
