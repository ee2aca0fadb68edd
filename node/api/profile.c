/*
 * One's own profile. The check reads the wishes and renders the texts; the write lays them over the record as it then
 * is, so that two changes at once both hold.
 */
#include "node/api/profile.h"

#include "federation/apply.h"
#include "federation/property.h"
#include "federation/text.h"
#include "federation/url.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/limits.h"
#include "node/api/quotes.h"
#include "node/config.h"
#include "node/media/intake.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/media.h"
#include "storage/users.h"

/* A switch that may be absent. */
enum wish { WISH_NONE = 0, WISH_OFF, WISH_ON };

enum { AVATAR, HEADER, PICTURES };

struct profile_picture {
	struct str file;             /* uploaded; empty: stays */
	bool dropped;
	struct media_record media;
};

static const struct { const char *name; uint8_t use; unsigned side; } picture_kinds[PICTURES] = {
	[AVATAR] = { "avatar", MEDIA_USE_AVATAR, INTAKE_AVATAR_SIDE },
	[HEADER] = { "header", MEDIA_USE_HEADER, INTAKE_HEADER_SIDE },
};

struct profile_change {
	struct profile_picture pictures[PICTURES];
	struct str display_name;     /* p == NULL: absent; the other texts likewise */
	struct str note, note_html;
	struct str language;
	enum wish locked, bot, discoverable, indexable, hide_collections, sensitive;
	uint8_t privacy;             /* enum visibility; 0: absent */
	uint8_t quote_policy;        /* set of enum quote_policy; 0: absent */
	bool has_fields, has_domains;
	struct str_list fields, field_sources;
	struct str_list domains;
};

static enum wish read_wish(const struct call *call, const char *name)
{
	struct str text = call_param(call, name);

	if (!text.n)
		return WISH_NONE;
	/* Unreadable text gives the fallback, whichever it is: then nothing was wished. */
	if (call_param_bool(call, name, false) != call_param_bool(call, name, true))
		return WISH_NONE;
	return call_param_bool(call, name, false) ? WISH_ON : WISH_OFF;
}

static void grant(enum wish wish, bool *value)
{
	if (wish != WISH_NONE)
		*value = wish == WISH_ON;
}

static int check_text(struct call *call, struct str text, size_t max, const char *name)
{
	if (!utf8_valid(text) || utf8_length(text) > max)
		return call_fail_status(call, ERR_INVALID, 422, NULL,
		                        "Validation failed: %s is too long (maximum is %zu characters)", name, max);
	return OK;
}

static struct str render(struct call *call, struct str text)
{
	struct text_links links = {
		.hashtag_base = arena_printf(call->arena, "%.*s/tags/", STR_ARG(call->node->instance.url)),
	};

	return text_render_html(call->arena, text, &links);
}

/* One line: without the paragraph around it. */
static struct str render_line(struct call *call, struct str text)
{
	static const struct str open = STR("<p>"), close = STR("</p>");
	char *line = arena_cstr(call->arena, text);
	struct str html;

	for (size_t i = 0; i < text.n; i++)
		if (line[i] == '\n' || line[i] == '\r')
			line[i] = ' ';
	html = render(call, (struct str){ line, text.n });
	if (str_starts(html, open) && str_ends(html, close))
		html = str_sub(html, open.n, html.n - open.n - close.n);
	return html;
}

/* --- fields ----------------------------------------------------------------------------------------------------- */

struct typed_field {
	struct str index, name, value;
};

/* The entry of an index, made at its first mention; NULL: there are too many. */
static struct typed_field *field_at(struct typed_field *fields, size_t max, size_t *count, struct str index)
{
	for (size_t i = 0; i < *count; i++)
		if (str_eq(fields[i].index, index))
			return &fields[i];
	if (*count == max)
		return NULL;
	fields[*count].index = index;
	return &fields[(*count)++];
}

static int add_field(struct call *call, struct profile_change *change, const struct typed_field *typed)
{
	struct str name = str_trim(typed->name), value = str_trim(typed->value);
	int r;

	if (!name.n && !value.n)
		return OK;
	if (!name.n)
		return answer_refuse(call, "Validation failed: a profile field needs a label");
	if (change->fields.count == 2 * LIMIT_FIELDS)
		return answer_refuse(call, "Validation failed: there are too many profile fields");
	r = check_text(call, name, LIMIT_FIELD_CHARACTERS, "Profile field label");
	if (r == OK)
		r = check_text(call, value, LIMIT_FIELD_CHARACTERS, "Profile field content");
	if (r != OK)
		return r;
	change->fields.items[change->fields.count++] = name;
	change->fields.items[change->fields.count++] = render_line(call, value);
	change->field_sources.items[change->field_sources.count++] = name;
	change->field_sources.items[change->field_sources.count++] = value;
	return OK;
}

