/*
 * An activity that another brings than its actor: whether it is to be believed.
 *
 * It is when it carries the integrity proof of its actor (FEP-8b32), whose key his own document lists. Otherwise
 * nobody's word counts for another's: of an answer to something that we know, brought as inbox forwarding does it
 * (ActivityPub section 7.1.2), only the address is taken, and its own node asked. So it is for a profile, proved or not:
 * a former one would bring former keys back. The stages are those of the inbox (federation/inbox.h), which calls them
 * when the signer is not the actor.
 */
#ifndef FEDERATION_BROUGHT_H
#define FEDERATION_BROUGHT_H

#include "federation/incoming.h"

enum {
	BROUGHT_DAYS_MAX = 29,           /* an older proof is refused: ids of activities are remembered a day longer */
	BROUGHT_BYTES_MAX = 256 * 1024,  /* of an activity: to prove one costs much more than to read it */
};

/* Could it be, by its form? What cannot is refused before any signature is looked at. Any thread. */
bool brought_may(const struct incoming *incoming);
/* HTTP thread, the signer being verified. OK: believed, or its object is to be asked for. NEED: the key of its proof
 * must be fetched. ERR_UNAUTHORIZED, ERR_DENIED, ERR_BUSY (the actor's node is paused). */
int brought_check(struct incoming *incoming, struct view *view);
/* Pool thread: fetches the actor and his key, once, and verifies. Errors as above; ERR_BUSY too when his node did not
 * answer. */
int brought_work(struct incoming *incoming, struct store *store);
/* Writer thread: stores the actor if he was fetched, whether his proof held or not. */
int brought_put_actor(struct incoming *incoming, struct txn *txn);
/* Writer thread: adds the job that asks for incoming->hearsay. ERR_BUSY: too many wait. */
int brought_ask(struct incoming *incoming, struct txn *txn);

#endif
