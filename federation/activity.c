/*
 * The verb: foreign JSON to `struct activity`, and ours to JSON.
 *
 * Whether the actor may do what it says is asked in federation/apply.c; here only what is true of any activity is
 * checked. Pure, but for look-ups of what is embedded when rendering.
 */
#include "federation/activity.h"

#include "federation/actor.h"
#include "federation/emoji.h"
#include "federation/emoji_tag.h"
#include "federation/object.h"
#include "federation/poll.h"
#include "federation/property.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/posts.h"
#include "storage/reports.h"

enum { INNER_DEPTH_MAX = 2 };  /* Undo of an Accept of a Follow */

static const struct type_row {
	enum activity_type type;
	const char *name;
	bool transient;  /* some peers give it no id; its effect does not need one */
} activity_types[] = {
	{ AS_CREATE,   "Create",   false },
	{ AS_UPDATE,   "Update",   false },
	{ AS_DELETE,   "Delete",   true },
	{ AS_FOLLOW,   "Follow",   false },
	{ AS_ACCEPT,   "Accept",   true },
	{ AS_REJECT,   "Reject",   true },
	{ AS_UNDO,     "Undo",     true },
	{ AS_LIKE,     "Like",     true },
	{ AS_ANNOUNCE, "Announce", false },
	{ AS_EMOJI_REACT, "EmojiReact", true },
	{ AS_BLOCK,    "Block",    false },
	{ AS_QUOTE_REQUEST, "QuoteRequest", false },
	{ AS_ADD,      "Add",      true },
	{ AS_REMOVE,   "Remove",   true },
	{ AS_FLAG,     "Flag",     false },
	{ AS_MOVE,     "Move",     false },
};

static const struct object_row {
	const char *name;
	enum object_kind kind;
} object_types[] = {
	{ "Note", OBJECT_POST }, { "Article", OBJECT_POST }, { "Page", OBJECT_POST }, { "Question", OBJECT_POST },
	{ "Event", OBJECT_POST }, { "Audio", OBJECT_POST }, { "Video", OBJECT_POST }, { "Image", OBJECT_POST },
	{ "Document", OBJECT_POST },
	{ "Person", OBJECT_ACTOR }, { "Group", OBJECT_ACTOR }, { "Service", OBJECT_ACTOR },
	{ "Application", OBJECT_ACTOR }, { "Organization", OBJECT_ACTOR },
	{ "Create", OBJECT_ACTIVITY }, { "Update", OBJECT_ACTIVITY }, { "Delete", OBJECT_ACTIVITY },
	{ "Follow", OBJECT_ACTIVITY }, { "Accept", OBJECT_ACTIVITY }, { "Reject", OBJECT_ACTIVITY },
	{ "Undo", OBJECT_ACTIVITY }, { "Like", OBJECT_ACTIVITY }, { "Announce", OBJECT_ACTIVITY },
	{ "Block", OBJECT_ACTIVITY }, { "Flag", OBJECT_ACTIVITY }, { "Add", OBJECT_ACTIVITY },
	{ "Remove", OBJECT_ACTIVITY }, { "Move", OBJECT_ACTIVITY }, { "Dislike", OBJECT_ACTIVITY },
	{ "EmojiReact", OBJECT_ACTIVITY }, { "Join", OBJECT_ACTIVITY }, { "Leave", OBJECT_ACTIVITY },
	{ "Invite", OBJECT_ACTIVITY }, { "Lock", OBJECT_ACTIVITY }, { "QuoteRequest", OBJECT_ACTIVITY },
	{ "Tombstone", OBJECT_TOMBSTONE }, { "QuoteAuthorization", OBJECT_STAMP },
};

#define LENGTH(table) (sizeof(table) / sizeof *(table))

const char *activity_type_name(enum activity_type type)
{
	for (size_t i = 0; i < LENGTH(activity_types); i++)
		if (activity_types[i].type == type)
			return activity_types[i].name;
	return "";
}

