/*
 * A dictionary of inner lists of components; their parameters say what is to be generated.
 */
#include "federation/accept_signature.h"

#include "federation/structured.h"
#include "storage/base/err.h"

static const struct str names[] = {
	[WISH_METHOD] = { "@method", 7 },
	[WISH_TARGET_URI] = { "@target-uri", 11 },
	[WISH_AUTHORITY] = { "@authority", 10 },
	[WISH_SCHEME] = { "@scheme", 7 },
	[WISH_REQUEST_TARGET] = { "@request-target", 15 },
	[WISH_PATH] = { "@path", 5 },
	[WISH_QUERY] = { "@query", 6 },
	[WISH_HOST] = { "host", 4 },
	[WISH_CONTENT_DIGEST] = { "content-digest", 14 },
	[WISH_CONTENT_TYPE] = { "content-type", 12 },
};

struct str wish_component_name(enum wish_component component)
{
	return names[component];
}

struct str accept_signature_make(bool has_body)
{
	/* No alg and no keyid: some senders refuse to sign unless both are exactly theirs. */
	return has_body ? STR("sig1=(\"@method\" \"@target-uri\" \"content-digest\");created")
	                : STR("sig1=(\"@method\" \"@target-uri\");created");
}

struct str accept_signature_make_ed25519(void)
{
	return STR("sig1=(\"@method\" \"@target-uri\" \"content-digest\");created;alg=\"ed25519\"");
}

static bool read_component(const struct structured_item *item, struct signature_wish *wish)
{
	if (item->kind != STRUCTURED_STRING || item->param_count)
		return false;
	for (unsigned i = 0; i < WISH_COMPONENTS; i++) {
		if (!str_eq(item->text, names[i]))
			continue;
		wish->components |= 1u << i;
		return true;
	}
	return false;
}

/* An absent text is fine, a flag or a number instead of it is not; nor is what would have to be escaped. */
static bool read_text(const struct structured_item *value, const char *key, struct str *ret_text)
{
	const struct structured_param *param = structured_param(value, str_of(key));

	*ret_text = STR_NONE;
	if (!param)
		return true;
	*ret_text = param->text;
	return param->kind == STRUCTURED_STRING && str_find_char(param->text, '"') == SIZE_MAX &&
	       str_find_char(param->text, '\\') == SIZE_MAX;
}

static bool read_wish(const struct structured_member *member, struct signature_wish *wish)
{
	struct str algorithm;

	*wish = (struct signature_wish){ .label = member->key };
	if (member->value.kind != STRUCTURED_LIST)
		return false;
	for (size_t i = 0; i < member->item_count; i++)
		if (!read_component(&member->items[i], wish))
			return false;
	if (!read_text(&member->value, "keyid", &wish->key_id) || !read_text(&member->value, "nonce", &wish->nonce) ||
	    !read_text(&member->value, "tag", &wish->tag) || !read_text(&member->value, "alg", &algorithm))
		return false;
	wish->rsa = !algorithm.p || str_eq(algorithm, STR("rsa-v1_5-sha256"));
	wish->ed25519 = !algorithm.p || str_eq(algorithm, STR("ed25519"));
	wish->expires = structured_param(&member->value, STR("expires")) != NULL;
	return wish->rsa || wish->ed25519;
}

int accept_signature_parse(struct arena *arena, struct str value, struct signature_wish *ret_wish)
{
	struct structured_dictionary dictionary;

	if (structured_dictionary_parse(arena, value, &dictionary))
		return ERR_INVALID;
	for (size_t i = 0; i < dictionary.count; i++) {
		struct signature_wish wish;

		if (!read_wish(&dictionary.members[i], &wish))
			continue;
		*ret_wish = wish;
		return OK;
	}
	return ERR_NOT_FOUND;
}
