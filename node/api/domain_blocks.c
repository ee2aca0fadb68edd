/*
 * Domains that a person shuts out for himself.
 */
#include "node/api/domain_blocks.h"

#include "federation/parting.h"
#include "federation/url.h"
#include "node/api/answer.h"
#include "node/api/paging.h"
#include "node/node.h"
#include "storage/named.h"

enum { DOMAINS_PAGE = 100, DOMAINS_PAGE_MAX = 200 };

int api_domain_blocks(struct call *call, struct view *view)
{
	struct page page = paging_read(call, DOMAINS_PAGE, DOMAINS_PAGE_MAX);
	struct named *list = NULL;
	struct answer answer;
	size_t count = 0;
	int r = named_of(call->arena, view, call->viewer.account_id, NAMED_DOMAIN_BLOCK, &list, &count);

	if (r != OK)
		return r;
	paging_cut_named(call, &page, &list, &count);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		json_w_str(&answer.w, list[i].name);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_domain_block_check(struct call *call, struct view *view)
{
	struct str *domain = ARENA_NEW(call->arena, struct str);

	(void)view;
	if (url_host_parse(call->arena, str_trim(call_param(call, "domain")), domain) != OK)
		return answer_refuse(call, "Validation failed: domain is not a domain name");
	if (str_eq_nocase(*domain, call->node->instance.domain))
		return answer_refuse(call, "Validation failed: domain is this server's own");
	*domain = str_lower(call->arena, *domain);
	call->state = domain;
	return OK;
}

int api_domain_block_write(struct call *call, struct txn *txn)
{
	const struct str *domain = call->state;
	int r = parting_begin(call->arena, txn, call->viewer.account_id, *domain);

	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: domain: as many are blocked as may be") : r;
}

int api_domain_unblock_write(struct call *call, struct txn *txn)
{
	const struct str *domain = call->state;

	return named_remove(txn, call->viewer.account_id, NAMED_DOMAIN_BLOCK, *domain);
}
