/*
 * Exports through the client API, and for browsers. What is written is node/export.h's.
 */
#include "node/api/exports.h"

#include "node/export.h"
#include "node/node.h"

static int answer(struct call *call, uint8_t kind, const char *name)
{
	struct view *view;
	struct str csv;
	int r = view_begin(call->node->store, &view);

	if (r != OK)
		return r;
	r = export_csv(call->arena, view, call->node->instance.domain, call->viewer.account_id, kind, &csv);
	view_end(view);
	if (r != OK)
		return r;
	call_header(call, "Content-Disposition", arena_printf(call->arena, "attachment; filename=\"%s.csv\"", name));
	call_header(call, "Cache-Control", STR("private, no-store"));
	return call_reply(call, 200, "text/csv; charset=utf-8", csv);
}

int api_export_follows(struct call *call)
{
	return answer(call, IMPORT_FOLLOWS, "following_accounts");
}

int api_export_blocks(struct call *call)
{
	return answer(call, IMPORT_BLOCKS, "blocked_accounts");
}

int api_export_mutes(struct call *call)
{
	return answer(call, IMPORT_MUTES, "muted_accounts");
}

int api_export_lists(struct call *call)
{
	return answer(call, IMPORT_LISTS, "lists");
}

int api_export_domain_blocks(struct call *call)
{
	return answer(call, IMPORT_DOMAIN_BLOCKS, "blocked_domains");
}

int api_export_bookmarks(struct call *call)
{
	return answer(call, IMPORT_BOOKMARKS, "bookmarks");
}
