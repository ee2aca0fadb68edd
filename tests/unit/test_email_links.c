/* Links in mails: one of each kind, each for its purpose, for a while; and what they are known by. */
#include "storage/email_links.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/tokens.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *ben;

static void put(struct str secret, uint64_t account_id, uint8_t kind)
{
	struct email_link link = { .account_id = account_id, .kind = kind, .email = STR("x@a.example") };

	email_links_put(world->txn, secret, &link);
}

static int get(struct str secret, uint8_t kind)
{
	struct email_link link;

	return email_links_get(world->arena, txn_view(world->txn), secret, kind, &link);
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static void check_kinds(void)
{
	put(STR("reset"), ana->id, EMAIL_LINK_RESET);
	put(STR("confirm"), ana->id, EMAIL_LINK_CONFIRM);
	put(STR("bens"), ben->id, EMAIL_LINK_RESET);
	is_int(get(STR("reset"), EMAIL_LINK_RESET), OK, "a link is found by its secret");
	is_int(get(STR("reset"), EMAIL_LINK_CONFIRM), ERR_NOT_FOUND, "but does for nothing else");
	is_int(get(STR("rese"), EMAIL_LINK_RESET), ERR_NOT_FOUND, "and by nothing else");
	put(STR("another"), ana->id, EMAIL_LINK_RESET);
	is_int(get(STR("reset"), EMAIL_LINK_RESET), ERR_NOT_FOUND, "a new one ends the former");
	is_int(get(STR("confirm"), EMAIL_LINK_CONFIRM), OK, "of its kind alone");
	is_int(get(STR("bens"), EMAIL_LINK_RESET), OK, "and of its person alone");
}

static void check_secret(void)
{
	struct prefix_walk walk;
	struct engine_item item;
	bool found = false;

	prefix_walk_init(&walk, txn_view(world->txn), SPACE_EMAIL_LINK, STR_NONE, false);
	while (prefix_next(&walk, &item) == OK)
		found |= str_find(item.key, STR("another")) != SIZE_MAX || str_find(item.value, STR("another")) != SIZE_MAX;
	ok(!found, "no secret is in the store");
}

static void check_ends(void)
{
	uint64_t findings = 1;
	bool more = true;

	tokens_delete_all(world->txn, ana->id);
	is_int(get(STR("another"), EMAIL_LINK_RESET), ERR_NOT_FOUND, "who is signed out everywhere has no link to a password left");
	is_int(get(STR("confirm"), EMAIL_LINK_CONFIRM), OK, "but still one to an address");
	world_commit(world);
	clock_advance_for_test(EMAIL_RESET_MINUTES * (int64_t)MINUTE_MS + 1);
	world_write(world);
	is_int(get(STR("bens"), EMAIL_LINK_RESET), ERR_NOT_FOUND, "after an hour a link to a password is over");
	email_links_expire(world->txn, 10, &more);
	ok(!more && get(STR("confirm"), EMAIL_LINK_CONFIRM) == OK, "and forgotten, others are not");
	email_links_purge(world->txn, ana->id, 10, &more);
	is_int(get(STR("confirm"), EMAIL_LINK_CONFIRM), ERR_NOT_FOUND, "with the account goes all");
	world_commit(world);
	maintain_check(world_read(world), print_finding, NULL, &findings);
	is_int(findings, 0, "the indexes are true");
}

int main(void)
{
	clock_set_for_test(INT64_C(1800000000000));
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	ben = world_account(world, "ben", "");
	check_kinds();
	check_secret();
	check_ends();
	world_free(world);
	return done();
}
