/*
 * Sibling nodes (storage/peers.h) as Admin::DomainAllow, as rse-node peer adds and removes them: of the tier of the own
 * group, found at https://DOMAIN; what else is to be said of a sibling is said on the command line.
 */
#include "node/api/admin/domain_allows.h"

#include <stdlib.h>

#include "federation/address.h"
#include "federation/url.h"
#include "node/api/admin/accounts.h"
#include "node/api/answer.h"
#include "node/api/paging.h"
#include "node/node.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/named.h"
#include "storage/peers.h"

enum { ALLOWS_PAGE = 100, ALLOWS_PAGE_MAX = 200 };

static void w_allow(struct json_writer *w, const struct peer *peer)
{
	json_w_object(w);
	json_w_member_id(w, "id", peer->id);
	json_w_member_str(w, "domain", peer->domain);
	json_w_member_date(w, "created_at", peer->created_ms);
	json_w_object_end(w);
}

static int by_id_downward(const void *a, const void *b)
{
	const struct peer *left = a, *right = b;

	return (left->id < right->id) - (left->id > right->id);
}

int api_admin_domain_allows(struct call *call, struct view *view)
{
	struct page page = paging_read(call, ALLOWS_PAGE, ALLOWS_PAGE_MAX);
	struct peer *peers;
	struct named *all, *list;
	struct answer answer;
	size_t count;
	int r = peers_each(call->arena, view, &peers, &count);

	if (r != OK)
		return r;
	if (count)
		qsort(peers, count, sizeof(*peers), by_id_downward);
	list = all = ARENA_ARRAY(call->arena, struct named, count);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct named){ peers[i].id, peers[i].domain };
	paging_cut_named(call, &page, &list, &count);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		w_allow(&answer.w, &peers[list - all + (ptrdiff_t)i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_admin_domain_allow(struct call *call, struct view *view)
{
	struct answer answer;
	struct peer peer;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = peers_get(call->arena, view, id, &peer);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	w_allow(&answer.w, &peer);
	return answer_end(&answer, call, OK);
}

/* --- what is done ----------------------------------------------------------------------------------------------- */

/* Where the sibling is: a node on http:// loopback has such siblings. */
static struct str url_of(struct call *call, struct str domain)
{
	struct str plain = arena_printf(call->arena, "http://%.*s", STR_ARG(domain));
	struct url url;
	bool is_near = call->node->instance.development && url_parse(call->arena, plain, &url) == OK &&
	               host_is_loopback(call->arena, url.host);

	return is_near ? plain : arena_printf(call->arena, "https://%.*s", STR_ARG(domain));
}

int api_admin_domain_allow_add_check(struct call *call, struct view *view)
{
	struct peer *peer = ARENA_NEW(call->arena, struct peer);

	(void)view;
	if (url_host_parse(call->arena, str_trim(call_param(call, "domain")), &peer->domain) != OK)
		return answer_refuse(call, "Validation failed: domain is not a domain name");
	peer->tier = PEER_GROUP;
	peer->url = url_of(call, peer->domain);
	if (str_eq_nocase(peer->domain, call->node->instance.domain) || str_eq_nocase(peer->url, call->node->instance.url))
		return answer_refuse(call, "Validation failed: domain is this server's own");
	call->state = peer;
	return OK;
}

/* One that is on the list already stays as it is. */
int api_admin_domain_allow_add_write(struct call *call, struct txn *txn)
{
	struct peer *added = call->state, peer = *added;
	struct job contact = { .kind = STR("contact") };
	int r = peers_by_domain(call->arena, txn_view(txn), added->domain, &peer);

	call->audited.subject = added->domain;
	if (r == OK) {
		added->id = peer.id;
		return OK;
	}
	if (r != ERR_NOT_FOUND)
		return r;
	peer = *added;
	peer.id = 0;  /* a body may run again */
	peer.created_ms = txn_now_ms(txn);
	r = peers_put(txn, &peer);
	if (r == ERR_INVALID)
		return answer_refuse(call, "Validation failed: domain is too long");
	added->id = contact.subject = peer.id;
	return r == OK ? jobs_add(txn, &contact) : r;
}

int api_admin_domain_allow_add_show(struct call *call, struct view *view)
{
	struct answer answer;
	struct peer peer;
	int r = peers_get(call->arena, view, ((const struct peer *)call->state)->id, &peer);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	w_allow(&answer.w, &peer);
	return answer_end(&answer, call, OK);
}

/* Off the list at once; what waits for it goes page by page. */
int api_admin_domain_allow_delete_write(struct call *call, struct txn *txn)
{
	struct job rest = { .kind = STR("purge_peer") };
	struct peer peer;
	bool more = false;
	int r = answer_path_id(call, &rest.subject);

	if (r == OK)
		r = peers_get(call->arena, txn_view(txn), rest.subject, &peer);
	call->audited.subject = r == OK ? peer.domain : STR_NONE;
	if (r == OK)
		r = peers_delete(txn, rest.subject, &more);
	return r == OK && more ? jobs_add(txn, &rest) : r;
}
