/*
 * Admin::EmailDomainBlock over rules of the kind RULE_EMAIL_DOMAIN. Signing up (node/accounts/registration.c) asks for them.
 */
#include "node/api/admin/email_blocks.h"

#include "federation/url.h"
#include "node/api/admin/accounts.h"
#include "node/api/admin/rules.h"
#include "node/api/answer.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/rules.h"

/* Who tried is not counted. */
static void w_block(struct json_writer *w, const struct rule *rule)
{
	json_w_object(w);
	json_w_member_id(w, "id", admin_rule_id(rule->value));
	json_w_member_str(w, "domain", rule->value);
	json_w_member_date(w, "created_at", rule->created_ms);
	json_w_member_raw(w, "history", STR("[]"));
	json_w_object_end(w);
}

int api_admin_email_blocks(struct call *call, struct view *view)
{
	return admin_rules_list(call, view, RULE_EMAIL_DOMAIN, w_block);
}

int api_admin_email_block_find_check(struct call *call, struct view *view)
{
	return admin_rule_find_check(call, view, RULE_EMAIL_DOMAIN);
}

int api_admin_email_block_show(struct call *call, struct view *view)
{
	return admin_rule_show(call, view, w_block);
}

int api_admin_email_block(struct call *call, struct view *view)
{
	int r = api_admin_email_block_find_check(call, view);

	return r == OK ? api_admin_email_block_show(call, view) : r;
}

int api_admin_email_block_add_check(struct call *call, struct view *view)
{
	struct rule *rule = ARENA_NEW(call->arena, struct rule);
	struct str domain = str_trim(call_param(call, "domain"));

	*rule = (struct rule){ .kind = RULE_EMAIL_DOMAIN };
	if (str_find_char(domain, ':') != SIZE_MAX || url_host_parse(call->arena, domain, &rule->value) != OK)
		return answer_refuse(call, "Validation failed: domain is not a domain name");
	if (rules_has(view, RULE_EMAIL_DOMAIN, rule->value))
		return answer_refuse(call, "Validation failed: domain is blocked already");
	call->state = rule;
	return OK;
}

int api_admin_canonical_test_check(struct call *call, struct view *view)
{
	(void)view;
	return call_param(call, "email").n ? OK : answer_refuse(call, "Validation failed: email is missing");
}
