/*
 * The job table, and the short runs that tie a row to its room.
 */
#include <stdatomic.h>

#include "federation/backfill.h"
#include "federation/effects.h"
#include "federation/expiry.h"
#include "federation/fanout.h"
#include "federation/on_move.h"
#include "federation/parting.h"
#include "federation/prove.h"
#include "federation/followers_sync.h"
#include "federation/rotate.h"
#include "federation/on_poll.h"
#include "federation/publish.h"
#include "federation/purge.h"
#include "federation/quote.h"
#include "federation/resolve.h"
#include "federation/staff.h"
#include "node/accounts/directory_sync.h"
#include "node/accounts/reset.h"
#include "node/import.h"
#include "node/config.h"
#include "node/jobs.h"
#include "node/mail/send.h"
#include "node/media/intake.h"
#include "node/push.h"
#include "storage/activities.h"
#include "storage/attempts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/disuse.h"
#include "storage/email_links.h"
#include "storage/engine/writer.h"
#include "storage/invitations.h"
#include "storage/mails.h"
#include "storage/notice_requests.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "storage/receipts.h"
#include "storage/reports.h"
#include "storage/tokens.h"

enum {
	EXPIRE_BATCH = 200,
	REMINDERS_KEPT_DAYS = 90, /* of a peer that refused to hear that a post ended */
	SEEN_KEPT_MS_DAYS = 30,   /* an activity id is remembered this long; a replay is refused by its date long before */
};

static int run_resolve(struct node *node, struct arena *arena, struct job *job)
{
	return resolve_job(&node->federation, arena, node->store, node->writer, job);
}

static int run_quote(struct node *node, struct arena *arena, struct job *job)
{
	return quote_job(&node->federation, arena, node->store, node->writer, job);
}

static int run_backfill(struct node *node, struct arena *arena, struct job *job)
{
	return backfill_job(&node->federation, arena, node->store, node->writer, job);
}

static int run_followers_sync(struct node *node, struct arena *arena, struct job *job)
{
	return followers_sync_job(&node->federation, arena, node->store, node->writer, job);
}

/* --- contact: who is that peer ---------------------------------------------------------------------------------- */

struct contact_body {
	struct arena *arena;
	uint64_t peer_id;
	const struct peer *found;
	struct str failure;   /* why it could not be asked, or what it lacks; may be empty */
};

/* For `rse-node peer list`; while deliveries fail, what they met is the better word. */
static int contact_note(struct txn *txn, struct contact_body *body, struct str text)
{
	struct lane lane;
	int err = lanes_get(body->arena, txn_view(txn), body->peer_id, &lane);

	if (err != OK || lane.failures || str_eq(lane.last_error, text))
		return err;
	lane.last_error = text;
	lane.error_ms = text.n ? txn_now_ms(txn) : 0;
	return lanes_put(txn, &lane);
}

/* The peer may have been removed or changed meanwhile: only what was found is put, and only at the address asked. */
static int contact_write(struct txn *txn, void *arg)
{
	struct contact_body *body = arg;
	struct peer peer;
	int err = peers_get(body->arena, txn_view(txn), body->peer_id, &peer);

	if (err == ERR_NOT_FOUND || (err == OK && !str_eq(peer.url, body->found->url)))
		return OK;
	if (err != OK)
		return err;
	if (!peer.key_pem.n) {
		peer.actor_uri = body->found->actor_uri;
		peer.inbox = body->found->inbox;
		peer.key_id = body->found->key_id;
		peer.key_pem = body->found->key_pem;
	}
	if (!peer.contacted_ms)
		peer.contacted_ms = txn_now_ms(txn);
	err = peers_put(txn, &peer);
	return err == OK ? contact_note(txn, body, body->failure) : err;
}

static int contact_failed_write(struct txn *txn, void *arg)
{
	struct contact_body *body = arg;

	return contact_note(txn, body, body->failure);
}

/* The peer is there. As long as it has not added us it is asked again now and then, so that the list tells when it has. */
static int contact_made(struct node *node, struct contact_body *body)
{
	bool is_welcome = resolve_welcome(&node->federation, body->arena, node->store, body->found) != ERR_DENIED;
	int err;

	if (!is_welcome) {
		body->failure = STR("it has not added us: it refuses our signed request");
		log_event(LOG_LEVEL_INFO, "peer asked again later", "peer", arena_cstr(body->arena, body->found->domain), "why",
		          body->failure.p, NULL);
	}
	err = writer_run(node->writer, contact_write, body);
	return err != OK || is_welcome ? err : ERR_NETWORK;
}

