/*
 * Quotes, seen from the quoted post: who may quote it, and what does. The records are those of posts (storage/posts.h).
 */
#ifndef STORAGE_QUOTES_H
#define STORAGE_QUOTES_H

#include "storage/access.h"
#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"
#include "storage/timelines.h"

struct arena;

enum quote_answer { QUOTE_DENIED, QUOTE_UNKNOWN, QUOTE_MANUAL, QUOTE_AUTOMATIC };

/* What holds for a post: what its author said, and for one of ours of which nothing was said that everybody may. A post
 * that is not for all is quoted by its author alone. Set of enum quote_policy. */
uint8_t quotes_policy(const struct post *post);
/* May the account quote it? QUOTE_UNKNOWN: a foreign post that says nothing. Does not ask whether it may be seen. */
enum quote_answer quotes_may(struct view *view, const struct post *post, uint64_t account_id);

/* Posts that quote `post_id`, as far as the beholder may see them, newest first. */
int quotes_page(struct arena *arena, struct view *view, struct beholder beholder, uint64_t post_id,
                const struct page *page, struct post_page *ret_page);
/* Posts of ours that quote `post_id`, the newest `max`. */
int quotes_ours(struct arena *arena, struct view *view, uint64_t post_id, size_t max, struct post_page *ret_page);
/* Posts that quote by a stamp, at most `max`: ours or others. */
int quotes_by_stamp(struct arena *arena, struct view *view, struct str stamp_uri, size_t max, struct id_list *ret_ids);

/* The step of storage/maintain.h to version 3: quotes that were proved before are found from what they quote, and
 * finished JSON says no more that nobody may quote. */
int quotes_migrate(struct txn *txn);

#endif
