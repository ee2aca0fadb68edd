/* Any JSON, and any double: the canonical form is JSON, means the same, and is its own canonical form. */
#include "federation/jcs.h"

#include <math.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Integers beyond 2^63 are canonical JSON, but nothing that json_parse() takes: here they may be doubles, as they
 * are for the scheme. */
static void check_again(struct arena *arena, struct str text)
{
	const size_t flags = JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES;
	json_t *value = json_loadb(text.p, text.n, flags, NULL);
	struct str again;

	if (!value || jcs_render(arena, value, &again) || !str_eq(text, again))
		abort();
	json_decref(value);
}

static void check_double(struct arena *arena, double value)
{
	json_t *real = isfinite(value) ? json_real(value) : NULL;
	struct str text;

	if (!real)
		return;
	if (jcs_render(arena, real, &text) || strtod(text.p, NULL) != value)
		abort();
	json_decref(real);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *arena = arena_new();
	struct str text;
	json_t *value;
	double real;

	if (n >= sizeof(real)) {
		memcpy(&real, data, sizeof(real));
		check_double(arena, real);
	}
	if (json_parse(arena, (struct str){ n ? (const char *)data : "", n }, &value) == OK) {
		if (jcs_render(arena, value, &text))
			abort();
		check_again(arena, text);
	}
	arena_free(arena);
	return 0;
}
