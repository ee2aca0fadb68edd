/*
 * Trends: walks over the indexes of public posts and of tags from now back, sorted and counted in memory. Reads only.
 * Any thread.
 */
#include "storage/trends.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/page.h"
#include "storage/posts.h"
#include "storage/shuns.h"
#include "storage/silence.h"
#include "storage/timelines.h"

enum {
	USES_MAX = 1000,      /* of a tag */
	POSTS_MAX = 1000,     /* of all */
	AUTHORED_MAX = 10000, /* of a tag, to find those of one author */
	OWN_POSTS_MAX = 200,
	BATCH = 64,
};

/* --- a tag by days ---------------------------------------------------------------------------------------------- */

/* Somebody's use of a tag on a day. */
struct use {
	uint64_t day, account_id;
};

static int by_day(const void *a, const void *b)
{
	const struct use *left = a, *right = b;

	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	return (left->account_id > right->account_id) - (left->account_id < right->account_id);
}

/* From the beginning of the first of the days on: ids tell the time. */
static struct page since(int64_t now_ms)
{
	int64_t today = now_ms / DAY_MS * DAY_MS;

	return (struct page){ .since_id = id_of_ms(today - (TREND_DAYS - 1) * (int64_t)DAY_MS) };
}

int trends_tag_use(struct view *view, struct str tag, int64_t now_ms, struct tag_use *ret_use)
{
	struct page page = since(now_ms);
	struct arena *scratch = arena_new();
	struct use *uses = ARENA_ARRAY(scratch, struct use, USES_MAX);
	struct tag_use counted = { 0 };
	const struct page_item *item;
	struct page_walk walk;
	struct key key;
	size_t n = 0;
	int r;

	page_walk_init(&walk, scratch, view, SPACE_TAGGED, key_hash(&key, tag), &page, BATCH);
	while ((r = page_peek(&walk, &item)) == OK && item && n < USES_MAX) {
		struct post post;

		for (uses[n].day = 0; uses[n].day < TREND_DAYS - 1; uses[n].day++)
			if (item->id >= id_of_ms((now_ms / DAY_MS - (int64_t)uses[n].day) * DAY_MS))
				break;
		if (posts_brief(view, item->id, &post) == OK)
			uses[n++].account_id = post.account_id;
		page_step(&walk);
	}
	qsort(uses, n, sizeof(*uses), by_day);
	for (size_t i = 0; i < n; i++) {
		counted.uses[uses[i].day]++;
		counted.accounts[uses[i].day] += i == 0 || by_day(&uses[i - 1], &uses[i]) != 0;
	}
	arena_free(scratch);
	if (r == OK)
		*ret_use = counted;
	return r;
}

/* --- tags and posts of the week --------------------------------------------------------------------------------- */

/* What is looked at, one post after another. `post` has no texts unless `whole`. */
struct survey {
	void (*look)(struct survey *survey, const struct post *post);
	struct arena *arena;
	struct view *view;
	bool whole;
};

static bool may_meet(struct view *view, struct beholder beholder, const struct post *post)
{
	return access_sees(view, beholder, post) && !silence_hides_post(view, post, beholder.account_id) &&
	       !shuns(view, beholder.account_id, post->account_id);
}

static int survey_public(struct survey *survey, struct beholder beholder, int64_t now_ms)
{
	struct arena *scratch = arena_new(), *of_post = arena_new();
	struct page page = since(now_ms);
	const struct page_item *item;
	struct page_walk walk;
	int r;

	page_walk_init(&walk, scratch, survey->view, SPACE_PUBLIC, STR_NONE, &page, BATCH);
	for (int n = 0; (r = page_peek(&walk, &item)) == OK && item && n < POSTS_MAX; n++, page_step(&walk)) {
		struct post post;

		arena_reset(of_post);
		if ((survey->whole ? posts_get(of_post, survey->view, item->id, &post)
		                   : posts_brief(survey->view, item->id, &post)) == OK &&
		    may_meet(survey->view, beholder, &post))
			survey->look(survey, &post);
	}
	arena_free(of_post);
	arena_free(scratch);
	return r;
}

/* Tags with who used them, then tags with their counts. */
struct tagging {
	struct str tag;
	uint64_t account_id;
};

struct tag_count {
	struct str tag;
	size_t accounts, uses;
};

struct tag_survey {
	struct survey survey;
	struct tagging *taggings;
	size_t count, room;
};

static void note_tags(struct survey *survey, const struct post *post)
{
	struct tag_survey *tags = (struct tag_survey *)survey;

	for (size_t i = 0; i < post->tags.count; i++) {
		if (tags->count == tags->room) {
			size_t room = tags->room ? 2 * tags->room : BATCH;

			tags->taggings = arena_grow(survey->arena, tags->taggings, tags->room * sizeof(*tags->taggings),
			                            room * sizeof(*tags->taggings));
			tags->room = room;
		}
		tags->taggings[tags->count++] =
			(struct tagging){ arena_str(survey->arena, post->tags.items[i]), post->account_id };
	}
}

static int by_tag(const void *a, const void *b)
{
	const struct tagging *left = a, *right = b;
	int order = str_cmp(left->tag, right->tag);

	return order ? order : (left->account_id > right->account_id) - (left->account_id < right->account_id);
}

