/* Polls through the client API. */
#include "node/api/polls.h"

#include "storage/base/clock.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

#define POLL "poll[options][]=tea&poll[options][]=coffee"

static struct rig_answer ask(const char *more)
{
	return rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, rig_line(rig, "status=Which%%3F&%s", more));
}

static struct rig_answer vote(const struct account *who, struct str id, const char *form)
{
	return rig_call(rig, "POST", rig_line(rig, "/api/v1/polls/%.*s/votes", STR_ARG(id)), who, form);
}

static struct rig_answer edit(struct str id, const char *form)
{
	return rig_call(rig, "PUT", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(id)), &rig->alice, form);
}

static void check_asking(void)
{
	is_int(ask(POLL).status, 422, "a poll without an end is refused");
	is_int(ask(POLL "&poll[expires_in]=299").status, 422, "and one that is too short");
	is_int(ask("poll[options][]=a&poll[expires_in]=300").status, 422, "and one that leaves no choice");
	is_int(ask("poll[options][]=a&poll[options][]=a&poll[expires_in]=300").status, 422, "and one of the same twice");
	is_int(ask("poll[options][]=a&poll[options][]=&poll[expires_in]=300").status, 422, "and one that offers nothing");
}

static void check_voting(void)
{
	struct rig_answer answer = ask(POLL "&poll[expires_in]=300&poll[hide_totals]=true");
	struct str id = rig_str(&answer, "poll.id");

	is_int(answer.status, 200, "a poll is asked");
	is_str(rig_str(&answer, "poll.options.1.title"), STR("coffee"), "with its options");
	is_int(rig_number(&answer, "poll.voted"), 1, "its author has no vote left");
	ok(json_is_null(rig_at(&answer, "poll.options.0.votes_count")), "hidden counts are not shown");
	is_int(vote(&rig->alice, id, "choices[]=0").status, 422, "nobody votes in an own poll");
	is_int(vote(&rig->bob, id, "choices[]=2").status, 422, "nor for what is not offered");
	is_int(vote(&rig->bob, id, "choices[]=0&choices[]=1").status, 422, "nor for more than one");
	is_int(vote(&rig->bob, id, "").status, 422, "nor for none");
	answer = vote(&rig->bob, id, "choices[]=1");
	is_int(answer.status, 200, "a vote is taken");
	ok(rig_number(&answer, "voted") == 1 && rig_number(&answer, "own_votes.0") == 1, "and shown to the voter");
	is_int(rig_number(&answer, "voters_count"), 1, "and counted");
	is_int(vote(&rig->bob, id, "choices[]=1").status, 422, "once");
	is_int(vote(&rig->bob, STR("1"), "choices[]=1").status, 404, "where nothing is asked nobody votes");
	answer = edit(id, "status=y&" POLL "&poll[expires_in]=600&poll[multiple]=false&poll[hide_totals]=true");
	is_int(answer.status, 200, "an edit may send the poll again, as clients do");
	is_int(rig_number(&answer, "poll.votes_count"), 1, "and leaves the votes");
	is_int(edit(id, "status=y&" POLL "&poll[options][]=milk").status, 422, "what was asked stays");
	is_int(edit(id, "status=y&" POLL "&poll[multiple]=true").status, 422, "and how many may be chosen");
	clock_set_for_test(RIG_NOW_MS + 301 * SECOND_MS);
	answer = rig_call(rig, "GET", rig_line(rig, "/api/v1/polls/%.*s", STR_ARG(id)), &rig->bob, NULL);
	is_int(rig_number(&answer, "expired"), 1, "a poll ends");
	is_int(rig_number(&answer, "options.1.votes_count"), 1, "then counts are shown");
	clock_set_for_test(RIG_NOW_MS);
}

static void check_limits(void)
{
	struct rig_answer answer = rig_call(rig, "GET", "/api/v2/instance", &rig->bob, NULL);

	is_int(rig_number(&answer, "configuration.polls.max_options"), 10, "clients are told the limits");
	is_int(rig_number(&answer, "configuration.polls.min_expiration"), 300, "of time too");
}

int main(void)
{
	rig = rig_new();
	check_asking();
	check_voting();
	check_limits();
	rig_free(rig);
	return done();
}
