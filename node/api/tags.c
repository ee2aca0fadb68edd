/*
 * Tags through the client API.
 */
#include "node/api/tags.h"

#include "federation/text.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/limits.h"
#include "node/api/paging.h"
#include "storage/access.h"
#include "storage/base/clock.h"
#include "storage/instance.h"
#include "storage/named.h"
#include "storage/timelines.h"
#include "storage/trends.h"

enum {
	FOLLOWED_PAGE = 100, FOLLOWED_PAGE_MAX = 200,
	SUGGESTIONS = 10,
	TRENDS_TAGS = 10, TRENDS_TAGS_MAX = 20, TRENDS_OFFSET_MAX = 1000,
};

/* The folded tag of what somebody typed, with or without #; false: it is none. */
static bool read_tag(struct call *call, struct str typed, struct str *ret_tag)
{
	struct str name = str_starts(typed, STR("#")) ? str_sub(typed, 1, SIZE_MAX) : typed;
	struct text_scanner scanner;
	struct text_span span;
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	buf_add_char(&buf, '#');
	buf_add(&buf, name);
	if (!utf8_valid(name))
		return false;
	text_scan_init(&scanner, call->arena, buf_str(&buf));
	if (!text_scan(&scanner, &span) || span.kind != TEXT_HASHTAG || span.name.n != name.n)
		return false;
	*ret_tag = text_fold_hashtag(call->arena, name);
	return ret_tag->n <= NAMED_BYTES_MAX;
}

/* --- one tag ---------------------------------------------------------------------------------------------------- */

int api_tag_check(struct call *call, struct view *view)
{
	struct str *tag = call->state = ARENA_NEW(call->arena, struct str);

	(void)view;
	return read_tag(call, call_path_param(call, "name"), tag) ? OK : ERR_NOT_FOUND;
}

int api_tag(struct call *call, struct view *view)
{
	const struct str *tag = call->state;
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	r = entity_tag(&answer.w, call->arena, view, call->viewer.account_id, *tag);
	return answer_end(&answer, call, r);
}

static int add(struct call *call, struct txn *txn, uint8_t kind, size_t max, const char *too_many)
{
	const struct str *tag = call->state;
	int r = named_add(txn, call->viewer.account_id, kind, *tag, max);

	return r == ERR_LIMIT ? answer_refuse(call, too_many) : r;
}

static int remove_from(struct call *call, struct txn *txn, uint8_t kind)
{
	const struct str *tag = call->state;

	return named_remove(txn, call->viewer.account_id, kind, *tag);
}

int api_tag_follow_write(struct call *call, struct txn *txn)
{
	return add(call, txn, NAMED_FOLLOWED_TAG, TIMELINE_TAGS_MAX, "Validation failed: you follow as many tags as may be");
}

int api_tag_unfollow_write(struct call *call, struct txn *txn)
{
	return remove_from(call, txn, NAMED_FOLLOWED_TAG);
}

int api_tag_feature_write(struct call *call, struct txn *txn)
{
	return add(call, txn, NAMED_FEATURED_TAG, LIMIT_FEATURED_TAGS,
	           "Validation failed: you feature as many tags as may be");
}

int api_tag_unfeature_write(struct call *call, struct txn *txn)
{
	return remove_from(call, txn, NAMED_FEATURED_TAG);
}

static int w_tags(struct call *call, struct view *view, struct json_writer *w, const struct str *tags, size_t count)
{
	int r = OK;

	json_w_array(w);
	for (size_t i = 0; r == OK && i < count; i++)
		r = entity_tag(w, call->arena, view, call->viewer.account_id, tags[i]);
	json_w_array_end(w);
	return r;
}

static int show_tags(struct call *call, struct view *view, const struct str_list *tags)
{
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	r = w_tags(call, view, &answer.w, tags->items, tags->count);
	return answer_end(&answer, call, r);
}

int api_followed_tags(struct call *call, struct view *view)
{
	struct page page = paging_read(call, FOLLOWED_PAGE, FOLLOWED_PAGE_MAX);
	struct named *list = NULL;
	struct str_list tags;
	size_t count = 0;
	int r = named_of(call->arena, view, call->viewer.account_id, NAMED_FOLLOWED_TAG, &list, &count);

	if (r != OK)
		return r;
	paging_cut_named(call, &page, &list, &count);
	tags = (struct str_list){ ARENA_ARRAY(call->arena, struct str, count), count };
	for (size_t i = 0; i < count; i++)
		tags.items[i] = list[i].name;
	return show_tags(call, view, &tags);
}

/* --- on a profile ----------------------------------------------------------------------------------------------- */

