/*
 * Who follows whom: follows, requests, and follower pages grouped by inbox for delivery.
 */
#ifndef STORAGE_GRAPH_H
#define STORAGE_GRAPH_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

int graph_follow_get(struct arena *arena, struct view *view, uint64_t follower_id, uint64_t followee_id,
                     struct follow *ret_follow);
/* true for an accepted follow; one read, no allocation. */
bool graph_follows(struct view *view, uint64_t follower_id, uint64_t followee_id);
bool graph_requested(struct view *view, uint64_t follower_id, uint64_t followee_id);
/* Inserts or replaces (state may change), keeps counts, requests and made_put() of follow->uri. ERR_INVALID: oneself,
 * or no state. ERR_EXISTS: the uri made something else. */
int graph_follow_put(struct txn *txn, const struct follow *follow);
/* Takes the followee out of the follower's lists and recommendations, too. ERR_NOT_FOUND when there is none. */
int graph_follow_delete(struct txn *txn, uint64_t follower_id, uint64_t followee_id);

/* Accounts that `account_id` follows (accepted), by id after `after`. */
int graph_following(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                    struct id_list *ret_ids);
int graph_followers(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                    struct id_list *ret_ids);
/* Accounts that `account_id` follows or asked to follow, and those that follow it or ask to. */
int graph_outgoing(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids);
int graph_incoming(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids);
/* Accounts that wait for an answer of `account_id`. */
int graph_requests(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids);
/* Any accepted follower of `account_id` that lives on `host`? (fetch gate, synchronisation) */
bool graph_has_follower_on(struct arena *arena, struct view *view, uint64_t account_id, struct str host);

#endif
