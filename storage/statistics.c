/*
 * Figures: each measure is a walk that leaves a mark (day, who) for every thing it meets; marks are then sorted and
 * counted. Ids tell the time, so most walks are ranges of an index. Reads only. Any thread.
 */
#include "storage/statistics.h"

#include <stdlib.h>

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/graph.h"
#include "storage/keys.h"
#include "storage/page.h"
#include "storage/posts.h"
#include "storage/reports.h"
#include "storage/users.h"

enum { BATCH = 64, USERS_PAGE = 200, SECOND = 8 };

/* --- marks ------------------------------------------------------------------------------------------------------ */

void marks_init(struct marks *marks, struct arena *arena, struct view *view, const struct span *span)
{
	*marks = (struct marks){ .arena = arena, .view = view, .span = span, .looks = STATISTICS_LOOKS };
}

bool marks_look(struct marks *marks)
{
	if (marks->looks == 0) {
		marks->partial = true;
		return false;
	}
	marks->looks--;
	return true;
}

void marks_add(struct marks *marks, int64_t at_ms, uint64_t who, uint64_t weight)
{
	int64_t day = at_ms < marks->span->from_ms ? -1 : (at_ms - marks->span->from_ms) / DAY_MS;
	bool inside = day >= 0 && (uint64_t)day < marks->span->days;

	if (!inside && !marks->whole)
		return;
	if (marks->count == marks->room) {
		size_t room = marks->room ? 2 * marks->room : BATCH;

		marks->marks = arena_grow(marks->arena, marks->marks, marks->room * sizeof(*marks->marks),
		                          room * sizeof(*marks->marks));
		marks->room = room;
	}
	marks->marks[marks->count++] = (struct mark){ who, weight, inside ? (size_t)day : SIZE_MAX };
}

static int by_day_and_who(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;

	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	return (left->who > right->who) - (left->who < right->who);
}

static int by_who(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;

	return (left->who > right->who) - (left->who < right->who);
}

void marks_sort(struct marks *marks)
{
	if (marks->count)
		qsort(marks->marks, marks->count, sizeof(*marks->marks), by_day_and_who);
}

/* Ids of the span; of all time with `whole`. */
static struct page page_of(const struct marks *marks)
{
	int64_t from_ms = marks->span->from_ms, to_ms = from_ms + (int64_t)marks->span->days * DAY_MS;

	if (marks->whole)
		return (struct page){ 0 };
	return (struct page){ .since_id = from_ms > 0 ? id_of_ms(from_ms) - 1 : 0, .max_id = id_of_ms(to_ms) };
}

/* Calls `each` for the ids of keys (prefix, id) that are in the span, newest first. */
static int each_id(struct marks *marks, unsigned space, struct str prefix, uint64_t who,
                   void (*each)(struct marks *marks, uint64_t who, uint64_t id, uint8_t flags))
{
	struct arena *scratch = arena_new();
	struct page page = page_of(marks);
	const struct page_item *item;
	struct page_walk walk;
	int r;

	page_walk_init(&walk, scratch, marks->view, space, prefix, &page, BATCH);
	while ((r = page_peek(&walk, &item)) == OK && item && marks_look(marks)) {
		each(marks, who, item->id, item->value.n ? (uint8_t)item->value.p[0] : 0);
		page_step(&walk);
	}
	arena_free(scratch);
	return r;
}

int marks_each_post(struct marks *marks, uint64_t account_id,
                    void (*each)(struct marks *marks, uint64_t account_id, uint64_t post_id, uint8_t flags))
{
	struct key key;

	return each_id(marks, SPACE_BY_AUTHOR, key_u64(&key, account_id), account_id, each);
}

static void mark_who(struct marks *marks, uint64_t who, uint64_t id, uint8_t flags)
{
	(void)flags;
	marks_add(marks, id_to_ms(id), who, 1);
}

/* --- people of ours --------------------------------------------------------------------------------------------- */

