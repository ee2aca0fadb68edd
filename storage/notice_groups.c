/*
 * Notices in groups. Any thread.
 */
#include "storage/notice_groups.h"

#include <string.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/notices.h"

enum { CHUNK = 100, CHUNKS_MAX = 40, NOTICE_ID = 16 };

static const int64_t GROUP_MS = NOTICE_GROUP_HOURS * (int64_t)HOUR_MS;

static uint64_t page_of(uint64_t id)
{
	return (uint64_t)(id_to_ms(id) / GROUP_MS);
}

static struct notice_group group_of(const struct notice *notice, uint32_t grouped)
{
	struct notice_group group = {
		.kind = notice->kind, .post_id = notice->post_id, .page = page_of(notice->id), .newest = *notice,
		.oldest = *notice, .count = 1, .actor_ids = { notice->actor_id }, .actor_count = 1,
	};

	if (!(grouped & NOTICE_GROUPED_KINDS & 1u << notice->kind))
		group.alone_id = notice->id;
	return group;
}

static bool is_same(const struct notice_group *a, const struct notice_group *b)
{
	return !a->alone_id && !b->alone_id && a->kind == b->kind && a->post_id == b->post_id && a->page == b->page;
}

struct str notice_group_key(struct arena *arena, const struct notice *notice, uint32_t grouped)
{
	struct notice_group group = group_of(notice, grouped);
	const char *kind = notice_kind_name(notice->kind);
	unsigned long long page = group.page;

	if (group.alone_id)
		return arena_printf(arena, "ungrouped-%llu", (unsigned long long)group.alone_id);
	if (!group.post_id)
		return arena_printf(arena, "%s-%llu", kind, page);
	return arena_printf(arena, "%s-%llu-%llu", kind, (unsigned long long)group.post_id, page);
}

int notice_group_parse(struct str key, struct notice_group *ret_group)
{
	struct str kind = str_cut(&key, '-');
	struct notice_group group = { 0 };

	if (str_eq(kind, STR("ungrouped"))) {
		if (!str_to_u64(key, &group.alone_id) || !group.alone_id)
			return ERR_NOT_FOUND;
		*ret_group = group;
		return OK;
	}
	group.kind = notice_kind_parse(kind);
	if (!group.kind || !(NOTICE_GROUPED_KINDS & 1u << group.kind))
		return ERR_NOT_FOUND;
	if (group.kind != NOTICE_FOLLOW && group.kind != NOTICE_SIGN_UP && (!str_to_u64(str_cut(&key, '-'), &group.post_id) || !group.post_id))
		return ERR_NOT_FOUND;
	/* a page whose times do not fit into ids is none */
	if (!str_to_u64(key, &group.page) || group.page > page_of(UINT64_MAX >> 1))
		return ERR_NOT_FOUND;
	*ret_group = group;
	return OK;
}

static bool takes(struct view *view, const struct notice_group *group, const struct notice *notice)
{
	struct notice_group of = group_of(notice, NOTICE_GROUPED_KINDS);

	return is_same(&of, group) && !notice->filtered && notices_hold(view, notice);
}

/* Of a post: few are about it. */
static int post_members(struct view *view, uint64_t account_id, const struct notice_group *group, size_t max,
                        struct notice *notices, size_t *ret_count)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_NOTICE_ABOUT, key_u64_u64(&key, group->post_id, account_id), true);
	while (n < max && (r = prefix_next(&walk, &item)) == OK) {
		uint64_t id = key_read_u64(item.key, NOTICE_ID);

		if (page_of(id) < group->page)
			break;
		r = notices_get(NULL, view, account_id, id, &notices[n]);
		if (r != OK)
			return r;
		n += takes(view, group, &notices[n]);
	}
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}

/* Of followers, and of who signed up: those among all notices of the page. */
static int follow_members(struct arena *arena, struct view *view, uint64_t account_id, const struct notice_group *group,
                          size_t max, struct notice *notices, size_t *ret_count)
{
	struct page page = {
		.since_id = id_of_ms((int64_t)group->page * GROUP_MS), .max_id = id_of_ms((int64_t)(group->page + 1) * GROUP_MS),
		.limit = CHUNK,
	};
	size_t n = 0, count = CHUNK;

	page.since_id -= page.since_id ? 1 : 0;
	for (unsigned chunk = 0; chunk < CHUNKS_MAX && count == CHUNK && n < max; chunk++) {
		struct notice *some;
		int r = notices_page(arena, view, account_id, 1u << group->kind, 0, &page, &some, &count);

		if (r != OK)
			return r;
		for (size_t i = 0; i < count && n < max; i++) {
			page.max_id = some[i].id;
			notices[n] = some[i];
			n += takes(view, group, &some[i]);
		}
	}
	*ret_count = n;
	return OK;
}

