/* storage/refusals over the memory engine. */
#include "storage/refusals.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static const int64_t NOON_MS = 1795521600000;
static struct world *world;
static struct refusal *lines;
static size_t count;

static void add(const char *origin, const char *reason)
{
	world_write(world);
	refusals_add(world->txn, &(struct refusal){ .origin = str_of(origin), .reason = str_of(reason),
	                                            .who = STR("https://x.example/u/1"), .detail = STR("why") });
	world_commit(world);
}

static void read_all(const char *origin)
{
	refusals_page(world->arena, world_read(world), str_of(origin), REFUSALS_MAX + 10, &lines, &count);
}

static void test_lines(void)
{
	clock_set_for_test(NOON_MS);
	world = world_new();
	add("https://evil.example", "not-listed");
	add("a\x1b[2J\nb", "signature");
	read_all(NULL);
	is_int(count, 2, "refusals are listed");
	is_str(lines[1].origin, STR("https://evil.example"), "with their origin");
	is_str(lines[1].who, STR("https://x.example/u/1"), "and who sent it");
	is_str(lines[1].reason, STR("not-listed"), "and a word that says why");
	is_str(lines[1].detail, STR("why"), "and a sentence");
	is_int(lines[1].last_ms, NOON_MS, "and the time");
	is_str(lines[0].origin, STR("a?[2J?b"), "newest first, and without controls");
	read_all("evil.example");
	is_int(count, 1, "those of a domain can be asked for");
	read_all("https://evil.example");
	is_int(count, 1, "or of an origin");
	read_all("other.example");
	is_int(count, 0, "and of another there are none");
	world_free(world);
}

static void test_counts(void)
{
	clock_set_for_test(NOON_MS);
	world = world_new();
	for (int i = 0; i < 50; i++)
		add("https://b.example", "signature");
	add("https://b.example", "word");
	clock_set_for_test(NOON_MS + 30 * SECOND_MS);
	add("https://b.example", "signature");
	read_all(NULL);
	is_int(count, 2, "the same within a minute is one line");
	is_int(lines[1].count, 51, "which counts");
	is_int(lines[1].last_ms, NOON_MS + 30 * SECOND_MS, "up to the last");
	is_int(lines[0].count, 1, "another reason has a line of its own");
	clock_set_for_test(NOON_MS + 2 * MINUTE_MS);
	add("https://b.example", "signature");
	read_all(NULL);
	is_int(count, 3, "and so has another minute");
	world_free(world);
}

static void test_end(void)
{
	struct key key;
	uint64_t left = 1;
	char origin[32];

	clock_set_for_test(NOON_MS);
	world = world_new();
	world_write(world);
	for (uint64_t i = 1; i <= 100; i++)
		txn_put(world->txn, SPACE_REFUSAL, key_u64(&key, i), STR("https://x.example a line of an older build"));
	world_commit(world);
	for (int i = 0; i < REFUSALS_MAX + 7; i++) {
		snprintf(origin, sizeof origin, "https://%d.example", i);
		add(origin, "x");
	}
	read_all(NULL);
	is_int(count, REFUSALS_MAX, "the journal has an end");
	is_str(lines[count - 1].origin, STR("https://7.example"), "the oldest went");
	view_count(world_read(world), SPACE_REFUSAL, &left);
	is_int(left, 0, "and with them what an older build had written");
	world_free(world);
}

int main(void)
{
	test_lines();
	test_counts();
	test_end();
	return done();
}
