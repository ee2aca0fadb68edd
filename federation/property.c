/*
 * Properties of ActivityStreams documents, in the shapes that peers really write. Pure.
 */
#include "federation/property.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"

static struct str uri_of_one(const json_t *value)
{
	struct str uri = json_str_of(value);

	if (!uri.n)
		uri = json_member_str(value, "id");
	if (!uri.n)
		uri = json_member_str(value, "href");
	return uri;
}

struct str property_uri(const json_t *value)
{
	return uri_of_one(json_at(value, 0));
}

struct str_list property_uris(struct arena *arena, const json_t *value, size_t max)
{
	size_t count = json_count(value);
	struct str_list list = { NULL, 0 };

	if (count > max)
		count = max;
	list.items = ARENA_ARRAY(arena, struct str, count);
	for (size_t i = 0; i < count; i++) {
		struct str uri = uri_of_one(json_at(value, i));

		if (uri.n)
			list.items[list.count++] = uri;
	}
	return list;
}

bool property_has_uri(const json_t *value, struct str uri)
{
	size_t count = json_count(value);

	for (size_t i = 0; i < count; i++)
		if (str_eq(uri_of_one(json_at(value, i)), uri))
			return true;
	return false;
}

struct str property_text(const json_t *value)
{
	const json_t *first = json_at(value, 0);
	struct str text = json_str_of(first);

	return text.n ? text : json_member_str(first, "@value");
}

int64_t property_date(const json_t *object, const char *key)
{
	int64_t ms = 0;

	if (!date_parse_iso(property_text(json_member(object, key)), &ms) || ms < 0)
		return 0;
	return ms;
}

bool property_is_a(const json_t *object, const char *type)
{
	const json_t *types = json_member(object, "type");
	struct str wanted = str_of(type);

	for (size_t i = 0; i < json_count(types); i++)
		if (str_eq(json_str_of(json_at(types, i)), wanted))
			return true;
	return false;
}

bool str_list_has(const struct str_list *list, struct str text)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->items[i], text))
			return true;
	return false;
}
