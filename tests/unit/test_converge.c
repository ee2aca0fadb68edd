/*
 * Three nodes in memory and what their people do to each other, delivered late, twice and in any order: in the end they
 * agree about everything that more than one of them holds.
 *
 * A reader on each node follows all authors of the others, so that every post that is not direct concerns all three.
 * What converges only in order is kept in order, as the lanes do (federation/lane.h: one actor, one object, one
 * sibling): half of the seeds repeat what was taken back (follow, leave, follow again), whose activities name the pair
 * and not the turn, and rename actors more than once, whose documents carry no version. The other half comes in any order,
 * and takes nothing up twice. Nobody reacts to a post for followers: whether that counts is for its author's node to say
 * when it comes. SEEDS=n plays more of them, SEED=n one alone.
 */
#include <stdlib.h>

#include "federation/actor.h"
#include "federation/object.h"
#include "federation/on_actor.h"
#include "federation/pkey.h"
#include "federation/resolve.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/maintain.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

enum {
	NODES = 3, AUTHORS = 2, PEOPLE = NODES * AUTHORS,
	ACTS = 60, POSTS_MAX = ACTS, PACKETS_MAX = 8192, TRIES_MAX = 6, CHECK_EVERY = 10,
#ifdef __SANITIZE_ADDRESS__
	SEEDS_DEFAULT = 40,
#else
	SEEDS_DEFAULT = 500,
#endif
};

static const char *const words[] = { "one", "two", "three" };
static const char *const hosts[NODES] = { "a.example", "b.example", "c.example" };

struct node {
	struct rig rig;                       /* world, arena and federation of it */
	struct peer peers[NODES];             /* its siblings; its own place is empty */
	struct account reader;
};

struct person {
	struct str uri, followers_uri;
	size_t home;
	uint64_t ids[NODES];                  /* of the account on each node */
	bool renamed;
};

struct packet {
	size_t from, to;
	uint64_t actor_id, object_key;        /* 0: a copy, which keeps no order */
	struct str body;
	unsigned tries;
};

static struct story {
	uint64_t seed, random;
	struct arena *arena;
	struct node nodes[NODES];
	struct person people[PEOPLE];
	struct str posts[POSTS_MAX];
	size_t post_count;
	struct packet packets[PACKETS_MAX];
	size_t packet_count;
	bool in_order;
	/* Of a story in any order: what was done once. */
	bool followed[PEOPLE][PEOPLE], liked[PEOPLE][POSTS_MAX], boosted[PEOPLE][POSTS_MAX];
} story;

static struct arena *pem_arena;
static struct str private_pem, public_pem;
static bool failed;

static void must(int err)
{
	if (err) {
		printf("# seed %llu: %s\n", (unsigned long long)story.seed, err_name(err));
		abort();
	}
}

/* xorshift64*: the same story for the same seed everywhere. */
static size_t dice(size_t sides)
{
	story.random ^= story.random >> 12;
	story.random ^= story.random << 25;
	story.random ^= story.random >> 27;
	return (size_t)((story.random * 0x2545F4914F6CDD1Du) >> 33) % sides;
}

/* setting the stage */

static struct account add_person(struct node *node, const char *name, bool locked)
{
	struct world *world = node->rig.world;
	struct account account = {
		.kind = ACCOUNT_PERSON, .username = str_of(name), .display_name = str_of(name), .locked = locked,
		.url = instance_account_url(world->arena, &world->instance, str_of(name)), .key_pem = public_pem,
		.shared_inbox = arena_printf(world->arena, "%.*s/inbox", STR_ARG(world->instance.url)),
		.created_ms = RIG_NOW_MS,
	};

	must(actor_create_local(world->txn, &account, private_pem));
	must(accounts_get(world->arena, txn_view(world->txn), account.id, &account));
	return account;
}

static void open_node(size_t n)
{
	struct node *node = &story.nodes[n];
	struct world *world = world_new();

	*node = (struct node){ .rig = { .world = world, .arena = world->arena } };
	world->instance.domain = str_of(hosts[n]);
	world->instance.url = arena_printf(world->arena, "https://%s", hosts[n]);
	node->rig.federation.instance = &world->instance;
	world_write(world);
	for (size_t i = 0; i < NODES; i++) {
		if (i == n)
			continue;
		node->peers[i] = (struct peer){
			.domain = str_of(hosts[i]), .url = arena_printf(world->arena, "https://%s", hosts[i]),
			.tier = PEER_GROUP, .created_ms = RIG_NOW_MS,
		};
		must(peers_put(world->txn, &node->peers[i]));
	}
	node->reader = add_person(node, "reader", false);
	for (size_t i = 0; i < AUTHORS; i++) {
		struct person *person = &story.people[n * AUTHORS + i];
		struct account account = add_person(node, i ? "locked" : "open", i > 0);

		*person = (struct person){ .uri = account.uri, .followers_uri = account.followers_uri, .home = n };
		person->ids[n] = account.id;
	}
	must(world_commit(world));
}

