/*
 * Codes of authenticator apps (RFC 6238): HMAC-SHA-1, 6 digits, 30 seconds, which is what all of them know. Pure; any
 * thread.
 */
#ifndef NODE_ACCOUNTS_TOTP_H
#define NODE_ACCOUNTS_TOTP_H

#include "storage/base/str.h"

struct arena;

enum { TOTP_SECRET_BYTES = 20, TOTP_DIGITS = 6, TOTP_STEP_SECONDS = 30 };

/* The code of a step (seconds since the epoch by TOTP_STEP_SECONDS), a number of at most `digits` digits, up to 8. */
uint32_t totp_code(struct str secret, uint64_t step, unsigned digits);
/* Does `code`, six digits, fit the step of `now_ms`, the one before or the one after? Steps up to `used_step` are not
 * taken again. *ret_step is the one it fits. Takes the same time whichever digits are wrong. */
bool totp_fits(struct str secret, struct str code, int64_t now_ms, uint64_t used_step, uint64_t *ret_step);

/* The secret in base32, as apps want it; `grouped`: by fours, for those who type it. */
struct str totp_text(struct arena *arena, struct str secret, bool grouped);
/* "otpauth://totp/…", for the QR code. */
struct str totp_uri(struct arena *arena, struct str issuer, struct str name, struct str secret);
/* Base32 (RFC 4648 section 6) in small letters and without padding: for what people type off a paper. */
struct str base32_lower(struct arena *arena, struct str data);

#endif
