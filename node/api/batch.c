/*
 * What is in a batch: accounts and statuses, each once, with what they show inside them.
 */
#include "node/api/batch_rows.h"

#include "node/api/emojis.h"
#include "storage/access.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/posts.h"
#include "storage/silence.h"

void batch_init(struct batch *batch, struct arena *arena, struct view *view, uint64_t viewer_id)
{
	*batch = (struct batch){ .arena = arena, .view = view, .viewer_id = viewer_id };
}

struct batch_account *batch_find_account(const struct batch *batch, uint64_t id)
{
	for (size_t i = 0; i < batch->account_count; i++)
		if (batch->accounts[i].id == id)
			return &batch->accounts[i];
	return NULL;
}

struct batch_status *batch_find_status(const struct batch *batch, uint64_t id)
{
	for (size_t i = 0; i < batch->status_count; i++)
		if (batch->statuses[i].id == id)
			return &batch->statuses[i];
	return NULL;
}

size_t batch_member_at(struct str fragment, struct str key)
{
	size_t at = str_find(fragment, key);

	return at == SIZE_MAX ? fragment.n : at;
}

bool batch_is_own(const struct batch *batch, const struct batch_status *status)
{
	const struct batch_account *author = batch_find_account(batch, status->account_id);

	return author && emojis_is_own(author->fragment);
}

/* Room for one more behind `count` items. */
static void *grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	size_t wider = *room ? 2 * *room : 32;

	if (count < *room)
		return items;
	items = arena_grow(arena, items, *room * size, wider * size);
	*room = wider;
	return items;
}

void batch_add_account(struct batch *batch, uint64_t account_id)
{
	if (account_id == 0 || batch_find_account(batch, account_id))
		return;
	batch->accounts = grow(batch->arena, batch->accounts, batch->account_count, &batch->account_room,
	                       sizeof(*batch->accounts));
	batch->accounts[batch->account_count++] = (struct batch_account){ .id = account_id };
}

static void add_status(struct batch *batch, const struct post *post)
{
	if (batch_find_status(batch, post->id))
		return;
	batch->statuses = grow(batch->arena, batch->statuses, batch->status_count, &batch->status_room,
	                       sizeof(*batch->statuses));
	batch->statuses[batch->status_count++] = (struct batch_status){
		.id = post->id, .account_id = post->account_id, .boosted_id = post->reblog_of_id,
		.thread_id = post->root_id ? post->root_id : post->id,
		.visibility = post->visibility, .quote_state = post->quote_state, .quote_id = post->quote_id,
		.quote_policy = quotes_policy(post),
		.may_quote = batch->viewer_id ? quotes_may(batch->view, post, batch->viewer_id) : QUOTE_DENIED,
	};
	batch_add_account(batch, post->account_id);
}

/* Notes what a post quotes; false: the viewer may not see that. */
static bool mark_quote(struct batch *batch, const struct post *post, struct post *ret_quoted)
{
	struct beholder viewer = { batch->viewer_id ? BEHOLDER_LOCAL : BEHOLDER_NOBODY, batch->viewer_id };
	struct batch_status *status = batch_find_status(batch, post->id);
	struct post gone;

	if (access_post(batch->arena, batch->view, viewer, post->quote_id, ret_quoted) != OK)
		status->quote_hidden = posts_brief(batch->view, post->quote_id, &gone) == OK ? "unauthorized" : "deleted";
	else if (blocks_has(batch->view, viewer.account_id, ret_quoted->account_id))
		status->quote_hidden = "blocked_account";
	else if (silence_hides(batch->view, ret_quoted->account_id, viewer.account_id))
		status->quote_hidden = "unauthorized";
	return !status->quote_hidden;
}

/* What a post quotes is shown inside it, and of what that quotes the id. */
static void add_quoted(struct batch *batch, const struct post *post)
{
	struct post quoted, inner;

	if (!post->quote_id || !mark_quote(batch, post, &quoted))
		return;
	add_status(batch, &quoted);
	if (quoted.quote_id)
		mark_quote(batch, &quoted, &inner);
}

void batch_add_post(struct batch *batch, const struct post *post)
{
	struct post boosted;

	add_status(batch, post);
	if (!post->reblog_of_id) {
		add_quoted(batch, post);
	} else if (posts_brief(batch->view, post->reblog_of_id, &boosted) == OK) {
		add_status(batch, &boosted);
		add_quoted(batch, &boosted);
	}
}

bool batch_has_account(const struct batch *batch, uint64_t account_id)
{
	const struct batch_account *account = batch_find_account(batch, account_id);

	return account && account->fragment.p;
}

bool batch_is_shown(const struct batch *batch, const struct batch_status *status)
{
	return status && status->fragment.p && batch_has_account(batch, status->account_id);
}

bool batch_has_status(const struct batch *batch, uint64_t post_id)
{
	const struct batch_status *status = batch_find_status(batch, post_id);

	return batch_is_shown(batch, status) &&
	       (!status->boosted_id || batch_is_shown(batch, batch_find_status(batch, status->boosted_id)));
}