/* One account of `from` becomes known on `to`, by its document. Returns its id there. */
static uint64_t introduce(size_t from, size_t to, uint64_t id)
{
	struct world *home = story.nodes[from].rig.world, *world = story.nodes[to].rig.world;
	struct account account;
	json_t *document;
	struct str text;

	must(accounts_get(home->arena, world_read(home), id, &account));
	text = arena_str(world->arena, actor_render(home->arena, home->view, &account, false));
	must(json_parse(world->arena, text, &document));
	must(actor_parse(world->arena, document, account.uri, &account));
	world_write(world);
	must(on_actor_put(world->arena, world->txn, &account));
	must(world_commit(world));
	return account.id;
}

static void put_follow(struct world *world, uint64_t follower_id, uint64_t followee_id, struct str uri)
{
	struct follow follow = {
		.follower_id = follower_id, .followee_id = followee_id, .state = FOLLOW_ACCEPTED,
		.show_reblogs = true, .created_ms = RIG_NOW_MS, .uri = uri,
	};

	world_write(world);
	must(graph_follow_put(world->txn, &follow));
	must(world_commit(world));
}

static void set_stage(uint64_t seed)
{
	uint64_t readers[NODES][NODES] = { { 0 } };

	story = (struct story){ .seed = seed, .random = seed * 0x9E3779B97F4A7C15u + 1, .in_order = seed % 2 };
	story.arena = arena_new();
	clock_set_for_test(RIG_NOW_MS);
	for (size_t n = 0; n < NODES; n++)
		open_node(n);
	for (size_t n = 0; n < NODES; n++)
		for (size_t to = 0; to < NODES; to++)
			readers[n][to] = n == to ? story.nodes[n].reader.id : introduce(n, to, story.nodes[n].reader.id);
	for (size_t p = 0; p < PEOPLE; p++) {
		struct person *person = &story.people[p];

		for (size_t to = 0; to < NODES; to++) {
			struct str uri = arena_printf(story.arena, "https://%s/a/reads-%zu", hosts[to], p);

			if (to == person->home)
				continue;
			person->ids[to] = introduce(person->home, to, person->ids[person->home]);
			put_follow(story.nodes[to].rig.world, readers[to][to], person->ids[to], uri);
			put_follow(story.nodes[person->home].rig.world, readers[to][person->home], person->ids[person->home],
			           uri);
		}
	}
}

static void strike_stage(void)
{
	for (size_t n = 0; n < NODES; n++)
		world_free(story.nodes[n].rig.world);
	arena_free(story.arena);
}

/* the wire */

static void pack(struct packet packet)
{
	if (story.packet_count == PACKETS_MAX)
		abort();
	story.packets[story.packet_count++] = packet;
}

/* Runs a node's jobs and takes what it sends. */
static void collect(size_t from)
{
	struct world *world = story.nodes[from].rig.world;
	struct delivery *list;
	struct activity_record record;
	size_t count;

	rig_jobs(&story.nodes[from].rig);
	for (size_t to = 0; to < NODES; to++) {
		if (to == from)
			continue;
		must(deliveries_page(world->arena, world_read(world), story.nodes[from].peers[to].id, 0, 1000, &list,
		                     &count));
		if (!count)
			continue;
		for (size_t i = 0; i < count; i++) {
			must(activities_get(world->arena, world->view, list[i].activity_id, &record));
			pack((struct packet){
				.from = from, .to = to, .actor_id = list[i].actor_id, .object_key = list[i].object_key,
				.body = str_of(arena_cstr(world->arena, record.body)),
			});
		}
		world_write(world);
		for (size_t i = 0; i < count; i++)
			must(deliveries_delete(world->txn, story.nodes[from].peers[to].id, list[i].sequence));
		must(world_commit(world));
	}
}

