/*
 * Filters of the client API. What is said is read and applied in the write stage, over the filter as it is then.
 */
#include "node/api/filters.h"

#include "node/api/answer.h"
#include "node/api/filtered.h"
#include "storage/access.h"
#include "storage/filters.h"

enum { DAYS_MAX = 36500 };

/* What a write left for its show stage: the id of a filter, a keyword or an entry. */
static int shown(struct call *call, uint64_t id)
{
	uint64_t *state = call->state = ARENA_NEW(call->arena, uint64_t);

	*state = id;
	return OK;
}

static int find_filter(struct call *call, struct view *view, struct filter *ret_filter)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? filters_get(call->arena, view, call->viewer.account_id, id, ret_filter) : r;
}

/* What a filter holds several of, with ids of their own: how one is found, shown and taken out. */
struct part {
	int (*find)(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t id, struct filter *ret_filter,
	            size_t *ret_at);
	void (*w)(struct json_writer *w, const struct filter *filter, size_t at);
	void (*remove)(struct filter *filter, size_t at);
};

static const struct part keyword_part = { filters_by_keyword, filter_keyword_w, filter_remove_keyword };
static const struct part status_part = { filters_by_status, filter_status_w, filter_remove_status };

/* The filter that holds what the path names. */
static int find_inside(struct call *call, struct view *view, const struct part *part, struct filter *ret_filter,
                       size_t *ret_at)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? part->find(call->arena, view, call->viewer.account_id, id, ret_filter, ret_at) : r;
}

static int keep(struct call *call, struct txn *txn, struct filter *filter)
{
	int r = filters_put(call->arena, txn, filter);

	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: filters hold at most 500 keywords and 500 statuses, "
	                                            "and there are at most 100") : r;
}

/* --- reading what is said --------------------------------------------------------------------------------------- */

static int read_contexts(struct call *call, struct filter *filter)
{
	struct str *names;
	size_t count = call_param_list(call, "context", &names);
	uint8_t contexts = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t context = filter_context_parse(names[i]);

		if (!context)
			return answer_refuse(call, "Validation failed: context is home, notifications, public, thread or account");
		contexts |= context;
	}
	if (contexts)
		filter->contexts = contexts;
	return filter->contexts ? OK : answer_refuse(call, "Validation failed: context can't be blank");
}

/* Absent: stays; empty or 0: for ever. */
static int read_end(struct call *call, int64_t now_ms, struct filter *filter)
{
	struct str text = call_param(call, "expires_in");
	uint64_t seconds = 0;

	if (!text.p)
		return OK;
	if (text.n && (!str_to_u64(text, &seconds) || seconds > (uint64_t)DAYS_MAX * (DAY_MS / SECOND_MS)))
		return answer_refuse(call, "Validation failed: expires_in is a number of seconds, at most a hundred years");
	filter->ends_ms = seconds ? now_ms + (int64_t)seconds * SECOND_MS : 0;
	return OK;
}

static int check_keyword(struct call *call, const char *name, struct str keyword)
{
	if (!keyword.n)
		return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s can't be blank", name);
	if (!utf8_valid(keyword) || utf8_length(keyword) > FILTER_KEYWORD_MAX)
		return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s is too long (at most %d characters)",
		                        name, FILTER_KEYWORD_MAX);
	return OK;
}

static int read_title(struct call *call, struct filter *filter)
{
	struct str title = call_param(call, "title");

	if (title.p)
		filter->title = str_trim(title);
	if (!filter->title.n)
		return answer_refuse(call, "Validation failed: title can't be blank");
	if (!utf8_valid(filter->title) || utf8_length(filter->title) > FILTER_TITLE_MAX)
		return answer_refuse(call, "Validation failed: title is too long (at most 256 characters)");
	return OK;
}

static int read_action(struct call *call, struct filter *filter)
{
	struct str name = call_param(call, "filter_action");

	if (name.n)
		filter->action = filter_action_parse(name);
	return filter->action ? OK : answer_refuse(call, "Validation failed: filter_action is warn, hide or blur");
}

/* The member of one entry of keywords_attributes. */
static const char *attribute(struct call *call, struct str index, const char *member)
{
	return arena_printf(call->arena, "keywords_attributes[%.*s][%s]", STR_ARG(index), member).p;
}

