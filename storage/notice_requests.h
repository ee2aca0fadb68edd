/*
 * Requests for attention: what the policy holds back (storage/notice_policy.h), by who sent it.
 *
 * A request is the notices of one actor that are held back; it has no record of its own and its id is that of the
 * actor. It ends when the last of them does.
 */
#ifndef STORAGE_NOTICE_REQUESTS_H
#define STORAGE_NOTICE_REQUESTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { NOTICE_REQUEST_COUNT_MAX = 1000 };  /* what lies beyond is not counted */

struct notice_request {
	uint64_t account_id, actor_id;
	struct notice first, last;
	size_t count;
	uint64_t post_id;  /* the last that one is about; 0: none */
};

/* ERR_NOT_FOUND: nothing of this actor is held back. */
int notice_requests_get(struct view *view, uint64_t account_id, uint64_t actor_id, struct notice_request *ret_request);
/* Those of actors whose id is above `after`, in that order. */
int notice_requests_page(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                         struct notice_request **ret_requests, size_t *ret_count);

/* Is this actor never held back? */
bool notice_requests_lets(struct view *view, uint64_t account_id, uint64_t actor_id);
/* From now on it is not. */
int notice_requests_let(struct txn *txn, uint64_t account_id, uint64_t actor_id);
/* Lets go up to `max` of what is held back, or deletes it; *ret_more: there may be others. When the last is let go that
 * waited, EVENT_NOTICES_MERGED. */
int notice_requests_release(struct txn *txn, uint64_t account_id, uint64_t actor_id, size_t max, bool *ret_more);
int notice_requests_drop(struct txn *txn, uint64_t account_id, uint64_t actor_id, size_t max, bool *ret_more);
/* Is something held back of an actor that is let through? Then its release is still under way. */
bool notice_requests_pending(struct view *view, uint64_t account_id);
/* Removes up to `max` of whom an account that ends lets through; *ret_more: there may be others. */
int notice_requests_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
