/*
 * The walk through a thread. Pool threads; what is found goes to the writer, post by post.
 *
 * Memory of a fetch ends with it: forty documents of a mebibyte are too much to keep.
 */
#include "federation/backfill.h"

#include "federation/collection.h"
#include "federation/fetch.h"
#include "federation/policy.h"
#include "federation/property.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/engine/writer.h"
#include "storage/instance.h"
#include "storage/jobs.h"
#include "storage/posts.h"

enum {
	KNOWN_MAX = 200,                    /* posts of the thread, from the root on, whose answers are looked for */
	QUEUE_MAX = KNOWN_MAX + BACKFILL_FETCHES,
	NAMED_MAX = 1000,                   /* addresses that are looked at in one run */
};

/* --- wanting ---------------------------------------------------------------------------------------------------- */

static bool is_open(const struct post *post)
{
	return !post->reblog_of_id &&
	       (post->visibility == VISIBILITY_PUBLIC || post->visibility == VISIBILITY_UNLISTED);
}

static bool is_due(const struct post *root, int64_t now_ms)
{
	return root->backfilled_ms + BACKFILL_EVERY_MS <= now_ms;
}

static bool is_foreign(struct arena *arena, struct view *view, const struct post *root)
{
	struct id_list below;
	struct post post;

	if (root->remote)
		return true;
	if (posts_descendants(arena, view, root->id, KNOWN_MAX, &below))
		return false;
	for (size_t i = 0; i < below.count; i++)
		if (posts_brief(view, below.ids[i], &post) == OK && post.remote)
			return true;
	return false;
}

static int find_root(struct arena *arena, struct view *view, const struct post *post, struct post *ret_root)
{
	return posts_get(arena, view, post->root_id ? post->root_id : post->id, ret_root);
}

bool backfill_wanted(struct arena *arena, struct view *view, const struct post *post)
{
	struct post root;

	return is_open(post) && find_root(arena, view, post, &root) == OK && is_due(&root, clock_now_ms()) &&
	       is_foreign(arena, view, &root);
}

/* Notes at the first post of a thread that it is filled now. A root that was found in doing so is noted as well: a
 * thread that grows upwards is no new one. *ret_new (may be NULL): it was not noted lately. */
static int note_root(struct arena *arena, struct txn *txn, const struct post *post, bool *ret_new)
{
	int64_t now_ms = txn_now_ms(txn);
	struct post root, noted;
	int r = find_root(arena, txn_view(txn), post, &root);

	if (ret_new)
		*ret_new = !r && is_due(&root, now_ms);
	if (r || !is_due(&root, now_ms))
		return r;
	noted = root;
	noted.backfilled_ms = now_ms;
	return posts_rewrite(arena, txn, &root, &noted);
}

int backfill_ask(struct arena *arena, struct txn *txn, uint64_t post_id)
{
	struct job job = { .kind = STR("backfill"), .subject = post_id };
	struct post post;
	bool is_new;
	int r = posts_get(arena, txn_view(txn), post_id, &post);

	if (!r)
		r = note_root(arena, txn, &post, &is_new);
	if (r)
		return r;
	return is_new ? txn_fail(txn, jobs_add(txn, &job)) : OK;
}

/* --- one fetch -------------------------------------------------------------------------------------------------- */

/* A post whose answers are to be found. */
struct stop {
	struct str uri, replies;
	size_t depth;
};

struct walk {
	struct federation federation;  /* with the allowance */
	struct allowance allowance;
	struct arena *arena;
	struct store *store;
	struct writer *writer;
	struct post opened;
	int64_t until_ms;              /* monotonic */
	struct str_list tried;         /* addresses that were asked for */
	struct str_list silent;        /* origins that did not answer, or were busy */
	size_t named;                  /* addresses looked at */
	bool busy;                     /* something was put off */
	struct stop queue[QUEUE_MAX];
	size_t queued;
};

static bool may_go_on(const struct walk *walk)
{
	return walk->allowance.fetches > 0 && walk->named < NAMED_MAX && clock_monotonic_ms() < walk->until_ms;
}

static struct str origin_of(struct arena *arena, struct str uri)
{
	struct url url;

	return url_parse(arena, uri, &url) == OK ? url_origin(arena, &url) : STR_NONE;
}

