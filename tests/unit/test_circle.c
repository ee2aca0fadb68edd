/* Recommendations, followers in common, suggestions and the directory, through the client API. */
#include "storage/people.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/maintain.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;
static struct account dora, emil;  /* two more of ours */

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static struct rig_answer post(const struct account *who, const char *target)
{
	return rig_call(rig, "POST", target, who, "");
}

static const char *of(const struct account *account, const char *more)
{
	return rig_line(rig, "/api/v1/accounts/%llu%s", (unsigned long long)account->id, more);
}

static bool is(struct str id, const struct account *account)
{
	return str_eq(id, str_of(rig_line(rig, "%llu", (unsigned long long)account->id)));
}

static size_t count_of(const struct account *who, const char *target)
{
	struct rig_answer answer = get(who, target);

	return answer.status == 200 ? rig_count(&answer, "") : 999;
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(rig->world), print_finding, NULL, &count);
	return count;
}

static int add_people(struct rig *world, struct txn *txn, void *arg)
{
	struct account *people[] = { &dora, &emil };
	const char *names[] = { "dora", "emil" };
	int r = OK;

	(void)arg;
	for (int i = 0; i < 2 && r == OK; i++) {
		*people[i] = (struct account){
			.kind = ACCOUNT_PERSON, .username = str_of(names[i]), .created_ms = RIG_NOW_MS,
			.uri = str_of(rig_line(world, "https://a.example/u/%s", names[i])),
			.url = str_of(rig_line(world, "https://a.example/@%s", names[i])),
		};
		r = accounts_put(txn, people[i]);
	}
	return r;
}

static void change(const struct account *who, const char *form)
{
	rig_call(rig, "PATCH", "/api/v1/accounts/update_credentials", who, form);
}

static void start(void)
{
	rig = rig_new();
	rig_write(rig, add_people, NULL);
	change(&dora, "discoverable=true");
	change(&emil, "discoverable=true");
}

