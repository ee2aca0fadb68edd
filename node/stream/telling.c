/*
 * From an event to those it is about: a post to all who meet it in a stream of theirs, a notice to its owner. A thing is
 * rendered once per listener, and only when there is one; each
 * channel is asked once, however many streams of one account listen to it. The hub's thread, in a view newer than the event.
 */
#include <stdlib.h>

#include "node/stream/stream.h"
#include "storage/access.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/keyring.h"
#include "storage/networks.h"
#include "storage/posts.h"
#include "storage/users.h"

/* A post that comes in older than this is history that was fetched, or late: it goes to its place in the timelines. */
enum { RECENT_MS = 6 * HOUR_MS };
enum { BOOSTS_MAX = 100 };  /* by which an edited post is looked for in homes */

/* Whether a seat of this account is told. */
typedef bool takes_fn(const void *what, struct view *view, uint64_t account_id, const struct channel *channel);

/* false: none of the account's is. */
static bool ask_seats(struct hub *hub, struct view *view, struct listener *listener, takes_fn *takes, const void *what)
{
	bool any = false;

	for (struct seat *seat = listener->seats; seat; seat = seat->next) {
		seat->message = STR_NONE;
		seat->takes = takes(what, view, listener->account_id, &seat->channel);
		any = any || seat->takes;
		atomic_fetch_add(&hub_core(hub)->asked, 1);
	}
	return any;
}

/* To all streams of an account, in the seats that take it. */
static void tell_seats(struct hub *hub, struct listener *listener, const struct news *news)
{
	struct telling telling = { .news = news, .arena = hub_core(hub)->scratch };

	for (struct stream *stream = listener->streams; stream; stream = stream->next)
		for (size_t i = 0; i < stream->seat_count; i++)
			if (stream->seats[i]->takes)
				stream_send(stream, &telling, stream->seats[i]);
	arena_reset(telling.arena);
}

/* A post, and of an edited one its boosts: who meets it only by one of them sees the words that changed. */
struct shown {
	struct post post;
	struct post *boosts;
	size_t boost_count;
};

static bool takes_post(const void *what, struct view *view, uint64_t account_id, const struct channel *channel)
{
	const struct shown *shown = what;
	bool takes = channel_takes(view, channel, account_id, &shown->post);

	if (!takes && !access_sees(view, (struct beholder){ BEHOLDER_LOCAL, account_id }, &shown->post))
		return false;
	for (size_t i = 0; i < shown->boost_count && !takes && channel->kind == CHANNEL_USER; i++)
		takes = channel_takes(view, channel, account_id, &shown->boosts[i]);
	return takes;
}

static void find_boosts(struct arena *arena, struct view *view, struct shown *shown)
{
	struct id_list boosters = { 0 };
	uint64_t id;

	if (posts_boosters(arena, view, shown->post.id, 0, BOOSTS_MAX, &boosters) != OK)
		return;
	shown->boosts = ARENA_ARRAY(arena, struct post, boosters.count);
	for (size_t i = 0; i < boosters.count; i++)
		if (posts_boost_get(view, shown->post.id, boosters.ids[i], &id) == OK &&
		    posts_get(arena, view, id, &shown->boosts[shown->boost_count]) == OK)
			shown->boost_count++;
}

static void tell_of_post(struct hub *hub, struct arena *arena, struct view *view, const struct event *event)
{
	bool edited = event->kind == EVENT_POST_EDITED;
	struct arena *each;  /* of what one listener is told: thousands of them take no more room than one */
	struct shown shown = { .boost_count = 0 };
	struct news news;

	if (posts_get(arena, view, event->id, &shown.post) != OK)
		return;
	if (edited)
		find_boosts(arena, view, &shown);
	if (!edited && id_to_ms(event->id) < clock_now_ms() - RECENT_MS)
		return;
	each = arena_new();
	for (struct listener *listener = hub_core(hub)->active; listener; listener = listener->next_active) {
		if (ask_seats(hub, view, listener, takes_post, &shown) &&
		    news_of_post(each, view, listener->account_id, &shown.post, edited, &news) == OK)
			tell_seats(hub, listener, &news);
		arena_reset(each);
	}
	arena_free(each);
}

static bool took_post(const void *what, struct view *view, uint64_t account_id, const struct channel *channel)
{
	const struct event *event = what;

	return channel_took(view, channel, account_id, event->actor, event->flags);
}

static void tell_of_end(struct hub *hub, struct arena *arena, struct view *view, const struct event *event)
{
	struct news news = news_of_end(arena, event->id);

	for (struct listener *listener = hub_core(hub)->active; listener; listener = listener->next_active)
		if (ask_seats(hub, view, listener, took_post, event))
			tell_seats(hub, listener, &news);
}

/* Of a set of 1 << enum channel_kind. */
static bool is_of_kinds(const void *what, struct view *view, uint64_t account_id, const struct channel *channel)
{
	(void)view, (void)account_id;
	return *(const unsigned *)what & 1U << channel->kind;
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
	case EVENT_NOTICES_MERGED:
		news = news_of_merging();
		kinds |= 1U << CHANNEL_NOTIFICATIONS;
		break;
	default:
		news = news_of_filters();
	}
	if (err == OK && ask_seats(hub, view, listener, is_of_kinds, &kinds))
		tell_seats(hub, listener, &news);
}

/* To everybody's own streams. */
static void tell_all(struct hub *hub, struct arena *arena, struct view *view, const struct event *event)
{
	unsigned kinds = 1U << CHANNEL_USER;
	struct news news;
	int err = OK;

	if (event->kind == EVENT_ANNOUNCEMENT)
		err = news_of_announcement(arena, view, event->id, &news);
	else if (event->kind == EVENT_ANNOUNCEMENT_REACTION)
		err = news_of_reaction(arena, view, event->id, event->text, &news);
	else
		news = news_of_announcement_end(arena, event->id);
	for (struct listener *listener = hub_core(hub)->active; err == OK && listener; listener = listener->next_active)
		if (ask_seats(hub, view, listener, is_of_kinds, &kinds))
			tell_seats(hub, listener, &news);
}

bool stream_may(struct arena *arena, struct view *view, const struct stream *stream)
{
	uint64_t account_id = stream->listener->account_id;
	struct token token;
	struct user user;

	if (networks_severities(view, stream->address, clock_now_ms()) & 1U << NETWORK_NO_ACCESS)
		return false;
	/* A token that was renewed with fewer scopes is one with which this stream could not have begun. */
	return keyring_token(view, account_id, stream->token_id, &token) == OK && !(stream->scopes & ~token.scopes) &&
	       users_get(arena, view, account_id, &user) == OK && !user.disabled;
}

/* Whatever ended: each stream of the account is asked again. */
static void ask_again(struct listener *listener, struct arena *arena, struct view *view, int64_t now_ms)
{
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
		ask_again(hub_listener(hub, event->actor), arena, view, now_ms);
		break;
	case EVENT_NETWORK:
		for (struct listener *listener = hub_core(hub)->active; listener; listener = listener->next_active)
			ask_again(listener, arena, view, now_ms);
		break;
	case EVENT_NOTICE:
	case EVENT_CONVERSATION:
	case EVENT_POST_WITHDRAWN:
	case EVENT_FILTERS:
	case EVENT_NOTICES_MERGED:
		tell_owner(hub, arena, view, event);
		break;
	case EVENT_ANNOUNCEMENT:
	case EVENT_ANNOUNCEMENT_GONE:
	case EVENT_ANNOUNCEMENT_REACTION:
		tell_all(hub, arena, view, event);
		break;
	default:
		break;
	}
}