/* What a resolve job does, without its network: asks the post's node and stores what it says. */
static bool fetch(size_t to, struct str uri)
{
	struct world *world = story.nodes[to].rig.world;
	uint64_t account_id, post_id;

	for (size_t n = 0; n < NODES; n++) {
		struct world *home = story.nodes[n].rig.world;
		struct object_draft *draft;
		struct resolved found = { .uri = uri };
		struct post post;
		json_t *document;

		if (n == to || !instance_owns(&home->instance, uri))
			continue;
		if (posts_by_uri(home->arena, world_read(home), uri, &post))
			return false;
		draft = found.draft = ARENA_NEW(world->arena, struct object_draft);
		must(json_parse(world->arena, arena_str(world->arena, object_render(home->arena, home->view, &post)),
		                &document));
		must(object_parse(world->arena, document, draft));
		world_write(world);
		if (resolve_write(world->arena, world->txn, &found, &account_id, &post_id)) {
			world_abort(world);
			return false;
		}
		must(world_commit(world));
		return true;
	}
	return false;
}

/* May packet `n` go now? */
static bool is_next(size_t n)
{
	const struct packet *packet = &story.packets[n];

	for (size_t i = 0; story.in_order && packet->object_key && i < n; i++)
		if (story.packets[i].from == packet->from && story.packets[i].to == packet->to &&
		    story.packets[i].actor_id == packet->actor_id && story.packets[i].object_key == packet->object_key)
			return false;
	return true;
}

static void deliver_one(void)
{
	struct packet packet;
	struct str need = STR_NONE;
	size_t n = dice(story.packet_count);
	int r;

	while (!is_next(n))
		n--;
	packet = story.packets[n];
	r = rig_apply_need(&story.nodes[packet.to].rig, packet.body.p, &need);
	if (r == NEED && packet.tries < TRIES_MAX && dice(2)) {
		story.packets[n].tries++;
		return;
	}
	if (r == NEED && fetch(packet.to, need))
		rig_apply_need(&story.nodes[packet.to].rig, packet.body.p, NULL);
	if (packet.object_key || dice(3))
		story.packet_count--;
	else
		return;
	memmove(story.packets + n, story.packets + n + 1, (story.packet_count - n) * sizeof *story.packets);
	if (packet.object_key && !dice(4)) {
		packet.object_key = 0;
		pack(packet);
	}
	collect(packet.to);
}

/* acts */

static int do_post(struct txn *txn, struct arena *arena, size_t p, size_t post)
{
	static const uint8_t visibilities[] = { VISIBILITY_PUBLIC, VISIBILITY_PUBLIC, VISIBILITY_UNLISTED, VISIBILITY_FOLLOWERS };
	struct post_draft draft = { .text = str_of(words[dice(3)]), .visibility = visibilities[dice(4)] };
	struct post made;
	uint64_t id;
	int r;

	if (post < story.post_count && dice(2))
		(void)posts_id_by_uri(txn_view(txn), story.posts[post], &draft.in_reply_to_id);
	else if (post < story.post_count && !dice(3))
		(void)posts_id_by_uri(txn_view(txn), story.posts[post], &draft.quote_id);
	r = act_create_post(arena, txn, story.people[p].ids[story.people[p].home], &draft, &id);
	if (r)
		return r;
	must(posts_get(arena, txn_view(txn), id, &made));
	story.posts[story.post_count++] = made.uri;
	return OK;
}

static int do_edit(struct txn *txn, struct arena *arena, size_t p, size_t post)
{
	struct post_draft draft = { .text = str_of(words[dice(3)]), .spoiler = dice(4) ? STR_NONE : STR("careful") };
	struct post stored;

	if (post >= story.post_count || posts_by_uri(arena, txn_view(txn), story.posts[post], &stored))
		return ERR_NOT_FOUND;
	draft.visibility = stored.visibility;
	return act_update_post(arena, txn, story.people[p].ids[story.people[p].home], stored.id, &draft);
}

