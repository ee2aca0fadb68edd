/*
 * Which of a person's filters a post meets, as the `filtered` member of a status. HTTP threads.
 *
 * Every filter that stands is told, whatever its contexts: the client knows where it shows the post. One's own posts
 * meet none.
 */
#ifndef NODE_API_FILTERED_H
#define NODE_API_FILTERED_H

#include "storage/base/json.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct filtered;

/* The filters of a person that count now, made ready to compare; NULL: none, after one seek. */
int filtered_load(struct arena *arena, struct view *view, uint64_t viewer_id, struct filtered **ret_filtered);
/* The FilterResults of a post (`poll` may be NULL) as a JSON array; STR_NONE when there are none. */
struct str filtered_results(const struct filtered *filtered, const struct post *post, const struct poll *poll);
/* A Filter; without its keywords and statuses inside a FilterResult, as clients know it. */
void filter_entity_w(struct json_writer *w, const struct filter *filter, bool whole);
/* The member "context". */
void filter_contexts_w(struct json_writer *w, const struct filter *filter);
void filter_keyword_w(struct json_writer *w, const struct filter *filter, size_t at);
void filter_status_w(struct json_writer *w, const struct filter *filter, size_t at);

#endif
