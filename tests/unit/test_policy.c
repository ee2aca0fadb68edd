/* The filters: alone, and at every way by which something of another node comes in or ours goes out. */
#include "federation/policy.h"

#include "federation/budget.h"
#include "federation/fetch.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/peers.h"
#include "storage/refusals.h"
#include "storage/posts.h"
#include "storage/rules.h"
#include "storage/timelines.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define NOTE_1 "https://b.example/notes/1"

static const struct str carols_key = { CAROL "#main-key", sizeof(CAROL "#main-key") - 1 };
static struct rig *rig;

static void add_rule(uint8_t kind, const char *text)
{
	struct rule rule = { .kind = kind };

	if (policy_rule_value(rig->arena, kind, str_of(text), &rule.value))
		abort();
	world_write(rig->world);
	rules_put(rig->world->txn, &rule);
	world_commit(rig->world);
}

static void remove_rule(uint8_t kind, const char *text)
{
	struct str value;

	policy_rule_value(rig->arena, kind, str_of(text), &value);
	world_write(rig->world);
	rules_delete(rig->world->txn, kind, value);
	world_commit(rig->world);
}

static const char *note_of(const char *actor, const char *number, const char *content)
{
	return rig_text(rig,
	                "{'id':'https://b.example/notes/%s','type':'Note','attributedTo':'%s','content':'%s',"
	                "'to':['" PUBLIC "']}",
	                number, actor, content);
}

static const char *create(const char *number, const char *content)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'Create','actor':'" CAROL "','object':%s}", number,
	                note_of(CAROL, number, content));
}

static const char *announce(const char *number, const char *note)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'Announce','actor':'" CAROL "','to':'" PUBLIC "',"
	                "'object':'%s'}", number, note);
}

static bool has_post(const char *number)
{
	return rig_find_post(rig, arena_cstr(rig->arena, arena_printf(rig->arena, "https://b.example/notes/%s", number))).id;
}

static struct str last_reason(void)
{
	struct refusal *lines;
	size_t count;

	refusals_page(rig->arena, world_read(rig->world), STR_NONE, 1, &lines, &count);
	return count ? lines[0].reason : STR_NONE;
}

static const char *value_of(uint8_t kind, const char *text)
{
	struct str value;

	return policy_rule_value(rig->arena, kind, str_of(text), &value) ? "-" : arena_cstr(rig->arena, value);
}

static void check_values(void)
{
	static const struct {
		uint8_t kind;
		const char *text, *value, *says;
	} rows[] = {
		{ RULE_DOMAIN, "B.Example", "b.example", "a domain is compared in small letters" },
		{ RULE_DOMAIN, "b.example:8443", "b.example:8443", "with its port" },
		{ RULE_DOMAIN, "b\u00fccher.example", "xn--bcher-kva.example", "and as it is in addresses" },
		{ RULE_DOMAIN, "https://b.example/", "-", "an address is no domain" },
		{ RULE_DOMAIN, "", "-", "nor is nothing" },
		{ RULE_ACCOUNT, "@Carol@B.example", "carol@b.example", "a handle may have its sign and any letters" },
		{ RULE_ACCOUNT, CAROL, CAROL, "an account may be named by its address" },
		{ RULE_ACCOUNT, "carol", "-", "but not without its host" },
		{ RULE_ACCOUNT, "ftp://b.example/x", "-", "nor by any scheme" },
		{ RULE_WORD, "  \u00c9t\u00c9! ", "ete", "a word is folded" },
		{ RULE_WORD, "golden,   fleece", "golden fleece", "several stand in a row" },
		{ RULE_WORD, "\u2026 !", "-", "signs alone are no word" },
		{ RULE_WORD, "\xff", "-", "nor is what is no text" },
		{ 0, "x", "-", "a rule has a kind" },
	};

	rig = rig_new();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_str(str_of(value_of(rows[i].kind, rows[i].text)), str_of(rows[i].value), rows[i].says);
	rig_free(rig);
}

