/*
 * One activity becomes deliveries, page by page. Writer thread.
 *
 * The recipients stand in the argument of the job as words: "followers", account ids, and behind them, growing from
 * page to page, "=" and the digest of each shared inbox that has its delivery already.
 */
#include "federation/fanout.h"

#include "federation/addressing.h"
#include "federation/expiry.h"
#include "federation/policy.h"
#include "federation/receipt.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/instance.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/peers.h"
#include "storage/posts.h"

enum {
	PAGE = 500,             /* recipients looked at in one write */
	DIGEST_BYTES = 8,
};

/* A cursor above all account ids: the followers are done, the rest counts the named ones. */
static const uint64_t NAMED = (uint64_t)1 << 63;

static const char FOLLOWERS_WORD[] = "followers";

struct fanout {
	struct arena *arena;
	struct txn *txn;
	struct view *view;
	struct activity_record record;
	bool followers;
	struct id_list ids;
	struct str_list done;   /* digests of shared inboxes, with their "=" */
	int64_t expires_ms;
};

/* adding */

bool fanout_reaches(struct arena *arena, struct view *view, uint64_t actor_id, const struct recipients *recipients)
{
	struct account_stats stats;
	struct account account;

	if (recipients->followers && accounts_stats_get(view, actor_id, &stats) == OK && stats.followers)
		return true;
	for (size_t i = 0; i < recipients->ids.count; i++)
		if (accounts_get(arena, view, recipients->ids.ids[i], &account) == OK && account.host.n)
			return true;
	return false;
}

static struct str render_words(const struct fanout *fanout)
{
	struct buf buf;

	buf_init(&buf, fanout->arena, 0);
	if (fanout->followers)
		buf_add(&buf, str_of(FOLLOWERS_WORD));
	for (size_t i = 0; i < fanout->ids.count; i++)
		buf_printf(&buf, " %llu", (unsigned long long)fanout->ids.ids[i]);
	for (size_t i = 0; i < fanout->done.count; i++)
		buf_printf(&buf, " %.*s", STR_ARG(fanout->done.items[i]));
	return buf_str(&buf);
}

int fanout_add(struct arena *arena, struct txn *txn, uint64_t activity_id, const struct recipients *recipients,
               int64_t due_ms)
{
	const struct fanout fanout = { .arena = arena, .followers = recipients->followers, .ids = recipients->ids };
	struct job job = {
		.kind = STR("fanout"), .subject = activity_id, .argument = render_words(&fanout), .due_ms = due_ms,
	};

	return jobs_add(txn, &job);
}

/* running */

static void parse_words(struct fanout *fanout, struct str words)
{
	size_t room = words.n / 2 + 1 + PAGE;
	struct str rest = words;

	fanout->ids.ids = ARENA_ARRAY(fanout->arena, uint64_t, room);
	fanout->done.items = ARENA_ARRAY(fanout->arena, struct str, room);
	while (rest.p) {
		struct str word = str_cut(&rest, ' ');
		uint64_t id;

		if (str_eq(word, str_of(FOLLOWERS_WORD)))
			fanout->followers = true;
		else if (str_to_u64(word, &id))
			fanout->ids.ids[fanout->ids.count++] = id;
		else if (word.n)
			fanout->done.items[fanout->done.count++] = word;
	}
}

/* A shared inbox gets one delivery, a person's own inbox its own. */
static bool first_time(struct fanout *fanout, struct str shared_inbox)
{
	uint8_t digest[SHA256_BYTES];
	struct str word;

	hash_sha256(shared_inbox, digest);
	word = hex_encode(fanout->arena, (struct str){ (const char *)digest, DIGEST_BYTES });
	word = arena_printf(fanout->arena, "=%.*s", STR_ARG(word));
	for (size_t i = 0; i < fanout->done.count; i++)
		if (str_eq(fanout->done.items[i], word))
			return false;
	fanout->done.items[fanout->done.count++] = word;
	return true;
}

/* Whoever alone is addressed gets it in the own inbox: there is nobody to share with. A report is for the node. */
static bool is_alone(const struct fanout *fanout)
{
	return !str_eq(fanout->record.type, STR("Flag")) && !fanout->followers && fanout->ids.count == 1;
}

static int deliver_to(struct fanout *fanout, uint64_t account_id)
{
	const struct activity_record *record = &fanout->record;
	struct delivery delivery = {
		.activity_id = record->id, .actor_id = record->account_id,
		.object_key = record->object_id ? record->object_id : record->id, .expires_ms = fanout->expires_ms,
		.to_followers = fanout->followers,
	};
	struct account account;
	struct peer peer;
	int r = accounts_get(fanout->arena, fanout->view, account_id, &account);

	if (r || !account.host.n || account.deleted)
		return r == ERR_NOT_FOUND ? OK : r;
	if (policy_blocks_account(fanout->arena, fanout->view, &account))
		return OK;
	delivery.inbox = account.inbox;
	if (account.shared_inbox.n && !is_alone(fanout))
		delivery.inbox = account.shared_inbox;
	if (policy_peer_by_url(fanout->arena, fanout->view, delivery.inbox, &peer))
		return OK;
	if (str_eq(delivery.inbox, account.shared_inbox) && !first_time(fanout, account.shared_inbox))
		return OK;
	delivery.peer_id = peer.id;
	r = deliveries_put(fanout->txn, &delivery);
	/* What is named in it alone is told of its end by name, too. */
	return r || !fanout->followers ? r : receipt_note(fanout->txn, record, &peer, account.shared_inbox);
}

