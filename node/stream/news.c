/*
 * Commits as the events that clients know (client API sections 6.1 and 6.2). Reads only. Any thread.
 */
#include "node/stream/news.h"

#include "node/api/announcements.h"
#include "node/api/entities.h"
#include "storage/announcements.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/conversations.h"
#include "storage/notices.h"

/* A payload in the making. */
struct draft {
	struct buf buf;
	struct json_writer w;
};

static void draft_begin(struct draft *draft, struct arena *arena)
{
	buf_init(&draft->buf, arena, 0);
	json_writer_init(&draft->w, &draft->buf);
}

static int draft_end(struct draft *draft, int err, const char *event, scope_set scopes, struct news *ret_news)
{
	if (err == OK)
		err = draft->buf.err;
	if (err == OK)
		*ret_news = (struct news){ event, buf_str(&draft->buf), scopes };
	return err;
}

int news_of_post(struct arena *arena, struct view *view, uint64_t account_id, const struct post *post, bool edited,
                 struct news *ret_news)
{
	struct draft draft;
	int err;

	draft_begin(&draft, arena);
	err = entity_status(&draft.w, arena, view, account_id, post);
	return draft_end(&draft, err, edited ? "status.update" : "update", SCOPE(READ_STATUSES) | SCOPE(READ_LISTS),
	                 ret_news);
}

struct news news_of_end(struct arena *arena, uint64_t post_id)
{
	return (struct news){ "delete", arena_printf(arena, "%llu", (unsigned long long)post_id),
	                      SCOPE(READ_STATUSES) | SCOPE(READ_LISTS) };
}

int news_of_notice(struct arena *arena, struct view *view, uint64_t account_id, uint64_t notice_id,
                   struct news *ret_news)
{
	const struct page only = { .max_id = notice_id + 1, .since_id = notice_id - 1, .limit = 1 };
	struct notice *notices;
	struct draft draft;
	size_t count = 0;
	int err = notices_page(arena, view, account_id, 0, 0, &only, &notices, &count);

	if (err != OK || count != 1 || notices[0].id != notice_id)
		return err != OK ? err : ERR_NOT_FOUND;
	draft_begin(&draft, arena);
	err = entity_notification(&draft.w, arena, view, &notices[0]);
	return draft_end(&draft, err, "notification", SCOPE(READ_NOTIFICATIONS), ret_news);
}

int news_of_conversation(struct arena *arena, struct view *view, uint64_t account_id, uint64_t conversation_id,
                         struct news *ret_news)
{
	struct conversation conversation;
	struct draft draft;
	int err = conversations_get(arena, view, account_id, conversation_id, &conversation);

	if (err != OK)
		return err;
	draft_begin(&draft, arena);
	err = entity_conversation(&draft.w, arena, view, &conversation);
	return draft_end(&draft, err, "conversation", SCOPE(READ_STATUSES), ret_news);
}

struct news news_of_filters(void)
{
	return (struct news){ "filters_changed", STR_NONE, SCOPE(READ_STATUSES) };
}

int news_of_announcement(struct arena *arena, struct view *view, uint64_t id, struct news *ret_news)
{
	struct announcement announcement;
	struct draft draft;
	int err = announcements_get(arena, view, id, &announcement);

	if (err != OK)
		return err;
	draft_begin(&draft, arena);
	err = announcement_entity_w(&draft.w, arena, view, 0, &announcement);
	return draft_end(&draft, err, "announcement", SCOPE(READ_STATUSES), ret_news);
}

int news_of_reaction(struct arena *arena, struct view *view, uint64_t announcement_id, struct str emoji,
                     struct news *ret_news)
{
	struct draft draft;
	int err;

	draft_begin(&draft, arena);
	err = announcement_reaction_w(&draft.w, arena, view, announcement_id, emoji);
	return draft_end(&draft, err, "announcement.reaction", SCOPE(READ_STATUSES), ret_news);
}

struct news news_of_merging(void)
{
	return (struct news){ "notifications_merged", STR_NONE, SCOPE(READ_NOTIFICATIONS) };
}

struct news news_of_announcement_end(struct arena *arena, uint64_t id)
{
	return (struct news){ "announcement.delete", arena_printf(arena, "%llu", (unsigned long long)id),
	                      SCOPE(READ_STATUSES) };
}

struct str news_as_lines(struct arena *arena, const struct news *news)
{
	/* Listeners parse whatever stands in data: there is always some JSON. */
	struct str data = news->payload.n ? news->payload : STR("{}");
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, STR("event: "));
	buf_add(&buf, str_of(news->event));
	buf_add(&buf, STR("\ndata: "));
	buf_add(&buf, data);
	buf_add(&buf, STR("\n\n"));
	return buf_str(&buf);
}

struct str news_as_message(struct arena *arena, const struct news *news, const struct channel *channel)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_key(&w, "stream");
	channel_w_name(&w, channel);
	json_w_member_cstr(&w, "event", news->event);
	if (news->payload.n)
		json_w_member_str(&w, "payload", news->payload);
	json_w_object_end(&w);
	return buf_str(&buf);
}
