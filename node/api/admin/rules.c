/*
 * Rules of one kind, found by the number that clients know, listed, shown and put.
 */
#include "node/api/admin/rules.h"

#include <stdlib.h>

#include "node/api/admin/accounts.h"
#include "node/api/answer.h"
#include "node/api/paging.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/named.h"
#include "storage/rules.h"

uint64_t admin_rule_id(struct str value)
{
	uint8_t digest[SHA256_BYTES];
	uint64_t id = 0;

	hash_sha256(value, digest);
	for (size_t i = 0; i < sizeof(id); i++)
		id = id << 8 | digest[i];
	return id >> 1;  /* clients keep ids as signed numbers */
}

static int by_id_downward(const void *a, const void *b)
{
	const struct named *left = a, *right = b;

	return (left->id < right->id) - (left->id > right->id);
}

/* The values of those that have not ended, by number, the greatest first. */
static int load(struct call *call, struct view *view, uint8_t kind, struct named **ret_list, size_t *ret_count)
{
	struct rule *rules = NULL;
	size_t count = 0, n = 0;
	int r = rules_each(call->arena, view, kind, &rules, &count);

	if (r != OK)
		return r;
	*ret_list = ARENA_ARRAY(call->arena, struct named, count);
	for (size_t i = 0; i < count; i++)
		if (!rules[i].ends_ms || rules[i].ends_ms > clock_now_ms())
			(*ret_list)[n++] = (struct named){ admin_rule_id(rules[i].value), rules[i].value };
	if (n)
		qsort(*ret_list, n, sizeof(**ret_list), by_id_downward);
	*ret_count = n;
	return OK;
}

int admin_rule_find(struct call *call, struct view *view, uint8_t kind, uint64_t id, struct rule *ret_rule)
{
	struct named *list;
	size_t count;
	int r = load(call, view, kind, &list, &count);

	for (size_t i = 0; r == OK && i < count; i++)
		if (list[i].id == id)
			return rules_get(call->arena, view, kind, list[i].name, ret_rule);
	return r == OK ? ERR_NOT_FOUND : r;
}

int admin_rule_find_check(struct call *call, struct view *view, uint8_t kind)
{
	struct rule *rule = ARENA_NEW(call->arena, struct rule);
	uint64_t id;
	int r = answer_path_id(call, &id);

	call->state = rule;
	return r == OK ? admin_rule_find(call, view, kind, id, rule) : r;
}

int admin_rules_list(struct call *call, struct view *view, uint8_t kind, admin_rule_writer *w_rule)
{
	struct page page = paging_read(call, RULES_PAGE, RULES_PAGE_MAX);
	struct answer answer;
	struct named *list;
	struct rule rule;
	size_t count;
	int r = load(call, view, kind, &list, &count);

	if (r != OK)
		return r;
	paging_cut_named(call, &page, &list, &count);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++) {
		r = rules_get(call->arena, view, kind, list[i].name, &rule);
		if (r == OK)
			w_rule(&answer.w, &rule);
	}
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int admin_rule_show(struct call *call, struct view *view, admin_rule_writer *w_rule)
{
	const struct rule *named = call->state;
	struct answer answer;
	struct rule rule;
	int r = rules_get(call->arena, view, named->kind, named->value, &rule);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	w_rule(&answer.w, &rule);
	return answer_end(&answer, call, OK);
}

void admin_rule_audit(struct call *call, const struct rule *rule)
{
	call->audited.subject = str_of(rule_kind_name(rule->kind));
	call->audited.detail = rule->value;
}

int admin_rule_put(struct call *call, struct txn *txn)
{
	int r = rules_put(txn, call->state);

	admin_rule_audit(call, call->state);
	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: there are as many rules as may be") : r;
}

int admin_rule_delete(struct call *call, struct txn *txn)
{
	const struct rule *rule = call->state;

	admin_rule_audit(call, rule);
	return rules_delete(txn, rule->kind, rule->value);
}

bool admin_rule_is_line(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ')
			return false;
	return text.n <= RULE_COMMENT_BYTES_MAX && utf8_valid(text);
}
