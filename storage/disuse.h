/*
 * What ends because nobody uses it: tokens past their time or not used for long, apps that nobody ever let in.
 *
 * Found in a view, which may take its time, and ended in pages in the writer, which looks again.
 */
#ifndef STORAGE_DISUSE_H
#define STORAGE_DISUSE_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { DISUSE_PAGE = 200 };

struct disuse_rules {
	int64_t now_ms;
	int64_t token_idle_ms;  /* 0: tokens do not end with disuse */
	int64_t app_idle_ms;
};

/* One page of it. */
struct disuse {
	struct token tokens[DISUSE_PAGE];
	uint64_t app_ids[DISUSE_PAGE];
	size_t token_count, app_count;
};

/* Everything when it fits into a page; otherwise the first of it: ask again after disuse_end(). */
int disuse_find(struct view *view, const struct disuse_rules *rules, struct disuse *ret_disuse);
/* Ends what is still to be ended, with push subscriptions and streams. A token of an older store, whose use was not
 * written down, counts as used now. */
int disuse_end(struct txn *txn, const struct disuse_rules *rules, const struct disuse *disuse);

#endif
