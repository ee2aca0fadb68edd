/*
 * Texts of LDAP: filters without injection, names of attributes, ids. Pure; any thread.
 */
#ifndef NODE_DIRECTORY_TEXT_H
#define NODE_DIRECTORY_TEXT_H

#include <stdbool.h>

#include "storage/base/str.h"

struct arena;

/* A value as it stands in a filter (RFC 4515 section 3): what could mean something there, and NUL, as \XX. */
void directory_add_escaped(struct buf *buf, struct str value);
/* "(&FILTER(|(LOGIN=name)(MAIL=name)))". */
struct str directory_name_filter(struct arena *arena, struct str filter, struct str login, struct str mail, struct str name);
/* Is it one filter in its own parentheses, so that nothing put beside it can become part of it? What is within is the
 * directory's to judge. */
bool directory_is_filter(struct str filter);
/* A name or dotted number of an attribute (RFC 4512 section 1.4), no options. */
bool directory_is_attribute(struct str name);

/* An objectGUID, 16 bytes of which the first three parts are little-endian ([MS-DTYP] 2.3.4.2), as text. Any other value
 * that is text stays as it is; bytes that are none become hex. STR_NONE: it is empty, or longer than an id is. */
struct str directory_id_text(struct arena *arena, struct str value, bool guid);
/* One line without control characters, trimmed, at most `max` characters; empty when it is no UTF-8. */
struct str directory_line(struct arena *arena, struct str value, size_t max);

#endif
