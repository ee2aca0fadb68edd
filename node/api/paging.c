/*
 * Page parameters in, Link headers out.
 */
#include "node/api/paging.h"

#include "node/node.h"

struct page paging_read(const struct call *call, size_t fallback, size_t max)
{
	return (struct page){
		.max_id = call_param_id(call, "max_id"),
		.since_id = call_param_id(call, "since_id"),
		.min_id = call_param_id(call, "min_id"),
		.limit = call_param_u64(call, "limit", fallback, 1, max),
	};
}

struct page paging_one_more(const struct page *page)
{
	struct page wider = *page;

	wider.limit++;
	return wider;
}

size_t paging_cut(const struct page *page, size_t count, size_t *ret_first, bool *ret_more)
{
	*ret_more = count > page->limit;
	/* A page filled from below has its surplus at the newest end. */
	*ret_first = *ret_more && page_upward(page) ? count - page->limit : 0;
	return *ret_more ? page->limit : count;
}

static bool is_page_parameter(struct str pair)
{
	static const struct str names[] = { STR("max_id"), STR("since_id"), STR("min_id"), STR("limit") };
	struct str name = str_cut(&pair, '=');

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

/* A query as it was sent is kept; what would break out of "<…>", or a list of links, is escaped. */
static void add_raw(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c >= 0x7f || memchr("<>\",;\\", c, 6))
			buf_printf(buf, "%%%02X", c);
		else
			buf_add_char(buf, (char)c);
	}
}

static void add_link(struct call *call, struct buf *buf, size_t limit, const char *cursor, uint64_t id,
                     const char *relation)
{
	struct str query = call->request.target;

	buf_add(buf, buf->n ? STR(", <") : STR("<"));
	buf_add(buf, call->node->instance.url);
	add_raw(buf, str_cut(&query, '?'));
	buf_add_char(buf, '?');
	while (query.p) {
		struct str pair = str_cut(&query, '&');

		if (pair.n && !is_page_parameter(pair)) {
			add_raw(buf, pair);
			buf_add_char(buf, '&');
		}
	}
	buf_printf(buf, "limit=%zu&%s=%llu>; rel=\"%s\"", limit, cursor, (unsigned long long)id, relation);
}

void paging_link(struct call *call, const struct page *page, uint64_t newest, uint64_t oldest, bool more)
{
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	if (more || page_upward(page))
		add_link(call, &buf, page->limit, "max_id", oldest, "next");
	add_link(call, &buf, page->limit, "min_id", newest, "prev");
	call_header(call, "Link", buf_str(&buf));
}

void paging_cut_named(struct call *call, const struct page *page, struct named **list, size_t *count)
{
	bool more;

	named_cut(page, list, count, &more);
	if (*count)
		paging_link(call, page, (*list)[0].id, (*list)[*count - 1].id, more);
}

void paging_link_after(struct call *call, size_t limit, uint64_t last)
{
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	add_link(call, &buf, limit, "max_id", last, "next");
	call_header(call, "Link", buf_str(&buf));
}

void paging_cut_after(struct call *call, const struct page *page, struct id_list *ids)
{
	if (ids->count <= page->limit)
		return;
	ids->count = page->limit;
	paging_link_after(call, page->limit, ids->ids[ids->count - 1]);
}
