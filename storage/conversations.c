/*
 * Conversations of direct posts. Who may see the posts themselves is storage/access.h. Reads: any thread; the
 * rest: the writer.
 */
#include "storage/conversations.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/ids.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"
#include "storage/silence.h"

enum { POST_ID = 16 };

int conversations_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id,
                      struct conversation *ret_conversation)
{
	struct key key;

	return record_get(arena, view, SPACE_CONVERSATION, key_u64_u64(&key, account_id, id),
	                  &conversation_type, ret_conversation);
}

static int get_by_root(struct arena *arena, struct view *view, uint64_t account_id, uint64_t root_id,
                       struct conversation *ret_conversation)
{
	struct key key;
	uint64_t id;
	int r = record_id(view, SPACE_CONVERSATION_ROOT, key_u64_u64(&key, account_id, root_id), &id);

	return r == OK ? conversations_get(arena, view, account_id, id, ret_conversation) : r;
}

/* `old` NULL: it is new. */
static int conversation_put(struct txn *txn, const struct conversation *old,
                            const struct conversation *conversation)
{
	struct key key;
	struct str at = key_u64_u64(&key, conversation->account_id, conversation->id);

	record_put(txn, SPACE_CONVERSATION, at, &conversation_type, conversation);
	return index_replace(txn, SPACE_CONVERSATION, at, old, conversation);
}

static int conversation_del(struct txn *txn, const struct conversation *conversation)
{
	struct key key;
	struct str at = key_u64_u64(&key, conversation->account_id, conversation->id);

	index_del(txn, SPACE_CONVERSATION, at, conversation);
	return txn_del(txn, SPACE_CONVERSATION, at);
}

/* Author and mentioned, each once. */
static struct id_list participants_of(struct arena *arena, const struct post *post)
{
	struct id_list list = { ARENA_ARRAY(arena, uint64_t, post->mention_ids.count + 1), 0 };

	list.ids[list.count++] = post->account_id;
	for (size_t i = 0; i < post->mention_ids.count; i++)
		if (!ids_have(&list, post->mention_ids.ids[i]))
			list.ids[list.count++] = post->mention_ids.ids[i];
	return list;
}

static struct id_list join_others(struct arena *arena, const struct id_list *known, const struct id_list *more,
                                  uint64_t account_id)
{
	const struct id_list *const lists[] = { known, more };
	struct id_list joined = { ARENA_ARRAY(arena, uint64_t, known->count + more->count), 0 };

	for (int l = 0; l < 2; l++)
		for (size_t i = 0; i < lists[l]->count; i++)
			if (lists[l]->ids[i] != account_id && !ids_have(&joined, lists[l]->ids[i]))
				joined.ids[joined.count++] = lists[l]->ids[i];
	return joined;
}

static uint64_t root_of(const struct post *post)
{
	return post->root_id ? post->root_id : post->id;
}

static int add_for(struct arena *arena, struct txn *txn, uint64_t account_id, const struct post *post,
                   const struct id_list *participants, bool unread)
{
	struct view *view = txn_view(txn);
	struct conversation old, conversation;
	struct key key;
	struct str at = key_u64_u64_u64(&key, account_id, root_of(post), post->id);
	int r;

	if (view_has(view, SPACE_CONVERSATION_POST, at))
		return OK;
	r = get_by_root(arena, view, account_id, root_of(post), &old);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	if (r == ERR_NOT_FOUND)
		conversation = (struct conversation){
			.id = txn_new_id(txn), .account_id = account_id, .root_id = root_of(post),
		};
	else
		conversation = old;
	conversation.participant_ids =
		join_others(arena, &conversation.participant_ids, participants, account_id);
	if (post->id > conversation.last_post_id) {
		conversation.last_post_id = post->id;
		conversation.unread = unread;
	}
	record_put_mark(txn, SPACE_CONVERSATION_POST, at);
	txn_emit(txn, EVENT_CONVERSATION, conversation.id, account_id);
	return conversation_put(txn, r == OK ? &old : NULL, &conversation);
}

static bool is_ours(struct arena *arena, struct view *view, uint64_t account_id)
{
	struct account account;

	return accounts_get(arena, view, account_id, &account) == OK && account.host.n == 0 && !account.deleted;
}

int conversations_add(struct arena *arena, struct txn *txn, const struct post *post)
{
	struct id_list participants;
	int r = OK;

	if (post->visibility != VISIBILITY_DIRECT || post->reblog_of_id)
		return OK;
	participants = participants_of(arena, post);
	for (size_t i = 0; i < participants.count && r == OK; i++)
		if (is_ours(arena, txn_view(txn), participants.ids[i]) &&
		    !blocks_between(txn_view(txn), participants.ids[i], post->account_id) &&
		    !silence_hides(txn_view(txn), post->account_id, participants.ids[i]))
			r = add_for(arena, txn, participants.ids[i], post, &participants,
			            participants.ids[i] != post->account_id);
	return r == OK ? txn_err(txn) : r;
}

