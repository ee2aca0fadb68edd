/*
 * The other side of an act between two people. What two strangers have between them is nobody's business here, so what
 * comes from a peer is about one of ours. Writer thread.
 */
#include "federation/target.h"

#include "storage/accounts.h"
#include "storage/base/err.h"
#include "storage/instance.h"

int target_find(struct apply *apply)
{
	const struct activity *a = apply->activity;
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		r = accounts_get(apply->arena, apply->view, a->object_id, &apply->target);
	else if (!instance_owns(apply->instance, a->object_uri))
		return ERR_DENIED;
	else
		r = accounts_by_uri(apply->arena, apply->view, a->object_uri, &apply->target);
	if (r)
		return r;
	return apply->target.deleted ? ERR_GONE : OK;
}
