/*
 * Use of keys: a small write of its own, that frees itself. The calls that come before it is done add writes that find
 * nothing to do.
 */
#include "node/accounts/use.h"

#include <stdlib.h>
#include <string.h>

#include "node/config.h"
#include "node/node.h"
#include "storage/base/hash.h"
#include "storage/keyring.h"

struct use {
	struct write write;
	unsigned space;
	uint8_t hash[SHA256_BYTES];
};

static int use_body(struct txn *txn, void *arg)
{
	const struct use *use = arg;

	return keyring_used(txn, use->space, (struct str){ (const char *)use->hash, sizeof(use->hash) });
}

void use_note(struct call *call, unsigned space, struct str secret, int64_t used_ms)
{
	struct writer *writer = call->node ? call->node->writer : NULL;
	struct use *use;

	if (!writer || !keyring_use_is_news(used_ms, clock_now_ms()))
		return;
	use = calloc(1, sizeof(*use));
	if (!use)
		abort();
	use->write = (struct write){ .body = use_body, .done = free, .arg = use };
	use->space = space;
	hash_sha256(secret, use->hash);
	if (writer_submit(writer, &use->write) != OK)
		free(use);
}

bool token_is_idle(const struct call *call, const struct token *token)
{
	const struct config *config = call->node ? call->node->config : NULL;

	return config && config->oauth_idle_days && token->used_ms &&
	       token->used_ms + (int64_t)config->oauth_idle_days * DAY_MS <= clock_now_ms();
}