/* Calls `each` for every person of ours. */
static int each_user(struct marks *marks, int (*each)(struct marks *marks, const struct user *user))
{
	struct arena *scratch = arena_new();
	struct user *users;
	uint64_t after = 0;
	size_t count = 0;
	int r;

	do {
		arena_reset(scratch);
		r = users_each(scratch, marks->view, after, USERS_PAGE, &users, &count);
		for (size_t i = 0; r == OK && i < count && marks_look(marks); i++) {
			after = users[i].account_id;
			r = each(marks, &users[i]);
		}
	} while (r == OK && count == USERS_PAGE && !marks->partial);
	arena_free(scratch);
	return r;
}

static int mark_activity(struct marks *marks, const struct user *user)
{
	struct key key;
	int r;

	if (user->last_sign_in_ms)
		marks_add(marks, user->last_sign_in_ms, user->account_id, 1);
	r = marks_each_post(marks, user->account_id, mark_who);
	return r == OK ? each_id(marks, SPACE_FAVOURITE_BY, key_u64(&key, user->account_id), user->account_id, mark_who) : r;
}

static int mark_beginning(struct marks *marks, const struct user *user)
{
	marks_add(marks, user->created_ms, user->account_id, 1);
	return OK;
}

static int mark_statuses(struct marks *marks, const struct user *user)
{
	return marks_each_post(marks, user->account_id, mark_who);
}

static int active_users(struct marks *marks, struct str subject)
{
	(void)subject;
	return each_user(marks, mark_activity);
}

static int new_users(struct marks *marks, struct str subject)
{
	(void)subject;
	return each_user(marks, mark_beginning);
}

static int local_statuses(struct marks *marks, struct str subject)
{
	(void)subject;
	return each_user(marks, mark_statuses);
}

/* --- what was done with posts of ours --------------------------------------------------------------------------- */

static uint64_t favourite_id(struct arena *scratch, const struct engine_item *item)
{
	struct favourite favourite = { 0 };

	return codec_decode(scratch, &favourite_type, item->value, &favourite) == OK ? favourite.id : 0;
}

static uint64_t boost_id(struct arena *scratch, const struct engine_item *item)
{
	(void)scratch;
	return key_read_u64(item->value, 0);
}

static uint64_t reply_id(struct arena *scratch, const struct engine_item *item)
{
	(void)scratch;
	return key_read_u64(item->key, SECOND);
}

