/*
 * Networks by their text: an address is looked for under every network that could hold it. Reads: any thread.
 */
#include "storage/networks.h"

#include <arpa/inet.h>
#include <string.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/rules.h"

enum { V4_BYTES = 4, V6_BYTES = 16, MAPPED_BITS = 96 };

struct network {
	uint8_t bytes[V6_BYTES];
	size_t size;      /* of the address, in bytes */
	unsigned length;  /* of the network, in bits */
};

static bool is_mapped(const struct network *network)
{
	static const uint8_t mapped[V6_BYTES - V4_BYTES] = { [10] = 0xff, [11] = 0xff };

	return network->size == V6_BYTES && network->length >= MAPPED_BITS && !memcmp(network->bytes, mapped, sizeof(mapped));
}

/* Drops what stands behind the length. */
static void mask(struct network *network)
{
	for (size_t i = 0; i < network->size; i++) {
		unsigned before = (unsigned)(8 * i), kept = network->length > before ? network->length - before : 0;

		if (kept < 8)
			network->bytes[i] = (uint8_t)(network->bytes[i] & (0xff00U >> kept));
	}
}

static bool parse(struct arena *arena, struct str text, struct network *ret_network)
{
	struct str rest = text, address = str_cut(&rest, '/');
	const char *terminated = arena_cstr(arena, address);
	struct network network = { .size = V4_BYTES };
	uint64_t length;

	if (!address.n || address.n >= INET6_ADDRSTRLEN || strlen(terminated) != address.n)
		return false;
	if (inet_pton(AF_INET, terminated, network.bytes) != 1) {
		network.size = V6_BYTES;
		if (inet_pton(AF_INET6, terminated, network.bytes) != 1)
			return false;
	}
	length = 8 * network.size;
	if (rest.p && (!str_to_u64(rest, &length) || length > 8 * network.size))
		return false;
	network.length = (unsigned)length;
	if (is_mapped(&network)) {
		memmove(network.bytes, network.bytes + V6_BYTES - V4_BYTES, V4_BYTES);
		network.size = V4_BYTES;
		network.length -= MAPPED_BITS;
	}
	*ret_network = network;
	return true;
}

static struct str render(struct arena *arena, struct network network)
{
	char text[INET6_ADDRSTRLEN];

	mask(&network);
	inet_ntop(network.size == V4_BYTES ? AF_INET : AF_INET6, network.bytes, text, sizeof(text));
	return arena_printf(arena, "%s/%u", text, network.length);
}

int networks_parse(struct arena *arena, struct str text, struct str *ret_network)
{
	struct network network;

	if (!parse(arena, text, &network))
		return ERR_INVALID;
	*ret_network = render(arena, network);
	return OK;
}

bool networks_hold(struct arena *arena, struct str network, struct str address)
{
	struct network outer, inner;

	if (!parse(arena, network, &outer) || !parse(arena, address, &inner) || inner.size != outer.size ||
	    inner.length < outer.length)
		return false;
	inner.length = outer.length;
	return str_eq(render(arena, inner), render(arena, outer));
}

unsigned networks_severities(struct view *view, struct str address, int64_t now_ms)
{
	unsigned severities = 0;
	struct network network;
	struct arena *arena;
	struct rule rule;

	if (!rules_any(view) || !rules_any_of(view, RULE_NETWORK))
		return 0;
	arena = arena_new();
	if (parse(arena, address, &network)) {
		for (unsigned length = network.length + 1; length-- > 0;) {
			network.length = length;
			if (rules_get(arena, view, RULE_NETWORK, render(arena, network), &rule) == OK &&
			    (!rule.ends_ms || rule.ends_ms > now_ms))
				severities |= 1U << rule.severity;
		}
	}
	arena_free(arena);
	return severities;
}

int networks_forget(struct txn *txn, size_t max)
{
	struct arena *arena = arena_new();
	struct rule *rules = NULL;
	size_t count = 0, gone = 0;
	int r = rules_each(arena, txn_view(txn), RULE_NETWORK, &rules, &count);

	for (size_t i = 0; r == OK && i < count && gone < max; i++) {
		if (!rules[i].ends_ms || rules[i].ends_ms > txn_now_ms(txn))
			continue;
		r = rules_delete(txn, RULE_NETWORK, rules[i].value);
		gone++;
	}
	arena_free(arena);
	return r;
}
