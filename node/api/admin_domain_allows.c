/*
 * Sibling nodes (storage/peers.h) as Admin::DomainAllow. Reads only: whom a node trusts is said on the command line.
 */
#include "node/api/admin_domain_allows.h"

#include <stdlib.h>

#include "node/api/answer.h"
#include "node/api/paging.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
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
	bool more;
	int r = peers_each(call->arena, view, &peers, &count);

	if (r != OK)
		return r;
	if (count)
		qsort(peers, count, sizeof(*peers), by_id_downward);
	list = all = ARENA_ARRAY(call->arena, struct named, count);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct named){ peers[i].id, peers[i].domain };
	named_cut(&page, &list, &count, &more);
	if (count)
		paging_link(call, &page, list[0].id, list[count - 1].id, more);
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