static void check_domains(void)
{
	struct peer peer = { .domain = STR("social.b.example:8443"), .url = STR("https://social.b.example:8443") }, found;

	rig = rig_new();
	world_write(rig->world);
	peers_put(rig->world->txn, &peer);
	world_commit(rig->world);
	is_int(policy_peer_by_url(rig->arena, world_read(rig->world), STR(CAROL), &found), OK, "a listed peer is found");
	is_int(policy_peer_by_url(rig->arena, rig->world->view, STR_NONE, &found), ERR_NOT_FOUND, "nobody is not");
	add_rule(RULE_DOMAIN, "example.org");
	add_rule(RULE_DOMAIN, "xb.example");
	is_int(policy_peer_by_url(rig->arena, world_read(rig->world), STR(CAROL), &found), OK,
	       "rules against others do not matter");
	add_rule(RULE_DOMAIN, "b.example");
	is_int(policy_peer_by_url(rig->arena, world_read(rig->world), STR(CAROL), &found), ERR_NOT_FOUND,
	       "a block beats the list");
	is_int(policy_peer_by_domain(rig->arena, rig->world->view, STR("B.example"), &found), ERR_NOT_FOUND,
	       "in any letters");
	is_int(policy_peer_by_url(rig->arena, rig->world->view, STR("https://social.b.example:8443/u"), &found), ERR_NOT_FOUND,
	       "with all that is below it, on every port");
	ok(policy_blocks_peer(rig->arena, rig->world->view, &rig->peer), "its lane is closed");
	remove_rule(RULE_DOMAIN, "b.example");
	add_rule(RULE_DOMAIN, "social.b.example:444");
	is_int(policy_peer_by_url(rig->arena, world_read(rig->world), peer.url, &found), OK,
	       "another port is another node");
	rig_free(rig);
}

static void check_blocked_domain(void)
{
	struct rig_delivery delivery = { .key_id = STR("https://b.example/users/new#main-key") };
	struct incoming incoming;
	json_t *document;
	struct str uri;
	uint64_t post_id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	add_rule(RULE_DOMAIN, "b.example");
	delivery.json = create("1", "hi");
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_DENIED, "a blocked domain delivers nothing");
	is_int(rig->asked, 0, "and not even its key is asked for");
	world_write(rig->world);
	inbox_refuse_write(&incoming, rig->world->txn);
	world_commit(rig->world);
	is_str(last_reason(), STR("domain"), "the journal says why");
	is_int(fetch_document(&rig->federation, rig->arena, rig->world->store, STR(CAROL), &document, &uri), ERR_DENIED,
	       "nothing is fetched from it");
	is_int(rig->asked, 0, "not one request goes there");
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "hello", 0, &post_id);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "and nothing is delivered to it");
	remove_rule(RULE_DOMAIN, "b.example");
	is_int(rig_deliver(rig, create("2", "hi"), carols_key), OK, "until the rule is gone");
	rig_free(rig);
}

static void check_blocked_account(void)
{
	static const char *const names[] = { CAROL, "carol@b.example", "@CAROL@B.EXAMPLE" };
	struct account dave;
	uint64_t post_id;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		rig = rig_new();
		add_rule(RULE_ACCOUNT, names[i]);
		is_int(rig_deliver(rig, create("1", "hi"), carols_key), ERR_DENIED, names[i]);
		ok(!has_post("1"), "what a blocked account posts is not kept");
		rig_free(rig);
	}
	rig = rig_new();
	rig_deliver(rig, create("1", "hi"), carols_key);
	add_rule(RULE_ACCOUNT, CAROL);
	is_int(rig_deliver(rig, "{" AS "'id':'https://b.example/a/9','type':'Delete','actor':'" CAROL "','object':'" NOTE_1 "'}",
	                   carols_key), OK, "what it takes back is taken back");
	ok(!has_post("1"), "all the same");
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "hello", 0, &post_id);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "it gets no deliveries");
	rig_free(rig);

	/* CVE-2026-23961 of Mastodon. */
	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_follows(rig, &rig->alice, &rig->carol);
	add_rule(RULE_ACCOUNT, DAVE);
	rig_serve(rig, "https://b.example/notes/7", 200, NULL,
	          rig_text(rig, "{" AS "%s", note_of(DAVE, "7", "boosted") + 1));
	is_int(rig_deliver(rig, announce("8", "https://b.example/notes/7"), carols_key), OK,
	       "somebody boosts what a blocked account wrote");
	rig_resolve(rig);
	ok(!has_post("7"), "it does not come in that way");
	ok(!rig_find_post(rig, "https://b.example/a/8").id, "nor does the boost");
	is_str(last_reason(), STR("account"), "the journal says why");
	is_int(accounts_by_uri(rig->arena, world_read(rig->world), STR(DAVE), &dave), ERR_NOT_FOUND,
	       "the account is not kept either");
	rig_deliver(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/10','type':'Create','actor':'" CAROL "','object':{"
	                          "'id':'https://b.example/notes/10','type':'Note','attributedTo':'" CAROL "','content':'an answer',"
	                          "'inReplyTo':'https://b.example/notes/7','to':['" PUBLIC "']}}"), carols_key);
	rig_resolve(rig);
	ok(has_post("10") && !has_post("7"), "nor does it come as a parent");
	rig_free(rig);

	rig = rig_new();
	rig_deliver(rig, create("1", "hi"), carols_key);
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_follows(rig, &rig->alice, &rig->carol);
	add_rule(RULE_ACCOUNT, CAROL);
	rig_deliver(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/3','type':'Announce','actor':'" DAVE "',"
	                          "'to':'" PUBLIC "','object':'" NOTE_1 "'}"), STR(DAVE "#main-key"));
	ok(!rig_find_post(rig, "https://b.example/a/3").id, "what is here already is not boosted any more");
	rig_free(rig);
}

