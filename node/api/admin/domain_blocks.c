/*
 * Domains that are kept out, for those who look after the node: the operator's rules about domains (storage/rules.h)
 * as Admin::DomainBlock. A rule has no number; to clients it is known by one that is made of its domain.
 */
#include "node/api/admin/domain_blocks.h"

#include <stdlib.h>

#include "federation/policy.h"
#include "federation/url.h"
#include "node/api/admin/accounts.h"
#include "node/api/admin/rules.h"
#include "node/api/answer.h"
#include "node/api/paging.h"
#include "node/node.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/named.h"
#include "storage/rules.h"

enum { BLOCKS_PAGE = 100, BLOCKS_PAGE_MAX = 200 };

struct domain_block {
	uint64_t id;
	struct rule rule;
};

static int by_id_downward(const void *a, const void *b)
{
	const struct domain_block *left = a, *right = b;

	return (left->id < right->id) - (left->id > right->id);
}

/* All, each domain once: one that is kept out need not be silenced. By id, the greatest first. */
static int load(struct arena *arena, struct view *view, struct domain_block **ret_blocks, size_t *ret_count)
{
	struct rule *out = NULL, *silenced = NULL;
	size_t out_count = 0, silenced_count = 0, n = 0;
	int r = rules_each(arena, view, RULE_DOMAIN, &out, &out_count);

	if (r == OK)
		r = rules_each(arena, view, RULE_SILENCE_DOMAIN, &silenced, &silenced_count);
	if (r != OK)
		return r;
	*ret_blocks = ARENA_ARRAY(arena, struct domain_block, out_count + silenced_count);
	for (size_t i = 0; i < out_count; i++)
		(*ret_blocks)[n++] = (struct domain_block){ admin_rule_id(out[i].value), out[i] };
	for (size_t i = 0; i < silenced_count; i++)
		if (!rules_has(view, RULE_DOMAIN, silenced[i].value))
			(*ret_blocks)[n++] = (struct domain_block){ admin_rule_id(silenced[i].value), silenced[i] };
	if (n)
		qsort(*ret_blocks, n, sizeof(**ret_blocks), by_id_downward);
	*ret_count = n;
	return OK;
}

static int find(struct arena *arena, struct view *view, uint64_t id, struct domain_block *ret_block)
{
	struct domain_block *blocks;
	size_t count;
	int r = load(arena, view, &blocks, &count);

	for (size_t i = 0; r == OK && i < count; i++)
		if (blocks[i].id == id) {
			*ret_block = blocks[i];
			return OK;
		}
	return r == OK ? ERR_NOT_FOUND : r;
}

static void w_block(struct json_writer *w, struct arena *arena, const struct domain_block *block)
{
	uint8_t digest[SHA256_BYTES];

	hash_sha256(block->rule.value, digest);
	json_w_object(w);
	json_w_member_id(w, "id", block->id);
	json_w_member_str(w, "domain", block->rule.value);
	json_w_member_str(w, "digest", hex_encode(arena, (struct str){ (const char *)digest, sizeof(digest) }));
	json_w_member_date(w, "created_at", block->rule.created_ms);
	json_w_member_cstr(w, "severity", block->rule.kind == RULE_DOMAIN ? "suspend" : "silence");
	json_w_member_bool(w, "reject_media", false);
	json_w_member_bool(w, "reject_reports", false);
	json_w_member_str_or_null(w, "private_comment", block->rule.comment);
	json_w_member_null(w, "public_comment");
	json_w_member_bool(w, "obfuscate", false);
	json_w_object_end(w);
}

