/*
 * What a person takes along, as CSV in the columns that Mastodon writes and reads. Reads only; any thread, but a long list
 * takes its time.
 */
#ifndef NODE_EXPORT_H
#define NODE_EXPORT_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* `kind` is an enum import_kind; `domain` ours. The text is in `arena`. ERR_LIMIT: it is longer than a text may be. */
int export_csv(struct arena *arena, struct view *view, struct str domain, uint64_t account_id, uint8_t kind,
               struct str *ret_csv);

#endif
