/*
 * What a batch holds of each account and status between loading and writing. For the rooms of the batch only: batch.c
 * collects, batch_load.c looks up, batch_write.c joins. One thread.
 */
#ifndef NODE_API_BATCH_ROWS_H
#define NODE_API_BATCH_ROWS_H

#include "node/api/batch.h"
#include "storage/quotes.h"

struct emoji_count;

struct batch_account {
	uint64_t id;
	struct str fragment;
	struct account_stats stats;
	uint64_t moved_id;  /* 0: it did not move */
	enum { VEIL_UNKNOWN, VEIL_YES, VEIL_NO } veil;
	struct str json;    /* written at first use */
};

struct batch_status {
	uint64_t id, account_id;
	uint64_t boosted_id;  /* 0: no boost */
	uint8_t visibility;
	struct str fragment;
	struct post_stats stats;
	bool favourited, boosted_by_viewer, pinned, bookmarked, hushed;
	uint64_t thread_id;
	uint8_t quote_state;  /* enum quote_state; 0: it quotes nothing */
	uint64_t quote_id;    /* 0: none that stands */
	const char *quote_hidden;  /* why it is not shown to this viewer, in the client API's word; NULL: it is */
	uint8_t quote_policy; /* set of enum quote_policy */
	enum quote_answer may_quote;
	struct emoji_count *reactions;
	size_t reaction_count;
	struct poll *poll;  /* NULL: none */
	struct vote *vote;  /* the viewer's */
	struct str filtered;  /* FilterResults as JSON; empty: none */
};

/* NULL: it was not added. */
struct batch_account *batch_find_account(const struct batch *batch, uint64_t id);
struct batch_status *batch_find_status(const struct batch *batch, uint64_t id);
/* Is its author one of ours? */
bool batch_is_own(const struct batch *batch, const struct batch_status *status);
/* Was it found, and its author? NULL: no. */
bool batch_is_shown(const struct batch *batch, const struct batch_status *status);
/* Where the member begins whose key, with comma and colon, is `key`. A quote inside a string is escaped, so that this
 * text can only stand between members; the first one is the status's own. */
size_t batch_member_at(struct str fragment, struct str key);

#endif
