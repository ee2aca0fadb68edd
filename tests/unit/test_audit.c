/* storage/audit: the chain, and every way to do it violence. */
#include "storage/audit.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static int append(uint64_t actor_id, const char *action, uint64_t subject_id, struct str subject, struct str detail)
{
	struct audit_entry entry = { .actor_id = actor_id, .action = action, .subject_id = subject_id,
	                             .subject = subject, .detail = detail };
	int r;

	world_write(world);
	r = audit_append(world->txn, &entry);
	if (r == OK)
		r = world_commit(world);
	else
		world_abort(world);
	return r;
}

static struct audit_verdict verify(struct str noted)
{
	struct audit_verdict verdict;

	is_int(audit_verify(world_read(world), noted, &verdict), OK, "the chain is read");
	return verdict;
}

static void ignore(void *context, const char *sentence)
{
	(void)context, (void)sentence;
}

static uint64_t findings(void)
{
	uint64_t n = UINT64_MAX;

	maintain_check(world_read(world), ignore, NULL, &n);
	return n;
}

static struct world *world_of_five(void)
{
	static const char *const actions[] = { "user.add", "user.disable", "role.grant", "rule.add", "user.add" };

	world = world_new();
	for (size_t i = 0; i < 5; i++)
		append(i, actions[i], 0, STR("somebody"), STR("a detail of some length"));
	return world;
}

/* The value of an item, as the test's own bytes. */
static struct str item(uint64_t sequence)
{
	struct key key;
	struct str value = STR_NONE;

	view_get(world_read(world), SPACE_AUDIT, key_u64(&key, sequence), &value);
	return arena_str(world->arena, value);
}

static void put(uint64_t sequence, struct str value)
{
	struct key key;

	world_write(world);
	if (value.p)
		txn_put(world->txn, SPACE_AUDIT, key_u64(&key, sequence), value);
	else
		txn_del(world->txn, SPACE_AUDIT, key_u64(&key, sequence));
	world_commit(world);
}

static void expect_bad(uint64_t sequence, const char *name)
{
	struct audit_verdict verdict = verify(STR_NONE);

	is_int(verdict.bad, sequence, name);
	ok(verdict.fault != NULL, "and says why");
	ok(findings() > 0, "and the check of the store finds it too");
	world_free(world);
}

static void test_chain(void)
{
	struct audit_verdict verdict;
	struct str first;

	world = world_new();
	verdict = verify(STR_NONE);
	is_int(verdict.count, 0, "at first there is no entry");
	is_int(verdict.bad, 0, "and nothing is wrong with that");
	is_int(append(0, "user.add", 7, STR("ana"), STR_NONE), OK, "an act is noted");
	verdict = verify(STR_NONE);
	first = arena_str(world->arena, (struct str){ (const char *)verdict.head, SHA256_BYTES });
	append(1, "user.disable", 7, STR("ana"), STR("left"));
	append(1, "user.enable", 7, STR("ana"), STR("is back"));
	verdict = verify(first);
	is_int(verdict.count, 3, "three stand in a chain");
	is_int(verdict.bad, 0, "which is whole");
	is_int(verdict.noted, 1, "and a head of before is still in it");
	ok(!hash_equal(first, (struct str){ (const char *)verdict.head, SHA256_BYTES }), "though the head is another");
	is_int(findings(), 0, "to the check of the store all is well");
	verdict = verify(STR("12345678901234567890123456789012"));
	is_int(verdict.noted, 0, "a head that never was is not in it");
	is_int(append(0, "User add", 0, STR_NONE, STR_NONE), ERR_INVALID, "an action is a stable word");
	is_int(append(0, "", 0, STR_NONE, STR_NONE), ERR_INVALID, "and not none");
	world_free(world);
}

static void test_violence(void)
{
	struct str value, other, last;
	char changed[512];

	/* every byte of an entry counts, its own hash too */
	for (size_t at = 0; at < 60; at += 3) {
		world_of_five();
		value = item(3);
		memcpy(changed, value.p, value.n);
		changed[at % value.n] ^= 1;
		put(3, (struct str){ changed, value.n });
		expect_bad(3, "a changed byte is found where it is");
	}
	world_of_five();
	put(3, STR_NONE);
	expect_bad(3, "an entry that was taken out is missed");
	world_of_five();
	put(1, STR_NONE);
	expect_bad(1, "the first one too");
	world_of_five();
	put(5, STR_NONE);
	expect_bad(5, "and the last");
	world_of_five();
	put(5, STR_NONE);
	put(4, STR_NONE);
	expect_bad(4, "a cut end is missed");
	world_of_five();
	value = item(2);
	other = item(4);
	put(2, other);
	put(4, value);
	expect_bad(2, "two that changed places are found");
	world_of_five();
	put(3, item(2));
	expect_bad(3, "one that stands twice is found");
	world_of_five();
	put(0, STR_NONE);
	expect_bad(1, "without the head nothing counts");
	world_of_five();
	last = item(0);
	append(0, "user.add", 0, STR_NONE, STR_NONE);
	put(0, last);
	expect_bad(6, "one beyond the head is found");
	world_of_five();
	put(3, STR("short"));
	expect_bad(3, "one that is cut short is found");
}

