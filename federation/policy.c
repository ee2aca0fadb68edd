/*
 * The table of filters and what they ask. A node without rules pays one look at a count for them.
 */
#include "federation/policy.h"

#include <utf8proc.h>

#include "federation/budget.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/peers.h"
#include "storage/networks.h"
#include "storage/rules.h"

/* domains */

static bool blocks_host(struct view *view, struct str host_port)
{
	return rules_cover_host(view, RULE_DOMAIN, host_port);
}

static bool blocks_uri(const struct policy_case *c, struct str uri)
{
	struct url url;

	return uri.n && url_parse(c->arena, uri, &url) == OK && blocks_host(c->view, url_host_port(c->arena, &url));
}

static int is_blocked_address(struct policy_case *c)
{
	if (!rules_any(c->view))
		return false;
	return blocks_uri(c, c->uri) || blocks_host(c->view, str_lower(c->arena, c->domain));
}

/* A peer's handles may live under another domain than its addresses: a rule against either is one against both. */
static int is_blocked_peer(struct policy_case *c)
{
	return rules_any(c->view) && (blocks_host(c->view, c->peer.domain) || blocks_uri(c, c->peer.url));
}

static int is_blocked_home(struct policy_case *c)
{
	if (!c->actor || !rules_any(c->view))
		return false;
	return blocks_uri(c, c->actor->uri) || blocks_host(c->view, str_lower(c->arena, c->actor->host));
}

/* the allow list */

static int is_unlisted(struct policy_case *c)
{
	int r = c->uri.n ? peers_by_url(c->arena, c->view, c->uri, &c->peer)
	                 : peers_by_domain(c->arena, c->view, c->domain, &c->peer);

	return r == ERR_NOT_FOUND || r == ERR_INVALID ? true : r;
}

/* limits of an origin */

static int is_too_long(struct policy_case *c)
{
	return c->peer.body_max && c->body_bytes > c->peer.body_max;
}

static int is_too_many(struct policy_case *c)
{
	uint64_t rate = c->peer.activities_a_minute ? c->peer.activities_a_minute : c->rate;

	if (!rate)
		rate = POLICY_RATE_DEFAULT;
	return !budget_take_activity(c->budget, c->peer.url, rate < POLICY_RATE_MAX ? rate : POLICY_RATE_MAX);
}

/* accounts */

static int is_blocked_account(struct policy_case *c)
{
	if (!c->actor || c->takes_back || !rules_any(c->view))
		return false;
	return rules_has(c->view, RULE_ACCOUNT, c->actor->uri) ||
	       rules_has(c->view, RULE_ACCOUNT, str_lower(c->arena, accounts_acct(c->arena, c->actor)));
}

/* words */

static bool is_word_point(uint32_t point)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)point);

	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

/* The folded words of a text, a blank around each: so a rule is found by its words as they stand. */
static void add_words(struct buf *out, struct str text)
{
	struct str folded = accounts_fold(out->arena, text);
	size_t at = 0, next = 0;

	buf_add_char(out, ' ');
	for (; at < folded.n; at = next)
		if (is_word_point(utf8_next(folded, &next)))
			buf_add(out, str_sub(folded, at, next - at));
		else if (out->p[out->n - 1] != ' ')
			buf_add_char(out, ' ');
	if (out->p[out->n - 1] != ' ')
		buf_add_char(out, ' ');
}

