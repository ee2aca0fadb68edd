/*
 * Filters of what one reads. Reads: any thread; puts: the writer.
 */
#include "storage/filters.h"

#include <utf8proc.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { FILTER_ID = 8 };

int filters_get(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t id, struct filter *ret_filter)
{
	struct key key;

	return record_get(arena, view, SPACE_FILTER, key_u64_u64(&key, owner_id, id), &filter_type, ret_filter);
}

int filters_of(struct arena *arena, struct view *view, uint64_t owner_id, struct filter **ret_filters,
               size_t *ret_count)
{
	struct filter *filters = NULL;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_FILTER, key_u64(&key, owner_id), false);
	while (n < FILTERS_MAX && (r = prefix_next(&walk, &item)) == OK) {
		if (!filters)
			filters = ARENA_ARRAY(arena, struct filter, FILTERS_MAX);
		r = codec_decode(arena, &filter_type, item.value, &filters[n++]);
		if (r != OK)
			return r;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_filters = filters;
	*ret_count = n;
	return OK;
}

static size_t place_of(const struct id_list *ids, uint64_t id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (ids->ids[i] == id)
			return i;
	return SIZE_MAX;
}

static const struct id_list *keyword_ids(const struct filter *filter)
{
	return &filter->keyword_ids;
}

static const struct id_list *entry_ids(const struct filter *filter)
{
	return &filter->entry_ids;
}

static int find_by(struct arena *arena, struct view *view, uint64_t owner_id,
                   const struct id_list *(*ids_of)(const struct filter *filter), uint64_t id,
                   struct filter *ret_filter, size_t *ret_at)
{
	struct filter *filters;
	size_t count;
	int r = filters_of(arena, view, owner_id, &filters, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		*ret_at = place_of(ids_of(&filters[i]), id);
		if (*ret_at != SIZE_MAX) {
			*ret_filter = filters[i];
			return OK;
		}
	}
	return r != OK ? r : ERR_NOT_FOUND;
}

int filters_by_keyword(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t keyword_id,
                       struct filter *ret_filter, size_t *ret_at)
{
	return find_by(arena, view, owner_id, keyword_ids, keyword_id, ret_filter, ret_at);
}

int filters_by_status(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t entry_id,
                      struct filter *ret_filter, size_t *ret_at)
{
	return find_by(arena, view, owner_id, entry_ids, entry_id, ret_filter, ret_at);
}

/* Would the person have too much with `filter` as it is? */
static int check_room(struct arena *arena, struct view *view, const struct filter *filter)
{
	size_t keywords = filter->keywords.count, statuses = filter->status_ids.count, others = 0;
	struct filter *filters;
	size_t count;
	int r = filters_of(arena, view, filter->account_id, &filters, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		if (filters[i].id == filter->id)
			continue;
		others++;
		keywords += filters[i].keywords.count;
		statuses += filters[i].status_ids.count;
	}
	if (r != OK)
		return r;
	return others < FILTERS_MAX && keywords <= FILTER_KEYWORDS_MAX && statuses <= FILTER_STATUSES_MAX ? OK : ERR_LIMIT;
}

int filters_put(struct arena *arena, struct txn *txn, struct filter *filter)
{
	struct key key;
	int r = check_room(arena, txn_view(txn), filter);

	if (r != OK)
		return r;
	if (filter->id == 0)
		filter->id = txn_new_id(txn);
	for (size_t i = 0; i < filter->keyword_ids.count; i++)
		if (filter->keyword_ids.ids[i] == 0)
			filter->keyword_ids.ids[i] = txn_new_id(txn);
	for (size_t i = 0; i < filter->entry_ids.count; i++)
		if (filter->entry_ids.ids[i] == 0)
			filter->entry_ids.ids[i] = txn_new_id(txn);
	txn_emit(txn, EVENT_FILTERS, filter->id, filter->account_id);
	return record_put(txn, SPACE_FILTER, key_u64_u64(&key, filter->account_id, filter->id), &filter_type, filter);
}

