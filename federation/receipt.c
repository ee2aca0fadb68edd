/*
 * Receipts and reminders, as fan-out and answers keep them.
 */
#include "federation/receipt.h"

#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "storage/receipts.h"

/* Of posts and nothing else: an account, too, can end. */
static bool is_of_post(const struct activity_record *record, const char *type)
{
	return record->object_id && record->object_id != record->account_id && str_eq(record->type, str_of(type));
}

/* A post and its Create have one number. */
static bool is_create(const struct activity_record *record)
{
	return is_of_post(record, "Create") && record->id == record->object_id;
}

/* The first one is as good as any. */
static int keep_inbox(struct txn *txn, struct peer *peer, struct str shared_inbox)
{
	if (peer->shared_inbox.n || !shared_inbox.n)
		return OK;
	peer->shared_inbox = shared_inbox;
	return peers_put(txn, peer);
}

int receipt_note(struct txn *txn, const struct activity_record *record, struct peer *peer, struct str shared_inbox)
{
	const struct reminder reminder = {
		.peer_id = peer->id, .post_id = record->object_id, .since_ms = txn_now_ms(txn),
	};
	int r = keep_inbox(txn, peer, shared_inbox);

	if (r)
		return r;
	if (is_create(record))
		return receipts_put(txn, record->object_id, peer->id);
	return is_of_post(record, "Delete") ? reminders_put(txn, &reminder) : OK;
}

static int all_peers(struct arena *arena, struct view *view, struct id_list *ret_peer_ids)
{
	struct peer *peers;
	size_t count = 0;
	int r = peers_each(arena, view, &peers, &count);

	*ret_peer_ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, count), 0 };
	for (size_t i = 0; r == OK && i < count; i++)
		ret_peer_ids->ids[ret_peer_ids->count++] = peers[i].id;
	return r;
}

bool receipt_tells_all(const struct account *account)
{
	return account->moved_ms != 0;
}

/* It ended, or it moved and its followers, who would hear of what changed, are with another account now. */
static bool is_for_all(struct arena *arena, struct view *view, const struct activity_record *record)
{
	struct account account;

	if (record->object_id != record->account_id)
		return false;
	if (str_eq(record->type, STR("Delete")))
		return true;
	return str_eq(record->type, STR("Update")) && accounts_get(arena, view, record->account_id, &account) == OK &&
	       receipt_tells_all(&account);
}

int receipt_peers(struct arena *arena, struct view *view, const struct activity_record *record,
                  struct id_list *ret_peer_ids)
{
	struct post post;

	*ret_peer_ids = (struct id_list){ NULL, 0 };
	if (is_for_all(arena, view, record))
		return all_peers(arena, view, ret_peer_ids);
	if (is_of_post(record, "Delete"))
		return receipts_of(arena, view, record->object_id, ret_peer_ids);
	if (!is_of_post(record, "Update") || posts_brief(view, record->object_id, &post) != OK ||
	    post.visibility > VISIBILITY_UNLISTED)
		return OK;
	return receipts_of(arena, view, record->object_id, ret_peer_ids);
}

int receipt_settle(struct txn *txn, const struct activity_record *record)
{
	return is_of_post(record, "Delete") ? receipts_drop(txn, record->object_id) : OK;
}

int receipt_judge(struct arena *arena, struct txn *txn, const struct delivery *delivery, bool taken)
{
	struct activity_record record;
	struct reminder reminder;
	int r;

	/* A Create, most of all that there is. */
	if (delivery->activity_id == delivery->object_key)
		return OK;
	r = reminders_get(txn_view(txn), delivery->peer_id, delivery->object_key, &reminder);
	if (r == OK)
		r = activities_get(arena, txn_view(txn), delivery->activity_id, &record);
	if (r || !is_of_post(&record, "Delete"))
		return r == ERR_NOT_FOUND ? OK : r;
	if (taken)
		return reminders_delete(txn, delivery->peer_id, delivery->object_key);
	reminder.given_up = true;
	return reminders_put(txn, &reminder);
}
