/*
 * Scheduled posts.
 */
#include "node/api/scheduled.h"

#include "federation/apply.h"
#include "node/api/answer.h"
#include "node/api/media.h"
#include "node/api/paging.h"
#include "storage/base/clock.h"
#include "storage/media.h"
#include "storage/scheduled.h"

enum { YEARS_MAX_DAYS = 3660 };

int scheduled_read_time(struct call *call, int64_t *ret_at_ms)
{
	struct str text = call_param(call, "scheduled_at");
	int64_t now_ms = clock_now_ms();

	*ret_at_ms = 0;
	if (!text.n)
		return OK;
	if (!date_parse_iso(text, ret_at_ms) || *ret_at_ms > now_ms + YEARS_MAX_DAYS * (int64_t)DAY_MS)
		return answer_refuse(call, "Validation failed: scheduled_at is no time of the next ten years");
	if (*ret_at_ms < now_ms + SCHEDULED_SOONEST_MINUTES * (int64_t)MINUTE_MS)
		return answer_refuse(call, "Validation failed: scheduled_at must be at least 5 minutes in the future");
	return OK;
}

int scheduled_keep(struct call *call, struct txn *txn, const struct post_draft *draft, int64_t at_ms, uint64_t *ret_id)
{
	struct scheduled scheduled = {
		.account_id = call->viewer.account_id, .at_ms = at_ms, .text = draft->text, .spoiler = draft->spoiler,
		.language = draft->language, .visibility = draft->visibility, .sensitive = draft->sensitive,
		.in_reply_to_id = draft->in_reply_to_id, .quote_id = draft->quote_id, .quote_policy = draft->quote_policy,
		.app_id = draft->app_id, .poll_ms = draft->poll_ms, .media_ids = draft->media_ids,
	};
	struct media_set media;
	int r = media_read_waiting(call, txn_view(txn), draft, &media);

	if (r != OK)
		return r;
	if (draft->poll) {
		scheduled.poll_options = draft->poll->options;
		scheduled.poll_multiple = draft->poll->multiple;
		scheduled.poll_hide_totals = draft->poll->hide_totals;
	}
	r = scheduled_put(txn, &scheduled);
	if (r == ERR_LIMIT)
		return answer_refuse(call, "Validation failed: scheduled_at: there are as many scheduled posts as may be");
	if (r == OK)
		r = media_set_hold(txn, &media, scheduled.id);
	*ret_id = scheduled.id;
	return r;
}

/* --- the entity ------------------------------------------------------------------------------------------------- */

static void w_poll(struct json_writer *w, const struct scheduled *scheduled)
{
	json_w_key(w, "poll");
	if (!scheduled->poll_options.count) {
		json_w_null(w);
		return;
	}
	json_w_object(w);
	json_w_key(w, "options");
	json_w_array(w);
	for (size_t i = 0; i < scheduled->poll_options.count; i++)
		json_w_str(w, scheduled->poll_options.items[i]);
	json_w_array_end(w);
	json_w_member_u64(w, "expires_in", (uint64_t)(scheduled->poll_ms / SECOND_MS));
	json_w_member_bool(w, "multiple", scheduled->poll_multiple);
	json_w_member_bool(w, "hide_totals", scheduled->poll_hide_totals);
	json_w_object_end(w);
}

static void w_media_ids(struct json_writer *w, const struct id_list *ids)
{
	json_w_key(w, "media_ids");
	if (!ids->count) {
		json_w_null(w);
		return;
	}
	json_w_array(w);
	for (size_t i = 0; i < ids->count; i++)
		json_w_id(w, ids->ids[i]);
	json_w_array_end(w);
}

static void w_params(struct json_writer *w, const struct scheduled *scheduled)
{
	json_w_key(w, "params");
	json_w_object(w);
	json_w_member_str(w, "text", scheduled->text);
	w_poll(w, scheduled);
	w_media_ids(w, &scheduled->media_ids);
	json_w_member_bool(w, "sensitive", scheduled->sensitive);
	json_w_member_str_or_null(w, "spoiler_text", scheduled->spoiler);
	json_w_member_cstr(w, "visibility", visibility_name(scheduled->visibility));
	json_w_member_id_or_null(w, "in_reply_to_id", scheduled->in_reply_to_id);
	json_w_member_str_or_null(w, "language", scheduled->language);
	json_w_member_id_or_null(w, "application_id", scheduled->app_id);
	json_w_member_null(w, "idempotency");
	json_w_member_bool(w, "with_rate_limit", false);
	json_w_member_null(w, "scheduled_at");
	json_w_member_id_or_null(w, "quoted_status_id", scheduled->quote_id);
	json_w_object_end(w);
}

static void w_scheduled(struct json_writer *w, struct call *call, struct view *view, const struct scheduled *scheduled)
{
	struct media_record media;

	json_w_object(w);
	json_w_member_id(w, "id", scheduled->id);
	json_w_member_date(w, "scheduled_at", scheduled->at_ms);
	w_params(w, scheduled);
	json_w_key(w, "media_attachments");
	json_w_array(w);
	for (size_t i = 0; i < scheduled->media_ids.count; i++)
		if (media_get(call->arena, view, scheduled->media_ids.ids[i], &media) == OK)
			media_w_entity(w, call, view, &media);
	json_w_array_end(w);
	json_w_object_end(w);
}

int scheduled_show(struct call *call, struct view *view, uint64_t id)
{
	struct scheduled scheduled;
	struct answer answer;
	int r = scheduled_get(call->arena, view, call->viewer.account_id, id, &scheduled);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	w_scheduled(&answer.w, call, view, &scheduled);
	return answer_end(&answer, call, OK);
}

/* --- routes ----------------------------------------------------------------------------------------------------- */

int api_scheduled_list(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX), wider = paging_one_more(&page);
	struct scheduled *list;
	struct answer answer;
	size_t count = 0, first;
	bool more;
	int r = scheduled_page(call->arena, view, call->viewer.account_id, &wider, &list, &count);

	if (r != OK)
		return r;
	if (!count)
		return api_show_empty_list(call, view);
	count = paging_cut(&page, count, &first, &more);
	paging_link(call, &page, list[first].id, list[first + count - 1].id, more);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		w_scheduled(&answer.w, call, view, &list[first + i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_scheduled_get(struct call *call, struct view *view)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? scheduled_show(call, view, id) : r;
}

int api_scheduled_edit_check(struct call *call, struct view *view)
{
	int64_t *at_ms = call->state = ARENA_NEW(call->arena, int64_t);
	struct scheduled scheduled;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = scheduled_get(call->arena, view, call->viewer.account_id, id, &scheduled);
	if (r == OK)
		r = scheduled_read_time(call, at_ms);
	if (r == OK && !*at_ms)
		*at_ms = scheduled.at_ms;
	return r;
}

int api_scheduled_edit_write(struct call *call, struct txn *txn)
{
	const int64_t *at_ms = call->state;
	struct scheduled scheduled;
	uint64_t id;
	int r = answer_path_id(call, &id);

	/* it may have been published meanwhile */
	if (r == OK)
		r = scheduled_get(call->arena, txn_view(txn), call->viewer.account_id, id, &scheduled);
	if (r != OK)
		return r;
	scheduled.at_ms = *at_ms;
	return scheduled_put(txn, &scheduled);
}

int api_scheduled_delete_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? scheduled_delete(txn, call->viewer.account_id, id) : r;
}
