/* Imports as they are kept: one at a time, the last ten, the text only as long as it is read; rows and their columns. */
#include "storage/imports.h"

#include "node/import.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/csv.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static int add(uint64_t account_id, struct str text, struct import *ret_import)
{
	int r;

	*ret_import = (struct import){ .account_id = account_id, .kind = IMPORT_FOLLOWS, .total = 1 };
	r = imports_add(world->arena, world_write(world), ret_import, text);
	if (r == OK)
		return world_commit(world);
	world_abort(world);
	return r;
}

static void put(const struct import *import)
{
	imports_put(world_write(world), import);
	world_commit(world);
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(world), print_finding, NULL, &count);
	return count;
}

static void check_kept(void)
{
	uint64_t ana_id, left = 99;
	struct import import, found, *all;
	struct str text;
	size_t count = 0;
	bool more = true;

	world = world_new();
	maintain_migrate(world->store, &left);
	world_write(world);
	ana_id = world_account(world, "ana", "")->id;
	world_commit(world);
	is_int(add(ana_id, STR("bob\n"), &import), OK, "an import is kept");
	is_int(imports_text(world->arena, world_read(world), ana_id, import.id, &text), OK, "with its text");
	is_str(text, STR("bob\n"), "as it came");
	is_int(imports_get(world->arena, world_read(world), ana_id + 1, import.id, &found), ERR_NOT_FOUND, "and is nobody else's");
	is_int(add(ana_id, STR("x"), &found), ERR_EXISTS, "another waits for its end");
	is_int(findings(), 0, "the check knows it");
	import.failures = (struct str_list){ ARENA_ARRAY(world->arena, struct str, 2), 2 };
	import.failures.items[0] = STR("bob");
	import.failures.items[1] = STR("gone");
	import.failed = 1;
	import.ended_ms = 5;
	put(&import);
	is_int(imports_text(world->arena, world_read(world), ana_id, import.id, &text), ERR_NOT_FOUND, "then its text is dropped");
	imports_get(world->arena, world_read(world), ana_id, import.id, &found);
	ok(found.failed == 1 && found.failures.count == 2 && str_eq(found.failures.items[1], STR("gone")), "what came of it stays");
	for (int i = 0; i < IMPORTS_KEPT + 2; i++) {
		add(ana_id, STR("y"), &import);
		import.ended_ms = 5;
		put(&import);
	}
	imports_of(world->arena, world_read(world), ana_id, &all, &count);
	ok(count == IMPORTS_KEPT && all[0].id == import.id, "the last ones stay, the last first");
	view_count(world_read(world), SPACE_IMPORT, &left);
	is_int(left, IMPORTS_KEPT, "and no others");
	add(ana_id, STR("z"), &import);
	imports_purge(world_write(world), ana_id, 100, &more);
	world_commit(world);
	view_count(world_read(world), SPACE_IMPORT, &left);
	ok(!more && left == 0 && imports_text(world->arena, world_read(world), ana_id, import.id, &text) == ERR_NOT_FOUND,
	   "who ends leaves none");
	is_int(imports_put(world_write(world), &import), ERR_NOT_FOUND, "and none comes back");
	world_abort(world);
	world_free(world);
}

static struct str rows_of(struct arena *arena, uint8_t kind, struct str text)
{
	size_t columns[IMPORT_COLUMNS];
	struct csv_reader reader;
	struct import_row row;
	struct buf out;

	buf_init(&out, arena, 0);
	import_begin(&reader, arena, kind, text, columns);
	while (import_next(&reader, columns, &row))
		buf_printf(&out, "%.*s|%.*s|%.*s|%.*s/", STR_ARG(row.fields[0]), STR_ARG(row.fields[1]), STR_ARG(row.fields[2]),
		           STR_ARG(row.fields[3]));
	return buf_str(&out);
}

static void check_rows(void)
{
	struct arena *arena = arena_new();

	is_str(rows_of(arena, IMPORT_FOLLOWS, STR("a@b.example\nc@d.example,false,true,\"en, fr\"\n")),
	       STR("a@b.example|||/c@d.example|false|true|en, fr/"), "without a header the columns are in their order");
	is_str(rows_of(arena, IMPORT_FOLLOWS, STR("\xef\xbb\xbfLanguages,Account address\r\nen,a@b.example\r\n")),
	       STR("a@b.example|||en/"), "with one they are where it says");
	is_str(rows_of(arena, IMPORT_MUTES, STR("account address,hide notifications\na,false\n")), STR("a|false||/"),
	       "in any case");
	is_int(import_rows(IMPORT_MUTES, STR("Account address,Hide notifications\n")), 0, "a header is no row");
	is_str(import_handle(arena, STR("a.example"), STR(" @Ana")), STR("ana@a.example"), "a handle of ours is written in full");
	is_str(import_handle(arena, STR("a.example"), STR("acct:Bo@B.example")), STR("bo@b.example"), "and another as it is");
	is_int(import_kind_parse(STR("muting")), IMPORT_MUTES, "kinds have the names of other servers, too");
	is_int(import_kind_parse(STR("wishes")), 0, "and no others");
	arena_free(arena);
}

int main(void)
{
	check_kept();
	check_rows();
	return done();
}
