/*
 * Posts against the filters of who reads them. The keywords are folded once a page, a post's text once.
 */
#include "node/api/filtered.h"

#include "federation/sanitize.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/filters.h"
#include "storage/ids.h"

struct filtered {
	struct arena *arena;
	uint64_t viewer_id;
	struct filter *filters;
	struct str **folded;  /* of each filter its keywords */
	size_t count;
};

int filtered_load(struct arena *arena, struct view *view, uint64_t viewer_id, struct filtered **ret_filtered)
{
	int64_t now_ms = clock_now_ms();
	struct filtered *filtered;
	struct filter *filters;
	size_t count;
	int r = filters_of(arena, view, viewer_id, &filters, &count);

	*ret_filtered = NULL;
	if (r != OK || !count)
		return r;
	filtered = ARENA_NEW(arena, struct filtered);
	*filtered = (struct filtered){
		.arena = arena, .viewer_id = viewer_id, .filters = filters, .folded = ARENA_ARRAY(arena, struct str *, count),
	};
	for (size_t i = 0; i < count; i++) {
		const struct str_list *keywords = &filters[i].keywords;
		size_t n = filtered->count;

		if (filter_ended(&filters[i], now_ms))
			continue;
		filtered->folded[n] = ARENA_ARRAY(arena, struct str, keywords->count);
		for (size_t k = 0; k < keywords->count; k++)
			filtered->folded[n][k] = accounts_fold(arena, keywords->items[k]);
		filters[filtered->count++] = filters[i];
	}
	*ret_filtered = filtered->count ? filtered : NULL;
	return OK;
}

static void add_descriptions(struct buf *text, struct str attachments_json)
{
	json_t *attachments;

	if (!attachments_json.n || json_parse(text->arena, attachments_json, &attachments) != OK)
		return;
	for (size_t i = 0; i < json_count(attachments); i++) {
		buf_add_char(text, '\n');
		buf_add(text, json_member_str(json_at(attachments, i), "name"));
	}
}

/* All that a post says, folded. */
static struct str text_of(struct arena *arena, const struct post *post, const struct poll *poll)
{
	struct buf text;

	buf_init(&text, arena, 0);
	buf_add(&text, post->spoiler);
	buf_add_char(&text, '\n');
	buf_add(&text, post->title);
	buf_add_char(&text, '\n');
	buf_add(&text, sanitize_plain_text(arena, post->content));
	for (size_t i = 0; poll && i < poll->options.count; i++) {
		buf_add_char(&text, '\n');
		buf_add(&text, poll->options.items[i]);
	}
	add_descriptions(&text, post->attachments_json);
	return accounts_fold(arena, buf_str(&text));
}

static void w_result(struct json_writer *w, const struct filter *filter, const bool *found, bool status_found,
                     uint64_t post_id)
{
	json_w_object(w);
	json_w_key(w, "filter");
	filter_entity_w(w, filter, false);
	json_w_key(w, "keyword_matches");
	json_w_array(w);
	for (size_t i = 0; i < filter->keywords.count; i++)
		if (found[i])
			json_w_str(w, filter->keywords.items[i]);
	json_w_array_end(w);
	json_w_key(w, "status_matches");
	json_w_array(w);
	if (status_found)
		json_w_id(w, post_id);
	json_w_array_end(w);
	json_w_object_end(w);
}

struct str filtered_results(const struct filtered *filtered, const struct post *post, const struct poll *poll)
{
	struct json_writer w;
	bool any_at_all = false;
	struct buf buf;
	struct str text;

	if (post->account_id == filtered->viewer_id || post->reblog_of_id)
		return STR_NONE;
	text = text_of(filtered->arena, post, poll);
	buf_init(&buf, filtered->arena, 0);
	json_writer_init(&w, &buf);
	json_w_array(&w);
	for (size_t i = 0; i < filtered->count; i++) {
		const struct filter *filter = &filtered->filters[i];
		bool *found = ARENA_ARRAY(filtered->arena, bool, filter->keywords.count);
		bool status_found = ids_have(&filter->status_ids, post->id), any = status_found;

		for (size_t k = 0; k < filter->keywords.count; k++) {
			found[k] = filter_finds(text, filtered->folded[i][k], filter->whole_words.ids[k]);
			any |= found[k];
		}
		if (any)
			w_result(&w, filter, found, status_found, post->id);
		any_at_all |= any;
	}
	json_w_array_end(&w);
	return any_at_all ? buf_str(&buf) : STR_NONE;
}

/* --- entities --------------------------------------------------------------------------------------------------- */

void filter_keyword_w(struct json_writer *w, const struct filter *filter, size_t at)
{
	json_w_object(w);
	json_w_member_id(w, "id", filter->keyword_ids.ids[at]);
	json_w_member_str(w, "keyword", filter->keywords.items[at]);
	json_w_member_bool(w, "whole_word", filter->whole_words.ids[at]);
	json_w_object_end(w);
}

void filter_status_w(struct json_writer *w, const struct filter *filter, size_t at)
{
	json_w_object(w);
	json_w_member_id(w, "id", filter->entry_ids.ids[at]);
	json_w_member_id(w, "status_id", filter->status_ids.ids[at]);
	json_w_object_end(w);
}

void filter_contexts_w(struct json_writer *w, const struct filter *filter)
{
	json_w_key(w, "context");
	json_w_array(w);
	for (unsigned i = 0; i < FILTER_CONTEXTS; i++)
		if (filter->contexts >> i & 1)
			json_w_cstr(w, filter_context_name((uint8_t)i));
	json_w_array_end(w);
}

void filter_entity_w(struct json_writer *w, const struct filter *filter, bool whole)
{
	json_w_object(w);
	json_w_member_id(w, "id", filter->id);
	json_w_member_str(w, "title", filter->title);
	filter_contexts_w(w, filter);
	json_w_member_date(w, "expires_at", filter->ends_ms);
	json_w_member_cstr(w, "filter_action", filter_action_name(filter->action));
	if (whole) {
		json_w_key(w, "keywords");
		json_w_array(w);
		for (size_t i = 0; i < filter->keywords.count; i++)
			filter_keyword_w(w, filter, i);
		json_w_array_end(w);
		json_w_key(w, "statuses");
		json_w_array(w);
		for (size_t i = 0; i < filter->status_ids.count; i++)
			filter_status_w(w, filter, i);
		json_w_array_end(w);
	}
	json_w_object_end(w);
}
