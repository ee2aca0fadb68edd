/*
 * A message header, as the HTTP server receives it and as signatures cover it. A value, nothing else.
 */
#ifndef STORAGE_BASE_HEADER_H
#define STORAGE_BASE_HEADER_H

#include "storage/base/str.h"

struct header {
	struct str name;   /* as received; compares without case */
	struct str value;  /* without surrounding white space */
};

#endif
