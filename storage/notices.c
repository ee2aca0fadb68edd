/*
 * Notifications. Whom something concerns is decided above; what one may still see of it, by storage/access.h
 * at the time of reading. Reads: any thread; the rest: the writer.
 */
#include "storage/notices.h"

#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/pushes.h"
#include "storage/record.h"
#include "storage/reports.h"
#include "storage/shuns.h"
#include "storage/users.h"

int notices_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id,
                struct notice *ret_notice)
{
	struct key key;

	return record_get(arena, view, SPACE_NOTICE, key_u64_u64(&key, account_id, id), &notice_type,
	                  ret_notice);
}

static bool is_ours(struct view *view, uint64_t account_id)
{
	struct arena *scratch = arena_new();
	struct account account;
	bool ours = accounts_get(scratch, view, account_id, &account) == OK && account.host.n == 0 &&
	            !account.deleted && !account.withheld;

	arena_free(scratch);
	return ours;
}

int notices_add(struct txn *txn, struct notice *notice)
{
	struct view *view = txn_view(txn);
	struct key key;
	struct str at;

	if (!is_ours(view, notice->account_id))
		return OK;
	at = key_notice_of(&key, notice->account_id, notice->kind, notice->actor_id, notice_subject(notice));
	if (view_has(view, SPACE_NOTICE_OF, at))
		return ERR_EXISTS;
	notice->id = txn_new_id(txn);
	at = key_u64_u64(&key, notice->account_id, notice->id);
	record_put(txn, SPACE_NOTICE, at, &notice_type, notice);
	index_put(txn, SPACE_NOTICE, at, notice);
	if (!notice->filtered) {
		txn_emit(txn, EVENT_NOTICE, notice->id, notice->account_id);
		pushes_tell(txn, notice);
	}
	return txn_err(txn);
}

static int put_out(struct txn *txn, const struct notice *notice)
{
	struct key key;
	struct str at = key_u64_u64(&key, notice->account_id, notice->id);

	index_del(txn, SPACE_NOTICE, at, notice);
	return txn_del(txn, SPACE_NOTICE, at);
}

int notices_remove(struct txn *txn, uint64_t account_id, uint8_t kind, uint64_t actor_id, uint64_t post_id)
{
	struct key key;
	struct notice notice;
	struct str at = key_notice_of(&key, account_id, kind, actor_id, post_id);
	uint64_t id;
	int r = record_id(txn_view(txn), SPACE_NOTICE_OF, at, &id);

	if (r == OK)
		r = notices_get(NULL, txn_view(txn), account_id, id, &notice);
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	return put_out(txn, &notice);
}

int notices_delete(struct txn *txn, uint64_t account_id, uint64_t id)
{
	struct notice notice;
	int r = notices_get(NULL, txn_view(txn), account_id, id, &notice);

	return r == OK ? put_out(txn, &notice) : r;
}

int notices_clear(struct txn *txn, uint64_t account_id, uint64_t last_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct notice notice;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), SPACE_NOTICE, key_u64(&key, account_id), false);
	while (n < max && txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		txn_fail(txn, codec_decode(NULL, &notice_type, item.value, &notice));
		if (notice.id > last_id)
			break;
		put_out(txn, &notice);
		n++;
	}
	*ret_more = n == max;
	return txn_err(txn);
}

int notices_release(struct txn *txn, uint64_t account_id, uint64_t id)
{
	struct notice notice, held;
	struct key key;
	struct str at = key_u64_u64(&key, account_id, id);
	int r = notices_get(NULL, txn_view(txn), account_id, id, &held);

	if (r != OK || !held.filtered)
		return r == ERR_NOT_FOUND ? OK : r;
	notice = held;
	notice.filtered = false;
	record_put(txn, SPACE_NOTICE, at, &notice_type, &notice);
	return index_replace(txn, SPACE_NOTICE, at, &held, &notice);
}

/* News for moderators is for those who are, and lasts as long as what it is about. */
static bool is_for_staff(struct view *view, const struct notice *notice)
{
	struct arena *scratch = arena_new();
	struct report report;
	struct user user;
	bool holds = users_get(scratch, view, notice->account_id, &user) == OK && (user.roles & notice_roles(notice->kind)) &&
	             (notice->kind != NOTICE_REPORT || reports_get(scratch, view, notice->report_id, &report) == OK);

	arena_free(scratch);
	return holds;
}

bool notices_hold(struct view *view, const struct notice *notice)
{
	struct beholder beholder = { BEHOLDER_LOCAL, notice->account_id };
	struct post post;

	if (!access_lives(view, notice->actor_id) || shuns_notices(view, notice->account_id, notice->actor_id))
		return false;
	if (notice->kind == NOTICE_SIGN_UP || notice->kind == NOTICE_REPORT)
		return is_for_staff(view, notice);
	return notice->post_id == 0 ||
	       (posts_brief(view, notice->post_id, &post) == OK && access_sees(view, beholder, &post));
}

struct wanted {
	uint32_t kinds;
	uint64_t actor_id;   /* 0: anybody */
};

static int fill(const struct page_records *records, const struct page_item *item, void *ret_record)
{
	const struct wanted *wanted = records->wanted;
	uint32_t kinds = wanted->kinds & ~NOTICES_FILTERED_TOO;
	struct notice *notice = ret_record;
	int r = codec_decode(NULL, &notice_type, item->value, notice);

	if (r != OK)
		return r;
	if ((notice->filtered && !(wanted->kinds & NOTICES_FILTERED_TOO)) ||
	    (kinds && !(notice->kind < 32 && kinds >> notice->kind & 1)) ||
	    (wanted->actor_id && wanted->actor_id != notice->actor_id))
		return ERR_NOT_FOUND;
	return notices_hold(records->view, notice) ? OK : ERR_NOT_FOUND;
}

int notices_page(struct arena *arena, struct view *view, uint64_t account_id, uint32_t kinds, uint64_t actor_id,
                 const struct page *page, struct notice **ret_notices, size_t *ret_count)
{
	const struct wanted wanted = { kinds, actor_id };
	struct key key;
	const struct page_records records = {
		.arena = arena, .view = view, .space = SPACE_NOTICE, .prefix = key_u64(&key, account_id), .page = page,
		.size = sizeof(struct notice), .fill = fill, .wanted = &wanted,
	};
	void *list = NULL;
	int r = page_fill(&records, &list, ret_count);

	if (r == OK)
		*ret_notices = list;
	return r;
}
