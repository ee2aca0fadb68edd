/*
 * What the rooms of the check of the store (storage/check.c) share: the item that is looked at, and how a finding is
 * reported. For those rooms alone. One thread.
 */
#ifndef STORAGE_CHECK_H
#define STORAGE_CHECK_H

#include "storage/base/str.h"
#include "storage/engine/store.h"

struct arena;

struct check {
	struct view *view;
	struct arena *arena;  /* reset for each item */
	void (*report)(void *context, const char *sentence);
	void *context;
	uint64_t findings;
	unsigned space;       /* of the item that is looked at */
	struct str key, value;
	const void *record;   /* decoded, or &value */
};

__attribute__((format(printf, 2, 3))) void check_find(struct check *check, const char *format, ...);
bool check_has(struct check *check, unsigned space, uint64_t id);
/* How many keys begin with `id`, of those that `counts` accepts (NULL: all). */
uint64_t check_count_below(struct check *check, unsigned space, uint64_t id,
                           bool (*counts)(struct check *check, const struct engine_item *item));
void check_compare_count(struct check *check, const char *what, uint64_t stored, uint64_t found);

/* What neither the table of check.c nor storage/index.h can say, of one item each. */
/* check_people.c */
void check_follower_digest(struct check *check);
void check_follow(struct check *check);
void check_account(struct check *check);
void check_list_member(struct check *check);
void check_import(struct check *check);
void check_import_text(struct check *check);
void check_token(struct check *check);
void check_audit(struct check *check);
/* check_posts.c */
void check_post(struct check *check);
void check_post_stats(struct check *check);
void check_favourite(struct check *check);
void check_bookmark(struct check *check);
void check_emoji_reaction(struct check *check);
void check_poll(struct check *check);
void check_vote(struct check *check);
void check_notice(struct check *check);
void check_tag(struct check *check);
void check_made(struct check *check);
void check_conversation(struct check *check);
void check_conversation_post(struct check *check);
/* check_media.c */
void check_media(struct check *check);
void check_media_text(struct check *check);
void check_media_used(struct check *check);
void check_emoji(struct check *check);

#endif
