/*
 * The contract of storage/engine/engine.h, one function per sentence, run against both engines.
 */
#include "storage/engine/engine.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/err.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/folder.h"
#include "tests/unit/tap.h"

static const struct engine_space spaces[] = { { "one" }, { "two" }, { "three" } };
enum { ONE, TWO, THREE, SPACES };

static const uint64_t MAP_BYTES = 64 * 1024 * 1024;

/* The engine under test, and what its tests are called by. */
static struct engine *engine;
static const struct engine_ops *ops;
static const char *kind;

#define holds(condition, sentence) ok((condition), "%s: %s", kind, (sentence))

static struct engine_txn *write_begin(void)
{
	struct engine_txn *txn = NULL;

	if (ops->write_begin(engine, &txn) != OK)
		abort();
	return txn;
}

static struct engine_txn *read_begin(void)
{
	struct engine_txn *txn = NULL;

	if (ops->read_begin(engine, &txn) != OK)
		abort();
	return txn;
}

static void put_text(struct engine_txn *txn, unsigned space, const char *key, const char *value)
{
	if (ops->put(txn, space, str_of(key), str_of(value)) != OK)
		abort();
}

/* Commits one value per letter of `keys`; the value is the letter twice. */
static void put_letters(unsigned space, const char *keys)
{
	struct engine_txn *txn = write_begin();

	for (; *keys; keys++)
		ops->put(txn, space, (struct str){ keys, 1 }, (struct str){ (char[]){ *keys, *keys }, 2 });
	if (ops->write_commit(txn) != OK)
		abort();
}

/* true when `key` reads as `value`; NULL: when it is absent. */
static bool reads(struct engine_txn *txn, unsigned space, const char *key, const char *value)
{
	struct str got;
	int r = ops->get(txn, space, str_of(key), &got);

	return value ? r == OK && str_eq(got, str_of(value)) : r == ERR_NOT_FOUND;
}

static bool stored(unsigned space, const char *key, const char *value)
{
	struct engine_txn *txn = read_begin();
	bool same = reads(txn, space, key, value);

	ops->read_end(txn);
	return same;
}

/* true when a scan of one-letter keys gives exactly the letters of `wanted`. */
static bool scans(struct engine_txn *txn, const char *from, const char *to, bool reverse, size_t max,
                  const char *wanted)
{
	struct engine_range range = { str_of(from), str_of(to), reverse };
	struct engine_item items[32];
	size_t n = 99;

	if (ops->scan(txn, ONE, &range, items, max, &n) != OK || n != strlen(wanted))
		return false;
	for (size_t i = 0; i < n; i++)
		if (items[i].key.n != 1 || items[i].key.p[0] != wanted[i] || items[i].value.p[0] != wanted[i] ||
		    items[i].value.n != 2)
			return false;
	return true;
}

static void keys_sort_as_memcmp(void)
{
	static const struct str sorted[] = {
		{ "\0", 1 }, { "\0\0", 2 }, { "\x01", 1 }, { "a", 1 }, { "a\0", 2 }, { "a\0b", 3 }, { "aa", 2 },
		{ "ab", 2 }, { "b", 1 }, { "\x7f", 1 }, { "\x80", 1 }, { "\xff", 1 }, { "\xff\xff", 2 },
	};
	enum { N = sizeof(sorted) / sizeof(sorted[0]) };
	struct engine_range all = { STR_NONE, STR_NONE, false };
	struct engine_item items[N + 1];
	struct engine_txn *txn = write_begin();
	bool same = true;
	size_t n = 0;

	for (size_t i = 0; i < N; i++)
		ops->put(txn, TWO, sorted[(i * 5) % N], STR("v"));
	ops->scan(txn, TWO, &all, items, N + 1, &n);
	for (size_t i = 0; i < N && i < n; i++)
		same = same && str_eq(items[i].key, sorted[i]);
	holds(n == N && same, "keys sort as memcmp, a shorter prefix first");
	ops->write_abort(txn);
}

