/*
 * RFC 4226 and RFC 6238. Pure; any thread.
 */
#include "node/accounts/totp.h"

#include <stdio.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/hash.h"

enum { STEP_BYTES = 8, DIGITS_MAX = 8, GROUP = 4, BITS = 5 };

uint32_t totp_code(struct str secret, uint64_t step, unsigned digits)
{
	static const uint32_t powers[DIGITS_MAX + 1] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
	uint8_t counter[STEP_BYTES], mac[SHA1_BYTES];
	unsigned at;

	for (int i = 0; i < STEP_BYTES; i++)
		counter[i] = (uint8_t)(step >> (8 * (STEP_BYTES - 1 - i)));
	hash_hmac_sha1(secret, (struct str){ (const char *)counter, sizeof(counter) }, mac);
	at = mac[SHA1_BYTES - 1] & 15;
	return ((mac[at] & 0x7fu) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3]) %
	       powers[digits];
}

bool totp_fits(struct str secret, struct str code, int64_t now_ms, uint64_t used_step, uint64_t *ret_step)
{
	uint64_t now = (uint64_t)(now_ms / SECOND_MS / TOTP_STEP_SECONDS), fits = 0;
	char wanted[TOTP_DIGITS + 1];

	for (uint64_t step = now - 1; step <= now + 1; step++) {
		snprintf(wanted, sizeof(wanted), "%06u", totp_code(secret, step, TOTP_DIGITS) % 1000000);
		if (hash_equal(code, (struct str){ wanted, TOTP_DIGITS }) && step > used_step)
			fits = step;
	}
	if (fits)
		*ret_step = fits;
	return fits != 0;
}

static struct str base32(struct arena *arena, struct str data, const char *alphabet, unsigned group)
{
	struct buf buf;
	uint32_t bits = 0;
	unsigned have = 0, n = 0;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < data.n || have > 0; ) {
		if (have < BITS && i < data.n) {
			bits = bits << 8 | (uint8_t)data.p[i++];
			have += 8;
		} else if (have < BITS) {
			bits <<= BITS - have;
			have = BITS;
		}
		have -= BITS;
		if (group && n && n % group == 0)
			buf_add_char(&buf, ' ');
		buf_add_char(&buf, alphabet[bits >> have & 31]);
		n++;
	}
	return buf_str(&buf);
}

struct str base32_lower(struct arena *arena, struct str data)
{
	return base32(arena, data, "abcdefghijklmnopqrstuvwxyz234567", 0);
}

struct str totp_text(struct arena *arena, struct str secret, bool grouped)
{
	return base32(arena, secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", grouped ? GROUP : 0);
}

struct str totp_uri(struct arena *arena, struct str issuer, struct str name, struct str secret)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, STR("otpauth://totp/"));
	buf_add_percent(&buf, issuer);
	buf_add_char(&buf, ':');
	buf_add_percent(&buf, name);
	buf_printf(&buf, "?secret=%.*s&issuer=", STR_ARG(totp_text(arena, secret, false)));
	buf_add_percent(&buf, issuer);
	buf_printf(&buf, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP_SECONDS);
	return buf_str(&buf);
}