static int most_first(const void *a, const void *b)
{
	const struct tag_count *left = a, *right = b;

	if (left->accounts != right->accounts)
		return left->accounts > right->accounts ? -1 : 1;
	if (left->uses != right->uses)
		return left->uses > right->uses ? -1 : 1;
	return str_cmp(left->tag, right->tag);
}

/* The tags of a survey, the most used first. */
static struct str_list rank_tags(struct tag_survey *tags, size_t offset, size_t limit)
{
	struct tag_count *counts = ARENA_ARRAY(tags->survey.arena, struct tag_count, tags->count);
	struct str_list ranked = { ARENA_ARRAY(tags->survey.arena, struct str, limit), 0 };
	size_t n = 0;

	if (tags->count)
		qsort(tags->taggings, tags->count, sizeof(*tags->taggings), by_tag);
	for (size_t i = 0; i < tags->count; i++) {
		const struct tagging *at = &tags->taggings[i];

		if (i == 0 || !str_eq(at[-1].tag, at->tag))
			counts[n++] = (struct tag_count){ .tag = at->tag };
		counts[n - 1].uses++;
		counts[n - 1].accounts += i == 0 || by_tag(&at[-1], at) != 0;
	}
	if (n)
		qsort(counts, n, sizeof(*counts), most_first);
	for (size_t i = offset; i < n && ranked.count < limit; i++)
		ranked.items[ranked.count++] = counts[i].tag;
	return ranked;
}

int trends_tags(struct arena *arena, struct view *view, struct beholder beholder, int64_t now_ms, size_t offset,
                size_t limit, struct str_list *ret_tags)
{
	struct tag_survey tags = { .survey = { note_tags, arena, view, true } };
	int r = survey_public(&tags.survey, beholder, now_ms);

	if (r == OK)
		*ret_tags = rank_tags(&tags, offset, limit);
	return r;
}

struct scored {
	uint64_t id, score;
};

struct score_survey {
	struct survey survey;
	struct scored scored[POSTS_MAX];
	size_t count;
};

static void note_score(struct survey *survey, const struct post *post)
{
	struct score_survey *scores = (struct score_survey *)survey;
	struct post_stats stats = { 0 };

	if (posts_stats_get(survey->view, post->id, &stats) != OK)
		return;
	scores->scored[scores->count] = (struct scored){
		post->id, stats.favourites + 2 * stats.reblogs + stats.replies + 2 * stats.quotes,
	};
	scores->count += scores->scored[scores->count].score > 0;
}

static int best_first(const void *a, const void *b)
{
	const struct scored *left = a, *right = b;

	if (left->score != right->score)
		return left->score > right->score ? -1 : 1;
	return (left->id < right->id) - (left->id > right->id);
}

int trends_posts(struct arena *arena, struct view *view, struct beholder beholder, int64_t now_ms, size_t offset,
                 size_t limit, struct post_page *ret_page)
{
	struct score_survey *scores = ARENA_NEW(arena, struct score_survey);
	struct post_page page = { .posts = ARENA_ARRAY(arena, struct post, limit) };
	int r;

	scores->survey = (struct survey){ note_score, arena, view, false };
	r = survey_public(&scores->survey, beholder, now_ms);
	qsort(scores->scored, scores->count, sizeof(*scores->scored), best_first);
	for (size_t i = offset; r == OK && i < scores->count && page.count < limit; i++)
		r = posts_get(arena, view, scores->scored[i].id, &page.posts[page.count++]);
	page.more = scores->count > offset + page.count;
	if (r == OK)
		*ret_page = page;
	return r;
}

/* --- of one account --------------------------------------------------------------------------------------------- */

int trends_tag_of(struct view *view, uint64_t account_id, struct str tag, uint64_t *ret_count, int64_t *ret_last_ms)
{
	struct arena *scratch = arena_new();
	const struct page all = { .limit = 0 };
	const struct page_item *item;
	struct page_walk walk;
	struct key key;
	uint64_t count = 0;
	int64_t last_ms = 0;
	int r;

	page_walk_init(&walk, scratch, view, SPACE_TAGGED, key_hash(&key, tag), &all, BATCH);
	for (int n = 0; (r = page_peek(&walk, &item)) == OK && item && n < AUTHORED_MAX; n++, page_step(&walk)) {
		struct post post;

		if (posts_brief(view, item->id, &post) != OK || post.account_id != account_id)
			continue;
		last_ms = count++ ? last_ms : post.created_ms;
	}
	arena_free(scratch);
	if (r == OK) {
		*ret_count = count;
		*ret_last_ms = last_ms;
	}
	return r;
}

int trends_tags_of(struct arena *arena, struct view *view, uint64_t account_id, size_t limit,
                   struct str_list *ret_tags)
{
	struct tag_survey tags = { .survey = { note_tags, arena, view, true } };
	const struct page all = { .limit = 0 };
	const struct page_item *item;
	struct page_walk walk;
	struct key key;
	int r;

	page_walk_init(&walk, arena, view, SPACE_BY_AUTHOR, key_u64(&key, account_id), &all, BATCH);
	for (int n = 0; (r = page_peek(&walk, &item)) == OK && item && n < OWN_POSTS_MAX; n++, page_step(&walk)) {
		struct post post;

		if (posts_get(arena, view, item->id, &post) == OK && post.visibility == VISIBILITY_PUBLIC)
			note_tags(&tags.survey, &post);
	}
	if (r == OK)
		*ret_tags = rank_tags(&tags, 0, limit);
	return r;
}
