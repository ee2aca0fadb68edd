/*
 * Scope names to bits and back, driven by SCOPE_LIST and a small table of families. Pure; any thread.
 */
#include "storage/scope.h"

#include <assert.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

static_assert(SCOPE_COUNT <= 64, "a scope_set has 64 bits, and they are stored");

static const struct str names[SCOPE_COUNT] = {
#define SCOPE_TEXT(name, text) STR(text),
	SCOPE_LIST(SCOPE_TEXT)
#undef SCOPE_TEXT
};

/* A family covers every name with its prefix, or a set of its own. */
struct family {
	struct str name;
	struct str prefix;  /* STR_NONE: `members` says it */
	scope_set members;
};

/* In the order in which clients write them, so that what they asked for comes back as they wrote it. */
static const struct family families[] = {
	{ STR("read"), STR("read:"), 0 },
	{ STR("write"), STR("write:"), 0 },
	{ STR("follow"), STR_NONE, SCOPE_FOLLOW },
	{ STR("push"), STR_NONE, SCOPE(PUSH) },
	{ STR("profile"), STR_NONE, SCOPE(PROFILE) },
	{ STR("admin:read"), STR("admin:read:"), 0 },
	{ STR("admin:write"), STR("admin:write:"), 0 },
	{ STR("offline_access"), STR_NONE, SCOPE(OFFLINE_ACCESS) },
};
enum { FAMILY_COUNT = sizeof(families) / sizeof(families[0]) };

static scope_set family_members(const struct family *family)
{
	scope_set members = family->members;

	if (!family->prefix.n)
		return members;
	for (size_t i = 0; i < SCOPE_COUNT; i++)
		if (str_starts(names[i], family->prefix))
			members |= (scope_set)1 << i;
	return members;
}

/* The bits of one name; 0 when nobody knows it. */
static scope_set scope_of_name(struct str name)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		if (str_eq(name, families[i].name))
			return family_members(&families[i]);
	for (size_t i = 0; i < SCOPE_COUNT; i++)
		if (str_eq(name, names[i]))
			return (scope_set)1 << i;
	return 0;
}

int scope_parse(struct str text, scope_set *ret_scopes, struct str *ret_unknown)
{
	scope_set scopes = 0;

	for (size_t from = 0, at = 0; at <= text.n; at++) {
		if (at < text.n && text.p[at] != ' ' && text.p[at] != '+')
			continue;
		if (at > from) {
			struct str name = str_sub(text, from, at - from);
			scope_set found = scope_of_name(name);

			if (!found) {
				if (ret_unknown)
					*ret_unknown = name;
				return ERR_INVALID;
			}
			scopes |= found;
		}
		from = at + 1;
	}
	*ret_scopes = scopes;
	return OK;
}

static void add_name(struct buf *buf, struct str name)
{
	if (buf_str(buf).n)
		buf_add_char(buf, ' ');
	buf_add(buf, name);
}

struct str scope_render(struct arena *arena, scope_set scopes)
{
	scope_set covered = 0;
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		scope_set members = family_members(&families[i]);

		/* "follow" is said beside "read write" though they cover it: clients that asked for it look for the word. */
		if ((scopes & members) != members)
			continue;
		add_name(&buf, families[i].name);
		covered |= members;
	}
	for (size_t i = 0; i < SCOPE_COUNT; i++)
		if (scopes & ~covered & (scope_set)1 << i)
			add_name(&buf, names[i]);
	return buf_str(&buf);
}

struct str scope_name(size_t i)
{
	size_t left = i;

	if (left < FAMILY_COUNT)
		return families[left].name;
	left -= FAMILY_COUNT;
	for (size_t k = 0; k < SCOPE_COUNT; k++) {
		/* "push", "profile" and "offline_access" are families of one and were named above. */
		if (str_find_char(names[k], ':') == SIZE_MAX)
			continue;
		if (left-- == 0)
			return names[k];
	}
	return STR_NONE;
}
