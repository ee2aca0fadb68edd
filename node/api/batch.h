/*
 * A page of statuses and accounts, looked up together and joined from their finished fragments (storage/fragment.h).
 *
 * Add everything first, load once, then write in any order. Each space is asked once per page, each author once. The
 * caller has checked who may see what. What is looked up belongs to the view, so write before it ends. One thread.
 */
#ifndef NODE_API_BATCH_H
#define NODE_API_BATCH_H

#include "storage/base/json.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct batch_account;
struct batch_status;

struct batch {
	struct arena *arena;
	struct view *view;
	uint64_t viewer_id;  /* 0: nobody; then no member depends on the viewer */
	struct batch_account *accounts;
	size_t account_count, account_room;
	struct batch_status *statuses;
	size_t status_count, status_room;
	int quoting;         /* writing inside a quote */
};

void batch_init(struct batch *batch, struct arena *arena, struct view *view, uint64_t viewer_id);
void batch_add_account(struct batch *batch, uint64_t account_id);
/* A boost brings what it boosts. */
void batch_add_post(struct batch *batch, const struct post *post);
int batch_load(struct batch *batch);

/* Was it found? What was not is to be left out of lists. */
bool batch_has_account(const struct batch *batch, uint64_t account_id);
bool batch_has_status(const struct batch *batch, uint64_t post_id);
/* The entity, or null. */
void batch_w_account(struct batch *batch, struct json_writer *w, uint64_t account_id);
void batch_w_status(struct batch *batch, struct json_writer *w, uint64_t post_id);
/* The same with the typed text, as the answer to a deletion gives it back. */
void batch_w_status_with_text(struct batch *batch, struct json_writer *w, uint64_t post_id, struct str text);
/* The poll of a post that was found, or null. */
void batch_w_poll(struct batch *batch, struct json_writer *w, uint64_t post_id);

#endif
