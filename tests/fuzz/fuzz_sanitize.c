/* Any bytes as HTML: the result is bounded, reads the same again, and has no tag that opens something dangerous. */
#include "federation/sanitize.h"

#include <stdlib.h>

#include "storage/base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const never[] = { "<script", "<style", "<svg", "<img", "<iframe", "<!", "<?", "<form", "\"javascript" };
	struct arena *arena = arena_new();
	struct str once = sanitize_html(arena, (struct str){ (const char *)data, n });
	struct str twice = sanitize_html(arena, once);

	if (!utf8_valid(once) || once.n > SANITIZE_BYTES_MAX)
		abort();
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (str_find(once, str_of(never[i])) != SIZE_MAX)
			abort();
	if (!str_eq(once, twice))
		abort();
	sanitize_plain_text(arena, (struct str){ (const char *)data, n });
	arena_free(arena);
	return 0;
}
