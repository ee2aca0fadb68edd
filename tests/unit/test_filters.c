/* Filters: in both forms of the client API, what they find in a post, what ends them. */
#include "storage/filters.h"

#include <stdlib.h>
#include <time.h>

#include "federation/purge.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static struct rig_answer post(const struct account *who, const char *target, const char *form)
{
	return rig_call(rig, "POST", target, who, form);
}

static struct rig_answer put(const char *target, const char *form)
{
	return rig_call(rig, "PUT", target, &rig->alice, form);
}

static int status_of(const char *method, const char *target)
{
	return rig_call(rig, method, target, &rig->alice, NULL).status;
}

/* The path of what an answer shows, below `base`. */
static const char *path_of(const char *base, const struct rig_answer *answer)
{
	return rig_line(rig, "%s/%.*s", base, STR_ARG(rig_str(answer, "id")));
}

static struct rig_answer make(const char *form)
{
	return post(&rig->alice, "/api/v2/filters", form);
}

/* How many filters a post of bob's meets, read by alice. */
static size_t met(const char *text)
{
	uint64_t id = 0;
	struct rig_answer answer;

	clock_advance_for_test(SECOND_MS);
	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, text, 0, &id);
	answer = get(&rig->alice, rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)id));
	return answer.status == 200 ? rig_count(&answer, "filtered") : 999;
}

static bool finds(const char *text, const char *keyword, bool whole)
{
	struct arena *arena = rig->arena;

	return filter_finds(accounts_fold(arena, str_of(text)), accounts_fold(arena, str_of(keyword)), whole);
}

/* As often as the keyword could begin, were the rest of the word not in its way. */
static bool reads_once(void)
{
	enum { BYTES = 2000 * 1000, KEYWORD_BYTES = 2000 };
	clock_t begun = clock();   /* time stands still here */
	struct buf text;

	buf_init(&text, rig->arena, 0);
	for (size_t i = 0; i < BYTES; i++)
		buf_add_char(&text, 'a');
	return !filter_finds(buf_str(&text), str_sub(buf_str(&text), 0, KEYWORD_BYTES), true) &&
	       clock() - begun < 2 * CLOCKS_PER_SEC;
}

static void check_words(void)
{
	rig = rig_new();
	ok(finds("The Cat sat", "cat", true), "case does not matter");
	ok(finds("un \xc3\x89t\xc3\xa9 chaud", "ete", true), "nor do accents");
	ok(!finds("concatenate", "cat", true), "a whole word is not found inside another");
	ok(finds("concatenate", "cat", false), "a part of one is");
	ok(!finds("cats", "cat", true) && !finds("scat", "cat", true), "whole at both ends");
	ok(finds("catcat cat", "cat", true) && !finds("catcatcat", "cat", true), "words end where they end");
	ok(finds("\xc3\xa9t\xc3\xa9s \xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", true), "of whatever letters they are");
	ok(reads_once(), "a text of one endless word costs no more than its length");
	ok(finds("concatenate the cat", "cat", true), "it is looked for behind a place where it does not stand alone");
	ok(!finds("caf\xc3\xa9s", "caf\xc3\xa9", true), "letters beyond ASCII are letters");
	ok(finds("buy #crypto-coins!", "#crypto", true), "a sign at an end needs nothing around it");
	ok(finds("see you at the\ntown hall", "town hall", true), "more words than one are found as they stand");
	ok(!finds("anything", "", false), "nothing is never found");
	rig_free(rig);
}

static void check_filters(void)
{
	struct rig_answer answer, missing;
	const char *filter, *keyword;

	rig = rig_new();
	answer = make("title=Sport&context[]=home&context[]=public&keywords_attributes[][keyword]=match"
	              "&keywords_attributes[][whole_word]=false&keywords_attributes[][keyword]=goal");
	ok(answer.status == 200 && rig_count(&answer, "context") == 2 && rig_count(&answer, "keywords") == 2 &&
	   str_eq(rig_str(&answer, "filter_action"), STR("warn")), "a filter warns unless told otherwise");
	ok(rig_number(&answer, "keywords.0.whole_word") == 0 && rig_number(&answer, "keywords.1.whole_word") == 1,
	   "keywords are whole words unless told otherwise");
	filter = path_of("/api/v2/filters", &answer);
	keyword = rig_line(rig, "%.*s", STR_ARG(rig_str(&answer, "keywords.0.id")));
	answer = put(filter, rig_line(rig, "filter_action=hide&keywords_attributes[0][id]=%s&keywords_attributes[0][_destroy]=true"
	                                   "&keywords_attributes[1][keyword]=league&expires_in=3600", keyword));
	ok(str_eq(rig_str(&answer, "title"), STR("Sport")) && str_eq(rig_str(&answer, "filter_action"), STR("hide")) &&
	   rig_count(&answer, "context") == 2, "what is not said when it is changed stays");
	ok(rig_count(&answer, "keywords") == 2 && str_eq(rig_str(&answer, "keywords.0.keyword"), STR("goal")) &&
	   str_eq(rig_str(&answer, "keywords.1.keyword"), STR("league")), "keywords go and come with it");
	ok(rig_str(&answer, "expires_at").n > 0, "a filter can end by itself");
	ok(!rig_str(&(struct rig_answer){ .json = put(filter, "expires_in=").json }, "expires_at").n, "or not any more");
	missing = get(&rig->bob, "/api/v2/filters/4");
	answer = get(&rig->bob, filter);
	ok(answer.status == 404 && str_eq(answer.body, missing.body), "another's is as if it were not there");
	is_int(rig_call(rig, "PUT", filter, &rig->bob, "title=x").status, 404, "nor can it be changed");
	is_int(rig_call(rig, "DELETE", filter, &rig->bob, NULL).status, 404, "or deleted");
	answer = get(&rig->bob, "/api/v2/filters");
	is_int(rig_count(&answer, ""), 0, "one lists one's own only");
	is_int(status_of("DELETE", filter), 200, "it can be deleted");
	is_int(status_of("GET", filter), 404, "and is gone");
	rig_free(rig);
}

