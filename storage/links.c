/*
 * Addresses in posts. Pure, but for links_build().
 */
#include "storage/links.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/posts.h"

/* Without the port that its scheme means anyway. */
static struct str without_port(struct str authority, bool secure)
{
	struct str port = secure ? STR(":443") : STR(":80");

	return str_ends(authority, port) ? str_sub(authority, 0, authority.n - port.n) : authority;
}

struct str links_normalise(struct arena *arena, struct str address)
{
	static const struct str plain = STR("http://"), secure = STR("https://");
	struct str text = str_trim(address), head = str_lower(arena, str_sub(text, 0, secure.n)), rest;
	bool is_secure = str_eq(head, secure);
	size_t n = is_secure ? secure.n : plain.n, end = 0;

	if ((!is_secure && !str_starts(head, plain)) || text.n > LINK_BYTES_MAX)
		return STR_NONE;
	text = str_sub(text, 0, str_find_char(text, '#'));
	rest = str_sub(text, n, SIZE_MAX);
	while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
		end++;
	if (!end)
		return STR_NONE;
	return arena_printf(arena, "%s%.*s%s%.*s", is_secure ? "https://" : "http://",
	                    STR_ARG(without_port(str_lower(arena, str_sub(rest, 0, end)), is_secure)),
	                    end < rest.n && rest.p[end] == '/' ? "" : "/", STR_ARG(str_sub(rest, end, SIZE_MAX)));
}

/* The references that buf_add_html() writes, read back. */
static struct str unescape(struct arena *arena, struct str text)
{
	static const struct { struct str reference; char c; } references[] = {
		{ { "&amp;", 5 }, '&' }, { { "&lt;", 4 }, '<' }, { { "&gt;", 4 }, '>' }, { { "&quot;", 6 }, '"' },
		{ { "&#39;", 5 }, '\'' },
	};
	struct buf buf;

	buf_init(&buf, arena, 0);
	while (text.n) {
		size_t i = 0, plain = str_find_char(text, '&');

		buf_add(&buf, str_sub(text, 0, plain));
		text = str_sub(text, plain, SIZE_MAX);
		if (!text.n)
			break;
		while (i < sizeof(references) / sizeof(references[0]) && !str_starts(text, references[i].reference))
			i++;
		if (i == sizeof(references) / sizeof(references[0])) {
			buf_add_char(&buf, '&');
			text = str_sub(text, 1, SIZE_MAX);
			continue;
		}
		buf_add_char(&buf, references[i].c);
		text = str_sub(text, references[i].reference.n, SIZE_MAX);
	}
	return buf_str(&buf);
}

/* The value of an attribute inside a tag; inside of values quotes are references. */
static struct str attribute(struct str tag, struct str name)
{
	size_t at = str_find(tag, name);
	struct str value;

	if (at == SIZE_MAX)
		return STR_NONE;
	value = str_sub(tag, at + name.n, SIZE_MAX);
	return str_sub(value, 0, str_find_char(value, '"'));
}

static bool is_listed(const struct str_list *list, struct str text)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->items[i], text))
			return true;
	return false;
}

struct str_list links_of_html(struct arena *arena, struct str html)
{
	static const struct str opening = STR("<a ");
	struct str_list links = { NULL, 0 };
	size_t at;

	while (links.count < LINKS_PER_POST_MAX && (at = str_find(html, opening)) != SIZE_MAX) {
		struct str tag = str_sub(html, at, SIZE_MAX), address;

		tag = str_sub(tag, 0, str_find_char(tag, '>'));
		html = str_sub(html, at + opening.n, SIZE_MAX);
		if (str_find(attribute(tag, STR(" class=\"")), STR("mention")) != SIZE_MAX)
			continue;
		address = links_normalise(arena, unescape(arena, attribute(tag, STR(" href=\""))));
		if (!address.n || is_listed(&links, address))
			continue;
		if (!links.items)
			links.items = ARENA_ARRAY(arena, struct str, LINKS_PER_POST_MAX);
		links.items[links.count++] = address;
	}
	return links;
}

static void build(struct arena *arena, struct txn *txn, const struct post *post)
{
	struct str_list links = links_of_html(arena, post->content);
	char flags = (char)post_flags(post);
	struct key key;

	for (size_t i = 0; i < links.count; i++)
		txn_put(txn, SPACE_LINKED, key_hash_u64(&key, links.items[i], post->id), (struct str){ &flags, 1 });
}

int links_build(struct txn *txn)
{
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct post post;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_POST, STR_NONE, false);
	while (r == OK && txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		arena_reset(arena);
		r = codec_decode(arena, &post_type, item.value, &post);
		if (r == OK && post.visibility == VISIBILITY_PUBLIC && !post.reblog_of_id)
			build(arena, txn, &post);
	}
	arena_free(arena);
	return r == OK ? txn_err(txn) : r;
}