static int do_to_post(struct txn *txn, struct arena *arena, size_t p, size_t post, int what)
{
	uint64_t actor_id = story.people[p].ids[story.people[p].home], id, boost_id;
	struct post stored;
	bool *once = what == 1 ? &story.liked[p][post] : &story.boosted[p][post];

	if (post >= story.post_count || posts_id_by_uri(txn_view(txn), story.posts[post], &id))
		return ERR_NOT_FOUND;
	if (what == 0)
		return act_delete_post(arena, txn, actor_id, id);
	if (what == 2)
		return act_unlike(arena, txn, actor_id, id);
	if (what == 4)
		return act_unannounce(arena, txn, actor_id, id);
	if (*once && !story.in_order)
		return ERR_EXISTS;
	/* Who may like a post for followers depends on a follow that the other node may know to have begun or ended. */
	if (posts_brief(txn_view(txn), id, &stored) || stored.visibility > VISIBILITY_UNLISTED)
		return ERR_DENIED;
	*once = true;
	return what == 1 ? act_like(arena, txn, actor_id, id)
	                 : act_announce(arena, txn, actor_id, id, VISIBILITY_PUBLIC, &boost_id);
}

static int do_to_person(struct txn *txn, struct arena *arena, size_t p, size_t other, int what)
{
	size_t home = story.people[p].home;
	uint64_t actor_id = story.people[p].ids[home], id = story.people[other].ids[home];

	if (story.people[other].home == home)
		return ERR_INVALID;
	if (what == 1)
		return act_unfollow(arena, txn, actor_id, id);
	if (what == 2)
		return act_answer_follow(arena, txn, actor_id, id, dice(3));
	if (story.followed[p][other] && !story.in_order)
		return ERR_EXISTS;
	story.followed[p][other] = true;
	return act_follow(arena, txn, actor_id, id, true, false, NULL);
}

static int do_rename(struct txn *txn, struct arena *arena, size_t p)
{
	struct person *person = &story.people[p];
	struct account account;

	if (person->renamed && !story.in_order)
		return ERR_EXISTS;
	person->renamed = true;
	must(accounts_get(arena, txn_view(txn), person->ids[person->home], &account));
	account.display_name = arena_printf(arena, "%s %zu", words[dice(3)], dice(10));
	must(accounts_put(txn, &account));
	return act_update_actor(arena, txn, account.id);
}

static int act(struct txn *txn, struct arena *arena, size_t p)
{
	size_t post = dice(story.post_count + 1), other = (p + AUTHORS + dice(2)) % PEOPLE;

	switch (dice(20)) {
	case 0: case 1: case 2: return do_post(txn, arena, p, post);
	case 3: case 4: return do_edit(txn, arena, p, post);
	case 5: return do_to_post(txn, arena, p, post, 0);
	case 6: case 7: return do_to_post(txn, arena, p, post, 1);
	case 8: return do_to_post(txn, arena, p, post, 2);
	case 9: return do_to_post(txn, arena, p, post, 3);
	case 10: return do_to_post(txn, arena, p, post, 4);
	case 11: case 12: case 13: return do_to_person(txn, arena, p, other, 0);
	case 14: case 15: return do_to_person(txn, arena, p, other, 1);
	case 16: case 17: case 18: return do_to_person(txn, arena, p, other, 2);
	default: return do_rename(txn, arena, p);
	}
}

/* ACTS of them that come to something. */
static void play(void)
{
	for (size_t done_acts = 0, tries = 0; done_acts < ACTS && tries < 20 * ACTS; tries++) {
		size_t p = dice(PEOPLE), home = story.people[p].home;
		struct world *world = story.nodes[home].rig.world;

		clock_advance_for_test(1000);
		if (story.post_count == POSTS_MAX)
			break;
		if (act(world_write(world), world->arena, p)) {
			world_abort(world);
		} else {
			must(world_commit(world));
			collect(home);
			done_acts++;
		}
		for (size_t n = dice(4); n && story.packet_count; n--)
			deliver_one();
	}
	while (story.packet_count)
		deliver_one();
}

/* judging */

static void differ(const char *what, struct str name, size_t n, long long here, long long there)
{
	failed = true;
	printf("# seed %llu: %s of %.*s at %s is %lld, at its home %lld\n", (unsigned long long)story.seed, what,
	       STR_ARG(name), hosts[n], here, there);
}

static void agree(const char *what, struct str name, size_t n, long long here, long long there)
{
	if (here != there)
		differ(what, name, n, here, there);
}

static size_t home_of(struct str uri)
{
	for (size_t n = 0; n < NODES; n++)
		if (instance_owns(&story.nodes[n].rig.world->instance, uri))
			return n;
	abort();
}

static struct view *view_of(size_t n)
{
	return story.nodes[n].rig.world->view;
}

