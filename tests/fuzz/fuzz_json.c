/*
 * Any bytes into json_parse(): no crash, the bounds hold, and what was accepted renders to a text that parses to
 * the same tree and renders to itself.
 */
#include <assert.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t depth_of(const json_t *value)
{
	size_t deepest = 0;

	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			size_t depth = depth_of(json_array_get(value, i));

			deepest = depth > deepest ? depth : deepest;
		}
		return deepest + 1;
	}
	if (!json_is_object(value))
		return 0;
	for (void *at = json_object_iter((json_t *)value); at; at = json_object_iter_next((json_t *)value, at)) {
		size_t depth = depth_of(json_object_iter_value(at));

		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

/* Typed reads take every value for what it may not be. */
static void read_as_all(const json_t *value)
{
	(void)json_member_str(value, "id");
	(void)json_member_bool(value, "id", true);
	(void)json_member_u64(value, "id", 0);
	for (size_t i = 0; i < json_count(value); i++)
		(void)json_str_of(json_at(value, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	json_t *value = NULL, *again = NULL;

	if (json_parse(arena, (struct str){ (const char *)data, size }, &value) == OK) {
		struct str text = json_render(arena, value);

		assert(depth_of(value) <= JSON_DEPTH_MAX);
		read_as_all(value);
		assert(utf8_valid(text));
		if (text.n <= JSON_BYTES_MAX) {
			assert(json_parse(arena, text, &again) == OK);
			assert(json_equal(value, again));
			assert(str_eq(json_render(arena, again), text));
		}
	} else {
		assert(!value);
	}
	arena_free(arena);
	return 0;
}
