/*
 * eddsa-jcs-2022 over the rooms for canonical JSON, multibase and keys.
 *
 * What is signed is SHA-256(JCS(statement without its value)) followed by SHA-256(JCS(document without its proof)).
 */
#include "federation/proof.h"

#include "federation/jcs.h"
#include "federation/multikey.h"
#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

static const char proof_type[] = "DataIntegrityProof", suite[] = "eddsa-jcs-2022", purpose[] = "assertionMethod";

static int refuse(const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return ERR_UNAUTHORIZED;
}

static bool member_is(const json_t *object, const char *key, const char *text)
{
	return str_eq(json_member_str(object, key), str_of(text));
}

/* reading */

/* The one proof of our suite. */
static int find_statement(const json_t *document, const json_t **ret_statement, const char **ret_reason)
{
	const json_t *proofs = json_member(document, "proof"), *found = NULL;

	if (json_count(proofs) > PROOFS_MAX)
		return refuse("the document has too many proofs", ret_reason);
	for (size_t i = 0; i < json_count(proofs); i++) {
		const json_t *statement = json_at(proofs, i);

		if (!member_is(statement, "type", proof_type) || !member_is(statement, "cryptosuite", suite))
			continue;
		if (found)
			return refuse("the document has several proofs of one suite", ret_reason);
		found = statement;
	}
	if (!found) {
		*ret_reason = "the document has no proof that we can check";
		return ERR_NOT_FOUND;
	}
	*ret_statement = found;
	return OK;
}

/* When it was made is told for the record only; until when it holds is a condition. */
static int check_times(const json_t *statement, int64_t now_ms, const char **ret_reason)
{
	int64_t ms;

	if (json_object_get(statement, "created") && !date_parse_iso(json_member_str(statement, "created"), &ms))
		return refuse("the proof has a malformed date", ret_reason);
	if (!json_object_get(statement, "expires"))
		return OK;
	if (!date_parse_iso(json_member_str(statement, "expires"), &ms))
		return refuse("the proof has a malformed date", ret_reason);
	return ms > now_ms ? OK : refuse("the proof has expired", ret_reason);
}

int proof_parse(struct arena *arena, const json_t *document, int64_t now_ms, struct proof *ret_proof,
                const char **ret_reason)
{
	struct proof proof = { .document = document };
	int r = find_statement(document, &proof.statement, ret_reason);

	if (r)
		return r;
	if (!member_is(proof.statement, "proofPurpose", purpose))
		return refuse("the proof was made for another purpose", ret_reason);
	if (json_object_get(proof.statement, "previousProof"))
		return refuse("the proof depends on another one", ret_reason);
	r = check_times(proof.statement, now_ms, ret_reason);
	if (r)
		return r;
	proof.key_id = json_member_str(proof.statement, "verificationMethod");
	if (!proof.key_id.n)
		return refuse("the proof names no key", ret_reason);
	if (multibase_decode(arena, json_member_str(proof.statement, "proofValue"), &proof.signature) ||
	    proof.signature.n != PROOF_SIGNATURE_BYTES)
		return refuse("the proof has no signature of its suite", ret_reason);
	*ret_proof = proof;
	return OK;
}

/* what is signed */

static void release_tree(void *tree)
{
	json_decref(tree);
}

/* A copy that can be changed at its top; what is deeper is shared. */
static json_t *copy_of(struct arena *arena, const json_t *object)
{
	json_t *copy = json_copy((json_t *)object);  /* wants it writable for the counts of its members */

	if (!copy)
		abort();
	arena_defer(arena, release_tree, copy);
	return copy;
}

static void set_member(json_t *object, const char *key, const json_t *value)
{
	if (json_object_set(object, key, (json_t *)value))
		abort();
}

static int hash_of(struct arena *arena, const json_t *value, uint8_t out[SHA256_BYTES])
{
	struct str text;
	int r = jcs_render(arena, value, &text);

	if (!r)
		hash_sha256(text, out);
	return r;
}

/* The hash of the statement, that of the document behind it. */
struct signed_data {
	uint8_t hashes[2 * SHA256_BYTES];
};

static struct str data_str(const struct signed_data *data)
{
	return (struct str){ (const char *)data->hashes, sizeof(data->hashes) };
}

static int data_set_statement(struct arena *arena, struct signed_data *data, const json_t *statement)
{
	return hash_of(arena, statement, data->hashes);
}

static int data_set_document(struct arena *arena, struct signed_data *data, const json_t *document)
{
	return hash_of(arena, document, data->hashes + SHA256_BYTES);
}

/* A Linked Data signature was added after the proof, the proof after everything else. */
static json_t *without_proof(struct arena *arena, const json_t *document)
{
	json_t *bare = copy_of(arena, document);

	json_object_del(bare, "signature");
	json_object_del(bare, "proof");
	return bare;
}

