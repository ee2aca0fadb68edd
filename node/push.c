/*
 * Web Push: what a message says, how it is sent, and what the answer means (RFC 8030).
 */
#include "node/push.h"

#include <stdatomic.h>
#include <string.h>

#include "federation/net.h"
#include "federation/sanitize.h"
#include "federation/url.h"
#include "federation/webpush.h"
#include "node/config.h"
#include "node/jobs.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "storage/base/log.h"
#include "storage/codec.h"
#include "storage/engine/writer.h"
#include "storage/keys.h"
#include "storage/notices.h"
#include "storage/posts.h"
#include "storage/pushes.h"
#include "storage/reports.h"
#include "storage/tokens.h"
#include "storage/users.h"

enum {
	KEPT_HOURS = 48,              /* by the push service, and here */
	TOKEN_HOURS = 12,             /* RFC 8292: at most 24 */
	EXCERPT_CHARACTERS = 140, TITLE_CHARACTERS = 100,
	WAIT_FIRST_MS = 15 * SECOND_MS, WAIT_MAX_MS = 10 * MINUTE_MS, WAIT_DOUBLINGS = 6,
	SLOW_MS = 5 * SECOND_MS,      /* who takes longer to take a message is asked less often: others wait meanwhile */
	ANSWER_BYTES_MAX = 16 * 1024, /* nobody reads it */
};

/* --- the node's key --------------------------------------------------------------------------------------------- */

static int key_body(struct txn *txn, void *arg)
{
	struct arena *scratch = arena_new();
	struct str pair;
	int r = pushes_key(scratch, txn_view(txn), &pair);

	arena_free(scratch);
	return r == ERR_NOT_FOUND ? pushes_key_put(txn, (struct str){ arg, sizeof(struct webpush_pair) }) : r;
}

int push_make_key(struct store *store)
{
	struct arena *scratch = arena_new();
	struct webpush_pair pair;
	struct view *view;
	struct str found;
	int r = view_begin(store, &view);

	if (r == OK) {
		r = pushes_key(scratch, view, &found);
		view_end(view);
	}
	if (r == ERR_NOT_FOUND) {
		webpush_generate(&pair);
		r = store_write(store, key_body, &pair, NULL, NULL);
	}
	arena_free(scratch);
	return r;
}

static int read_key(struct arena *arena, struct view *view, struct webpush_pair *ret_pair)
{
	struct str bytes;
	int r = pushes_key(arena, view, &bytes);

	if (r != OK)
		return r;
	if (bytes.n != sizeof(*ret_pair))
		return ERR_CORRUPT;
	memcpy(ret_pair, bytes.p, sizeof(*ret_pair));
	return OK;
}

static struct str public_text(struct arena *arena, const struct webpush_pair *pair)
{
	return base64url_encode(arena, (struct str){ (const char *)pair->public_key, WEBPUSH_PUBLIC_BYTES });
}

struct str push_public_key(struct arena *arena, struct view *view)
{
	struct webpush_pair pair;

	return read_key(arena, view, &pair) == OK ? public_text(arena, &pair) : STR("");
}

/* --- the token's secret ----------------------------------------------------------------------------------------- */

static struct str seal_subject(struct arena *arena, const struct push *push)
{
	return arena_printf(arena, "push %llu %llu", (unsigned long long)push->account_id,
	                    (unsigned long long)push->token_id);
}

void push_seal(struct arena *arena, const struct seal *seal, struct push *push, struct str secret)
{
	push->sealed = seal_close(arena, seal, seal_subject(arena, push), secret);
	push->secret = STR_NONE;
}

static struct str secret_of(struct arena *arena, const struct seal *seal, const struct push *push)
{
	struct str secret;

	if (!push->sealed.n)
		return push->secret;
	return seal_open(arena, seal, seal_subject(arena, push), push->sealed, &secret) == OK ? secret : STR("");
}

static int seal_body(struct txn *txn, void *arg)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct push push;

	prefix_walk_init(&walk, txn_view(txn), SPACE_PUSH, STR_NONE, false);
	while (txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		arena_reset(scratch);
		if (codec_decode(scratch, &push_type, item.value, &push) != OK)
			continue;
		if (push.secret.n) {
			push_seal(scratch, arg, &push, push.secret);
			pushes_put(txn, &push);
		} else if (!secret_of(scratch, arg, &push).n) {
			pushes_delete(txn, push.account_id, push.token_id);
		}
	}
	arena_free(scratch);
	return txn_err(txn);
}

