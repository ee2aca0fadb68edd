/*
 * What the stages of an incoming request note in it alike.
 */
#include "federation/incoming.h"

#include "storage/access.h"
#include "storage/base/err.h"

/* Words for the journal; what is put off has none and is not noted, unless a filter did it. */
static const char *word_for(int err)
{
	if (err == ERR_INVALID)
		return "malformed";
	if (err == ERR_LIMIT)
		return "size";
	return err == ERR_DENIED ? "not-allowed" : NULL;
}

int incoming_refuse(struct incoming *incoming, int err, const char *reason)
{
	incoming->reason = reason;
	incoming->word = word_for(err);
	return err;
}

struct beholder incoming_beholder(const struct incoming *incoming)
{
	/* Somebody whose account is not stored yet sees what his node may see. */
	if (incoming->signer_is_instance || !incoming->signer.id)
		return (struct beholder){ BEHOLDER_PEER, 0 };
	return (struct beholder){ BEHOLDER_REMOTE, incoming->signer.id };
}
