/*
 * Exports as CSV. Addresses are written in full, ours too, since they are read elsewhere.
 */
#include "node/export.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/csv.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/bookmarks.h"
#include "storage/graph.h"
#include "storage/lists.h"
#include "storage/named.h"
#include "storage/ties.h"

enum { PAGE = 500, ROWS_MAX = 100000 };

struct export {
	struct arena *arena;
	struct view *view;
	struct str domain;
	uint64_t account_id;
	struct arena *scratch;   /* of one page */
	struct buf csv;
	struct str list;         /* the title of the list whose members are written */
};

/* "name@host", of ours too; false: the account is gone. */
static bool add_handle(struct export *export, uint64_t account_id, bool first)
{
	struct account account;
	struct str host;

	if (accounts_get(export->scratch, export->view, account_id, &account) != OK || account.deleted || account.withheld)
		return false;
	host = account.host.n ? account.host : export->domain;
	csv_add(&export->csv, arena_printf(export->scratch, "%.*s@%.*s", STR_ARG(account.username), STR_ARG(host)), first);
	return true;
}

/* Writes a row for each account of a paged list. */
static int each_account(struct export *export, uint64_t of_id,
                        int (*page)(struct arena *arena, struct view *view, uint64_t of_id, uint64_t after, size_t max,
                                    struct id_list *ret_ids),
                        void (*row)(struct export *export, uint64_t other_id))
{
	struct id_list ids = { 0 };
	uint64_t after = 0;
	size_t rows = 0;
	int r;

	do {
		arena_reset(export->scratch);
		r = page(export->scratch, export->view, of_id, after, PAGE, &ids);
		for (size_t i = 0; r == OK && i < ids.count; i++)
			row(export, after = ids.ids[i]);
		rows += ids.count;
	} while (r == OK && ids.count == PAGE && rows < ROWS_MAX);
	return r;
}

/* --- follows, blocks, mutes ------------------------------------------------------------------------------------- */

static struct str word_of(bool value)
{
	return value ? STR("true") : STR("false");
}

static void follow_row(struct export *export, uint64_t other_id)
{
	struct follow follow;
	struct buf languages;

	if (graph_follow_get(export->scratch, export->view, export->account_id, other_id, &follow) != OK ||
	    !add_handle(export, other_id, true))
		return;
	buf_init(&languages, export->scratch, 0);
	for (size_t i = 0; i < follow.languages.count; i++) {
		if (i)
			buf_add(&languages, STR(", "));
		buf_add(&languages, follow.languages.items[i]);
	}
	csv_add(&export->csv, word_of(follow.show_reblogs), false);
	csv_add(&export->csv, word_of(follow.notify), false);
	csv_add(&export->csv, buf_str(&languages), false);
	csv_end_row(&export->csv);
}

static int fill_follows(struct export *export)
{
	buf_add(&export->csv, STR("Account address,Show boosts,Notify on new posts,Languages\n"));
	return each_account(export, export->account_id, graph_following, follow_row);
}

static void handle_row(struct export *export, uint64_t other_id)
{
	if (add_handle(export, other_id, true))
		csv_end_row(&export->csv);
}

static int fill_blocks(struct export *export)
{
	return each_account(export, export->account_id, blocks_of, handle_row);
}

static int muted_page(struct arena *arena, struct view *view, uint64_t of_id, uint64_t after, size_t max,
                      struct id_list *ret_ids)
{
	return ties_of(arena, view, of_id, TIE_MUTED, after, max, ret_ids);
}

static void mute_row(struct export *export, uint64_t other_id)
{
	struct tie tie;

	if (ties_get(export->scratch, export->view, export->account_id, other_id, &tie) != OK ||
	    !add_handle(export, other_id, true))
		return;
	csv_add(&export->csv, word_of(tie.mute_notices), false);
	csv_end_row(&export->csv);
}

static int fill_mutes(struct export *export)
{
	buf_add(&export->csv, STR("Account address,Hide notifications\n"));
	return each_account(export, export->account_id, muted_page, mute_row);
}

/* --- lists ------------------------------------------------------------------------------------------------------ */

static void member_row(struct export *export, uint64_t other_id)
{
	size_t before = export->csv.n;

	csv_add(&export->csv, export->list, true);
	if (add_handle(export, other_id, false))
		csv_end_row(&export->csv);
	else
		export->csv.n = before;
}

static int fill_lists(struct export *export)
{
	struct arena *arena = export->arena;
	struct list *lists = NULL;
	size_t count = 0;
	int r = lists_of(arena, export->view, export->account_id, &lists, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		export->list = lists[i].title;
		r = each_account(export, lists[i].id, lists_members, member_row);
	}
	return r;
}

/* --- domains and bookmarks -------------------------------------------------------------------------------------- */

static int fill_domains(struct export *export)
{
	struct named *list = NULL;
	size_t count = 0;
	int r = named_of(export->arena, export->view, export->account_id, NAMED_DOMAIN_BLOCK, &list, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		csv_add(&export->csv, list[i].name, true);
		csv_end_row(&export->csv);
	}
	return r;
}

static int fill_bookmarks(struct export *export)
{
	struct page page = { .limit = PAGE_LIMIT_MAX };
	struct marked_page found;
	size_t rows = 0;
	int r;

	do {
		found = (struct marked_page){ 0 };
		arena_reset(export->scratch);
		r = bookmarks_page(export->scratch, export->view, export->account_id, &page, &found);
		for (size_t i = 0; r == OK && i < found.count; i++) {
			csv_add(&export->csv, found.posts[i].uri, true);
			csv_end_row(&export->csv);
		}
		rows += found.count;
		page.max_id = found.oldest;
	} while (r == OK && found.more && found.oldest && rows < ROWS_MAX);
	return r;
}

int export_csv(struct arena *arena, struct view *view, struct str domain, uint64_t account_id, uint8_t kind,
               struct str *ret_csv)
{
	static int (*const fills[])(struct export *export) = {
		[IMPORT_FOLLOWS] = fill_follows, [IMPORT_BLOCKS] = fill_blocks, [IMPORT_MUTES] = fill_mutes,
		[IMPORT_LISTS] = fill_lists, [IMPORT_DOMAIN_BLOCKS] = fill_domains, [IMPORT_BOOKMARKS] = fill_bookmarks,
	};
	struct export export = {
		.arena = arena, .view = view, .domain = domain, .account_id = account_id, .scratch = arena_new(),
	};
	int r;

	buf_init(&export.csv, arena, 0);
	r = fills[kind](&export);
	arena_free(export.scratch);
	*ret_csv = buf_str(&export.csv);
	return r == OK ? export.csv.err : r;
}