static void ranges_are_half_open(void)
{
	struct engine_txn *txn = read_begin();

	holds(scans(txn, "", "", false, 32, "bdfhj"), "an open range gives all, ascending");
	holds(scans(txn, "", "", true, 32, "jhfdb"), "and descending when reversed");
	holds(scans(txn, "d", "h", false, 32, "df"), "`from` is in the range, `to` is not");
	holds(scans(txn, "d", "h", true, 32, "fd"), "also when reversed");
	holds(scans(txn, "c", "i", false, 32, "dfh"), "ends need not be keys");
	holds(scans(txn, "c", "i", true, 32, "hfd"), "also when reversed");
	holds(scans(txn, "h", "", false, 32, "hj"), "an empty `to` is open");
	holds(scans(txn, "h", "", true, 32, "jh"), "also when reversed");
	holds(scans(txn, "", "d", true, 32, "b"), "an empty `from` is before the first key");
	holds(scans(txn, "k", "", false, 32, "") && scans(txn, "k", "z", true, 32, ""),
	      "a range behind the last key is empty");
	holds(scans(txn, "", "b", false, 32, "") && scans(txn, "a", "b", true, 32, ""),
	      "a range before the first key is empty");
	holds(scans(txn, "h", "d", false, 32, "") && scans(txn, "h", "d", true, 32, ""), "a range upside down is empty");
	holds(scans(txn, "b", "zz", true, 32, "jhfdb"), "a reversed range may end behind the last key");
	ops->read_end(txn);
}

static void scans_stop_at_max(void)
{
	struct engine_txn *txn = read_begin();

	holds(scans(txn, "", "", false, 2, "bd") && scans(txn, "", "", true, 2, "jh"), "a scan gives at most `max` items");
	holds(scans(txn, "", "", false, 5, "bdfhj"), "`max` may be met exactly");
	holds(scans(txn, "", "", false, 0, "") && scans(txn, "", "", true, 0, ""), "a scan for nothing gives nothing");
	ops->read_end(txn);
}

static void scans_of_empty_spaces(void)
{
	struct engine_range ranges[] = { { STR_NONE, STR_NONE, false }, { STR_NONE, STR_NONE, true },
		                         { STR("a"), STR("b"), false }, { STR("a"), STR("b"), true } };
	struct engine_txn *txn = read_begin();
	struct engine_item item;
	bool empty = true;

	for (size_t i = 0; i < 4; i++) {
		size_t n = 99;

		empty = ops->scan(txn, THREE, &ranges[i], &item, 1, &n) == OK && n == 0 && empty;
	}
	holds(empty, "an empty space has no items, in any direction");
	ops->read_end(txn);
}

static void spaces_are_apart(void)
{
	struct engine_txn *txn = write_begin();
	uint64_t one = 0, two = 0;

	put_text(txn, TWO, "b", "other");
	holds(reads(txn, ONE, "b", "bb") && reads(txn, TWO, "b", "other"), "the same key in two spaces is two values");
	holds(ops->count(txn, ONE, &one) == OK && one == 5 && ops->count(txn, TWO, &two) == OK && two == 1,
	      "count counts one space");
	holds(scans(txn, "", "", false, 32, "bdfhj"), "a scan stays in its space");
	ops->write_abort(txn);
}

static void get_many_leaves_holes(void)
{
	struct str keys[] = { STR("b"), STR("c"), STR("h"), STR("zzz"), STR("b") };
	struct engine_txn *txn = write_begin();
	struct str values[5];

	put_text(txn, ONE, "h", "");
	holds(ops->get_many(txn, ONE, keys, 5, values) == OK, "get_many succeeds when keys are missing");
	holds(str_eq(values[0], STR("bb")) && str_eq(values[4], STR("bb")), "a key may be asked twice");
	holds(values[1].p == NULL && values[3].p == NULL, "a missing value has p == NULL");
	holds(values[2].p != NULL && values[2].n == 0, "an empty value is not a missing one");
	ops->write_abort(txn);
}