enum activity_type activity_type_parse(struct str name)
{
	for (size_t i = 0; i < LENGTH(activity_types); i++)
		if (str_eq(str_of(activity_types[i].name), name))
			return activity_types[i].type;
	return AS_UNKNOWN;
}

struct str activity_name(struct arena *arena, struct str uri, struct str actor_uri)
{
	return arena_printf(arena, "%.*s %.*s", STR_ARG(uri), STR_ARG(actor_uri));
}

/* The first of an object's types that we know. */
static const struct object_row *object_row_of(const json_t *object)
{
	const json_t *types = json_member(object, "type");

	for (size_t i = 0; i < json_count(types); i++)
		for (size_t k = 0; k < LENGTH(object_types); k++)
			if (str_eq(json_str_of(json_at(types, i)), str_of(object_types[k].name)))
				return &object_types[k];
	return NULL;
}

enum object_kind activity_object_kind(const json_t *object)
{
	const struct object_row *row = object_row_of(object);

	return row ? row->kind : OBJECT_NONE;
}

struct str activity_object_type(const json_t *object)
{
	const struct object_row *row = object_row_of(object);

	return row ? str_of(row->name) : STR_NONE;
}

/* reading */

static enum activity_type type_of(const json_t *document)
{
	const json_t *types = json_member(document, "type");
	enum activity_type type = AS_UNKNOWN;

	for (size_t i = 0; i < json_count(types) && type == AS_UNKNOWN; i++)
		type = activity_type_parse(json_str_of(json_at(types, i)));
	return type;
}

static bool is_transient(enum activity_type type)
{
	for (size_t i = 0; i < LENGTH(activity_types); i++)
		if (activity_types[i].type == type)
			return activity_types[i].transient;
	return true;
}

static bool has_context(const json_t *document)
{
	const json_t *contexts = json_member(document, "@context");

	for (size_t i = 0; i < json_count(contexts); i++)
		if (str_eq(json_str_of(json_at(contexts, i)), STR("https://www.w3.org/ns/activitystreams")))
			return true;
	return false;
}

/* The depth is bounded by json_parse(). */
bool activity_reads_one_way(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_object(value)) {
		if (json_object_get(value, "@graph") || json_object_get(value, "@reverse") ||
		    json_object_get(value, "@included"))
			return false;
		json_object_foreach((json_t *)value, key, member)
			if (!activity_reads_one_way(member))
				return false;
	}
	if (json_is_array(value))
		json_array_foreach(value, i, member)
			if (!activity_reads_one_way(member))
				return false;
	return true;
}

/* A reaction with its emoji; a Like that carries one is a reaction, unless the emoji is the heart. An EmojiReact
 * without one that we can show is nothing we know. */
static void parse_emoji(struct arena *arena, const json_t *document, struct activity *a)
{
	bool found;

	if (a->type != AS_LIKE && a->type != AS_EMOJI_REACT)
		return;
	found = emoji_parse(arena, document, &a->emoji, &a->emoji_url);
	if (a->type == AS_LIKE && found && !emoji_is_heart(a->emoji))
		a->type = AS_EMOJI_REACT;
	else if (a->type == AS_EMOJI_REACT && !found)
		a->type = AS_UNKNOWN;
}

static int parse_envelope(struct arena *arena, const json_t *document, struct activity *a)
{
	const json_t *actor = json_member(document, "actor");
	struct url url;

	a->type = type_of(document);
	a->uri = json_member_str(document, "id");
	a->actor_uri = property_uri(actor);
	if (json_count(actor) != 1 || url_parse(arena, a->actor_uri, &url))
		return ERR_INVALID;
	if (a->uri.n && !url_same_origin(arena, a->uri, a->actor_uri))
		return ERR_INVALID;
	if (!a->uri.n && !is_transient(a->type))
		return ERR_INVALID;
	a->target_uri = property_uri(json_member(document, "target"));
	a->to = property_uris(arena, json_member(document, "to"), PROPERTY_URIS_MAX);
	a->cc = property_uris(arena, json_member(document, "cc"), PROPERTY_URIS_MAX);
	a->published_ms = property_date(document, "published");
	a->updated_ms = property_date(document, "updated");
	return OK;
}