static int w_featured(struct call *call, struct view *view, struct json_writer *w, uint64_t account_id,
                      const struct named *tag)
{
	enum { DAY_CHARACTERS = 10 };
	char date[DATE_ISO_BYTES];
	uint64_t count = 0;
	int64_t last_ms = 0;
	int r = trends_tag_of(view, account_id, tag->name, &count, &last_ms);

	json_w_object(w);
	json_w_member_id(w, "id", tag->id);
	json_w_member_str(w, "name", tag->name);
	json_w_member_str(w, "url", instance_tag_url(call->arena, instance_of(view), tag->name));
	json_w_member_id(w, "statuses_count", count);
	if (last_ms) {
		date_iso(last_ms, date);
		json_w_member_str(w, "last_status_at", (struct str){ date, DAY_CHARACTERS });
	} else {
		json_w_member_null(w, "last_status_at");
	}
	json_w_object_end(w);
	return r;
}

/* The one called `only`, or all of them as a list. */
static int show_featured(struct call *call, struct view *view, uint64_t account_id, const struct str *only)
{
	struct named *list = NULL;
	struct answer answer;
	size_t count = 0;
	int r = named_of(call->arena, view, account_id, NAMED_FEATURED_TAG, &list, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	if (!only)
		json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++)
		if (!only || str_eq(*only, list[i].name))
			r = w_featured(call, view, &answer.w, account_id, &list[i]);
	if (!only)
		json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_w_featured_tags(struct json_writer *w, struct call *call, struct view *view, uint64_t account_id)
{
	struct named *list = NULL;
	size_t count = 0;
	int r = named_of(call->arena, view, account_id, NAMED_FEATURED_TAG, &list, &count);

	json_w_array(w);
	for (size_t i = 0; r == OK && i < count; i++)
		r = w_featured(call, view, w, account_id, &list[i]);
	json_w_array_end(w);
	return r;
}

int api_featured_tags(struct call *call, struct view *view)
{
	return show_featured(call, view, call->viewer.account_id, NULL);
}

int api_account_featured_tags(struct call *call, struct view *view)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK && !access_lives(view, id))
		r = ERR_NOT_FOUND;
	return r == OK ? show_featured(call, view, id, NULL) : r;
}

int api_featured_tag_check(struct call *call, struct view *view)
{
	struct str *tag = call->state = ARENA_NEW(call->arena, struct str);

	(void)view;
	if (!read_tag(call, str_trim(call_param(call, "name")), tag))
		return answer_refuse(call, "Validation failed: name is not a hashtag");
	return OK;
}

int api_featured_tag_show(struct call *call, struct view *view)
{
	return show_featured(call, view, call->viewer.account_id, call->state);
}

int api_featured_tag_delete_write(struct call *call, struct txn *txn)
{
	struct named *list = NULL;
	size_t count = 0;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = named_of(call->arena, txn_view(txn), call->viewer.account_id, NAMED_FEATURED_TAG, &list, &count);
	for (size_t i = 0; r == OK && i < count; i++)
		if (list[i].id == id)
			return named_remove(txn, call->viewer.account_id, NAMED_FEATURED_TAG, list[i].name);
	return r == OK ? ERR_NOT_FOUND : r;
}

int api_featured_tag_suggestions(struct call *call, struct view *view)
{
	struct str_list tags = { 0 };
	size_t kept = 0;
	int r = trends_tags_of(call->arena, view, call->viewer.account_id, SUGGESTIONS + LIMIT_FEATURED_TAGS, &tags);

	if (r != OK)
		return r;
	for (size_t i = 0; i < tags.count && kept < SUGGESTIONS; i++)
		if (!named_has(view, call->viewer.account_id, NAMED_FEATURED_TAG, tags.items[i]))
			tags.items[kept++] = tags.items[i];
	tags.count = kept;
	return show_tags(call, view, &tags);
}

/* --- what is talked about --------------------------------------------------------------------------------------- */

int api_trends_tags(struct call *call, struct view *view)
{
	size_t offset = call_param_u64(call, "offset", 0, 0, TRENDS_OFFSET_MAX);
	size_t limit = call_param_u64(call, "limit", TRENDS_TAGS, 1, TRENDS_TAGS_MAX);
	struct str_list tags = { 0 };
	int r = trends_tags(call->arena, view, answer_beholder(call), clock_now_ms(), offset, limit, &tags);

	return r == OK ? show_tags(call, view, &tags) : r;
}

int api_trends_statuses(struct call *call, struct view *view)
{
	size_t offset = call_param_u64(call, "offset", 0, 0, TRENDS_OFFSET_MAX);
	size_t limit = call_param_u64(call, "limit", PAGE_STATUSES, 1, PAGE_STATUSES_MAX);
	struct post_page found = { 0 };
	struct answer answer;
	int r = trends_posts(call->arena, view, answer_beholder(call), clock_now_ms(), offset, limit, &found);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entities_statuses(&answer.w, call->arena, view, call->viewer.account_id, found.posts, found.count);
	return answer_end(&answer, call, r);
}
