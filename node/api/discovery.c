/*
 * WebFinger and host-meta.
 */
#include "node/api/discovery.h"

#include "node/api/answer.h"
#include "node/node.h"
#include "storage/accounts.h"

#define SERVICE_RELATION "https://www.w3.org/ns/activitystreams#Service"

/* "acct:name@host", "name@host", "acct:@name@host" to the account; only handles of ours. */
static int find_acct(struct call *call, struct view *view, struct str acct, struct account *ret_account)
{
	const struct instance *instance = &call->node->instance;
	size_t at;

	if (str_starts(acct, STR("acct:")))
		acct = str_sub(acct, 5, SIZE_MAX);
	if (str_starts(acct, STR("@")))
		acct = str_sub(acct, 1, SIZE_MAX);
	/* The host has no @; a name that is itself a host (the instance actor's) may have a colon. */
	at = str_find_char(acct, '@');
	if (at == SIZE_MAX || at == 0 || at + 1 == acct.n)
		return ERR_INVALID;
	if (!str_eq_nocase(str_sub(acct, at + 1, SIZE_MAX), instance->domain))
		return ERR_NOT_FOUND;
	return accounts_by_name(call->arena, view, str_sub(acct, 0, at), STR_NONE, ret_account);
}

/* The actor's id, or the profile page: both are below our origin. */
static int find_url(struct call *call, struct view *view, struct str url, struct account *ret_account)
{
	const struct instance *instance = &call->node->instance;
	struct str rest;

	if (!instance_owns(instance, url))
		return ERR_NOT_FOUND;
	rest = str_sub(url, instance->url.n, SIZE_MAX);
	if (str_starts(rest, STR("/@")))
		return accounts_by_name(call->arena, view, str_sub(rest, 2, SIZE_MAX), STR_NONE, ret_account);
	return accounts_by_uri(call->arena, view, url, ret_account);
}

static bool is_url(struct str text)
{
	return str_starts(text, STR("https://")) || str_starts(text, STR("http://"));
}

static void w_link(struct json_writer *w, const char *rel, const char *type, struct str href)
{
	json_w_object(w);
	json_w_member_cstr(w, "rel", rel);
	json_w_member_cstr(w, "type", type);
	json_w_member_str(w, "href", href);
	json_w_object_end(w);
}

static int reply_jrd(struct call *call, struct answer *answer)
{
	call->reply.content_type = STR("application/jrd+json");
	return answer_end(answer, call, OK);
}

/* FEP-d556: the origin itself leads to the instance actor. */
static int show_service(struct call *call, struct str resource)
{
	struct answer answer;
	struct json_writer *w = &answer.w;

	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_str(w, "subject", resource);
	json_w_key(w, "links");
	json_w_array(w);
	w_link(w, SERVICE_RELATION, "application/activity+json",
	       arena_printf(call->arena, "%.*s/actor", STR_ARG(call->node->instance.url)));
	json_w_array_end(w);
	json_w_object_end(w);
	return reply_jrd(call, &answer);
}

static int show_account(struct call *call, const struct account *account)
{
	struct answer answer;
	struct json_writer *w = &answer.w;

	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_str(w, "subject", arena_printf(call->arena, "acct:%.*s@%.*s", STR_ARG(account->username),
	                                             STR_ARG(call->node->instance.domain)));
	json_w_key(w, "aliases");
	json_w_array(w);
	if (account->url.n && !str_eq(account->url, account->uri))
		json_w_str(w, account->url);
	json_w_str(w, account->uri);
	json_w_array_end(w);
	json_w_key(w, "links");
	json_w_array(w);
	w_link(w, "self", "application/activity+json", account->uri);
	if (account->url.n)
		w_link(w, "http://webfinger.net/rel/profile-page", "text/html", account->url);
	json_w_array_end(w);
	json_w_object_end(w);
	return reply_jrd(call, &answer);
}

int api_webfinger(struct call *call, struct view *view)
{
	struct str resource = call_param(call, "resource"), origin = call->node->instance.url;
	struct account account;
	int r;

	if (!resource.n)
		return call_fail(call, ERR_INVALID, "A resource is needed");
	if (str_starts(resource, origin) &&
	    (resource.n == origin.n || str_eq(str_sub(resource, origin.n, 2), STR("/"))))
		return show_service(call, resource);
	r = is_url(resource) ? find_url(call, view, resource, &account) : find_acct(call, view, resource, &account);
	if (r == ERR_INVALID)
		return call_fail(call, ERR_INVALID, "The resource is neither a handle nor an address");
	if (r != OK)
		return r;
	if (account.host.n || account.withheld)
		return ERR_NOT_FOUND;
	return account.deleted ? ERR_GONE : show_account(call, &account);
}

int api_host_meta(struct call *call, struct view *view)
{
	struct buf buf;

	(void)view;
	buf_init(&buf, call->arena, 0);
	buf_add(&buf, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                  "<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n"
	                  "  <Link rel=\"lrdd\" template=\""));
	buf_add_html(&buf, call->node->instance.url);
	buf_add(&buf, STR("/.well-known/webfinger?resource={uri}\"/>\n</XRD>\n"));
	return call_reply(call, 200, "application/xrd+xml; charset=utf-8", buf_str(&buf));
}
