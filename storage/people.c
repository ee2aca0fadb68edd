/*
 * The directory and suggestions: bounded walks, counted and sorted in memory. Reads only. Any thread.
 */
#include "storage/people.h"

#include <stdlib.h>

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/instance.h"
#include "storage/keys.h"
#include "storage/shuns.h"
#include "storage/silence.h"
#include "storage/ties.h"

enum {
	DIRECTORY_MAX = 5000,
	FRIENDS_MAX = 200, OF_FRIENDS_MAX = 200,
	COLLEAGUES_MAX = 1000, COLLEAGUES_PAGE = 100,
	FOLLOWING_PAGE = 200, FOLLOWING_MAX = 2000,
	CANDIDATES_TRIED = 400,   /* of those with most reasons: looked at as accounts */
	FIELD_WEIGHT = 2,         /* a field that both have counts as so many friends */
};

/* Is it somebody who wants to be found, and whom the viewer wants to meet? */
static bool may_show(struct view *view, uint64_t viewer_id, const struct account *account)
{
	return account->discoverable && !account->deleted && !account->disabled && !account->withheld &&
	       !account->moved_to.n && account->kind != ACCOUNT_APPLICATION && account->id != instance_of(view)->actor_id &&
	       !shuns(view, viewer_id, account->id) && !blocks_has(view, account->id, viewer_id) &&
	       !silence_hides(view, account->id, viewer_id);
}

/* --- the directory ---------------------------------------------------------------------------------------------- */

struct listed {
	uint64_t id;
	int64_t last_ms;
};

static int last_first(const void *a, const void *b)
{
	const struct listed *left = a, *right = b;

	if (left->last_ms != right->last_ms)
		return left->last_ms > right->last_ms ? -1 : 1;
	return (left->id < right->id) - (left->id > right->id);
}

static int64_t last_post_ms(struct view *view, uint64_t id)
{
	struct account_stats stats;

	return accounts_stats_get(view, id, &stats) == OK ? stats.last_status_ms : 0;
}

int people_directory(struct arena *arena, struct view *view, uint64_t viewer_id, bool local, bool by_activity,
                     size_t offset, size_t limit, struct id_list *ret_ids)
{
	struct listed *found = ARENA_ARRAY(arena, struct listed, DIRECTORY_MAX);
	struct id_list ids = { ARENA_ARRAY(arena, uint64_t, limit), 0 };
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	size_t count = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_ACCOUNT, STR_NONE, true);
	for (int n = 0; n < DIRECTORY_MAX && (r = prefix_next(&walk, &item)) == OK; n++) {
		uint64_t id = key_read_u64(item.key, 0);
		struct account account;

		arena_reset(scratch);
		if (accounts_get(scratch, view, id, &account) != OK || (local && account.host.n) ||
		    !may_show(view, viewer_id, &account))
			continue;
		found[count++] = (struct listed){ id, by_activity ? last_post_ms(view, id) : 0 };
		if (!by_activity && count == offset + limit)
			break;
	}
	arena_free(scratch);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	if (count)
		qsort(found, count, sizeof(*found), last_first);
	for (size_t i = offset; i < count && ids.count < limit; i++)
		ids.ids[ids.count++] = found[i].id;
	*ret_ids = ids;
	return OK;
}

/* --- suggestions ------------------------------------------------------------------------------------------------ */

/* One reason: a friend who follows the candidate, or (friend 0) a field that it shares. */
struct reason {
	uint64_t candidate_id, friend_id;
	struct str name, value;
};

struct search {
	struct arena *arena;
	struct view *view;
	uint64_t viewer_id;
	struct id_list known;     /* whom the viewer follows or asked to, ascending */
	struct reason *reasons;
	size_t count, room;
};

