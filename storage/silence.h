/*
 * Accounts that reach only those who follow them, by the operator's rules (storage/rules.h): they stand in no public
 * timeline, search or thread of others and give others no notice. Their own pages stay, for whoever looks there.
 */
#ifndef STORAGE_SILENCE_H
#define STORAGE_SILENCE_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Does a rule stand against the account, its handle's domain or that of its address? One of ours is known by its
 * address alone. */
bool silence_covers(struct arena *arena, struct view *view, const struct account *account);
/* The same by id; costs nothing where nobody is silenced. */
bool silence_covers_id(struct arena *arena, struct view *view, uint64_t account_id);
/* Is it kept from this viewer, who does not follow it? A node without such rules pays one look at a count. */
bool silence_hides(struct view *view, uint64_t account_id, uint64_t viewer_id);
/* A post or boost of one, or a boost of one's post. posts_brief() is enough. */
bool silence_hides_post(struct view *view, const struct post *post, uint64_t viewer_id);

#endif
