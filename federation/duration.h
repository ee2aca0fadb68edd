/*
 * How long a film or a sound is, as ActivityStreams writes it: xsd:duration (XML Schema part 2, 3.2.6). Any thread.
 */
#ifndef FEDERATION_DURATION_H
#define FEDERATION_DURATION_H

#include <stdbool.h>

#include "storage/base/str.h"

struct arena;

/* "PT1H2M3.5S" to milliseconds. false: it is none, it is negative, counts years or months, or is 100 days and more. */
bool duration_parse(struct str text, uint64_t *ret_ms);
/* Milliseconds to "PT3723.500S". */
struct str duration_render(struct arena *arena, uint64_t ms);

#endif