int api_admin_domain_blocks(struct call *call, struct view *view)
{
	struct page page = paging_read(call, BLOCKS_PAGE, BLOCKS_PAGE_MAX);
	struct domain_block *blocks;
	struct named *all, *list;
	struct answer answer;
	size_t count;
	int r = load(call->arena, view, &blocks, &count);

	if (r != OK)
		return r;
	list = all = ARENA_ARRAY(call->arena, struct named, count);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct named){ blocks[i].id, blocks[i].rule.value };
	paging_cut_named(call, &page, &list, &count);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		w_block(&answer.w, call->arena, &blocks[list - all + (ptrdiff_t)i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_admin_domain_block_find_check(struct call *call, struct view *view)
{
	struct domain_block *block = ARENA_NEW(call->arena, struct domain_block);
	uint64_t id;
	int r = answer_path_id(call, &id);

	call->state = block;
	return r == OK ? find(call->arena, view, id, block) : r;
}

int api_admin_domain_block_show(struct call *call, struct view *view)
{
	const struct domain_block *named = call->state;
	struct answer answer;
	struct domain_block block;
	int r = find(call->arena, view, named->id, &block);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	w_block(&answer.w, call->arena, &block);
	return answer_end(&answer, call, OK);
}

int api_admin_domain_block(struct call *call, struct view *view)
{
	int r = api_admin_domain_block_find_check(call, view);

	return r == OK ? api_admin_domain_block_show(call, view) : r;
}

/* What both ways of writing read; what is absent stays as it is. */
static int read_terms(struct call *call, struct rule *rule)
{
	struct str severity = call_param(call, "severity"), comment = call_param(call, "private_comment");

	if (str_eq(severity, STR("suspend")))
		rule->kind = RULE_DOMAIN;
	else if (str_eq(severity, STR("silence")))
		rule->kind = RULE_SILENCE_DOMAIN;
	else if (severity.n)
		return answer_refuse(call, "Validation failed: severity is silence or suspend");
	if (!admin_rule_is_line(comment))
		return answer_refuse(call, "Validation failed: private_comment is one line of at most 1000 bytes");
	if (comment.p)
		rule->comment = comment;
	return OK;
}

static bool is_ours(struct call *call, struct str domain)
{
	const struct instance *instance = &call->node->instance;
	struct url url;

	return str_eq_nocase(domain, instance->domain) ||
	       (url_parse(call->arena, instance->url, &url) == OK &&
	        str_eq_nocase(domain, url_host_port(call->arena, &url)));
}

int api_admin_domain_block_add_check(struct call *call, struct view *view)
{
	struct domain_block *block = ARENA_NEW(call->arena, struct domain_block);
	struct rule *rule = &block->rule;

	*block = (struct domain_block){ .rule.kind = RULE_SILENCE_DOMAIN };
	if (policy_rule_value(call->arena, RULE_DOMAIN, str_trim(call_param(call, "domain")), &rule->value) != OK)
		return answer_refuse(call, "Validation failed: domain is not a domain name");
	if (is_ours(call, rule->value))
		return answer_refuse(call, "Validation failed: domain is this server's own");
	if (rules_has(view, RULE_DOMAIN, rule->value) || rules_has(view, RULE_SILENCE_DOMAIN, rule->value))
		return answer_refuse(call, "Validation failed: domain is blocked already");
	block->id = admin_rule_id(rule->value);
	call->state = block;
	return read_terms(call, rule);
}

int api_admin_domain_block_edit_check(struct call *call, struct view *view)
{
	int r = api_admin_domain_block_find_check(call, view);
	struct domain_block *block = call->state;

	return r == OK ? read_terms(call, &block->rule) : r;
}

int api_admin_domain_block_write(struct call *call, struct txn *txn)
{
	const struct domain_block *block = call->state;
	uint8_t other = block->rule.kind == RULE_DOMAIN ? RULE_SILENCE_DOMAIN : RULE_DOMAIN;
	int r = rules_delete(txn, other, block->rule.value);

	admin_rule_audit(call, &block->rule);
	if (r == OK || r == ERR_NOT_FOUND)
		r = rules_put(txn, &block->rule);
	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: there are as many rules as may be") : r;
}

int api_admin_domain_block_delete_write(struct call *call, struct txn *txn)
{
	const struct domain_block *block = call->state;
	int r = rules_delete(txn, RULE_DOMAIN, block->rule.value);

	admin_rule_audit(call, &block->rule);
	if (r == OK || r == ERR_NOT_FOUND)
		r = rules_delete(txn, RULE_SILENCE_DOMAIN, block->rule.value);
	return r == ERR_NOT_FOUND ? OK : r;
}
