/*
 * E-mail addresses as the node takes them: narrower than RFC 5321, so that two parsers never read one in two ways. Pure;
 * any thread.
 */
#ifndef NODE_MAIL_ADDRESS_H
#define NODE_MAIL_ADDRESS_H

#include "storage/base/str.h"

struct arena;

enum { MAIL_ADDRESS_BYTES_MAX = 254, MAIL_LOCAL_BYTES_MAX = 64 };

/* LOCAL@DOMAIN: the local part of ASCII letters, digits and !#$%&'*+-/=?^_`{|}~ with single dots between them (no quotes,
 * no comments, and nothing outside ASCII: few relays take that); the domain in its form of the DNS, in lower case (UTS 46),
 * without port, trailing dot or address literal. ERR_INVALID: *ret_fault says what is wrong. The result is in `arena`. */
int mail_address_parse(struct arena *arena, struct str text, struct str *ret_address, const char **ret_fault);
/* What stands behind the '@' of one that was parsed. */
struct str mail_address_domain(struct str address);

#endif