static void check_words(void)
{
	rig = rig_new();
	add_rule(RULE_WORD, "Golden Fl\u00e9ece");
	is_int(rig_deliver(rig, create("1", "<p>the <b>gol</b>den &#102;leece!</p>"), carols_key), OK,
	       "a post with a blocked word is answered like any other");
	ok(!has_post("1"), "and not kept");
	is_str(last_reason(), STR("word"), "the journal says why");
	rig_deliver(rig, create("2", "<p>the golden</p><p>GOLDEN\u2014FLEECE</p>"), carols_key);
	ok(!has_post("2"), "signs between words do not hide them");
	rig_deliver(rig, create("6", rig_text(rig, "<p>%060000d golden&amp;fleece</p>", 1)), carols_key);
	ok(!has_post("6"), "nor does the length of what is before them");
	rig_deliver(rig, create("3", "golden fleeces, fleece, golden, <a href=https://golden-fleece.example/>x</a>"), carols_key);
	ok(has_post("3"), "only whole words count");
	rig_deliver(rig,
	            "{" AS "'id':'https://b.example/a/4','type':'Update','actor':'" CAROL "','object':{"
	            "'id':'https://b.example/notes/3','type':'Note','attributedTo':'" CAROL "','summary':'golden fleece',"
	            "'content':'edited','updated':'2026-11-24T08:00:00Z','to':['" PUBLIC "']}}",
	            carols_key);
	ok(str_find(rig_find_post(rig, "https://b.example/notes/3").content, STR("edited")) == SIZE_MAX, "an edit brings none in");
	rig_serve_actor(rig, DAVE, "Person", "dave");
	add_rule(RULE_WORD, "dave");
	rig_deliver(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/5','type':'Create','actor':'" DAVE "','object':%s}",
	                          note_of(DAVE, "5", "hi")), STR(DAVE "#main-key"));
	ok(!has_post("5"), "a display name is read, too");
	rig_free(rig);
}

/* Words in what a post says besides its text. */
static void check_words_beside(void)
{
	rig = rig_new();
	add_rule(RULE_WORD, "fleece");
	rig_deliver(rig, "{" AS "'id':'https://b.example/a/1','type':'Create','actor':'" CAROL "','object':{"
	                 "'id':'https://b.example/notes/1','type':'Note','attributedTo':'" CAROL "','content':'a picture',"
	                 "'to':['" PUBLIC "'],'attachment':[{'type':'Image','url':'https://b.example/x.png','name':'A golden "
	                 "Fleece!'}]}}", carols_key);
	ok(!has_post("1"), "the description of a picture is read");
	rig_deliver(rig, "{" AS "'id':'https://b.example/a/2','type':'Create','actor':'" CAROL "','object':{"
	                 "'id':'https://b.example/notes/2','type':'Question','attributedTo':'" CAROL "','content':'which',"
	                 "'to':['" PUBLIC "'],'oneOf':[{'type':'Note','name':'wool'},{'type':'Note','name':'fleece'}]}}", carols_key);
	ok(!has_post("2"), "and the options of a poll");
	rig_deliver(rig, "{" AS "'id':'https://b.example/a/3','type':'Create','actor':'" CAROL "','object':{"
	                 "'id':'https://b.example/notes/3','type':'Article','attributedTo':'" CAROL "','content':'x',"
	                 "'name':'The fleece','to':['" PUBLIC "']}}", carols_key);
	ok(!has_post("3"), "and a title");
	rig_free(rig);
}

