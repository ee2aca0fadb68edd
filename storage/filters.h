/*
 * Filters: words and posts that a person of ours does not want to meet, or only behind a warning. Nobody else knows.
 *
 * A filter holds its words and posts in its own record, since they are always read together. Who has none costs one
 * seek. What a post says as text is told by the caller: here it is compared, folded as names are (accounts_fold()).
 */
#ifndef STORAGE_FILTERS_H
#define STORAGE_FILTERS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Of one person, over all filters. */
enum { FILTERS_MAX = 100, FILTER_KEYWORDS_MAX = 500, FILTER_STATUSES_MAX = 500 };
/* Characters of one. */
enum { FILTER_TITLE_MAX = 256, FILTER_KEYWORD_MAX = 200 };

/* ERR_NOT_FOUND: also when it is another's. */
int filters_get(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t id, struct filter *ret_filter);
/* All of a person's, the oldest first. */
int filters_of(struct arena *arena, struct view *view, uint64_t owner_id, struct filter **ret_filters,
               size_t *ret_count);
/* The one that holds a keyword, or a status entry, with this id, and where in it. ERR_NOT_FOUND. */
int filters_by_keyword(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t keyword_id,
                       struct filter *ret_filter, size_t *ret_at);
int filters_by_status(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t entry_id,
                      struct filter *ret_filter, size_t *ret_at);

/* Inserts (id 0) or replaces; what has the id 0 in it is given one. Emits EVENT_FILTERS. ERR_LIMIT: more filters,
 * keywords or statuses than one person may have. */
int filters_put(struct arena *arena, struct txn *txn, struct filter *filter);
/* ERR_NOT_FOUND. Emits EVENT_FILTERS. */
int filters_delete(struct txn *txn, uint64_t owner_id, uint64_t id);
/* Removes up to `max` of an account that ends; *ret_more: there may be others. */
int filters_purge(struct txn *txn, uint64_t owner_id, size_t max, bool *ret_more);

/* Changes of a filter in memory; filters_put() keeps them. */
void filter_add_keyword(struct arena *arena, struct filter *filter, struct str keyword, bool whole_word);
void filter_remove_keyword(struct filter *filter, size_t at);
void filter_add_status(struct arena *arena, struct filter *filter, uint64_t post_id);
void filter_remove_status(struct filter *filter, size_t at);

bool filter_ended(const struct filter *filter, int64_t now_ms);
/* Is the folded keyword in the folded text? `whole_word`: not as a part of a word. */
bool filter_finds(struct str folded_text, struct str folded_keyword, bool whole_word);

#endif