static void bounds_of_keys_and_values(void)
{
	char *big = calloc(1, ENGINE_VALUE_MAX + 1);
	struct str longest = { big, ENGINE_KEY_MAX }, too_long = { big, ENGINE_KEY_MAX + 1 };
	struct str largest = { big, ENGINE_VALUE_MAX }, too_large = { big, ENGINE_VALUE_MAX + 1 };
	struct engine_range behind = { too_long, STR_NONE, false }, before = { STR_NONE, too_long, true };
	struct engine_txn *txn = write_begin();
	struct engine_item item;
	struct str value;
	size_t n = 99;

	holds(ops->put(txn, TWO, STR_NONE, STR("v")) == ERR_INVALID, "an empty key is refused");
	holds(ops->put(txn, TWO, too_long, STR("v")) == ERR_INVALID, "a key of 512 bytes is refused");
	holds(ops->put(txn, TWO, STR("k"), too_large) == ERR_INVALID, "a value above 1 MiB is refused");
	holds(ops->put(txn, TWO, longest, largest) == OK, "511 bytes of key and 1 MiB of value are kept");
	holds(ops->get(txn, TWO, longest, &value) == OK && value.n == ENGINE_VALUE_MAX, "and read back whole");
	holds(ops->get(txn, TWO, too_long, &value) == ERR_NOT_FOUND && ops->get(txn, TWO, STR_NONE, &value) == ERR_NOT_FOUND,
	      "a key out of bounds is absent to reads");
	holds(ops->del(txn, TWO, too_long) == OK && ops->del(txn, TWO, STR_NONE) == OK, "and to del");
	holds(ops->scan(txn, TWO, &behind, &item, 1, &n) == OK && n == 0, "a scan may begin at the key behind the longest");
	holds(ops->scan(txn, TWO, &before, &item, 1, &n) == OK && n == 1 && item.key.n == ENGINE_KEY_MAX,
	      "or go backwards from it");
	holds(ops->write_commit(txn) == OK, "refused bounds do not spoil the transaction");

	txn = write_begin();
	holds(ops->get(txn, TWO, longest, &value) == OK && value.n == ENGINE_VALUE_MAX, "the largest value was committed");
	ops->del(txn, TWO, longest);
	ops->write_commit(txn);
	free(big);
}

static void a_transaction_sees_its_own_writes(void)
{
	struct engine_txn *txn = write_begin();

	put_text(txn, ONE, "c", "cc");
	holds(reads(txn, ONE, "c", "cc") && scans(txn, "", "", false, 32, "bcdfhj"), "a put is seen in its transaction");
	put_text(txn, ONE, "c", "longer than before");
	holds(reads(txn, ONE, "c", "longer than before"), "a second put replaces the first");
	holds(ops->del(txn, ONE, STR("c")) == OK && reads(txn, ONE, "c", NULL), "a del is seen in its transaction");
	holds(ops->del(txn, ONE, STR("c")) == OK, "deleting what is absent is no failure");
	put_text(txn, ONE, "c", "cc");
	put_text(txn, ONE, "z", "zz");
	holds(scans(txn, "", "", true, 3, "zjh"), "a put behind the last key is the new last");
	ops->del(txn, ONE, STR("z"));
	put_text(txn, ONE, "y", "yy");
	put_text(txn, ONE, "x", "xx");
	holds(scans(txn, "", "", true, 4, "yxjh"), "also when the last key was deleted before");
	ops->write_abort(txn);
	holds(stored(ONE, "c", NULL) && stored(ONE, "y", NULL) && stored(ONE, "d", "dd"), "an abort undoes all of it");
}

