/*
 * What one row of an import means: whom it names, and what is done about it.
 */
#include "node/import.h"

#include "federation/apply.h"
#include "federation/compose.h"
#include "federation/parting.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/bookmarks.h"
#include "storage/graph.h"
#include "storage/lists.h"
#include "storage/posts.h"
#include "storage/shuns.h"
#include "storage/ties.h"

enum { LANGUAGES_MAX = 20, TITLE_CHARACTERS_MAX = 256 };

struct str import_handle(struct arena *arena, struct str domain, struct str typed)
{
	struct str handle = str_trim(typed);

	if (str_starts(handle, STR("acct:")))
		handle = str_sub(handle, 5, SIZE_MAX);
	if (str_starts(handle, STR("@")))
		handle = str_sub(handle, 1, SIZE_MAX);
	handle = str_lower(arena, handle);
	if (handle.n && str_find_char(handle, '@') == SIZE_MAX)
		handle = arena_printf(arena, "%.*s@%.*s", STR_ARG(handle), STR_ARG(domain));
	return handle;
}

/* --- looking up ------------------------------------------------------------------------------------------------- */

static bool is_away(const struct import_away *away, struct str host)
{
	for (size_t i = 0; i < away->count; i++)
		if (str_eq(away->hosts[i], host))
			return true;
	return false;
}

static void note_away(struct import_away *away, struct arena *arena, struct str host)
{
	enum { HOSTS_MAX = sizeof(away->hosts) / sizeof(away->hosts[0]) };

	if (away->count < HOSTS_MAX)
		away->hosts[away->count++] = arena_str(arena, host);
}

static int find_known(struct node *node, struct arena *arena, struct str handle, uint64_t *ret_id)
{
	struct account account;
	struct view *view;
	int r = view_begin(node->store, &view);

	if (r != OK)
		return r;
	r = accounts_by_acct(arena, view, handle, &account);
	view_end(view);
	if (r == OK && account.deleted)
		r = ERR_GONE;
	if (r == OK)
		*ret_id = account.id;
	return r;
}

static int find_account(struct node *node, struct arena *arena, struct str typed, struct import_away *away,
                        struct arena *away_arena, uint64_t *ret_id)
{
	struct str handle = import_handle(arena, node->instance.domain, typed), host;
	struct resolved found = { 0 };
	uint64_t post_id;
	int r;

	if (!handle.n || !utf8_valid(handle))
		return ERR_INVALID;
	r = find_known(node, arena, handle, ret_id);
	host = str_sub(handle, str_find_char(handle, '@') + 1, SIZE_MAX);
	if (r != ERR_NOT_FOUND || str_eq_nocase(host, node->instance.domain))
		return r;
	if (is_away(away, host))
		return ERR_NETWORK;
	r = resolve_acct(&node->federation, arena, node->store, handle, &found);
	if (r == ERR_NETWORK)
		note_away(away, away_arena, host);
	return r == OK ? compose_keep(arena, node->store, node->writer, &found, ret_id, &post_id) : r;
}

static int find_post(struct node *node, struct arena *arena, struct str uri, uint64_t *ret_id)
{
	struct resolved found = { 0 };
	struct post post = { 0 };
	uint64_t account_id;
	struct view *view;
	int r;

	if (!utf8_valid(uri) || str_find(uri, STR("://")) == SIZE_MAX)
		return ERR_INVALID;
	r = view_begin(node->store, &view);
	if (r != OK)
		return r;
	r = posts_by_uri(arena, view, uri, &post);
	view_end(view);
	*ret_id = post.id;
	/* That there was one is known to those who saw it. */
	if (r == ERR_GONE)
		return ERR_NOT_FOUND;
	if (r != ERR_NOT_FOUND || instance_owns(&node->instance, uri))
		return r;
	r = resolve_uri(&node->federation, arena, node->store, uri, &found);
	if (r == OK)
		r = compose_keep(arena, node->store, node->writer, &found, &account_id, ret_id);
	return r == OK && !*ret_id ? ERR_NOT_FOUND : r;
}

/* "en, fr" */
static struct str_list read_languages(struct arena *arena, struct str text)
{
	struct str_list list = { ARENA_ARRAY(arena, struct str, LANGUAGES_MAX), 0 };

	while (text.n && list.count < LANGUAGES_MAX) {
		struct str part = str_trim(str_cut(&text, ','));

		if (part.n && utf8_valid(part))
			list.items[list.count++] = arena_str(arena, part);
	}
	return list;
}

static bool is_true(struct str text, bool fallback)
{
	return text.n ? str_eq_nocase(text, STR("true")) || str_eq(text, STR("1")) : fallback;
}

int import_find(struct node *node, struct arena *arena, uint64_t owner_id, uint8_t kind, const struct import_row *row,
                struct import_away *away, struct arena *away_arena, struct import_wish *ret_wish)
{
	const struct str *fields = row->fields;
	struct import_wish wish = { .kind = kind, .owner_id = owner_id, .name = fields[0] };
	int r = OK;