static void add(struct str_list *list, struct str text)
{
	if (list->count < BACKFILL_FETCHES)
		list->items[list->count++] = text;
}

/* Before a request: the same is not asked for twice, and who was silent is left alone. */
static bool may_ask(struct walk *walk, struct str uri)
{
	return may_go_on(walk) && !str_list_has(&walk->tried, uri) &&
	       !str_list_has(&walk->silent, origin_of(walk->arena, uri));
}

/* After it: what its outcome says of the origin. */
static int judge(struct walk *walk, struct str uri, int err)
{
	add(&walk->tried, arena_str(walk->arena, uri));
	if (err == ERR_NETWORK || err == ERR_BUSY)
		add(&walk->silent, origin_of(walk->arena, uri));
	walk->busy |= err == ERR_BUSY;
	return err;
}

/* --- taking a post in ------------------------------------------------------------------------------------------- */

/* What a post must be to belong: the address itself, an answer to one, or one of a context. The others are empty. */
struct reason {
	struct str uri, answers, context;
};

static bool is_of_thread(const struct walk *walk, struct arena *arena, struct str parent_uri)
{
	struct post parent, opened;
	struct view *view;
	bool same;

	if (!parent_uri.n || view_begin(walk->store, &view))
		return false;
	same = posts_by_uri(arena, view, parent_uri, &parent) == OK &&
	       posts_brief(view, walk->opened.id, &opened) == OK && parent.root_id == opened.root_id;
	view_end(view);
	return same;
}

static bool belongs(const struct walk *walk, struct arena *arena, const struct post *post,
                    const struct reason *reason)
{
	if (reason->uri.n)
		return str_eq(post->uri, reason->uri);
	if (reason->answers.n)
		return str_eq(post->in_reply_to_uri, reason->answers);
	return (post->in_reply_to_uri.n && str_eq(post->context_uri, reason->context)) ||
	       is_of_thread(walk, arena, post->in_reply_to_uri);
}

struct taking {
	struct arena *arena;
	struct resolved found;
	uint64_t opened_id;
	uint64_t post_id;          /* result; 0: a filter caught it */
};

static int take_write(struct txn *txn, void *arg)
{
	struct taking *taking = arg;
	struct resolved found = taking->found;
	uint64_t account_id;
	struct post opened;
	int r = resolve_write(taking->arena, txn, &found, &account_id, &taking->post_id);

	if (found.refusal)
		return resolve_note_refusal(txn, taking->arena, &found);
	if (!r && posts_get(taking->arena, txn_view(txn), taking->opened_id, &opened) == OK)
		r = txn_fail(txn, note_root(taking->arena, txn, &opened, NULL));
	return r;
}

static int put(const struct walk *walk, struct taking *taking)
{
	if (walk->writer)
		return writer_run(walk->writer, take_write, taking);
	return store_write(walk->store, take_write, taking, NULL, NULL);
}

/* Fetches a post and stores it, if it belongs. *ret_replies: where its answers are, in the walk's arena. */
static int take(struct walk *walk, struct str uri, const struct reason *reason, struct str *ret_replies)
{
	struct taking taking = { .arena = arena_new(), .opened_id = walk->opened.id };
	int r = ERR_DENIED;

	if (!may_ask(walk, uri))
		goto out;
	r = resolve_uri(&walk->federation, taking.arena, walk->store, uri, &taking.found);
	judge(walk, uri, r);
	if (!r && (!taking.found.draft || !belongs(walk, taking.arena, &taking.found.draft->post, reason)))
		r = ERR_INVALID;
	if (r)
		goto out;
	taking.found.alone = true;
	*ret_replies = arena_str(walk->arena, taking.found.draft->post.replies_uri);
	r = put(walk, &taking);
	if (!r && !taking.post_id)
		r = ERR_DENIED;
out:
	arena_free(taking.arena);
	return r;
}

/* --- up --------------------------------------------------------------------------------------------------------- */

