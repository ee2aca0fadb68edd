/* storage/access: the whole table of who sees what. */
#include "storage/access.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/posts.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

/* How a person stands to the author of a post. */
enum relation { STRANGER, AUTHOR, FOLLOWER, REQUESTED, FOLLOWED, MENTIONED, RELATIONS };

static const char *const relation_names[RELATIONS] = {
	"a stranger", "the author", "a follower", "who asked to follow", "whom the author follows",
	"who is mentioned",
};
static const char *const kind_names[] = { "nobody", "local", "remote", "peer" };

/* One row per visibility: which relations see it. */
static const bool sees[VISIBILITY_DIRECT + 1][RELATIONS] = {
	[VISIBILITY_PUBLIC] = { true, true, true, true, true, true },
	[VISIBILITY_UNLISTED] = { true, true, true, true, true, true },
	[VISIBILITY_FOLLOWERS] = { [AUTHOR] = true, [FOLLOWER] = true, [MENTIONED] = true },
	[VISIBILITY_DIRECT] = { [AUTHOR] = true, [MENTIONED] = true },
};

static struct world *world;
static struct account *people[2][RELATIONS];  /* ours, foreign */
static struct account *author;
static struct post *posts[VISIBILITY_DIRECT + 1];

static void make_people(void)
{
	author = world_account(world, "author", "");
	for (int host = 0; host < 2; host++)
		for (int relation = 0; relation < RELATIONS; relation++) {
			struct str name = arena_printf(world->arena, "p%d", relation);

			people[host][relation] = relation == AUTHOR ? author :
			                         world_account(world, name.p, host ? "b.example" : "");
		}
	for (int host = 0; host < 2; host++) {
		world_follow(world, people[host][FOLLOWER]->id, author->id, FOLLOW_ACCEPTED);
		world_follow(world, people[host][REQUESTED]->id, author->id, FOLLOW_REQUESTED);
		world_follow(world, author->id, people[host][FOLLOWED]->id, FOLLOW_ACCEPTED);
	}
}

static void start(void)
{
	world = world_new();
	world_write(world);
	make_people();
	for (uint8_t visibility = VISIBILITY_PUBLIC; visibility <= VISIBILITY_DIRECT; visibility++) {
		uint64_t mentioned[] = { people[0][MENTIONED]->id, people[1][MENTIONED]->id };

		posts[visibility] = world_draft(world, author, visibility);
		posts[visibility]->mention_ids = world_ids(world, 2, mentioned);
		world_add(world, posts[visibility]);
	}
	world_commit(world);
	world_read(world);
}

static void test_people(void)
{
	for (uint8_t kind = BEHOLDER_LOCAL; kind <= BEHOLDER_REMOTE; kind++)
		for (uint8_t visibility = VISIBILITY_PUBLIC; visibility <= VISIBILITY_DIRECT; visibility++)
			for (int relation = 0; relation < RELATIONS; relation++) {
				const struct account *person = people[kind == BEHOLDER_REMOTE][relation];
				struct beholder beholder = { kind, person->id };
				bool wanted = sees[visibility][relation];

				ok(access_sees(world->view, beholder, posts[visibility]) == wanted,
				   "%s, %s, %s a %s post", relation_names[relation], kind_names[kind],
				   wanted ? "sees" : "does not see", visibility_name(visibility));
			}
}

static void test_others(void)
{
	for (uint8_t visibility = VISIBILITY_PUBLIC; visibility <= VISIBILITY_DIRECT; visibility++) {
		struct beholder nobody = { BEHOLDER_NOBODY, author->id }, peer = { BEHOLDER_PEER, 0 };
		struct beholder disguised = { BEHOLDER_PEER, people[1][FOLLOWER]->id };
		struct beholder nameless = { BEHOLDER_LOCAL, 0 }, unknown = { 99, author->id };
		bool wide = visibility <= VISIBILITY_UNLISTED;
		const char *name = visibility_name(visibility);

		ok(!access_sees(world->view, nobody, posts[visibility]), "nobody sees a %s post", name);
		ok(access_sees(world->view, peer, posts[visibility]) == wide, "a peer %s a %s post",
		   wide ? "sees" : "does not see", name);
		ok(access_sees(world->view, disguised, posts[visibility]) == wide,
		   "a peer is no person, whatever its id, for a %s post", name);
		ok(access_sees(world->view, nameless, posts[visibility]) == wide,
		   "who has no account is no author of a %s post", name);
		ok(!access_sees(world->view, unknown, posts[visibility]), "an unknown kind sees no %s post",
		   name);
	}
}