int push_seal_all(struct store *store, const struct seal *seal)
{
	return store_write(store, seal_body, (void *)seal, NULL, NULL);
}

/* --- what it says ----------------------------------------------------------------------------------------------- */

/* One message in the making. */
struct sending {
	struct node *node;
	struct arena *arena;
	struct push push;
	struct notice notice;
	struct webpush_pair key;
	struct url endpoint;
	struct str text;             /* the payload */
	struct webpush_message message;
};

static const struct { const char *en, *fr; } titles[] = {
	[NOTICE_MENTION] = { "{} mentioned you", "{} vous a mentionné" },
	[NOTICE_STATUS] = { "{} just posted", "{} vient de publier" },
	[NOTICE_REBLOG] = { "{} boosted your post", "{} a partagé votre publication" },
	[NOTICE_FOLLOW] = { "{} is now following you", "{} vous suit" },
	[NOTICE_FOLLOW_REQUEST] = { "{} wants to follow you", "{} demande à vous suivre" },
	[NOTICE_FAVOURITE] = { "{} liked your post", "{} a aimé votre publication" },
	[NOTICE_UPDATE] = { "{} edited a post", "{} a modifié une publication" },
	[NOTICE_POLL] = { "A poll of {} has ended", "Un sondage de {} est terminé" },
	[NOTICE_EMOJI_REACTION] = { "{} reacted to your post", "{} a réagi à votre publication" },
	[NOTICE_QUOTE] = { "{} quoted your post", "{} a cité votre publication" },
	[NOTICE_QUOTED_UPDATE] = { "{} edited a post you quoted", "{} a modifié une publication que vous citez" },
	[NOTICE_SIGN_UP] = { "{} signed up", "{} s’est inscrit" },
	[NOTICE_REPORT] = { "{} reported somebody", "{} a signalé quelqu’un" },
};

/* "{}" is who did it. */
static struct str title_of(struct arena *arena, uint8_t kind, bool french, struct str name)
{
	const char *text = kind < sizeof(titles) / sizeof(titles[0]) ? (french ? titles[kind].fr : titles[kind].en) : NULL;
	struct str title = str_of(text ? text : "{}");
	size_t at = str_find(title, STR("{}"));
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, str_sub(title, 0, at));
	buf_add(&buf, utf8_prefix(name, TITLE_CHARACTERS));
	buf_add(&buf, str_sub(title, at + 2, SIZE_MAX));
	return buf_str(&buf);
}

/* The beginning of the post, or what stands before it; what a report says; of a follower, what he says of himself. */
static int excerpt_of(struct sending *sending, struct view *view, const struct account *actor, struct str *ret_text)
{
	struct report report;
	struct post post;
	int r = OK;

	if (sending->notice.report_id) {
		r = reports_get(sending->arena, view, sending->notice.report_id, &report);
		*ret_text = r == OK ? utf8_prefix(report.comment, EXCERPT_CHARACTERS) : STR_NONE;
		return r;
	}
	*ret_text = actor->note;
	if (sending->notice.post_id) {
		r = posts_get(sending->arena, view, sending->notice.post_id, &post);
		*ret_text = r == OK ? (post.spoiler.n ? post.spoiler : post.content) : STR_NONE;
	}
	*ret_text = utf8_prefix(sanitize_plain_text(sending->arena, *ret_text), EXCERPT_CHARACTERS);
	return r;
}

/* The members that Mastodon's clients read. Ids are texts: they are beyond what a script counts exactly. */
static void render(struct sending *sending, const struct user *user, const struct account *actor, struct str excerpt)
{
	bool french = str_starts(user->locale, STR("fr"));
	struct str name = actor->display_name.n ? actor->display_name : actor->username;
	const char *type = notice_kind_name(sending->notice.kind);
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, sending->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "access_token", secret_of(sending->arena, &sending->node->seal, &sending->push));
	json_w_member_str(&w, "preferred_locale", user->locale.n ? user->locale : STR("en"));
	json_w_member_id(&w, "notification_id", sending->notice.id);
	json_w_member_cstr(&w, "notification_type", type ? type : "unknown");
	json_w_member_str(&w, "icon", actor->avatar_url.n && actor->avatar_url.n < URL_BYTES_MAX
		? actor->avatar_url : arena_printf(sending->arena, "%.*s/avatar.png", STR_ARG(sending->node->instance.url)));
	json_w_member_str(&w, "title", title_of(sending->arena, sending->notice.kind, french, name));
	json_w_member_str(&w, "body", excerpt);
	json_w_object_end(&w);
	sending->text = buf_str(&buf);
}

