/*
 * Conversations of the client API.
 */
#include "node/api/conversations.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/conversations.h"

int api_conversations(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX), wider = paging_one_more(&page);
	struct conversation *found = NULL;
	struct answer answer;
	size_t count = 0, first;
	bool more;
	int r = conversations_page(call->arena, view, call->viewer.account_id, &wider, &found, &count);

	if (r != OK)
		return r;
	count = paging_cut(&page, count, &first, &more);
	/* The cursor is the newest post of a conversation: that is what they are sorted by. */
	if (count)
		paging_link(call, &page, found[first].last_post_id, found[first + count - 1].last_post_id, more);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++)
		r = entity_conversation(&answer.w, call->arena, view, &found[first + i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_conversation_read_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? conversations_read(call->arena, txn, call->viewer.account_id, id) : r;
}

int api_conversation_delete_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? conversations_delete(call->arena, txn, call->viewer.account_id, id) : r;
}

int api_conversation_show(struct call *call, struct view *view)
{
	struct conversation conversation;
	struct answer answer;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = conversations_get(call->arena, view, call->viewer.account_id, id, &conversation);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entity_conversation(&answer.w, call->arena, view, &conversation);
	return answer_end(&answer, call, r);
}
