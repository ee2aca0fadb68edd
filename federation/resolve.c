/*
 * From an address to a stored record. Pool threads; writes go to the writer as bodies that may run again.
 */
#include "federation/resolve.h"

#include "federation/actor.h"
#include "federation/apply.h"
#include "federation/fetch.h"
#include "federation/multikey.h"
#include "federation/object.h"
#include "federation/on_actor.h"
#include "federation/on_post.h"
#include "federation/policy.h"
#include "federation/property.h"
#include "federation/url.h"
#include "federation/webfinger.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/posts.h"
#include "storage/refusals.h"

enum { NEEDS_MAX = 3 };  /* fetches for one kept activity */

/* What all of these need. */
struct errand {
	const struct federation *federation;
	struct arena *arena;
	struct store *store;
};

/* finding */

static int stored_account(const struct errand *errand, struct str uri, struct account *ret_account)
{
	struct view *view;
	int r = view_begin(errand->store, &view);

	if (r)
		return r;
	r = accounts_by_uri(errand->arena, view, uri, ret_account);
	view_end(view);
	return r;
}

/* The actor of a fetched document; its handle is proved unless it is known already. Instance actors have none. */
static int actor_of(const struct errand *errand, const json_t *document, struct str uri, struct account *ret_account)
{
	struct account stored;
	struct str username, host;
	int r = actor_parse(errand->arena, document, uri, ret_account);

	if (r)
		return r;
	if (stored_account(errand, uri, &stored) == OK) {
		if (stored.deleted)
			return ERR_GONE;
		ret_account->id = stored.id;
		ret_account->username = stored.username;
		ret_account->host = stored.host;
		ret_account->disabled = stored.disabled;
		return OK;
	}
	if (ret_account->kind == ACCOUNT_APPLICATION)
		return OK;
	if (actor_parse_handle(errand->arena, document, &username, &host) &&
	    webfinger_prove_claim(errand->federation, errand->arena, errand->store, username, host, ret_account) == OK)
		return OK;
	return webfinger_prove(errand->federation, errand->arena, errand->store, ret_account);
}

static int find_actor(const struct errand *errand, struct str uri, struct resolved *found)
{
	struct account *account = ARENA_NEW(errand->arena, struct account);
	json_t *document;
	int r = fetch_document(errand->federation, errand->arena, errand->store, uri, &document, &found->uri);

	if (!r)
		r = actor_of(errand, document, found->uri, account);
	if (!r)
		found->account = account;
	return r;
}

static int post_of(const struct errand *errand, const json_t *document, struct resolved *found)
{
	struct object_draft *draft = ARENA_NEW(errand->arena, struct object_draft);
	struct account author;
	struct resolved actor = { 0 };
	int r = object_parse(errand->arena, document, draft);

	if (r)
		return r;
	r = stored_account(errand, draft->attributed_to, &author);
	if (r == OK && author.deleted)
		return ERR_GONE;
	if (r == OK && author.disabled)
		return ERR_DENIED;
	if (r == ERR_NOT_FOUND) {
		r = find_actor(errand, draft->attributed_to, &actor);
		/* Whoever answers for an address must have that address. */
		if (!r && !str_eq(actor.uri, draft->attributed_to))
			r = ERR_INVALID;
	}
	if (r)
		return r;
	found->account = actor.account;
	found->draft = draft;
	return OK;
}

int resolve_actor(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
                  struct resolved *ret_found)
{
	const struct errand errand = { federation, arena, store };
	struct resolved found = { 0 };
	int r = find_actor(&errand, uri, &found);

	if (!r)
		*ret_found = found;
	return r;
}

int resolve_acct(const struct federation *federation, struct arena *arena, struct store *store, struct str acct,
                 struct resolved *ret_found)
{
	struct webfinger answer;
	struct str rest = acct, username, host;
	int r;