int filters_delete(struct txn *txn, uint64_t owner_id, uint64_t id)
{
	struct key key;

	if (!view_has(txn_view(txn), SPACE_FILTER, key_u64_u64(&key, owner_id, id)))
		return ERR_NOT_FOUND;
	txn_emit(txn, EVENT_FILTERS, id, owner_id);
	return txn_del(txn, SPACE_FILTER, key_u64_u64(&key, owner_id, id));
}

int filters_purge(struct txn *txn, uint64_t owner_id, size_t max, bool *ret_more)
{
	struct key key;

	return record_del_some(txn, SPACE_FILTER, key_u64(&key, owner_id), max, ret_more);
}

/* --- in memory -------------------------------------------------------------------------------------------------- */

static void add_id(struct arena *arena, struct id_list *list, uint64_t id)
{
	uint64_t *ids = ARENA_ARRAY(arena, uint64_t, list->count + 1);

	for (size_t i = 0; i < list->count; i++)
		ids[i] = list->ids[i];
	ids[list->count] = id;
	*list = (struct id_list){ ids, list->count + 1 };
}

static void remove_id(struct id_list *list, size_t at)
{
	for (size_t i = at + 1; i < list->count; i++)
		list->ids[i - 1] = list->ids[i];
	list->count--;
}

void filter_add_keyword(struct arena *arena, struct filter *filter, struct str keyword, bool whole_word)
{
	size_t count = filter->keywords.count;
	struct str *keywords = ARENA_ARRAY(arena, struct str, count + 1);

	for (size_t i = 0; i < count; i++)
		keywords[i] = filter->keywords.items[i];
	keywords[count] = keyword;
	filter->keywords = (struct str_list){ keywords, count + 1 };
	add_id(arena, &filter->keyword_ids, 0);
	add_id(arena, &filter->whole_words, whole_word);
}

void filter_remove_keyword(struct filter *filter, size_t at)
{
	for (size_t i = at + 1; i < filter->keywords.count; i++)
		filter->keywords.items[i - 1] = filter->keywords.items[i];
	filter->keywords.count--;
	remove_id(&filter->keyword_ids, at);
	remove_id(&filter->whole_words, at);
}

void filter_add_status(struct arena *arena, struct filter *filter, uint64_t post_id)
{
	add_id(arena, &filter->entry_ids, 0);
	add_id(arena, &filter->status_ids, post_id);
}

void filter_remove_status(struct filter *filter, size_t at)
{
	remove_id(&filter->entry_ids, at);
	remove_id(&filter->status_ids, at);
}

/* --- what it finds ---------------------------------------------------------------------------------------------- */

bool filter_ended(const struct filter *filter, int64_t now_ms)
{
	return filter->ends_ms != 0 && filter->ends_ms <= now_ms;
}

static bool is_word_point(uint32_t point)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)point);

	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

static bool starts_in_word(struct str text)
{
	size_t next = 0;

	return text.n && is_word_point(utf8_next(text, &next));
}

static bool ends_in_word(struct str text)
{
	size_t at = text.n, next;

	while (at > 0 && ((unsigned char)text.p[at - 1] & 0xC0) == 0x80)
		at--;
	next = at ? at - 1 : 0;
	return text.n && is_word_point(utf8_next(text, &next));
}

/* Behind the word that goes on at `at`. */
static size_t word_end(struct str text, size_t at)
{
	size_t next = at;

	while (at < text.n && is_word_point(utf8_next(text, &next)))
		at = next;
	return at;
}

bool filter_finds(struct str folded_text, struct str folded_keyword, bool whole_word)
{
	bool first = starts_in_word(folded_keyword), last = ends_in_word(folded_keyword);
	size_t from = 0, at;

	if (!folded_keyword.n)
		return false;
	while ((at = str_find(str_sub(folded_text, from, SIZE_MAX), folded_keyword)) != SIZE_MAX) {
		struct str before = str_sub(folded_text, 0, from + at);
		struct str behind = str_sub(folded_text, from + at + folded_keyword.n, SIZE_MAX);

		/* a word ends only where one began: a keyword that is a sign stands anywhere */
		if (!whole_word || (!(first && ends_in_word(before)) && !(last && starts_in_word(behind))))
			return true;
		/* no other word begins within the one that begins here: a text that is one long word is read once */
		from = first ? word_end(folded_text, from + at) : from + at + 1;
	}
	return false;
}
