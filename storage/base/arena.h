/*
 * Memory of one call or one job: allocate freely, release everything at once.
 *
 * An arena belongs to one thread at a time (a call carries its arena from stage to stage; the hand-over is the
 * queue's). Out of memory aborts the program: request sizes are bounded and LMDB loses nothing by a crash.
 */
#ifndef STORAGE_BASE_ARENA_H
#define STORAGE_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;
struct str;

/* A new, empty arena; the caller frees it with arena_free(). Never NULL. */
struct arena *arena_new(void);

/* Runs the deferred releases (last deferred first) and returns all memory. NULL is allowed. */
void arena_free(struct arena *arena);

/* As arena_free() followed by arena_new(), but keeps the first block: for loops that handle one item at a time. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes, aligned for any type, valid until the arena is freed or reset. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* Zeroed room for `count` values of `type`; aborts on multiplication overflow. */
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))
void *arena_array(struct arena *arena, size_t count, size_t size);

/*
 * Room of `size` bytes that begins with the `old_size` bytes at `old`: the same place when `old` was the last
 * allocation and there is room behind it, otherwise a new one, and `old` must not be used any more. The bytes behind
 * old_size are not zeroed. `old` may be NULL when old_size is 0; `size` is never below old_size.
 */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t size);

/* A copy of the bytes of `text`, followed by a NUL that is not counted. */
struct str arena_str(struct arena *arena, struct str text);
/* The same as a C string. `text` may hold NUL bytes; the C string then ends early for its readers. */
char *arena_cstr(struct arena *arena, struct str text);
/* Formatted text, NUL-terminated, its length without the NUL in the str. */
struct str arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Calls release(object) when the arena is freed or reset: ties a foreign object (json_t, EVP_PKEY) to it. */
void arena_defer(struct arena *arena, void (*release)(void *object), void *object);

#endif
