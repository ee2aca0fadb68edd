/*
 * Collections of posts. HTTP threads.
 *
 * Counts are of what the reader sees, one by one: the stored counts would tell of the rest.
 */
#include "node/api/post_collections.h"

#include <stdlib.h>

#include "federation/context.h"
#include "node/api/document.h"
#include "node/api/signed.h"
#include "storage/accounts.h"
#include "storage/posts.h"

enum {
	POSTS_PAGE = 20,
	THREAD_MAX = 1000,   /* posts of a thread, or answers to a post, that are looked at for one answer */
};

static int find_own(struct call *call, struct view *view, struct post *ret_post)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = access_post(call->arena, view, signed_beholder(call), id, ret_post);
	if (r == OK && (ret_post->remote || ret_post->reblog_of_id))
		r = ERR_NOT_FOUND;
	return r == ERR_GONE ? ERR_NOT_FOUND : r;
}

/* The first posts of a list that the reader sees. */
struct sight {
	struct post *posts;
	size_t count;
};

static int look(struct call *call, struct view *view, const struct id_list *ids, size_t max, struct sight *ret_sight)
{
	struct sight sight = { ARENA_ARRAY(call->arena, struct post, max), 0 };

	for (size_t i = 0; i < ids->count && sight.count < max; i++) {
		int r = access_post(call->arena, view, signed_beholder(call), ids->ids[i], &sight.posts[sight.count]);

		if (r == OK)
			sight.count++;
		else if (r != ERR_NOT_FOUND && r != ERR_GONE)
			return r;
	}
	*ret_sight = sight;
	return OK;
}

static int count_seen(struct call *call, struct view *view, const struct id_list *ids, uint64_t *ret_count)
{
	uint64_t count = 0;
	struct post post;

	for (size_t i = 0; i < ids->count; i++) {
		int r = posts_brief(view, ids->ids[i], &post);

		if (r != OK && r != ERR_NOT_FOUND && r != ERR_GONE)
			return r;
		count += r == OK && access_sees(view, signed_beholder(call), &post);
	}
	*ret_count = count;
	return OK;
}

/* The collection without its posts. Of one that is longer than we look nobody is told how long. */
static int reply_head(struct call *call, struct view *view, struct str id, struct str owner,
                      const struct id_list *ids)
{
	struct answer answer;
	uint64_t count;
	int r = count_seen(call, view, ids, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	document_w_begin(&answer.w, id, "OrderedCollection");
	if (owner.n)
		json_w_member_str(&answer.w, "attributedTo", owner);
	if (ids->count < THREAD_MAX)
		json_w_member_u64(&answer.w, "totalItems", count);
	json_w_member_str(&answer.w, "first", document_page_id(call, id, 0));
	json_w_object_end(&answer.w);
	return answer.buf.err ? answer.buf.err : document_reply(call, 200, buf_str(&answer.buf));
}

static int reply_posts(struct call *call, struct view *view, struct str id, uint64_t cursor,
                       const struct id_list *ids)
{
	struct answer answer;
	struct sight sight;
	size_t shown;
	int r = look(call, view, ids, POSTS_PAGE + 1, &sight);

	if (r != OK)
		return r;
	shown = sight.count < POSTS_PAGE ? sight.count : POSTS_PAGE;
	document_page_begin(&answer, call, id, cursor, sight.count > shown ? sight.posts[shown - 1].id : 0);
	for (size_t i = 0; i < shown; i++)
		json_w_str(&answer.w, sight.posts[i].uri);
	return document_page_reply(&answer, call);
}

int api_post_replies_show(struct call *call, struct view *view)
{
	bool paged = call_param(call, "page").n > 0;
	uint64_t cursor = paged ? call_param_id(call, "cursor") : 0;
	struct id_list ids;
	struct post post;
	struct str id;
	int r = find_own(call, view, &post);

	if (r == OK)
		r = posts_replies(call->arena, view, post.id, cursor, THREAD_MAX, &ids);
	if (r != OK)
		return r;
	id = context_collection(call->arena, post.uri, "replies");
	return paged ? reply_posts(call, view, id, cursor, &ids) : reply_head(call, view, id, STR_NONE, &ids);
}

static int by_id(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

	return first < second ? -1 : first > second;
}

/* The thread from its beginning, in the order of ids, which is that of time. */
static int find_thread(struct call *call, struct view *view, uint64_t root_id, uint64_t after, struct id_list *ret_ids)
{
	struct id_list below, ids = { ARENA_ARRAY(call->arena, uint64_t, THREAD_MAX), 0 };
	int r = posts_descendants(call->arena, view, root_id, THREAD_MAX - 1, &below);

	if (r != OK)
		return r;
	if (root_id > after)
		ids.ids[ids.count++] = root_id;
	for (size_t i = 0; i < below.count; i++)
		if (below.ids[i] > after)
			ids.ids[ids.count++] = below.ids[i];
	qsort(ids.ids, ids.count, sizeof(*ids.ids), by_id);
	*ret_ids = ids;
	return OK;
}

int api_post_context_show(struct call *call, struct view *view)
{
	bool paged = call_param(call, "page").n > 0;
	uint64_t cursor = paged ? call_param_id(call, "cursor") : 0;
	struct account owner;
	struct id_list ids;
	struct post post;
	struct str id;
	int r = find_own(call, view, &post);

	if (r == OK && !context_begins(&post))
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = find_thread(call, view, post.id, cursor, &ids);
	if (r == OK)
		r = accounts_get(call->arena, view, post.account_id, &owner);
	if (r != OK)
		return r;
	id = context_collection(call->arena, post.uri, "context");
	return paged ? reply_posts(call, view, id, cursor, &ids) : reply_head(call, view, id, owner.uri, &ids);
}

/* Who it was stays with the people who may see the post through the client API. */
static int show_count(struct call *call, struct view *view, bool likes)
{
	struct post_stats stats;
	struct post post;
	struct str id;
	int r = find_own(call, view, &post);

	if (r == OK)
		r = posts_stats_get(view, post.id, &stats);
	if (r != OK)
		return r;
	id = context_collection(call->arena, post.uri, likes ? "likes" : "shares");
	return document_collection(call, id, likes ? stats.favourites : stats.reblogs, false);
}

int api_post_likes_show(struct call *call, struct view *view)
{
	return show_count(call, view, true);
}

int api_post_shares_show(struct call *call, struct view *view)
{
	return show_count(call, view, false);
}
