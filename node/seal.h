/*
 * What the node must be able to read again but the store alone must not give away, sealed with a key that lies beside the
 * store: AES-256-GCM. A copy of the store without the key is no key to anybody's account. Any thread.
 */
#ifndef NODE_SEAL_H
#define NODE_SEAL_H

#include <stdint.h>

#include "storage/base/str.h"

struct arena;

enum { SEAL_KEY_BYTES = 32 };

struct seal {
	uint8_t key[SEAL_KEY_BYTES];
};

/* The key in the file "seal.key" of the data folder (0600); makes one when there is none, or none that is whole: what
 * was sealed before is then lost, which its owners must bear. ERR_IO. */
int seal_load(const char *folder, struct seal *ret_seal);

/* `subject` is what the text belongs to: sealed bytes do not open for another. */
struct str seal_close(struct arena *arena, const struct seal *seal, struct str subject, struct str text);
/* ERR_INVALID: not sealed with this key for this subject. */
int seal_open(struct arena *arena, const struct seal *seal, struct str subject, struct str sealed, struct str *ret_text);

#endif
