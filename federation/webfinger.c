/*
 * Whose handle is that. Pool threads.
 */
#include "federation/webfinger.h"

#include "federation/actor.h"
#include "federation/fetch.h"
#include "federation/policy.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"

static const char accept_jrd[] = "application/jrd+json, application/json";
static const char accept_xrd[] = "application/xrd+xml, application/xml, text/xml";

static struct str resource_of(struct arena *arena, struct str username, struct str host)
{
	return arena_printf(arena, "acct:%.*s@%.*s", STR_ARG(username), STR_ARG(host));
}

static struct str with_resource(struct arena *arena, struct str before, struct str resource, struct str after)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, before);
	buf_add_percent(&buf, resource);
	buf_add(&buf, after);
	return buf_str(&buf);
}

/* The value of `name`="…" in one tag. */
static struct str attribute(struct arena *arena, struct str tag, const char *name)
{
	struct str opening = arena_printf(arena, " %s=", name);
	size_t at = str_find(tag, opening);
	struct str rest, value;
	char quote;

	if (at == SIZE_MAX)
		return STR_NONE;
	rest = str_sub(tag, at + opening.n, tag.n);
	quote = rest.n ? rest.p[0] : 0;
	if (quote != '"' && quote != '\'')
		return STR_NONE;
	rest = str_sub(rest, 1, rest.n);
	value = str_cut(&rest, quote);
	return rest.p ? value : STR_NONE;
}

struct str webfinger_template(struct str host_meta)
{
	struct arena *arena = arena_new();
	struct str rest = host_meta, found = STR_NONE;

	while (rest.p && !found.n) {
		struct str tag;

		str_cut(&rest, '<');
		tag = rest;
		tag = str_cut(&tag, '>');
		if (str_starts(tag, STR("Link")) && str_eq(attribute(arena, tag, "rel"), STR("lrdd")))
			found = attribute(arena, tag, "template");
	}
	arena_free(arena);
	return str_find(found, STR("{uri}")) == SIZE_MAX ? STR_NONE : found;
}

/* The origin of a listed host: its scheme is the peer's. */
static int origin_of(struct arena *arena, struct store *store, struct str host, struct str *ret_origin)
{
	struct view *view;
	struct peer peer;
	int r = view_begin(store, &view);

	if (r)
		return r;
	r = policy_peer_by_domain(arena, view, host, &peer);
	view_end(view);
	if (r)
		return r == ERR_NOT_FOUND ? ERR_DENIED : r;
	*ret_origin = peer.url;
	return OK;
}

static int ask_by_host_meta(const struct federation *federation, struct arena *arena, struct store *store,
                            struct str origin, struct str resource, struct str *ret_text)
{
	struct str place = arena_printf(arena, "%.*s/.well-known/host-meta", STR_ARG(origin));
	struct str text, template;
	size_t at;
	int r = fetch_text(federation, arena, store, place, accept_xrd, &text);

	if (r)
		return r;
	template = webfinger_template(text);
	if (!template.n)
		return ERR_NOT_FOUND;
	at = str_find(template, STR("{uri}"));
	place = with_resource(arena, str_sub(template, 0, at), resource, str_sub(template, at + 5, template.n));
	return fetch_text(federation, arena, store, place, accept_jrd, ret_text);
}

static bool is_self_link(const json_t *link)
{
	struct str type = json_member_str(link, "type");

	return str_eq(json_member_str(link, "rel"), STR("self")) &&
	       (str_eq(type, STR("application/activity+json")) ||
	        str_eq(type, STR("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"")));
}

int webfinger_read(struct arena *arena, struct str jrd, struct webfinger *ret_answer)
{
	const json_t *links;
	json_t *document;
	struct webfinger answer = { .self = STR_NONE };
	struct str subject;

	if (json_parse(arena, jrd, &document))
		return ERR_INVALID;
	subject = json_member_str(document, "subject");
	if (str_starts(subject, STR("acct:")))
		subject = str_sub(subject, 5, subject.n);
	answer.username = str_cut(&subject, '@');
	if (!actor_is_username(answer.username) || url_host_parse(arena, subject, &answer.host))
		return ERR_INVALID;
	links = json_member(document, "links");
	for (size_t i = 0; i < json_count(links) && !answer.self.n; i++)
		if (is_self_link(json_at(links, i)))
			answer.self = json_member_str(json_at(links, i), "href");
	if (!answer.self.n)
		return ERR_NOT_FOUND;
	*ret_answer = answer;
	return OK;
}

int webfinger_ask(const struct federation *federation, struct arena *arena, struct store *store, struct str username,
                  struct str host, struct webfinger *ret_answer)
{
	struct str resource = resource_of(arena, username, host), origin, place, text;
	int r = origin_of(arena, store, host, &origin);

	if (r)
		return r;
	place = arena_printf(arena, "%.*s/.well-known/webfinger?resource=", STR_ARG(origin));
	place = with_resource(arena, place, resource, STR_NONE);
	r = fetch_text(federation, arena, store, place, accept_jrd, &text);
	if (r == ERR_NOT_FOUND)
		r = ask_by_host_meta(federation, arena, store, origin, resource, &text);
	return r ? r : webfinger_read(arena, text, ret_answer);
}

/* The host of the handles that the origin of `uri` gives: that of its peer. */
static int domain_of(struct arena *arena, struct store *store, struct str uri, struct str *ret_host)
{
	struct view *view;
	struct peer peer;
	int r = view_begin(store, &view);

	if (r)
		return r;
	r = policy_peer_by_url(arena, view, uri, &peer);
	view_end(view);
	if (!r)
		*ret_host = peer.domain;
	return r;
}

static bool is_later(int err)
{
	return err == ERR_NETWORK || err == ERR_BUSY;
}

int webfinger_prove(const struct federation *federation, struct arena *arena, struct store *store,
                    struct account *account)
{
	struct webfinger answer, second;
	struct str host;
	int r = domain_of(arena, store, account->uri, &host);

	if (!r)
		r = webfinger_ask(federation, arena, store, account->username, host, &answer);
	if (r)
		return is_later(r) ? r : ERR_INVALID;
	if (!str_eq(answer.self, account->uri))
		return ERR_INVALID;
	account->host = host;
	if (str_eq_nocase(answer.host, host) && str_eq_nocase(answer.username, account->username))
		return OK;
	/* The handle lives elsewhere: that host must say so, too. */
	r = webfinger_ask(federation, arena, store, answer.username, answer.host, &second);
	if (r)
		return is_later(r) ? r : OK;
	if (!str_eq(second.self, account->uri))
		return ERR_INVALID;
	account->username = answer.username;
	account->host = answer.host;
	return OK;
}

int webfinger_prove_claim(const struct federation *federation, struct arena *arena, struct store *store,
                          struct str username, struct str host, struct account *account)
{
	struct webfinger answer;
	int r = webfinger_ask(federation, arena, store, username, host, &answer);

	if (r)
		return r;
	if (!str_eq(answer.self, account->uri) || !str_eq_nocase(answer.username, username) ||
	    !str_eq_nocase(answer.host, host))
		return ERR_INVALID;
	account->username = answer.username;
	account->host = answer.host;
	return OK;
}
