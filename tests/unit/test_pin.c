/* Pinned posts: Add and Remove through the one door from either side, the collection, the client API. */
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/pins.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define FEATURED CAROL "/collections/featured"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define NOTE(number) "https://b.example/notes/" number

static struct rig *rig;

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static struct rig_answer post(const struct account *who, const char *target)
{
	return rig_call(rig, "POST", target, who, "");
}

static struct rig_answer write_post(const struct account *who, const char *form)
{
	return rig_call(rig, "POST", "/api/v1/statuses", who, form);
}

static const char *status(const struct rig_answer *written, const char *more)
{
	return rig_line(rig, "/api/v1/statuses/%.*s%s", STR_ARG(rig_str(written, "id")), more);
}

static bool sent(const char *needle)
{
	return str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

static size_t pins(const struct account *account)
{
	struct id_list ids = { NULL, 0 };

	pins_of(rig->arena, world_read(rig->world), account->id, &ids);
	return ids.count;
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

/* carol has a collection, and may have written a note. */
static void start(bool with_note)
{
	struct account carol;

	rig = rig_new();
	carol = rig->carol;
	carol.featured_uri = STR(FEATURED);
	accounts_put(world_write(rig->world), &carol);
	world_commit(rig->world);
	rig_follows(rig, &rig->alice, &rig->carol);
	if (with_note)
		rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/n1','type':'Create','actor':'" CAROL "',"
		                             "'to':['" PUBLIC "'],'object':{'id':'" NOTE("1") "','type':'Note',"
		                             "'attributedTo':'" CAROL "','published':'2026-11-24T07:59:00Z',"
		                             "'content':'Hi','to':['" PUBLIC "']}}"));
}

/* `id` is a member with a comma behind it, or empty. */
static const char *act(const char *id, const char *type, const char *actor, const char *object, const char *target)
{
	return rig_text(rig, "{" AS "%s'type':'%s','actor':'%s','object':'%s','target':'%s'}", id, type, actor, object,
	                target);
}

