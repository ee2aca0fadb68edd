/*
 * Web Push subscriptions.
 */
#include "node/api/push.h"

#include "federation/net.h"
#include "federation/url.h"
#include "federation/webpush.h"
#include "node/api/answer.h"
#include "node/node.h"
#include "node/push.h"
#include "storage/base/hash.h"
#include "storage/pushes.h"
#include "storage/tokens.h"

/* Clients read the id as a number of 31 bits; nobody asks by it. */
enum { ID_MASK = 0x7fffffff };

static const char *alert_name(struct call *call, uint8_t kind)
{
	return arena_printf(call->arena, "data[alerts][%s]", notice_kind_name(kind)).p;
}

int api_push(struct call *call, struct view *view)
{
	struct answer answer;
	struct push push;
	int r = pushes_get(call->arena, view, call->viewer.account_id, call->viewer.token_id, &push);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_id(&answer.w, "id", push.token_id & ID_MASK);
	json_w_member_str(&answer.w, "endpoint", push.endpoint);
	json_w_member_bool(&answer.w, "standard", push.standard);
	json_w_member_str(&answer.w, "server_key", push_public_key(call->arena, view));
	json_w_key(&answer.w, "alerts");
	json_w_object(&answer.w);
	for (uint8_t kind = 0; kind < 32; kind++)
		if (notice_kind_name(kind))
			json_w_member_bool(&answer.w, notice_kind_name(kind), push.alerts >> kind & 1);
	json_w_object_end(&answer.w);
	json_w_member_cstr(&answer.w, "policy", push_policy_name(push.policy));
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}

static int read_data(struct call *call, struct push *push)
{
	struct str policy = call_param(call, "data[policy]");

	if (!policy.n)
		policy = call_param(call, "policy");
	if (policy.n)
		push->policy = push_policy_parse(policy);
	if (!push->policy)
		return answer_refuse(call, "Validation failed: data[policy] is all, followed, follower or none");
	for (uint8_t kind = 0; kind < 32; kind++) {
		uint64_t bit = (uint64_t)1 << kind;

		if (!notice_kind_name(kind))
			continue;
		if (call_param_bool(call, alert_name(call, kind), push->alerts & bit))
			push->alerts |= bit;
		else
			push->alerts &= ~bit;
	}
	return OK;
}

/* What messages can never go to is not taken; whither a name leads is judged when one is sent. */
static int check_endpoint(struct call *call, struct str text)
{
	const struct net *net = call->node->federation.net;
	struct url url;

	if (!text.n || url_parse(call->arena, text, &url) != OK || (!url.secure && !call->node->instance.development))
		return answer_refuse(call, "Validation failed: subscription[endpoint] is no https address");
	if (net && net_judge(net, call->arena, &url, push_service_listed(call->node, call->arena, &url)) != OK)
		return answer_refuse(call, "Validation failed: subscription[endpoint] is no public address, nor one in push.services");
	return OK;
}

static int read_keys(struct call *call, struct push *push)
{
	struct str public_key = call_param(call, "subscription[keys][p256dh]");
	struct str auth = call_param(call, "subscription[keys][auth]");

	if (base64_decode(call->arena, public_key, &push->public_key) != OK || !webpush_public_valid(push->public_key))
		return answer_refuse(call, "Validation failed: subscription[keys][p256dh] is no key of P-256");
	if (base64_decode(call->arena, auth, &push->auth) != OK || push->auth.n != WEBPUSH_AUTH_BYTES)
		return answer_refuse(call, "Validation failed: subscription[keys][auth] is not a secret of 16 bytes");
	return OK;
}

/* The token by which this call came. */
static struct str secret_of(struct call *call)
{
	struct str token = call_request_header(call, "Authorization");

	str_cut(&token, ' ');
	return str_trim(token);
}

int api_push_check(struct call *call, struct view *view)
{
	struct push *push = call->state = ARENA_NEW(call->arena, struct push);
	int r;

	(void)view;
	*push = (struct push){
		.account_id = call->viewer.account_id, .token_id = call->viewer.token_id, .policy = PUSH_ALL,
		.endpoint = call_param(call, "subscription[endpoint]"),
		.standard = call_param_bool(call, "subscription[standard]", false),
	};
	r = check_endpoint(call, push->endpoint);
	if (r == OK)
		r = read_keys(call, push);
	push_seal(call->arena, &call->node->seal, push, secret_of(call));
	return r == OK ? read_data(call, push) : r;
}

int api_push_edit_check(struct call *call, struct view *view)
{
	struct push *push = call->state = ARENA_NEW(call->arena, struct push);
	int r = pushes_get(call->arena, view, call->viewer.account_id, call->viewer.token_id, push);

	return r == OK ? read_data(call, push) : r;
}

int api_push_write(struct call *call, struct txn *txn)
{
	int r;

	/* it may have ended since the call began */
	if (!tokens_has_id(txn_view(txn), call->viewer.account_id, call->viewer.token_id))
		return ERR_UNAUTHORIZED;
	r = pushes_put(txn, call->state);
	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: there are as many subscriptions as may be") : r;
}

int api_push_delete_write(struct call *call, struct txn *txn)
{
	return pushes_delete(txn, call->viewer.account_id, call->viewer.token_id);
}
