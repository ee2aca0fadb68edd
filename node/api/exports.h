/*
 * What a person may take along as CSV, in the columns that Mastodon writes and reads: whom one follows, shuts out and mutes,
 * lists, domains, bookmarks. Each is a work stage (pool thread, a view of its own): a long list takes its time.
 *
 * The rows are for clients (a token) below /api/v1/exports, and for browsers (a session, or a token) below
 * /settings/exports, where Mastodon has them.
 */
#ifndef NODE_API_EXPORTS_H
#define NODE_API_EXPORTS_H

#include "node/call.h"

int api_export_follows(struct call *call);
int api_export_blocks(struct call *call);
int api_export_mutes(struct call *call);
int api_export_lists(struct call *call);
int api_export_domain_blocks(struct call *call);
int api_export_bookmarks(struct call *call);

#endif
