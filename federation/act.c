/*
 * What our people do, as activities (declared in federation/apply.h). Writer thread.
 *
 * Each act makes the same struct that a delivery is parsed into, and goes through the same door. What a person did
 * twice is done: that is no error here.
 */
#include "federation/actor.h"
#include "federation/apply.h"
#include "federation/audience.h"
#include "federation/context.h"
#include "federation/property.h"
#include "federation/text.h"
#include "federation/url.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/instance.h"
#include "storage/media.h"
#include "storage/graph.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "storage/quotes.h"
#include "storage/reactions.h"
#include "storage/reports.h"

enum { TAGS_MAX = 100 };

/* Whether a person did it before is asked by the row; to the person it makes no difference. */
static int done_already(int err)
{
	return err == ERR_EXISTS ? OK : err;
}

/* posts */

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

/* follows */

static int target_uri(struct arena *arena, struct txn *txn, uint64_t account_id, struct str *ret_uri)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), account_id, &account);

	if (!r)
		*ret_uri = account.uri;
	return r;
}

int act_follow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id, bool show_reblogs,
               bool notify, const struct str_list *languages)
{
	struct activity activity = {
		.type = AS_FOLLOW, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = target_id,
		.show_reblogs = show_reblogs, .notify = notify,
	};
	struct follow follow;
	int r = graph_follow_get(arena, txn_view(txn), actor_id, target_id, &follow);

	if (languages)
		activity.languages = *languages;
	if (r == OK) {
		/* It stands: only what the follower wants to see of it changes, and that is nobody else's business. */
		follow.show_reblogs = show_reblogs;
		follow.notify = notify;
		follow.languages = activity.languages;
		return graph_follow_put(txn, &follow);
	}
	r = target_uri(arena, txn, target_id, &activity.object_uri);
	return r ? r : activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_unfollow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity follow = { .type = AS_FOLLOW };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = target_id,
		.inner = &follow,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

int act_answer_follow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t follower_id, bool accept)
{
	struct activity follow = { .type = AS_FOLLOW };
	struct activity activity = {
		.type = accept ? AS_ACCEPT : AS_REJECT, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY,
		.object_id = follower_id, .inner = &follow,
	};

	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

/* blocks */

int act_block(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity activity = {
		.type = AS_BLOCK, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = target_id,
	};
	int r = target_uri(arena, txn, target_id, &activity.object_uri);

	return r ? r : done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_unblock(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity block = { .type = AS_BLOCK };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = target_id,
		.inner = &block,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

/* pins */

int act_pin(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity activity = {
		.type = AS_ADD, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_unpin(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity activity = {
		.type = AS_REMOVE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

/* reports */

static int forward(struct arena *arena, struct txn *txn, const struct report *report)
{
	struct activity activity = {
		.type = AS_FLAG, .actor_id = instance_of(txn_view(txn))->actor_id, .object_kind = OBJECT_URI,
		.content = report->comment,
	};
	struct str_list *uris = &activity.object_uris;
	struct post post;

	*uris = (struct str_list){ ARENA_ARRAY(arena, struct str, report->post_ids.count + 1), 1 };
	if (target_uri(arena, txn, report->target_id, &uris->items[0]))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < report->post_ids.count; i++)
		if (posts_get(arena, txn_view(txn), report->post_ids.ids[i], &post) == OK)
			uris->items[uris->count++] = post.uri;
	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_flag(struct arena *arena, struct txn *txn, struct report *report)
{
	int r = reports_add(txn, report);

	if (r || !report->forwarded)
		return r;
	r = forward(arena, txn, report);
	return r ? txn_fail(txn, r) : OK;
}

/* reactions */

/* Each choice is an activity of its own: that is how all peers read votes. */
int act_vote(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, const struct id_list *choices)
{
	struct poll poll;
	struct vote vote;
	int r = polls_get(arena, txn_view(txn), post_id, &poll);

	if (!r && polls_vote_get(arena, txn_view(txn), post_id, actor_id, &vote) == OK)
		r = ERR_EXISTS;
	if (!r && (!choices->count || (choices->count > 1 && !poll.multiple)))
		r = ERR_INVALID;
	for (size_t i = 0; i < choices->count && !r; i++)
		if (choices->ids[i] >= poll.options.count)
			r = ERR_INVALID;
	for (size_t i = 0; i < choices->count && !r; i++) {
		struct activity activity = {
			.type = AS_CREATE, .actor_id = actor_id, .object_kind = OBJECT_VOTE, .object_id = post_id,
			.votes = { &poll.options.items[choices->ids[i]], 1 },
		};

		r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
		if (r && i)
			txn_fail(txn, r);
	}
	return r;
}

int act_like(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity activity = {
		.type = AS_LIKE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_unlike(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity like = { .type = AS_LIKE };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = post_id,
		.inner = &like,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

int act_emoji_react(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, struct str emoji,
                    struct str emoji_url)
{
	struct activity activity = {
		.type = AS_EMOJI_REACT, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
		.emoji = emoji, .emoji_url = emoji_url,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_emoji_unreact(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, struct str emoji)
{
	struct activity reaction = { .type = AS_EMOJI_REACT, .emoji = emoji };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = post_id,
		.inner = &reaction,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

int act_announce(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, uint8_t visibility,
                 uint64_t *ret_boost_id)
{
	struct activity activity = {
		.type = AS_ANNOUNCE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
		.visibility = visibility,
	};
	struct post post;
	int r = posts_get(arena, txn_view(txn), post_id, &post);

	if (r)
		return r;
	if (post.reblog_of_id)
		post_id = post.reblog_of_id;
	if (posts_boost_get(txn_view(txn), post_id, actor_id, ret_boost_id) == OK)
		return OK;
	r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
	if (!r)
		*ret_boost_id = activity.object_id;
	return r;
}

int act_unannounce(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity announce = { .type = AS_ANNOUNCE };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = post_id,
		.inner = &announce,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

/* moves */

/* Puts a changed account of ours and tells its followers. */
static int put_and_tell(struct arena *arena, struct txn *txn, struct account *account)
{
	int r = accounts_put(txn, account);

	if (!r)
		r = act_update_actor(arena, txn, account->id);
	return r && txn_touched(txn) ? txn_fail(txn, r) : r;
}

int act_alias(struct arena *arena, struct txn *txn, uint64_t actor_id, struct str uri, bool add)
{
	struct str_list kept;
	struct account account;
	struct url url;
	int r = accounts_get(arena, txn_view(txn), actor_id, &account);

	if (r)
		return r;
	if (str_list_has(&account.also_known_as, uri) == add)
		return add ? ERR_EXISTS : ERR_NOT_FOUND;
	if (add && (url_parse(arena, uri, &url) || str_eq(uri, account.uri)))
		return ERR_INVALID;
	if (add && account.also_known_as.count >= ACTOR_ALIASES_MAX)
		return ERR_LIMIT;
	kept = (struct str_list){ ARENA_ARRAY(arena, struct str, account.also_known_as.count + 1), 0 };
	for (size_t i = 0; i < account.also_known_as.count; i++)
		if (!str_eq(account.also_known_as.items[i], uri))
			kept.items[kept.count++] = account.also_known_as.items[i];
	if (add)
		kept.items[kept.count++] = uri;
	account.also_known_as = kept;
	return put_and_tell(arena, txn, &account);
}

int act_move(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity activity = {
		.type = AS_MOVE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = actor_id,
	};
	int r = target_uri(arena, txn, actor_id, &activity.object_uri);

	if (!r)
		r = target_uri(arena, txn, target_id, &activity.target_uri);
	return r ? r : activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_unmove(struct arena *arena, struct txn *txn, uint64_t actor_id)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), actor_id, &account);

	if (!r && !account.moved_to.n)
		r = ERR_NOT_FOUND;
	if (r)
		return r;
	account.moved_to = STR_NONE;
	account.moved_id = 0;
	return put_and_tell(arena, txn, &account);
}

/* actors */

int act_update_actor(struct arena *arena, struct txn *txn, uint64_t actor_id)
{
	struct activity activity = { .type = AS_UPDATE, .actor_id = actor_id, .object_kind = OBJECT_ACTOR };

	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_delete_actor(struct arena *arena, struct txn *txn, uint64_t actor_id)
{
	struct activity activity = { .type = AS_DELETE, .actor_id = actor_id, .object_kind = OBJECT_ACTOR };

	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}
