/*
 * Polls on the wire. Whether a vote counts is asked in federation/on_poll.c. Pure; any thread.
 */
#include "federation/poll.h"

#include "federation/activity.h"
#include "federation/property.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/polls.h"

/* A count that no sum of overflows and that fits the integers of JSON. */
static const uint64_t COUNT_MAX = (uint64_t)1 << 40;

static uint64_t read_count(const json_t *object, const char *key)
{
	uint64_t count = json_member_u64(object, key, 0);

	return count < COUNT_MAX ? count : COUNT_MAX;
}

static void read_options(struct arena *arena, const json_t *options, struct poll *poll)
{
	size_t count = json_count(options), bytes = 0;

	if (count > POLL_OPTIONS_MAX)
		count = POLL_OPTIONS_MAX;
	poll->options.items = ARENA_ARRAY(arena, struct str, count);
	poll->counts.ids = ARENA_ARRAY(arena, uint64_t, count);
	for (size_t i = 0; i < count; i++) {
		const json_t *option = json_at(options, i);
		struct str name = utf8_prefix(property_text(json_member(option, "name")), POLL_OPTION_CHARACTERS_MAX);

		bytes += name.n;
		if (!name.n || bytes > POLL_BYTES_MAX)
			return;
		poll->options.items[poll->options.count++] = name;
		poll->counts.ids[poll->counts.count++] =
			read_count(json_at(json_member(option, "replies"), 0), "totalItems");
	}
}

/* `closed` is a time, or says only that it is so. */
static int64_t read_closed(const json_t *question)
{
	int64_t closed_ms = property_date(question, "closed");

	return !closed_ms && json_is_true(json_member(question, "closed")) ? 1 : closed_ms;
}

bool poll_parse(struct arena *arena, const json_t *question, struct poll *ret_poll)
{
	const json_t *any = json_member(question, "anyOf");
	struct poll poll = { .multiple = json_count(any) > 0 };

	if (!property_is_a(question, "Question"))
		return false;
	read_options(arena, poll.multiple ? any : json_member(question, "oneOf"), &poll);
	poll.expires_ms = property_date(question, "endTime");
	poll.closed_ms = read_closed(question);
	poll.voters = read_count(question, "votersCount");
	*ret_poll = poll;
	return poll.options.count > 0;
}

void poll_w(struct json_writer *w, const struct poll *poll, int64_t now_ms)
{
	bool over = polls_over(poll, now_ms);

	json_w_key(w, poll->multiple ? "anyOf" : "oneOf");
	json_w_array(w);
	for (size_t i = 0; i < poll->options.count; i++) {
		json_w_object(w);
		json_w_member_cstr(w, "type", "Note");
		json_w_member_str(w, "name", poll->options.items[i]);
		json_w_key(w, "replies");
		json_w_object(w);
		json_w_member_cstr(w, "type", "Collection");
		if (over || !poll->hide_totals)
			json_w_member_u64(w, "totalItems", poll->counts.ids[i]);
		json_w_object_end(w);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	json_w_member_u64(w, "votersCount", poll->voters);
	if (poll->expires_ms)
		json_w_member_date(w, "endTime", poll->expires_ms);
	if (over && poll->expires_ms)
		json_w_member_date(w, "closed", poll->expires_ms);
}

/* The name that a Note chooses; empty when it is none of a vote on `question` (empty: any). */
static struct str voted_name(struct arena *arena, const json_t *note, struct str actor_uri, struct str question)
{
	struct str parent = property_uri(json_member(note, "inReplyTo"));

	if (!property_is_a(note, "Note") || property_text(json_member(note, "content")).n ||
	    json_is_object(json_member(note, "contentMap")) || json_count(json_member(note, "attachment")) || !parent.n ||
	    (question.n && !str_eq(parent, question)) || !property_has_uri(json_member(note, "attributedTo"), actor_uri) ||
	    !url_same_origin(arena, property_uri(note), actor_uri))
		return STR_NONE;
	return utf8_prefix(property_text(json_member(note, "name")), POLL_OPTION_CHARACTERS_MAX);
}

bool poll_parse_votes(struct arena *arena, const json_t *objects, struct str actor_uri, struct str_list *ret_names,
                      struct str *ret_question)
{
	struct str question = property_uri(json_member(json_at(objects, 0), "inReplyTo"));
	size_t count = json_count(objects);
	struct str_list names = { NULL, 0 };

	if (!count || count > POLL_OPTIONS_MAX || !question.n)
		return false;
	names.items = ARENA_ARRAY(arena, struct str, count);
	for (size_t i = 0; i < count; i++) {
		struct str name = voted_name(arena, json_at(objects, i), actor_uri, question);

		if (!name.n)
			return false;
		names.items[names.count++] = name;
	}
	*ret_names = names;
	*ret_question = question;
	return true;
}

void poll_w_vote(struct json_writer *w, struct arena *arena, const struct activity *activity)
{
	json_w_object(w);
	json_w_member_str(w, "id", arena_printf(arena, "%.*s#vote", STR_ARG(activity->uri)));
	json_w_member_cstr(w, "type", "Note");
	json_w_member_str(w, "attributedTo", activity->actor_uri);
	activity_w_uris(w, "to", &activity->to);
	json_w_member_str(w, "name", activity->votes.count ? activity->votes.items[0] : STR_NONE);
	json_w_member_str(w, "inReplyTo", activity->object_uri);
	json_w_object_end(w);
}