static void a_value_just_read_may_be_put(void)
{
	struct engine_txn *txn = write_begin();
	bool same = true;

	put_text(txn, TWO, "a", "0123456789");
	put_text(txn, TWO, "b", "short");
	put_text(txn, TWO, "c", "a neighbour on the same page");
	for (size_t n = 10; n-- > 5;) {
		struct engine_range all = { STR_NONE, STR_NONE, false };
		struct engine_item item;
		struct str value;
		size_t count;

		ops->scan(txn, TWO, &all, &item, 1, &count);
		ops->put(txn, TWO, item.key, str_sub(item.value, 1, n));
		ops->get(txn, TWO, STR("a"), &value);
		ops->put(txn, TWO, STR("b"), value);
		ops->get(txn, TWO, STR("b"), &value);
		same = same && str_eq(value, str_sub(STR("0123456789"), 10 - n, n));
	}
	holds(same && reads(txn, TWO, "a", "56789") && reads(txn, TWO, "c", "a neighbour on the same page"),
	      "put may be given what was just read");
	ops->write_abort(txn);
}

static void the_last_key_may_go_and_come_back(void)
{
	struct engine_txn *txn = write_begin();

	ops->del(txn, ONE, STR("q"));
	put_text(txn, ONE, "p", "pp");
	holds(scans(txn, "", "", true, 2, "pj"), "what is put after deleting the last key is the new last");
	ops->write_abort(txn);
	txn = write_begin();
	holds(ops->put(txn, ONE, STR("pb"), STR("x")) == OK && reads(txn, ONE, "q", "qq"),
	      "after an abort the old last key is back, and puts go below it");
	ops->write_abort(txn);
}

static void a_read_sees_one_snapshot(void)
{
	struct engine_txn *before = read_begin(), *after, *txn = write_begin();
	uint64_t n = 0;

	put_text(txn, ONE, "b", "changed");
	put_text(txn, ONE, "c", "new");
	ops->del(txn, ONE, STR("d"));
	holds(reads(before, ONE, "b", "bb") && reads(before, ONE, "c", NULL), "a read does not see what is not committed");
	if (ops->write_commit(txn) != OK)
		abort();
	after = read_begin();
	holds(reads(before, ONE, "b", "bb") && reads(before, ONE, "c", NULL) && reads(before, ONE, "d", "dd"),
	      "a read keeps its snapshot over a commit");
	holds(scans(before, "", "", false, 32, "bdfhj") && ops->count(before, ONE, &n) == OK && n == 5,
	      "also for scans and counts");
	holds(reads(after, ONE, "b", "changed") && reads(after, ONE, "c", "new") && reads(after, ONE, "d", NULL),
	      "a read begun after the commit sees it");
	ops->read_reset(before);
	holds(ops->read_renew(before) == OK && reads(before, ONE, "b", "changed"), "a renewed read sees the last commit");
	ops->read_end(before);
	ops->read_end(after);

	txn = write_begin();
	put_text(txn, ONE, "b", "bb");
	ops->del(txn, ONE, STR("c"));
	put_text(txn, ONE, "d", "dd");
	ops->write_commit(txn);
}

static void a_read_renewed_scans_anew(void)
{
	struct engine_txn *txn = read_begin();

	holds(scans(txn, "", "", true, 32, "jhfdb"), "a read scans");
	ops->read_reset(txn);
	put_letters(ONE, "z");
	holds(ops->read_renew(txn) == OK && scans(txn, "", "", true, 32, "zjhfdb"), "and scans what is new after a renewal");
	ops->read_reset(txn);
	ops->read_end(txn);
	holds(stored(ONE, "z", "zz"), "a read may end while it is reset");
	txn = write_begin();
	ops->del(txn, ONE, STR("z"));
	ops->write_commit(txn);
}

static void *read_on_another_thread(void *arg)
{
	return reads(arg, ONE, "b", "bb") ? arg : NULL;
}

static void reads_go_from_thread_to_thread(void)
{
	struct engine_txn *first = read_begin(), *second = read_begin();
	void *result = NULL;
	pthread_t thread;

	pthread_create(&thread, NULL, read_on_another_thread, first);
	pthread_join(thread, &result);
	holds(result == first && reads(second, ONE, "b", "bb"), "a thread may hold two reads and lend one");
	ops->read_end(first);
	ops->read_end(second);
}

