/*
 * Documents of other nodes. Pool threads.
 */
#include "federation/fetch.h"

#include "federation/activity.h"
#include "federation/budget.h"
#include "federation/knock.h"
#include "federation/net.h"
#include "federation/pkey.h"
#include "federation/policy.h"
#include "federation/signature.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/peers.h"

static const char accept_activity[] = "application/activity+json, "
				      "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/* Who signs, our instance actor, and in which form. */
struct signer {
	struct str key_id;
	struct pkey *key;
	enum knock_way way;
	bool bare;            /* the query is left out of what is signed */
};

static int may_ask(const struct federation *federation, struct arena *arena, struct view *view, struct str uri,
                   struct peer *peer)
{
	int r;

	if (instance_owns(federation->instance, uri))
		return ERR_DENIED;
	r = policy_peer_by_url(arena, view, uri, peer);
	return r == ERR_NOT_FOUND ? ERR_DENIED : r;
}

static int load_signer(const struct federation *federation, struct arena *arena, struct view *view,
                       struct signer *signer)
{
	struct account account;
	struct str pem;
	int r = accounts_get(arena, view, federation->instance->actor_id, &account);

	if (!r)
		r = accounts_private_key_get(arena, view, account.id, &pem);
	if (!r)
		r = key_cache_private(federation->keys, arena, account.key_id, pem, &signer->key);
	if (!r)
		signer->key_id = account.key_id;
	return r;
}

static int prepare(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
                   struct signer *signer)
{
	struct view *view;
	struct peer peer;
	struct knock knock;
	int r = view_begin(store, &view);

	if (r)
		return r;
	r = may_ask(federation, arena, view, uri, &peer);
	if (!r && signer) {
		r = load_signer(federation, arena, view, signer);
		knock = knock_of(&peer);
		signer->way = knock_first(&knock, clock_now_ms());
	}
	view_end(view);
	return r;
}

static struct str without_query(struct str target)
{
	return str_sub(target, 0, str_find_char(target, '?'));
}

static int sign_hop(void *context, struct arena *arena, const struct url *url, const struct header **ret_headers,
                    size_t *ret_count)
{
	const struct signer *signer = context;
	struct header *headers = ARENA_ARRAY(arena, struct header, SIGNATURE_MADE_HEADERS);
	struct signature_order order = {
		.method = STR("GET"), .target = url->target, .host = url_host_port(arena, url),
		.key_id = signer->key_id, .key = signer->key, .now_ms = clock_now_ms(),
		.scheme = knock_scheme(signer->way), .secure = url->secure,
	};
	int r;

	if (signer->bare)
		order.target = without_query(order.target);
	r = signature_make(arena, &order, headers);
	*ret_headers = headers;
	*ret_count = SIGNATURE_MADE_HEADERS;
	return r;
}

static int enter(const struct federation *federation, struct str origin)
{
	if (!federation->allowance)
		return budget_enter(federation->budget, origin);
	if (!federation->allowance->fetches)
		return ERR_LIMIT;
	return budget_enter_last(federation->budget, origin);
}

/* A redirect followed is a request as well. */
static void charge(struct allowance *allowance, const struct net_response *response)
{
	unsigned cost = 1 + response->redirects;

	if (allowance)
		allowance->fetches -= cost < allowance->fetches ? cost : allowance->fetches;
}

/* A GET within what its origin, and the errand, may cost. */
static int get(const struct federation *federation, struct arena *arena, const struct net_request *request,
               struct net_response *ret_response)
{
	struct url url;
	struct str origin;
	int r = url_parse(arena, request->url, &url);

	if (r)
		return r;
	origin = url_origin(arena, &url);
	r = enter(federation, origin);
	if (r)
		return r;
	r = net_get(federation->net, arena, request, ret_response);
	budget_leave(federation->budget, origin);
	charge(federation->allowance, ret_response);
	if (federation->status)
		*federation->status = r ? 0 : ret_response->status;
	return r == ERR_LIMIT ? ERR_INVALID : r;
}

