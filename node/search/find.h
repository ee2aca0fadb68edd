/*
 * Searching: what a person typed, against the index, cut to what that person may see. A hit counts only when the record has
 * these words now and the audience of the record holds the person, so that a file that lags or is old tells nobody anything.
 *
 * Words are joined by "and"; "words in quotes" stand side by side; from:@name or from:me and has:media narrow. A search for
 * posts that gives nothing is made again with words one slip away.
 */
#ifndef NODE_SEARCH_FIND_H
#define NODE_SEARCH_FIND_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct text_index;

struct find {
	struct str text;             /* well-formed UTF-8 */
	uint64_t viewer_id;
	uint64_t account_id;         /* posts of this account only; 0: of all */
	uint64_t max_id, min_id;     /* posts older, newer than these; 0: open */
	size_t offset, limit;
};

/* Posts, newest first. A search looks at 4,000 hits at most, and at 2 MiB of their text. */
int find_posts(struct text_index *index, struct arena *arena, struct view *view, const struct find *find,
               struct id_list *ret_ids);
/* People by their profile, the best first: those who let themselves be found, and whom the viewer follows. At most `limit`
 * of them; `offset` is not looked at. The last word may be the beginning of one. */
int find_people(struct text_index *index, struct arena *arena, struct view *view, const struct find *find,
                struct id_list *ret_ids);

#endif
