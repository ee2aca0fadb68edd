/*
 * Pages of ids out of an index whose keys are (prefix, id).
 */
#ifndef STORAGE_IDS_H
#define STORAGE_IDS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* The ids of keys (prefix, id) with id above `after` (0: from the first), ascending, at most `max`, of those items
 * that `takes` accepts (NULL: all). */
int ids_page(struct arena *arena, struct view *view, unsigned space, uint64_t prefix, uint64_t after, size_t max,
             bool (*takes)(const struct engine_item *item), struct id_list *ret_ids);
/* Does the list hold `id`? Looks at each: for short lists. */
bool ids_have(const struct id_list *list, uint64_t id);

#endif