static int status_error(int status)
{
	static const struct {
		int status, err;
	} errors[] = {
		{ 200, OK },            { 401, ERR_DENIED },    { 403, ERR_DENIED },    { 404, ERR_NOT_FOUND },
		{ 408, ERR_NETWORK },   { 410, ERR_GONE },      { 429, ERR_NETWORK },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof *errors; i++)
		if (errors[i].status == status)
			return errors[i].err;
	return status >= 500 ? ERR_NETWORK : ERR_INVALID;
}

/* What a user may upload to a node must not pass for what the node says: the type alone tells them apart. */
static bool is_activity_type(struct arena *arena, struct str content_type)
{
	struct str parameters = str_lower(arena, content_type);
	struct str type = str_trim(str_cut(&parameters, ';'));

	if (str_eq(type, STR("application/activity+json")))
		return true;
	return str_eq(type, STR("application/ld+json")) && parameters.p &&
	       str_find(parameters, STR("profile=\"https://www.w3.org/ns/activitystreams\"")) != SIZE_MAX;
}

static int get_json(const struct federation *federation, struct arena *arena, struct signer *signer, struct str uri,
                    json_t **ret_document, struct str *ret_final_url)
{
	struct net_request request = {
		.url = uri, .accept = str_of(accept_activity), .sign = sign_hop, .context = signer,
	};
	struct net_response response = { 0 };
	const struct knock nothing = { 0 };
	int r = get(federation, arena, &request, &response);

	/* Some verify what older servers sign, without the query. */
	if (!r && response.status == 401 && signer->way == KNOCK_CAVAGE && without_query(uri).n < uri.n) {
		signer->bare = true;
		r = get(federation, arena, &request, &response);
		signer->bare = false;
	}
	/* The pool stores nothing: what an origin reads is learned when it signs to us, or takes a delivery. */
	if (!r && knock_again(&nothing, signer->way, response.status, NULL, clock_now_ms(), &signer->way))
		r = get(federation, arena, &request, &response);
	if (!r)
		r = status_error(response.status);
	if (r)
		return r;
	if (!is_activity_type(arena, response.content_type) || json_parse(arena, response.body, ret_document) ||
	    !json_is_object(*ret_document) || !activity_reads_one_way(*ret_document))
		return ERR_INVALID;
	*ret_final_url = response.final_url;
	return OK;
}

static struct str without_fragment(struct str uri)
{
	return str_sub(uri, 0, str_find_char(uri, '#'));
}

int fetch_document(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
                   json_t **ret_document, struct str *ret_uri)
{
	struct signer signer = { .key = NULL };
	json_t *document;
	struct str final_url, id;
	int r = prepare(federation, arena, store, uri, &signer);

	if (!r)
		r = get_json(federation, arena, &signer, without_fragment(uri), &document, &final_url);
	if (r)
		return r;
	id = json_member_str(document, "id");
	if (!str_eq(id, final_url)) {
		if (!url_same_origin(arena, id, final_url))
			return ERR_INVALID;
		r = prepare(federation, arena, store, id, NULL);
		if (!r)
			r = get_json(federation, arena, &signer, without_fragment(id), &document, &final_url);
		if (r)
			return r;
		if (!str_eq(json_member_str(document, "id"), id) || !str_eq(without_fragment(id), final_url))
			return ERR_INVALID;
	}
	/* A redirect may have led to another origin: it must be one we ask, and not ours. */
	r = prepare(federation, arena, store, id, NULL);
	if (r)
		return r;
	*ret_document = document;
	*ret_uri = id;
	return OK;
}

int fetch_text(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
               const char *accept, struct str *ret_text)
{
	struct net_request request = { .url = uri, .accept = str_of(accept) };
	struct net_response response = { 0 };
	int r = prepare(federation, arena, store, uri, NULL);

	if (!r)
		r = get(federation, arena, &request, &response);
	if (r)
		return r;
	*ret_text = response.body;
	return status_error(response.status);
}
