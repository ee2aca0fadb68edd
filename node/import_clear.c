/*
 * What goes before an import that overwrites: all that the person has and the file has not. Of lists those that the file does
 * not name, and the members of those that it does. Each step may be repeated. Pool threads.
 */
#include "node/import.h"

#include <stdlib.h>

#include "federation/apply.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/csv.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/bookmarks.h"
#include "storage/engine/writer.h"
#include "storage/graph.h"
#include "storage/imports.h"
#include "storage/lists.h"
#include "storage/named.h"
#include "storage/ties.h"

enum { PAGE = 500, CHUNK = 50, GOING_MAX = 100000 };

/* What goes: an account, a post, a list or a member of one; or the name of a domain. */
struct going {
	uint64_t id, list_id;
	struct str name;
};

struct clearing {
	struct node *node;
	struct arena *arena;
	const struct import *import;
	struct view *view;
	struct str *keys;            /* what the file has, sorted */
	size_t key_count;
	struct going *going;
	size_t count, room;
};

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool is_kept(const struct clearing *clearing, struct str key)
{
	return clearing->key_count &&
	       bsearch(&key, clearing->keys, clearing->key_count, sizeof(key), by_text) != NULL;
}

static void add(struct clearing *clearing, uint64_t id, uint64_t list_id, struct str name)
{
	if (clearing->count == GOING_MAX)
		return;
	if (clearing->count == clearing->room) {
		size_t room = clearing->room ? 2 * clearing->room : CHUNK;

		clearing->going = arena_grow(clearing->arena, clearing->going, clearing->room * sizeof(*clearing->going),
		                             room * sizeof(*clearing->going));
		clearing->room = room;
	}
	clearing->going[clearing->count++] = (struct going){ id, list_id, name };
}

/* --- what the file has ------------------------------------------------------------------------------------------ */

static void read_keys(struct clearing *clearing, struct str text)
{
	size_t columns[IMPORT_COLUMNS];
	uint8_t kind = clearing->import->kind;
	struct csv_reader reader;
	struct import_row row;

	clearing->keys = ARENA_ARRAY(clearing->arena, struct str, IMPORT_ROWS_MAX);
	import_begin(&reader, clearing->arena, kind, text, columns);
	while (clearing->key_count < IMPORT_ROWS_MAX && import_next(&reader, columns, &row)) {
		struct str *key = &clearing->keys[clearing->key_count++];

		if (kind == IMPORT_LISTS || kind == IMPORT_BOOKMARKS)
			*key = row.fields[0];
		else if (kind == IMPORT_DOMAIN_BLOCKS)
			*key = str_lower(clearing->arena, row.fields[0]);
		else
			*key = import_handle(clearing->arena, clearing->node->instance.domain, row.fields[0]);
	}
	if (clearing->key_count)
		qsort(clearing->keys, clearing->key_count, sizeof(*clearing->keys), by_text);
}

/* --- what the person has besides -------------------------------------------------------------------------------- */

static int muted_page(struct arena *arena, struct view *view, uint64_t of_id, uint64_t after, size_t max,
                      struct id_list *ret_ids)
{
	return ties_of(arena, view, of_id, TIE_MUTED, after, max, ret_ids);
}

static int gather_accounts(struct clearing *clearing)
{
	int (*const page)(struct arena *arena, struct view *view, uint64_t of_id, uint64_t after, size_t max,
	                  struct id_list *ret_ids) =
		clearing->import->kind == IMPORT_FOLLOWS ? graph_outgoing :
		clearing->import->kind == IMPORT_BLOCKS ? blocks_of : muted_page;
	struct arena *scratch = arena_new();
	struct id_list ids = { 0 };
	uint64_t after = 0;
	int r;

	do {
		arena_reset(scratch);
		r = page(scratch, clearing->view, clearing->import->account_id, after, PAGE, &ids);
		for (size_t i = 0; r == OK && i < ids.count; i++) {
			struct account account;
			struct str handle;

			after = ids.ids[i];
			/* Whom nobody is shown no file can name. */
			if (accounts_get(scratch, clearing->view, after, &account) != OK || account.withheld)
				continue;
			handle = import_handle(scratch, clearing->node->instance.domain, accounts_acct(scratch, &account));
			if (!is_kept(clearing, handle))
				add(clearing, after, 0, STR_NONE);
		}
	} while (r == OK && ids.count == PAGE);
	arena_free(scratch);
	return r;
}

