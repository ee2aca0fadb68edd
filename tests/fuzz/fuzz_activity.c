/* Any bytes as an activity: parsed, applied to a small world, and the world still answers. */
#include "federation/apply.h"

#include <stdlib.h>

#include "federation/actor.h"
#include "federation/object.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/rig/rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The world is made once; what an input did to it is dropped. */
static struct rig *rig;

static void apply(struct arena *arena, struct activity *activity)
{
	struct txn *txn = world_write(rig->world);
	int r = activity_apply(arena, txn, activity, ORIGIN_REMOTE);

	/* A refusal leaves nothing behind, unless the transaction knows that it failed. */
	if (r < OK && r != ERR_EXISTS && txn_touched(txn) && !txn_err(txn))
		abort();
	world_abort(rig->world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	struct arena *arena = arena_new();
	struct object_draft draft;
	struct activity activity;
	struct account account;
	json_t *document;

	if (!rig)
		rig = rig_new();
	if (json_parse(arena, text, &document) == OK) {
		object_parse(arena, document, &draft);
		actor_parse(arena, document, json_member_str(document, "id"), &account);
		if (activity_parse(arena, document, &activity) == OK)
			apply(arena, &activity);
	}
	arena_free(arena);
	return 0;
}