	if (str_starts(rest, STR("acct:")))
		rest = str_sub(rest, 5, rest.n);
	if (str_starts(rest, STR("@")))
		rest = str_sub(rest, 1, rest.n);
	username = str_cut(&rest, '@');
	if (!username.n || url_host_parse(arena, rest, &host))
		return ERR_INVALID;
	if (str_eq_nocase(host, federation->instance->domain))
		return ERR_NOT_FOUND;
	r = webfinger_ask(federation, arena, store, username, host, &answer);
	return r ? r : resolve_actor(federation, arena, store, answer.self, ret_found);
}

int resolve_uri(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
                struct resolved *ret_found)
{
	const struct errand errand = { federation, arena, store };
	struct resolved found = { 0 };
	struct account *account;
	json_t *document;
	int r = fetch_document(federation, arena, store, uri, &document, &found.uri);

	if (r)
		return r;
	switch (activity_object_kind(document)) {
	case OBJECT_ACTOR:
		account = ARENA_NEW(arena, struct account);
		r = actor_of(&errand, document, found.uri, account);
		found.account = account;
		break;
	case OBJECT_POST:
		r = post_of(&errand, document, &found);
		break;
	case OBJECT_TOMBSTONE:
		return ERR_GONE;
	default:
		return ERR_INVALID;
	}
	if (!r)
		*ret_found = found;
	return r;
}

/* writing */

/* A fetch is a way in like any other: what its author may not deliver, nobody brings along. */
static int judge_found(struct arena *arena, struct view *view, struct resolved *found)
{
	struct account stored;
	const struct account *author = found->account;
	struct policy_case c = { .arena = arena, .view = view };
	int r = OK;

	if (!author && found->draft) {
		r = accounts_by_uri(arena, view, found->draft->attributed_to, &stored);
		author = &stored;
	}
	if (r)
		return r;
	c.actor = c.shown = author;
	c.post = found->draft ? &found->draft->post : NULL;
	c.poll = found->draft ? found->draft->poll : NULL;
	r = policy_judge(&c, found->draft ? POLICY_ACTOR | POLICY_TEXT : POLICY_ACTOR);
	found->refusal = c.reason;
	return r;
}

static int note_refusal(struct txn *txn, struct arena *arena, struct str uri, const char *reason)
{
	struct refusal refusal = { .who = uri, .reason = str_of(reason), .detail = STR("it was fetched") };
	struct url url;

	if (url_parse(arena, uri, &url) == OK)
		refusal.origin = url_origin(arena, &url);
	return refusals_add(txn, &refusal);
}

int resolve_note_refusal(struct txn *txn, struct arena *arena, const struct resolved *found)
{
	return note_refusal(txn, arena, found->uri, found->refusal);
}

static int put_found(struct arena *arena, struct txn *txn, struct resolved *found, uint64_t depth,
                     uint64_t *ret_account_id, uint64_t *ret_post_id)
{
	struct object_draft draft;
	struct account account;
	struct str parent;
	int r = OK;

	*ret_account_id = *ret_post_id = 0;
	if (found->account || found->draft)
		r = judge_found(arena, txn_view(txn), found);
	if (r)
		return r;
	if (found->account) {
		account = *found->account;
		r = on_actor_put(arena, txn, &account);
		*ret_account_id = account.id;
	}
	if (r || !found->draft)
		return r;
	draft = *found->draft;
	draft.alone = found->alone;
	r = object_resolve(arena, txn_view(txn), &draft, &parent);
	if (!r)
		r = on_post_put(arena, txn, &draft);
	if (r)
		return r;
	*ret_account_id = draft.post.account_id;
	*ret_post_id = draft.post.id;
	return found->alone ? OK : on_post_fetch_parent(arena, txn, parent, depth);
}

int resolve_write(struct arena *arena, struct txn *txn, struct resolved *found, uint64_t *ret_account_id,
                  uint64_t *ret_post_id)
{
	return put_found(arena, txn, found, 1, ret_account_id, ret_post_id);
}

/* keys */

static struct str owner_of(const json_t *document)
{
	struct str owner = property_uri(json_member(document, "owner"));

