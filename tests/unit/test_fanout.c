/* One activity becomes deliveries: whom it reaches, once each, over pages and crashes. */
#include "federation/fanout.h"

#include "federation/addressing.h"
#include "federation/expiry.h"
#include "federation/receipt.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/peers.h"
#include "storage/receipts.h"
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

static int delete_body(struct rig *r, struct txn *txn, void *arg)
{
	return act_delete_post(r->arena, txn, r->alice.id, *(uint64_t *)arg);
}

static int update_body(struct rig *r, struct txn *txn, void *arg)
{
	const struct post_draft draft = { .text = STR("Better") };

	return act_update_post(r->arena, txn, r->alice.id, *(uint64_t *)arg, &draft);
}

/* A post that carol had as a follower, and does not follow any more. */
static uint64_t post_to_former(uint8_t visibility)
{
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, visibility, "For you", 0, &id);
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	graph_follow_delete(world_write(rig->world), rig->carol.id, rig->alice.id);
	world_commit(rig->world);
	return id;
}

static size_t receipts(uint64_t post_id)
{
	struct id_list peers;

	receipts_of(rig->arena, world_read(rig->world), post_id, &peers);
	return peers.count;
}

static struct delivery first_delivery(void)
{
	struct delivery *deliveries;
	size_t count;

	deliveries_page(rig->arena, world_read(rig->world), rig->peer.id, 0, 10, &deliveries, &count);
	return count ? deliveries[0] : (struct delivery){ 0 };
}

static void check_former(void)
{
	static const struct { uint8_t visibility; size_t updates; } cases[] = {
		{ VISIBILITY_PUBLIC, 1 }, { VISIBILITY_UNLISTED, 1 }, { VISIBILITY_FOLLOWERS, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t id = post_to_former(cases[i].visibility);
		struct reminder reminder;

		is_int(receipts(id), 1, "it is known where a post went");
		rig_write(rig, update_body, &id);
		rig_jobs(rig);
		is_int(rig_outgoing_count(rig), cases[i].updates, "an edit goes where nobody follows any more if all may read it");
		rig_outgoing_clear(rig);
		rig_write(rig, delete_body, &id);
		rig_jobs(rig);
		is_int(rig_outgoing_count(rig), 1, "its end goes there in any case");
		is_str(first_delivery().inbox, STR("https://b.example/inbox"), "to the inbox for many");
		ok(first_delivery().expires_ms == RIG_NOW_MS + (int64_t)30 * DAY_MS, "for thirty days");
		is_int(receipts(id), 0, "no receipt is left");
		is_int(reminders_get(world_read(rig->world), rig->peer.id, id, &reminder), OK, "but who has to confirm it");
		ok(!reminder.given_up && reminder.since_ms == RIG_NOW_MS, "and since when");
		rig_free(rig);
	}
}

static void check_shared_once(void)
{
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "For you", 0, &id);
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	rig_write(rig, delete_body, &id);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "who follows still is told of an end once");
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "Only @carol@b.example", 0, &id);
	rig_jobs(rig);
	is_int(receipts(id), 0, "what goes to named people alone needs no receipt");
	rig_free(rig);
}

static void judge(const struct delivery *delivery, bool taken)
{
	receipt_judge(rig->arena, world_write(rig->world), delivery, taken);
	world_commit(rig->world);
}

static void check_confirmed(void)
{
	uint64_t id = post_to_former(VISIBILITY_PUBLIC);
	struct delivery update, end;
	struct reminder reminder, *page;
	size_t count;
	bool more;

	rig_write(rig, update_body, &id);
	rig_jobs(rig);
	update = first_delivery();
	rig_outgoing_clear(rig);
	rig_write(rig, delete_body, &id);
	rig_jobs(rig);
	end = first_delivery();
	judge(&update, true);
	is_int(reminders_get(world_read(rig->world), rig->peer.id, id, &reminder), OK, "an edit that is taken confirms no end");
	judge(&end, false);
	reminders_get(world_read(rig->world), rig->peer.id, id, &reminder);
	ok(reminder.given_up, "an end that is refused for good is given up");
	reminders_page(rig->arena, rig->world->view, rig->peer.id, 0, 10, &page, &count);
	ok(count == 1 && page[0].post_id == id, "which can be looked up");
	reminders_forget(world_write(rig->world), RIG_NOW_MS, 10, &more);
	is_int(reminders_get(txn_view(rig->world->txn), rig->peer.id, id, &reminder), OK, "for a while");
	reminders_forget(rig->world->txn, RIG_NOW_MS + 1, 10, &more);
	is_int(reminders_get(txn_view(rig->world->txn), rig->peer.id, id, &reminder), ERR_NOT_FOUND, "and no longer");
	world_abort(rig->world);
	judge(&end, true);
	is_int(reminders_get(world_read(rig->world), rig->peer.id, id, &reminder), ERR_NOT_FOUND, "one that is taken is confirmed");
	rig_free(rig);
}