/* checking */

/* `part` is where `whole` begins, each being one value or an array. */
static bool context_begins(const json_t *whole, const json_t *part)
{
	size_t count = json_count(part);

	if (count == 0 || count > json_count(whole))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!json_equal(json_at(whole, i), json_at(part, i)))
			return false;
	return true;
}

static bool holds(struct arena *arena, const struct proof *proof, const struct pkey *key, const json_t *statement,
                  struct signed_data *data)
{
	return data_set_statement(arena, data, statement) == OK &&
	       pkey_verify(key, PKEY_SHA256, data_str(data), proof->signature);
}

/* Some sign the statement with the context of the document, as the suite says, and then send it without (Fedify);
 * others sign it as they send it. A context that the statement bears itself was signed, and is the document's. */
static bool fits(struct arena *arena, const struct proof *proof, const struct pkey *key)
{
	json_t *document = without_proof(arena, proof->document);
	json_t *statement = copy_of(arena, proof->statement);
	const json_t *said = json_object_get(statement, "@context"), *context = json_object_get(document, "@context");
	struct signed_data data;

	json_object_del(statement, "proofValue");
	if (said && !context_begins(context, said))
		return false;
	if (said)
		set_member(document, "@context", said);
	if (data_set_document(arena, &data, document))
		return false;
	if (holds(arena, proof, key, statement, &data))
		return true;
	if (said || !context)
		return false;
	set_member(statement, "@context", context);
	return holds(arena, proof, key, statement, &data);
}

int proof_verify(struct arena *arena, const struct proof *proof, const struct pkey *key, struct str controller,
                 struct str owner, const char **ret_reason)
{
	if (!owner.n || !str_eq(controller, owner))
		return refuse("the proof is not by the owner of the document", ret_reason);
	if (pkey_type(key) != PKEY_ED25519)
		return refuse("the key of the proof is of another kind", ret_reason);
	return fits(arena, proof, key) ? OK : refuse("the proof does not fit the document", ret_reason);
}

/* making */

static void set_text(json_t *object, const char *key, struct str text)
{
	if (json_object_set_new(object, key, json_stringn(text.p, text.n)))
		abort();
}

static bool can_sign(const json_t *document, const struct proof_order *order)
{
	const json_t *context = json_object_get(document, "@context");

	return json_is_object(document) && !json_object_get(document, "proof") && (!context || json_count(context)) &&
	       pkey_type(order->key) == PKEY_ED25519 && order->key_id.n && utf8_valid(order->key_id);
}

static json_t *make_statement(struct arena *arena, const json_t *document, const struct proof_order *order)
{
	json_t *statement = json_object(), *context = json_object_get(document, "@context");
	char created[DATE_ISO_BYTES];

	if (!statement)
		abort();
	arena_defer(arena, release_tree, statement);
	date_iso_seconds(order->created_ms, created);
	if (context)
		set_member(statement, "@context", context);
	set_text(statement, "type", str_of(proof_type));
	set_text(statement, "cryptosuite", str_of(suite));
	set_text(statement, "proofPurpose", str_of(purpose));
	set_text(statement, "verificationMethod", order->key_id);
	set_text(statement, "created", str_of(created));
	return statement;
}

static int sign(struct arena *arena, const json_t *statement, const json_t *document, const struct pkey *key,
                struct str *ret_value)
{
	struct signed_data data;
	struct str signature;
	int r = data_set_statement(arena, &data, statement);

	if (!r)
		r = data_set_document(arena, &data, document);
	if (!r)
		r = pkey_sign(arena, key, data_str(&data), &signature);
	if (!r)
		*ret_value = multibase_encode(arena, signature);
	return r;
}

/* `text` is an object and ends with its brace, members before it or not. */
static struct str insert_proof(struct arena *arena, struct str text, bool empty, const json_t *statement)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, str_sub(text, 0, text.n - 1));
	buf_add(&buf, empty ? STR("\"proof\":") : STR(",\"proof\":"));
	buf_add(&buf, json_render(arena, statement));
	buf_add_char(&buf, '}');
	return buf_str(&buf);
}

int proof_add(struct arena *arena, struct str document, const struct proof_order *order, struct str *ret_document)
{
	struct str text = str_trim(document), value;
	json_t *tree, *statement;
	int r = json_parse(arena, text, &tree);

	if (r)
		return r;
	if (!can_sign(tree, order))
		return ERR_INVALID;
	statement = make_statement(arena, tree, order);
	r = sign(arena, statement, without_proof(arena, tree), order->key, &value);
	if (r)
		return r;
	set_text(statement, "proofValue", value);
	*ret_document = insert_proof(arena, text, json_object_size(tree) == 0, statement);
	return OK;
}
