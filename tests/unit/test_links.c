/* What posts link to: the addresses of their text in one form, found again by who may see the posts. */
#include "storage/links.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;
static struct arena *arena;

static void is_form(const char *address, const char *wanted, const char *name)
{
	is_str(links_normalise(arena, str_of(address)), str_of(wanted), name);
}

static void check_forms(void)
{
	is_form("HTTPS://Example.ORG/A?b=C", "https://example.org/A?b=C", "scheme and host in small letters");
	is_form("https://example.org", "https://example.org/", "a path there always is");
	is_form("https://example.org?a=1", "https://example.org/?a=1", "before a query, too");
	is_form("https://example.org:443/a#part", "https://example.org/a", "no port that is meant anyway, no fragment");
	is_form("http://example.org:8080/", "http://example.org:8080/", "another port stays");
	is_form("ftp://example.org/", "", "what is not of the web is none");
	is_form("https://", "", "nor what has no host");
	is_form("", "", "nor nothing");
}

static void check_html(void)
{
	struct str_list links = links_of_html(arena, STR(
		"<p><a href=\"https://a.example/?x=1&amp;y=2\" rel=\"nofollow\">one</a> <a href=\"https://a.example/@bob\" "
		"class=\"u-url mention\">@<span>bob</span></a> <a href=\"https://a.example/tags/x\" class=\"mention hashtag\">#x</a> "
		"<a href=\"https://A.example/?x=1&amp;y=2#z\">again</a> <a href=\"https://b.example/&quot;\">two</a> <a "));

	is_int((long long)links.count, 2, "each once, without mentions and tags");
	is_str(links.items[0], STR("https://a.example/?x=1&y=2"), "as it is written in HTML");
	is_str(links.items[1], STR("https://b.example/\""), "with all that is escaped");
	is_int((long long)links_of_html(arena, STR("<a href=\"x")).count, 0, "half a tag is none");
}

static size_t count_of(const struct account *who, const char *url)
{
	struct rig_answer answer = rig_call(rig, "GET", rig_line(rig, "/api/v1/timelines/link?url=%s", url), who, NULL);

	return answer.status == 200 ? rig_count(&answer, "") : 999;
}

static uint64_t entries(void)
{
	uint64_t count = 99;

	view_count(world_read(rig->world), SPACE_LINKED, &count);
	return count;
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static int rebuild_body(struct rig *world, struct txn *txn, void *arg)
{
	struct key key;

	(void)world;
	txn_del(txn, SPACE_LINKED, key_hash_u64(&key, STR("https://c.example/other"), *(uint64_t *)arg));
	return links_build(txn);
}

static void check_timeline(void)
{
	struct rig_answer post;
	uint64_t findings = 0, id = 0;

	post = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=see+https://c.example/page%23top");
	rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=https://C.example/page");
	rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=https://c.example/page&visibility=unlisted");
	is_int((long long)count_of(&rig->bob, "https%3A%2F%2Fc.example%2Fpage"), 2, "public posts are found by what they link to");
	is_int((long long)count_of(&rig->bob, "https://c.example/page%23bottom"), 2, "whatever the fragment");
	is_int((long long)count_of(&rig->bob, "https://c.example/nowhere"), 0, "others are not");
	is_int(rig_call(rig, "GET", "/api/v1/timelines/link", &rig->bob, NULL).status, 422, "an address is asked for");
	is_int(rig_call(rig, "GET", "/api/v1/timelines/link?url=mailto:x", &rig->bob, NULL).status, 422, "of the web");
	rig_call(rig, "PUT", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&post, "id"))), &rig->alice,
	         "status=https://c.example/other");
	is_int((long long)count_of(&rig->bob, "https://c.example/page"), 1, "an edit changes where it stands");
	is_int((long long)count_of(&rig->bob, "https://c.example/other"), 1, "at once");
	str_to_u64(rig_str(&post, "id"), &id);
	rig_write(rig, rebuild_body, &id);
	is_int((long long)entries(), 2, "a store from before is brought to today");
	maintain_check(world_read(rig->world), print_finding, NULL, &findings);
	is_int((long long)findings, 0, "the store is true");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&post, "id"))), &rig->alice, NULL);
	is_int((long long)entries(), 1, "what is deleted leaves nothing");
}

int main(void)
{
	arena = arena_new();
	check_forms();
	check_html();
	rig = rig_new();
	check_timeline();
	rig_free(rig);
	arena_free(arena);
	return done();
}