static int gather_lists(struct clearing *clearing)
{
	struct list *lists = NULL;
	size_t count = 0;
	int r = lists_of(clearing->arena, clearing->view, clearing->import->account_id, &lists, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		struct id_list members = { 0 };

		if (!is_kept(clearing, lists[i].title)) {
			add(clearing, 0, lists[i].id, STR_NONE);
			continue;
		}
		r = lists_members(clearing->arena, clearing->view, lists[i].id, 0, LIST_MEMBERS_MAX, &members);
		for (size_t m = 0; m < members.count; m++)
			add(clearing, members.ids[m], lists[i].id, STR_NONE);
	}
	return r;
}

static int gather_domains(struct clearing *clearing)
{
	struct named *list = NULL;
	size_t count = 0;
	int r = named_of(clearing->arena, clearing->view, clearing->import->account_id, NAMED_DOMAIN_BLOCK, &list, &count);

	for (size_t i = 0; r == OK && i < count; i++)
		if (!is_kept(clearing, list[i].name))
			add(clearing, 0, 0, list[i].name);
	return r;
}

static int gather_bookmarks(struct clearing *clearing)
{
	struct arena *scratch = arena_new();
	struct page page = { .limit = PAGE_LIMIT_MAX };
	struct marked_page found;
	int r;

	do {
		found = (struct marked_page){ 0 };
		arena_reset(scratch);
		r = bookmarks_page(scratch, clearing->view, clearing->import->account_id, &page, &found);
		for (size_t i = 0; r == OK && i < found.count; i++)
			if (!is_kept(clearing, found.posts[i].uri))
				add(clearing, found.posts[i].id, 0, STR_NONE);
		page.max_id = found.oldest;
	} while (r == OK && found.more && found.oldest);
	arena_free(scratch);
	return r;
}

static int gather(struct clearing *clearing)
{
	switch (clearing->import->kind) {
	case IMPORT_LISTS:         return gather_lists(clearing);
	case IMPORT_DOMAIN_BLOCKS: return gather_domains(clearing);
	case IMPORT_BOOKMARKS:     return gather_bookmarks(clearing);
	default:                   return gather_accounts(clearing);
	}
}

/* --- taking it away --------------------------------------------------------------------------------------------- */

struct chunk {
	struct arena *arena;
	const struct import *import;
	const struct going *going;
	size_t count;
};

static int unmute(struct arena *arena, struct txn *txn, uint64_t owner_id, uint64_t other_id)
{
	struct tie tie = { 0 };
	int r = ties_get(arena, txn_view(txn), owner_id, other_id, &tie);

	tie.muted = tie.mute_notices = false;
	tie.mute_ends_ms = 0;
	return r == OK ? ties_put(txn, &tie) : r;
}

static int unlist(struct arena *arena, struct txn *txn, uint64_t owner_id, const struct going *going)
{
	struct list list;
	int r;

	if (!going->id)
		return lists_delete(txn, owner_id, going->list_id);
	r = lists_get(arena, txn_view(txn), owner_id, going->list_id, &list);
	return r == OK ? lists_remove(txn, &list, going->id) : r;
}

static int take_away(struct arena *arena, struct txn *txn, const struct import *import, const struct going *going)
{
	uint64_t owner_id = import->account_id;

	switch (import->kind) {
	case IMPORT_FOLLOWS:       return act_unfollow(arena, txn, owner_id, going->id);
	case IMPORT_BLOCKS:        return act_unblock(arena, txn, owner_id, going->id);
	case IMPORT_MUTES:         return unmute(arena, txn, owner_id, going->id);
	case IMPORT_LISTS:         return unlist(arena, txn, owner_id, going);
	case IMPORT_DOMAIN_BLOCKS: return named_remove(txn, owner_id, NAMED_DOMAIN_BLOCK, going->name);
	case IMPORT_BOOKMARKS:     return bookmarks_remove(txn, going->id, owner_id);
	}
	return OK;
}

static int chunk_write(struct txn *txn, void *arg)
{
	const struct chunk *chunk = arg;
	int r = OK;

	for (size_t i = 0; i < chunk->count && (r == OK || r == ERR_NOT_FOUND); i++)
		r = take_away(chunk->arena, txn, chunk->import, &chunk->going[i]);
	return r == ERR_NOT_FOUND ? OK : r;
}

int import_clear(struct node *node, struct arena *arena, const struct import *import, struct str text)
{
	struct clearing clearing = { .node = node, .arena = arena, .import = import };
	int r = view_begin(node->store, &clearing.view);

	if (r != OK)
		return r;
	read_keys(&clearing, text);
	r = gather(&clearing);
	view_end(clearing.view);
	for (size_t i = 0; r == OK && i < clearing.count; i += CHUNK) {
		struct chunk chunk = { arena, import, &clearing.going[i], clearing.count - i < CHUNK ? clearing.count - i : CHUNK };

		r = writer_run(node->writer, chunk_write, &chunk);
	}
	return r;
}