/* Elements within a line: they do not part a word. */
static bool is_inline(struct str name)
{
	static const char *const names[] = { "a", "span", "strong", "b", "em", "i", "u", "s", "del", "code" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return false;
}

/* The words of HTML as federation/sanitize.h writes it: tags are whole, and what is not meant as markup is escaped. It
 * is read here to its end, however long it is, and costs less than a parser. References stand for signs only. */
static void add_html_words(struct buf *out, struct str html)
{
	struct buf text;
	size_t at = 0;

	buf_init(&text, out->arena, 0);
	while (at < html.n) {
		struct str rest = str_sub(html, at, SIZE_MAX), tag;
		size_t n = 1;

		if (*rest.p == '<') {
			tag = str_sub(rest, rest.n > 1 && rest.p[1] == '/' ? 2 : 1, SIZE_MAX);
			n = str_find_char(rest, '>');
			tag = str_cut(&tag, '>');
			if (!is_inline(str_cut(&tag, ' ')))
				buf_add_char(&text, ' ');
			n = n == SIZE_MAX ? rest.n : n + 1;
		} else if (*rest.p == '&') {
			n = str_find_char(rest, ';');
			n = n == SIZE_MAX ? rest.n : n + 1;
			buf_add_char(&text, ' ');
		} else {
			buf_add_char(&text, *rest.p);
		}
		at += n;
	}
	add_words(out, buf_str(&text));
}

/* What pictures are said to show. */
static void add_descriptions(struct buf *out, struct str attachments_json)
{
	json_t *list = NULL;

	if (!attachments_json.n || json_parse(out->arena, attachments_json, &list))
		return;
	for (size_t i = 0; i < json_count(list); i++)
		add_words(out, json_member_str(json_at(list, i), "name"));
}

static int has_blocked_word(struct policy_case *c)
{
	struct rule *rules;
	struct buf words;
	size_t count;
	int r;

	if ((!c->post && !c->shown) || !rules_any(c->view))
		return false;
	r = rules_each(c->arena, c->view, RULE_WORD, &rules, &count);
	if (r || !count)
		return r;
	buf_init(&words, c->arena, 0);
	if (c->shown)
		add_words(&words, c->shown->display_name);
	if (c->post) {
		add_words(&words, c->post->title);
		add_words(&words, c->post->spoiler);
		add_html_words(&words, c->post->content);
		add_descriptions(&words, c->post->attachments_json);
	}
	for (size_t i = 0; c->poll && i < c->poll->options.count; i++)
		add_words(&words, c->poll->options.items[i]);
	for (size_t i = 0; i < count; i++)
		if (str_find(buf_str(&words), arena_printf(c->arena, " %.*s ", STR_ARG(rules[i].value))) != SIZE_MAX)
			return true;
	return false;
}

/* the table */

static const struct policy_filter {
	const char *name;                     /* a stable word: it stands in the journal */
	unsigned stages;
	int (*catches)(struct policy_case *c);  /* 1 or 0; below 0 the store failed */
	enum policy_verdict verdict;
	int err;
	const char *detail;
} filters[] = {
	{ "domain", POLICY_CONTACT, is_blocked_address, POLICY_REJECT, ERR_DENIED, "this domain is blocked here" },
	{ "not-listed", POLICY_CONTACT, is_unlisted, POLICY_REJECT, ERR_DENIED, "this origin is not on the allow list" },
	{ "domain", POLICY_CONTACT, is_blocked_peer, POLICY_REJECT, ERR_DENIED, "this domain is blocked here" },
	{ "size", POLICY_REQUEST, is_too_long, POLICY_REJECT, ERR_LIMIT, "the document is longer than this origin may send" },
	{ "rate", POLICY_DELIVERY, is_too_many, POLICY_REJECT, ERR_BUSY, "too many activities of this origin in a minute" },
	{ "domain", POLICY_ACTOR, is_blocked_home, POLICY_REJECT, ERR_DENIED, "this domain is blocked here" },
	{ "account", POLICY_ACTOR, is_blocked_account, POLICY_REJECT, ERR_DENIED, "this account is blocked here" },
	{ "word", POLICY_TEXT, has_blocked_word, POLICY_DROP, ERR_DENIED, "it has a word that is blocked here" },
};

int policy_judge(struct policy_case *c, unsigned stages)
{
	c->verdict = POLICY_ACCEPT;
	c->reason = c->detail = NULL;
	for (size_t i = 0; i < sizeof(filters) / sizeof *filters; i++) {
		const struct policy_filter *filter = &filters[i];
		int r = filter->stages & stages ? filter->catches(c) : false;

		if (r < 0)
			return r;
		if (!r)
			continue;
		c->verdict = filter->verdict;
		c->reason = filter->name;
		c->detail = filter->detail;
		return filter->err;
	}
	return OK;
}

static int find_peer(struct policy_case *c, struct peer *ret_peer)
{
	int r = policy_judge(c, POLICY_CONTACT);

	if (r)
		return c->reason ? ERR_NOT_FOUND : r;
	*ret_peer = c->peer;
	return OK;
}

int policy_peer_by_url(struct arena *arena, struct view *view, struct str url, struct peer *ret_peer)
{
	/* Without an address there is nobody; an empty one must not be taken for a look-up by domain. */
	if (!url.n)
		return ERR_NOT_FOUND;
	return find_peer(&(struct policy_case){ .arena = arena, .view = view, .uri = url }, ret_peer);
}

int policy_peer_by_domain(struct arena *arena, struct view *view, struct str domain, struct peer *ret_peer)
{
	return find_peer(&(struct policy_case){ .arena = arena, .view = view, .domain = domain }, ret_peer);
}

bool policy_blocks_peer(struct arena *arena, struct view *view, const struct peer *peer)
{
	return is_blocked_peer(&(struct policy_case){ .arena = arena, .view = view, .peer = *peer });
}

bool policy_blocks_account(struct arena *arena, struct view *view, const struct account *account)
{
	struct policy_case c = { .arena = arena, .view = view, .actor = account };

	return account->host.n && policy_judge(&c, POLICY_ACTOR) != OK;
}

/* rules */

static int account_value(struct arena *arena, struct str text, struct str *ret_value)
{
	struct str host, name, rest = text;
	struct url url;

	if (str_find(text, STR("://")) != SIZE_MAX) {
		*ret_value = text;
		return url_parse(arena, text, &url);
	}
	if (str_starts(rest, STR("@")))
		rest = str_sub(rest, 1, rest.n);
	name = str_cut(&rest, '@');
	if (!name.n || url_host_parse(arena, rest, &host))
		return ERR_INVALID;
	*ret_value = str_lower(arena, arena_printf(arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(host)));
	return OK;
}

static int word_value(struct arena *arena, struct str text, struct str *ret_value)
{
	struct buf words;

	if (!utf8_valid(text))
		return ERR_INVALID;
	buf_init(&words, arena, 0);
	add_words(&words, text);
	*ret_value = str_trim(buf_str(&words));
	return OK;
}

int policy_rule_value(struct arena *arena, uint8_t kind, struct str text, struct str *ret_value)
{
	int r = ERR_INVALID;

	if (text.n > URL_BYTES_MAX)
		return r;
	if (kind == RULE_DOMAIN || kind == RULE_SILENCE_DOMAIN || kind == RULE_EMAIL_DOMAIN)
		r = url_host_parse(arena, text, ret_value);
	else if (kind == RULE_ACCOUNT || kind == RULE_SILENCE_ACCOUNT || kind == RULE_SENSITIVE_ACCOUNT)
		r = account_value(arena, text, ret_value);
	else if (kind == RULE_NETWORK)
		r = networks_parse(arena, text, ret_value);
	else if (kind == RULE_WORD)
		r = word_value(arena, text, ret_value);
	if (!r && (!ret_value->n || ret_value->n > RULE_VALUE_BYTES_MAX))
		r = ERR_INVALID;
	return r;
}