static int newest_post(struct view *view, uint64_t account_id, uint64_t root_id, uint64_t *ret_post_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r;

	prefix_walk_init(&walk, view, SPACE_CONVERSATION_POST, key_u64_u64(&key, account_id, root_id), true);
	r = prefix_next(&walk, &item);
	if (r == OK)
		*ret_post_id = key_read_u64(item.key, POST_ID);
	return r;
}

/* ERR_NOT_FOUND: the post is in no conversation of this account. *ret_unread (may be NULL): whether it was
 * unread. */
static int remove_for(struct arena *arena, struct txn *txn, uint64_t account_id, const struct post *post,
                      bool *ret_unread)
{
	struct view *view = txn_view(txn);
	struct conversation old, conversation;
	struct key key;
	struct str at = key_u64_u64_u64(&key, account_id, root_of(post), post->id);
	int r;

	if (!view_has(view, SPACE_CONVERSATION_POST, at))
		return ERR_NOT_FOUND;
	r = get_by_root(arena, view, account_id, root_of(post), &old);
	if (r != OK)
		return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
	txn_del(txn, SPACE_CONVERSATION_POST, at);
	if (ret_unread)
		*ret_unread = old.unread;
	conversation = old;
	r = newest_post(view, account_id, root_of(post), &conversation.last_post_id);
	if (r == ERR_NOT_FOUND)
		return conversation_del(txn, &old);
	return r == OK ? conversation_put(txn, &old, &conversation) : r;
}

static int remove_for_each(struct arena *arena, struct txn *txn, const struct id_list *accounts,
                           const struct post *post)
{
	int r = OK;

	for (size_t i = 0; i < accounts->count && (r == OK || r == ERR_NOT_FOUND); i++)
		r = remove_for(arena, txn, accounts->ids[i], post, NULL);
	return r == OK || r == ERR_NOT_FOUND ? txn_err(txn) : r;
}

int conversations_repair(struct arena *arena, struct txn *txn, const struct post *deleted)
{
	struct id_list participants;

	if (deleted->visibility != VISIBILITY_DIRECT)
		return OK;
	participants = participants_of(arena, deleted);
	return remove_for_each(arena, txn, &participants, deleted);
}

int conversations_narrow(struct arena *arena, struct txn *txn, const struct post *old,
                         const struct post *edited)
{
	struct id_list before, now, gone;

	if (old->visibility != VISIBILITY_DIRECT)
		return OK;
	before = participants_of(arena, old);
	now = participants_of(arena, edited);
	gone = (struct id_list){ ARENA_ARRAY(arena, uint64_t, before.count), 0 };
	for (size_t i = 0; i < before.count; i++)
		if (!ids_have(&now, before.ids[i]))
			gone.ids[gone.count++] = before.ids[i];
	return remove_for_each(arena, txn, &gone, old);
}

int conversations_move(struct arena *arena, struct txn *txn, const struct post *old, const struct post *moved)
{
	struct id_list participants;
	int r = OK;

	if (old->visibility != VISIBILITY_DIRECT || root_of(old) == root_of(moved))
		return OK;
	participants = participants_of(arena, old);
	for (size_t i = 0; i < participants.count && r == OK; i++) {
		bool unread;

		r = remove_for(arena, txn, participants.ids[i], old, &unread);
		if (r == OK)
			r = add_for(arena, txn, participants.ids[i], moved, &participants, unread);
		else if (r == ERR_NOT_FOUND)
			r = OK;
	}
	return r == OK ? txn_err(txn) : r;
}

static int fill(const struct page_records *records, const struct page_item *item, void *ret_record)
{
	int r = conversations_get(records->arena, records->view, records->account_id, key_read_u64(item->value, 0), ret_record);

	return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

int conversations_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                       struct conversation **ret_conversations, size_t *ret_count)
{
	struct key key;
	const struct page_records records = {
		.arena = arena, .view = view, .space = SPACE_CONVERSATION_LAST, .prefix = key_u64(&key, account_id),
		.page = page, .size = sizeof(struct conversation), .fill = fill, .account_id = account_id,
	};
	void *list = NULL;
	int r = page_fill(&records, &list, ret_count);

	if (r == OK)
		*ret_conversations = list;
	return r;
}

int conversations_read(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id)
{
	struct conversation old, conversation;
	int r = conversations_get(arena, txn_view(txn), account_id, id, &old);

	if (r != OK || !old.unread)
		return r;
	conversation = old;
	conversation.unread = false;
	return conversation_put(txn, &old, &conversation);
}

int conversations_delete(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id)
{
	struct conversation conversation;
	struct key key;
	int r = conversations_get(arena, txn_view(txn), account_id, id, &conversation);

	if (r == OK)
		r = record_del_below(txn, SPACE_CONVERSATION_POST, key_u64_u64(&key, account_id, conversation.root_id));
	return r == OK ? conversation_del(txn, &conversation) : r;
}
