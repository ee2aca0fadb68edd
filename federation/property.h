/*
 * Properties of ActivityStreams documents, in the shapes that peers really write: one value or an array, an IRI or an
 * object with an id, a text or an "@value" object, null for absent. Reading never fails: nonsense reads as absent.
 *
 * Texts point into the document, which lives in the arena it was parsed into (storage/base/json.h). Pure.
 */
#ifndef FEDERATION_PROPERTY_H
#define FEDERATION_PROPERTY_H

#include "storage/base/json.h"
#include "storage/model.h"

struct arena;

enum { PROPERTY_URIS_MAX = 1000 };

/* The IRI of the first value: a string, an object's id, or a Link's href. */
struct str property_uri(const json_t *value);
/* The IRIs of all values, at most `max`, those without one left out. */
struct str_list property_uris(struct arena *arena, const json_t *value, size_t max);
bool property_has_uri(const json_t *value, struct str uri);
/* A text, or the @value of the first value. */
struct str property_text(const json_t *value);
/* A date-time; 0 when absent or unreadable. */
int64_t property_date(const json_t *object, const char *key);
/* true when one of the types of `object` is `type`. */
bool property_is_a(const json_t *object, const char *type);

/* `list` holds `text`, byte for byte. */
bool str_list_has(const struct str_list *list, struct str text);

#endif
