/*
 * Reading posts through the client API.
 */
#include "node/api/status_views.h"

#include "federation/backfill.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "node/node.h"
#include "storage/blocks.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "storage/shuns.h"
#include "storage/silence.h"

enum { ANCESTORS_MAX = 200, DESCENDANTS_MAX = 1000 };

int status_find(struct call *call, struct view *view, struct post *ret_post)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? access_post(call->arena, view, answer_beholder(call), id, ret_post) : r;
}

int status_find_own(struct call *call, struct view *view, struct post *ret_post)
{
	int r = status_find(call, view, ret_post);

	return r == OK && ret_post->account_id != call->viewer.account_id ? ERR_NOT_FOUND : r;
}

int api_status_get(struct call *call, struct view *view)
{
	struct answer answer;
	struct post post;
	int r = status_find(call, view, &post);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entity_status(&answer.w, call->arena, view, call->viewer.account_id, &post);
	return answer_end(&answer, call, r);
}

/* In a thread one does not meet whom one shuns, nor whom the operator keeps from all but followers. */
static bool may_meet(const struct call *call, struct view *view, uint64_t author_id)
{
	return !silence_hides(view, author_id, call->viewer.account_id) && !shuns(view, call->viewer.account_id, author_id);
}

/* Of these, what the viewer may see. */
static int w_visible(struct call *call, struct view *view, struct json_writer *w, const struct id_list *ids,
                     bool in_thread)
{
	struct post *posts = ARENA_ARRAY(call->arena, struct post, ids->count);
	size_t count = 0;

	for (size_t i = 0; i < ids->count; i++) {
		int r = access_post(call->arena, view, answer_beholder(call), ids->ids[i], &posts[count]);

		if (r == OK)
			count += !in_thread || may_meet(call, view, posts[count].account_id);
		else if (r != ERR_NOT_FOUND)
			return r;
	}
	return entities_statuses(w, call->arena, view, call->viewer.account_id, posts, count);
}

int api_status_context_check(struct call *call, struct view *view)
{
	struct post post;
	int r = status_find(call, view, &post);

	if (r == OK && !backfill_wanted(call->arena, view, &post))
		r = CALL_SKIP_WORK;
	return r;
}

static int ask_body(struct txn *txn, void *arg)
{
	struct call *call = arg;
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? backfill_ask(call->arena, txn, id) : r;
}

/* That it could not be asked for, on a full disk say, keeps nobody from reading. */
int api_status_context_work(struct call *call)
{
	const struct node *node = call->node;

	if (node->writer)
		writer_run(node->writer, ask_body, call);
	else
		store_write(node->store, ask_body, call, NULL, NULL);
	return OK;
}

int api_statuses(struct call *call, struct view *view)
{
	enum { IDS_MAX = 40 };
	struct id_list ids;
	struct answer answer;
	int r = answer_param_ids(call, IDS_MAX, &ids);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = w_visible(call, view, &answer.w, &ids, false);
	return answer_end(&answer, call, r);
}

int api_status_context(struct call *call, struct view *view)
{
	struct id_list ancestors = { 0 }, descendants = { 0 };
	struct answer answer;
	struct post post;
	int r = status_find(call, view, &post);

	if (r == OK)
		r = posts_ancestors(call->arena, view, &post, ANCESTORS_MAX, &ancestors);
	if (r == OK)
		r = posts_descendants(call->arena, view, post.id, DESCENDANTS_MAX, &descendants);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_key(&answer.w, "ancestors");
	r = w_visible(call, view, &answer.w, &ancestors, true);
	json_w_key(&answer.w, "descendants");
	if (r == OK)
		r = w_visible(call, view, &answer.w, &descendants, true);
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_status_source(struct call *call, struct view *view)
{
	struct answer answer;
	struct post post;
	int r = status_find_own(call, view, &post);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_id(&answer.w, "id", post.id);
	json_w_member_str(&answer.w, "text", post.source);
	json_w_member_str(&answer.w, "spoiler_text", post.spoiler);
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}

typedef int who_reacted(struct arena *arena, struct view *view, uint64_t post_id, uint64_t after, size_t max,
                        struct id_list *ret_ids);

static void drop_blocked(struct call *call, struct view *view, struct id_list *ids)
{
	size_t kept = 0;

	for (size_t i = 0; i < ids->count; i++)
		if (!blocks_has(view, call->viewer.account_id, ids->ids[i]))
			ids->ids[kept++] = ids->ids[i];
	ids->count = kept;
}

static int show_who(struct call *call, struct view *view, who_reacted *who)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX);
	struct id_list ids = { 0 };
	struct answer answer;
	struct post post;
	int r = status_find(call, view, &post);

	if (r == OK)
		r = who(call->arena, view, post.id, page.max_id, page.limit + 1, &ids);
	if (r != OK)
		return r;
	paging_cut_after(call, &page, &ids);
	drop_blocked(call, view, &ids);
	answer_begin(&answer, call);
	r = entities_accounts(&answer.w, call->arena, view, &ids);
	return answer_end(&answer, call, r);
}

int api_status_favoured_by(struct call *call, struct view *view)
{
	return show_who(call, view, favourites_accounts);
}

int api_status_boosted_by(struct call *call, struct view *view)
{
	return show_who(call, view, posts_boosters);
}
