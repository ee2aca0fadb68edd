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
static struct str post_uri;

static void make_world(void)
{
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	post_uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Hello", 0, &id);
}

/* Ids of ours are not known to a corpus: these two stand for them. */
static struct str localized(struct arena *arena, struct str text)
{
	struct str account = STR("https://a.example/u/7"), post = STR("https://a.example/p/9");
	struct buf buf;

	buf_init(&buf, arena, 0);
	while (text.n) {
		if (str_starts(text, account))
			buf_add(&buf, rig->alice.uri);
		else if (str_starts(text, post))
			buf_add(&buf, post_uri);
		else
			buf_add_char(&buf, text.p[0]);
		text = str_sub(text, str_starts(text, account) || str_starts(text, post) ? account.n : 1, text.n);
	}
	return buf_str(&buf);
}

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
	struct arena *arena = arena_new();
	struct object_draft draft;
	struct activity activity;
	struct account account;
	json_t *document;

	if (!rig)
		make_world();
	if (json_parse(arena, localized(arena, (struct str){ (const char *)data, n }), &document) == OK) {
		object_parse(arena, document, &draft);
		actor_parse(arena, document, json_member_str(document, "id"), &account);
		if (activity_parse(arena, document, &activity) == OK)
			apply(arena, &activity);
	}
	arena_free(arena);
	return 0;
}