static int read_attribute(struct call *call, struct str index, struct filter *filter)
{
	struct str keyword = call_param(call, attribute(call, index, "keyword"));
	struct str id_text = call_param(call, attribute(call, index, "id"));
	const char *whole = attribute(call, index, "whole_word");
	uint64_t id = 0;
	size_t at = 0;
	int r;

	if (id_text.n) {
		if (str_to_u64(id_text, &id))
			while (at < filter->keyword_ids.count && filter->keyword_ids.ids[at] != id)
				at++;
		if (!id || at == filter->keyword_ids.count)
			return call_fail(call, ERR_NOT_FOUND, "Record not found: keywords_attributes");
		if (call_param_bool(call, attribute(call, index, "_destroy"), false)) {
			filter_remove_keyword(filter, at);
			return OK;
		}
	}
	if (keyword.p || !id) {
		keyword = str_trim(keyword);
		r = check_keyword(call, "keywords_attributes: keyword", keyword);
		if (r != OK)
			return r;
	}
	if (!id)
		filter_add_keyword(call->arena, filter, keyword, call_param_bool(call, whole, true));
	else if (keyword.p)
		filter->keywords.items[at] = keyword;
	if (id)
		filter->whole_words.ids[at] = call_param_bool(call, whole, filter->whole_words.ids[at]);
	return OK;
}

/* Each entry at the first member of it that is met. */
static int read_attributes(struct call *call, struct filter *filter)
{
	static const struct str prefix = STR("keywords_attributes[");
	struct str *indexes = ARENA_ARRAY(call->arena, struct str, call->request.param_count);
	size_t count = 0;
	int r = OK;

	for (size_t i = 0; r == OK && i < call->request.param_count; i++) {
		struct str name = call->request.params[i].name, index;
		size_t at = 0;

		if (!str_starts(name, prefix))
			continue;
		name = str_sub(name, prefix.n, SIZE_MAX);
		index = str_cut(&name, ']');
		while (at < count && !str_eq(indexes[at], index))
			at++;
		if (at < count)
			continue;
		indexes[count++] = index;
		r = read_attribute(call, index, filter);
	}
	return r;
}

static int read_filter(struct call *call, int64_t now_ms, struct filter *filter)
{
	int r = read_title(call, filter);

	if (r == OK)
		r = read_contexts(call, filter);
	if (r == OK)
		r = read_action(call, filter);
	if (r == OK)
		r = read_end(call, now_ms, filter);
	return r == OK ? read_attributes(call, filter) : r;
}

/* --- filters ---------------------------------------------------------------------------------------------------- */

