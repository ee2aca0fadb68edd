/*
 * Notices in groups: likes and boosts of one post, and new followers, of one page of twelve hours. A group follows from
 * its notices alone (kind, post, time of the id), so its key never changes and nothing of it is stored.
 */
#ifndef STORAGE_NOTICE_GROUPS_H
#define STORAGE_NOTICE_GROUPS_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

enum { NOTICE_GROUP_HOURS = 12, NOTICE_GROUP_MAX = 1000, NOTICE_GROUP_SAMPLES = 8 };

struct notice_group {
	uint8_t kind;
	uint64_t post_id;
	uint64_t page;       /* of twelve hours, since 1970 */
	uint64_t alone_id;   /* a notice that is in no group; then the two above do not count */
	struct notice newest, oldest;  /* of those on the page of the list */
	size_t count;        /* in all, up to NOTICE_GROUP_MAX */
	uint64_t actor_ids[NOTICE_GROUP_SAMPLES];  /* of the newest */
	size_t actor_count;
};

/* Kinds that make groups, as a bit set. */
#define NOTICE_GROUPED_KINDS \
	(1u << NOTICE_FAVOURITE | 1u << NOTICE_REBLOG | 1u << NOTICE_FOLLOW | 1u << NOTICE_SIGN_UP)

/* "favourite-7-41000", "follow-41000", "ungrouped-9". `grouped`: kinds to be put into groups. */
struct str notice_group_key(struct arena *arena, const struct notice *notice, uint32_t grouped);
/* The group of a key, without notices. ERR_NOT_FOUND: no key of ours. */
int notice_group_parse(struct str key, struct notice_group *ret_group);
/* What is in it now, newest first, at most `max`; nothing that is held back. */
int notice_group_members(struct arena *arena, struct view *view, uint64_t account_id, const struct notice_group *group,
                         size_t max, struct notice **ret_notices, size_t *ret_count);
/* Fills in what the members say. ERR_NOT_FOUND: it is empty. */
int notice_group_fill(struct arena *arena, struct view *view, uint64_t account_id, struct notice_group *group);
/* As notices_page(), in groups; the newest first by their newest notice. *ret_more: others follow. What is counted and
 * sampled is that page's, until notice_groups_fill() looks at the whole groups. */
int notice_groups_page(struct arena *arena, struct view *view, uint64_t account_id, uint32_t kinds, uint32_t grouped,
                       uint64_t actor_id, const struct page *page, struct notice_group **ret_groups, size_t *ret_count,
                       bool *ret_more);
int notice_groups_fill(struct arena *arena, struct view *view, uint64_t account_id, struct notice_group *groups,
                       size_t count);

#endif