static void test_odd_posts(void)
{
	struct beholder owner = { BEHOLDER_LOCAL, author->id };
	struct post odd = *posts[VISIBILITY_PUBLIC];

	odd.visibility = 0;
	ok(!access_sees(world->view, owner, &odd), "a post without visibility is seen by nobody");
	odd.visibility = VISIBILITY_DIRECT + 1;
	ok(!access_sees(world->view, owner, &odd), "nor one of an unknown visibility");
	odd = *posts[VISIBILITY_PUBLIC];
	odd.account_id = 12345;
	ok(!access_sees(world->view, owner, &odd), "nor one of an unknown author");
}

static void test_boosts(void)
{
	struct beholder follower = { BEHOLDER_LOCAL, people[0][FOLLOWER]->id };
	struct beholder stranger = { BEHOLDER_LOCAL, people[0][STRANGER]->id };
	struct post *wide, *narrow, *own, chain;

	world_write(world);
	wide = world_draft(world, people[0][FOLLOWED], VISIBILITY_PUBLIC);
	wide->reblog_of_id = posts[VISIBILITY_PUBLIC]->id;
	world_add(world, wide);
	narrow = world_draft(world, people[0][STRANGER], VISIBILITY_FOLLOWERS);
	narrow->reblog_of_id = posts[VISIBILITY_PUBLIC]->id;
	world_add(world, narrow);
	own = world_draft(world, author, VISIBILITY_PUBLIC);
	own->reblog_of_id = posts[VISIBILITY_FOLLOWERS]->id;
	world_add(world, own);
	world_commit(world);
	world_read(world);
	ok(access_sees(world->view, stranger, wide), "a boost of a public post is seen");
	ok(!access_sees(world->view, follower, narrow), "not when the boost itself is for others");
	ok(access_sees(world->view, stranger, narrow), "but by who made it");
	ok(access_sees(world->view, follower, own), "a follower sees a boost of a followers-only post");
	ok(!access_sees(world->view, stranger, own), "a stranger does not, though the boost is public");
	chain = *wide;
	chain.reblog_of_id = wide->id;
	ok(!access_sees(world->view, stranger, &chain), "a boost of a boost is seen by nobody");
	chain.reblog_of_id = 4711;
	ok(!access_sees(world->view, stranger, &chain), "nor one of a post that is gone");
}

static void test_by_id(void)
{
	struct beholder stranger = { BEHOLDER_LOCAL, people[0][STRANGER]->id };
	struct post post = { .id = 0 };

	is_int(access_post(world->arena, world->view, stranger, posts[VISIBILITY_PUBLIC]->id, &post), OK,
	       "a post is found by id");
	is_str(post.content, posts[VISIBILITY_PUBLIC]->content, "with its text");
	is_int(access_post(world->arena, world->view, stranger, posts[VISIBILITY_DIRECT]->id, &post),
	       ERR_NOT_FOUND, "what is not for one is not found");
	is_str(post.content, posts[VISIBILITY_PUBLIC]->content, "and gives nothing away");
	is_int(access_post(world->arena, world->view, stranger, 99, &post), ERR_NOT_FOUND,
	       "as what is not there");
}

static void test_deleted_author(void)
{
	struct beholder mentioned = { BEHOLDER_LOCAL, people[0][MENTIONED]->id };

	accounts_delete(world_write(world), author->id);
	world_commit(world);
	world_read(world);
	for (uint8_t visibility = VISIBILITY_PUBLIC; visibility <= VISIBILITY_DIRECT; visibility++)
		ok(!access_sees(world->view, mentioned, posts[visibility]),
		   "a %s post of a deleted account is seen by nobody", visibility_name(visibility));
}

int main(void)
{
	start();
	test_people();
	test_others();
	test_odd_posts();
	test_boosts();
	test_by_id();
	test_deleted_author();
	is_int(access_narrower(VISIBILITY_PUBLIC, VISIBILITY_FOLLOWERS), VISIBILITY_FOLLOWERS,
	       "followers-only is narrower than public");
	is_int(access_narrower(VISIBILITY_DIRECT, VISIBILITY_UNLISTED), VISIBILITY_DIRECT,
	       "direct is narrower than unlisted");
	world_free(world);
	return done();
}
