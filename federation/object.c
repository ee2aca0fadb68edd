/*
 * Posts on the wire: foreign objects to drafts, our posts to JSON.
 *
 * Parsing bounds everything a stranger can choose and sanitises HTML; it looks nothing up. Names become ids in
 * object_resolve(), inside the transaction that applies the draft. Any thread.
 */
#include "federation/object.h"

#include "federation/attachment.h"
#include "federation/audience.h"
#include "federation/context.h"
#include "federation/emoji_tag.h"
#include "federation/poll.h"
#include "federation/property.h"
#include "federation/sanitize.h"
#include "federation/text.h"
#include "federation/url.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/instance.h"
#include "storage/peers.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "storage/quotes.h"
#include "storage/veil.h"

enum {
	TITLE_CHARS_MAX = 2048,
	LANGUAGE_BYTES_MAX = 35,   /* the longest registered language tag */
	TAG_BYTES_MAX = 300,
	TAGS_MAX = 100, MENTIONS_MAX = 100, EMOJIS_MAX = 100,
	ADDRESSES_MAX = 50,        /* looked at where one is wanted */
	CIRCLES_MAX = 20,          /* of people who may quote */
};

/* reading */

static struct str web_address(struct arena *arena, const json_t *value)
{
	struct str uri = property_uri(value);
	struct url url;

	return url_parse(arena, uri, &url) == OK ? uri : STR_NONE;
}

/* Of several addresses of a post that of its page: the first Link to HTML, else the first that is one. */
static struct str page_address(struct arena *arena, const json_t *addresses)
{
	struct str first = STR_NONE;

	for (size_t i = 0; i < json_count(addresses) && i < ADDRESSES_MAX; i++) {
		struct str uri = web_address(arena, json_at(addresses, i));

		if (uri.n && str_starts(property_text(json_member(json_at(addresses, i), "mediaType")), STR("text/html")))
			return uri;
		if (!first.n)
			first = uri;
	}
	return first;
}

/* Of several authors the one of the post's own origin: others only lend their name. */
static struct str author_of(struct arena *arena, const json_t *document, struct str uri)
{
	struct str_list authors = property_uris(arena, json_member(document, "attributedTo"), ADDRESSES_MAX);

	for (size_t i = 0; i < authors.count; i++)
		if (url_same_origin(arena, uri, authors.items[i]))
			return authors.items[i];
	return STR_NONE;
}

