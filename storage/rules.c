/*
 * Rules by kind and value. Reads: any thread; changes: the writer's.
 */
#include "storage/rules.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

/* A kind in front of a value; key_text() cuts beyond what a rule's value may have. */
static struct str key_rule(struct key *key, uint8_t kind, struct str value)
{
	size_t n = value.n < RULE_VALUE_BYTES_MAX ? value.n : RULE_VALUE_BYTES_MAX;

	key->bytes[0] = kind;
	if (n)
		memcpy(key->bytes + 1, value.p, n);
	key->n = 1 + n;
	return (struct str){ (const char *)key->bytes, key->n };
}

static int check(const struct rule *rule)
{
	if (!rule_kind_name(rule->kind) || !rule->value.n || rule->value.n > RULE_VALUE_BYTES_MAX ||
	    rule->comment.n > RULE_COMMENT_BYTES_MAX)
		return ERR_INVALID;
	return OK;
}

int rules_put(struct txn *txn, const struct rule *rule)
{
	struct arena *arena = arena_new();
	struct rule kept = *rule, old;
	struct key key;
	struct str at = key_rule(&key, rule->kind, rule->value);
	uint64_t count = 0;
	int r = check(rule);

	if (!r)
		r = record_get(arena, txn_view(txn), SPACE_RULE, at, &rule_type, &old);
	if (!r)
		kept.created_ms = old.created_ms;
	if (r == ERR_NOT_FOUND) {
		r = view_count(txn_view(txn), SPACE_RULE, &count);
		if (!kept.created_ms)
			kept.created_ms = txn_now_ms(txn);
	}
	if (!r && count >= RULES_MAX)
		r = ERR_LIMIT;
	if (!r) {
		txn_emit(txn, EVENT_PEER, 0, 0);
		if (rule->kind == RULE_NETWORK)
			txn_emit(txn, EVENT_NETWORK, 0, 0);
		r = record_put(txn, SPACE_RULE, at, &rule_type, &kept);
	}
	arena_free(arena);
	return r;
}

int rules_delete(struct txn *txn, uint8_t kind, struct str value)
{
	struct key key;

	if (!rules_has(txn_view(txn), kind, value))
		return ERR_NOT_FOUND;
	txn_emit(txn, EVENT_PEER, 0, 0);
	return txn_del(txn, SPACE_RULE, key_rule(&key, kind, value));
}

bool rules_any(struct view *view)
{
	uint64_t count;

	/* A store that cannot be read has none to go by; what is read next says so. */
	return view_count(view, SPACE_RULE, &count) == OK && count;
}

bool rules_any_of(struct view *view, uint8_t kind)
{
	struct prefix_walk walk;
	struct engine_item item;

	prefix_walk_init(&walk, view, SPACE_RULE, (struct str){ (const char *)&kind, 1 }, false);
	return prefix_next(&walk, &item) == OK;
}

int rules_get(struct arena *arena, struct view *view, uint8_t kind, struct str value, struct rule *ret_rule)
{
	struct key key;

	if (!value.n || value.n > RULE_VALUE_BYTES_MAX)
		return ERR_NOT_FOUND;
	return record_get(arena, view, SPACE_RULE, key_rule(&key, kind, value), &rule_type, ret_rule);
}

bool rules_has(struct view *view, uint8_t kind, struct str value)
{
	struct key key;

	return value.n && value.n <= RULE_VALUE_BYTES_MAX && view_has(view, SPACE_RULE, key_rule(&key, kind, value));
}

bool rules_cover_host(struct view *view, uint8_t kind, struct str host_port)
{
	struct str host = host_port;
	size_t colon = host.n;

	while (colon && host.p[colon - 1] >= '0' && host.p[colon - 1] <= '9')
		colon--;
	if (colon && colon < host.n && host.p[colon - 1] == ':')
		host.n = colon - 1;
	if (host.n < host_port.n && rules_has(view, kind, host_port))
		return true;
	while (host.p && host.n) {
		if (rules_has(view, kind, host))
			return true;
		str_cut(&host, '.');
	}
	return false;
}

int rules_each(struct arena *arena, struct view *view, uint8_t kind, struct rule **ret_rules, size_t *ret_count)
{
	struct str prefix = { (const char *)&kind, kind ? 1 : 0 };
	struct prefix_walk walk;
	struct engine_item item;
	uint64_t count;
	size_t n = 0;
	int r = view_count(view, SPACE_RULE, &count);

	if (r)
		return r;
	*ret_rules = ARENA_ARRAY(arena, struct rule, (size_t)count);
	prefix_walk_init(&walk, view, SPACE_RULE, prefix, false);
	while (n < count && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &rule_type, item.value, &(*ret_rules)[n++]);
		if (r)
			return r;
	}
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}