/* The topmost known post above the opened one, if what it answers is not here. */
static bool find_missing_parent(struct walk *walk, struct str *ret_uri)
{
	struct arena *arena = walk->arena;
	struct post top = walk->opened;
	struct id_list above;
	struct view *view;
	uint64_t id;
	int r;

	if (view_begin(walk->store, &view))
		return false;
	r = posts_get(arena, view, walk->opened.id, &top);
	if (!r)
		r = posts_ancestors(arena, view, &top, BACKFILL_DEPTH_MAX, &above);
	if (!r && above.count == BACKFILL_DEPTH_MAX)
		r = ERR_LIMIT;
	if (!r && above.count)
		r = posts_get(arena, view, above.ids[0], &top);
	if (!r && (!top.in_reply_to_uri.n || posts_id_by_uri(view, top.in_reply_to_uri, &id) != ERR_NOT_FOUND))
		r = ERR_NOT_FOUND;
	view_end(view);
	*ret_uri = top.in_reply_to_uri;
	return !r;
}

static void climb(struct walk *walk)
{
	struct str uri, replies;

	while (may_go_on(walk) && find_missing_parent(walk, &uri))
		if (take(walk, uri, &(struct reason){ .uri = uri }, &replies))
			return;
}

/* --- down ------------------------------------------------------------------------------------------------------- */

static void enqueue(struct walk *walk, struct str uri, struct str replies, size_t depth)
{
	if (replies.n && depth <= BACKFILL_DEPTH_MAX && walk->queued < QUEUE_MAX)
		walk->queue[walk->queued++] = (struct stop){ uri, replies, depth };
}

/* Of the addresses that a page names those of posts that are not here and may be asked for, in the walk's arena. */
static struct str_list missing(struct walk *walk, const struct str_list *items)
{
	struct str_list list = { ARENA_ARRAY(walk->arena, struct str, items->count), 0 };
	struct arena *scratch = arena_new();
	struct peer peer;
	struct view *view;
	uint64_t id;

	if (view_begin(walk->store, &view)) {
		arena_free(scratch);
		return list;
	}
	for (size_t i = 0; i < items->count && walk->named < NAMED_MAX; i++, walk->named++)
		if (!instance_owns(instance_of(view), items->items[i]) &&
		    posts_id_by_uri(view, items->items[i], &id) == ERR_NOT_FOUND &&
		    policy_peer_by_url(scratch, view, items->items[i], &peer) == OK)
			list.items[list.count++] = arena_str(walk->arena, items->items[i]);
	view_end(view);
	arena_free(scratch);
	return list;
}

/* One document of a collection. *ret_next: the page after it; empty: none. */
static int read_page(struct walk *walk, struct str uri, struct str collection_uri, struct str_list *ret_missing,
                     struct str *ret_next)
{
	struct arena *arena = arena_new();
	struct collection_page page;
	json_t *document;
	struct str id;
	int r = ERR_DENIED;

	if (!may_ask(walk, uri))
		goto out;
	r = judge(walk, uri, fetch_document(&walk->federation, arena, walk->store, uri, &document, &id));
	if (!r && !url_same_origin(arena, id, collection_uri))
		r = ERR_INVALID;
	if (!r)
		r = collection_parse(arena, document, collection_uri, &page);
	if (r)
		goto out;
	*ret_missing = missing(walk, &page.items);
	*ret_next = arena_str(walk->arena, page.next);
out:
	arena_free(arena);
	return r;
}

/* Takes in what a collection names and belongs here; of each the answers are queued at this depth (0: they are not).
 * Each page is asked for once, so a circle of them ends. What the first document gives; ERR_NOT_FOUND: it is empty. */
static int read_collection(struct walk *walk, struct str collection_uri, const struct reason *reason, size_t depth)
{
	struct str next = collection_uri, replies;
	struct str_list posts = { NULL, 0 };
	size_t named = walk->named;
	int first = OK, r = OK;

	for (int pages = 0; pages < BACKFILL_PAGES_MAX && next.n && !r; pages++) {
		r = read_page(walk, next, collection_uri, &posts, &next);
		if (!pages)
			first = r || next.n || walk->named > named ? r : ERR_NOT_FOUND;
		for (size_t i = 0; i < posts.count && !r && may_go_on(walk); i++)
			if (take(walk, posts.items[i], reason, &replies) == OK && depth)
				enqueue(walk, posts.items[i], replies, depth);
	}
	return first;
}

