/*
 * Exports as CSV. Addresses are written in full, ours too, since they are read elsewhere.
 */
#include "node/api/exports.h"

#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/csv.h"
#include "storage/blocks.h"
#include "storage/bookmarks.h"
#include "storage/graph.h"
#include "storage/lists.h"
#include "storage/named.h"
#include "storage/ties.h"

enum { PAGE = 500, ROWS_MAX = 100000 };

struct export {
	struct call *call;
	struct view *view;
	struct arena *scratch;   /* of one page */
	struct buf csv;
	struct str list;         /* the title of the list whose members are written */
};

/* "name@host", of ours too; false: the account is gone. */
static bool add_handle(struct export *export, uint64_t account_id, bool first)
{
	struct account account;
	struct str host;

	if (accounts_get(export->scratch, export->view, account_id, &account) != OK || account.deleted)
		return false;
	host = account.host.n ? account.host : export->call->node->instance.domain;
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

/* Runs `fill` in a view and answers with what it wrote as a file. */
static int answer(struct call *call, const char *name, int (*fill)(struct export *export))
{
	struct export export = { .call = call, .scratch = arena_new() };
	int r = view_begin(call->node->store, &export.view);

	buf_init(&export.csv, call->arena, 0);
	if (r == OK) {
		r = fill(&export);
		view_end(export.view);
	}
	arena_free(export.scratch);
	if (r != OK || export.csv.err != OK)
		return r != OK ? r : export.csv.err;
	call_header(call, "Content-Disposition", arena_printf(call->arena, "attachment; filename=\"%s.csv\"", name));
	call_header(call, "Cache-Control", STR("private, no-store"));
	return call_reply(call, 200, "text/csv; charset=utf-8", buf_str(&export.csv));
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

	if (graph_follow_get(export->scratch, export->view, export->call->viewer.account_id, other_id, &follow) != OK ||
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
	return each_account(export, export->call->viewer.account_id, graph_following, follow_row);
}

int api_export_follows(struct call *call)
{
	return answer(call, "following_accounts", fill_follows);
}

static void handle_row(struct export *export, uint64_t other_id)
{
	if (add_handle(export, other_id, true))
		csv_end_row(&export->csv);
}

static int fill_blocks(struct export *export)
{
	return each_account(export, export->call->viewer.account_id, blocks_of, handle_row);
}

int api_export_blocks(struct call *call)
{
	return answer(call, "blocked_accounts", fill_blocks);
}

static int muted_page(struct arena *arena, struct view *view, uint64_t of_id, uint64_t after, size_t max,
                      struct id_list *ret_ids)
{
	return ties_of(arena, view, of_id, TIE_MUTED, after, max, ret_ids);
}

static void mute_row(struct export *export, uint64_t other_id)
{
	struct tie tie;

	if (ties_get(export->scratch, export->view, export->call->viewer.account_id, other_id, &tie) != OK ||
	    !add_handle(export, other_id, true))
		return;
	csv_add(&export->csv, word_of(tie.mute_notices), false);
	csv_end_row(&export->csv);
}

static int fill_mutes(struct export *export)
{
	buf_add(&export->csv, STR("Account address,Hide notifications\n"));
	return each_account(export, export->call->viewer.account_id, muted_page, mute_row);
}

int api_export_mutes(struct call *call)
{
	return answer(call, "muted_accounts", fill_mutes);
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
	struct arena *arena = export->call->arena;
	struct list *lists = NULL;
	size_t count = 0;
	int r = lists_of(arena, export->view, export->call->viewer.account_id, &lists, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		export->list = lists[i].title;
		r = each_account(export, lists[i].id, lists_members, member_row);
	}
	return r;
}

int api_export_lists(struct call *call)
{
	return answer(call, "lists", fill_lists);
}

/* --- domains and bookmarks -------------------------------------------------------------------------------------- */

static int fill_domains(struct export *export)
{
	struct named *list = NULL;
	size_t count = 0;
	int r = named_of(export->call->arena, export->view, export->call->viewer.account_id, NAMED_DOMAIN_BLOCK, &list, &count);

	for (size_t i = 0; r == OK && i < count; i++) {
		csv_add(&export->csv, list[i].name, true);
		csv_end_row(&export->csv);
	}
	return r;
}

int api_export_domain_blocks(struct call *call)
{
	return answer(call, "blocked_domains", fill_domains);
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
		r = bookmarks_page(export->scratch, export->view, export->call->viewer.account_id, &page, &found);
		for (size_t i = 0; r == OK && i < found.count; i++) {
			csv_add(&export->csv, found.posts[i].uri, true);
			csv_end_row(&export->csv);
		}
		rows += found.count;
		page.max_id = found.oldest;
	} while (r == OK && found.more && found.oldest && rows < ROWS_MAX);
	return r;
}

int api_export_bookmarks(struct call *call)
{
	return answer(call, "bookmarks", fill_bookmarks);
}
