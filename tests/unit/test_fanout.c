/* One activity becomes deliveries: whom it reaches, once each, over pages and crashes. */
#include "federation/fanout.h"

#include "federation/addressing.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/peers.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

static struct rig *rig;

/* `count` accounts of `host` that follow alice; with a shared inbox or only their own. */
static void add_followers(const char *host, int count, bool shared)
{
	world_write(rig->world);
	for (int i = 0; i < count; i++) {
		struct account *account = world_account(rig->world, rig_text(rig, "f%d%s", i, shared ? "s" : "o"), host);
		struct account changed = *account;

		changed.key_id = STR_NONE;
		if (!shared)
			changed.shared_inbox = STR_NONE;
		accounts_put(rig->world->txn, &changed);
		world_follow(rig->world, account->id, rig->alice.id, FOLLOW_ACCEPTED);
	}
	world_commit(rig->world);
}

static uint64_t add_peer(const char *host)
{
	struct peer peer = { .domain = str_of(host), .url = str_of(rig_text(rig, "https://%s", host)), .tier = PEER_PARTNER };

	peers_put(world_write(rig->world), &peer);
	world_commit(rig->world);
	return peer.id;
}

static size_t waiting(uint64_t peer_id)
{
	uint64_t count = 0;

	deliveries_count(world_read(rig->world), peer_id, &count);
	return count;
}

static void check_shared(void)
{
	uint64_t id, other;
	size_t ran;

	rig = rig_new();
	other = add_peer("c.example");
	add_followers("b.example", 700, true);
	add_followers("c.example", 3, true);
	add_followers("c.example", 2, false);
	add_followers("evil.example", 2, true);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "To all of you", 0, &id);
	ran = rig_jobs(rig);
	ok(ran >= 3, "many followers are a job in pages (%zu)", ran);
	is_int(waiting(rig->peer.id), 1, "a shared inbox gets one delivery, over all pages");
	is_int(waiting(other), 3, "people without one get their own");
	rig_free(rig);
}

static void check_mixed(void)
{
	struct delivery *deliveries;
	struct activity_record record;
	uint64_t id;
	size_t count;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Dear @carol@b.example", 0, &id);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "who follows and is mentioned gets one copy");
	deliveries_page(rig->arena, world_read(rig->world), rig->peer.id, 0, 10, &deliveries, &count);
	activities_get(rig->arena, rig->world->view, deliveries[0].activity_id, &record);
	is_int(deliveries[0].object_key, id, "under the key of its post, so that what follows stays behind it");
	is_int(deliveries[0].actor_id, rig->alice.id, "to be signed by its author");
	is_str(record.uri, str_of(rig_text(rig, "https://a.example/a/%llu", (unsigned long long)record.id)), "at its id");
	is_int(deliveries[0].expires_ms, RIG_NOW_MS + (int64_t)14 * DAY_MS, "for two weeks");
	rig_outgoing_clear(rig);
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "Only @carol@b.example", 0, &id);
	rig_jobs(rig);
	deliveries_page(rig->arena, world_read(rig->world), rig->peer.id, 0, 10, &deliveries, &count);
	is_int(count, 1, "a direct post goes to whom it names");
	is_str(deliveries[0].inbox, STR("https://b.example/users/carol/inbox"), "in her own inbox, when she is alone");
	rig_outgoing_clear(rig);
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "Only @bob", 0, &id);
	is_int(rig_jobs(rig), 0, "among us nothing leaves");
	rig_free(rig);
}

static void check_lists(void)
{
	bool more = true;
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Soon", 0, &id);
	world_write(rig->world);
	while (more)
		peers_delete(rig->world->txn, rig->peer.id, &more);
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(waiting(rig->peer.id), 0, "a peer that was taken off the list gets nothing");
	rig_free(rig);
}

/* A page that is run again after a crash: the jobs still there are all that counts. */
static void check_again(void)
{
	struct job *jobs, job = { .id = 0 };
	uint64_t id;
	size_t count;
	bool more;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Once", 0, &id);
	jobs_page(rig->arena, world_read(rig->world), 10, &jobs, &count);
	for (size_t i = 0; i < count; i++)
		if (str_eq(jobs[i].kind, STR("fanout")))
			job = jobs[i];
	is_int(fanout_write(rig->arena, world_write(rig->world), &job, &more), OK, "a page runs");
	world_abort(rig->world);
	is_int(waiting(rig->peer.id), 0, "what was not committed left nothing");
	rig_jobs(rig);
	is_int(waiting(rig->peer.id), 1, "and runs again whole");
	job.subject = 12345;
	is_int(fanout_write(rig->arena, world_write(rig->world), &job, &more), OK, "an activity that is gone is no error");
	world_abort(rig->world);
	ok(!more, "and the end of its job");
	rig_free(rig);
}

int main(void)
{
	check_shared();
	check_mixed();
	check_lists();
	check_again();
	return done();
}
