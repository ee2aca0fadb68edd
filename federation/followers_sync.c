/*
 * Followers synchronisation. What goes out: any thread. What came in: the writer, then a thread of the jobs.
 */
#include "federation/followers_sync.h"

#include <stdlib.h>

#include "federation/apply.h"
#include "federation/fetch.h"
#include "federation/on_follow.h"
#include "federation/property.h"
#include "federation/replay.h"
#include "federation/url.h"
#include "federation/waiting.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/follower_digest.h"
#include "storage/graph.h"
#include "storage/jobs.h"

enum {
	PAGE = 500,                        /* followers read at once */
	SETTLE_MS = 2 * SECOND_MS,         /* what crosses the delivery, an Accept or an Undo, arrives meanwhile */
	HEX_BYTES = 2 * SHA256_BYTES,
};

static struct str digest_hex(struct arena *arena, const struct follower_digest *digest)
{
	return hex_encode(arena, (struct str){ (const char *)digest->bytes, SHA256_BYTES });
}

/* --- what goes out ---------------------------------------------------------------------------------------------- */

struct str followers_sync_url(struct arena *arena, const struct account *actor)
{
	return arena_printf(arena, "%.*s/followers_synchronization", STR_ARG(actor->uri));
}

struct str followers_sync_header(struct arena *arena, struct view *view, const struct account *actor, struct str inbox)
{
	struct follower_digest digest;
	struct str url = followers_sync_url(arena, actor);

	if (actor->deleted || !actor->followers_uri.n ||
	    follower_digest_get(view, actor->id, inbox, &digest) != OK || digest.count > FOLLOWERS_SYNC_MAX)
		return STR_NONE;
	return arena_printf(arena, "collectionId=\"%.*s\", url=\"%.*s\", digest=\"%.*s\"", STR_ARG(actor->followers_uri),
	                    STR_ARG(url), STR_ARG(digest_hex(arena, &digest)));
}

/* Followers of an account whose ids are of the origin of `uri`, up to `max` of them. */
static int followers_at(struct arena *arena, struct view *view, uint64_t account_id, struct str uri, size_t max,
                        struct id_list *ret_ids, struct str_list *ret_uris)
{
	struct arena *scratch = arena_new();
	struct id_list page = { NULL, PAGE };
	struct account follower;
	uint64_t after = 0;
	int r = OK;

	*ret_ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, max), 0 };
	*ret_uris = (struct str_list){ ARENA_ARRAY(arena, struct str, max), 0 };
	while (r == OK && page.count == PAGE && ret_ids->count < max) {
		arena_reset(scratch);
		r = graph_followers(scratch, view, account_id, after, PAGE, &page);
		for (size_t i = 0; r == OK && i < page.count && ret_ids->count < max; i++) {
			after = page.ids[i];
			if (accounts_get(scratch, view, after, &follower) != OK ||
			    !url_same_origin(scratch, follower.uri, uri))
				continue;
			ret_ids->ids[ret_ids->count++] = after;
			ret_uris->items[ret_uris->count++] = arena_str(arena, follower.uri);
		}
	}
	arena_free(scratch);
	return r;
}

int followers_sync_members(struct arena *arena, struct view *view, uint64_t account_id, struct str origin,
                           struct str_list *ret_uris)
{
	struct follower_digest digest;
	struct id_list ids;
	int r = follower_digest_get(view, account_id, origin, &digest);

	if (r == OK && digest.count > FOLLOWERS_SYNC_MAX)
		r = ERR_LIMIT;
	/* Ends with the last of them, and does not begin when there is none: most followers live elsewhere. */
	return r ? r : followers_at(arena, view, account_id, origin, (size_t)digest.count, &ids, ret_uris);
}

/* --- what came in ----------------------------------------------------------------------------------------------- */

struct sync_header {
	struct str collection, url, digest;
};

/* As we write digests: what stands there is told apart from the address behind it in the argument of the job. */
static bool is_digest(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return text.n == HEX_BYTES;
}

