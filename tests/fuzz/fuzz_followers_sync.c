/*
 * Any bytes as the header of followers synchronisation of a good delivery: no crash, and whatever it has us ask, it is asked
 * of nobody but the node of the signer.
 */
#include "federation/followers_sync.h"

#include <stdlib.h>

#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "tests/rig/rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The world is made once; what an input did to it is dropped. */
static struct rig *rig;

/* Takes all that is due as it is after the write: its argument is a digest and an address. */
static void check_asked(struct arena *arena, struct txn *txn)
{
	struct job *jobs;
	size_t count;

	if (jobs_page(arena, txn_view(txn), 100, &jobs, &count) != OK)
		abort();
	for (size_t i = 0; i < count; i++) {
		struct str url = jobs[i].argument, digest;

		if (!str_eq(jobs[i].kind, STR("followers_sync")))
			continue;
		digest = str_cut(&url, ' ');
		if (digest.n != 64 || !url_same_origin(arena, url, rig->carol.uri))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct str covered = STR("collection-synchronization");
	struct header header = { STR(FOLLOWERS_SYNC_HEADER), { n ? (const char *)data : "", n } };
	struct signature_request request = { .headers = &header, .header_count = 1 };
	struct signature signature = { .covered = &covered, .covered_count = 1 };
	struct arena *arena = arena_new();
	struct txn *txn;
	bool asks;

	if (!rig)
		rig = rig_new();
	txn = world_write(rig->world);
	if (followers_sync_hear(&rig->federation, arena, txn, &request, &signature, &rig->carol, &asks) != OK)
		abort();
	check_asked(arena, txn);
	world_abort(rig->world);
	arena_free(arena);
	return 0;
}
