/*
 * Dimensions: posts are walked as for the measures, and what they have in common is counted by its name. Reads only. Any
 * thread.
 */
#include "storage/dimensions.h"

#include <stdlib.h>

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/page.h"
#include "storage/posts.h"
#include "storage/tokens.h"

enum { PARTS_MAX = 2000, BATCH = 64, SECOND = 8 };

/* Names and how often each came. */
struct counts {
	struct arena *arena, *scratch;
	struct dimension_part *parts;
	size_t count, last;
	bool partial;
};

static void count_one(struct counts *counts, struct str key, uint64_t value)
{
	size_t i = counts->last;

	if (i >= counts->count || !str_eq(counts->parts[i].key, key))
		for (i = 0; i < counts->count && !str_eq(counts->parts[i].key, key);)
			i++;
	if (i == PARTS_MAX) {
		counts->partial = true;
		return;
	}
	if (i == counts->count)
		counts->parts[counts->count++] = (struct dimension_part){ .key = arena_str(counts->arena, key) };
	counts->parts[i].value += value;
	counts->last = i;
}

/* --- which posts ------------------------------------------------------------------------------------------------ */

static void mark_post(struct marks *marks, uint64_t account_id, uint64_t post_id, uint8_t flags)
{
	(void)account_id;
	if (!(flags & POST_FLAG_BOOST))
		marks_add(marks, id_to_ms(post_id), post_id, 1);
}

