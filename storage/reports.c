/*
 * Reports, by id. Who may read them is for those who ask. Reads: any thread; puts: the writer.
 */
#include "storage/reports.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

/* The newest first: whose they are in great number has the last of them. */
static int check_share(struct view *view, uint64_t reporter_id)
{
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct report report;
	size_t count = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_REPORT, STR_NONE, true);
	while (count < REPORTS_SHARE && r == OK && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		r = codec_decode(arena, &report_type, item.value, &report);
		count += r == OK && report.reporter_id == reporter_id;
	}
	arena_free(arena);
	if (r && r != ERR_NOT_FOUND)
		return r;
	return count < REPORTS_SHARE ? OK : ERR_LIMIT;
}

int reports_add(struct txn *txn, struct report *report)
{
	struct key key;
	uint64_t count;
	int r = view_count(txn_view(txn), SPACE_REPORT, &count);

	if (r || count >= REPORTS_MAX)
		return r ? r : ERR_LIMIT;
	if (count >= REPORTS_CROWD)
		r = check_share(txn_view(txn), report->reporter_id);
	if (r)
		return r;
	report->id = txn_new_id(txn);
	report->created_ms = txn_now_ms(txn);
	return record_put(txn, SPACE_REPORT, key_u64(&key, report->id), &report_type, report);
}

int reports_get(struct arena *arena, struct view *view, uint64_t id, struct report *ret_report)
{
	struct key key;

	return record_get(arena, view, SPACE_REPORT, key_u64(&key, id), &report_type, ret_report);
}

int reports_put(struct txn *txn, struct report *report)
{
	struct key key;

	report->changed_ms = txn_now_ms(txn);
	return record_put(txn, SPACE_REPORT, key_u64(&key, report->id), &report_type, report);
}

int reports_close(struct arena *arena, struct txn *txn, uint64_t id, uint64_t by_id)
{
	struct report report;
	int r = reports_get(arena, txn_view(txn), id, &report);

	if (r || report.closed_ms)
		return r;
	report.closed_ms = txn_now_ms(txn);
	report.closed_by_id = by_id;
	return reports_put(txn, &report);
}

int reports_reopen(struct arena *arena, struct txn *txn, uint64_t id)
{
	struct report report;
	int r = reports_get(arena, txn_view(txn), id, &report);

	if (r || !report.closed_ms)
		return r;
	report.closed_ms = 0;
	report.closed_by_id = 0;
	return reports_put(txn, &report);
}

int reports_forget(struct txn *txn, size_t max, bool *ret_more)
{
	int64_t before_ms = txn_now_ms(txn) - REPORT_CLOSED_DAYS * (int64_t)DAY_MS;
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct report report;
	size_t gone = 0;
	struct key key;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_REPORT, STR_NONE, false);
	while (gone < max && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		r = codec_decode(arena, &report_type, item.value, &report);
		/* They come by their age, and none was closed before it was made. */
		if (r || report.created_ms >= before_ms)
			break;
		if (report.closed_ms && report.closed_ms < before_ms) {
			txn_del(txn, SPACE_REPORT, key_u64(&key, report.id));
			gone++;
		}
	}
	arena_free(arena);
	*ret_more = gone == max;
	return r && r != ERR_NOT_FOUND ? r : txn_err(txn);
}

int reports_list(struct arena *arena, struct view *view, bool closed, size_t max, struct report **ret_reports,
                 size_t *ret_count)
{
	struct report *reports = ARENA_ARRAY(arena, struct report, max);
	struct prefix_walk walk;
	struct engine_item item;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_REPORT, STR_NONE, true);
	while (n < max && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &report_type, item.value, &reports[n]);
		if (r)
			return r;
		if (closed || !reports[n].closed_ms)
			n++;
	}
	if (r && r != ERR_NOT_FOUND)
		return r;
	*ret_reports = reports;
	*ret_count = n;
	return OK;
}