static void check_ours(void)
{
	struct rig_answer first, second, answer;
	const char *of_alice;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	of_alice = rig_line(rig, "/api/v1/accounts/%llu/statuses?pinned=true", (unsigned long long)rig->alice.id);
	first = write_post(&rig->alice, "status=first");
	second = write_post(&rig->alice, "status=second&visibility=unlisted");
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	answer = post(&rig->alice, status(&first, "/pin"));
	is_int(rig_number(&answer, "pinned"), 1, "one pins a post of one's own");
	rig_jobs(rig);
	ok(sent("\"type\":\"Add\"") && sent("/collections/featured\""), "followers elsewhere hear of it by an Add");
	rig_outgoing_clear(rig);
	is_int(post(&rig->alice, status(&first, "/pin")).status, 200, "pinning twice is no error");
	is_int(rig_jobs(rig), 0, "and is said once");
	post(&rig->alice, status(&second, "/pin"));
	answer = get(&rig->bob, of_alice);
	is_int(rig_count(&answer, ""), 2, "the profile shows what is pinned");
	is_str(rig_str(&answer, "0.id"), rig_str(&second, "id"), "the newest post first");
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	answer = post(&rig->alice, status(&first, "/unpin"));
	is_int(rig_number(&answer, "pinned"), 0, "a pin can be taken back");
	rig_jobs(rig);
	ok(sent("\"type\":\"Remove\""), "by a Remove");
	is_int(post(&rig->alice, status(&first, "/unpin")).status, 200, "twice is no error");
	rig_call(rig, "DELETE", status(&second, ""), &rig->alice, NULL);
	answer = get(&rig->bob, of_alice);
	is_int(rig_count(&answer, ""), 0, "a pin goes with its post");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_limits(void)
{
	struct rig_answer written;

	rig = rig_new();
	written = write_post(&rig->bob, "status=x");
	is_int(post(&rig->alice, status(&written, "/pin")).status, 422, "another's post is not for pinning");
	written = write_post(&rig->bob, "status=x&visibility=private");
	is_int(post(&rig->bob, status(&written, "/pin")).status, 422, "nor is one for followers");
	is_int(post(&rig->alice, status(&written, "/pin")).status, 404, "and one that is not seen is not there");
	for (int i = 0; i < PINS_MAX; i++) {
		written = write_post(&rig->bob, "status=x");
		post(&rig->bob, status(&written, "/pin"));
	}
	is_int(post(&rig->bob, status(&written, "/pin")).status, 200, "the last that fits may be pinned again");
	written = write_post(&rig->bob, "status=x");
	is_int(post(&rig->bob, status(&written, "/pin")).status, 422, "the one after it does not fit");
	is_int(pins(&rig->bob), PINS_MAX, "and is not pinned");
	rig_free(rig);
}

static void check_collection(void)
{
	struct rig_answer written, answer;
	struct str key;
	const char *path;

	rig = rig_new();
	key = STR(CAROL "#main-key");
	written = write_post(&rig->alice, "status=x");
	post(&rig->alice, status(&written, "/pin"));
	answer = rig_fetch(rig, rig_line(rig, "/u/%llu", (unsigned long long)rig->alice.id), key);
	path = arena_cstr(rig->arena, str_sub(rig_str(&answer, "featured"), strlen("https://a.example"), SIZE_MAX));
	answer = rig_fetch(rig, path, key);
	is_str(rig_str(&answer, "type"), STR("OrderedCollection"), "an actor names its collection");
	is_str(rig_str(&answer, "orderedItems.0"), rig_str(&written, "uri"), "which holds what is pinned");
	is_int(get(NULL, path).status, 401, "for peers that sign");
	post(&rig->alice, rig_line(rig, "/api/v1/accounts/%llu/block", (unsigned long long)rig->carol.id));
	answer = rig_fetch(rig, path, key);
	is_int(rig_count(&answer, "orderedItems"), 0, "but not what the signer may not see");
	rig_free(rig);
}

static void check_of_a_peer(void)
{
	struct rig_answer answer;

	start(true);
	is_int(rig_apply(rig, act("", "Remove", CAROL, NOTE("1"), FEATURED)), ERR_EXISTS, "a Remove of no pin changes nothing");
	is_int(rig_apply(rig, act("'id':'https://b.example/a/1',", "Add", CAROL, NOTE("1"), FEATURED)), OK,
	       "a peer's person pins");
	is_int(pins(&rig->carol), 1, "which is kept");
	is_int(rig_apply(rig, act("'id':'https://b.example/a/1',", "Add", CAROL, NOTE("1"), FEATURED)), ERR_EXISTS,
	       "the same Add has its effect once");
	answer = get(&rig->bob, rig_line(rig, "/api/v1/accounts/%llu/statuses?pinned=true",
	                                 (unsigned long long)rig->carol.id));
	is_int(rig_count(&answer, ""), 1, "and shown");
	is_int(rig_apply(rig, act("", "Remove", CAROL, NOTE("1"), FEATURED)), OK, "an id is not needed");
	is_int(pins(&rig->carol), 0, "to take it back");
	is_int(rig_apply(rig, act("", "Remove", CAROL, NOTE("7"), FEATURED)), OK, "what was never here is taken back without effect");
	rig_free(rig);
}

static void check_order(void)
{
	struct str need = STR_NONE;

	start(false);
	is_int(rig_apply_need(rig, act("", "Add", CAROL, NOTE("1"), FEATURED), &need), NEED,
	       "a post that did not come yet is fetched, for its author is followed");
	is_str(need, STR(NOTE("1")), "at its id");
	is_int(pins(&rig->carol), 0, "before it is pinned");
	rig_free(rig);
}

static void check_wrong_hands(void)
{
	struct account dave;
	struct rig_answer ours;

	start(true);
	dave = rig->carol;
	dave.id = 0;
	dave.username = STR("dave");
	dave.uri = STR(DAVE);
	dave.featured_uri = STR(DAVE "/collections/featured");
	dave.key_id = STR(DAVE "#main-key");
	accounts_put(world_write(rig->world), &dave);
	world_commit(rig->world);
	ours = write_post(&rig->alice, "status=x");
	is_int(rig_apply(rig, act("", "Add", DAVE, NOTE("1"), FEATURED)), ERR_DENIED, "nobody adds to another's collection");
	is_int(rig_apply(rig, act("", "Add", DAVE, NOTE("1"), DAVE "/collections/featured")), ERR_DENIED,
	       "nor another's post to one's own");
	is_int(rig_apply(rig, act("", "Add", CAROL, arena_cstr(rig->arena, rig_str(&ours, "uri")), FEATURED)), ERR_DENIED,
	       "nor one of ours");
	is_int(rig_apply(rig, act("", "Add", CAROL, "https://evil.example/n/1", FEATURED)), ERR_DENIED,
	       "what is of another origin is not fetched");
	is_int(rig_apply(rig, act("", "Add", CAROL, NOTE("1"), CAROL "/followers")), ERR_DENIED, "no other collection is known");
	is_int(rig_apply(rig, act("'id':'https://evil.example/a/1',", "Add", CAROL, NOTE("1"), FEATURED)), ERR_INVALID,
	       "an id of another origin makes it void");
	is_int(pins(&rig->carol), 0, "none of these left anything");
	rig_apply(rig, act("", "Add", CAROL, NOTE("1"), FEATURED));
	is_int(rig_apply(rig, act("", "Remove", DAVE, NOTE("1"), FEATURED)), ERR_DENIED, "nobody removes from another's");
	is_int(pins(&rig->carol), 1, "so the pin stays");
	rig_free(rig);
}

int main(void)
{
	check_ours();
	check_limits();
	check_collection();
	check_of_a_peer();
	check_order();
	check_wrong_hands();
	return done();
}