static int delete_actor_body(struct rig *r, struct txn *txn, void *arg)
{
	(void)arg;
	return act_delete_actor(r->arena, txn, r->alice.id);
}

static void check_account(void)
{
	post_to_former(VISIBILITY_PUBLIC);
	rig_write(rig, delete_actor_body, NULL);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "of the end of an account every peer hears");
	ok(str_find(rig_outgoing(rig), STR("\"type\":\"Delete\"")) != SIZE_MAX, "whoever follows there");
	rig_free(rig);
}

static void remove_peer(void)
{
	bool more = true;

	while (more) {
		peers_delete(world_write(rig->world), rig->peer.id, &more);
		world_commit(rig->world);
	}
}

static void check_forgotten(void)
{
	uint64_t id = post_to_former(VISIBILITY_PUBLIC), left;

	rig_write(rig, delete_body, &id);
	rig_jobs(rig);
	remove_peer();
	view_count(world_read(rig->world), SPACE_REMINDER, &left);
	is_int(left, 0, "a peer that leaves the list has nothing to confirm");
	rig_free(rig);
	id = post_to_former(VISIBILITY_PUBLIC);
	remove_peer();
	rig_write(rig, delete_body, &id);
	rig_jobs(rig);
	is_int(receipts(id) + waiting(rig->peer.id), 0, "nor is it told of anything");
	rig_free(rig);
}

/* Three weeks later, at a peer that is paused. */
static void check_paused(void)
{
	uint64_t id = post_to_former(VISIBILITY_PUBLIC), ended;
	struct reminder reminder;
	bool more;

	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "For you, too", 0, &ended);
	rig_write(rig, delete_body, &id);
	rig_jobs(rig);
	is_int(waiting(rig->peer.id), 2, "a post and an end wait");
	clock_advance_for_test(21 * (int64_t)DAY_MS);
	expiry_sweep(rig->arena, world_write(rig->world), 10, &more);
	world_commit(rig->world);
	is_int(waiting(rig->peer.id), 2, "what a peer may still get is left to the delivery thread");
	rig->peer.paused = true;
	peers_put(world_write(rig->world), &rig->peer);
	is_int(expiry_sweep(rig->arena, rig->world->txn, 10, &more), OK, "what waits for a paused one expires, too");
	world_commit(rig->world);
	is_int(waiting(rig->peer.id), 1, "but not yet what takes something back");
	clock_advance_for_test(10 * (int64_t)DAY_MS);
	expiry_sweep(rig->arena, world_write(rig->world), 1, &more);
	world_commit(rig->world);
	is_int(waiting(rig->peer.id), 0, "after a month that, too");
	ok(more, "and who asked for so many asks again");
	ok(reminders_get(world_read(rig->world), rig->peer.id, id, &reminder) == OK && reminder.given_up,
	   "the end counts as given up");
	rig_free(rig);
}

static int block_body(struct rig *r, struct txn *txn, void *arg)
{
	(void)arg;
	return act_block(r->arena, txn, r->alice.id, r->carol.id);
}

static void check_terms(void)
{
	struct delivery *deliveries;
	size_t count = 0, kept = 0;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_write(rig, block_body, NULL);
	rig_jobs(rig);
	deliveries_page(rig->arena, world_read(rig->world), rig->peer.id, 0, 10, &deliveries, &count);
	for (size_t i = 0; i < count; i++)
		kept += deliveries[i].expires_ms == RIG_NOW_MS + (int64_t)30 * DAY_MS;
	ok(count > 0 && kept == count, "a block and what goes with it are tried for thirty days");
	rig_free(rig);
}

int main(void)
{
	check_paused();
	check_terms();
	check_account();
	check_former();
	check_shared_once();
	check_confirmed();
	check_forgotten();
	check_shared();
	check_mixed();
	check_lists();
	check_again();
	return done();
}
