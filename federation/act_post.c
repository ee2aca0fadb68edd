/*
 * What our people write, as activities (declared in federation/apply.h): posts, their files and polls, and what they quote.
 * Writer thread.
 */
#include "federation/apply.h"

#include "federation/audience.h"
#include "federation/context.h"
#include "federation/text.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/instance.h"
#include "storage/media.h"
#include "storage/posts.h"
#include "storage/quotes.h"

enum { TAGS_MAX = 100 };

static struct str mention_href(void *context, const struct text_span *mention)
{
	const struct post_draft *draft = context;
	struct str acct = str_sub(mention->text, 1, mention->text.n);

	for (size_t i = 0; i < draft->mention_count; i++)
		if (str_eq_nocase(draft->mentions[i].acct, acct))
			return draft->mentions[i].url;
	return STR_NONE;
}

static struct str_list tags_of(struct arena *arena, struct str text)
{
	struct str_list tags = { ARENA_ARRAY(arena, struct str, TAGS_MAX), 0 };
	struct text_scanner scanner;
	struct text_span span;

	text_scan_init(&scanner, arena, text);
	while (text_scan(&scanner, &span) && tags.count < TAGS_MAX) {
		struct str tag;
		bool known = false;

		if (span.kind != TEXT_HASHTAG)
			continue;
		tag = text_fold_hashtag(arena, span.name);
		for (size_t i = 0; i < tags.count; i++)
			known |= str_eq(tags.items[i], tag);
		if (!known)
			tags.items[tags.count++] = tag;
	}
	return tags;
}

static struct id_list mentions_of(struct arena *arena, const struct post_draft *draft)
{
	struct id_list ids = { ARENA_ARRAY(arena, uint64_t, draft->mention_count), 0 };

	for (size_t i = 0; i < draft->mention_count; i++) {
		bool known = false;

		for (size_t k = 0; k < ids.count; k++)
			known |= ids.ids[k] == draft->mentions[i].account_id;
		if (!known)
			ids.ids[ids.count++] = draft->mentions[i].account_id;
	}
	return ids;
}

/* The members of a post that come from what was typed. */
static void take_draft(struct arena *arena, const struct instance *instance, const struct post_draft *draft,
                       struct post *post)
{
	struct text_links links = {
		.hashtag_base = arena_printf(arena, "%.*s/tags/", STR_ARG(instance->url)),
		.mention_href = mention_href,
		.context = (void *)draft,
	};

	post->content = text_render_html(arena, draft->text, &links);
	post->source = draft->text;
	post->spoiler = draft->spoiler;
	post->sensitive = draft->sensitive || draft->spoiler.n;
	post->language = draft->language;
	post->tags = tags_of(arena, draft->text);
	post->mention_ids = mentions_of(arena, draft);
}

/* An answer belongs to its thread; in a limited one it is never wider than what it answers. */
static int take_parent(struct arena *arena, struct view *view, uint64_t author_id, uint64_t parent_id,
                       struct post *post)
{
	struct beholder author = { BEHOLDER_LOCAL, author_id };
	struct post parent;
	int r = access_post(arena, view, author, parent_id, &parent);

	if (!r && parent.reblog_of_id)
		r = access_post(arena, view, author, parent.reblog_of_id, &parent);
	if (r)
		return r == ERR_NOT_FOUND ? ERR_INVALID : r;
	post->in_reply_to_id = parent.id;
	post->in_reply_to_account_id = parent.account_id;
	post->in_reply_to_uri = parent.uri;
	post->context_uri = context_of_post(arena, view, &parent);
	if (parent.visibility >= VISIBILITY_FOLLOWERS)
		post->visibility = access_narrower(post->visibility, parent.visibility);
	return OK;
}

/* May be quoted what its author lets, and what one wrote oneself; the latter is shown to nobody new. */
static int take_quote(struct arena *arena, struct txn *txn, const struct post_draft *draft, struct post *post)
{
	struct beholder author = { BEHOLDER_LOCAL, post->account_id };
	struct view *view = txn_view(txn);
	struct post quoted;
	int r = access_post(arena, view, author, draft->quote_id, &quoted);

	if (!r && quoted.reblog_of_id)
		r = access_post(arena, view, author, quoted.reblog_of_id, &quoted);
	if (r)
		return r == ERR_NOT_FOUND ? ERR_DENIED : r;
	if (quotes_may(view, &quoted, post->account_id) == QUOTE_DENIED)
		return ERR_DENIED;
	if (quoted.visibility >= VISIBILITY_FOLLOWERS)
		post->visibility = access_narrower(post->visibility, quoted.visibility);
	post->quote_uri = quoted.uri;
	post->quote_account_id = quoted.account_id;
	post->quote_state = quoted.remote ? QUOTE_PENDING : QUOTE_ACCEPTED;
	if (quoted.remote)
		return OK;
	post->quote_id = quoted.id;
	/* on_quote.h quote_made() keeps it. */
	if (quoted.account_id != post->account_id)
		post->quote_stamp_uri = instance_activity_uri(arena, instance_of(view), txn_new_id(txn));
	return OK;
}