	if (kind == IMPORT_DOMAIN_BLOCKS) {
		r = url_host_parse(arena, fields[0], &wish.name);
		wish.name = str_lower(arena, wish.name);
		if (r == OK && str_eq(wish.name, node->instance.domain))
			r = ERR_INVALID;
	} else if (kind == IMPORT_BOOKMARKS) {
		r = find_post(node, arena, fields[0], &wish.post_id);
	} else {
		r = find_account(node, arena, fields[kind == IMPORT_LISTS], away, away_arena, &wish.target_id);
	}
	if (kind == IMPORT_LISTS && r == OK &&
	    (!wish.name.n || !utf8_valid(wish.name) || utf8_length(wish.name) > TITLE_CHARACTERS_MAX))
		r = ERR_INVALID;
	wish.show_reblogs = is_true(fields[1], true);
	wish.notify = is_true(fields[2], false);
	wish.languages = read_languages(arena, fields[3]);
	wish.hide_notices = is_true(fields[1], true);
	*ret_wish = wish;
	return r;
}

/* --- doing ------------------------------------------------------------------------------------------------------ */

static int follow(struct arena *arena, struct txn *txn, const struct import_wish *wish, bool show_reblogs, bool notify)
{
	int r;

	if (wish->target_id == wish->owner_id)
		return ERR_INVALID;
	if (shuns_domain(txn_view(txn), wish->owner_id, wish->target_id))
		return ERR_DENIED;
	r = act_follow(arena, txn, wish->owner_id, wish->target_id, show_reblogs, notify, &wish->languages);
	return r == ERR_EXISTS ? OK : r;
}

static int mute(struct arena *arena, struct txn *txn, const struct import_wish *wish)
{
	struct tie tie = { 0 };
	int r = ties_get(arena, txn_view(txn), wish->owner_id, wish->target_id, &tie);

	if (wish->target_id == wish->owner_id)
		return ERR_INVALID;
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	tie.muted = true;
	tie.mute_notices = wish->hide_notices;
	tie.mute_ends_ms = 0;
	return ties_put(txn, &tie);
}

/* The person's list of that title; id 0: there is none yet. */
static int find_list(struct arena *arena, struct view *view, const struct import_wish *wish, struct list *ret_list,
                     size_t *ret_count)
{
	struct list *lists = NULL;
	int r = lists_of(arena, view, wish->owner_id, &lists, ret_count);

	*ret_list = (struct list){ .account_id = wish->owner_id, .title = wish->name, .replies = LIST_REPLIES_LIST };
	for (size_t i = 0; r == OK && i < *ret_count; i++)
		if (str_eq(lists[i].title, wish->name))
			*ret_list = lists[i];
	return r;
}

/* Who is in a list is followed; all that may fail is asked before the first put. */
static int enlist(struct arena *arena, struct txn *txn, const struct import_wish *wish)
{
	struct view *view = txn_view(txn);
	struct id_list members = { 0 };
	struct list list;
	size_t count = 0;
	int r = find_list(arena, view, wish, &list, &count);

	if (r == OK && list.id && lists_have(view, list.id, wish->target_id))
		return OK;
	if (r == OK && list.id)
		r = lists_members(arena, view, list.id, 0, LIST_MEMBERS_MAX, &members);
	if (r == OK && (members.count == LIST_MEMBERS_MAX || (!list.id && count >= LISTS_MAX)))
		r = ERR_LIMIT;
	if (r == OK && wish->target_id != wish->owner_id && !graph_follows(view, wish->owner_id, wish->target_id) &&
	    !graph_requested(view, wish->owner_id, wish->target_id))
		r = follow(arena, txn, wish, true, false);
	if (r == OK && !list.id)
		r = lists_put(txn, &list);
	return r == OK ? lists_add(txn, &list, wish->target_id) : r;
}

static int keep(struct arena *arena, struct txn *txn, const struct import_wish *wish)
{
	const struct beholder owner = { BEHOLDER_LOCAL, wish->owner_id };
	struct post post;
	int r = access_post(arena, txn_view(txn), owner, wish->post_id, &post);

	return r == OK ? bookmarks_add(txn, post.reblog_of_id ? post.reblog_of_id : post.id, wish->owner_id) : r;
}

int import_apply(struct arena *arena, struct txn *txn, const struct import_wish *wish)
{
	switch (wish->kind) {
	case IMPORT_FOLLOWS:       return follow(arena, txn, wish, wish->show_reblogs, wish->notify);
	case IMPORT_BLOCKS:        return act_block(arena, txn, wish->owner_id, wish->target_id);
	case IMPORT_MUTES:         return mute(arena, txn, wish);
	case IMPORT_LISTS:         return enlist(arena, txn, wish);
	case IMPORT_DOMAIN_BLOCKS: return parting_begin(arena, txn, wish->owner_id, wish->name);
	case IMPORT_BOOKMARKS:     return keep(arena, txn, wish);
	}
	return ERR_INVALID;
}