/* Whoever was sent the post, though nobody there follows any more. */
static int deliver_to_former(struct fanout *fanout, uint64_t peer_id)
{
	const struct activity_record *record = &fanout->record;
	struct delivery delivery = {
		.activity_id = record->id, .actor_id = record->account_id, .object_key = record->object_id,
		.expires_ms = fanout->expires_ms, .peer_id = peer_id,
	};
	struct peer peer;
	int r = peers_get(fanout->arena, fanout->view, peer_id, &peer);

	if (r)
		return r == ERR_NOT_FOUND ? OK : r;
	delivery.inbox = peer.shared_inbox.n ? peer.shared_inbox : peer.inbox;
	if (!delivery.inbox.n || policy_blocks_peer(fanout->arena, fanout->view, &peer) ||
	    !first_time(fanout, delivery.inbox))
		return OK;
	r = deliveries_put(fanout->txn, &delivery);
	return r ? r : receipt_note(fanout->txn, record, &peer, STR_NONE);
}

static int to_former(struct fanout *fanout)
{
	struct id_list peers;
	struct str_list done = fanout->done;
	int r = receipt_peers(fanout->arena, fanout->view, &fanout->record, &peers);

	fanout->done.items = ARENA_ARRAY(fanout->arena, struct str, done.count + peers.count);
	for (size_t i = 0; i < done.count; i++)
		fanout->done.items[i] = done.items[i];
	for (size_t i = 0; i < peers.count && !r; i++)
		r = deliver_to_former(fanout, peers.ids[i]);
	return r ? r : receipt_settle(fanout->txn, &fanout->record);
}

/* One page of followers; *cursor moves on, to NAMED behind the last. */
static int to_followers(struct fanout *fanout, uint64_t *cursor)
{
	struct id_list page = { NULL, 0 };
	int r = graph_followers(fanout->arena, fanout->view, fanout->record.account_id, *cursor, PAGE, &page);

	for (size_t i = 0; i < page.count && !r; i++)
		r = deliver_to(fanout, page.ids[i]);
	*cursor = page.count < PAGE ? NAMED : page.ids[page.count - 1];
	return r;
}

static int to_named(struct fanout *fanout, uint64_t *cursor)
{
	size_t at = (size_t)(*cursor & ~NAMED), end = at + PAGE;
	int r = OK;

	for (; at < end && at < fanout->ids.count && !r; at++)
		/* A follower had it with the followers. */
		if (!fanout->followers || !graph_follows(fanout->view, fanout->ids.ids[at], fanout->record.account_id))
			r = deliver_to(fanout, fanout->ids.ids[at]);
	*cursor = NAMED | at;
	return r;
}

static bool takes_back(const struct activity_record *record)
{
	return str_eq(record->type, STR("Delete")) || str_eq(record->type, STR("Undo")) ||
	       str_eq(record->type, STR("Reject")) || str_eq(record->type, STR("Block"));
}

/* A post and its Create have one number; the Create of a vote is none of a post. */
static bool is_news(const struct fanout *fanout)
{
	const struct activity_record *record = &fanout->record;

	return (str_eq(record->type, STR("Create")) && record->id == record->object_id) ||
	       str_eq(record->type, STR("Announce"));
}

/* What was deleted before it went out goes nowhere: a post that was held back, or one that waited for its fan-out. */
static bool is_void(struct fanout *fanout)
{
	struct post post;

	if (!is_news(fanout))
		return false;
	return posts_get(fanout->arena, fanout->view, fanout->record.object_id, &post) != OK;
}

/* The end of one of our accounts: now that its followers' inboxes are known, the follows may go. */
static int purge_ended(struct fanout *fanout)
{
	struct job job = { .kind = STR("purge_account"), .subject = fanout->record.account_id };

	if (fanout->record.object_id != fanout->record.account_id || !str_eq(fanout->record.type, STR("Delete")))
		return OK;
	return jobs_add(fanout->txn, &job);
}

/* What was held back is listed from now on, and goes to whom it is for after all edits. */
static int release_held(struct fanout *fanout)
{
	struct recipients recipients;
	struct post post;
	int r;

	if (fanout->record.outbox || !is_news(fanout))
		return OK;
	r = posts_get(fanout->arena, fanout->view, fanout->record.object_id, &post);
	if (r)
		return r;
	addressing_of_post(fanout->arena, &post, 0, &recipients);
	fanout->followers = recipients.followers;
	fanout->ids = recipients.ids;
	fanout->record.outbox = true;
	return activities_put(fanout->txn, &fanout->record);
}

static int run_page(struct fanout *fanout, struct job *job, bool *ret_more)
{
	int r = OK;

	if (!job->cursor)
		r = release_held(fanout);
	if (!r && fanout->followers && job->cursor < NAMED) {
		r = to_followers(fanout, &job->cursor);
		*ret_more = true;
	} else if (!r) {
		r = to_named(fanout, &job->cursor);
		*ret_more = (job->cursor & ~NAMED) < fanout->ids.count;
	}
	if (!r && *ret_more && job->cursor == NAMED && !fanout->ids.count)
		*ret_more = false;
	job->argument = render_words(fanout);
	if (!r && !*ret_more)
		r = to_former(fanout);
	if (!r && !*ret_more)
		r = purge_ended(fanout);
	return r;
}

int fanout_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct fanout fanout = { .arena = arena, .txn = txn, .view = txn_view(txn) };
	int r = activities_get(arena, fanout.view, job->subject, &fanout.record);

	*ret_more = false;
	if (r == ERR_NOT_FOUND)
		return OK;
	if (r || is_void(&fanout))
		return r;
	fanout.expires_ms = txn_now_ms(txn) +
	                    (int64_t)(takes_back(&fanout.record) ? DELIVERY_KEPT_LONG_DAYS : DELIVERY_KEPT_DAYS) * DAY_MS;
	parse_words(&fanout, job->argument);
	return run_page(&fanout, job, ret_more);
}