/* Both engines against a plain table: 6,000 random steps in transactions, some aborted. */
static void random_steps_agree_with_a_table(void)
{
	enum { KEYS = 500 };
	uint16_t now[KEYS] = { 0 }, committed[KEYS] = { 0 };
	unsigned random = 7;
	bool same = true;

	for (int round = 0; round < 60; round++) {
		struct engine_txn *txn = write_begin();

		for (int step = 0; step < 100; step++) {
			unsigned at, value;
			char key[2];

			random = random * 1103515245 + 12345;
			at = (random >> 8) % KEYS;
			value = (random >> 18) % 4 ? 1 + (random >> 20) % 1000 : 0;  /* 0: absent */
			key[0] = (char)(at >> 8);
			key[1] = (char)at;
			now[at] = (uint16_t)value;
			if (value)
				ops->put(txn, THREE, (struct str){ key, 2 },
				         (struct str){ (char[1000]){ (char)value, (char)(value >> 8) }, value });
			else
				ops->del(txn, THREE, (struct str){ key, 2 });
		}
		if (round % 3 == 1) {
			ops->write_abort(txn);
			memcpy(now, committed, sizeof(now));
		} else {
			same = ops->write_commit(txn) == OK && same;
			memcpy(committed, now, sizeof(now));
		}
		txn = read_begin();
		for (unsigned at = 0; at < KEYS; at++) {
			char key[] = { (char)(at >> 8), (char)at };
			struct str value = STR_NONE;
			int r = ops->get(txn, THREE, (struct str){ key, 2 }, &value);

			same = (now[at] ? r == OK && value.n == now[at] : r == ERR_NOT_FOUND) && same;
		}
		ops->read_end(txn);
	}
	holds(same, "random puts, dels and aborts leave what a table says");
}

static void the_contract(void)
{
	put_letters(ONE, "hbjdf");
	keys_sort_as_memcmp();
	ranges_are_half_open();
	scans_stop_at_max();
	scans_of_empty_spaces();
	spaces_are_apart();
	get_many_leaves_holes();
	bounds_of_keys_and_values();
	a_transaction_sees_its_own_writes();
	a_value_just_read_may_be_put();
	a_read_sees_one_snapshot();
	a_read_renewed_scans_anew();
	reads_go_from_thread_to_thread();
	random_steps_agree_with_a_table();
}

static void use(struct engine *opened, const char *name)
{
	engine = opened;
	ops = opened->ops;
	kind = name;
}

static int lmdb_use(const char *path, uint64_t map_bytes)
{
	struct engine *opened = NULL;
	int r = lmdb_open(path, spaces, SPACES, map_bytes, &opened);

	if (r == OK)
		use(opened, "lmdb");
	return r;
}

static void lmdb_lasts(const char *path)
{
	struct engine *second = NULL;
	struct engine_space renumbered[] = { { "three" }, { NULL }, { "one" }, { "four" } };

	put_letters(ONE, "q");
	ops->close(engine);
	holds(lmdb_use(path, MAP_BYTES) == OK && stored(ONE, "q", "qq") && stored(ONE, "b", "bb"),
	      "what was committed is there after closing and opening");
	ops->close(engine);
	lmdb_use(path, MAP_BYTES);
	the_last_key_may_go_and_come_back();
	holds(lmdb_open(path, spaces, SPACES, MAP_BYTES, &second) == ERR_BUSY && !second,
	      "a second open of the same folder is refused");
	ops->close(engine);
	holds(lmdb_open(path, renumbered, 4, MAP_BYTES, &second) == OK, "closing lets the next one open");
	use(second, "lmdb");
	holds(stored(2, "q", "qq") && stored(3, "q", NULL), "spaces are found by name when their numbers change");
	ops->close(engine);
}