static int run_contact(struct node *node, struct arena *arena, struct job *job)
{
	struct peer peer;
	struct view *view;
	struct contact_body body = { .arena = arena, .peer_id = job->subject, .found = &peer };
	struct federation asking = node->federation;
	struct str why;
	int status = 0, err = view_begin(node->store, &view);

	if (err != OK)
		return err;
	err = peers_get(arena, view, job->subject, &peer);
	view_end(view);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;   /* taken off the list since */
	asking.status = &status;
	err = resolve_peer(&asking, arena, node->store, &peer);
	if (err == OK)
		return contact_made(node, &body);
	if (err == ERR_NOT_FOUND)                     /* one without an instance actor stays unpinned */
		return writer_run(node->writer, contact_write, &body);
	if (err == ERR_BUSY)                          /* the node is stopping */
		return err;
	why = status >= 400 ? arena_printf(arena, "it answers %d", status) : str_of(err_name(err));
	log_event(LOG_LEVEL_WARNING, "peer not contacted", "peer", arena_cstr(arena, peer.domain), "url",
	          arena_cstr(arena, peer.url), "error", arena_cstr(arena, why), NULL);
	body.failure = arena_printf(arena, "no contact at %.*s: %.*s", STR_ARG(peer.url), STR_ARG(why));
	writer_run(node->writer, contact_failed_write, &body);
	return err;
}

/* --- expire: what has had its time ------------------------------------------------------------------------------ */

/* What forgets its own by itself, and how many at once. */
static const struct {
	int (*forget)(struct txn *txn, size_t max, bool *ret_more);
	size_t max;
} forgetters[] = {
	{ tokens_expire, EXPIRE_BATCH },
	{ attempts_expire, EXPIRE_BATCH },
	{ reports_forget, EXPIRE_BATCH },
	{ mails_expire, EXPIRE_BATCH },
	{ email_links_expire, EXPIRE_BATCH },
	{ invitations_forget, EXPIRE_BATCH / 4 },  /* each is four puts */
};

static int write_expire(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	int64_t now_ms = txn_now_ms(txn);
	bool more = false;
	int err = OK;

	(void)job;
	*ret_more = false;
	for (size_t i = 0; err == OK && i < sizeof(forgetters) / sizeof(forgetters[0]); i++) {
		err = forgetters[i].forget(txn, forgetters[i].max, &more);
		*ret_more |= more;
	}
	if (err == OK)
		err = activities_forget(txn, now_ms - (int64_t)SEEN_KEPT_MS_DAYS * DAY_MS, EXPIRE_BATCH, &more);
	*ret_more |= more;
	if (err == OK)
		err = reminders_forget(txn, now_ms - (int64_t)REMINDERS_KEPT_DAYS * DAY_MS, EXPIRE_BATCH, &more);
	*ret_more |= more;
	if (err == OK)
		err = expiry_sweep(arena, txn, EXPIRE_BATCH, &more);
	*ret_more |= more;
	return err;
}

/* --- disuse: tokens and apps that nobody uses any more ----------------------------------------------------------- */

struct disuse_body {
	struct disuse_rules rules;
	struct disuse disuse;
};

static int disuse_write(struct txn *txn, void *arg)
{
	const struct disuse_body *body = arg;

	return disuse_end(txn, &body->rules, &body->disuse);
}

static int run_disuse(struct node *node, struct arena *arena, struct job *job)
{
	const struct config *config = atomic_load(&node->config);
	struct disuse_body *body = ARENA_NEW(arena, struct disuse_body);
	struct view *view;
	int err;

	(void)job;
	body->rules = (struct disuse_rules){
		.now_ms = clock_now_ms(),
		.token_idle_ms = (int64_t)config->oauth_idle_days * DAY_MS,
		.app_idle_ms = (int64_t)config->oauth_app_days * DAY_MS,
	};
	do {
		err = view_begin(node->store, &view);
		if (err != OK)
			return err;
		err = disuse_find(view, &body->rules, &body->disuse);
		view_end(view);
		if (err == OK && body->disuse.token_count + body->disuse.app_count)
			err = writer_run(node->writer, disuse_write, body);
	} while (err == OK && (body->disuse.token_count == DISUSE_PAGE || body->disuse.app_count == DISUSE_PAGE));
	return err;
}

static int write_adopt(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	int err = posts_adopt(txn, job->subject, ret_more);

	(void)arena;
	return err == ERR_NOT_FOUND ? OK : err;
}

/* --- notices: clear, and what their recipient decided about requests (cursor: the actor) ------------------------- */

enum { NOTICES_PAGE = 200 };

static int write_notices_clear(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	(void)arena;
	return notices_clear(txn, job->subject, job->cursor, NOTICES_PAGE, ret_more);
}

static int write_notices_release(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	(void)arena;
	return notice_requests_release(txn, job->subject, job->cursor, NOTICES_PAGE, ret_more);
}

static int write_notices_drop(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	(void)arena;
	return notice_requests_drop(txn, job->subject, job->cursor, NOTICES_PAGE, ret_more);
}