/* Keys begin with the post that it is about: the newest posts first, of which those of ours count. */
static int mark_acts(struct marks *marks, unsigned space,
                     uint64_t (*act_id)(struct arena *scratch, const struct engine_item *item))
{
	struct arena *scratch = arena_new();
	uint64_t last_id = 0;
	struct prefix_walk walk;
	struct engine_item item;
	bool ours = false;
	int r;

	prefix_walk_init(&walk, marks->view, space, STR_NONE, true);
	while ((r = prefix_next(&walk, &item)) == OK && marks_look(marks)) {
		uint64_t post_id = key_read_u64(item.key, 0), id = act_id(scratch, &item);
		struct post post;

		arena_reset(scratch);
		if (post_id != last_id)
			ours = posts_brief(marks->view, post_id, &post) == OK && !post.remote;
		last_id = post_id;
		if (ours && id)
			marks_add(marks, id_to_ms(id), id, 1);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

static int interactions(struct marks *marks, struct str subject)
{
	int r = mark_acts(marks, SPACE_FAVOURITE, favourite_id);

	(void)subject;
	if (r == OK)
		r = mark_acts(marks, SPACE_BOOSTS, boost_id);
	return r == OK ? mark_acts(marks, SPACE_REPLIES, reply_id) : r;
}

/* --- reports ---------------------------------------------------------------------------------------------------- */

static int mark_reports(struct marks *marks, bool closed, const struct id_list *targets)
{
	struct report *reports = NULL;
	size_t count = 0;
	int r = reports_list(marks->arena, marks->view, true, REPORTS_MAX, &reports, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		bool counts = !targets;

		for (size_t t = 0; targets && !counts && t < targets->count; t++)
			counts = targets->ids[t] == reports[i].target_id;
		if (counts && (!closed || reports[i].closed_ms))
			marks_add(marks, closed ? reports[i].closed_ms : reports[i].created_ms, reports[i].id, 1);
	}
	return r;
}

static int opened_reports(struct marks *marks, struct str subject)
{
	(void)subject;
	return mark_reports(marks, false, NULL);
}

static int resolved_reports(struct marks *marks, struct str subject)
{
	(void)subject;
	return mark_reports(marks, true, NULL);
}

/* --- a tag ------------------------------------------------------------------------------------------------------ */

static void mark_author(struct marks *marks, uint64_t who, uint64_t id, uint8_t flags)
{
	struct post post;

	(void)who;
	(void)flags;
	if (posts_brief(marks->view, id, &post) == OK)
		marks_add(marks, id_to_ms(id), post.account_id, 1);
}

int marks_of_tag(struct marks *marks, struct str tag)
{
	struct key key;

	return each_id(marks, SPACE_TAGGED, key_hash(&key, tag), 0, mark_author);
}

/* In place of each account its node; those of ours are left out. */
static void accounts_to_nodes(struct marks *marks)
{
	struct arena *scratch = arena_new();
	uint64_t last_id = 0, node = 0;
	size_t n = 0;

	if (marks->count)
		qsort(marks->marks, marks->count, sizeof(*marks->marks), by_who);
	for (size_t i = 0; i < marks->count; i++) {
		struct mark mark = marks->marks[i];

		if (mark.who != last_id) {
			struct account account = { 0 };
			struct key key;

			arena_reset(scratch);
			last_id = mark.who;
			node = accounts_get(scratch, marks->view, mark.who, &account) == OK && account.host.n
				? key_read_u64(key_hash(&key, account.host), 0) : 0;
		}
		mark.who = node;
		if (node)
			marks->marks[n++] = mark;
	}
	marks->count = n;
	arena_free(scratch);
}

static int tag_servers(struct marks *marks, struct str subject)
{
	int r = marks_of_tag(marks, subject);

	accounts_to_nodes(marks);
	return r;
}

/* --- a domain --------------------------------------------------------------------------------------------------- */

static void add_id(struct arena *arena, struct id_list *list, size_t *room, uint64_t id)
{
	if (list->count == *room) {
		size_t more = *room ? 2 * *room : BATCH;

		list->ids = arena_grow(arena, list->ids, *room * sizeof(*list->ids), more * sizeof(*list->ids));
		*room = more;
	}
	list->ids[list->count++] = id;
}

int marks_of_domain(struct marks *marks, struct str domain, struct id_list *ret_ids)
{
	struct arena *scratch = arena_new();
	struct id_list ids = { 0 };
	struct prefix_walk walk;
	struct engine_item item;
	size_t room = 0;
	int r;

	prefix_walk_init(&walk, marks->view, SPACE_ACCOUNT, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK && marks_look(marks)) {
		struct account account;

		arena_reset(scratch);
		if (codec_decode(scratch, &account_type, item.value, &account) == OK && !account.deleted &&
		    str_eq_nocase(account.host, domain))
			add_id(marks->arena, &ids, &room, key_read_u64(item.key, 0));
	}
	arena_free(scratch);
	*ret_ids = ids;
	return r == ERR_NOT_FOUND ? OK : r;
}

static int instance_accounts(struct marks *marks, struct str domain)
{
	struct id_list ids;
	int r = marks_of_domain(marks, domain, &ids);

	for (size_t i = 0; r == OK && i < ids.count; i++)
		marks_add(marks, id_to_ms(ids.ids[i]), ids.ids[i], 1);
	return r;
}

static int instance_reports(struct marks *marks, struct str domain)
{
	struct id_list ids;
	int r = marks_of_domain(marks, domain, &ids);

	return r == OK ? mark_reports(marks, false, &ids) : r;
}

static int instance_statuses(struct marks *marks, struct str domain)
{
	struct id_list ids;
	int r = marks_of_domain(marks, domain, &ids);

	for (size_t i = 0; r == OK && i < ids.count; i++)
		r = marks_each_post(marks, ids.ids[i], mark_who);
	return r;
}

/* HOST[:PORT] of an address. */
static struct str authority_of(struct str url)
{
	struct str rest = str_sub(url, str_find(url, STR("://")), SIZE_MAX);

	rest = str_sub(rest, sizeof("://") - 1, SIZE_MAX);
	return str_sub(rest, 0, str_find_char(rest, '/'));
}

/* Files and copies of files; of a domain: copies of what lies there. */
static int media(struct marks *marks, struct str domain)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	int r;

	prefix_walk_init(&walk, marks->view, SPACE_MEDIA, STR_NONE, true);
	while ((r = prefix_next(&walk, &item)) == OK && marks_look(marks)) {
		struct media_record file;

		arena_reset(scratch);
		if (codec_decode(scratch, &media_record_type, item.value, &file) == OK &&
		    (!domain.n || (file.use == MEDIA_USE_CACHED && str_eq_nocase(authority_of(file.remote_url), domain))))
			marks_add(marks, id_to_ms(file.id), file.id, file.bytes);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

/* Accepted follows between an account of the domain and people of ours: `space` says in which direction. */
static int mark_follows(struct marks *marks, unsigned space, uint64_t account_id)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r;

	prefix_walk_init(&walk, marks->view, space, key_u64(&key, account_id), false);
	while ((r = prefix_next(&walk, &item)) == OK && marks_look(marks)) {
		uint64_t other_id = key_read_u64(item.key, SECOND);
		bool from_us = space == SPACE_FOLLOWER;
		struct follow follow;
		struct key user;

		arena_reset(scratch);
		if (view_has(marks->view, SPACE_USER, key_u64(&user, other_id)) &&
		    graph_follow_get(scratch, marks->view, from_us ? other_id : account_id, from_us ? account_id : other_id,
		                     &follow) == OK &&
		    follow.state == FOLLOW_ACCEPTED)
			marks_add(marks, follow.created_ms, account_id ^ other_id, 1);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

static int mark_domain_follows(struct marks *marks, struct str domain, unsigned space)
{
	struct id_list ids;
	int r = marks_of_domain(marks, domain, &ids);

	for (size_t i = 0; r == OK && i < ids.count; i++)
		r = mark_follows(marks, space, ids.ids[i]);
	return r;
}

static int instance_follows(struct marks *marks, struct str domain)
{
	return mark_domain_follows(marks, domain, SPACE_FOLLOWER);
}

static int instance_followers(struct marks *marks, struct str domain)
{
	return mark_domain_follows(marks, domain, SPACE_FOLLOW);
}

/* --- counting --------------------------------------------------------------------------------------------------- */

static const struct {
	int (*mark)(struct marks *marks, struct str subject);
	bool once;   /* a day, and in the total: who counts, not how often */
	bool whole;  /* the total is of all time */
} measures[MEASURE_COUNT] = {
	[MEASURE_ACTIVE_USERS] = { active_users, true, false },
	[MEASURE_NEW_USERS] = { new_users, false, false },
	[MEASURE_INTERACTIONS] = { interactions, false, false },
	[MEASURE_OPENED_REPORTS] = { opened_reports, false, false },
	[MEASURE_RESOLVED_REPORTS] = { resolved_reports, false, false },
	[MEASURE_TAG_ACCOUNTS] = { marks_of_tag, true, false },
	[MEASURE_TAG_USES] = { marks_of_tag, false, false },
	[MEASURE_TAG_SERVERS] = { tag_servers, true, false },
	[MEASURE_INSTANCE_ACCOUNTS] = { instance_accounts, false, true },
	[MEASURE_INSTANCE_MEDIA] = { media, false, true },
	[MEASURE_INSTANCE_REPORTS] = { instance_reports, false, true },
	[MEASURE_INSTANCE_STATUSES] = { instance_statuses, false, true },
	[MEASURE_INSTANCE_FOLLOWS] = { instance_follows, false, true },
	[MEASURE_INSTANCE_FOLLOWERS] = { instance_followers, false, true },
	[MEASURE_LOCAL_STATUSES] = { local_statuses, false, false },
	[MEASURE_MEDIA] = { media, false, true },
};

bool measure_is_of_all_time(enum measure measure)
{
	return measures[measure].whole;
}

static void count_days(struct marks *marks, bool once, uint64_t *days)
{
	marks_sort(marks);
	for (size_t i = 0; i < marks->count; i++) {
		const struct mark *mark = &marks->marks[i];

		if (mark->day != SIZE_MAX && !(once && i > 0 && by_day_and_who(&mark[-1], mark) == 0))
			days[mark->day] += mark->weight;
	}
}

static uint64_t count_all(struct marks *marks, bool once)
{
	uint64_t total = 0;

	if (marks->count && once)
		qsort(marks->marks, marks->count, sizeof(*marks->marks), by_who);
	for (size_t i = 0; i < marks->count; i++)
		if (!(once && i > 0 && marks->marks[i - 1].who == marks->marks[i].who))
			total += marks->marks[i].weight;
	return total;
}

int statistics_measure(struct arena *arena, struct view *view, enum measure measure, struct str subject,
                       const struct span *span, struct measured *ret_measured)
{
	struct arena *scratch = arena_new();
	struct marks marks;
	int r;

	marks_init(&marks, scratch, view, span);
	marks.whole = measures[measure].whole;
	*ret_measured = (struct measured){ .days = ARENA_ARRAY(arena, uint64_t, span->days) };
	r = measures[measure].mark(&marks, subject);
	count_days(&marks, measures[measure].once, ret_measured->days);
	ret_measured->total = count_all(&marks, measures[measure].once);
	ret_measured->partial = marks.partial;
	arena_free(scratch);
	return r;
}

/* --- who stayed ------------------------------------------------------------------------------------------------- */

/* In which bucket a time is; `count`: before the first or behind the last. */
static size_t bucket_of(const int64_t *starts_ms, size_t count, int64_t end_ms, int64_t at_ms)
{
	size_t i = 0;

	if (count == 0 || at_ms < starts_ms[0] || at_ms >= end_ms)
		return count;
	while (i + 1 < count && at_ms >= starts_ms[i + 1])
		i++;
	return i;
}

static void keep(struct view *view, const struct user *user, const int64_t *starts_ms, size_t count, int64_t end_ms,
                 uint64_t *kept)
{
	size_t came = bucket_of(starts_ms, count, end_ms, user->created_ms);
	struct account_stats stats = { 0 };
	int64_t seen_ms = user->last_sign_in_ms;

	if (came == count)
		return;
	if (accounts_stats_get(view, user->account_id, &stats) == OK && stats.last_status_ms > seen_ms)
		seen_ms = stats.last_status_ms;
	for (size_t i = came; i < count && (i == came || seen_ms >= starts_ms[i]); i++)
		kept[came * count + i]++;
}

int statistics_retention(struct arena *arena, struct view *view, const int64_t *starts_ms, size_t count, int64_t end_ms,
                         uint64_t *kept)
{
	struct user *users;
	uint64_t after = 0;
	size_t n = 0, looks = STATISTICS_LOOKS;
	int r;

	memset(kept, 0, count * count * sizeof(*kept));
	do {
		r = users_each(arena, view, after, USERS_PAGE, &users, &n);
		for (size_t i = 0; r == OK && i < n; i++) {
			after = users[i].account_id;
			keep(view, &users[i], starts_ms, count, end_ms, kept);
		}
		looks -= looks < USERS_PAGE ? looks : USERS_PAGE;
	} while (r == OK && n == USERS_PAGE && looks);
	return r;
}
