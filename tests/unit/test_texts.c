/* The texts of a node: kept, replaced, taken away; terms by the day from which they hold. */
#include "storage/texts.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static int put(const char *name, const char *content, int64_t day_ms)
{
	const struct node_text text = { .content = str_of(content), .day_ms = day_ms };
	int r = texts_put(world_write(world), str_of(name), &text);

	if (r == OK)
		return world_commit(world);
	world_abort(world);
	return r;
}

static int drop(const char *name, int64_t day_ms)
{
	int r = texts_delete(world_write(world), str_of(name), day_ms);

	if (r == OK)
		return world_commit(world);
	world_abort(world);
	return r;
}

int main(void)
{
	char *long_text;
	struct node_text text, *terms;
	size_t count = 0;

	world = world_new();
	long_text = arena_alloc(world->arena, NODE_TEXT_BYTES_MAX + 2);
	memset(long_text, 'a', NODE_TEXT_BYTES_MAX + 1);
	is_int(texts_get(world->arena, world_read(world), STR("about"), 0, &text), ERR_NOT_FOUND, "first there is none");
	is_int(put("nonsense", "text", 0), ERR_INVALID, "a text has one of three names");
	is_int(put("about", " \n", 0), ERR_INVALID, "and is not empty");
	is_int(put("about", long_text, 0), ERR_LIMIT, "nor endless");
	is_int(put("about", "two words\nand more", 0), OK, "it is kept");
	is_int(texts_get(world->arena, world_read(world), STR("about"), 0, &text), OK, "and found");
	is_str(text.content, STR("two words\nand more"), "as it was typed");
	ok(text.changed_ms > 0 && text.day_ms == 0, "with the time of the change");
	put("about", "other", 0);
	texts_get(world->arena, world_read(world), STR("about"), 0, &text);
	is_str(text.content, STR("other"), "it is replaced");
	is_int(drop("about", 0), OK, "it is taken away");
	is_int(drop("about", 0), ERR_NOT_FOUND, "once");

	for (int day = 2; day >= 0; day--)
		put("terms", "terms", 20000 * (int64_t)DAY_MS + day * (int64_t)DAY_MS);
	put("terms", "others", 20000 * (int64_t)DAY_MS);
	is_int(texts_terms(world->arena, world_read(world), &terms, &count), OK, "terms are listed");
	ok(count == 3 && terms[0].day_ms == 20002 * (int64_t)DAY_MS && terms[2].day_ms == 20000 * (int64_t)DAY_MS,
	   "one for each day, the latest first");
	is_str(terms[2].content, STR("others"), "replaced for a day");
	for (int day = 3; day < NODE_TERMS_MAX; day++)
		put("terms", "more", 20000 * (int64_t)DAY_MS + day * (int64_t)DAY_MS);
	is_int(put("terms", "too many", 1000 * (int64_t)DAY_MS), ERR_LIMIT, "there is a most of them");
	is_int(put("terms", "replaced", 20000 * (int64_t)DAY_MS), OK, "which hinders nobody from replacing one");
	is_int(drop("terms", 20000 * (int64_t)DAY_MS), OK, "one goes by its day");
	world_free(world);
	return done();
}