const struct job_row job_rows[] = {
	/* kind           lane         retry        tries  write                run          repeat */
	{ "fanout",       LANE_WRITER, RETRY_SOON,  100,   fanout_write,        NULL,        0,
	  "turns one activity into deliveries, page by page" },
	{ "resolve",      LANE_POOL,   RETRY_SOON,  RESOLVE_TRIES, NULL,                run_resolve, 0,
	  "fetches what a kept activity needs and applies it" },
	{ "quote",        LANE_POOL,   RETRY_SOON,  RESOLVE_TRIES, NULL,                run_quote,   0,
	  "finds what a foreign post quotes, and whether it may" },
	{ "backfill",     LANE_POOL,   RETRY_SOON,  BACKFILL_TRIES, NULL,               run_backfill, 0,
	  "fetches what is missing of a thread that somebody opened" },
	{ "followers_sync", LANE_POOL, RETRY_SOON,  3,     NULL,                run_followers_sync, 0,
	  "asks a peer which of our people follow one of its own, and mends what differs" },
	{ "contact",      LANE_POOL,   RETRY_SOON,  60,    NULL,                run_contact, 0,
	  "asks a peer for its instance actor and pins the key" },
	{ "notify",       LANE_WRITER, RETRY_SOON,  100,   effects_notify_write, NULL,       0,
	  "tells followers who asked to hear of each post" },
	{ "tell_staff",   LANE_WRITER, RETRY_SOON,  100,   staff_tell_write,    NULL,        0,
	  "tells moderators that somebody signed up, or is reported" },
	{ "parting",      LANE_WRITER, RETRY_SOON,  100,   parting_write,       NULL,        0,
	  "ends the follows between a person and a domain" },
	{ "purge_account", LANE_WRITER, RETRY_SOON, 100,   purge_account_write, NULL,        0,
	  "removes the posts, favourites and follows of an account that is gone" },
	{ "purge_post",   LANE_WRITER, RETRY_SOON,  100,   purge_post_write,    NULL,        0,
	  "removes what is left of the reactions to a post that is gone" },
	{ "purge_peer",   LANE_WRITER, RETRY_SOON,  100,   purge_peer_write,    NULL,        0,
	  "removes what waited for a peer that is no longer on the list" },
	{ "move",         LANE_WRITER, RETRY_SOON,  100,   move_followers_write, NULL,       0,
	  "lets our followers of an account that moved follow the new one" },
	{ "poll_update",  LANE_WRITER, RETRY_SOON,  100,   poll_update_write,   NULL,        0,
	  "tells peers what was counted in a poll" },
	{ "poll_end",     LANE_WRITER, RETRY_SOON,  100,   poll_end_write,      NULL,        0,
	  "tells of the end of a poll" },
	{ "adopt",        LANE_WRITER, RETRY_SOON,  100,   write_adopt,         NULL,        0,
	  "hangs answers that came before it below a post" },
	{ "proof_keys",   LANE_WRITER, RETRY_SOON,  100,   proof_keys_write,    NULL,        0,
	  "gives accounts of an older store a key for integrity proofs" },
	{ "retire_keys",  LANE_WRITER, RETRY_SOON,  100,   rotate_end_write,    NULL,        0,
	  "ends the time in which a person's former keys still count" },
	{ "notices_clear", LANE_WRITER, RETRY_SOON, 100,   write_notices_clear, NULL,        0,
	  "deletes the notifications that somebody cleared" },
	{ "notices_release", LANE_WRITER, RETRY_SOON, 100, write_notices_release, NULL,      0,
	  "lets go the notifications of an account that somebody let through" },
	{ "notices_drop", LANE_WRITER, RETRY_SOON,  100,   write_notices_drop,  NULL,        0,
	  "deletes the notifications of a request that somebody dismissed" },
	{ "push",         LANE_POOL,   RETRY_SOON,  8,     NULL,                push_job,    0,
	  "tells a client of a notification by Web Push" },
	{ "mail",         LANE_MAIL,   RETRY_SOON,  1000,  NULL,                mail_job,    0,
	  "sends a mail" },
	{ "reset",        LANE_POOL,   RETRY_SOON,  20,    NULL,                reset_job,   0,
	  "mails a link for a forgotten password, if there is such a person" },
	{ "import",       LANE_POOL,   RETRY_SOON,  100,   NULL,                import_job,  0,
	  "does what somebody's CSV file says, row by row" },
	{ "publish",      LANE_WRITER, RETRY_SOON,  100,   publish_write,       NULL,        0,
	  "posts what was scheduled, when its time has come" },
	{ "media",        LANE_FILES,  RETRY_SOON,  20,    NULL,                intake_job,  0,
	  "looks at an uploaded file for which no worker was free" },
	{ "media_sweep",  LANE_POOL,   RETRY_HOUR,  100,   NULL,                intake_sweep_job, HOUR_MS,
	  "removes uploads that nothing shows for a day, and files that nobody names" },
	{ "directory",    LANE_POOL,   RETRY_HOUR,  100,   NULL,                directory_sync_job, 5 * MINUTE_MS,
	  "synchronises people with the company's directory, when its time has come" },
	{ "disuse",       LANE_POOL,   RETRY_HOUR,  100,   NULL,                run_disuse,  HOUR_MS,
	  "ends tokens that nobody uses any more, and forgets apps that nobody ever let in" },
	{ "expire",       LANE_WRITER, RETRY_HOUR,  100,   write_expire,        NULL,        HOUR_MS,
	  "forgets expired sessions, codes, links, old invitations and activity ids, closed reports, former mails, and what waits for who is kept out" },
};

const size_t job_row_count = sizeof(job_rows) / sizeof(job_rows[0]);
