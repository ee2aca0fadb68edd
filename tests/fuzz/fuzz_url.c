/* Any bytes as an address: what is accepted renders to an address that is accepted again and is the same. */
#include "federation/url.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *arena = arena_new();
	struct str text = { (const char *)data, n }, rendered, host;
	struct url url, again, base;

	if (url_parse(arena, text, &url) == OK) {
		rendered = url_render(arena, &url);
		/* Percent-encoding may make it longer than what we accept. */
		if (rendered.n <= URL_BYTES_MAX &&
		    (url_parse(arena, rendered, &again) || !str_eq(url_render(arena, &again), rendered)))
			abort();
	}
	if (url_parse(arena, STR("https://a.example/b/c?d"), &base))
		abort();
	url_resolve(arena, &base, text, &again);
	url_host_parse(arena, text, &host);
	arena_free(arena);
	return 0;
}