/* Whoever can write the store can write the end of the chain anew: a head that was noted elsewhere tells. */
static void test_noted(void)
{
	struct audit_verdict verdict;
	struct str noted, fourth;
	uint8_t sequence[8];

	world_of_five();
	verdict = verify(STR_NONE);
	noted = arena_str(world->arena, (struct str){ (const char *)verdict.head, SHA256_BYTES });
	fourth = str_sub(item(4), 0, SHA256_BYTES);
	put(5, STR_NONE);
	world_write(world);
	{
		struct buf head;
		struct key key;

		buf_init(&head, world->arena, 0);
		buf_add(&head, value_u64(sequence, 4));
		buf_add(&head, fourth);
		txn_put(world->txn, SPACE_AUDIT, key_u64(&key, 0), buf_str(&head));
	}
	world_commit(world);
	verdict = verify(noted);
	is_int(verdict.bad, 0, "an end that was written anew is a chain in itself");
	is_int(verdict.noted, 0, "but the head of before is not in it");
	world_free(world);
}

static void test_texts(void)
{
	struct audit_record *records;
	struct account *ana;
	char longest[2000];
	uint64_t next;
	size_t count;

	memset(longest, 'x', sizeof longest);
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	world_commit(world);
	append(0, "user.add", ana->id, STR("ana"), STR("two\nlines\x1b[31m"));
	append(0, "peer.add", 0, (struct str){ longest, sizeof longest }, (struct str){ longest, sizeof longest });
	append(0, "config.set", 0, STR("\xc3\xa9\xff"), STR_NONE);
	is_int(audit_list(world->arena, world_read(world), &(struct audit_query){ 0 }, &(struct page){ .limit = 10 }, &records,
	                  &count, &next), OK, "entries are listed");
	is_int(count, 3, "all of them");
	is_int(next, 0, "and no more follow");
	is_int(records[0].sequence, 3, "the newest first");
	is_int(records[2].subject.n, 0, "of an account its name is not kept");
	is_int(records[2].subject_id, ana->id, "only its id");
	is_str(records[2].detail, STR("two lines [31m"), "a detail is one line without controls");
	is_int(records[1].subject.n, AUDIT_SUBJECT_MAX, "what is long is cut");
	is_int(records[1].detail.n, AUDIT_DETAIL_MAX, "and the detail");
	ok(utf8_valid(records[0].subject), "what is no UTF-8 becomes it");
	ok(records[0].at_ms > 0, "with the time");
	is_int(verify(STR_NONE).bad, 0, "and the chain holds");
	world_free(world);
}

static size_t listed(struct audit_query query, struct page page, uint64_t *ret_first, uint64_t *ret_next)
{
	struct audit_record *records;
	size_t count = 0;

	is_int(audit_list(world->arena, world_read(world), &query, &page, &records, &count, ret_next), OK, "a page is read");
	*ret_first = count ? records[0].sequence : 0;
	return count;
}

static void test_list(void)
{
	uint64_t first, next;

	world_of_five();
	is_int(listed((struct audit_query){ 0 }, (struct page){ .limit = 2 }, &first, &next), 2, "a page has its bound");
	is_int(first, 5, "begins with the newest");
	is_int(next, 4, "and says where it goes on");
	is_int(listed((struct audit_query){ 0 }, (struct page){ .limit = 2, .max_id = 2 }, &first, &next), 1, "to the first entry");
	is_int(next, 0, "which is the last page");
	is_int(listed((struct audit_query){ 0 }, (struct page){ .limit = 2, .min_id = 1 }, &first, &next), 2, "from below");
	is_int(first, 2, "the oldest comes first");
	is_int(listed((struct audit_query){ .action = STR("user") }, (struct page){ .limit = 9 }, &first, &next), 3, "by first word");
	is_int(listed((struct audit_query){ .action = STR("user.add") }, (struct page){ .limit = 9 }, &first, &next), 2, "by action");
	is_int(listed((struct audit_query){ .action = STR("use") }, (struct page){ .limit = 9 }, &first, &next), 0, "not by half a word");
	is_int(listed((struct audit_query){ .account_id = 3 }, (struct page){ .limit = 9 }, &first, &next), 1, "by account");
	is_int(listed((struct audit_query){ .since_ms = INT64_MAX }, (struct page){ .limit = 9 }, &first, &next), 0, "by time");
	is_int(listed((struct audit_query){ .account_id = 1, .looked_at_max = 2 }, (struct page){ .limit = 9 }, &first, &next), 0,
	       "a search may end early");
	is_int(next, 4, "and says where it goes on");
	world_free(world);
}

/* An act and its entry are one. */
static void test_failure(void)
{
	world = world_new();
	append(0, "user.add", 0, STR_NONE, STR_NONE);
	for (uint64_t nth = 1; nth <= 3; nth++) {
		struct audit_entry entry = { .action = "rule.add" };

		world_write(world);
		engine_mem_fail_put(world->engine, nth, ERR_FULL);
		txn_put(world->txn, SPACE_SETTING, STR("act"), STR("done"));
		ok(audit_append(world->txn, &entry) != OK || txn_err(world->txn) != OK , "an entry that cannot be kept is an error");
		ok(world_commit(world) != OK, "and so is the act");
		engine_mem_fail_put(world->engine, 0, OK);
	}
	ok(!view_has(world_read(world), SPACE_SETTING, STR("act")), "which is not there");
	is_int(verify(STR_NONE).count, 1, "nor is an entry");
	world_free(world);
}

int main(void)
{
	test_chain();
	test_violence();
	test_noted();
	test_texts();
	test_list();
	test_failure();
	return done();
}
