/* Any bytes as a document of a collection: what is read is bounded, and leads nowhere else. */
#include "federation/collection.h"

#include <stdlib.h>

#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	struct arena *arena = arena_new();
	struct collection_page page;
	json_t *document;

	if (json_parse(arena, text, &document) == OK) {
		struct str id = json_member_str(document, "id");

		if (collection_parse(arena, document, id, &page) == OK) {
			require(page.items.count <= COLLECTION_ITEMS_MAX);
			require(!page.next.n || url_same_origin(arena, page.next, id));
			for (size_t i = 0; i < page.items.count; i++)
				require(page.items.items[i].n > 0);
		}
	}
	arena_free(arena);
	return 0;
}