static struct str media_of(const char *number)
{
	rig_deliver(rig, rig_text(rig,
	                          "{" AS "'id':'https://b.example/a/%s','type':'Create','actor':'" CAROL "','object':{"
	                          "'id':'https://b.example/notes/%s','type':'Note','attributedTo':'" CAROL "','content':'x',"
	                          "'to':['" PUBLIC "'],'attachment':["
	                          "{'type':'Image','url':'https://b.example/1.png','mediaType':'image/png','name':'one'},"
	                          "{'type':'Document','url':'https://b.example/2.mp4','mediaType':'video/mp4'},"
	                          "{'type':'Image','url':'https://b.example/3.png'}]}}", number, number), carols_key);
	return rig_find_post(rig, rig_text(rig, "https://b.example/notes/%s", number)).attachments_json;
}

static bool has(struct str json, const char *text)
{
	return str_find(json, str_of(text)) != SIZE_MAX;
}

static void limit_media(uint64_t max, uint8_t kinds)
{
	rig->peer.attachments_max = max;
	rig->peer.media_kinds = kinds;
	world_write(rig->world);
	peers_put(rig->world->txn, &rig->peer);
	world_commit(rig->world);
}

static void check_media(void)
{
	struct str kept;

	rig = rig_new();
	kept = media_of("1");
	ok(has(kept, "1.png") && has(kept, "2.mp4") && has(kept, "3.png"), "all media of a post are kept");
	limit_media(0, MEDIA_IMAGE);
	kept = media_of("2");
	ok(has(kept, "1.png") && !has(kept, "2.mp4") && has(kept, "3.png"), "or some kinds");
	ok(has(kept, "\"name\":\"one\"") && has(kept, "\"mediaType\":\"image/png\""), "as they were");
	limit_media(2, 0);
	kept = media_of("3");
	ok(has(kept, "1.png") && has(kept, "2.mp4") && !has(kept, "3.png"), "or the first few");
	limit_media(0, MEDIA_NONE);
	is_int((long long)media_of("4").n, 0, "or none");
	rig_free(rig);
}

static size_t shown_publicly(const struct account *who)
{
	struct beholder beholder = { BEHOLDER_LOCAL, who->id };
	struct page page = { .limit = 40 };
	struct post_page found = { 0 };

	timeline_public(rig->arena, world_read(rig->world), beholder, true, true, false, &page, &found);
	return found.count;
}

static size_t shown_at_home(const struct account *who)
{
	struct page page = { .limit = 40 };
	struct post_page found = { 0 };

	timeline_home(rig->arena, world_read(rig->world), who->id, &page, &found);
	return found.count;
}

static void check_silence(void)
{
	static const struct { uint8_t kind; const char *value; } rules[] = {
		{ RULE_SILENCE_DOMAIN, "b.example" }, { RULE_SILENCE_ACCOUNT, CAROL },
		{ RULE_SILENCE_ACCOUNT, "@carol@b.example" },
	};

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		rig = rig_new();
		rig_follows(rig, &rig->alice, &rig->carol);
		add_rule(rules[i].kind, rules[i].value);
		is_int(rig_deliver(rig, create("1", "hi"), carols_key), OK, rules[i].value);
		ok(has_post("1") && shown_at_home(&rig->alice) == 1, "who follows reads what a silenced account says");
		is_int((long long)shown_publicly(&rig->bob), 0, "others do not meet it");
		is_int((long long)shown_publicly(&rig->alice), 1, "in public");
		rig_deliver(rig, rig_text(rig,
		                          "{" AS "'id':'https://b.example/a/2','type':'Create','actor':'" CAROL "','object':{"
		                          "'id':'https://b.example/notes/2','type':'Note','attributedTo':'" CAROL "','content':'psst',"
		                          "'to':['%.*s','%.*s'],'tag':[{'type':'Mention','href':'%.*s'},{'type':'Mention','href':'%.*s'}]}}",
		                          STR_ARG(rig->alice.uri), STR_ARG(rig->bob.uri), STR_ARG(rig->alice.uri),
		                          STR_ARG(rig->bob.uri)), carols_key);
		is_int((long long)rig_notices(rig, &rig->bob, 0), 0, "it gives a stranger no notice");
		is_int((long long)rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "a follower one");
		remove_rule(rules[i].kind, rules[i].value);
		is_int((long long)shown_publicly(&rig->bob), 1, "when the rule is gone it is met again");
		rig_free(rig);
	}
	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	add_rule(RULE_SILENCE_DOMAIN, "example");
	rig_deliver(rig, create("1", "hi"), carols_key);
	is_int((long long)shown_publicly(&rig->bob), 0, "a rule for a domain is one for all below it");
	{
		uint64_t id;

		rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "ours", 0, &id);
	}
	is_int((long long)shown_publicly(&rig->bob), 1, "but never for ours");
	rig_free(rig);
}

