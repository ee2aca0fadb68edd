/*
 * From an event to those it is about: a post to all who meet it in a stream of theirs, a notice to its owner. A thing is
 * rendered once per listener, and only when there is one. The hub's thread, in a view newer than the event.
 */
#include <stdlib.h>

#include "node/stream/stream.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/posts.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* A post that comes in older than this is history that was fetched, or late: it goes to its place in the timelines. */
enum { RECENT_MS = 6 * HOUR_MS };

/* A post that stands, and what one listener would be told of it. */
struct occasion {
	struct arena *arena;  /* of what one listener is told: thousands of them take no more room than one */
	struct view *view;
	struct post post;
	bool edited;
};

static void tell_listener(const struct occasion *occasion, struct listener *listener)
{
	uint64_t account_id = listener->account_id;
	struct news news = { 0 };

	for (struct stream *stream = listener->streams; stream; stream = stream->next) {
		for (size_t i = 0; i < stream->channel_count && !stream->ending; i++) {
			if (!channel_takes(occasion->view, &stream->channels[i], account_id, &occasion->post))
				continue;
			if (!news.event && news_of_post(occasion->arena, occasion->view, account_id, &occasion->post,
			                                occasion->edited, &news) != OK)
				return;
			stream_send(stream, &news, &stream->channels[i]);
		}
	}
}

static void tell_of_post(struct hub *hub, struct arena *arena, struct view *view, const struct event *event)
{
	struct occasion occasion = { .view = view, .edited = event->kind == EVENT_POST_EDITED };

	if (posts_get(arena, view, event->id, &occasion.post) != OK)
		return;
	if (!occasion.edited && id_to_ms(event->id) < clock_now_ms() - RECENT_MS)
		return;
	occasion.arena = arena_new();
	for (struct listener *listener = hub_core(hub)->active; listener; listener = listener->next_active) {
		tell_listener(&occasion, listener);
		arena_reset(occasion.arena);
	}
	arena_free(occasion.arena);
}

static void tell_of_end(struct hub *hub, struct arena *arena, struct view *view, const struct event *event)
{
	struct news news = news_of_end(arena, event->id);

	for (struct listener *listener = hub_core(hub)->active; listener; listener = listener->next_active)
		for (struct stream *stream = listener->streams; stream; stream = stream->next)
			for (size_t i = 0; i < stream->channel_count; i++)
				if (channel_took(view, &stream->channels[i], listener->account_id, event->actor,
				                 event->flags))
					stream_send(stream, &news, &stream->channels[i]);
}

/* To the streams of one account that are of these kinds (a set of 1 << enum channel_kind). */
static void tell_one(struct listener *listener, unsigned kinds, const struct news *news)
{
	for (struct stream *stream = listener->streams; stream; stream = stream->next)
		for (size_t i = 0; i < stream->channel_count; i++)
			if (kinds & 1U << stream->channels[i].kind)
				stream_send(stream, news, &stream->channels[i]);
}

static void tell_owner(struct hub *hub, struct arena *arena, struct view *view, const struct event *event)
{
	struct listener *listener = hub_listener(hub, event->actor);
	unsigned kinds = 1U << CHANNEL_USER;
	struct news news;
	int err = OK;

	if (!listener)
		return;
	switch (event->kind) {
	case EVENT_NOTICE:
		err = news_of_notice(arena, view, event->actor, event->id, &news);
		kinds |= 1U << CHANNEL_NOTIFICATIONS;
		break;
	case EVENT_CONVERSATION:
		err = news_of_conversation(arena, view, event->actor, event->id, &news);
		kinds |= 1U << CHANNEL_DIRECT;
		break;
	case EVENT_POST_WITHDRAWN:
		news = news_of_end(arena, event->id);
		break;
	default:
		news = news_of_filters();
	}
	if (err == OK)
		tell_one(listener, kinds, &news);
}

/* To everybody's own streams. */
static void tell_all(struct hub *hub, struct arena *arena, struct view *view, const struct event *event)
{
	struct news news;
	int err = OK;

	if (event->kind == EVENT_ANNOUNCEMENT)
		err = news_of_announcement(arena, view, event->id, &news);
	else
		news = news_of_announcement_end(arena, event->id);
	for (struct listener *listener = hub_core(hub)->active; err == OK && listener; listener = listener->next_active)
		tell_one(listener, 1U << CHANNEL_USER, &news);
}

bool stream_may(struct arena *arena, struct view *view, const struct stream *stream)
{
	uint64_t account_id = stream->listener->account_id;
	struct user user;

	return tokens_has_id(view, account_id, stream->token_id) &&
	       users_get(arena, view, account_id, &user) == OK && !user.disabled;
}

/* Whatever ended: each stream of the account is asked again. */
static void end_revoked(struct hub *hub, struct arena *arena, struct view *view, const struct event *event,
                        int64_t now_ms)
{
	struct listener *listener = hub_listener(hub, event->actor);

	for (struct stream *stream = listener ? listener->streams : NULL; stream; stream = stream->next)
		if (!stream_may(arena, view, stream))
			stream_end(stream, true, now_ms);
}

void tell(struct hub *hub, struct arena *arena, struct view *view, const struct event *event, int64_t now_ms)
{
	switch (event->kind) {
	case EVENT_POST:
	case EVENT_POST_EDITED:
		tell_of_post(hub, arena, view, event);
		break;
	case EVENT_POST_DELETED:
		tell_of_end(hub, arena, view, event);
		break;
	case EVENT_REVOKED:
		end_revoked(hub, arena, view, event, now_ms);
		break;
	case EVENT_NOTICE:
	case EVENT_CONVERSATION:
	case EVENT_POST_WITHDRAWN:
	case EVENT_FILTERS:
		tell_owner(hub, arena, view, event);
		break;
	case EVENT_ANNOUNCEMENT:
	case EVENT_ANNOUNCEMENT_GONE:
		tell_all(hub, arena, view, event);
		break;
	default:
		break;
	}
}
