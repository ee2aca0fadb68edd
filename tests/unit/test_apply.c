/* Stories through the one door: what our people do and what a peer sends, in any order and from the wrong hands. */
#include "federation/apply.h"

#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"

static void check_smoke(void)
{
	struct rig *rig = rig_new();
	uint64_t id;
	struct str uri;

	rig_follows(rig, &rig->carol, &rig->alice);
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Hello @carol@b.example and #All", 0, &id);
	printf("# %.*s\n", STR_ARG(uri));
	printf("# %zu jobs\n", rig_jobs(rig));
	printf("# %.*s\n", STR_ARG(rig_outgoing(rig)));
	is_int(rig_outgoing_count(rig), 1, "a post goes to the follower's node once");
	rig_free(rig);
}

int main(void)
{
	check_smoke();
	return done();
}
