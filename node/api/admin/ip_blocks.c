/*
 * Admin::IpBlock over rules of the kind RULE_NETWORK. Who is kept out is node/http/exchange.c's and
 * node/accounts/registration.c's to ask.
 */
#include "node/api/admin/ip_blocks.h"

#include "node/api/admin/accounts.h"
#include "node/api/admin/rules.h"
#include "node/api/answer.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/networks.h"
#include "storage/rules.h"

enum { SECONDS_MAX = 10 * 366 * 86400, FORGOTTEN_AT_ONCE = 100 };

static const char *const severities[] = {
	[NETWORK_NO_ACCESS] = "no_access", [NETWORK_APPROVAL] = "sign_up_requires_approval",
	[NETWORK_NO_SIGN_UP] = "sign_up_block",
};
enum { SEVERITIES = sizeof(severities) / sizeof(severities[0]) };

static void w_block(struct json_writer *w, const struct rule *rule)
{
	json_w_object(w);
	json_w_member_id(w, "id", admin_rule_id(rule->value));
	json_w_member_str(w, "ip", rule->value);
	json_w_member_cstr(w, "severity", rule->severity < SEVERITIES ? severities[rule->severity] : severities[0]);
	json_w_member_str(w, "comment", rule->comment);
	json_w_member_date(w, "created_at", rule->created_ms);
	json_w_member_date(w, "expires_at", rule->ends_ms);
	json_w_object_end(w);
}

int api_admin_ip_blocks(struct call *call, struct view *view)
{
	return admin_rules_list(call, view, RULE_NETWORK, w_block);
}

int api_admin_ip_block_find_check(struct call *call, struct view *view)
{
	return admin_rule_find_check(call, view, RULE_NETWORK);
}

int api_admin_ip_block_show(struct call *call, struct view *view)
{
	return admin_rule_show(call, view, w_block);
}

int api_admin_ip_block(struct call *call, struct view *view)
{
	int r = api_admin_ip_block_find_check(call, view);

	return r == OK ? api_admin_ip_block_show(call, view) : r;
}

static int read_severity(struct call *call, struct rule *rule)
{
	struct str text = call_param(call, "severity");

	for (size_t i = 0; i < SEVERITIES; i++)
		if (str_eq(text, str_of(severities[i]))) {
			rule->severity = (uint8_t)i;
			return OK;
		}
	return answer_refuse(call, "Validation failed: severity is sign_up_requires_approval, sign_up_block or no_access");
}

static int read_end(struct call *call, struct rule *rule)
{
	struct str text = call_param(call, "expires_in");
	uint64_t seconds = 0;

	if (text.n && (!str_to_u64(text, &seconds) || seconds > SECONDS_MAX))
		return answer_refuse(call, "Validation failed: expires_in is a number of seconds, ten years at most");
	if (text.p)
		rule->ends_ms = seconds ? clock_now_ms() + (int64_t)seconds * SECOND_MS : 0;
	return OK;
}

/* What both ways of writing read; what is absent stays as it is. */
static int read_terms(struct call *call, struct rule *rule)
{
	struct str comment = call_param(call, "comment");
	int r = call_param(call, "severity").n ? read_severity(call, rule) : OK;

	if (r == OK)
		r = read_end(call, rule);
	if (r != OK)
		return r;
	if (!admin_rule_is_line(comment))
		return answer_refuse(call, "Validation failed: comment is one line of at most 1000 bytes");
	if (comment.p)
		rule->comment = comment;
	if (rule->severity == NETWORK_NO_ACCESS && networks_hold(call->arena, rule->value, call->request.peer_address))
		return answer_refuse(call, "Validation failed: ip holds your own address: you would shut yourself out");
	return OK;
}

int api_admin_ip_block_add_check(struct call *call, struct view *view)
{
	struct rule *rule = ARENA_NEW(call->arena, struct rule), old;
	int r;

	*rule = (struct rule){ .kind = RULE_NETWORK };
	if (networks_parse(call->arena, str_trim(call_param(call, "ip")), &rule->value) != OK)
		return answer_refuse(call, "Validation failed: ip is no address and no network such as 203.0.113.0/24");
	if (rules_get(call->arena, view, RULE_NETWORK, rule->value, &old) == OK &&
	    (!old.ends_ms || old.ends_ms > clock_now_ms()))
		return answer_refuse(call, "Validation failed: ip is blocked already");
	call->state = rule;
	r = read_severity(call, rule);
	return r == OK ? read_terms(call, rule) : r;
}

int api_admin_ip_block_edit_check(struct call *call, struct view *view)
{
	int r = api_admin_ip_block_find_check(call, view);
	struct rule *rule = call->state;
	struct str ip = str_trim(call_param(call, "ip")), network;

	if (r != OK)
		return r;
	if (ip.n && (networks_parse(call->arena, ip, &network) != OK || !str_eq(network, rule->value)))
		return answer_refuse(call, "Validation failed: ip of a block stays as it is");
	return read_terms(call, rule);
}

/* Those that have ended make room. */
int api_admin_ip_block_write(struct call *call, struct txn *txn)
{
	int r = networks_forget(txn, FORGOTTEN_AT_ONCE);

	return r == OK ? admin_rule_put(call, txn) : r;
}