/* The first known post of the thread, and in the queue what is known below it, from the root on and from somewhere:
 * where one opening ends before all was asked, the next one asks others. */
static int load_thread(struct walk *walk, struct post *ret_root)
{
	struct arena *arena = walk->arena;
	struct id_list below = { NULL, 0 };
	struct post post;
	struct view *view;
	uint32_t start = 0;
	int r = view_begin(walk->store, &view);

	if (r)
		return r;
	r = posts_get(arena, view, walk->opened.id, &post);
	if (!r)
		r = find_root(arena, view, &post, ret_root);
	if (!r)
		r = posts_descendants(arena, view, ret_root->id, KNOWN_MAX, &below);
	hash_random(&start, sizeof(start));
	enqueue(walk, r ? STR_NONE : ret_root->uri, r ? STR_NONE : ret_root->replies_uri, 1);
	for (size_t i = 0; i < below.count && !r; i++)
		if (posts_get(arena, view, below.ids[(start + i) % below.count], &post) == OK)
			enqueue(walk, post.uri, post.replies_uri, 1);
	view_end(view);
	return r;
}

/* The post itself says where its answers are: it came before that was kept. */
static void ask_for_replies(struct walk *walk, const struct post *root)
{
	struct arena *arena = arena_new();
	struct resolved found = { 0 };

	if (may_ask(walk, root->uri) &&
	    judge(walk, root->uri, resolve_uri(&walk->federation, arena, walk->store, root->uri, &found)) == OK &&
	    found.draft && str_eq(found.draft->post.uri, root->uri))
		enqueue(walk, root->uri, arena_str(walk->arena, found.draft->post.replies_uri), 1);
	arena_free(arena);
}

/* A context is believed to be of the whole thread when it stands where the thread began; the others' are not known. */
static bool read_context(struct walk *walk, const struct post *root)
{
	struct arena *scratch = arena_new();
	bool own = root->remote && root->context_uri.n && url_same_origin(scratch, root->context_uri, root->uri);

	arena_free(scratch);
	return own && read_collection(walk, root->context_uri, &(struct reason){ .context = root->context_uri }, 0) == OK;
}

static void descend(struct walk *walk)
{
	struct post root;

	if (load_thread(walk, &root) || read_context(walk, &root))
		return;
	if (root.remote && !root.replies_uri.n)
		ask_for_replies(walk, &root);
	for (size_t i = 0; i < walk->queued && may_go_on(walk); i++) {
		const struct stop stop = walk->queue[i];

		read_collection(walk, stop.replies, &(struct reason){ .answers = stop.uri }, stop.depth + 1);
	}
}

/* --- the job ---------------------------------------------------------------------------------------------------- */

static int load_opened(struct walk *walk, uint64_t id)
{
	struct view *view;
	int r = view_begin(walk->store, &view);

	if (r)
		return r;
	r = posts_get(walk->arena, view, id, &walk->opened);
	view_end(view);
	return r;
}

int backfill_job(const struct federation *federation, struct arena *arena, struct store *store,
                 struct writer *writer, struct job *job)
{
	struct walk *walk = ARENA_NEW(arena, struct walk);
	uint64_t spent = job->cursor < BACKFILL_FETCHES ? job->cursor : BACKFILL_FETCHES;
	int r;

	walk->federation = *federation;
	walk->federation.allowance = &walk->allowance;
	walk->allowance.fetches = (unsigned)(BACKFILL_FETCHES - spent);
	walk->arena = arena;
	walk->store = store;
	walk->writer = writer;
	walk->until_ms = clock_monotonic_ms() + BACKFILL_RUN_MS;
	walk->tried.items = ARENA_ARRAY(arena, struct str, BACKFILL_FETCHES);
	walk->silent.items = ARENA_ARRAY(arena, struct str, BACKFILL_FETCHES);
	r = load_opened(walk, job->subject);
	if (r)
		return r == ERR_NOT_FOUND || r == ERR_GONE ? OK : r;
	climb(walk);
	descend(walk);
	job->cursor = BACKFILL_FETCHES - walk->allowance.fetches;
	return walk->busy && walk->allowance.fetches && job->tries + 1 < BACKFILL_TRIES ? ERR_BUSY : OK;
}
