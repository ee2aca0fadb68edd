/* storage/rules over the memory engine. */
#include "storage/rules.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/peers.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static int put(uint8_t kind, struct str value, const char *comment)
{
	struct rule rule = { .kind = kind, .value = value, .comment = str_of(comment) };
	int r;

	world_write(world);
	r = rules_put(world->txn, &rule);
	world_commit(world);
	return r;
}

static int take_away(uint8_t kind, struct str value)
{
	int r;

	world_write(world);
	r = rules_delete(world->txn, kind, value);
	world_commit(world);
	return r;
}

static void test_rules(void)
{
	struct rule *rules;
	size_t count;
	char longest[RULE_VALUE_BYTES_MAX + 1];
	struct str value = { longest, RULE_VALUE_BYTES_MAX };

	memset(longest, 'x', sizeof longest);
	world = world_new();
	ok(!rules_any(world_read(world)), "at first there is no rule");
	is_int(put(RULE_WORD, STR("fleece"), "a word"), OK, "a word may be kept out");
	is_int(world_events(world, EVENT_PEER), 1, "which the lanes hear of");
	is_int(put(RULE_DOMAIN, STR("b.example"), "why"), OK, "and a domain");
	is_int(put(RULE_DOMAIN, STR("b.example"), "since"), OK, "a rule may be put twice");
	is_int(put(RULE_ACCOUNT, value, NULL), OK, "a value may be long");
	value.n++;
	is_int(put(RULE_ACCOUNT, value, NULL), ERR_INVALID, "but not longer");
	is_int(put(RULE_WORD, STR_NONE, NULL), ERR_INVALID, "nor nothing");
	is_int(put(0, STR("x"), NULL), ERR_INVALID, "nor of no kind");
	ok(rules_any(world_read(world)), "then there are some");
	ok(rules_has(world->view, RULE_DOMAIN, STR("b.example")), "a rule is found");
	ok(!rules_has(world->view, RULE_WORD, STR("b.example")), "under its kind");
	ok(!rules_has(world->view, RULE_DOMAIN, STR("b.exampl")), "in full");
	rules_each(world->arena, world->view, 0, &rules, &count);
	is_int(count, 3, "all are listed");
	is_str(rules[0].comment, STR("since"), "the later comment holds");
	ok(rules[0].created_ms != 0, "with its time");
	rules_each(world->arena, world->view, RULE_WORD, &rules, &count);
	ok(count == 1 && str_eq(rules[0].value, STR("fleece")), "or those of a kind");
	is_int(take_away(RULE_DOMAIN, STR("b.example")), OK, "a rule may be taken away");
	is_int(take_away(RULE_DOMAIN, STR("b.example")), ERR_NOT_FOUND, "once");
	ok(!rules_has(world_read(world), RULE_DOMAIN, STR("b.example")), "and does not hold any more");
	world_free(world);
}

/* A peer as an older build wrote it has no limits, and keeps all else. */
static void test_limits(void)
{
	struct peer peer = { .domain = STR("b.example"), .url = STR("https://b.example"), .tier = PEER_GROUP }, found;

	world = world_new();
	world_write(world);
	peers_put(world->txn, &peer);
	world_commit(world);
	peers_get(world->arena, world_read(world), peer.id, &found);
	ok(!found.activities_a_minute && !found.body_max && found.tier == PEER_GROUP, "a peer has no limits of its own");
	peer.activities_a_minute = 60;
	peer.body_max = 4096;
	world_write(world);
	peers_put(world->txn, &peer);
	world_commit(world);
	peers_get(world->arena, world_read(world), peer.id, &found);
	ok(found.activities_a_minute == 60 && found.body_max == 4096, "until it is given some");
	world_free(world);
}

int main(void)
{
	test_rules();
	test_limits();
	return done();
}
