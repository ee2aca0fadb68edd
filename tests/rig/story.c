/*
 * The words that stories are told in.
 */
#include "tests/rig/story.h"

#include "storage/accounts.h"
#include "storage/graph.h"

struct rig *rig;

bool sends(const char *needle)
{
	return str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

struct account stored(uint64_t id)
{
	struct account account = { 0 };

	accounts_get(rig->arena, world_read(rig->world), id, &account);
	return account;
}

void set_locked(struct account *account)
{
	struct txn *txn = world_write(rig->world);

	account->locked = true;
	accounts_put(txn, account);
	world_commit(rig->world);
}

uint8_t follow_state(const struct account *follower, const struct account *followee)
{
	struct follow follow;

	if (graph_follow_get(rig->arena, world_read(rig->world), follower->id, followee->id, &follow))
		return 0;
	return follow.state;
}

void add_dave(void)
{
	struct account dave = rig->carol;

	dave.id = 0;
	dave.username = STR("dave");
	dave.uri = STR(DAVE);
	dave.inbox = STR(DAVE "/inbox");
	dave.followers_uri = STR(DAVE "/followers");
	dave.key_id = STR(DAVE "#main-key");
	world_write(rig->world);
	accounts_put(rig->world->txn, &dave);
	world_commit(rig->world);
}

const char *create(const char *number, const char *to, const char *cc, const char *more)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'Create','actor':'" CAROL "','to':[%s],'cc':[%s],"
	                "'object':{'id':'https://b.example/notes/%s','type':'Note','attributedTo':'" CAROL "',"
	                "'published':'2026-11-24T07:59:00Z','content':'<p>Hi</p>','to':[%s],'cc':[%s]%s}}",
	                number, to, cc, number, to, cc, more);
}

const char *by(const char *actor, const char *id, const char *type, const char *object)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'%s','actor':'%s','object':%s}", id, type,
	                actor, object);
}

const char *uri_of(struct str uri)
{
	return rig_text(rig, "'%.*s'", STR_ARG(uri));
}
