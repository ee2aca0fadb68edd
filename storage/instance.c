/*
 * What this node is called, and the addresses of its own things.
 *
 * Addresses of ours are made and read here only, so that one thing has one address. Pure; any thread.
 */
#include "storage/instance.h"

#include "storage/base/arena.h"

void instance_set(struct store *store, const struct instance *instance)
{
	store_set_context(store, instance);
}

const struct instance *instance_of(struct view *view)
{
	static const struct instance nameless;
	const struct instance *instance = store_context(view_store(view));

	return instance ? instance : &nameless;
}

static struct str numbered(struct arena *arena, const struct instance *instance, const char *segment,
                           uint64_t id)
{
	return arena_printf(arena, "%.*s/%s/%llu", STR_ARG(instance->url), segment, (unsigned long long)id);
}

struct str instance_account_uri(struct arena *arena, const struct instance *instance, uint64_t account_id)
{
	return numbered(arena, instance, "u", account_id);
}

struct str instance_account_url(struct arena *arena, const struct instance *instance, struct str username)
{
	return arena_printf(arena, "%.*s/@%.*s", STR_ARG(instance->url), STR_ARG(username));
}

struct str instance_post_uri(struct arena *arena, const struct instance *instance, uint64_t post_id)
{
	return numbered(arena, instance, "p", post_id);
}

struct str instance_post_url(struct arena *arena, const struct instance *instance, struct str username,
                             uint64_t post_id)
{
	return arena_printf(arena, "%.*s/@%.*s/%llu", STR_ARG(instance->url), STR_ARG(username),
	                    (unsigned long long)post_id);
}

struct str instance_activity_uri(struct arena *arena, const struct instance *instance, uint64_t activity_id)
{
	return numbered(arena, instance, "a", activity_id);
}

struct str instance_tag_url(struct arena *arena, const struct instance *instance, struct str tag)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, instance->url);
	buf_add(&buf, STR("/tags/"));
	buf_add_percent(&buf, tag);
	return buf_str(&buf);
}

bool instance_owns(const struct instance *instance, struct str uri)
{
	size_t n = instance->url.n;

	/* "https://a.example" owns neither "https://a.example.evil/…" nor "https://a.example:8443/…". */
	return n > 0 && str_starts(uri, instance->url) && (uri.n == n || memchr("/?#", uri.p[n], 3));
}

uint64_t instance_parse_id(const struct instance *instance, const char *segment, struct str uri)
{
	struct str rest, name = str_of(segment);
	uint64_t id;

	if (!instance_owns(instance, uri))
		return 0;
	rest = str_sub(uri, instance->url.n, uri.n);
	if (rest.n < name.n + 2 || rest.p[0] != '/' || !str_starts(str_sub(rest, 1, rest.n), name) ||
	    rest.p[1 + name.n] != '/')
		return 0;
	rest = str_sub(rest, name.n + 2, rest.n);
	/* A leading zero would be a second address of the same thing. */
	if (str_starts(rest, STR("0")) || !str_to_u64(rest, &id))
		return 0;
	return id;
}
