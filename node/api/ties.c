/*
 * Mutes and notes of the client API. What they hide is decided in storage/timelines.c, storage/notices.c and
 * federation/effects.c.
 */
#include "node/api/ties.h"

#include "node/api/accounts.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/base/clock.h"
#include "storage/ties.h"

enum { NOTE_CHARACTERS_MAX = 2000, MUTE_DAYS_MAX = 36500 };

/* The tie to the account in the path, to be changed and put back. */
static int tie_of_path(struct call *call, struct txn *txn, struct tie *ret_tie)
{
	uint64_t other_id;
	int r = answer_path_id(call, &other_id);

	if (r == OK)
		r = ties_get(call->arena, txn_view(txn), call->viewer.account_id, other_id, ret_tie);
	return r == ERR_NOT_FOUND && ret_tie->other_id ? OK : r;
}

/* --- mutes ------------------------------------------------------------------------------------------------------ */

static int read_duration(struct call *call, int64_t *ret_ms)
{
	struct str text = call_param(call, "duration");
	uint64_t seconds = 0;

	if (text.n && (!str_to_u64(text, &seconds) || seconds > (uint64_t)MUTE_DAYS_MAX * (DAY_MS / SECOND_MS)))
		return answer_refuse(call, "Validation failed: duration is a number of seconds, at most a hundred years");
	*ret_ms = (int64_t)seconds * SECOND_MS;
	return OK;
}

int api_mute_check(struct call *call, struct view *view)
{
	int64_t ms;
	int r = read_duration(call, &ms);

	return r == OK ? api_relation_check(call, view) : r;
}

int api_mute_write(struct call *call, struct txn *txn)
{
	struct tie tie = { 0 };
	int64_t ms = 0;
	int r = read_duration(call, &ms);

	if (r == OK)
		r = tie_of_path(call, txn, &tie);
	if (r != OK)
		return r;
	tie.muted = true;
	tie.mute_notices = call_param_bool(call, "notifications", true);
	tie.mute_ends_ms = ms ? txn_now_ms(txn) + ms : 0;
	return ties_put(txn, &tie);
}

int api_unmute_write(struct call *call, struct txn *txn)
{
	struct tie tie = { 0 };
	int r = tie_of_path(call, txn, &tie);

	if (r != OK)
		return r;
	tie.muted = tie.mute_notices = false;
	tie.mute_ends_ms = 0;
	return ties_put(txn, &tie);
}

static int w_muted(struct call *call, struct view *view, struct json_writer *w, uint64_t other_id)
{
	struct tie tie;
	int r = ties_get(call->arena, view, call->viewer.account_id, other_id, &tie);

	if (r == OK)
		r = entity_account_begin(w, call->arena, view, other_id);
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	json_w_member_date(w, "mute_expires_at", tie.mute_ends_ms);
	json_w_object_end(w);
	return OK;
}

int api_mutes(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX);
	struct id_list ids = { 0 };
	struct answer answer;
	int r = ties_of(call->arena, view, call->viewer.account_id, TIE_MUTED, page.max_id, page.limit + 1, &ids);

	if (r != OK)
		return r;
	paging_cut_after(call, &page, &ids);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < ids.count; i++)
		r = w_muted(call, view, &answer.w, ids.ids[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

/* --- notes ------------------------------------------------------------------------------------------------------ */

int api_note_check(struct call *call, struct view *view)
{
	struct str note = str_trim(call_param(call, "comment"));

	if (!utf8_valid(note))
		return answer_refuse(call, "Validation failed: comment is not UTF-8");
	if (utf8_length(note) > NOTE_CHARACTERS_MAX)
		return answer_refuse(call, "Validation failed: comment is too long (at most 2,000 characters)");
	return api_relation_check(call, view);
}

int api_note_write(struct call *call, struct txn *txn)
{
	struct tie tie = { 0 };
	int r = tie_of_path(call, txn, &tie);

	if (r != OK)
		return r;
	tie.note = str_trim(call_param(call, "comment"));
	return ties_put(txn, &tie);
}