static void add_reason(struct search *search, struct reason reason)
{
	if (search->count == search->room) {
		size_t room = search->room ? 2 * search->room : 256;

		search->reasons = arena_grow(search->arena, search->reasons, search->room * sizeof(*search->reasons),
		                             room * sizeof(*search->reasons));
		search->room = room;
	}
	search->reasons[search->count++] = reason;
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool is_known(const struct search *search, uint64_t id)
{
	return id == search->viewer_id ||
	       (search->known.count && bsearch(&id, search->known.ids, search->known.count, sizeof(id), compare_ids));
}

static bool hides_follows(struct view *view, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct account account;
	bool hides = accounts_get(scratch, view, id, &account) != OK || account.hide_collections || account.deleted;

	arena_free(scratch);
	return hides;
}

static int find_of_friends(struct search *search)
{
	struct id_list friends = { NULL, 0 };
	int r = graph_following(search->arena, search->view, search->viewer_id, 0, FRIENDS_MAX, &friends);

	for (size_t i = 0; r == OK && i < friends.count; i++) {
		struct id_list theirs = { NULL, 0 };

		if (hides_follows(search->view, friends.ids[i]) || shuns(search->view, search->viewer_id, friends.ids[i]))
			continue;
		r = graph_following(search->arena, search->view, friends.ids[i], 0, OF_FRIENDS_MAX, &theirs);
		for (size_t t = 0; r == OK && t < theirs.count; t++)
			if (!is_known(search, theirs.ids[t]))
				add_reason(search, (struct reason){ theirs.ids[t], friends.ids[i], STR_NONE, STR_NONE });
	}
	return r;
}

/* Links are left out: the address of one's company stands in many profiles. */
static void compare_fields(struct search *search, const struct str_list *mine, const struct account *other)
{
	const struct str_list *theirs = &other->field_pairs;

	for (size_t i = 0; i + 1 < mine->count; i += 2)
		for (size_t t = 0; t + 1 < theirs->count; t += 2)
			if (mine->items[i + 1].n && str_eq_nocase(mine->items[i], theirs->items[t]) &&
			    str_eq_nocase(mine->items[i + 1], theirs->items[t + 1]) &&
			    str_find(mine->items[i + 1], STR("<a ")) == SIZE_MAX) {
				add_reason(search, (struct reason){ other->id, 0, mine->items[i], mine->items[i + 1] });
				break;
			}
}

static int find_of_fields(struct search *search)
{
	struct arena *scratch = arena_new();
	struct account mine, other;
	struct id_list ids = { NULL, COLLEAGUES_PAGE };
	uint64_t after = 0;
	int r = accounts_get(search->arena, search->view, search->viewer_id, &mine);

	for (int n = 0; r == OK && mine.field_pairs.count && ids.count == COLLEAGUES_PAGE && n < COLLEAGUES_MAX;
	     n += COLLEAGUES_PAGE) {
		arena_reset(scratch);
		r = accounts_local_each(scratch, search->view, after, COLLEAGUES_PAGE, &ids);
		for (size_t i = 0; r == OK && i < ids.count; i++) {
			after = ids.ids[i];
			if (!is_known(search, after) && accounts_get(scratch, search->view, after, &other) == OK)
				compare_fields(search, &mine.field_pairs, &other);
		}
	}
	arena_free(scratch);
	return r;
}

static int by_candidate(const void *a, const void *b)
{
	const struct reason *left = a, *right = b;

	if (left->candidate_id != right->candidate_id)
		return left->candidate_id < right->candidate_id ? -1 : 1;
	return (left->friend_id > right->friend_id) - (left->friend_id < right->friend_id);
}

static size_t weight(const struct suggestion *suggestion)
{
	return suggestion->friend_count + FIELD_WEIGHT * suggestion->fields.count / 2;
}

static int heaviest_first(const void *a, const void *b)
{
	const struct suggestion *left = a, *right = b;

	if (weight(left) != weight(right))
		return weight(left) > weight(right) ? -1 : 1;
	return (left->account_id > right->account_id) - (left->account_id < right->account_id);
}

static void take_reason(struct arena *arena, struct suggestion *suggestion, const struct reason *reason)
{
	if (!reason->friend_id) {
		if (!suggestion->fields.items)
			suggestion->fields.items = ARENA_ARRAY(arena, struct str, 2 * SUGGESTION_REASONS_MAX);
		if (suggestion->fields.count < 2 * SUGGESTION_REASONS_MAX) {
			suggestion->fields.items[suggestion->fields.count++] = reason->name;
			suggestion->fields.items[suggestion->fields.count++] = reason->value;
		}
		return;
	}
	if (!suggestion->friends.ids)
		suggestion->friends.ids = ARENA_ARRAY(arena, uint64_t, SUGGESTION_REASONS_MAX);
	if (suggestion->friends.count < SUGGESTION_REASONS_MAX)
		suggestion->friends.ids[suggestion->friends.count++] = reason->friend_id;
	suggestion->friend_count++;
}

/* The candidates of a search, those with most reasons first. */
static struct suggestion *gather(struct search *search, size_t *ret_count)
{
	struct suggestion *suggestions = ARENA_ARRAY(search->arena, struct suggestion, search->count);
	size_t n = 0;

	if (search->count)
		qsort(search->reasons, search->count, sizeof(*search->reasons), by_candidate);
	for (size_t i = 0; i < search->count; i++) {
		const struct reason *reason = &search->reasons[i];

		if (n == 0 || suggestions[n - 1].account_id != reason->candidate_id)
			suggestions[n++] = (struct suggestion){ .account_id = reason->candidate_id };
		take_reason(search->arena, &suggestions[n - 1], reason);
	}
	if (n)
		qsort(suggestions, n, sizeof(*suggestions), heaviest_first);
	*ret_count = n;
	return suggestions;
}

static bool may_suggest(struct view *view, uint64_t viewer_id, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct account account;
	struct tie tie;
	bool may = accounts_get(scratch, view, id, &account) == OK && may_show(view, viewer_id, &account) &&
	           !graph_follows(view, viewer_id, id) &&
	           (ties_get(scratch, view, viewer_id, id, &tie) == ERR_NOT_FOUND || !tie.dismissed);

	arena_free(scratch);
	return may;
}

int people_suggest(struct arena *arena, struct view *view, uint64_t viewer_id, size_t limit,
                   struct suggestion **ret_suggestions, size_t *ret_count)
{
	struct search search = { .arena = arena, .view = view, .viewer_id = viewer_id };
	struct suggestion *suggestions;
	size_t count, kept = 0;
	int r = graph_outgoing(arena, view, viewer_id, 0, FOLLOWING_MAX, &search.known);

	if (r == OK)
		r = find_of_friends(&search);
	if (r == OK)
		r = find_of_fields(&search);
	if (r != OK)
		return r;
	suggestions = gather(&search, &count);
	for (size_t i = 0; i < count && i < CANDIDATES_TRIED && kept < limit; i++)
		if (may_suggest(view, viewer_id, suggestions[i].account_id))
			suggestions[kept++] = suggestions[i];
	*ret_suggestions = suggestions;
	*ret_count = kept;
	return OK;
}

int people_familiar(struct arena *arena, struct view *view, uint64_t viewer_id, uint64_t account_id, size_t max,
                    struct id_list *ret_ids)
{
	struct id_list found = { ARENA_ARRAY(arena, uint64_t, max), 0 }, ids = { NULL, FOLLOWING_PAGE };
	uint64_t after = 0;
	int r = OK;

	for (int n = 0; r == OK && ids.count == FOLLOWING_PAGE && n < FOLLOWING_MAX && found.count < max;
	     n += FOLLOWING_PAGE) {
		r = graph_following(arena, view, viewer_id, after, FOLLOWING_PAGE, &ids);
		for (size_t i = 0; r == OK && i < ids.count && found.count < max; i++) {
			after = ids.ids[i];
			if (graph_follows(view, after, account_id) && !hides_follows(view, after))
				found.ids[found.count++] = after;
		}
	}
	if (r == OK)
		*ret_ids = found;
	return r;
}