/* name="value", separated by commas; each once, others are passed over. */
static bool announcement_parse(struct str rest, struct sync_header *ret_said)
{
	struct { const char *name; struct str *value; } members[] = {
		{ "collectionId", &ret_said->collection }, { "url", &ret_said->url }, { "digest", &ret_said->digest },
	};

	*ret_said = (struct sync_header){ .url = STR_NONE };
	while (rest.n) {
		struct str name = str_trim(str_cut(&rest, '=')), value;

		if (!str_starts(rest, STR("\"")))
			return false;
		rest = str_sub(rest, 1, SIZE_MAX);
		value = str_cut(&rest, '"');
		if (!rest.p || str_find_char(value, '\\') != SIZE_MAX)
			return false;
		for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
			if (!str_eq(name, str_of(members[i].name)))
				continue;
			if (members[i].value->p)
				return false;
			*members[i].value = value;
		}
		rest = str_trim(rest);
		if (rest.n && !str_starts(rest, STR(",")))
			return false;
		rest = str_sub(rest, 1, SIZE_MAX);
	}
	return ret_said->collection.n && ret_said->url.n && is_digest(ret_said->digest);
}

static bool is_covered(const struct signature *signature)
{
	for (size_t i = 0; i < signature->covered_count; i++)
		if (str_eq_nocase(signature->covered[i], STR(FOLLOWERS_SYNC_HEADER)))
			return true;
	return false;
}

/* The header, when it is one, and about the signer's followers. */
static bool read_header(const struct signature_request *request, const struct signature *signature,
                        const struct account *signer, struct sync_header *ret_said)
{
	struct str name = STR(FOLLOWERS_SYNC_HEADER);

	return signature_request_count(request, name) == 1 && is_covered(signature) && signer->followers_uri.n &&
	       announcement_parse(signature_request_header(request, name), ret_said) &&
	       str_eq(ret_said->collection, signer->followers_uri);
}

/* It leads nowhere but to the signer's own node. */
static bool stays_home(struct arena *arena, const struct sync_header *said, const struct account *signer)
{
	return said->url.n <= URL_BYTES_MAX && url_same_origin(arena, said->url, signer->uri) &&
	       url_same_origin(arena, said->collection, signer->uri);
}

/* Followers here of an account elsewhere. */
static int digest_of_ours(struct arena *arena, struct view *view, uint64_t account_id, struct str *ret_hex)
{
	struct follower_digest digest;
	int r = follower_digest_get(view, account_id, instance_of(view)->url, &digest);

	*ret_hex = digest_hex(arena, &digest);
	return r;
}

/* A name for the memory of replays. */
static const struct str resting = { "followers", 9 };

int followers_sync_hear(const struct federation *federation, struct arena *arena, struct txn *txn,
                        const struct signature_request *request, const struct signature *signature,
                        const struct account *signer, bool *ret_asks)
{
	struct job job = { .kind = STR("followers_sync"), .due_ms = txn_now_ms(txn) + SETTLE_MS };
	struct sync_header said;
	struct account account;
	struct str ours;
	int r;

	*ret_asks = false;
	if (!read_header(request, signature, signer, &said))
		return OK;
	r = accounts_id_by_uri(txn_view(txn), signer->uri, &job.subject);
	if (r)
		return r == ERR_NOT_FOUND ? OK : r;
	/* Mostly it agrees: what costs more is asked behind this. */
	r = digest_of_ours(arena, txn_view(txn), job.subject, &ours);
	if (r || str_eq(said.digest, ours) || !stays_home(arena, &said, signer) ||
	    replay_cache_knows(federation->replays, signer->uri, resting, clock_monotonic_ms()) ||
	    !waiting_has_room(txn_view(txn), said.url))
		return r;
	r = accounts_get(arena, txn_view(txn), job.subject, &account);
	if (r || !account.host.n || account.deleted)
		return r;
	job.argument = arena_printf(arena, "%.*s %.*s", STR_ARG(said.digest), STR_ARG(said.url));
	*ret_asks = true;
	return jobs_add(txn, &job);
}

