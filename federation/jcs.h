/*
 * The JSON Canonicalization Scheme: one text per document, so that what was signed can be hashed again (RFC 8785).
 */
#ifndef FEDERATION_JCS_H
#define FEDERATION_JCS_H

#include "storage/base/json.h"

/*
 * The canonical text of a tree, in `arena`: no white space, members in the order of their keys' UTF-16 code units,
 * numbers as ECMAScript writes the double they stand for, strings with the escapes that must be and no others. Equal
 * documents give equal bytes, whatever their first text was; nothing is normalised beyond that. The tree nests at
 * most as deep as json_parse() takes. ERR_LIMIT: more than 64 MiB, which a document that json_parse() takes never is.
 * Any thread.
 */
int jcs_render(struct arena *arena, const json_t *value, struct str *ret_text);

#endif
