/* Any bytes as the document of an actor, fetched from where it says it lives: what is read is bounded and its own. */
#include "federation/actor.h"

#include <stdlib.h>

#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"

enum { FIELDS_MAX = 50, ALIASES_MAX = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(struct arena *arena, const struct account *account)
{
	require(actor_is_username(account->username));
	require(url_same_origin(arena, account->inbox, account->uri));
	require(!account->shared_inbox.n || url_same_origin(arena, account->shared_inbox, account->uri));
	require(account->field_pairs.count <= 2 * FIELDS_MAX && account->field_pairs.count % 2 == 0);
	require(account->also_known_as.count <= ALIASES_MAX);
	require(!account->id && !account->deleted && !account->disabled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n }, uri, username, host, pem;
	struct arena *arena = arena_new();
	struct account account;
	json_t *document;

	if (json_parse(arena, text, &document) == OK) {
		uri = json_member_str(document, "id");
		if (actor_parse(arena, document, uri, &account) == OK) {
			require(str_eq(account.uri, uri));
			check(arena, &account);
		}
		if (actor_parse_handle(arena, document, &username, &host))
			require(actor_is_username(username) && host.n);
		if (actor_parse_key(document, arena_printf(arena, "%.*s#main-key", STR_ARG(uri)), &pem) == OK)
			require(pem.n <= n);
	}
	arena_free(arena);
	return 0;
}