static int posts_of_ours(struct marks *marks, struct str subject)
{
	struct prefix_walk walk;
	struct engine_item item;
	int r;

	(void)subject;
	prefix_walk_init(&walk, marks->view, SPACE_USER, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK && marks_look(marks)) {
		int walked = marks_each_post(marks, key_read_u64(item.key, 0), mark_post);

		if (walked != OK)
			return walked;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

static int posts_of_domain(struct marks *marks, struct str domain)
{
	struct id_list ids;
	int r = marks_of_domain(marks, domain, &ids);

	for (size_t i = 0; r == OK && i < ids.count; i++)
		r = marks_each_post(marks, ids.ids[i], mark_post);
	return r;
}

/* Marks the posts, or their authors, of the keys (prefix, post id) of the span. */
static int posts_in(struct marks *marks, unsigned space, struct str prefix, bool by_author)
{
	struct arena *scratch = arena_new();
	struct page page = {
		.since_id = marks->span->from_ms > 0 ? id_of_ms(marks->span->from_ms) - 1 : 0,
		.max_id = id_of_ms(marks->span->from_ms + (int64_t)marks->span->days * DAY_MS),
	};
	const struct page_item *item;
	struct page_walk walk;
	int r;

	page_walk_init(&walk, scratch, marks->view, space, prefix, &page, BATCH);
	while ((r = page_peek(&walk, &item)) == OK && item && marks_look(marks)) {
		struct post post;

		if (!by_author)
			marks_add(marks, id_to_ms(item->id), item->id, 1);
		else if (posts_brief(marks->view, item->id, &post) == OK)
			marks_add(marks, id_to_ms(item->id), post.account_id, 1);
		page_step(&walk);
	}
	arena_free(scratch);
	return r;
}

static int posts_of_tag(struct marks *marks, struct str tag)
{
	struct key key;

	return posts_in(marks, SPACE_TAGGED, key_hash(&key, tag), false);
}

static int authors(struct marks *marks, struct str subject)
{
	(void)subject;
	return posts_in(marks, SPACE_POST, STR_NONE, true);
}

static int accounts_of(struct marks *marks, struct str domain)
{
	struct id_list ids;
	int r = marks_of_domain(marks, domain, &ids);

	marks->whole = true;
	for (size_t i = 0; r == OK && i < ids.count; i++)
		marks_add(marks, 0, ids.ids[i], 0);
	return r;
}

/* --- what they have in common ----------------------------------------------------------------------------------- */

static void by_language(struct counts *counts, struct view *view, const struct mark *mark)
{
	struct post post;

	if (posts_get(counts->scratch, view, mark->who, &post) == OK && post.language.n)
		count_one(counts, post.language, mark->weight);
}

static void by_app(struct counts *counts, struct view *view, const struct mark *mark)
{
	struct app app = { 0 };
	struct post post;

	if (posts_get(counts->scratch, view, mark->who, &post) != OK)
		return;
	if (post.app_id && apps_get(counts->scratch, view, post.app_id, &app) != OK)
		return;
	count_one(counts, app.name, mark->weight);
}

static void by_host(struct counts *counts, struct view *view, const struct mark *mark)
{
	struct account account;

	if (accounts_get(counts->scratch, view, mark->who, &account) == OK)
		count_one(counts, account.host, mark->weight);
}

/* How many people of ours follow it. */
static void by_followers(struct counts *counts, struct view *view, const struct mark *mark)
{
	enum { FOLLOWERS_MAX = 10000 };
	struct account account;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	uint64_t followers = 0;

	if (accounts_get(counts->scratch, view, mark->who, &account) != OK)
		return;
	prefix_walk_init(&walk, view, SPACE_FOLLOWER, key_u64(&key, mark->who), false);
	for (int n = 0; n < FOLLOWERS_MAX && prefix_next(&walk, &item) == OK; n++) {
		struct key user;

		followers += item.value.n && item.value.p[0] == FOLLOW_ACCEPTED &&
		             view_has(view, SPACE_USER, key_u64(&user, key_read_u64(item.key, SECOND)));
	}
	if (followers)
		count_one(counts, account.username, followers);
}

static const struct {
	int (*mark)(struct marks *marks, struct str subject);
	void (*count)(struct counts *counts, struct view *view, const struct mark *mark);
} dimensions[] = {
	[DIMENSION_LANGUAGES] = { posts_of_ours, by_language },
	[DIMENSION_SOURCES] = { posts_of_ours, by_app },
	[DIMENSION_SERVERS] = { authors, by_host },
	[DIMENSION_TAG_SERVERS] = { marks_of_tag, by_host },
	[DIMENSION_TAG_LANGUAGES] = { posts_of_tag, by_language },
	[DIMENSION_INSTANCE_ACCOUNTS] = { accounts_of, by_followers },
	[DIMENSION_INSTANCE_LANGUAGES] = { posts_of_domain, by_language },
};

static int by_who(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;

	return (left->who > right->who) - (left->who < right->who);
}

/* The marks of one thing become one with their weights. */
static void join(struct marks *marks)
{
	size_t n = 0;

	if (marks->count)
		qsort(marks->marks, marks->count, sizeof(*marks->marks), by_who);
	for (size_t i = 0; i < marks->count; i++) {
		if (n > 0 && marks->marks[n - 1].who == marks->marks[i].who)
			marks->marks[n - 1].weight += marks->marks[i].weight;
		else
			marks->marks[n++] = marks->marks[i];
	}
	marks->count = n;
}

static int most_first(const void *a, const void *b)
{
	const struct dimension_part *left = a, *right = b;

	if (left->value != right->value)
		return left->value > right->value ? -1 : 1;
	return str_cmp(left->key, right->key);
}

int dimensions_count(struct arena *arena, struct view *view, enum dimension dimension, struct str subject,
                     const struct span *span, size_t limit, struct dimension_parts *ret_parts)
{
	struct arena *scratch = arena_new(), *of_one = arena_new();
	struct counts counts = { .arena = arena, .scratch = of_one };
	struct marks marks;
	int r;

	counts.parts = ARENA_ARRAY(arena, struct dimension_part, PARTS_MAX);
	marks_init(&marks, scratch, view, span);
	r = dimensions[dimension].mark(&marks, subject);
	join(&marks);
	for (size_t i = 0; r == OK && i < marks.count; i++) {
		arena_reset(of_one);
		dimensions[dimension].count(&counts, view, &marks.marks[i]);
	}
	if (counts.count)
		qsort(counts.parts, counts.count, sizeof(*counts.parts), most_first);
	*ret_parts = (struct dimension_parts){
		counts.parts, counts.count < limit ? counts.count : limit, marks.partial || counts.partial,
	};
	arena_free(of_one);
	arena_free(scratch);
	return r;
}