void followers_sync_asked(const struct federation *federation, const struct account *signer)
{
	int64_t now_ms = clock_monotonic_ms();

	replay_cache_admit(federation->replays, signer->uri, resting, now_ms, now_ms + FOLLOWERS_SYNC_REST_MS);
}

/* --- the job ---------------------------------------------------------------------------------------------------- */

struct sync {
	const struct federation *federation;
	struct arena *arena;
	struct store *store;
	struct str digest, url;           /* as the header said */
	struct account actor;
	struct id_list ids;               /* our people who followed when it began … */
	struct str_list uris, known;      /* … with their ids as addresses, the second time sorted … */
	struct str_list listed;           /* … and who follow, as the actor's node says */
};

/* OK: they differ still. ERR_EXISTS: what crossed the delivery settled it, or the actor has ended. */
static int load(struct sync *sync, uint64_t actor_id)
{
	struct str ours;
	struct view *view;
	int r = view_begin(sync->store, &view);

	if (r)
		return r;
	r = accounts_get(sync->arena, view, actor_id, &sync->actor);
	if (!r)
		r = digest_of_ours(sync->arena, view, actor_id, &ours);
	if (!r && (sync->actor.deleted || str_eq(ours, sync->digest)))
		r = ERR_EXISTS;
	if (!r)
		r = followers_at(sync->arena, view, actor_id, sync->federation->instance->url, FOLLOWERS_SYNC_MAX,
		                 &sync->ids, &sync->uris);
	view_end(view);
	return r;
}

/* The ids on a page; ERR_LIMIT: more than we read. */
static int take_items(struct sync *sync, const json_t *page)
{
	const json_t *items = json_member(page, "orderedItems");

	if (!items)
		items = json_member(page, "items");
	for (size_t i = 0; i < json_count(items); i++) {
		if (sync->listed.count == FOLLOWERS_SYNC_MAX)
			return ERR_LIMIT;
		sync->listed.items[sync->listed.count++] = arena_str(sync->arena, property_uri(json_at(items, i)));
	}
	return OK;
}

/* The document at `uri`, which must be the actor's node's own. */
static int fetch_page(struct sync *sync, struct arena *arena, struct str uri, json_t **ret_page)
{
	struct str id;
	int r;

	if (!url_same_origin(arena, uri, sync->actor.uri))
		return ERR_DENIED;
	r = fetch_document(sync->federation, arena, sync->store, uri, ret_page, &id);
	return !r && !url_same_origin(arena, id, sync->actor.uri) ? ERR_DENIED : r;
}

/* Takes what a page lists. The document goes with its end: a page for each of some actors would be too much to keep. */
static int read_page(struct sync *sync, struct str uri, bool is_first, struct str *ret_next)
{
	struct arena *arena = arena_new();
	json_t *page, *first = NULL;
	int r = fetch_page(sync, arena, uri, &page);

	if (r)
		goto out;
	r = take_items(sync, page);
	first = is_first ? json_member(page, "first") : NULL;
	if (!r && json_is_object(first)) {
		page = first;
		r = take_items(sync, page);
	}
	*ret_next = arena_str(sync->arena,
	                      json_is_string(first) ? json_str_of(first) : property_uri(json_member(page, "next")));
out:
	arena_free(arena);
	return r;
}

/* All pages. One that leads to itself ends with the pages we read, and then does not have the digest. */
static int fetch_all(struct sync *sync)
{
	struct str uri = sync->url;
	int r = OK;

	sync->listed = (struct str_list){ ARENA_ARRAY(sync->arena, struct str, FOLLOWERS_SYNC_MAX), 0 };
	for (int i = 0; i < FOLLOWERS_SYNC_PAGES_MAX && uri.n && !r; i++)
		r = read_page(sync, uri, i == 0, &uri);
	return r;
}

