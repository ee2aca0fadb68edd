/* storage/base/arena: zeroed, aligned, released in order. */
#include <stdalign.h>
#include <stdint.h>

#include "storage/base/arena.h"
#include "tests/unit/tap.h"

static struct {
	char p[8];
	size_t n;
} released;

static void note(void *object)
{
	released.p[released.n++] = *(const char *)object;
}

static bool all_zero(const unsigned char *p, size_t n)
{
	while (n && p[n - 1] == 0)
		n--;
	return n == 0;
}

static void allocate(void)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 100, 4000, 4096, 8189, 8190, 8191, 65536, 1000000, 3 };
	struct arena *arena = arena_new();
	bool zeroed = true, aligned = true;

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *p = arena_alloc(arena, sizes[i]);

			zeroed = zeroed && all_zero(p, sizes[i]);
			aligned = aligned && (uintptr_t)p % alignof(max_align_t) == 0;
			memset(p, 0xA5, sizes[i]);
		}
		arena_reset(arena);
	}
	ok(zeroed, "memory of any size is zeroed, also after a reset");
	ok(aligned, "memory of any size is aligned for any type");
	ok(all_zero((unsigned char *)ARENA_ARRAY(arena, uint64_t, 1000), 8000), "an array is zeroed");
	arena_free(arena);
	arena_free(NULL);
}

static void keep_apart(void)
{
	struct arena *arena = arena_new();
	unsigned char *parts[500];
	bool intact = true;

	for (size_t i = 0; i < 500; i++) {
		parts[i] = arena_alloc(arena, i * 7);
		memset(parts[i], (int)(i & 255), i * 7);
	}
	for (size_t i = 0; i < 500; i++) {
		for (size_t k = 0; k < i * 7; k++)
			intact = intact && parts[i][k] == (i & 255);
	}
	ok(intact, "allocations do not overlap");
	arena_free(arena);
}

static void grow(void)
{
	struct arena *arena = arena_new();
	char *p = arena_grow(arena, NULL, 0, 10);
	size_t size = 10;
	bool same = true;

	memset(p, 'x', size);
	for (; size < 300000; size *= 2) {
		p = arena_grow(arena, p, size, size * 2);
		memset(p + size, 'x', size);
		if (size < 1000)
			arena_alloc(arena, 3);
	}
	for (size_t i = 0; i < size; i++)
		same = same && p[i] == 'x';
	ok(same, "growing keeps the bytes, across blocks");
	arena_free(arena);
}

static void copy_texts(void)
{
	struct arena *arena = arena_new();
	char with_nul[] = { 'a', 0, 'b' };
	struct str copy = arena_str(arena, (struct str){ with_nul, 3 });
	struct str none = arena_str(arena, STR_NONE);
	struct str printed = arena_printf(arena, "%s-%d-%0*d", "x", -5, 20000, 7);

	ok(copy.n == 3 && memcmp(copy.p, with_nul, 3) == 0 && copy.p[3] == 0, "a copy keeps NUL bytes and ends in one");
	ok(none.n == 0 && none.p && none.p[0] == 0, "a copy of nothing is an empty C string");
	ok(strcmp(arena_cstr(arena, STR("abc")), "abc") == 0, "a C string is a copy");
	ok(printed.n == 20005 && printed.p[20004] == '7' && printed.p[20005] == 0, "formatted text has any length");
	arena_free(arena);
}

static void release(void)
{
	static char one = '1', two = '2', three = '3';
	struct arena *arena = arena_new();

	arena_defer(arena, note, &one);
	arena_defer(arena, note, &two);
	arena_reset(arena);
	is_str(((struct str){ released.p, released.n }), STR("21"), "a reset releases, last deferred first");
	arena_defer(arena, note, &three);
	arena_free(arena);
	is_str(((struct str){ released.p, released.n }), STR("213"), "a release runs once");
}

int main(void)
{
	allocate();
	keep_apart();
	grow();
	copy_texts();
	release();
	return done();
}