/* An embedded post is believed only of its author and from its origin; else its address stays, to be fetched. */
static void parse_post(struct arena *arena, const json_t *object, struct activity *a)
{
	struct object_draft *draft = ARENA_NEW(arena, struct object_draft);

	a->object_kind = a->object_uri.n ? OBJECT_URI : OBJECT_NONE;
	if (!url_same_origin(arena, a->object_uri, a->actor_uri) ||
	    !property_has_uri(json_member(object, "attributedTo"), a->actor_uri))
		return;
	if (object_parse(arena, object, draft))
		return;
	draft->attributed_to = a->actor_uri;
	/* Addresses belong on both; some say them of the activity only. */
	if (!draft->to.count && !draft->cc.count) {
		draft->to = a->to;
		draft->cc = a->cc;
	}
	a->draft = draft;
	a->object_kind = OBJECT_POST;
	if (!a->updated_ms)
		a->updated_ms = draft->post.edited_ms;
}

static void parse_actor(struct arena *arena, const json_t *object, struct activity *a)
{
	struct account *account = ARENA_NEW(arena, struct account);

	a->object_kind = a->object_uri.n ? OBJECT_URI : OBJECT_NONE;
	if (!str_eq(a->object_uri, a->actor_uri) || actor_parse(arena, object, a->actor_uri, account))
		return;
	a->object_actor = account;
	a->object_kind = OBJECT_ACTOR;
}

/* The activity inside an Accept, Reject or Undo: who did what to what. Nothing in it is believed beyond that. */
static struct activity *parse_inner(struct arena *arena, const json_t *document, int depth)
{
	struct activity *inner = ARENA_NEW(arena, struct activity);
	const json_t *object = json_member(document, "object");

	inner->type = type_of(document);
	inner->uri = json_member_str(document, "id");
	inner->actor_uri = property_uri(json_member(document, "actor"));
	inner->object_uri = property_uri(object);
	inner->instrument_uri = property_uri(json_member(document, "instrument"));
	parse_emoji(arena, document, inner);
	inner->object_kind = inner->object_uri.n ? OBJECT_URI : OBJECT_NONE;
	if (depth < INNER_DEPTH_MAX && activity_object_kind(json_at(object, 0)) == OBJECT_ACTIVITY) {
		inner->inner = parse_inner(arena, json_at(object, 0), depth + 1);
		inner->object_kind = OBJECT_ACTIVITY;
	}
	return inner;
}

/* The one activity with several objects. Some say why in the summary. */
static void parse_flag(struct arena *arena, const json_t *document, struct activity *a)
{
	struct str content = property_text(json_member(document, "content"));

	if (!content.n)
		content = property_text(json_member(document, "summary"));
	a->content = utf8_prefix(content, REPORT_COMMENT_CHARACTERS);
	a->object_uris = property_uris(arena, json_member(document, "object"), REPORT_POSTS_MAX + 1);
	a->object_kind = a->object_uris.count ? OBJECT_URI : OBJECT_NONE;
}

static void parse_object(struct arena *arena, const json_t *document, struct activity *a)
{
	const json_t *value = json_member(document, "object"), *object = json_at(value, 0);
	enum object_kind kind = activity_object_kind(object);

	if (a->type == AS_CREATE && poll_parse_votes(arena, value, a->actor_uri, &a->votes, &a->object_uri)) {
		a->object_kind = OBJECT_VOTE;
		return;
	}
	if (a->type == AS_FLAG)
		parse_flag(arena, document, a);
	if (a->type == AS_FLAG || json_count(value) != 1)
		return;
	a->object_uri = property_uri(object);
	a->object_kind = a->object_uri.n ? OBJECT_URI : OBJECT_NONE;
	if (kind == OBJECT_POST) {
		parse_post(arena, object, a);
	} else if (kind == OBJECT_ACTOR) {
		parse_actor(arena, object, a);
	} else if (kind == OBJECT_ACTIVITY) {
		a->inner = parse_inner(arena, object, 1);
		a->object_kind = OBJECT_ACTIVITY;
	} else if ((kind == OBJECT_TOMBSTONE || kind == OBJECT_STAMP) && a->object_uri.n) {
		a->object_kind = kind;
	}
}

