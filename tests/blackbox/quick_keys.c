/*
 * Loaded before a node of the black box: keys and password hashes that are as good as any to look at and cost nothing to
 * make. Finding two large primes and hashing slowly would be half of all the work that these tests give to a machine; what
 * makes the real ones is tried by tests/unit/test_pkey.c and test_login.c.
 *
 * A key is of 2048 bits and no two are alike: one prime is always the same, the other is new and small.
 */
#include <crypt.h>
#include <dlfcn.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_BITS = 512 };

static const char prime[] =
	"DDCD593250ECE1EF6CB70FBC8C10CC82B76A56E06645627CE5ACE442E45919F3F97374DE48E7BA432D42F21647056CA5"
	"938FF64F58432E28586E242349E9FB1857756839F8A33A34087879B7D29ECBAC1FE87D47BE48F9AAF593DDD25527A644"
	"215D7A0AFC68F82C61980907EE9DDC786CDB46B127232F10C1D2A2EFE9A57242649DC809C34AA2ED400A1C4477CAF628"
	"11D7DAF0D1D079518CBD7F02207A79FB866719BB635FB882E7CED57E4765B49D3D82B376B070B69DF20E38EE7109CD21";

typedef EVP_PKEY *keygen_fn(OSSL_LIB_CTX *, const char *, const char *, ...);
typedef char *gensalt_fn(const char *, unsigned long, const char *, int, char *, int);

static EVP_PKEY *key_of(OSSL_PARAM *params)
{
	EVP_PKEY_CTX *made_by = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;

	if (EVP_PKEY_fromdata_init(made_by) != 1 || EVP_PKEY_fromdata(made_by, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		abort();
	EVP_PKEY_CTX_free(made_by);
	return pkey;
}

static EVP_PKEY *quick_rsa(void)
{
	enum { N, E, D, P, Q, P_LESS, Q_LESS, DP, DQ, QI, PHI, NUMBERS };
	static const struct { const char *name; int number; } parts[] = {
		{ OSSL_PKEY_PARAM_RSA_N, N }, { OSSL_PKEY_PARAM_RSA_E, E }, { OSSL_PKEY_PARAM_RSA_D, D },
		{ OSSL_PKEY_PARAM_RSA_FACTOR1, P }, { OSSL_PKEY_PARAM_RSA_FACTOR2, Q },
		{ OSSL_PKEY_PARAM_RSA_EXPONENT1, DP }, { OSSL_PKEY_PARAM_RSA_EXPONENT2, DQ },
		{ OSSL_PKEY_PARAM_RSA_COEFFICIENT1, QI },
	};
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n[NUMBERS];
	OSSL_PARAM_BLD *list = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params;
	EVP_PKEY *pkey;

	for (size_t i = 0; i < NUMBERS; i++)
		n[i] = BN_new();
	BN_hex2bn(&n[P], prime);
	BN_set_word(n[E], RSA_F4);
	do {  /* until the exponent has an inverse */
		if (BN_generate_prime_ex(n[Q], SMALL_BITS, 0, NULL, NULL, NULL) != 1)
			abort();
		BN_sub(n[P_LESS], n[P], BN_value_one());
		BN_sub(n[Q_LESS], n[Q], BN_value_one());
		BN_mul(n[PHI], n[P_LESS], n[Q_LESS], ctx);
	} while (!BN_mod_inverse(n[D], n[E], n[PHI], ctx));
	BN_mul(n[N], n[P], n[Q], ctx);
	BN_mod(n[DP], n[D], n[P_LESS], ctx);
	BN_mod(n[DQ], n[D], n[Q_LESS], ctx);
	BN_mod_inverse(n[QI], n[Q], n[P], ctx);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		OSSL_PARAM_BLD_push_BN(list, parts[i].name, n[parts[i].number]);
	params = OSSL_PARAM_BLD_to_param(list);
	pkey = key_of(params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(list);
	for (size_t i = 0; i < NUMBERS; i++)
		BN_free(n[i]);
	BN_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *EVP_PKEY_Q_keygen(OSSL_LIB_CTX *library, const char *properties, const char *type, ...)
{
	keygen_fn *real = (keygen_fn *)dlsym(RTLD_NEXT, "EVP_PKEY_Q_keygen");
	const char *curve;
	va_list more;

	if (strcmp(type, "RSA") == 0)
		return quick_rsa();
	if (strcmp(type, "EC") != 0)
		return real(library, properties, type);
	va_start(more, type);
	curve = va_arg(more, const char *);
	va_end(more);
	return real(library, properties, type, curve);
}

/* A hash says itself how much work it is. */
char *crypt_gensalt_rn(const char *prefix, unsigned long count, const char *salt, int salt_size, char *out, int size)
{
	gensalt_fn *real = (gensalt_fn *)dlsym(RTLD_NEXT, "crypt_gensalt_rn");

	(void)count;
	return real(prefix, 1, salt, salt_size, out, size);
}