static int read_fields(struct call *call, struct profile_change *change)
{
	enum { TYPED_MAX = 64 };  /* rows of a form, most of them empty */
	struct typed_field *typed = ARENA_ARRAY(call->arena, struct typed_field, TYPED_MAX);
	size_t count = 0;
	int r = OK;

	for (size_t i = 0; i < call->request.param_count; i++) {
		const struct param *param = &call->request.params[i];
		struct str index, member;
		struct typed_field *field;

		if (!param_member(param->name, "fields_attributes", &index, &member))
			continue;
		field = field_at(typed, TYPED_MAX, &count, index);
		if (!field)
			return answer_refuse(call, "Validation failed: there are too many profile fields");
		if (str_eq(member, STR("name")))
			field->name = param->value;
		else if (str_eq(member, STR("value")))
			field->value = param->value;
	}
	change->has_fields = count > 0;
	change->fields.items = ARENA_ARRAY(call->arena, struct str, 2 * LIMIT_FIELDS);
	change->field_sources.items = ARENA_ARRAY(call->arena, struct str, 2 * LIMIT_FIELDS);
	for (size_t i = 0; r == OK && i < count; i++)
		r = add_field(call, change, &typed[i]);
	return r;
}

/* --- the rest --------------------------------------------------------------------------------------------------- */

static int read_texts(struct call *call, struct profile_change *change)
{
	int r;

	change->display_name = call_param(call, "display_name");
	if (change->display_name.p)
		change->display_name = str_trim(change->display_name);
	change->note = call_param(call, "note");
	r = check_text(call, change->display_name, LIMIT_DISPLAY_NAME_CHARACTERS, "Display name");
	if (r == OK)
		r = check_text(call, change->note, LIMIT_NOTE_CHARACTERS, "Note");
	if (r == OK && change->note.p)
		change->note_html = render(call, change->note);
	return r;
}

static int read_defaults(struct call *call, struct profile_change *change)
{
	struct str privacy = call_param(call, "source[privacy]");
	int r;

	change->privacy = visibility_parse(privacy);
	if (privacy.n && (!change->privacy || change->privacy == VISIBILITY_DIRECT))
		return answer_refuse(call, "Validation failed: Privacy is not included in the list");
	change->sensitive = read_wish(call, "source[sensitive]");
	change->language = call_param(call, "source[language]");
	r = quote_read_default(call, &change->quote_policy);
	return r == OK ? check_text(call, change->language, LIMIT_LANGUAGE_BYTES, "Language") : r;
}

/* People paste addresses: what stands before and behind the host is dropped. */
static struct str host_of(struct str typed)
{
	static const struct str schemes[] = { STR("https://"), STR("http://"), STR("*.") };
	struct str text = str_trim(typed);

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (str_starts(text, schemes[i]))
			text = str_sub(text, schemes[i].n, SIZE_MAX);
	return str_sub(text, 0, str_find_char(text, '/'));
}

static int read_domains(struct call *call, struct profile_change *change)
{
	struct str *values, host;
	size_t count = call_param_list(call, "attribution_domains", &values);

	change->has_domains = count > 0;
	change->domains.items = ARENA_ARRAY(call->arena, struct str, LIMIT_ATTRIBUTION_DOMAINS);
	for (size_t i = 0; i < count; i++) {
		if (!str_trim(values[i]).n)
			continue;
		if (url_host_parse(call->arena, host_of(values[i]), &host) != OK)
			return answer_refuse(call, "Validation failed: attribution_domains has what is no domain name");
		host = str_lower(call->arena, host);
		if (str_list_has(&change->domains, host))
			continue;
		if (change->domains.count == LIMIT_ATTRIBUTION_DOMAINS)
			return answer_refuse(call, "Validation failed: attribution_domains are too many");
		change->domains.items[change->domains.count++] = host;
	}
	return OK;
}

/* CALL_SKIP_WORK: none was uploaded. */
static int read_pictures(struct call *call, struct profile_change *change)
{
	uint64_t max = call->node->config->limits_media_bytes;
	bool any = false;

	for (int i = 0; i < PICTURES; i++) {
		struct profile_picture *picture = &change->pictures[i];

		picture->file = call_param(call, picture_kinds[i].name);
		any |= picture->file.n > 0;
		if (picture->file.n > max)
			return call_fail_status(call, ERR_LIMIT, 422, NULL,
			                        "Validation failed: %s is too large (maximum is %llu bytes)",
			                        picture_kinds[i].name, (unsigned long long)max);
	}
	return any ? OK : CALL_SKIP_WORK;
}

