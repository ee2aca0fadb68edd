/*
 * Posts of later. Reads: any thread; puts: the writer.
 */
#include "storage/scheduled.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/media.h"
#include "storage/record.h"

int scheduled_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct scheduled *ret_scheduled)
{
	struct key key;

	return record_get(arena, view, SPACE_SCHEDULED, key_u64_u64(&key, account_id, id), &scheduled_type, ret_scheduled);
}

static size_t count_of(struct view *view, uint64_t account_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, view, SPACE_SCHEDULED, key_u64(&key, account_id), false);
	while (n < SCHEDULED_MAX && prefix_next(&walk, &item) == OK)
		n++;
	return n;
}

int scheduled_put(struct txn *txn, struct scheduled *scheduled)
{
	struct job job = { .kind = STR("publish"), .cursor = scheduled->account_id, .due_ms = scheduled->at_ms };
	struct key key;

	if (scheduled->id == 0) {
		if (count_of(txn_view(txn), scheduled->account_id) == SCHEDULED_MAX)
			return ERR_LIMIT;
		scheduled->id = txn_new_id(txn);
	}
	job.subject = scheduled->id;
	record_put(txn, SPACE_SCHEDULED, key_u64_u64(&key, scheduled->account_id, scheduled->id), &scheduled_type, scheduled);
	return jobs_add(txn, &job);
}

int scheduled_delete(struct txn *txn, uint64_t account_id, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct scheduled scheduled;
	struct key key;
	int r = scheduled_get(scratch, txn_view(txn), account_id, id, &scheduled);

	if (r == OK)
		r = media_release(txn, &scheduled.media_ids, id);
	if (r == OK)
		r = txn_del(txn, SPACE_SCHEDULED, key_u64_u64(&key, account_id, id));
	arena_free(scratch);
	return r;
}

static int fill(const struct page_records *records, const struct page_item *item, void *ret_record)
{
	return codec_decode(records->arena, &scheduled_type, item->value, ret_record);
}

int scheduled_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                   struct scheduled **ret_list, size_t *ret_count)
{
	struct key key;
	const struct page_records records = {
		.arena = arena, .view = view, .space = SPACE_SCHEDULED, .prefix = key_u64(&key, account_id), .page = page,
		.size = sizeof(struct scheduled), .fill = fill,
	};
	void *list = NULL;
	int r = page_fill(&records, &list, ret_count);

	if (r == OK)
		*ret_list = list;
	return r;
}

int scheduled_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), SPACE_SCHEDULED, key_u64(&key, account_id), false);
	for (; n < max && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++)
		scheduled_delete(txn, account_id, key_read_u64(item.key, 8));
	*ret_more = n == max;
	return txn_err(txn);
}
