/* What is sealed opens with its key for its subject, and otherwise not. */
#include "node/seal.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static void test_text(struct arena *arena)
{
	struct seal seal = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
	struct str sealed = seal_close(arena, &seal, STR("a"), STR("a secret")), again, text = STR_NONE;
	size_t opened = 0;

	is_int(seal_open(arena, &seal, STR("a"), sealed, &text), OK, "what is sealed opens");
	is_str(text, STR("a secret"), "as it was");
	ok(str_find(sealed, STR("secret")) == SIZE_MAX, "and is not there to be read");
	again = seal_close(arena, &seal, STR("a"), STR("a secret"));
	ok(!str_eq(sealed, again), "the same text looks different each time");
	is_int(seal_open(arena, &seal, STR("b"), sealed, &text), ERR_INVALID, "it does not open for another subject");
	is_int(seal_open(arena, &other, STR("a"), sealed, &text), ERR_INVALID, "nor with another key");
	for (size_t i = 0; i < sealed.n; i++) {
		char *changed = arena_alloc(arena, sealed.n);

		memcpy(changed, sealed.p, sealed.n);
		changed[i] ^= 1;
		opened += seal_open(arena, &seal, STR("a"), (struct str){ changed, sealed.n }, &text) == OK;
		opened += seal_open(arena, &seal, STR("a"), str_sub(sealed, 0, i), &text) == OK;
	}
	is_int(opened, 0, "nor changed or cut anywhere");
	is_int(seal_open(arena, &seal, STR("a"), STR(""), &text), ERR_INVALID, "nothing is not sealed");
	is_int(seal_open(arena, &seal, STR(""), seal_close(arena, &seal, STR(""), STR("")), &text), OK, "nothing can be");
}

static void test_key(struct arena *arena)
{
	char folder[] = "/tmp/test_seal.XXXXXX";
	struct seal first, second;
	struct stat about;
	const char *file;

	if (!mkdtemp(folder))
		abort();
	file = arena_printf(arena, "%s/seal.key", folder).p;
	is_int(seal_load(folder, &first), OK, "a folder gets a key");
	ok(stat(file, &about) == 0 && (about.st_mode & 0777) == 0600, "that is the node's alone");
	is_int(seal_load(folder, &second), OK, "which is found again");
	ok(memcmp(&first, &second, sizeof(first)) == 0, "as it was");
	ok(truncate(file, 5) == 0 && seal_load(folder, &second) == OK && memcmp(&first, &second, sizeof(first)) != 0,
	   "for half a key there is another");
	is_int(seal_load("/nonexistent", &second), ERR_IO, "without a folder there is none");
	unlink(file);
	rmdir(folder);
}

int main(void)
{
	struct arena *arena = arena_new();

	test_text(arena);
	test_key(arena);
	arena_free(arena);
	return done();
}