	return owner.n ? owner : property_uri(json_member(document, "controller"));
}

/* What a key id leads to: one of these two. */
struct found_key {
	struct str pem;
	struct multikey multikey;
};

/* The key in an actor's document. ERR_NOT_FOUND: it names none like that. `alone` (may be NULL) is what the key says of
 * itself, for an actor that names only its id. */
static int key_of_actor(struct arena *arena, const json_t *document, struct str uri, struct str key_id,
                        const struct found_key *alone, struct found_key *ret_key)
{
	struct found_key key = { .pem = STR_NONE };

	if (multikey_of_actor(arena, document, uri, key_id, &key.multikey) == OK) {
		*ret_key = key;
		return OK;
	}
	if (actor_parse_key(document, key_id, &key.pem) == OK) {
		if (!key.pem.n && alone)
			key.pem = alone->pem;
	} else if (alone && property_has_uri(json_member(document, "assertionMethod"), key_id) &&
	           str_eq(alone->multikey.controller, uri)) {
		key.multikey = alone->multikey;
	}
	if (!key.pem.n && !key.multikey.id.n)
		return ERR_NOT_FOUND;
	*ret_key = key;
	return OK;
}

/* A document of a key alone says whose it is; that actor must name the key in return. */
static int owner_document(const struct errand *errand, struct str key_id, json_t **document, struct str *uri,
                          struct found_key *ret_key)
{
	struct str owner = owner_of(*document);
	struct found_key alone = { .pem = json_member_str(*document, "publicKeyPem") };
	int r;

	if (!str_eq(*uri, key_id) || !owner.n)
		return ERR_INVALID;
	if (multikey_parse(errand->arena, *document, &alone.multikey))
		alone.multikey = (struct multikey){ .id = STR_NONE };
	r = fetch_document(errand->federation, errand->arena, errand->store, owner, document, uri);
	if (!r && !str_eq(*uri, owner))
		r = ERR_INVALID;
	return r ? r : key_of_actor(errand->arena, *document, *uri, key_id, &alone, ret_key);
}

int resolve_key(const struct federation *federation, struct arena *arena, struct store *store, struct str key_id,
                struct account *ret_account)
{
	const struct errand errand = { federation, arena, store };
	struct account account;
	struct found_key key;
	struct str uri;
	json_t *document;
	int r = fetch_document(federation, arena, store, key_id, &document, &uri);

	if (r)
		return r;
	if (activity_object_kind(document) != OBJECT_ACTOR)
		r = owner_document(&errand, key_id, &document, &uri, &key);
	else
		r = key_of_actor(arena, document, uri, key_id, NULL, &key);
	if (r || !url_same_origin(arena, uri, key_id))
		return r && r != ERR_NOT_FOUND ? r : ERR_INVALID;
	r = actor_of(&errand, document, uri, &account);
	if (r)
		return r;
	if (key.pem.n) {
		account.key_id = key_id;
		account.key_pem = key.pem;
	} else {
		account.proof_key_id = key.multikey.id;
		account.proof_key = key.multikey.multibase;
	}
	*ret_account = account;
	return OK;
}

int resolve_proof_key(const struct federation *federation, struct arena *arena, struct store *store,
                      struct str actor_uri, struct str key_id, struct account *ret_account)
{
	const struct errand errand = { federation, arena, store };
	struct multikey key;
	struct str uri;
	json_t *document;
	int r = fetch_document(federation, arena, store, actor_uri, &document, &uri);

	if (!r && !str_eq(uri, actor_uri))
		r = ERR_INVALID;
	if (!r)
		r = actor_of(&errand, document, uri, ret_account);
	if (r)
		return r;
	if (multikey_of_actor(arena, document, uri, key_id, &key))
		return ERR_INVALID;
	ret_account->proof_key_id = key.id;
	ret_account->proof_key = key.multibase;
	return OK;
}

/* peers */

static const char application_relation[] = "https://www.w3.org/ns/activitystreams#Application";