/* What is cut short, or changed while it was read, must end nothing. */
static bool is_whole(struct sync *sync)
{
	struct follower_digest digest = { .count = 0 };

	for (size_t i = 0; i < sync->listed.count; i++)
		follower_digest_xor(&digest, sync->listed.items[i]);
	return str_eq(digest_hex(sync->arena, &digest), sync->digest);
}

static int order(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort(struct str_list *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), order);
}

static bool has(const struct str_list *sorted, struct str uri)
{
	return sorted->count && bsearch(&uri, sorted->items, sorted->count, sizeof(uri), order);
}

/* Ours, who no longer follow there. */
static int end_unlisted(struct sync *sync, struct txn *txn, size_t *room)
{
	int r = OK;

	for (size_t i = 0; i < sync->ids.count && *room && !r; i++) {
		uint64_t id = sync->ids.ids[i];

		if (has(&sync->listed, sync->uris.items[i]) || !graph_follows(txn_view(txn), id, sync->actor.id))
			continue;
		r = follow_end(txn, id, sync->actor.id);
		--*room;
	}
	return r;
}

/* It is noted as one that was asked for, and taken back in the ordinary way. */
static int take_back(struct sync *sync, struct txn *txn, uint64_t person_id)
{
	const struct follow follow = {
		.follower_id = person_id, .followee_id = sync->actor.id, .state = FOLLOW_REQUESTED,
		.created_ms = txn_now_ms(txn),
	};
	int r = graph_follow_put(txn, &follow);

	return r ? r : act_unfollow(sync->arena, txn, person_id, sync->actor.id);
}

/* Somebody who follows there, as is said, and not here. */
static int settle_one(struct sync *sync, struct txn *txn, struct str uri, size_t *room)
{
	struct view *view = txn_view(txn);
	struct follow follow;
	struct account person;
	int r;

	if (!instance_owns(sync->federation->instance, uri) || accounts_by_uri(sync->arena, view, uri, &person) != OK ||
	    person.host.n || person.deleted || person.kind == ACCOUNT_APPLICATION)
		return OK;
	r = graph_follow_get(sync->arena, view, person.id, sync->actor.id, &follow);
	if (r && r != ERR_NOT_FOUND)
		return r;
	if (r == OK && follow.state == FOLLOW_ACCEPTED)
		return OK;
	--*room;
	if (r == ERR_NOT_FOUND)
		return take_back(sync, txn, person.id);
	/* The answer to it was lost. */
	follow.state = FOLLOW_ACCEPTED;
	return graph_follow_put(txn, &follow);
}

static int sync_write(struct txn *txn, void *arg)
{
	struct sync *sync = arg;
	size_t room = FOLLOWERS_SYNC_BATCH;
	int r = end_unlisted(sync, txn, &room);

	/* Who followed when it began and does no more has told it already. */
	for (size_t i = 0; i < sync->listed.count && room && !r; i++)
		if (!has(&sync->known, sync->listed.items[i]))
			r = settle_one(sync, txn, sync->listed.items[i], &room);
	return r ? txn_fail(txn, r) : OK;
}

int followers_sync_job(const struct federation *federation, struct arena *arena, struct store *store,
                       struct writer *writer, const struct job *job)
{
	struct sync sync = { .federation = federation, .arena = arena, .store = store, .url = job->argument };
	int r;

	sync.digest = str_cut(&sync.url, ' ');
	r = load(&sync, job->subject);
	if (!r)
		r = fetch_all(&sync);
	if (r || !is_whole(&sync))
		return r == ERR_EXISTS ? OK : r;
	sort(&sync.listed);
	sync.known = (struct str_list){ ARENA_ARRAY(arena, struct str, sync.uris.count), 0 };
	for (; sync.known.count < sync.uris.count; sync.known.count++)
		sync.known.items[sync.known.count] = sync.uris.items[sync.known.count];
	sort(&sync.known);
	return writer ? writer_run(writer, sync_write, &sync) : store_write(store, sync_write, &sync, NULL, NULL);
}