int api_filters(struct call *call, struct view *view)
{
	struct filter *filters;
	struct answer answer;
	size_t count;
	int r = filters_of(call->arena, view, call->viewer.account_id, &filters, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		filter_entity_w(&answer.w, &filters[i], true);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

static int show_filter(struct call *call, const struct filter *filter)
{
	struct answer answer;

	answer_begin(&answer, call);
	filter_entity_w(&answer.w, filter, true);
	return answer_end(&answer, call, OK);
}

int api_filter_get(struct call *call, struct view *view)
{
	struct filter filter;
	int r = find_filter(call, view, &filter);

	return r == OK ? show_filter(call, &filter) : r;
}

int api_filter_create_write(struct call *call, struct txn *txn)
{
	struct filter filter = { .account_id = call->viewer.account_id, .action = FILTER_WARN };
	int r = read_filter(call, txn_now_ms(txn), &filter);

	if (r == OK)
		r = keep(call, txn, &filter);
	return r == OK ? shown(call, filter.id) : r;
}

int api_filter_edit_write(struct call *call, struct txn *txn)
{
	struct filter filter;
	int r = find_filter(call, txn_view(txn), &filter);

	if (r == OK)
		r = read_filter(call, txn_now_ms(txn), &filter);
	if (r == OK)
		r = keep(call, txn, &filter);
	return r == OK ? shown(call, filter.id) : r;
}

int api_filter_show(struct call *call, struct view *view)
{
	const uint64_t *id = call->state;
	struct filter filter;
	int r = filters_get(call->arena, view, call->viewer.account_id, *id, &filter);

	return r == OK ? show_filter(call, &filter) : r;
}

int api_filter_delete_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? filters_delete(txn, call->viewer.account_id, id) : r;
}

/* --- what is in one --------------------------------------------------------------------------------------------- */

static int show_parts(struct call *call, const struct filter *filter, size_t count, const struct part *part)
{
	struct answer answer;

	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		part->w(&answer.w, filter, i);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

static int show_part(struct call *call, struct view *view, uint64_t id, const struct part *part)
{
	struct filter filter;
	struct answer answer;
	size_t at = 0;
	int r = part->find(call->arena, view, call->viewer.account_id, id, &filter, &at);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	part->w(&answer.w, &filter, at);
	return answer_end(&answer, call, OK);
}

static int show_named(struct call *call, struct view *view, const struct part *part)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? show_part(call, view, id, part) : r;
}

static int show_written(struct call *call, struct view *view, const struct part *part)
{
	const uint64_t *id = call->state;

	return show_part(call, view, *id, part);
}

static int delete_part(struct call *call, struct txn *txn, const struct part *part)
{
	struct filter filter;
	size_t at = 0;
	int r = find_inside(call, txn_view(txn), part, &filter, &at);

	if (r != OK)
		return r;
	part->remove(&filter, at);
	return keep(call, txn, &filter);
}

int api_filter_keywords(struct call *call, struct view *view)
{
	struct filter filter;
	int r = find_filter(call, view, &filter);

	return r == OK ? show_parts(call, &filter, filter.keywords.count, &keyword_part) : r;
}

int api_filter_keyword_get(struct call *call, struct view *view)
{
	return show_named(call, view, &keyword_part);
}

int api_filter_keyword_add_write(struct call *call, struct txn *txn)
{
	struct str keyword = str_trim(call_param(call, "keyword"));
	struct filter filter;
	int r = find_filter(call, txn_view(txn), &filter);

	if (r == OK)
		r = check_keyword(call, "keyword", keyword);
	if (r != OK)
		return r;
	filter_add_keyword(call->arena, &filter, keyword, call_param_bool(call, "whole_word", true));
	r = keep(call, txn, &filter);
	return r == OK ? shown(call, filter.keyword_ids.ids[filter.keyword_ids.count - 1]) : r;
}

int api_filter_keyword_edit_write(struct call *call, struct txn *txn)
{
	struct str keyword = call_param(call, "keyword");
	struct filter filter;
	size_t at = 0;
	int r = find_inside(call, txn_view(txn), &keyword_part, &filter, &at);

	if (r == OK && keyword.p) {
		filter.keywords.items[at] = str_trim(keyword);
		r = check_keyword(call, "keyword", filter.keywords.items[at]);
	}
	if (r != OK)
		return r;
	filter.whole_words.ids[at] = call_param_bool(call, "whole_word", filter.whole_words.ids[at]);
	r = keep(call, txn, &filter);
	return r == OK ? shown(call, filter.keyword_ids.ids[at]) : r;
}

int api_filter_keyword_show(struct call *call, struct view *view)
{
	return show_written(call, view, &keyword_part);
}

int api_filter_keyword_delete_write(struct call *call, struct txn *txn)
{
	return delete_part(call, txn, &keyword_part);
}

int api_filter_statuses(struct call *call, struct view *view)
{
	struct filter filter;
	int r = find_filter(call, view, &filter);

	return r == OK ? show_parts(call, &filter, filter.status_ids.count, &status_part) : r;
}

int api_filter_status_get(struct call *call, struct view *view)
{
	return show_named(call, view, &status_part);
}

int api_filter_status_add_write(struct call *call, struct txn *txn)
{
	uint64_t post_id = call_param_id(call, "status_id");
	struct filter filter;
	struct post post;
	size_t at = 0;
	int r = find_filter(call, txn_view(txn), &filter);

	if (r != OK)
		return r;
	if (access_post(call->arena, txn_view(txn), answer_beholder(call), post_id, &post) != OK)
		return call_fail(call, ERR_NOT_FOUND, "Record not found: status_id");
	while (at < filter.status_ids.count && filter.status_ids.ids[at] != post_id)
		at++;
	if (at == filter.status_ids.count) {
		filter_add_status(call->arena, &filter, post_id);
		r = keep(call, txn, &filter);
	}
	return r == OK ? shown(call, filter.entry_ids.ids[at]) : r;
}

int api_filter_status_show(struct call *call, struct view *view)
{
	return show_written(call, view, &status_part);
}

int api_filter_status_delete_write(struct call *call, struct txn *txn)
{
	return delete_part(call, txn, &status_part);
}

/* --- version 1 -------------------------------------------------------------------------------------------------- */

static void w_v1(struct json_writer *w, const struct filter *filter, size_t at)
{
	json_w_object(w);
	json_w_member_id(w, "id", filter->keyword_ids.ids[at]);
	json_w_member_str(w, "phrase", filter->keywords.items[at]);
	filter_contexts_w(w, filter);
	json_w_member_date(w, "expires_at", filter->ends_ms);
	json_w_member_bool(w, "irreversible", filter->action == FILTER_HIDE);
	json_w_member_bool(w, "whole_word", filter->whole_words.ids[at]);
	json_w_object_end(w);
}

static const struct part v1_part = { filters_by_keyword, w_v1, filter_remove_keyword };

int api_filters_v1(struct call *call, struct view *view)
{
	struct filter *filters;
	struct answer answer;
	size_t count;
	int r = filters_of(call->arena, view, call->viewer.account_id, &filters, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; at < filters[i].keywords.count; at++)
			w_v1(&answer.w, &filters[i], at);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_filter_v1_get(struct call *call, struct view *view)
{
	return show_named(call, view, &v1_part);
}

/* `at`: the keyword it is about. What all keywords of a filter share stays, where there are others. */
static int read_v1(struct call *call, int64_t now_ms, struct filter *filter, size_t at)
{
	struct filter before = *filter;
	bool hide = call_param_bool(call, "irreversible", filter->action == FILTER_HIDE);
	struct str phrase = call_param(call, "phrase");
	int r;

	if (phrase.p)
		filter->keywords.items[at] = str_trim(phrase);
	r = check_keyword(call, "phrase", filter->keywords.items[at]);
	if (r == OK)
		r = read_contexts(call, filter);
	if (r == OK)
		r = read_end(call, now_ms, filter);
	if (r != OK)
		return r;
	if (hide != (filter->action == FILTER_HIDE))
		filter->action = hide ? FILTER_HIDE : FILTER_WARN;
	filter->whole_words.ids[at] = call_param_bool(call, "whole_word", filter->whole_words.ids[at]);
	if (filter->keywords.count > 1 && (filter->contexts != before.contexts || filter->action != before.action ||
	                                   filter->ends_ms != before.ends_ms))
		return answer_refuse(call, "Validation failed: context, irreversible and expires_in are shared with other phrases");
	return OK;
}

int api_filter_v1_create_write(struct call *call, struct txn *txn)
{
	struct filter filter = { .account_id = call->viewer.account_id, .action = FILTER_WARN };
	int r;

	filter_add_keyword(call->arena, &filter, STR_NONE, false);
	r = read_v1(call, txn_now_ms(txn), &filter, 0);
	if (r != OK)
		return r;
	filter.title = filter.keywords.items[0];
	r = keep(call, txn, &filter);
	return r == OK ? shown(call, filter.keyword_ids.ids[0]) : r;
}

int api_filter_v1_edit_write(struct call *call, struct txn *txn)
{
	struct filter filter;
	size_t at = 0;
	int r = find_inside(call, txn_view(txn), &keyword_part, &filter, &at);

	if (r == OK)
		r = read_v1(call, txn_now_ms(txn), &filter, at);
	if (r == OK)
		r = keep(call, txn, &filter);
	return r == OK ? shown(call, filter.keyword_ids.ids[at]) : r;
}

int api_filter_v1_show(struct call *call, struct view *view)
{
	return show_written(call, view, &v1_part);
}

/* A filter goes with its last keyword, unless it holds posts. */
int api_filter_v1_delete_write(struct call *call, struct txn *txn)
{
	struct filter filter;
	size_t at = 0;
	int r = find_inside(call, txn_view(txn), &keyword_part, &filter, &at);

	if (r != OK)
		return r;
	if (filter.keywords.count == 1 && !filter.status_ids.count)
		return filters_delete(txn, filter.account_id, filter.id);
	filter_remove_keyword(&filter, at);
	return keep(call, txn, &filter);
}