/* Who follows the booster does not read a silenced account by that. */
static void check_silenced_boost(void)
{
	uint64_t boost_id;
	struct post post;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->bob, &rig->alice);
	rig_deliver(rig, create("1", "hi"), carols_key);
	post = rig_find_post(rig, NOTE_1);
	world_write(rig->world);
	act_announce(rig->arena, rig->world->txn, rig->alice.id, post.id, VISIBILITY_PUBLIC, &boost_id);
	world_commit(rig->world);
	is_int((long long)shown_at_home(&rig->bob), 1, "a boost is read by who follows the booster");
	add_rule(RULE_SILENCE_ACCOUNT, CAROL);
	is_int((long long)shown_at_home(&rig->bob), 0, "not when its author is silenced");
	rig_free(rig);
}

static void check_default_rate(void)
{
	struct rig_delivery delivery = { .key_id = carols_key };
	struct incoming incoming;

	rig = rig_new();
	rig->federation.peer_rate = 1;
	is_int(rig_deliver(rig, create("1", "a"), carols_key), OK, "the rate of whoever has none of its own");
	delivery.json = create("2", "a");
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_BUSY, "can be configured");
	rig_free(rig);
}

static void check_limits(void)
{
	struct budget *budget = budget_new();
	struct incoming incoming;
	struct rig_delivery delivery = { .key_id = carols_key };
	int taken = 0;

	clock_set_for_test(RIG_NOW_MS);
	for (int i = 0; i < 20; i++)
		taken += budget_take_activity(budget, STR("https://b.example"), 6);
	is_int(taken, 6, "an origin may send so many a minute at once");
	clock_advance_for_test(10 * SECOND_MS);
	ok(budget_take_activity(budget, STR("https://b.example"), 6), "one more when its share of the minute is over");
	ok(!budget_take_activity(budget, STR("https://b.example"), 6), "but not two");
	ok(budget_take_activity(budget, STR("https://c.example"), 6), "another origin has its own");
	budget_free(budget);

	rig = rig_new();
	rig->peer.activities_a_minute = 2;
	rig->peer.body_max = 1000;
	world_write(rig->world);
	peers_put(rig->world->txn, &rig->peer);
	world_commit(rig->world);
	is_int(rig_deliver(rig, create("1", "a"), carols_key), OK, "within its limit");
	delivery.json = rig_text(rig, "%s%2000s", create("2", "a"), " ");
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_LIMIT, "what is longer than a peer may send is refused");
	is_int(rig_deliver(rig, create("3", "a"), carols_key), OK, "and costs it nothing");
	delivery.json = create("4", "a");
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_BUSY, "what is too much is put off");
	is_str(str_of(incoming.word), STR("rate"), "and has a word for it");
	clock_advance_for_test(MINUTE_MS);
	is_int(rig_deliver(rig, create("4", "a"), carols_key), OK, "so that it comes later");
	rig_free(rig);
}

int main(void)
{
	check_values();
	check_domains();
	check_blocked_domain();
	check_blocked_account();
	check_words();
	check_words_beside();
	check_media();
	check_silence();
	check_silenced_boost();
	check_default_rate();
	check_limits();
	return done();
}
