/*
 * Pages of an index in id order. Any thread.
 */
#include "storage/page.h"

#include <assert.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"

enum { BATCH_MAX = 64, BATCH_GROWTH = 4 };

size_t page_limit(const struct page *page)
{
	return page->limit < PAGE_LIMIT_MAX ? page->limit : PAGE_LIMIT_MAX;
}

bool page_upward(const struct page *page)
{
	return page->min_id != 0;
}

void page_reverse(void *things, size_t count, size_t size)
{
	char *low = things, *high = low + count * size;

	for (size_t i = 0; i < count / 2; i++) {
		high -= size;
		for (size_t b = 0; b < size; b++) {
			char byte = low[b];

			low[b] = high[b];
			high[b] = byte;
		}
		low += size;
	}
}

void page_walk_init(struct page_walk *walk, struct arena *arena, struct view *view, unsigned space,
                    struct str prefix, const struct page *page, size_t first)
{
	assert(prefix.n <= PAGE_PREFIX_MAX && space <= UINT8_MAX);
	*walk = (struct page_walk){
		.arena = arena,
		.view = view,
		.after = page->min_id > page->since_id ? page->min_id : page->since_id,
		.before = page->max_id,
		.room = (uint16_t)(first < 1 ? 1 : first > BATCH_MAX ? BATCH_MAX : first),
		.space = (uint8_t)space,
		.prefix_bytes = (uint8_t)prefix.n,
		.upward = page_upward(page),
	};
	if (prefix.n)
		memcpy(walk->prefix, prefix.p, prefix.n);
	if (walk->after == UINT64_MAX || (walk->before && walk->after + 1 >= walk->before))
		walk->ended = true;
}

static struct str prefix_and(const struct page_walk *walk, struct key *key, uint64_t id)
{
	memcpy(key->bytes, walk->prefix, walk->prefix_bytes);
	value_u64(key->bytes + walk->prefix_bytes, id);
	return (struct str){ (const char *)key->bytes, walk->prefix_bytes + sizeof(id) };
}

/* The least key above all that begin with the prefix; empty when there is none. */
static struct str prefix_end(const struct page_walk *walk, struct key *key)
{
	size_t n = walk->prefix_bytes;

	while (n > 0 && walk->prefix[n - 1] == UINT8_MAX)
		n--;
	if (n == 0)
		return STR_NONE;
	memcpy(key->bytes, walk->prefix, n);
	key->bytes[n - 1]++;
	return (struct str){ (const char *)key->bytes, n };
}

static int read_batch(struct page_walk *walk)
{
	struct engine_item items[BATCH_MAX];
	struct engine_range range = { .reverse = !walk->upward };
	struct key from, to;
	size_t n;
	int r;

	range.from = prefix_and(walk, &from, walk->after ? walk->after + 1 : 0);
	range.to = walk->before ? prefix_and(walk, &to, walk->before) : prefix_end(walk, &to);
	r = view_scan(walk->view, walk->space, &range, items, walk->room, &n);
	if (r != OK)
		return r;
	for (size_t i = 0; i < n; i++)
		walk->items[i] =
			(struct page_item){ key_read_u64(items[i].key, walk->prefix_bytes), items[i].value };
	walk->count = (uint16_t)n;
	walk->at = 0;
	walk->ended = n < walk->room;
	if (n > 0)
		*(walk->upward ? &walk->after : &walk->before) = walk->items[n - 1].id;
	return OK;
}

int page_peek(struct page_walk *walk, const struct page_item **ret_item)
{
	int r;

	if (walk->at == walk->count && !walk->ended) {
		if (walk->items && walk->room < BATCH_MAX) {
			size_t room = walk->room * BATCH_GROWTH;

			walk->room = (uint16_t)(room < BATCH_MAX ? room : BATCH_MAX);
			walk->items = NULL;
		}
		if (!walk->items)
			walk->items = ARENA_ARRAY(walk->arena, struct page_item, walk->room);
		r = read_batch(walk);
		if (r != OK)
			return r;
	}
	*ret_item = walk->at < walk->count ? &walk->items[walk->at] : NULL;
	return OK;
}

void page_step(struct page_walk *walk)
{
	walk->at++;
}

void page_end(struct page_walk *walk)
{
	walk->count = walk->at;
	walk->ended = true;
}

int page_fill(const struct page_records *records, void **ret_list, size_t *ret_count)
{
	size_t limit = page_limit(records->page), n = 0;
	char *list = arena_array(records->arena, limit, records->size);
	const struct page_item *item = NULL;
	struct page_walk walk;
	int r = OK;

	page_walk_init(&walk, records->arena, records->view, records->space, records->prefix, records->page, limit);
	while (n < limit && (r = page_peek(&walk, &item)) == OK && item) {
		r = records->fill(records, item, list + n * records->size);
		if (r != OK && r != ERR_NOT_FOUND)
			return r;
		n += r == OK;
		page_step(&walk);
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	if (page_upward(records->page))
		page_reverse(list, n, records->size);
	*ret_list = list;
	*ret_count = n;
	return OK;
}