static void check_refusals(void)
{
	static const struct { const char *form, *name; } bad[] = {
		{ "context[]=home", "title" }, { "title=+&context[]=home", "title" }, { "title=x", "context" },
		{ "title=x&context[]=elsewhere", "context" }, { "title=x&context[]=home&filter_action=burn", "filter_action" },
		{ "title=x&context[]=home&expires_in=soon", "expires_in" },
		{ "title=x&context[]=home&keywords_attributes[][keyword]=", "keyword" },
		{ "title=x&context[]=home&keywords_attributes[0][whole_word]=true", "keyword" },
	};
	struct rig_answer answer;
	const char *filter;

	rig = rig_new();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		answer = make(bad[i].form);
		ok(answer.status == 422 && rig_holds(&answer, bad[i].name), "%s is refused with its name", bad[i].form);
	}
	answer = make("title=x&context[]=home&keywords_attributes[0][id]=77&keywords_attributes[0][keyword]=x");
	is_int(answer.status, 404, "a keyword that is not there cannot be changed");
	answer = make("title=x&context[]=home");
	filter = path_of("/api/v2/filters", &answer);
	for (int i = 0; i < FILTER_KEYWORDS_MAX; i++)
		if (post(&rig->alice, rig_line(rig, "%s/keywords", filter), "keyword=w").status != 200)
			abort();
	is_int(post(&rig->alice, rig_line(rig, "%s/keywords", filter), "keyword=w").status, 422, "there is a most of keywords");
	is_int(make("title=y&context[]=home&keywords_attributes[][keyword]=w").status, 422, "over all filters");
	answer = make("title=y&context[]=home");
	is_int(answer.status, 200, "but not of filters yet");
	rig_free(rig);
}

static void check_parts(void)
{
	struct rig_answer answer;
	const char *filter, *part;
	uint64_t id = 0, hidden = 0;

	rig = rig_new();
	answer = make("title=x&context[]=home");
	filter = path_of("/api/v2/filters", &answer);
	answer = post(&rig->alice, rig_line(rig, "%s/keywords", filter), "keyword=noise&whole_word=false");
	part = path_of("/api/v2/filters/keywords", &answer);
	ok(answer.status == 200 && str_eq(rig_str(&answer, "keyword"), STR("noise")), "a keyword is put into a filter");
	answer = put(part, "keyword=din");
	ok(str_eq(rig_str(&answer, "keyword"), STR("din")) && rig_number(&answer, "whole_word") == 0, "and changed");
	answer = get(&rig->alice, rig_line(rig, "%s/keywords", filter));
	ok(rig_count(&answer, "") == 1 && str_eq(rig_str(&answer, "0.keyword"), STR("din")), "and listed");
	is_int(get(&rig->bob, part).status, 404, "for its owner");
	is_int(status_of("DELETE", part), 200, "and taken out");
	is_int(status_of("GET", part), 404, "and is gone");

	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "harmless", 0, &id);
	rig_post(rig, &rig->bob, VISIBILITY_FOLLOWERS, "secret", 0, &hidden);
	answer = post(&rig->alice, rig_line(rig, "%s/statuses", filter), rig_line(rig, "status_id=%llu", (unsigned long long)id));
	part = path_of("/api/v2/filters/statuses", &answer);
	is_int(answer.status, 200, "a post is put into a filter");
	answer = post(&rig->alice, rig_line(rig, "%s/statuses", filter), rig_line(rig, "status_id=%llu", (unsigned long long)id));
	ok(str_eq(str_of(part), str_of(path_of("/api/v2/filters/statuses", &answer))), "once");
	is_int(post(&rig->alice, rig_line(rig, "%s/statuses", filter),
	            rig_line(rig, "status_id=%llu", (unsigned long long)hidden)).status, 404, "if one sees it");
	answer = get(&rig->alice, rig_line(rig, "%s/statuses", filter));
	is_int(rig_count(&answer, ""), 1, "and listed");
	answer = get(&rig->alice, rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)id));
	ok(rig_count(&answer, "filtered") == 1 && rig_count(&answer, "filtered.0.status_matches") == 1, "and shown as met");
	is_int(status_of("DELETE", part), 200, "and taken out");
	is_int(status_of("GET", part), 404, "and is gone");
	rig_free(rig);
}