int api_credentials_work(struct call *call)
{
	struct profile_change *change = call->state;

	for (int i = 0; i < PICTURES; i++) {
		struct profile_picture *picture = &change->pictures[i];
		const struct intake intake = {
			.bytes = picture->file, .still = true, .side = picture_kinds[i].side, .wait_ms = INTAKE_LONG_WAIT_MS,
		};
		const char *reason = "";
		int r;

		picture->media.account_id = call->viewer.account_id;
		r = picture->file.n ? intake_take(call->node, call->arena, &intake, &picture->media, &reason) : OK;
		if (r == ERR_INVALID)
			return call_fail_status(call, r, 422, NULL, "Validation failed: %s: %s", picture_kinds[i].name, reason);
		if (r != OK)
			return r;
		picture->media.use = picture_kinds[i].use;
		/* One size is enough. */
		picture->media.preview_blob = picture->media.preview_type = STR_NONE;
	}
	return OK;
}

static int change_picture(struct call *call, struct txn *txn, struct profile_picture *picture, uint64_t *id, struct str *url)
{
	int r;

	if (!picture->file.n && !picture->dropped)
		return OK;
	r = *id ? media_delete(txn, *id) : OK;
	*id = 0;
	*url = STR_NONE;
	if (r != OK || picture->dropped)
		return r;
	r = media_add(call->arena, txn, &picture->media);
	*id = picture->media.id;
	*url = media_url(call->arena, instance_of(txn_view(txn)), &picture->media);
	return r;
}

static int drop_check(struct call *call, int kind)
{
	struct profile_change *change = ARENA_NEW(call->arena, struct profile_change);

	call->state = change;
	change->pictures[kind].dropped = true;
	return OK;
}

int api_avatar_drop_check(struct call *call, struct view *view)
{
	(void)view;
	return drop_check(call, AVATAR);
}

int api_header_drop_check(struct call *call, struct view *view)
{
	(void)view;
	return drop_check(call, HEADER);
}

int api_credentials_check(struct call *call, struct view *view)
{
	struct profile_change *change = ARENA_NEW(call->arena, struct profile_change);
	int r = read_texts(call, change);

	(void)view;
	call->state = change;
	if (r == OK)
		r = read_fields(call, change);
	if (r == OK)
		r = read_defaults(call, change);
	if (r == OK)
		r = read_domains(call, change);
	change->locked = read_wish(call, "locked");
	change->bot = read_wish(call, "bot");
	change->discoverable = read_wish(call, "discoverable");
	change->indexable = read_wish(call, "indexable");
	change->hide_collections = read_wish(call, "hide_collections");
	return r == OK ? read_pictures(call, change) : r;
}

static void change_account(const struct profile_change *change, struct account *account)
{
	if (change->display_name.p)
		account->display_name = change->display_name;
	if (change->note.p) {
		account->note = change->note_html;
		account->note_source = change->note;
	}
	if (change->has_fields) {
		account->field_pairs = change->fields;
		account->field_sources = change->field_sources;
	}
	if (change->has_domains)
		account->attribution_domains = change->domains;
	grant(change->locked, &account->locked);
	grant(change->bot, &account->bot);
	grant(change->discoverable, &account->discoverable);
	grant(change->indexable, &account->indexable);
	grant(change->hide_collections, &account->hide_collections);
	/* On the wire a machine is a Service, which is how peers know. */
	if (account->kind == ACCOUNT_PERSON || account->kind == ACCOUNT_SERVICE)
		account->kind = account->bot ? ACCOUNT_SERVICE : ACCOUNT_PERSON;
}

static int write_defaults(struct call *call, struct txn *txn, const struct profile_change *change)
{
	struct user user;
	int r;

	if (!change->privacy && !change->quote_policy && change->sensitive == WISH_NONE && !change->language.p)
		return OK;
	r = users_get(call->arena, txn_view(txn), call->viewer.account_id, &user);
	if (r != OK)
		return r;
	if (change->privacy)
		user.default_visibility = change->privacy;
	if (change->quote_policy)
		user.default_quote_policy = change->quote_policy;
	grant(change->sensitive, &user.default_sensitive);
	if (change->language.p)
		user.default_language = change->language;
	return users_put(txn, &user);
}

int api_credentials_write(struct call *call, struct txn *txn)
{
	struct profile_change *change = call->state;
	struct account account;
	int r = accounts_get(call->arena, txn_view(txn), call->viewer.account_id, &account);

	if (r != OK)
		return r;
	change_account(change, &account);
	r = change_picture(call, txn, &change->pictures[AVATAR], &account.avatar_id, &account.avatar_url);
	if (r == OK)
		r = change_picture(call, txn, &change->pictures[HEADER], &account.header_id, &account.header_url);
	if (r == OK)
		r = accounts_put(txn, &account);
	if (r == OK)
		r = write_defaults(call, txn, change);
	return r == OK ? act_update_actor(call->arena, txn, account.id) : r;
}

int api_credentials(struct call *call, struct view *view)
{
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	r = entity_credential_account(&answer.w, call->arena, view, call->viewer.account_id);
	return answer_end(&answer, call, r);
}
