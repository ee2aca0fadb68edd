/*
 * A random nonce, the sealed text, the tag. Keys seal a message a subscription: random nonces do not meet.
 */
#include "node/seal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { NONCE_BYTES = 12, TAG_BYTES = 16, TEXT_BYTES_MAX = 1 << 20 };

static const char key_name[] = "seal.key", key_new_name[] = "seal.key.new";

static bool read_key(int folder, struct seal *seal)
{
	int fd = openat(folder, key_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool whole;

	if (fd < 0)
		return false;
	whole = read(fd, seal->key, SEAL_KEY_BYTES) == SEAL_KEY_BYTES;
	close(fd);
	return whole;
}

static int write_key(int folder, const struct seal *seal)
{
	int fd = openat(folder, key_new_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool done;

	if (fd < 0)
		return ERR_IO;
	done = write(fd, seal->key, SEAL_KEY_BYTES) == SEAL_KEY_BYTES && fsync(fd) == 0;
	close(fd);
	return done && renameat(folder, key_new_name, folder, key_name) == 0 && fsync(folder) == 0 ? OK : ERR_IO;
}

int seal_load(const char *path, struct seal *ret_seal)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = OK;

	if (folder < 0)
		return ERR_IO;
	if (!read_key(folder, ret_seal)) {
		hash_random(ret_seal->key, SEAL_KEY_BYTES);
		err = write_key(folder, ret_seal);
	}
	close(folder);
	return err;
}

/* What OpenSSL refuses here it refuses for want of memory. */
static void insist(bool done)
{
	if (!done)
		abort();
}

struct str seal_close(struct arena *arena, const struct seal *seal, struct str subject, struct str text)
{
	uint8_t *out = arena_alloc(arena, NONCE_BYTES + text.n + TAG_BYTES), *body = out + NONCE_BYTES;
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int n = 0;

	insist(context && text.n <= TEXT_BYTES_MAX && subject.n <= TEXT_BYTES_MAX);
	hash_random(out, NONCE_BYTES);
	insist(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, seal->key, out) == 1);
	insist(EVP_EncryptUpdate(context, NULL, &n, (const uint8_t *)subject.p, (int)subject.n) == 1);
	insist(EVP_EncryptUpdate(context, body, &n, (const uint8_t *)text.p, (int)text.n) == 1);
	insist(EVP_EncryptFinal_ex(context, body + text.n, &n) == 1);
	insist(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, body + text.n) == 1);
	EVP_CIPHER_CTX_free(context);
	return (struct str){ (const char *)out, NONCE_BYTES + text.n + TAG_BYTES };
}

int seal_open(struct arena *arena, const struct seal *seal, struct str subject, struct str sealed, struct str *ret_text)
{
	EVP_CIPHER_CTX *context;
	const uint8_t *in = (const uint8_t *)sealed.p;
	uint8_t tag[TAG_BYTES], *out;
	size_t n;
	int written = 0;
	bool good;

	if (sealed.n < NONCE_BYTES + TAG_BYTES || sealed.n > TEXT_BYTES_MAX || subject.n > TEXT_BYTES_MAX)
		return ERR_INVALID;
	n = sealed.n - NONCE_BYTES - TAG_BYTES;
	out = arena_alloc(arena, n + 1);
	memcpy(tag, in + NONCE_BYTES + n, TAG_BYTES);
	context = EVP_CIPHER_CTX_new();
	insist(context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, seal->key, in) == 1);
	good = EVP_DecryptUpdate(context, NULL, &written, (const uint8_t *)subject.p, (int)subject.n) == 1 &&
	       EVP_DecryptUpdate(context, out, &written, in + NONCE_BYTES, (int)n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
	       EVP_DecryptFinal_ex(context, out + n, &written) == 1;
	EVP_CIPHER_CTX_free(context);
	if (!good)
		return ERR_INVALID;
	*ret_text = (struct str){ (const char *)out, n };
	return OK;
}