static void check_met(void)
{
	struct rig_answer answer;
	uint64_t id = 0;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	is_int(met("the match"), 0, "without filters nothing is met");
	make("title=Sport&context[]=home&keywords_attributes[][keyword]=match&keywords_attributes[][keyword]=goal"
	     "&expires_in=3600");
	make("title=More&context[]=thread&filter_action=blur&keywords_attributes[][keyword]=MATCH");
	is_int(met("the match"), 2, "every filter that finds a word is met");
	is_int(met("the matchbox"), 0, "none that does not");
	is_int(met("a <match> & more"), 2, "signs of markup hide nothing");
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "my match", 0, &id);
	answer = get(&rig->alice, rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)id));
	is_int(rig_count(&answer, "filtered"), 0, "one's own posts meet none");
	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "match and goal", 0, &id);
	post(&rig->bob, rig_line(rig, "/api/v1/statuses/%llu/reblog", (unsigned long long)id), "");
	answer = get(&rig->alice, "/api/v1/timelines/home");
	ok(rig_count(&answer, "0.filtered") == 2 && rig_count(&answer, "0.reblog.filtered") == 2, "a boost meets what its post does");
	ok(rig_count(&answer, "0.filtered.0.keyword_matches") == 2 &&
	   str_eq(rig_str(&answer, "0.filtered.0.filter.title"), STR("Sport")) && !rig_at(&answer, "0.filtered.0.filter.keywords"),
	   "and says by which words of which filter");
	answer = get(&rig->bob, "/api/v1/timelines/home");
	is_int(rig_count(&answer, "0.filtered"), 0, "another's filters are nobody else's");
	clock_advance_for_test(2 * HOUR_MS);
	is_int(met("a match"), 1, "a filter that ended is not met");
	rig_free(rig);
}

static void check_v1(void)
{
	struct rig_answer answer;
	const char *first;

	rig = rig_new();
	answer = post(&rig->alice, "/api/v1/filters", "phrase=noise&context[]=home&irreversible=true");
	first = path_of("/api/v1/filters", &answer);
	ok(answer.status == 200 && rig_number(&answer, "irreversible") == 1 && rig_number(&answer, "whole_word") == 0,
	   "an old client makes a filter of one phrase");
	answer = get(&rig->alice, "/api/v2/filters");
	ok(rig_count(&answer, "") == 1 && str_eq(rig_str(&answer, "0.filter_action"), STR("hide")) &&
	   str_eq(rig_str(&answer, "0.keywords.0.keyword"), STR("noise")), "a new one finds it");
	answer = put(first, "phrase=din&context[]=public&irreversible=false&whole_word=true");
	ok(str_eq(rig_str(&answer, "phrase"), STR("din")) && rig_number(&answer, "whole_word") == 1 &&
	   rig_number(&answer, "irreversible") == 0 && str_eq(rig_str(&answer, "context.0"), STR("public")), "it can be changed");
	make("title=two&context[]=home&keywords_attributes[][keyword]=a&keywords_attributes[][keyword]=b");
	answer = get(&rig->alice, "/api/v1/filters");
	is_int(rig_count(&answer, ""), 3, "each phrase is a filter of its own");
	is_int(put(rig_line(rig, "/api/v1/filters/%.*s", STR_ARG(rig_str(&answer, "1.id"))), "context[]=public").status, 422,
	       "what others share is not changed");
	is_int(get(&rig->bob, first).status, 404, "another's is as if it were not there");
	is_int(status_of("DELETE", first), 200, "it can be deleted");
	answer = get(&rig->alice, "/api/v2/filters");
	is_int(rig_count(&answer, ""), 1, "with the filter that held it alone");
	is_int(post(&rig->alice, "/api/v1/filters", "context[]=home").status, 422, "a phrase is needed");
	rig_free(rig);
}

static int purge(struct rig *world, struct txn *txn, void *arg)
{
	struct job job = { .subject = *(uint64_t *)arg };
	bool more = true;
	int r = OK;

	while (more && !r)
		r = purge_account_write(world->arena, txn, &job, &more);
	return r;
}

static void check_end_of_account(void)
{
	struct filter *filters;
	size_t count = 99;

	rig = rig_new();
	make("title=x&context[]=home");
	is_int(rig_write(rig, purge, &rig->alice.id), OK, "an account that ends");
	filters_of(rig->arena, world_read(rig->world), rig->alice.id, &filters, &count);
	is_int(count, 0, "takes its filters along");
	rig_free(rig);
}

int main(void)
{
	check_words();
	check_filters();
	check_refusals();
	check_parts();
	check_met();
	check_v1();
	check_end_of_account();
	return done();
}
