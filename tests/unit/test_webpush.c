/* Web Push: the vector of RFC 8291, what comes in that is no key, tokens of the form of RFC 8292. */
#include "federation/webpush.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static struct str bytes(const char *base64)
{
	struct str data;

	if (base64_decode(arena, str_of(base64), &data) != OK)
		abort();
	return data;
}

/* RFC 8291 appendix A. */
static const char vector_text[] = "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24";
static const char vector_as_public[] =
	"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
static const char vector_as_private[] = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
static const char vector_ua_public[] =
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
static const char vector_auth[] = "BTBZMqHH6r4Tts7J_aSIgg";
static const char vector_salt[] = "DGv6ra1nlYgDCS1FRnbzlw";
static const char vector_body[] =
	"DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
	"7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

static void check_vector(void)
{
	struct webpush_receiver receiver = { bytes(vector_ua_public), bytes(vector_auth) };
	struct webpush_message message;
	struct webpush_pair pair;

	memcpy(pair.private_key, bytes(vector_as_private).p, sizeof(pair.private_key));
	memcpy(pair.public_key, bytes(vector_as_public).p, sizeof(pair.public_key));
	is_int(webpush_encrypt_with(arena, &receiver, true, bytes(vector_text), &pair, bytes(vector_salt), &message), OK,
	       "the text of RFC 8291 is encrypted");
	is_str(base64url_encode(arena, message.body), str_of(vector_body), "to the body of RFC 8291");
	is_int(webpush_encrypt_with(arena, &receiver, false, bytes(vector_text), &pair, bytes(vector_salt), &message), OK,
	       "the former draft does as well");
	is_int(message.body.n, 2 + bytes(vector_text).n + 16, "with the length of its padding and a tag");
}

static void check_pairs(void)
{
	struct webpush_pair one, other;
	struct str point;
	char bent[WEBPUSH_PUBLIC_BYTES];

	webpush_generate(&one);
	webpush_generate(&other);
	point = (struct str){ (const char *)one.public_key, sizeof(one.public_key) };
	ok(memcmp(one.private_key, other.private_key, sizeof(one.private_key)) != 0, "every pair is new");
	ok(webpush_public_valid(point), "its public half is a point of the curve");
	memcpy(bent, point.p, sizeof(bent));
	bent[40] ^= 1;
	ok(!webpush_public_valid((struct str){ bent, sizeof(bent) }), "a point beside the curve is no key");
	ok(!webpush_public_valid(str_sub(point, 0, 64)) && !webpush_public_valid(STR_NONE), "nor is a part of one");
	memset(bent, 0, sizeof(bent));
	ok(!webpush_public_valid((struct str){ bent, sizeof(bent) }), "nor are zeros");
}

static void check_receivers(void)
{
	struct webpush_receiver receiver = { bytes(vector_ua_public), STR("short") };
	struct webpush_message message, other;
	struct buf text;

	is_int(webpush_encrypt(arena, &receiver, true, STR("x"), &message), ERR_INVALID, "a secret has sixteen bytes");
	receiver = (struct webpush_receiver){ STR("nothing"), bytes(vector_auth) };
	is_int(webpush_encrypt(arena, &receiver, true, STR("x"), &message), ERR_INVALID, "what is no key is not used");
	receiver.public_key = bytes(vector_ua_public);
	webpush_encrypt(arena, &receiver, true, STR("x"), &message);
	webpush_encrypt(arena, &receiver, true, STR("x"), &other);
	ok(!str_eq(message.body, other.body), "the same text is never sent twice alike");
	buf_init(&text, arena, 0);
	for (int i = 0; i < WEBPUSH_TEXT_MAX; i++)
		buf_add_char(&text, 'x');
	is_int(webpush_encrypt(arena, &receiver, true, buf_str(&text), &message), OK, "a record may be full");
	is_int(message.body.n, 4096, "and is 4096 bytes then");
	buf_add_char(&text, 'x');
	is_int(webpush_encrypt(arena, &receiver, true, buf_str(&text), &message), ERR_LIMIT, "but not more");
}

static void check_token(void)
{
	struct webpush_pair pair;
	struct str jwt, head, claims, signature;
	json_t *tree;

	webpush_generate(&pair);
	is_int(webpush_jwt(arena, &pair, STR("https://push.example"), INT64_C(1800000000999), STR("https://a.example"), &jwt), OK,
	       "a token is signed");
	head = str_cut(&jwt, '.');
	claims = str_cut(&jwt, '.');
	signature = jwt;
	is_int(bytes(arena_cstr(arena, signature)).n, 64, "its signature is the two numbers");
	ok(json_parse(arena, bytes(arena_cstr(arena, head)), &tree) == OK &&
	   str_eq(json_member_str(tree, "alg"), STR("ES256")), "it says how it is signed");
	ok(json_parse(arena, bytes(arena_cstr(arena, claims)), &tree) == OK &&
	   str_eq(json_member_str(tree, "aud"), STR("https://push.example")) && json_member_u64(tree, "exp", 0) == 1800000000 &&
	   str_eq(json_member_str(tree, "sub"), STR("https://a.example")), "for whom, until when, and from whom");
}

int main(void)
{
	arena = arena_new();
	check_vector();
	check_pairs();
	check_receivers();
	check_token();
	arena_free(arena);
	return done();
}