/* true when a child process would inherit none of our files. */
static bool closed_on_exec(void)
{
	bool closed = true;

	for (int fd = 3; fd < 64; fd++) {
		int flags = fcntl(fd, F_GETFD);

		closed = closed && (flags < 0 || (flags & FD_CLOEXEC));
	}
	return closed;
}

static void lmdb_guards_its_files(const char *path)
{
	struct engine *none = NULL;
	struct stat folder, data;
	char *file;

	for (int fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);  /* what we were started with does not count */
	chmod(path, 0755);
	holds(lmdb_use(path, MAP_BYTES) == OK && stat(path, &folder) == 0 && (folder.st_mode & 0777) == 0700,
	      "the folder is closed to others");
	if (asprintf(&file, "%s/data.mdb", path) < 0)
		abort();
	holds(stat(file, &data) == 0 && (data.st_mode & 0777) == 0600, "and so is the file");
	ops->close(engine);
	chmod(file, 0644);
	holds(lmdb_use(path, MAP_BYTES) == OK && stat(file, &data) == 0 && (data.st_mode & 0777) == 0600,
	      "a copy that others could read is hidden from them");
	free(file);
	holds(closed_on_exec(), "no file of it is open to child processes");
	ops->close(engine);
	holds(lmdb_open("/nonexistent/folder", spaces, SPACES, MAP_BYTES, &none) == ERR_NOT_FOUND && !none,
	      "a folder that is not there is not found");
}

static void lmdb_gets_full(void)
{
	char *path = folder_new(), *big = calloc(1, ENGINE_VALUE_MAX);
	struct engine_usage usage;
	struct engine_txn *txn;
	struct str value;
	int r = OK;

	lmdb_use(path, 1024 * 1024);
	put_letters(ONE, "abc");
	txn = write_begin();
	put_text(txn, ONE, "d", "dd");
	for (char key = 'A'; key <= 'Z' && r == OK; key++)
		r = ops->put(txn, TWO, (struct str){ &key, 1 }, (struct str){ big, 100 * 1024 });
	holds(r == ERR_FULL, "a put that finds no room gives ERR_FULL");
	holds(ops->put(txn, ONE, STR("e"), STR("ee")) == ERR_FULL && ops->del(txn, ONE, STR("a")) == ERR_FULL &&
	              ops->get(txn, ONE, STR("a"), &value) == ERR_FULL,
	      "and so does all that follows in its transaction");
	holds(ops->write_commit(txn) == ERR_FULL, "the commit too");
	holds(stored(ONE, "d", NULL) && stored(TWO, "A", NULL), "nothing of it was kept");
	put_letters(ONE, "e");
	holds(stored(ONE, "e", "ee") && stored(ONE, "a", "aa"), "the store goes on with what fits");
	holds(ops->usage(engine, &usage) == OK && usage.bytes_max == 1024 * 1024 && usage.bytes_used > 4096 &&
	              usage.bytes_used <= usage.bytes_max,
	      "usage tells how full it is");
	ops->upkeep(engine);
	ops->close(engine);
	lmdb_use(path, 1024 * 1024);
	holds(stored(ONE, "e", "ee") && stored(ONE, "d", NULL), "also after opening it again");
	ops->close(engine);
	free(big);
	folder_remove(path);
}

/* Commits `count` values of 4,000 bytes at the right edge, so that their pages lie side by side. */
static int commit_block(int *at, int count)
{
	static const char bytes[4000];
	struct engine_txn *txn = write_begin();

	for (int i = 0; i < count; i++) {
		char key[32];

		snprintf(key, sizeof(key), "block%08d", ++*at);
		ops->put(txn, TWO, str_of(key), (struct str){ bytes, sizeof(bytes) });
	}
	return ops->write_commit(txn);
}