/* Where a peer says its instance actor is; else where such nodes have it. */
static struct str instance_actor_uri(const struct errand *errand, struct str origin)
{
	struct str place = arena_printf(errand->arena, "%.*s/.well-known/nodeinfo", STR_ARG(origin)), text, href;
	const json_t *links;
	json_t *document;

	if (fetch_text(errand->federation, errand->arena, errand->store, place, "application/json", &text) == OK &&
	    json_parse(errand->arena, text, &document) == OK) {
		links = json_member(document, "links");
		for (size_t i = 0; i < json_count(links); i++) {
			href = json_member_str(json_at(links, i), "href");
			if (str_eq(json_member_str(json_at(links, i), "rel"), str_of(application_relation)) && href.n)
				return href;
		}
	}
	return arena_printf(errand->arena, "%.*s/actor", STR_ARG(origin));
}

int resolve_peer(const struct federation *federation, struct arena *arena, struct store *store, struct peer *peer)
{
	const struct errand errand = { federation, arena, store };
	struct account account;
	struct str uri = instance_actor_uri(&errand, peer->url);
	json_t *document;
	int r = fetch_document(federation, arena, store, uri, &document, &uri);

	if (!r)
		r = actor_parse(arena, document, uri, &account);
	if (r == ERR_GONE || r == ERR_INVALID)
		return ERR_NOT_FOUND;
	if (r)
		return r;
	if (account.kind != ACCOUNT_APPLICATION || !url_same_origin(arena, account.uri, peer->url))
		return ERR_NOT_FOUND;
	if (peer->key_pem.n && !str_eq(peer->key_pem, account.key_pem))
		return ERR_DENIED;
	peer->actor_uri = account.uri;
	peer->inbox = account.inbox;
	peer->key_id = account.key_id;
	peer->key_pem = account.key_pem;
	return OK;
}

int resolve_welcome(const struct federation *federation, struct arena *arena, struct store *store,
                    const struct peer *peer)
{
	struct account account;
	struct str uri;
	json_t *document;
	int r = fetch_document(federation, arena, store, peer->actor_uri, &document, &uri);

	if (!r)
		r = actor_parse(arena, document, uri, &account);
	return r ? r : fetch_document(federation, arena, store, account.outbox, &document, &uri);
}

/* the job */

struct waiting {
	struct errand errand;
	const struct job *job;
	struct activity_record record;
	struct activity activity;
	struct resolved found;
	struct str need;       /* result: what it needs next */
	int applied;           /* result of applying, NEED included */
};

/* A Create or Update that gave only an address gets what stands there as if it had come along. */
static void embed_found(const struct waiting *waiting, struct activity *activity, struct object_draft *draft)
{
	if ((activity->type != AS_CREATE && activity->type != AS_UPDATE) || activity->draft || !waiting->found.draft ||
	    !str_eq(activity->object_uri, waiting->found.draft->post.uri) ||
	    !str_eq(activity->actor_uri, waiting->found.draft->attributed_to))
		return;
	*draft = *waiting->found.draft;
	activity->draft = draft;
	activity->object_kind = OBJECT_POST;
	if (!activity->updated_ms)
		activity->updated_ms = draft->post.edited_ms;
}

static int waiting_write(struct txn *txn, void *arg)
{
	struct waiting *waiting = arg;
	struct arena *arena = waiting->errand.arena;
	struct activity activity = waiting->activity;
	struct object_draft draft;
	struct resolved found = waiting->found;
	uint64_t account_id, post_id;
	int r;

	if (activity.draft) {
		draft = *activity.draft;
		activity.draft = &draft;
	}
	embed_found(waiting, &activity, &draft);
	if (activity.draft)
		found.draft = NULL;
	if (found.account)
		activity.fetched_uri = found.account->uri;
	r = put_found(arena, txn, &found, 1, &account_id, &post_id);
	if (!r)
		r = waiting->applied = activity_apply(arena, txn, &activity, ORIGIN_REMOTE);
	else
		waiting->applied = r;
	waiting->need = activity.need;
	if (r == NEED)
		return txn_err(txn);
	if (txn_err(txn))
		return txn_err(txn);
	if (found.refusal)
		note_refusal(txn, arena, found.uri, found.refusal);
	else if (activity.refusal)
		note_refusal(txn, arena, activity.actor_uri, activity.refusal);
	/* It had its effect, or never will. */
	return activities_delete(txn, waiting->record.id);
}

