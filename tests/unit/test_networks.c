/* Networks that are kept out: the form of a network, and which rules an address is subject to. */
#include "storage/networks.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/rules.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static void put(const char *network, uint8_t severity, int64_t ends_ms)
{
	struct rule rule = { .kind = RULE_NETWORK, .value = str_of(network), .severity = severity, .ends_ms = ends_ms };

	is_int(rules_put(world_write(world), &rule), OK, "a network is put");
	world_commit(world);
}

static void test_form(void)
{
	static const struct { const char *text, *network; } forms[] = {
		{ "203.0.113.5", "203.0.113.5/32" }, { "203.0.113.5/24", "203.0.113.0/24" }, { "10.255.3.4/9", "10.128.0.0/9" },
		{ "1.2.3.4/0", "0.0.0.0/0" }, { "2001:DB8:0::1/32", "2001:db8::/32" }, { "2001:db8::ff/121", "2001:db8::80/121" },
		{ "::ffff:203.0.113.5", "203.0.113.5/32" }, { "::ffff:203.0.113.5/120", "203.0.113.0/24" },
		{ "::1", "::1/128" }, { "::/0", "::/0" },
	};
	static const char *const wrong[] = { "", "/8", "a.example", "1.2.3", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "::1/129",
	                                     "1.2.3.4/8/8", "1.2.3.4 ", "1.2.3.4:80", "[::1]", "fe80::1%lo" };
	struct str network;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		is_int(networks_parse(world->arena, str_of(forms[i].text), &network), OK, forms[i].text);
		is_str(network, str_of(forms[i].network), "in its usual form");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is_int(networks_parse(world->arena, str_of(wrong[i]), &network), ERR_INVALID, "what is no network is refused");
	is_int(networks_parse(world->arena, STR("1.2.3.4\0/8"), &network), ERR_INVALID, "nor is one with a zero byte");
}

static void test_hold(void)
{
	ok(networks_hold(world->arena, STR("10.0.0.0/8"), STR("10.1.2.3")), "a network holds an address");
	ok(!networks_hold(world->arena, STR("10.0.0.0/8"), STR("11.1.2.3")), "and not another");
	ok(!networks_hold(world->arena, STR("::/0"), STR("10.1.2.3")), "of its own family");
	ok(!networks_hold(world->arena, STR("10.0.0.0/8"), STR("")), "nor none");
}

/* The clock of the world is far beyond 5000. */
static void test_severities(void)
{
	is_int(networks_severities(world_read(world), STR("10.1.2.3"), 1), 0, "without rules nobody is kept out");
	put("10.0.0.0/8", NETWORK_NO_SIGN_UP, 0);
	put("10.1.2.3/32", NETWORK_NO_ACCESS, 5000);
	put("2001:db8::/32", NETWORK_NO_ACCESS, 0);
	is_int(networks_severities(world_read(world), STR("10.1.2.3"), 4999), 1 << NETWORK_NO_SIGN_UP | 1 << NETWORK_NO_ACCESS,
	       "an address is subject to all networks that hold it");
	is_int(networks_severities(world_read(world), STR("10.1.2.3"), 5000), 1 << NETWORK_NO_SIGN_UP, "until they end");
	is_int(networks_forget(world_write(world), 10), OK, "what has ended is forgotten");
	world_commit(world);
	ok(!rules_has(world_read(world), RULE_NETWORK, STR("10.1.2.3/32")), "and gone");
	is_int(networks_severities(world_read(world), STR("10.1.2.4"), 1), 1 << NETWORK_NO_SIGN_UP, "and to no others");
	is_int(networks_severities(world_read(world), STR("2001:db8:7::1"), 1), 1 << NETWORK_NO_ACCESS, "of either family");
	is_int(networks_severities(world_read(world), STR("192.0.2.1"), 1), 0, "who is elsewhere is free");
	is_int(networks_severities(world_read(world), STR(""), 1), 0, "and so is who has no address");
}

int main(void)
{
	world = world_new();
	test_form();
	test_hold();
	test_severities();
	world_free(world);
	return done();
}
