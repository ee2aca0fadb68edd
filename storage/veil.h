/*
 * Accounts whose pictures and films are shown behind a warning, whatever they say themselves: rules of a kind of their
 * own (storage/rules.h). Any thread.
 */
#ifndef STORAGE_VEIL_H
#define STORAGE_VEIL_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Is anybody's? A node without such rules pays one look at a count. */
bool veil_any(struct view *view);
/* Does a rule stand against the account, by its address or, of another node, its handle? */
bool veil_covers(struct arena *arena, struct view *view, const struct account *account);

#endif
