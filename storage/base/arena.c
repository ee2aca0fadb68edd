/*
 * Memory of one call or one job: bump allocation in blocks that double from 4 to 64 KiB.
 *
 * The arena's own struct lives in its first block, so that an idle arena is one malloc of 4 KiB. What is too big
 * for a block to share gets a malloc of its own. Under AddressSanitizer everything does, so that it sees an access
 * behind the end of any single allocation. One thread at a time.
 */
#include "storage/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/str.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#endif

enum {
	ALIGNMENT = alignof(max_align_t),
	MALLOC_HEAD = 16,                  /* so that block and malloc's own head fill whole pages */
	BLOCK_FIRST = 4096 - MALLOC_HEAD,  /* bytes, the struct block included */
	BLOCK_MAX = 65536 - MALLOC_HEAD,
#ifdef ARENA_SEPARATE
	SHARED_MAX = 0,
#else
	SHARED_MAX = BLOCK_MAX / 8,        /* bytes; a larger allocation stands alone */
#endif
};

struct block {
	struct block *older;
	size_t size;  /* bytes that follow the struct */
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
	struct deferred *older;
	void (*release)(void *object);
	void *object;
};

struct arena {
	struct block *shared;  /* newest first; the last in the list holds this struct */
	struct block *alone;   /* blocks of one allocation, newest first */
	struct deferred *deferred;
};

static size_t round_up(size_t size)
{
	return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static void *or_abort(void *memory)
{
	if (!memory) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return memory;
}

/* The whole size of a malloc for `size` usable bytes; a size that cannot exist aborts as memory that is not there. */
static size_t with_head(size_t size)
{
	if (size > PTRDIFF_MAX - sizeof(struct block))
		or_abort(NULL);
	return sizeof(struct block) + size;
}

static struct block *block_new(size_t whole, struct block *older)
{
	struct block *block = or_abort(malloc(whole));

	block->older = older;
	block->size = whole - sizeof(struct block);
	block->used = 0;
	return block;
}

static void *block_take(struct block *block, size_t size)
{
	void *p = block->bytes + block->used;

	block->used += size;
	return p;
}

struct arena *arena_new(void)
{
	struct block *block = block_new(BLOCK_FIRST, NULL);
	struct arena *arena = block_take(block, round_up(sizeof(*arena)));

	*arena = (struct arena){ .shared = block };
	return arena;
}

static void run_deferred(struct arena *arena)
{
	while (arena->deferred) {
		struct deferred *last = arena->deferred;

		arena->deferred = last->older;
		last->release(last->object);
	}
}

/* Frees a list of blocks, but not `keep`. */
static void free_blocks(struct block *block, const struct block *keep)
{
	while (block && block != keep) {
		struct block *older = block->older;

		free(block);
		block = older;
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	run_deferred(arena);
	free_blocks(arena->alone, NULL);
	free_blocks(arena->shared, NULL);
}

void arena_reset(struct arena *arena)
{
	struct block *first = arena->shared;

	run_deferred(arena);
	free_blocks(arena->alone, NULL);
	while (first->older)
		first = first->older;
	free_blocks(arena->shared, first);
	first->used = round_up(sizeof(*arena));
	*arena = (struct arena){ .shared = first };
}

/* Room of `size` > SHARED_MAX bytes that shares its block with nothing. */
static void *alloc_alone(struct arena *arena, size_t size, bool zeroed)
{
	size_t whole = with_head(size);
	struct block *block = or_abort(zeroed ? calloc(1, whole) : malloc(whole));

	*block = (struct block){ .older = arena->alone, .size = size, .used = size };
	arena->alone = block;
	return block->bytes;
}

static void *alloc_shared(struct arena *arena, size_t size)
{
	size_t rounded = round_up(size);
	struct block *block = arena->shared;

	if (rounded > block->size - block->used) {
		size_t whole = 2 * (block->size + sizeof(*block) + MALLOC_HEAD) - MALLOC_HEAD;

		if (whole > BLOCK_MAX)
			whole = BLOCK_MAX;
		while (whole < BLOCK_MAX && whole - sizeof(*block) < rounded)
			whole = 2 * (whole + MALLOC_HEAD) - MALLOC_HEAD;
		block = arena->shared = block_new(whole, block);
	}
	return block_take(block, rounded);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > SHARED_MAX)
		return alloc_alone(arena, size, true);
	return memset(alloc_shared(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t whole;

	if (__builtin_mul_overflow(count, size, &whole))
		or_abort(NULL);
	return arena_alloc(arena, whole);
}

/* As arena_alloc(), for callers that fill the bytes at once. */
static void *alloc_raw(struct arena *arena, size_t size)
{
	if (size > SHARED_MAX)
		return alloc_alone(arena, size, false);
	return alloc_shared(arena, size);
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t size)
{
	struct block *shared = arena->shared, *alone = arena->alone;
	void *p;

	assert(size >= old_size && (old || old_size == 0));
	if (old && alone && old == alone->bytes) {
		alone = or_abort(realloc(alone, with_head(size)));
		alone->size = alone->used = size;
		arena->alone = alone;
		return alone->bytes;
	}
	if (old && old_size && size <= SHARED_MAX &&
	    (unsigned char *)old + round_up(old_size) == shared->bytes + shared->used &&
	    round_up(size) - round_up(old_size) <= shared->size - shared->used) {
		shared->used += round_up(size) - round_up(old_size);
		return old;
	}
	p = alloc_raw(arena, size);
	if (old)
		memcpy(p, old, old_size);
	return p;
}

char *arena_cstr(struct arena *arena, struct str text)
{
	char *copy = alloc_raw(arena, text.n + 1);

	if (text.n)
		memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return copy;
}

struct str arena_str(struct arena *arena, struct str text)
{
	return (struct str){ arena_cstr(arena, text), text.n };
}

struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	assert(n >= 0);
	text = alloc_raw(arena, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return (struct str){ text, (size_t)n };
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	struct str text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void arena_defer(struct arena *arena, void (*release)(void *object), void *object)
{
	struct deferred *deferred = ARENA_NEW(arena, struct deferred);

	*deferred = (struct deferred){ arena->deferred, release, object };
	arena->deferred = deferred;
}