static int drop_write(struct txn *txn, void *arg)
{
	const struct waiting *waiting = arg;

	return activities_delete(txn, waiting->record.id);
}

static int load_waiting(struct waiting *waiting)
{
	const struct errand *errand = &waiting->errand;
	struct view *view;
	json_t *document;
	int r = view_begin(errand->store, &view);

	if (r)
		return r;
	r = activities_get(errand->arena, view, waiting->job->subject, &waiting->record);
	view_end(view);
	if (!r)
		r = json_parse(errand->arena, waiting->record.body, &document);
	return r ? r : activity_parse(errand->arena, document, &waiting->activity);
}

/* Is the post here by now, or gone? Many may have waited for the same. */
static bool has_come(const struct errand *errand, struct str uri)
{
	struct view *view;
	uint64_t id;
	int r;

	if (view_begin(errand->store, &view))
		return false;
	r = posts_id_by_uri(view, uri, &id);
	view_end(view);
	return r == OK || r == ERR_GONE;
}

/* Fetches what is needed and applies, until nothing more is needed or enough was fetched. */
static int serve_waiting(struct waiting *waiting, struct writer *writer)
{
	const struct errand *errand = &waiting->errand;
	struct str need = waiting->job->argument;
	int r = OK;

	for (int i = 0; i < NEEDS_MAX; i++) {
		waiting->found = (struct resolved){ 0 };
		if (waiting->activity.type != AS_ANNOUNCE || !has_come(errand, need))
			r = resolve_uri(errand->federation, errand->arena, errand->store, need, &waiting->found);
		if (!r)
			r = writer_run(writer, waiting_write, waiting);
		if (r || waiting->applied != NEED)
			return r;
		if (str_eq(waiting->need, need))
			break;
		need = waiting->need;
	}
	return ERR_LIMIT;
}

static bool is_later(int err)
{
	return err == ERR_NETWORK || err == ERR_BUSY || err == ERR_FULL;
}

static int resolve_waiting(struct waiting *waiting, struct writer *writer)
{
	int r = load_waiting(waiting);

	if (r == ERR_NOT_FOUND)
		return OK;
	if (!r)
		r = serve_waiting(waiting, writer);
	if (!r || (is_later(r) && waiting->job->tries + 1 < RESOLVE_TRIES))
		return r;
	/* What is missing is not to be had: that is the end of it, and nobody's failure. */
	return writer_run(writer, drop_write, waiting);
}

static int parent_write(struct txn *txn, void *arg)
{
	struct waiting *waiting = arg;
	struct resolved found = waiting->found;
	uint64_t account_id, post_id;
	int r = put_found(waiting->errand.arena, txn, &found, waiting->job->cursor + 1, &account_id, &post_id);

	return found.refusal ? note_refusal(txn, waiting->errand.arena, found.uri, found.refusal) : r;
}

int resolve_job(const struct federation *federation, struct arena *arena, struct store *store,
                struct writer *writer, const struct job *job)
{
	struct waiting waiting = { .errand = { federation, arena, store }, .job = job };
	int r;

	if (job->subject)
		return resolve_waiting(&waiting, writer);
	if (has_come(&waiting.errand, job->argument))
		return OK;
	r = resolve_uri(federation, arena, store, job->argument, &waiting.found);
	if (!r)
		r = writer_run(writer, parent_write, &waiting);
	return r == ERR_NOT_FOUND || r == ERR_GONE || r == ERR_DENIED ? OK : r;
}