static void check_endorse(void)
{
	struct rig_answer answer;

	start();
	is_int(post(&rig->alice, of(&rig->bob, "/endorse")).status, 422, "whom one does not follow one cannot recommend");
	rig_follows(rig, &rig->alice, &rig->bob);
	answer = post(&rig->alice, of(&rig->bob, "/endorse"));
	is_int(rig_number(&answer, "endorsed"), 1, "whom one follows one can");
	is_int(count_of(&rig->alice, "/api/v1/endorsements"), 1, "to oneself it is shown");
	answer = get(&dora, of(&rig->alice, "/endorsements"));
	ok(rig_count(&answer, "") == 1 && is(rig_str(&answer, "0.id"), &rig->bob), "and to all who look");
	answer = post(&rig->alice, of(&rig->bob, "/unendorse"));
	is_int(rig_number(&answer, "endorsed"), 0, "it can be taken back");
	answer = post(&rig->alice, of(&rig->bob, "/pin"));
	is_int(rig_number(&answer, "endorsed"), 1, "the former name does as well");
	post(&rig->alice, of(&rig->bob, "/unfollow"));
	is_int(count_of(&dora, of(&rig->alice, "/endorsements")), 0, "who is not followed any more is not recommended");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_familiar(void)
{
	struct rig_answer answer;

	start();
	rig_follows(rig, &rig->alice, &rig->bob);
	rig_follows(rig, &rig->alice, &dora);
	rig_follows(rig, &rig->bob, &emil);
	answer = get(&rig->alice, rig_line(rig, "/api/v1/accounts/familiar_followers?id[]=%llu&id[]=%llu&id[]=4",
	                                   (unsigned long long)emil.id, (unsigned long long)dora.id));
	ok(rig_count(&answer, "") == 2 && is(rig_str(&answer, "0.id"), &emil) && rig_count(&answer, "0.accounts") == 1 &&
	   is(rig_str(&answer, "0.accounts.0.id"), &rig->bob), "one learns whom one follows who follows somebody");
	is_int(rig_count(&answer, "1.accounts"), 0, "or that it is nobody");
	change(&rig->bob, "hide_collections=true");
	answer = get(&rig->alice, rig_line(rig, "/api/v1/accounts/familiar_followers?id[]=%llu",
	                                   (unsigned long long)emil.id));
	is_int(rig_count(&answer, "0.accounts"), 0, "but not of who hides his follows");
	rig_free(rig);
}

static void check_suggestions(void)
{
	struct rig_answer answer;

	start();
	rig_follows(rig, &rig->alice, &rig->bob);
	rig_follows(rig, &rig->bob, &dora);
	rig_follows(rig, &rig->bob, &rig->alice);
	change(&rig->alice, "fields_attributes[0][name]=Department&fields_attributes[0][value]=Research");
	change(&emil, "fields_attributes[0][name]=department&fields_attributes[0][value]=Research");
	answer = get(&rig->alice, "/api/v2/suggestions");
	is_int(rig_count(&answer, ""), 2, "whom one might follow is suggested");
	ok(is(rig_str(&answer, "0.account.id"), &emil) && str_eq(rig_str(&answer, "0.sources.0"), STR("same_fields")) &&
	   str_eq(rig_str(&answer, "0.reasons.fields.0.value"), STR("Research")), "since a field is the same");
	ok(is(rig_str(&answer, "1.account.id"), &dora) &&
	   str_eq(rig_str(&answer, "1.sources.0"), STR("friends_of_friends")) &&
	   is(rig_str(&answer, "1.reasons.friends.0.id"), &rig->bob), "or since somebody follows them whom one follows");
	change(&dora, "discoverable=false");
	is_int(count_of(&rig->alice, "/api/v2/suggestions"), 1, "who does not want to be found is not suggested");
	change(&dora, "discoverable=true");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/suggestions/%llu", (unsigned long long)emil.id), &rig->alice, "");
	is_int(count_of(&rig->alice, "/api/v2/suggestions"), 1, "nor whom one did not want");
	change(&rig->bob, "hide_collections=true");
	is_int(count_of(&rig->alice, "/api/v2/suggestions"), 0, "nor by who hides his follows");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_directory(void)
{
	struct rig_answer answer;
	uint64_t id = 0;

	start();
	clock_advance_for_test(SECOND_MS);
	rig_post(rig, &dora, VISIBILITY_PUBLIC, "hello", 0, &id);
	answer = get(&rig->alice, "/api/v1/directory");
	ok(rig_count(&answer, "") == 2 && is(rig_str(&answer, "0.id"), &dora), "the directory has who wants to be found");
	answer = get(&rig->alice, "/api/v1/directory?order=new&local=true");
	ok(rig_count(&answer, "") == 2 && is(rig_str(&answer, "0.id"), &emil), "by their age as well");
	is_int(count_of(&rig->alice, "/api/v1/directory?offset=1&limit=1"), 1, "in pages");
	post(&rig->alice, of(&dora, "/block"));
	is_int(count_of(&rig->alice, "/api/v1/directory"), 1, "without whom one shuns");
	is_int(get(&rig->alice, "/api/v1/directory?order=old").status, 422, "an order is one of two");
	rig_free(rig);
}

static void check_by_ids(void)
{
	struct rig_answer answer;
	uint64_t open = 0, hidden = 0;

	start();
	answer = get(&rig->alice, rig_line(rig, "/api/v1/accounts?id[]=%llu&id[]=4&id[]=%llu", (unsigned long long)emil.id,
	                                   (unsigned long long)dora.id));
	ok(rig_count(&answer, "") == 2 && is(rig_str(&answer, "0.id"), &emil), "accounts are given by their ids");
	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "open", 0, &open);
	rig_post(rig, &rig->bob, VISIBILITY_DIRECT, "hidden", 0, &hidden);
	answer = get(&rig->alice, rig_line(rig, "/api/v1/statuses?id[]=%llu&id[]=%llu", (unsigned long long)hidden,
	                                   (unsigned long long)open));
	ok(rig_count(&answer, "") == 1 && rig_holds(&answer, "open"), "and statuses, but not those of others' business");
	rig_free(rig);
}

int main(void)
{
	check_endorse();
	check_familiar();
	check_suggestions();
	check_directory();
	check_by_ids();
	return done();
}
