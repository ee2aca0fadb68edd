/*
 * Structured fields (RFC 8941): the dictionaries that signatures and digests are written in.
 *
 * Stricter than the RFC where two readers could disagree: a key twice in a dictionary, or a parameter twice at one
 * place, is refused, while the RFC lets the last one win. Lists at the top and items alone are not read, as nobody
 * here needs them. Each value keeps its place in the text, since signatures cover some of them as received. Pure; any
 * thread.
 */
#ifndef FEDERATION_STRUCTURED_H
#define FEDERATION_STRUCTURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;

enum {
	STRUCTURED_BYTES_MAX = 8192,    /* of a field */
	STRUCTURED_MEMBERS_MAX = 8,     /* of a dictionary */
	STRUCTURED_ITEMS_MAX = 32,      /* of an inner list */
	STRUCTURED_PARAMS_MAX = 8,      /* of an item or an inner list */
	STRUCTURED_INTEGER_MAX = 15,    /* digits (section 3.3.1) */
};

enum structured_kind {
	STRUCTURED_INTEGER,
	STRUCTURED_DECIMAL,    /* its text only */
	STRUCTURED_STRING,
	STRUCTURED_TOKEN,
	STRUCTURED_BYTES,
	STRUCTURED_BOOLEAN,
	STRUCTURED_LIST,       /* an inner list; only of a dictionary's member */
};

struct structured_param {
	struct str key;
	enum structured_kind kind;
	struct str text;       /* unescaped, decoded; of a number: as sent */
	int64_t integer;       /* of an integer; 0 or 1 of a boolean */
};

/* An item with its parameters, or the bare value of a member. */
struct structured_item {
	enum structured_kind kind;
	struct str text;
	int64_t integer;
	const struct structured_param *params;
	size_t param_count;
};

struct structured_member {
	struct str key;
	struct structured_item value;         /* with the parameters of the member, be it an item or a list */
	const struct structured_item *items;  /* of a list */
	size_t item_count;
	struct str raw;                       /* value and parameters as received */
};

struct structured_dictionary {
	const struct structured_member *members;  /* in order */
	size_t count;
};

/* Reads the value of a dictionary field; several header lines are joined by ", " before. Texts point into `text` or
 * `arena`. An empty text is an empty dictionary. ERR_INVALID: anything else than section 4.2.2 allows, something twice,
 * or more of it than the limits above. */
int structured_dictionary_parse(struct arena *arena, struct str text, struct structured_dictionary *ret_dictionary);

/* NULL: there is none. */
const struct structured_member *structured_member(const struct structured_dictionary *dictionary, struct str key);
const struct structured_param *structured_param(const struct structured_item *item, struct str key);
/* The text of a parameter of this kind, STR_NONE when it is absent or of another. */
struct str structured_param_text(const struct structured_item *item, const char *key, enum structured_kind kind);

#endif
