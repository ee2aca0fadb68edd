/*
 * Finding people: the directory of those who want to be found, and whom somebody might want to follow, with the
 * reasons. Nobody is shown who did not say so (account->discoverable), nor whom the viewer does not want to meet.
 */
#ifndef STORAGE_PEOPLE_H
#define STORAGE_PEOPLE_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* By last post, or the newest accounts first; ours alone or all that are known. Looks at the newest 5,000 accounts. */
int people_directory(struct arena *arena, struct view *view, uint64_t viewer_id, bool local, bool by_activity,
                     size_t offset, size_t limit, struct id_list *ret_ids);

enum { SUGGESTION_REASONS_MAX = 5 };

struct suggestion {
	uint64_t account_id;
	struct id_list friends;       /* whom one follows who follow it; the first SUGGESTION_REASONS_MAX */
	size_t friend_count;
	struct str_list fields;       /* name, value, … that both profiles have */
};
/* Those with most reasons first. Looks at 200 followed accounts, at 200 of whom each follows, and at 1,000 of ours. Who
 * hides his follows is no reason. */
int people_suggest(struct arena *arena, struct view *view, uint64_t viewer_id, size_t limit,
                   struct suggestion **ret_suggestions, size_t *ret_count);
/* Whom the viewer follows who follow `account_id`, the first `max`; without those who hide their follows. */
int people_familiar(struct arena *arena, struct view *view, uint64_t viewer_id, uint64_t account_id, size_t max,
                    struct id_list *ret_ids);

#endif