int notice_group_members(struct arena *arena, struct view *view, uint64_t account_id, const struct notice_group *group,
                         size_t max, struct notice **ret_notices, size_t *ret_count)
{
	struct notice *notices = ARENA_ARRAY(arena, struct notice, group->alone_id ? 1 : max);
	int r;

	*ret_notices = notices;
	if (group->alone_id) {
		r = notices_get(NULL, view, account_id, group->alone_id, notices);
		*ret_count = r == OK && !notices->filtered && notices_hold(view, notices);
		return r == ERR_NOT_FOUND ? OK : r;
	}
	if (group->post_id)
		return post_members(view, account_id, group, max, notices, ret_count);
	return follow_members(arena, view, account_id, group, max, notices, ret_count);
}

/* The newest of the group, whatever page of the list it is shown on. */
static void sample(struct notice_group *group, const struct notice *notices, size_t count)
{
	group->count = count;
	group->actor_count = 0;
	for (size_t i = 0; i < count && group->actor_count < NOTICE_GROUP_SAMPLES; i++)
		group->actor_ids[group->actor_count++] = notices[i].actor_id;
}

int notice_group_fill(struct arena *arena, struct view *view, uint64_t account_id, struct notice_group *group)
{
	struct notice *notices;
	size_t count = 0;
	int r = notice_group_members(arena, view, account_id, group, NOTICE_GROUP_MAX, &notices, &count);

	if (r != OK || !count)
		return r != OK ? r : ERR_NOT_FOUND;
	group->kind = notices[0].kind;
	group->post_id = notices[0].post_id;
	group->newest = notices[0];
	group->oldest = notices[count - 1];
	sample(group, notices, count);
	return OK;
}

/* Puts a notice into its group; false: it would be one group too many. */
static bool add(struct notice_group *groups, size_t limit, size_t *count, const struct notice *notice, uint32_t grouped)
{
	struct notice_group of = group_of(notice, grouped);

	for (size_t i = 0; i < *count; i++) {
		if (!is_same(&groups[i], &of))
			continue;
		if (notice->id > groups[i].newest.id)
			groups[i].newest = *notice;
		if (notice->id < groups[i].oldest.id)
			groups[i].oldest = *notice;
		return true;
	}
	if (*count == limit)
		return false;
	groups[(*count)++] = of;
	return true;
}

static void sort(struct notice_group *groups, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct notice_group group = groups[i];
		size_t at = i;

		for (; at > 0 && groups[at - 1].newest.id < group.newest.id; at--)
			groups[at] = groups[at - 1];
		groups[at] = group;
	}
}

int notice_groups_fill(struct arena *arena, struct view *view, uint64_t account_id, struct notice_group *groups,
                       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct notice *notices;
		size_t members = 0;
		int r;

		if (groups[i].alone_id)
			continue;
		r = notice_group_members(arena, view, account_id, &groups[i], NOTICE_GROUP_MAX, &notices, &members);
		if (r != OK)
			return r;
		if (members)
			sample(&groups[i], notices, members);
	}
	return OK;
}

int notice_groups_page(struct arena *arena, struct view *view, uint64_t account_id, uint32_t kinds, uint32_t grouped,
                       uint64_t actor_id, const struct page *page, struct notice_group **ret_groups, size_t *ret_count,
                       bool *ret_more)
{
	struct notice_group *groups = ARENA_ARRAY(arena, struct notice_group, page->limit);
	struct page chunk = *page;
	bool upward = page_upward(page), full = false;
	size_t n = 0, count = CHUNK;

	chunk.limit = CHUNK;
	for (unsigned chunks = 0; chunks < CHUNKS_MAX && count == CHUNK && !full; chunks++) {
		struct notice *some;
		int r = notices_page(arena, view, account_id, kinds, actor_id, &chunk, &some, &count);

		if (r != OK)
			return r;
		for (size_t i = 0; i < count && !full; i++) {
			const struct notice *notice = &some[upward ? count - 1 - i : i];

			full = !add(groups, page->limit, &n, notice, grouped);
			if (upward)
				chunk.min_id = notice->id;
			else
				chunk.max_id = notice->id;
		}
	}
	sort(groups, n);
	*ret_groups = groups;
	*ret_count = n;
	*ret_more = full || count == CHUNK;
	return OK;
}