static void judge_reactions(struct str uri, size_t home, size_t n, uint64_t there, uint64_t here)
{
	for (size_t p = 0; p < PEOPLE; p++) {
		const struct person *person = &story.people[p];
		uint64_t boost;

		agree("a boost", uri, n, posts_boost_get(view_of(n), here, person->ids[n], &boost) == OK,
		      posts_boost_get(view_of(home), there, person->ids[home], &boost) == OK);
		/* A Like goes to the author alone. */
		if (person->home == n)
			agree("a favourite", uri, n, favourites_has(view_of(n), here, person->ids[n]),
			      favourites_has(view_of(home), there, person->ids[home]));
	}
}

static void judge_post(struct str uri)
{
	size_t home = home_of(uri);
	struct post there, here;
	struct post_stats stats_there, stats_here;
	int at_home = posts_by_uri(story.arena, view_of(home), uri, &there);

	for (size_t n = 0; n < NODES; n++) {
		if (n == home)
			continue;
		agree("presence", uri, n, posts_by_uri(story.arena, view_of(n), uri, &here) == OK, at_home == OK);
		if (at_home || posts_by_uri(story.arena, view_of(n), uri, &here))
			continue;
		agree("text", uri, n, str_eq(here.content, there.content) && str_eq(here.spoiler, there.spoiler), true);
		agree("visibility", uri, n, here.visibility, there.visibility);
		agree("time of edit", uri, n, here.edited_ms, there.edited_ms);
		must(posts_stats_get(view_of(home), there.id, &stats_there));
		must(posts_stats_get(view_of(n), here.id, &stats_here));
		agree("replies", uri, n, (long long)stats_here.replies, (long long)stats_there.replies);
		agree("boosts", uri, n, (long long)stats_here.reblogs, (long long)stats_there.reblogs);
		judge_reactions(uri, home, n, there.id, here.id);
	}
}

static uint8_t follow_state(size_t n, const struct person *follower, const struct person *followee)
{
	struct follow follow;

	if (graph_follow_get(story.arena, view_of(n), follower->ids[n], followee->ids[n], &follow))
		return 0;
	return follow.state;
}

static void judge_people(void)
{
	for (size_t p = 0; p < PEOPLE; p++) {
		const struct person *person = &story.people[p];
		struct account there, here;

		must(accounts_get(story.arena, view_of(person->home), person->ids[person->home], &there));
		for (size_t n = 0; n < NODES; n++) {
			must(accounts_get(story.arena, view_of(n), person->ids[n], &here));
			agree("name", person->uri, n, str_eq(here.display_name, there.display_name), true);
		}
		for (size_t other = 0; other < PEOPLE; other++)
			if (story.people[other].home != person->home)
				agree("a follow", person->uri, story.people[other].home,
				      follow_state(story.people[other].home, person, &story.people[other]),
				      follow_state(person->home, person, &story.people[other]));
	}
}

static void judge(void)
{
	for (size_t n = 0; n < NODES; n++)
		world_read(story.nodes[n].rig.world);
	for (size_t i = 0; i < story.post_count; i++)
		judge_post(story.posts[i]);
	judge_people();
}

static void complain(void *context, const char *sentence)
{
	failed = true;
	printf("# seed %llu: at %s: %s\n", (unsigned long long)story.seed, (const char *)context, sentence);
}

static void judge_indexes(void)
{
	for (size_t n = 0; n < NODES; n++) {
		char *name = arena_cstr(story.arena, str_of(hosts[n]));
		uint64_t findings;

		must(maintain_check(view_of(n), complain, name, &findings));
	}
}

static bool agrees(uint64_t seed)
{
	failed = false;
	set_stage(seed);
	play();
	judge();
	if (seed % CHECK_EVERY == 0)
		judge_indexes();
	strike_stage();
	return !failed;
}

int main(void)
{
	const char *one = getenv("SEED"), *many = getenv("SEEDS");
	uint64_t from = one ? strtoull(one, NULL, 10) : 1, count = many ? strtoull(many, NULL, 10) : SEEDS_DEFAULT;
	uint64_t bad = 0;

	pem_arena = arena_new();
	must(pkey_generate_rsa2048(pem_arena, &private_pem, &public_pem));
	for (uint64_t seed = from; seed < from + (one ? 1 : count); seed++)
		bad += !agrees(seed);
	is_int(bad, 0, "three nodes agree in the end, whatever the order");
	arena_free(pem_arena);
	clock_set_for_test(0);
	return done();
}