/* ERR_NOT_FOUND: there is nothing to tell any more. */
static int compose(struct sending *sending, struct view *view, const struct job *job)
{
	struct account actor = { 0 };
	struct user user = { 0 };
	struct str excerpt;
	uint64_t token_id;
	int r = str_to_u64(job->argument, &token_id) ? OK : ERR_NOT_FOUND;

	if (r == OK)
		r = pushes_get(sending->arena, view, job->cursor, token_id, &sending->push);
	if (r == OK && !tokens_has_id(view, job->cursor, token_id))
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = notices_get(sending->arena, view, job->cursor, job->subject, &sending->notice);
	if (r == OK && (sending->notice.filtered || !notices_hold(view, &sending->notice) ||
	                sending->notice.created_ms + KEPT_HOURS * (int64_t)HOUR_MS < clock_now_ms()))
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = users_get(sending->arena, view, job->cursor, &user);
	if (r == OK && user.disabled)
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = accounts_get(sending->arena, view, sending->notice.actor_id, &actor);
	if (r == OK)
		r = read_key(sending->arena, view, &sending->key);
	if (r == OK)
		r = excerpt_of(sending, view, &actor, &excerpt);
	if (r == OK)
		render(sending, &user, &actor, excerpt);
	return r;
}

/* --- how it goes ------------------------------------------------------------------------------------------------ */

static struct str subject_of(const struct sending *sending)
{
	const struct config *config = atomic_load(&sending->node->config);

	if (config && config->contact_email.n)
		return arena_printf(sending->arena, "mailto:%.*s", STR_ARG(config->contact_email));
	return sending->node->instance.url;
}

/* net_request.sign */
static int add_headers(void *context, struct arena *arena, const struct url *url, const struct header **ret_headers,
                       size_t *ret_count)
{
	enum { HEADERS = 7 };
	const struct sending *sending = context;
	const struct webpush_message *message = &sending->message;
	struct header *headers = ARENA_ARRAY(arena, struct header, HEADERS);
	struct str key = public_text(arena, &sending->key), jwt;
	size_t n = 0;
	int r = webpush_jwt(arena, &sending->key, url_origin(arena, url), clock_now_ms() + TOKEN_HOURS * (int64_t)HOUR_MS,
	                    subject_of(sending), &jwt);

	if (r != OK)
		return r;
	headers[n++] = (struct header){ STR("TTL"), arena_printf(arena, "%d", KEPT_HOURS * 3600) };
	headers[n++] = (struct header){ STR("Urgency"), STR("normal") };
	headers[n++] = (struct header){ STR("Content-Type"), STR("application/octet-stream") };
	if (sending->push.standard) {
		headers[n++] = (struct header){ STR("Content-Encoding"), STR("aes128gcm") };
		headers[n++] = (struct header){ STR("Authorization"),
			arena_printf(arena, "vapid t=%.*s, k=%.*s", STR_ARG(jwt), STR_ARG(key)) };
	} else {
		headers[n++] = (struct header){ STR("Content-Encoding"), STR("aesgcm") };
		headers[n++] = (struct header){ STR("Authorization"), arena_printf(arena, "WebPush %.*s", STR_ARG(jwt)) };
		headers[n++] = (struct header){ STR("Encryption"),
			arena_printf(arena, "salt=%.*s", STR_ARG(base64url_encode(arena, message->salt))) };
		headers[n++] = (struct header){ STR("Crypto-Key"),
			arena_printf(arena, "dh=%.*s;p256ecdsa=%.*s", STR_ARG(base64url_encode(arena, message->public_key)),
			             STR_ARG(key)) };
	}
	*ret_headers = headers;
	*ret_count = n;
	return OK;
}