/* A limit of the file's size that is no multiple of a page: the write that meets it is cut short, as on a full disk. */
static void lmdb_disk_gets_full(void)
{
	char *path = folder_new();
	struct rlimit before, tight;
	int at = 0, r = OK;

	signal(SIGXFSZ, SIG_IGN);
	lmdb_use(path, MAP_BYTES);
	put_letters(ONE, "a");
	getrlimit(RLIMIT_FSIZE, &before);
	tight = before;
	tight.rlim_cur = 1000 * 1000;
	setrlimit(RLIMIT_FSIZE, &tight);
	while (r == OK && at < 1000)
		r = commit_block(&at, 20);
	holds(r == ERR_FULL, "a write that the disk cut short is a full disk");
	holds(commit_block(&at, 20) == ERR_FULL && stored(ONE, "a", "aa"), "what was stored stays and can be read");
	setrlimit(RLIMIT_FSIZE, &before);
	holds(commit_block(&at, 20) == OK, "with room again, writing goes on");
	ops->close(engine);
	signal(SIGXFSZ, SIG_DFL);
	folder_remove(path);
}

static void mem_fails_on_demand(void)
{
	struct engine_txn *txn;
	struct str value;

	use(engine_mem_new(), "mem");
	put_letters(ONE, "abc");
	engine_mem_fail_put(engine, 2, ERR_FULL);
	txn = write_begin();
	holds(ops->put(txn, ONE, STR("d"), STR("dd")) == OK && ops->put(txn, ONE, STR("e"), STR("ee")) == ERR_FULL,
	      "the n-th put fails as planned");
	holds(ops->put(txn, ONE, STR("f"), STR("ff")) == ERR_FULL && ops->get(txn, ONE, STR("a"), &value) == ERR_FULL &&
	              ops->write_commit(txn) == ERR_FULL,
	      "and all that follows in its transaction");
	holds(stored(ONE, "d", NULL) && stored(ONE, "a", "aa"), "nothing of it was kept");

	engine_mem_fail_commit(engine, 2, ERR_FULL);
	put_letters(ONE, "g");
	txn = write_begin();
	put_text(txn, ONE, "h", "hh");
	holds(ops->write_commit(txn) == ERR_FULL && stored(ONE, "g", "gg") && stored(ONE, "h", NULL),
	      "the n-th commit fails and keeps nothing");
	put_letters(ONE, "i");
	holds(stored(ONE, "i", "ii") && engine_mem_puts(engine) == 8, "later ones succeed");

	engine_mem_fail_commit(engine, 1, ERR_IO);
	txn = write_begin();
	holds(ops->write_commit(txn) == ERR_IO && ops->write_begin(engine, &txn) == ERR_IO &&
	              ops->read_begin(engine, &txn) == ERR_IO,
	      "a disk that failed fails every later begin");
	ops->close(engine);
}

static void mem_copies_are_apart(void)
{
	struct engine *original = engine_mem_new(), *copy;

	use(original, "mem");
	put_letters(ONE, "ab");
	copy = engine_mem_copy(original);
	put_letters(ONE, "c");
	use(copy, "mem");
	put_letters(ONE, "d");
	holds(stored(ONE, "b", "bb") && stored(ONE, "c", NULL) && stored(ONE, "d", "dd"), "a copy goes its own way");
	use(original, "mem");
	holds(stored(ONE, "c", "cc") && stored(ONE, "d", NULL), "and so does the original");
	original->ops->close(original);
	use(copy, "mem");
	holds(stored(ONE, "a", "aa"), "a copy outlives its original");
	copy->ops->close(copy);
}

int main(void)
{
	char *path = folder_new();

	use(engine_mem_new(), "mem");
	the_contract();
	ops->close(engine);
	mem_fails_on_demand();
	mem_copies_are_apart();

	if (lmdb_use(path, MAP_BYTES) != OK)
		return 1;
	the_contract();
	lmdb_lasts(path);
	lmdb_guards_its_files(path);
	lmdb_gets_full();
	lmdb_disk_gets_full();
	folder_remove(path);
	return done();
}
