/*
 * OAuth scopes: the closed vocabulary of client API permissions, as bits that are stored in tokens and apps.
 *
 * A parent grants all its children ("read" is every read:…; "follow" is read and write of blocks, follows and
 * mutes). Bits are stored: never renumber, only append. Pure; any thread.
 */
#ifndef STORAGE_SCOPE_H
#define STORAGE_SCOPE_H

#include <stdint.h>

#include "storage/base/str.h"

struct arena;

/* X(name, text) in stored bit order, from bit 0. */
#define SCOPE_LIST(X) \
	X(PROFILE, "profile") \
	X(PUSH, "push") \
	X(READ_ACCOUNTS, "read:accounts") \
	X(READ_BLOCKS, "read:blocks") \
	X(READ_BOOKMARKS, "read:bookmarks") \
	X(READ_COLLECTIONS, "read:collections") \
	X(READ_FAVOURITES, "read:favourites") \
	X(READ_FILTERS, "read:filters") \
	X(READ_FOLLOWS, "read:follows") \
	X(READ_LISTS, "read:lists") \
	X(READ_MUTES, "read:mutes") \
	X(READ_NOTIFICATIONS, "read:notifications") \
	X(READ_SEARCH, "read:search") \
	X(READ_STATUSES, "read:statuses") \
	X(WRITE_ACCOUNTS, "write:accounts") \
	X(WRITE_BLOCKS, "write:blocks") \
	X(WRITE_BOOKMARKS, "write:bookmarks") \
	X(WRITE_COLLECTIONS, "write:collections") \
	X(WRITE_CONVERSATIONS, "write:conversations") \
	X(WRITE_FAVOURITES, "write:favourites") \
	X(WRITE_FILTERS, "write:filters") \
	X(WRITE_FOLLOWS, "write:follows") \
	X(WRITE_LISTS, "write:lists") \
	X(WRITE_MEDIA, "write:media") \
	X(WRITE_MUTES, "write:mutes") \
	X(WRITE_NOTIFICATIONS, "write:notifications") \
	X(WRITE_REPORTS, "write:reports") \
	X(WRITE_STATUSES, "write:statuses") \
	X(ADMIN_READ_ACCOUNTS, "admin:read:accounts") \
	X(ADMIN_READ_REPORTS, "admin:read:reports") \
	X(ADMIN_READ_DOMAIN_ALLOWS, "admin:read:domain_allows") \
	X(ADMIN_READ_DOMAIN_BLOCKS, "admin:read:domain_blocks") \
	X(ADMIN_READ_IP_BLOCKS, "admin:read:ip_blocks") \
	X(ADMIN_READ_EMAIL_DOMAIN_BLOCKS, "admin:read:email_domain_blocks") \
	X(ADMIN_READ_CANONICAL_EMAIL_BLOCKS, "admin:read:canonical_email_blocks") \
	X(ADMIN_WRITE_ACCOUNTS, "admin:write:accounts") \
	X(ADMIN_WRITE_REPORTS, "admin:write:reports") \
	X(ADMIN_WRITE_DOMAIN_ALLOWS, "admin:write:domain_allows") \
	X(ADMIN_WRITE_DOMAIN_BLOCKS, "admin:write:domain_blocks") \
	X(ADMIN_WRITE_IP_BLOCKS, "admin:write:ip_blocks") \
	X(ADMIN_WRITE_EMAIL_DOMAIN_BLOCKS, "admin:write:email_domain_blocks") \
	X(ADMIN_WRITE_CANONICAL_EMAIL_BLOCKS, "admin:write:canonical_email_blocks") \
	X(OFFLINE_ACCESS, "offline_access")  /* opens nothing: the app wants tokens that end soon and are renewed */

enum scope_index {
#define SCOPE_INDEX(name, text) SCOPE_INDEX_##name,
	SCOPE_LIST(SCOPE_INDEX)
#undef SCOPE_INDEX
	SCOPE_COUNT,
};

typedef uint64_t scope_set;
#define SCOPE(name) ((scope_set)1 << SCOPE_INDEX_##name)
#define SCOPE_FOLLOW (SCOPE(READ_BLOCKS) | SCOPE(READ_FOLLOWS) | SCOPE(READ_MUTES) | \
                      SCOPE(WRITE_BLOCKS) | SCOPE(WRITE_FOLLOWS) | SCOPE(WRITE_MUTES))

/* All that only moderators and administrators may do. */
#define SCOPE_ADMIN (((scope_set)1 << (SCOPE_INDEX_ADMIN_WRITE_CANONICAL_EMAIL_BLOCKS + 1)) - SCOPE(ADMIN_READ_ACCOUNTS))

/* Parses names separated by spaces (or '+'); parents expand to their children. ERR_INVALID names an unknown scope
 * in *ret_unknown when that is not NULL. An empty text is the empty set. */
int scope_parse(struct str text, scope_set *ret_scopes, struct str *ret_unknown);

/* A short text that covers exactly `scopes`: whole families by their parent's name, in the usual order
 * "read write follow push …" ("follow" also beside "read write", for clients that asked for it and compare words);
 * round-trips through scope_parse(). */
struct str scope_render(struct arena *arena, scope_set scopes);

/* The i-th single name, parents first, for metadata documents; p == NULL behind the last. */
struct str scope_name(size_t i);

#endif