/* What came of it, for the subscription. */
struct outcome {
	struct arena *arena;
	const struct push *push;
	bool gone;
	int64_t retry_after_ms;  /* 0: it worked, or the waiting time grows by itself … */
	bool failed;             /* … when this is set: no answer, a refusal for now, or one that was long in coming */
};

/* The client may have subscribed anew meanwhile: then this says nothing of where it is now. */
static int outcome_body(struct txn *txn, void *arg)
{
	const struct outcome *outcome = arg;
	const struct push *sent = outcome->push;
	struct push push;
	int64_t wait_ms;
	int r = pushes_get(outcome->arena, txn_view(txn), sent->account_id, sent->token_id, &push);

	if (r != OK || !str_eq(push.endpoint, sent->endpoint))
		return r == ERR_NOT_FOUND ? OK : r;
	if (outcome->gone)
		return pushes_delete(txn, push.account_id, push.token_id);
	if (outcome->failed) {
		wait_ms = WAIT_FIRST_MS << (push.failures < WAIT_DOUBLINGS ? push.failures : WAIT_DOUBLINGS);
		wait_ms = wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS;
		push.wait_until_ms = txn_now_ms(txn) + (outcome->retry_after_ms > wait_ms ? outcome->retry_after_ms : wait_ms);
		push.failures++;
	} else {
		push.failures = 0;
		push.wait_until_ms = 0;
	}
	return pushes_put(txn, &push);
}

static bool is_temporary(int err, int status)
{
	return err == ERR_NETWORK || (err == OK && (status == 429 || status >= 500));
}

static int judge(struct sending *sending, int err, const struct net_response *response, bool slow)
{
	struct outcome outcome = { .arena = sending->arena, .push = &sending->push };
	bool good = err == OK && response->status >= 200 && response->status < 300;
	bool again = is_temporary(err, response->status);

	if (err == ERR_BUSY)   /* the node is stopping */
		return err;
	outcome.gone = err == OK && (response->status == 404 || response->status == 410);
	outcome.failed = again || slow;
	outcome.retry_after_ms = outcome.failed && err == OK ? response->retry_after_ms : 0;
	if (!good)
		log_event(LOG_LEVEL_INFO, "push not delivered", "service",
		          arena_cstr(sending->arena, url_origin(sending->arena, &sending->endpoint)), "answer",
		          err == OK ? arena_printf(sending->arena, "%d", response->status).p : err_name(err), NULL);
	if (outcome.gone || outcome.failed || (good && sending->push.failures))
		writer_run(sending->node->writer, outcome_body, &outcome);
	return again ? ERR_NETWORK : OK;
}

bool push_service_listed(const struct node *node, struct arena *arena, const struct url *service)
{
	const struct config *config = atomic_load(&node->config);
	struct url listed;

	for (size_t i = 0; config && i < config->push_services.count; i++)
		if (url_parse(arena, config->push_services.items[i], &listed) == OK &&
		    str_eq(url_origin(arena, &listed), url_origin(arena, service)))
			return true;
	return false;
}

static int send_message(struct sending *sending)
{
	struct webpush_receiver receiver = { sending->push.public_key, sending->push.auth };
	struct net_request request = {
		.url = sending->push.endpoint, .sign = add_headers, .context = sending, .body_max = ANSWER_BYTES_MAX,
	};
	struct net_response response = { 0 };
	int64_t begun_ms;
	int r = url_parse(sending->arena, sending->push.endpoint, &sending->endpoint);

	if (r == OK)
		r = webpush_encrypt(sending->arena, &receiver, sending->push.standard, sending->text, &sending->message);
	if (r != OK)
		return OK;   /* it will never be better */
	request.post = sending->message.body;
	request.trusted = push_service_listed(sending->node, sending->arena, &sending->endpoint);
	begun_ms = clock_monotonic_ms();
	r = net_get(sending->node->federation.net, sending->arena, &request, &response);
	return judge(sending, r, &response, clock_monotonic_ms() - begun_ms > SLOW_MS);
}

int push_job(struct node *node, struct arena *arena, struct job *job)
{
	struct sending sending = { .node = node, .arena = arena };
	struct view *view;
	int r = view_begin(node->store, &view);

	if (r != OK)
		return r;
	r = compose(&sending, view, job);
	view_end(view);
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	if (sending.push.wait_until_ms > clock_now_ms())
		return ERR_NETWORK;
	return send_message(&sending);
}