int activity_parse(struct arena *arena, const json_t *document, struct activity *ret_activity)
{
	struct activity activity = { 0 };
	int r;

	if (!json_is_object(document) || !has_context(document) || !activity_reads_one_way(document))
		return ERR_INVALID;
	r = parse_envelope(arena, document, &activity);
	if (r)
		return r;
	parse_object(arena, document, &activity);
	parse_emoji(arena, document, &activity);
	activity.instrument_uri = property_uri(json_member(document, "instrument"));
	activity.result_uri = property_uri(json_member(document, "result"));
	*ret_activity = activity;
	return OK;
}

/* writing */

void activity_w_context(struct json_writer *w)
{
	static const char context[] =
		"[\"https://www.w3.org/ns/activitystreams\",\"https://w3id.org/security/v1\","
		"\"https://w3id.org/security/data-integrity/v1\",\"https://w3id.org/security/multikey/v1\","
		"{\"assertionMethod\":{\"@id\":\"https://w3id.org/security#assertionMethod\",\"@type\":\"@id\"},"
		"\"manuallyApprovesFollowers\":\"as:manuallyApprovesFollowers\",\"sensitive\":\"as:sensitive\","
		"\"Hashtag\":\"as:Hashtag\",\"movedTo\":{\"@id\":\"as:movedTo\",\"@type\":\"@id\"},"
		"\"alsoKnownAs\":{\"@id\":\"as:alsoKnownAs\",\"@type\":\"@id\"},"
		"\"toot\":\"http://joinmastodon.org/ns#\",\"discoverable\":\"toot:discoverable\","
		"\"suspended\":\"toot:suspended\",\"attributionDomains\":{\"@id\":\"toot:attributionDomains\",\"@type\":\"@id\"},"
		"\"indexable\":\"toot:indexable\",\"blurhash\":\"toot:blurhash\","
		"\"focalPoint\":{\"@id\":\"toot:focalPoint\",\"@container\":\"@list\"},\"Emoji\":\"toot:Emoji\","
		"\"featured\":{\"@id\":\"toot:featured\",\"@type\":\"@id\"},"
		"\"webfinger\":\"https://purl.archive.org/socialweb/webfinger#webfinger\","
		"\"EmojiReact\":\"http://litepub.social/ns#EmojiReact\","
		"\"quote\":{\"@id\":\"https://w3id.org/fep/044f#quote\",\"@type\":\"@id\"},"
		"\"quoteAuthorization\":{\"@id\":\"https://w3id.org/fep/044f#quoteAuthorization\",\"@type\":\"@id\"},"
		"\"quoteUri\":\"http://fedibird.com/ns#quoteUri\","
		"\"_misskey_quote\":\"https://misskey-hub.net/ns/#_misskey_quote\","
		"\"QuoteRequest\":\"https://w3id.org/fep/044f#QuoteRequest\","
		"\"QuoteAuthorization\":\"https://w3id.org/fep/044f#QuoteAuthorization\",\"gts\":\"https://gotosocial.org/ns#\","
		"\"interactingObject\":{\"@id\":\"gts:interactingObject\",\"@type\":\"@id\"},"
		"\"interactionTarget\":{\"@id\":\"gts:interactionTarget\",\"@type\":\"@id\"},"
		"\"interactionPolicy\":{\"@id\":\"gts:interactionPolicy\",\"@type\":\"@id\"},"
		"\"canQuote\":{\"@id\":\"gts:canQuote\",\"@type\":\"@id\"},"
		"\"automaticApproval\":{\"@id\":\"gts:automaticApproval\",\"@type\":\"@id\"},"
		"\"schema\":\"http://schema.org#\",\"PropertyValue\":\"schema:PropertyValue\",\"value\":\"schema:value\"}]";

	json_w_member_raw(w, "@context", str_of(context));
}

