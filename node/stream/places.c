/*
 * A hash table of accounts that listen. The caller holds the lock.
 */
#include "node/stream/places.h"

#include <stdlib.h>

#include "node/stream/stream.h"
#include "storage/base/err.h"

/* Where the pointer to the account's listener stands, or would. */
static struct listener **slot_of(struct places *places, uint64_t account_id)
{
	struct listener **slot = &places->buckets[(account_id ^ account_id >> 16) % PLACES_BUCKETS];

	while (*slot && (*slot)->account_id != account_id)
		slot = &(*slot)->next;
	return slot;
}

int places_take(struct places *places, uint64_t account_id, struct listener **ret_listener)
{
	struct listener **slot = slot_of(places, account_id), *listener = *slot;

	if (places->taken >= places->max)
		return ERR_BUSY;
	if (listener && listener->open >= places->per_account_max)
		return ERR_LIMIT;
	if (!listener) {
		listener = calloc(1, sizeof(*listener));
		if (!listener)
			abort();
		listener->account_id = account_id;
		*slot = listener;
	}
	listener->open++;
	places->taken++;
	*ret_listener = listener;
	return OK;
}

void places_give_back(struct places *places, struct listener *listener)
{
	places->taken--;
	if (--listener->open)
		return;
	*slot_of(places, listener->account_id) = listener->next;
	free(listener);
}

struct listener *places_find(struct places *places, uint64_t account_id)
{
	return *slot_of(places, account_id);
}
