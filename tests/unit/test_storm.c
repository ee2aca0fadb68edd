/* Two peers' people and two of ours do everything to everything, in any order, with what names what is not there: after
 * each storm every index of the store agrees with its records. */
#include "federation/apply.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"

enum { STORMS = 100, STEPS = 150, NOTES = 8, OURS = 6 };

static struct rig *rig;
static uint64_t state;
static struct str ours[OURS];     /* addresses of posts of ours */
static uint64_t our_ids[OURS];
static size_t our_count;
static unsigned serial;

static unsigned roll(unsigned sides)
{
	state = state * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(state >> 33) % sides;
}

static const char *actor(void)
{
	return roll(2) ? "https://b.example/users/carol" : "https://b.example/users/dave";
}

static const char *note(void)
{
	if (our_count && roll(4) == 0)
		return arena_cstr(rig->arena, ours[roll((unsigned)our_count)]);
	return rig_text(rig, "https://b.example/notes/%u", roll(NOTES));
}

static const char *audience(void)
{
	static const char *const audiences[] = { "'" PUBLIC "'", "'https://b.example/users/carol/followers'" };

	if (roll(3) == 0)
		return rig_text(rig, "'%.*s'", STR_ARG(roll(2) ? rig->alice.uri : rig->bob.uri));
	return audiences[roll(2)];
}

static const char *object(const char *author)
{
	return rig_text(rig,
	                "{'id':'https://b.example/notes/%u','type':'Note','attributedTo':'%s','content':'%u #t%u',"
	                "'published':'2026-11-%02uT07:59:00Z','to':[%s],'inReplyTo':'%s','tag':[{'type':'Hashtag',"
	                "'name':'#t%u'},{'type':'Mention','href':'%.*s'}]}",
	                roll(NOTES), author, roll(100), roll(3), 23 + roll(2), audience(), note(), roll(3),
	                STR_ARG(rig->alice.uri));
}

static const char *said(const char *type, const char *author, const char *what)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%u','type':'%s','actor':'%s','to':['" PUBLIC "'],'object':%s}",
	                serial++, type, author, what);
}

static const char *inner(const char *type, const char *author, const char *what)
{
	return rig_text(rig, "{'id':'https://b.example/a/%u','type':'%s','actor':'%s','object':'%s'}", roll(serial + 3), type,
	                author, what);
}

static const char *theirs(void)
{
	const char *who = actor(), *what = rig_text(rig, "'%s'", note());

	switch (roll(11)) {
	case 0:
	case 1:
	case 2:
		return said("Create", who, object(who));
	case 3:
		return said("Update", who, object(who));
	case 4:
		return said("Delete", who, what);
	case 5:
		return said("Like", who, what);
	case 6:
		return said("Announce", who, what);
	case 7:
		return said("Follow", who, rig_text(rig, "'%.*s'", STR_ARG(rig->alice.uri)));
	case 8:
		return said("Undo", who, inner("Like", who, note()));
	case 9:
		return said("Undo", who, inner("Announce", who, note()));
	default:
		return said("Undo", who, inner("Follow", who, arena_cstr(rig->arena, rig->alice.uri)));
	}
}

static void our_post(void)
{
	struct post parent = rig_find_post(rig, note());
	uint64_t id;
	struct txn *txn = world_write(rig->world);
	struct mention_target carol = { STR("carol@b.example"), rig->carol.id, rig->carol.url, rig->carol.username };
	struct post_draft draft = {
		.text = STR("Ours @carol@b.example #t1"), .visibility = (uint8_t)(1 + roll(4)), .in_reply_to_id = parent.id,
		.mentions = &carol, .mention_count = 1, .hold_ms = roll(4) == 0 ? 1000 : 0,
	};

	if (act_create_post(rig->arena, txn, rig->alice.id, &draft, &id) == OK) {
		size_t at = our_count < OURS ? our_count++ : roll(OURS);

		our_ids[at] = id;
		ours[at] = instance_post_uri(rig->arena, &rig->world->instance, id);
	}
	world_commit(rig->world);
}

static void our_act(void)
{
	struct post post = rig_find_post(rig, note());
	struct post_draft draft = { .text = STR("Edited #t2") };
	uint64_t boost_id, id = our_count ? our_ids[roll((unsigned)our_count)] : 0;
	struct txn *txn = world_write(rig->world);
	int r = OK;

	switch (roll(7)) {
	case 0:
		r = act_update_post(rig->arena, txn, rig->alice.id, id, &draft);
		break;
	case 1:
		r = act_delete_post(rig->arena, txn, rig->alice.id, id);
		break;
	case 2:
		r = act_like(rig->arena, txn, rig->bob.id, post.id);
		break;
	case 3:
		r = act_unlike(rig->arena, txn, rig->bob.id, post.id);
		break;
	case 4:
		r = act_announce(rig->arena, txn, rig->bob.id, post.id, 0, &boost_id);
		break;
	case 5:
		r = act_unannounce(rig->arena, txn, rig->bob.id, post.id);
		break;
	default:
		r = act_follow(rig->arena, txn, rig->bob.id, rig->carol.id, true, true, NULL);
		break;
	}
	if (r && txn_touched(txn))
		world_abort(rig->world);
	else
		world_commit(rig->world);
}

static void our_end(void)
{
	struct txn *txn = world_write(rig->world);

	act_delete_actor(rig->arena, txn, rig->alice.id);
	world_commit(rig->world);
}

static void add_dave(void)
{
	struct account dave = rig->carol;

	dave.id = 0;
	dave.username = STR("dave");
	dave.uri = STR("https://b.example/users/dave");
	dave.inbox = STR("https://b.example/users/dave/inbox");
	dave.followers_uri = STR("https://b.example/users/dave/followers");
	dave.key_id = STR("https://b.example/users/dave#main-key");
	world_write(rig->world);
	accounts_put(rig->world->txn, &dave);
	world_commit(rig->world);
}

static void print_finding(void *context, const char *sentence)
{
	(void)context;
	printf("# %s\n", sentence);
}

static uint64_t storm(uint64_t seed)
{
	uint64_t findings = 1;

	state = seed;
	our_count = 0;
	serial = 0;
	rig = rig_new();
	add_dave();
	for (int i = 0; i < STEPS; i++) {
		unsigned what = roll(10);

		if (what < 6)
			rig_apply(rig, theirs());
		else if (what < 7)
			our_post();
		else if (what < 9)
			our_act();
		else
			rig_jobs(rig);
		clock_advance_for_test(roll(1000));
	}
	if (roll(2))
		rig_apply(rig, said("Delete", "https://b.example/users/carol", "'https://b.example/users/carol'"));
	if (roll(2))
		our_end();
	rig_jobs(rig);
	maintain_check(world_read(rig->world), print_finding, NULL, &findings);
	rig_free(rig);
	return findings;
}

int main(void)
{
	for (uint64_t seed = 1; seed <= STORMS; seed++)
		ok(storm(seed * 7919) == 0, "storm %llu leaves a sound store", (unsigned long long)seed);
	return done();
}
