/*
 * Collections in the shapes that peers give them: items or orderedItems, one or many, a first page by address or in
 * place, or no pages at all.
 */
#include "federation/collection.h"

#include "federation/property.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

static bool is_collection(const json_t *document)
{
	return property_is_a(document, "OrderedCollection") || property_is_a(document, "Collection");
}

static bool is_page(const json_t *document)
{
	return property_is_a(document, "OrderedCollectionPage") || property_is_a(document, "CollectionPage");
}

static struct str_list items_of(struct arena *arena, const json_t *document)
{
	const json_t *items = json_member(document, "orderedItems");

	return property_uris(arena, items ? items : json_member(document, "items"), COLLECTION_ITEMS_MAX);
}

/* Where a page of this collection may be. */
static struct str page_address(struct arena *arena, const json_t *value, struct str collection_uri)
{
	struct str uri = property_uri(value);

	return url_same_origin(arena, uri, collection_uri) ? uri : STR_NONE;
}

static int parse_page(struct arena *arena, const json_t *document, struct str collection_uri,
                      struct collection_page *page)
{
	struct str part_of = property_uri(json_member(document, "partOf"));

	if (part_of.n && !url_same_origin(arena, part_of, collection_uri))
		return ERR_INVALID;
	page->items = items_of(arena, document);
	page->next = page_address(arena, json_member(document, "next"), collection_uri);
	return OK;
}

int collection_parse(struct arena *arena, const json_t *document, struct str collection_uri,
                     struct collection_page *ret_page)
{
	struct collection_page page = { .next = STR_NONE };
	const json_t *first = json_member(document, "first");
	int r = OK;

	if (is_page(document)) {
		r = parse_page(arena, document, collection_uri, &page);
	} else if (!is_collection(document)) {
		r = ERR_INVALID;
	} else if (is_page(json_at(first, 0))) {
		r = parse_page(arena, json_at(first, 0), collection_uri, &page);
	} else {
		page.items = items_of(arena, document);
		if (!page.items.count)
			page.next = page_address(arena, first, collection_uri);
	}
	if (!r)
		*ret_page = page;
	return r;
}