static bool is_language(struct str text)
{
	if (text.n < 2 || text.n > LANGUAGE_BYTES_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

/* The text under `key`, or the first one in its map of languages; the language is that of the same text there. */
static struct str mapped_text(const json_t *object, const char *key, const char *map_key, struct str *ret_language)
{
	const json_t *map = json_member(object, map_key);
	struct str text = property_text(json_member(object, key));
	struct str said = json_member_str(json_at(json_member(object, key), 0), "@language");
	const char *language;
	json_t *value;

	if (text.n && is_language(said))
		*ret_language = said;
	if (!json_is_object(map))
		return text;
	json_object_foreach((json_t *)map, language, value) {
		if (!property_text(value).n || (text.n && !str_eq(text, property_text(value))))
			continue;
		text = property_text(value);
		if (is_language(str_of(language)))
			*ret_language = str_of(language);
		break;
	}
	return text;
}

static struct str emoji_shortcode(const json_t *tag)
{
	struct str name = property_text(json_member(tag, "name"));

	if (name.n > 2 && name.p[0] == ':' && name.p[name.n - 1] == ':')
		name = str_sub(name, 1, name.n - 2);
	return name.n <= TAG_BYTES_MAX ? name : STR_NONE;
}

/* An Image with a url, or the address alone. */
static struct str picture_address(struct arena *arena, const json_t *pictures)
{
	const json_t *picture = json_at(pictures, 0), *url = json_member(picture, "url");

	return web_address(arena, url ? url : picture);
}

struct str object_parse_emojis(struct arena *arena, const json_t *document)
{
	const json_t *tags = json_member(document, "tag");
	struct json_writer w;
	struct buf buf;
	size_t count = 0;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_array(&w);
	for (size_t i = 0; i < json_count(tags) && count < EMOJIS_MAX; i++) {
		const json_t *tag = json_at(tags, i);
		struct str code = emoji_shortcode(tag), icon;

		if (!property_is_a(tag, "Emoji") || !code.n)
			continue;
		icon = picture_address(arena, json_member(tag, "icon"));
		if (!icon.n)
			continue;
		json_w_object(&w);
		json_w_member_str(&w, "shortcode", code);
		json_w_member_str(&w, "url", icon);
		json_w_member_str(&w, "static_url", icon);
		json_w_member_bool(&w, "visible_in_picker", false);
		json_w_member_null(&w, "category");
		json_w_object_end(&w);
		count++;
	}
	json_w_array_end(&w);
	return count ? buf_str(&buf) : STR_NONE;
}

static void parse_tags(struct arena *arena, const json_t *document, struct object_draft *draft)
{
	const json_t *tags = json_member(document, "tag");

	draft->post.tags.items = ARENA_ARRAY(arena, struct str, TAGS_MAX);
	draft->mention_uris.items = ARENA_ARRAY(arena, struct str, MENTIONS_MAX);
	for (size_t i = 0; i < json_count(tags); i++) {
		const json_t *tag = json_at(tags, i);
		struct str name = property_text(json_member(tag, "name")), href = property_uri(json_member(tag, "href"));

		if (property_is_a(tag, "Mention") && href.n && draft->mention_uris.count < MENTIONS_MAX)
			draft->mention_uris.items[draft->mention_uris.count++] = href;
		if (!property_is_a(tag, "Hashtag") || draft->post.tags.count == TAGS_MAX)
			continue;
		if (str_starts(name, STR("#")))
			name = str_sub(name, 1, name.n);
		if (!name.n || name.n > TAG_BYTES_MAX)
			continue;
		name = text_fold_hashtag(arena, name);
		if (name.n && !str_list_has(&draft->post.tags, name))
			draft->post.tags.items[draft->post.tags.count++] = name;
	}
}

static void parse_texts(struct arena *arena, const json_t *document, struct post *post)
{
	struct str language = STR_NONE, content = mapped_text(document, "content", "contentMap", &language);
	struct str links = attachment_links(arena, document);

	if (links.n)
		content = arena_printf(arena, "%.*s%.*s", STR_ARG(content), STR_ARG(links));
	post->content = sanitize_html(arena, content);
	post->spoiler = utf8_prefix(mapped_text(document, "summary", "summaryMap", &language), TITLE_CHARS_MAX);
	post->title = utf8_prefix(mapped_text(document, "name", "nameMap", &language), TITLE_CHARS_MAX);
	post->language = str_lower(arena, language);
}

/* Where its author's node collects the answers. */
static struct str replies_of(struct arena *arena, const json_t *document, struct str uri)
{
	struct str replies = property_uri(json_member(document, "replies"));

	return url_same_origin(arena, replies, uri) ? replies : STR_NONE;
}

/* What it quotes, under the names in use. */
static void parse_quote(struct arena *arena, const json_t *document, struct post *post)
{
	static const char *const names[] = { "quote", "quoteUri", "quoteUrl", "_misskey_quote" };

	for (size_t i = 0; i < sizeof(names) / sizeof *names && !post->quote_uri.n; i++)
		post->quote_uri = web_address(arena, json_member(document, names[i]));
	if (post->quote_uri.n)
		post->quote_stamp_uri = web_address(arena, json_member(document, "quoteAuthorization"));
}

/* Who may quote it, under the names of today and before. */
static void parse_quote_policy(struct arena *arena, const json_t *document, struct object_draft *draft)
{
	const json_t *policy = json_at(json_member(json_at(json_member(document, "interactionPolicy"), 0), "canQuote"), 0);
	const json_t *automatic = json_member(policy, "automaticApproval"), *manual = json_member(policy, "manualApproval");

	draft->quote_policy_said = json_is_object(policy);
	draft->quote_automatic = property_uris(arena, automatic ? automatic : json_member(policy, "always"), CIRCLES_MAX);
	draft->quote_manual = property_uris(arena, manual ? manual : json_member(policy, "approvalRequired"), CIRCLES_MAX);
}

int object_parse(struct arena *arena, const json_t *document, struct object_draft *ret_draft)
{
	struct object_draft draft = { .poll = ARENA_NEW(arena, struct poll) };
	struct post *post = &draft.post;
	struct str_list votes;
	struct str question;
	struct url url;

	if (activity_object_kind(document) != OBJECT_POST)
		return ERR_INVALID;
	post->uri = json_member_str(document, "id");
	draft.attributed_to = author_of(arena, document, post->uri);
	if (url_parse(arena, post->uri, &url) || !draft.attributed_to.n)
		return ERR_INVALID;
	/* A vote is no post, wherever it was found. */
	if (poll_parse_votes(arena, document, draft.attributed_to, &votes, &question))
		return ERR_INVALID;
	post->url = page_address(arena, json_member(document, "url"));
	if (!post->url.n)
		post->url = post->uri;
	post->object_type = activity_object_type(document);
	post->remote = true;
	parse_texts(arena, document, post);
	post->sensitive = json_member_bool(document, "sensitive", false);
	post->in_reply_to_uri = web_address(arena, json_member(document, "inReplyTo"));
	post->context_uri = web_address(arena, json_member(document, "context"));
	post->replies_uri = replies_of(arena, document, post->uri);
	parse_quote(arena, document, post);
	parse_quote_policy(arena, document, &draft);
	parse_tags(arena, document, &draft);
	if (!poll_parse(arena, document, draft.poll))
		draft.poll = NULL;
	post->emojis_json = object_parse_emojis(arena, document);
	post->attachments_json = attachment_media(arena, document);
	draft.to = property_uris(arena, json_member(document, "to"), PROPERTY_URIS_MAX);
	draft.cc = property_uris(arena, json_member(document, "cc"), PROPERTY_URIS_MAX);
	draft.published_ms = property_date(document, "published");
	post->edited_ms = property_date(document, "updated");
	*ret_draft = draft;
	return OK;
}

/* looking up */

/*
 * Mentioned is who stands in a tag and in to or cc: a tag alone gives nobody a part in a limited post. Of those
 * addressed without a tag, our people are in the audience of a limited post all the same.
 */
static void resolve_mentions(struct arena *arena, struct view *view, struct object_draft *draft)
{
	const struct instance *instance = instance_of(view);
	bool limited = draft->post.visibility >= VISIBILITY_FOLLOWERS;
	const struct str_list *lists[] = { &draft->to, &draft->cc };
	struct id_list ids = { ARENA_ARRAY(arena, uint64_t, 2 * MENTIONS_MAX), 0 };
	uint64_t id;

	for (size_t i = 0; i < draft->mention_uris.count; i++) {
		struct str uri = draft->mention_uris.items[i];

		if ((str_list_has(&draft->to, uri) || str_list_has(&draft->cc, uri)) &&
		    accounts_id_by_uri(view, uri, &id) == OK && !ids_have(&ids, id))
			ids.ids[ids.count++] = id;
	}
	for (size_t l = 0; l < 2 && limited; l++)
		for (size_t i = 0; i < lists[l]->count && ids.count < 2 * MENTIONS_MAX; i++)
			if (instance_owns(instance, lists[l]->items[i]) &&
			    accounts_id_by_uri(view, lists[l]->items[i], &id) == OK && !ids_have(&ids, id))
				ids.ids[ids.count++] = id;
	draft->post.mention_ids = ids;
}

/* A post of ours that the author does not see is no parent, as one that is not there: nothing is hung below it. */
static int resolve_parent(struct arena *arena, struct view *view, struct object_draft *draft, struct str *ret_need)
{
	struct beholder author = { BEHOLDER_REMOTE, draft->post.account_id };
	struct post parent, *post = &draft->post;
	int r = posts_by_uri(arena, view, post->in_reply_to_uri, &parent);

	if (r == OK && !parent.remote && !access_sees(view, author, &parent))
		r = ERR_NOT_FOUND;
	if (r == OK && !parent.reblog_of_id) {
		post->in_reply_to_id = parent.id;
		post->in_reply_to_account_id = parent.account_id;
	}
	if (r == ERR_NOT_FOUND && instance_owns(instance_of(view), post->in_reply_to_uri))
		post->in_reply_to_uri = STR_NONE;
	else if (r == ERR_NOT_FOUND)
		*ret_need = post->in_reply_to_uri;
	return r == ERR_NOT_FOUND || r == ERR_GONE ? OK : r;
}

static bool names_all(const struct str_list *circles)
{
	return str_list_has(circles, STR(PUBLIC_URI)) || str_list_has(circles, STR("as:Public")) ||
	       str_list_has(circles, STR("Public"));
}

/* Single people who may are left out: to them it is as if it were not said. */
static uint8_t resolve_quote_policy(const struct object_draft *draft, const struct account *author)
{
	const struct str_list *automatic = &draft->quote_automatic, *manual = &draft->quote_manual;
	struct str followers = author->followers_uri, following = author->following_uri;
	uint8_t policy = draft->quote_policy_said ? QUOTE_SAID : 0;

	policy |= names_all(automatic) ? QUOTE_AUTOMATIC_PUBLIC : 0;
	policy |= followers.n && str_list_has(automatic, followers) ? QUOTE_AUTOMATIC_FOLLOWERS : 0;
	policy |= following.n && str_list_has(automatic, following) ? QUOTE_AUTOMATIC_FOLLOWING : 0;
	policy |= names_all(manual) ? QUOTE_MANUAL_PUBLIC : 0;
	policy |= followers.n && str_list_has(manual, followers) ? QUOTE_MANUAL_FOLLOWERS : 0;
	policy |= following.n && str_list_has(manual, following) ? QUOTE_MANUAL_FOLLOWING : 0;
	return policy;
}

int object_resolve(struct arena *arena, struct view *view, struct object_draft *draft, struct str *ret_need)
{
	struct account author;
	struct peer peer;
	int r = accounts_by_uri(arena, view, draft->attributed_to, &author);

	if (r)
		return r;
	if (author.deleted)
		return ERR_GONE;
	if (author.disabled)
		return ERR_DENIED;
	draft->post.account_id = author.id;
	draft->post.visibility = audience_visibility(&draft->to, &draft->cc, author.followers_uri);
	draft->post.quote_policy = resolve_quote_policy(draft, &author);
	if (peers_by_url(arena, view, author.uri, &peer) == OK)
		draft->post.attachments_json = attachment_keep(arena, draft->post.attachments_json, peer.attachments_max,
		                                               peer.media_kinds);
	resolve_mentions(arena, view, draft);
	*ret_need = STR_NONE;
	return draft->post.in_reply_to_uri.n ? resolve_parent(arena, view, draft, ret_need) : OK;
}

/* writing */

static void w_mention(struct json_writer *w, struct arena *arena, const struct instance *instance,
                      const struct account *account)
{
	struct str host = account->host.n ? account->host : instance->domain;

	json_w_object(w);
	json_w_member_cstr(w, "type", "Mention");
	json_w_member_str(w, "href", account->uri);
	json_w_member_str(w, "name",
	                  arena_printf(arena, "@%.*s@%.*s", STR_ARG(account->username), STR_ARG(host)));
	json_w_object_end(w);
}

static void w_tags(struct json_writer *w, struct arena *arena, struct view *view, const struct post *post,
                   const struct poll *poll)
{
	const struct instance *instance = instance_of(view);
	struct account account;

	json_w_key(w, "tag");
	json_w_array(w);
	for (size_t i = 0; i < post->mention_ids.count; i++)
		if (accounts_get(arena, view, post->mention_ids.ids[i], &account) == OK)
			w_mention(w, arena, instance, &account);
	for (size_t i = 0; i < post->tags.count; i++) {
		json_w_object(w);
		json_w_member_cstr(w, "type", "Hashtag");
		json_w_member_str(w, "href", instance_tag_url(arena, instance, post->tags.items[i]));
		json_w_member_str(w, "name", arena_printf(arena, "#%.*s", STR_ARG(post->tags.items[i])));
		json_w_object_end(w);
	}
	if (!post->remote)
		emoji_tags_w_post(w, view, post, poll);
	json_w_array_end(w);
}

static void w_texts(struct json_writer *w, struct arena *arena, const struct post *post, bool veiled)
{
	if (post->title.n)
		json_w_member_str(w, "name", post->title);
	json_w_member_str_or_null(w, "summary", post->spoiler);
	json_w_member_bool(w, "sensitive", post->sensitive || (veiled && post->attachments_json.n));
	json_w_member_str(w, "content", post->content);
	if (post->language.n) {
		json_w_key(w, "contentMap");
		json_w_object(w);
		json_w_member_str(w, arena_cstr(arena, post->language), post->content);
		json_w_object_end(w);
	}
	if (post->source.n) {
		json_w_key(w, "source");
		json_w_object(w);
		json_w_member_str(w, "content", post->source);
		json_w_member_cstr(w, "mediaType", "text/plain");
		json_w_object_end(w);
	}
}

/* FEP-044f: what federation/on_quote.c answers, said before anybody asks. */
static void w_quote_policy(struct json_writer *w, const struct post *post, const struct account *author)
{
	uint8_t policy = quotes_policy(post);
	struct str approved = author->uri;

	if (policy & QUOTE_AUTOMATIC_PUBLIC)
		approved = STR(PUBLIC_URI);
	else if (policy & QUOTE_AUTOMATIC_FOLLOWERS)
		approved = author->followers_uri;
	json_w_key(w, "interactionPolicy");
	json_w_object(w);
	json_w_key(w, "canQuote");
	json_w_object(w);
	activity_w_uris(w, "automaticApproval", &(struct str_list){ &approved, 1 });
	json_w_object_end(w);
	json_w_object_end(w);
}

/* Where its conversation is, and what became of it. */
static void w_collections(struct json_writer *w, struct arena *arena, struct view *view, const struct post *post)
{
	static const char *const names[] = { "replies", "likes", "shares" };
	struct str context = context_of_post(arena, view, post);

	if (context.n)
		json_w_member_str(w, "context", context);
	for (size_t i = 0; i < sizeof(names) / sizeof *names && !post->remote; i++)
		json_w_member_str(w, names[i], context_collection(arena, post->uri, names[i]));
}

/* What it quotes, under the names in use; the stamp once it is known to be good. */
static void w_quote(struct json_writer *w, const struct post *post)
{
	json_w_member_str(w, "quote", post->quote_uri);
	json_w_member_str(w, "quoteUri", post->quote_uri);
	json_w_member_str(w, "_misskey_quote", post->quote_uri);
	if (post->quote_state == QUOTE_ACCEPTED && post->quote_stamp_uri.n)
		json_w_member_str(w, "quoteAuthorization", post->quote_stamp_uri);
}

void object_w(struct json_writer *w, struct arena *arena, struct view *view, const struct post *post, bool alone)
{
	struct str_list to = { NULL, 0 }, cc = { NULL, 0 };
	struct account author = { 0 };
	struct str attachments;
	struct poll poll;
	bool asks = polls_get(arena, view, post->id, &poll) == OK;

	accounts_get(arena, view, post->account_id, &author);
	audience_of_post(arena, view, post, &to, &cc);
	json_w_object(w);
	if (alone)
		activity_w_context(w);
	json_w_member_str(w, "id", post->uri);
	json_w_member_str(w, "type", post->object_type.n ? post->object_type : STR("Note"));
	json_w_member_str(w, "attributedTo", author.uri);
	activity_w_uris(w, "to", &to);
	activity_w_uris(w, "cc", &cc);
	json_w_member_date(w, "published", post->created_ms);
	if (post->edited_ms)
		json_w_member_date(w, "updated", post->edited_ms);
	json_w_member_str(w, "url", post->url.n ? post->url : post->uri);
	json_w_member_str_or_null(w, "inReplyTo", post->in_reply_to_uri);
	w_collections(w, arena, view, post);
	w_texts(w, arena, post, veil_covers(arena, view, &author));
	if (asks)
		poll_w(w, &poll, clock_now_ms());
	w_tags(w, arena, view, post, asks ? &poll : NULL);
	if (post->quote_uri.n)
		w_quote(w, post);
	w_quote_policy(w, post, &author);
	attachments = attachment_publish(arena, post->attachments_json);
	json_w_member_raw(w, "attachment", attachments.n ? attachments : STR("[]"));
	json_w_object_end(w);
}

struct str object_render(struct arena *arena, struct view *view, const struct post *post)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	object_w(&w, arena, view, post, true);
	return buf_str(&buf);
}

struct str object_render_tombstone(struct arena *arena, struct str uri, struct str former_type, int64_t deleted_ms)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	activity_w_context(&w);
	json_w_member_str(&w, "id", uri);
	json_w_member_cstr(&w, "type", "Tombstone");
	if (former_type.n)
		json_w_member_str(&w, "formerType", former_type);
	json_w_member_date(&w, "deleted", deleted_ms);
	json_w_object_end(&w);
	return buf_str(&buf);
}
