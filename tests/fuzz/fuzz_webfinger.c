/* Any bytes as the answer of a WebFinger server: what is read names a handle and an actor, or nothing is. */
#include "federation/webfinger.h"

#include <stdlib.h>

#include "federation/actor.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	struct arena *arena = arena_new();
	struct webfinger answer;

	if (webfinger_read(arena, text, &answer) == OK &&
	    (!actor_is_username(answer.username) || !answer.host.n || !answer.self.n))
		abort();
	arena_free(arena);
	return 0;
}
