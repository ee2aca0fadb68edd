/*
 * A store over the memory engine for tests of repositories. Failures of the rig itself abort.
 */
#include "tests/rig/world.h"

#include <stdlib.h>

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/posts.h"
#include "tests/rig/engine_mem.h"

static void must(int err)
{
	if (err != OK)
		abort();
}

struct world *world_new(void)
{
	struct arena *arena = arena_new();
	struct world *world = ARENA_NEW(arena, struct world);

	world->arena = arena;
	world->instance = (struct instance){
		.domain = STR("a.example"), .url = STR("https://a.example"), .title = STR("A"),
	};
	world->engine = engine_mem_new();
	must(store_open(world->engine, &world->store));
	instance_set(world->store, &world->instance);
	return world;
}

static void end_view(struct world *world)
{
	if (world->view)
		view_end(world->view);
	world->view = NULL;
}

void world_free(struct world *world)
{
	end_view(world);
	if (world->txn)
		txn_abort(world->txn);
	store_close(world->store);
	arena_free(world->arena);
}

struct txn *world_write(struct world *world)
{
	end_view(world);
	must(txn_begin(world->store, &world->txn));
	return world->txn;
}

int world_commit(struct world *world)
{
	struct txn *txn = world->txn;

	world->txn = NULL;
	world->events = (struct event_list){ NULL, 0 };
	return txn_commit(txn, &world->events);
}

void world_abort(struct world *world)
{
	txn_abort(world->txn);
	world->txn = NULL;
}

struct view *world_read(struct world *world)
{
	end_view(world);
	must(view_begin(world->store, &world->view));
	return world->view;
}

size_t world_events(const struct world *world, enum event_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < world->events.count; i++)
		n += world->events.events[i].kind == kind;
	return n;
}

struct account *world_account(struct world *world, const char *username, const char *host)
{
	struct account *account = ARENA_NEW(world->arena, struct account);
	struct str origin = world->instance.url;

	if (host[0])
		origin = arena_printf(world->arena, "https://%s", host);
	account->id = txn_new_id(world->txn);
	account->kind = ACCOUNT_PERSON;
	account->username = str_of(username);
	account->host = str_of(host);
	account->display_name = str_of(username);
	account->created_ms = txn_now_ms(world->txn);
	account->uri = arena_printf(world->arena, "%.*s/u/%llu", STR_ARG(origin),
	                            (unsigned long long)account->id);
	account->url = arena_printf(world->arena, "%.*s/@%s", STR_ARG(origin), username);
	account->inbox = arena_printf(world->arena, "%.*s/inbox", STR_ARG(account->uri));
	account->shared_inbox = arena_printf(world->arena, "%.*s/inbox", STR_ARG(origin));
	account->key_id = arena_printf(world->arena, "%.*s#main-key", STR_ARG(account->uri));
	account->key_pem = STR("PEM");
	must(accounts_put(world->txn, account));
	return account;
}

void world_follow(struct world *world, uint64_t follower_id, uint64_t followee_id, uint8_t state)
{
	struct follow follow = {
		.follower_id = follower_id,
		.followee_id = followee_id,
		.state = state,
		.show_reblogs = true,
		.created_ms = txn_now_ms(world->txn),
		.uri = arena_printf(world->arena, "https://a.example/a/%llu",
		                    (unsigned long long)txn_new_id(world->txn)),
	};

	must(graph_follow_put(world->txn, &follow));
}

struct post *world_draft(struct world *world, const struct account *author, uint8_t visibility)
{
	struct post *post = ARENA_NEW(world->arena, struct post);
	struct str origin = world->instance.url;

	if (author->host.n)
		origin = arena_printf(world->arena, "https://%.*s", STR_ARG(author->host));
	post->id = txn_new_id(world->txn);
	post->account_id = author->id;
	post->visibility = visibility;
	post->remote = author->host.n > 0;
	post->uri = arena_printf(world->arena, "%.*s/p/%llu", STR_ARG(origin), (unsigned long long)post->id);
	post->url = post->uri;
	post->content = arena_printf(world->arena, "<p>%llu</p>", (unsigned long long)post->id);
	post->created_ms = txn_now_ms(world->txn);
	post->object_type = STR("Note");
	return post;
}

uint64_t world_add(struct world *world, struct post *post)
{
	must(posts_add(world->txn, post));
	return post->id;
}

uint64_t world_post(struct world *world, const struct account *author, uint8_t visibility)
{
	return world_add(world, world_draft(world, author, visibility));
}

uint64_t world_reply(struct world *world, const struct account *author, uint8_t visibility, uint64_t parent_id)
{
	struct post *post = world_draft(world, author, visibility);

	post->in_reply_to_id = parent_id;
	return world_add(world, post);
}

uint64_t world_boost(struct world *world, const struct account *author, uint64_t post_id)
{
	struct post *post = world_draft(world, author, VISIBILITY_PUBLIC);

	post->reblog_of_id = post_id;
	post->content = STR_NONE;
	return world_add(world, post);
}

struct id_list world_ids(struct world *world, size_t count, const uint64_t *ids)
{
	struct id_list list = { ARENA_ARRAY(world->arena, uint64_t, count), count };

	for (size_t i = 0; i < count; i++)
		list.ids[i] = ids[i];
	return list;
}