void activity_w_uris(struct json_writer *w, const char *key, const struct str_list *uris)
{
	json_w_key(w, key);
	json_w_array(w);
	for (size_t i = 0; i < uris->count; i++)
		json_w_str(w, uris->items[i]);
	json_w_array_end(w);
}

static void w_inner(struct json_writer *w, const struct activity *inner)
{
	json_w_object(w);
	if (inner->uri.n)
		json_w_member_str(w, "id", inner->uri);
	json_w_member_cstr(w, "type", activity_type_name(inner->type));
	json_w_member_str(w, "actor", inner->actor_uri);
	if (inner->object_uri.n)
		json_w_member_str(w, "object", inner->object_uri);
	if (inner->type == AS_QUOTE_REQUEST)
		json_w_member_str(w, "instrument", inner->instrument_uri);
	if (inner->emoji.n)
		emoji_tag_w_reaction(w, inner->emoji, inner->emoji_url);
	json_w_object_end(w);
}

static void w_tombstone(struct json_writer *w, struct str uri)
{
	json_w_object(w);
	json_w_member_str(w, "id", uri);
	json_w_member_cstr(w, "type", "Tombstone");
	json_w_object_end(w);
}

/* What wants to quote goes along as far as all may read it; of anything narrower the author of the quoted post, who need
 * not be in its audience, gets the address. */
static void w_instrument(struct json_writer *w, struct arena *arena, struct view *view, struct str uri)
{
	struct post post;

	json_w_key(w, "instrument");
	if (posts_by_uri(arena, view, uri, &post) == OK && post.visibility <= VISIBILITY_UNLISTED)
		object_w(w, arena, view, &post, false);
	else
		json_w_str(w, uri);
}

static void w_activity_object(struct json_writer *w, struct arena *arena, struct view *view,
                              const struct activity *a)
{
	if (a->object_uris.count) {
		activity_w_uris(w, "object", &a->object_uris);
		return;
	}
	json_w_key(w, "object");
	if (a->inner)
		w_inner(w, a->inner);
	else if (a->object_kind == OBJECT_VOTE)
		poll_w_vote(w, arena, a);
	else if (a->draft)
		object_w(w, arena, view, &a->draft->post, false);
	else if (a->object_actor)
		actor_w(w, view, a->object_actor, false, false);
	else if (a->object_kind == OBJECT_TOMBSTONE)
		w_tombstone(w, a->object_uri);
	else
		json_w_str(w, a->object_uri);
}

struct str activity_render(struct arena *arena, struct view *view, const struct activity *activity)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	activity_w_context(&w);
	json_w_member_str(&w, "id", activity->uri);
	json_w_member_cstr(&w, "type", activity_type_name(activity->type));
	json_w_member_str(&w, "actor", activity->actor_uri);
	if (activity->published_ms)
		json_w_member_date(&w, "published", activity->published_ms);
	/* Also of an edit that changed no text, which leaves the date of the object: late, it must not undo a newer one. */
	if (activity->updated_ms)
		json_w_member_date(&w, "updated", activity->updated_ms);
	activity_w_uris(&w, "to", &activity->to);
	activity_w_uris(&w, "cc", &activity->cc);
	w_activity_object(&w, arena, view, activity);
	if (activity->instrument_uri.n)
		w_instrument(&w, arena, view, activity->instrument_uri);
	if (activity->result_uri.n)
		json_w_member_str(&w, "result", activity->result_uri);
	if (activity->target_uri.n)
		json_w_member_str(&w, "target", activity->target_uri);
	if (activity->emoji.n)
		emoji_tag_w_reaction(&w, activity->emoji, activity->emoji_url);
	else if (activity->type == AS_FLAG)
		json_w_member_str(&w, "content", activity->content);
	json_w_object_end(&w);
	return buf_str(&buf);
}