/* In front of the text, for those who do not know of quotes; those who do leave it out by its class. */
static void link_quote(struct arena *arena, struct view *view, struct post *post)
{
	struct post quoted;
	struct str url = post->quote_uri;
	struct buf buf;

	if (!post->quote_uri.n)
		return;
	if (posts_by_uri(arena, view, post->quote_uri, &quoted) == OK && quoted.url.n)
		url = quoted.url;
	buf_init(&buf, arena, 0);
	buf_add(&buf, STR("<p class=\"quote-inline\">RE: <a href=\""));
	buf_add_html(&buf, url);
	buf_add(&buf, STR("\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">"));
	buf_add_html(&buf, url);
	buf_add(&buf, STR("</a></p>"));
	buf_add(&buf, post->content);
	post->content = buf_str(&buf);
}

static void take_poll(struct arena *arena, const struct post_draft *draft, struct object_draft *object)
{
	object->poll = ARENA_NEW(arena, struct poll);
	*object->poll = *draft->poll;
	object->poll->expires_ms = object->post.created_ms + draft->poll_ms;
	object->post.object_type = STR("Question");
}

static void take_note(const struct media_note *note, struct media_record *file)
{
	if (note->description.p)
		file->description = note->description;
	if (note->has_focus) {
		file->has_focus = true;
		file->focus_x = note->focus_x;
		file->focus_y = note->focus_y;
	}
}

void act_note_media(const struct post_draft *draft, struct media_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		for (size_t k = 0; k < draft->note_count; k++)
			if (draft->notes[k].media_id == set->files[i].id)
				take_note(&draft->notes[k], &set->files[i]);
}

static int take_media(struct arena *arena, struct view *view, const struct post_draft *draft, bool hide,
                      struct post *post, struct media_set *ret_set)
{
	int r = media_set_read(arena, view, post, draft->scheduled_id, &draft->media_ids, ret_set);

	if (r)
		return r == ERR_NOT_FOUND ? ERR_EXISTS : r;
	act_note_media(draft, ret_set);
	ret_set->hide = hide;
	media_set_show(arena, instance_of(view), ret_set, post);
	return OK;
}

int act_create_post(struct arena *arena, struct txn *txn, uint64_t actor_id, const struct post_draft *draft,
                    uint64_t *ret_post_id)
{
	const struct instance *instance = instance_of(txn_view(txn));
	struct object_draft object = { 0 };
	struct post *post = &object.post;
	struct activity activity = {
		.type = AS_CREATE, .actor_id = actor_id, .object_kind = OBJECT_POST, .draft = &object,
		.hold_ms = draft->hold_ms, .published_ms = txn_now_ms(txn),
	};
	const struct id_list none = { NULL, 0 };
	struct media_set media;
	struct account author;
	int r = accounts_get(arena, txn_view(txn), actor_id, &author);

	if (r)
		return r;
	/* One number for the post and its Create: the one is found by the other (act_delete_post). */
	post->id = activity.record_id = txn_new_id(txn);
	post->account_id = actor_id;
	post->uri = activity.object_uri = instance_post_uri(arena, instance, post->id);
	post->url = instance_post_url(arena, instance, author.username, post->id);
	post->object_type = STR("Note");
	post->visibility = draft->visibility ? draft->visibility : VISIBILITY_PUBLIC;
	post->created_ms = txn_now_ms(txn);
	post->app_id = draft->app_id;
	post->quote_policy = draft->quote_policy;
	take_draft(arena, instance, draft, post);
	if (draft->poll)
		take_poll(arena, draft, &object);
	if (draft->in_reply_to_id)
		r = take_parent(arena, txn_view(txn), actor_id, draft->in_reply_to_id, post);
	if (!r && draft->quote_id)
		r = take_quote(arena, txn, draft, post);
	link_quote(arena, txn_view(txn), post);
	if (!r)
		r = take_media(arena, txn_view(txn), draft, false, post, &media);
	if (!r)
		r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
	if (!r)
		r = txn_fail(txn, media_set_put(txn, &media, post, &none));
	if (!r)
		*ret_post_id = post->id;
	return r;
}

/* Was a post held back that has not gone out yet? */
static bool is_held(struct arena *arena, struct txn *txn, const struct post *post)
{
	struct activity_record create;

	return activities_get(arena, txn_view(txn), post->id, &create) == OK &&
	       create.account_id == post->account_id && str_eq(create.type, STR("Create")) && !create.outbox;
}

/* The Create as it is served, listed and still on its way says what the post says now. */
static int rewrite_create(struct arena *arena, struct txn *txn, struct post *post)
{
	struct object_draft object = { .post = *post };
	struct activity create = { .type = AS_CREATE, .draft = &object, .published_ms = post->created_ms };
	struct activity_record record;
	struct account author;
	int r = activities_get(arena, txn_view(txn), post->id, &record);

	if (r == ERR_NOT_FOUND || (r == OK && !str_eq(record.type, STR("Create"))))
		return OK;
	if (!r)
		r = accounts_get(arena, txn_view(txn), post->account_id, &author);
	if (!r)
		r = audience_of_post(arena, txn_view(txn), post, &create.to, &create.cc);
	if (r)
		return r;
	create.uri = record.uri;
	create.actor_uri = author.uri;
	record.body = activity_render(arena, txn_view(txn), &create);
	return activities_put(txn, &record);
}

/* What the post says now goes to all who have it, and into its Create. */
static int publish_update(struct arena *arena, struct txn *txn, uint64_t actor_id, bool totals, struct object_draft *object)
{
	struct activity activity = {
		.type = AS_UPDATE, .actor_id = actor_id, .object_kind = OBJECT_POST, .object_id = object->post.id,
		.draft = object, .updated_ms = txn_now_ms(txn), .totals = totals,
	};
	int r;

	activity.quiet = is_held(arena, txn, &object->post);
	r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
	return r ? r : txn_fail(txn, rewrite_create(arena, txn, &object->post));
}

/* Is somebody to see a limited post no more, who knows the addresses of its files? */
static bool loses_readers(const struct post *old, const struct post *post)
{
	for (size_t i = 0; old->visibility >= VISIBILITY_FOLLOWERS && i < old->mention_ids.count; i++)
		if (!ids_have(&post->mention_ids, old->mention_ids.ids[i]))
			return true;
	return false;
}

int act_update_post(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id,
                    const struct post_draft *draft)
{
	struct object_draft object = { 0 };
	struct media_set media;
	struct post old;
	int r = posts_get(arena, txn_view(txn), post_id, &old);

	if (r)
		return r;
	object.post = old;
	take_draft(arena, instance_of(txn_view(txn)), draft, &object.post);
	link_quote(arena, txn_view(txn), &object.post);
	if (draft->quote_policy)
		object.post.quote_policy = draft->quote_policy;
	/* Whose post it is comes first: the files are that account's. */
	if (old.account_id != actor_id)
		return ERR_DENIED;
	r = take_media(arena, txn_view(txn), draft, loses_readers(&old, &object.post), &object.post, &media);
	if (!r)
		r = publish_update(arena, txn, actor_id, false, &object);
	return r ? r : txn_fail(txn, media_set_put(txn, &media, &object.post, &old.media_ids));
}

/* Of a post that has not gone out nobody elsewhere is told that it ended. */
static int drop_held(struct txn *txn, const struct post *post)
{
	bool more;
	int r = posts_delete(txn, post->id, &more);

	return r ? r : activities_delete(txn, post->id);
}

int act_delete_post(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity activity = {
		.type = AS_DELETE, .actor_id = actor_id, .object_kind = OBJECT_TOMBSTONE, .object_id = post_id,
	};
	struct post post;
	int r = posts_get(arena, txn_view(txn), post_id, &post);

	if (r)
		return r;
	if (post.account_id == actor_id && is_held(arena, txn, &post))
		return drop_held(txn, &post);
	if (post.reblog_of_id && post.account_id == actor_id)
		return act_unannounce(arena, txn, actor_id, post.reblog_of_id);
	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

/* quotes */

int act_ask_quote(struct arena *arena, struct txn *txn, uint64_t post_id, uint64_t quoted_id)
{
	struct activity activity = { .type = AS_QUOTE_REQUEST, .object_kind = OBJECT_URI, .object_id = quoted_id };
	struct post post;
	int r = posts_get(arena, txn_view(txn), post_id, &post);

	if (r)
		return r;
	activity.actor_id = post.account_id;
	activity.instrument_uri = post.uri;
	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_tell_quote(struct arena *arena, struct txn *txn, uint64_t post_id)
{
	struct object_draft object = { 0 };
	int r = posts_get(arena, txn_view(txn), post_id, &object.post);

	return r ? r : publish_update(arena, txn, object.post.account_id, true, &object);
}

int act_revoke_quote(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t quoting_id)
{
	struct activity activity = { .type = AS_DELETE, .actor_id = actor_id, .object_kind = OBJECT_STAMP };
	struct post quoting;
	int r = posts_get(arena, txn_view(txn), quoting_id, &quoting);

	if (r || quoting.quote_state == QUOTE_REVOKED)
		return r;
	if (quoting.quote_state != QUOTE_ACCEPTED || !quoting.quote_stamp_uri.n)
		return ERR_NOT_FOUND;
	activity.object_uri = quoting.quote_stamp_uri;
	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_set_quote_policy(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, uint8_t policy)
{
	struct post post;
	int r = posts_get(arena, txn_view(txn), post_id, &post);

	if (!r && (post.account_id != actor_id || post.reblog_of_id))
		r = ERR_DENIED;
	if (r)
		return r;
	post.quote_policy = policy;
	r = posts_update(txn, &post);
	return r ? r : txn_fail(txn, act_tell_quote(arena, txn, post_id));
}
