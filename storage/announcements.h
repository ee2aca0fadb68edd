/*
 * Announcements: what those who run the node say to all its people, who read it, and how they reacted.
 */
#ifndef STORAGE_ANNOUNCEMENTS_H
#define STORAGE_ANNOUNCEMENTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { ANNOUNCEMENTS_MAX = 100, ANNOUNCEMENT_CHARACTERS_MAX = 5000, ANNOUNCEMENT_EMOJIS_MAX = 8 };

int announcements_get(struct arena *arena, struct view *view, uint64_t id, struct announcement *ret_announcement);
/* Takes a new id. Emits EVENT_ANNOUNCEMENT. ERR_LIMIT: there are ANNOUNCEMENTS_MAX. */
int announcements_add(struct txn *txn, struct announcement *announcement);
/* With who read it and the reactions. Emits EVENT_ANNOUNCEMENT_GONE. ERR_NOT_FOUND. */
int announcements_remove(struct txn *txn, uint64_t id);
/* All of them, the newest first. */
int announcements_list(struct arena *arena, struct view *view, struct announcement **ret_list, size_t *ret_count);
bool announcement_ended(const struct announcement *announcement, int64_t now_ms);

bool announcements_has_read(struct view *view, uint64_t id, uint64_t account_id);
int announcements_mark_read(struct txn *txn, uint64_t id, uint64_t account_id);

struct announcement_reaction {
	struct str emoji;
	size_t count;
	bool mine;
};

/* The kinds of reactions, with how many gave each and whether `viewer_id` did; at most ANNOUNCEMENT_EMOJIS_MAX. */
int announcements_reactions(struct arena *arena, struct view *view, uint64_t id, uint64_t viewer_id,
                            struct announcement_reaction **ret_reactions, size_t *ret_count);
/* Both emit EVENT_ANNOUNCEMENT_REACTION. Twice is no error. ERR_NOT_FOUND: no such announcement. ERR_LIMIT: too many kinds. */
int announcements_react(struct arena *arena, struct txn *txn, uint64_t id, uint64_t account_id, struct str emoji);
/* Absent is OK. */
int announcements_unreact(struct txn *txn, uint64_t id, uint64_t account_id, struct str emoji);

/* What was kept before emojis that differ in how they are drawn alone were one (emoji_same()). */
int announcements_migrate(struct txn *txn);
/* What an account that ends read and gave; at once. */
int announcements_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
