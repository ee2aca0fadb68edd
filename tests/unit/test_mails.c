/* Mails in the store: what is queued and what is not, what is left of one that ended, and addresses. */
#include "storage/mails.h"

#include "node/config.h"
#include "node/mail/address.h"
#include "node/mail/queue.h"
#include "node/mail/relay.h"
#include "node/seal.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct config config;
static struct seal seal = { { 7 } };
static struct mailer mailer = { &config, &seal };
static struct mail_parameter reset_parameters[] = {
	{ "link", STR("https://a.example/reset/secret-of-the-link") }, { "until", STR("1800003600000") },
};

static struct mail_order reset_order(void)
{
	return (struct mail_order){
		.template = STR("password-reset"), .to = STR("ana@a.example"), .parameters = reset_parameters,
		.parameter_count = 2, .account_id = 7,
	};
}

static int queue(const struct mail_order *order, uint64_t *ret_id)
{
	return mail_queue(world->arena, world->txn, &mailer, order, ret_id);
}

static void start(void)
{
	struct str error = STR_NONE;

	clock_set_for_test(INT64_C(1800000000000));
	world = world_new();
	config_load(world->arena, NULL, NULL, &config, &error);
	world_write(world);
}

static void check_off(void)
{
	struct mail_order order = reset_order();
	uint64_t id = 1;
	struct mail *mails;
	size_t count = 1;

	is_int(queue(&order, &id), OK, "without a relay nothing goes wrong");
	is_int(id, 0, "and nothing is queued, which is told");
	mails_list(world->arena, txn_view(world->txn), 0, 0, 10, &mails, &count);
	is_int(count, 0, "indeed");
	config.mail_relay = STR("smtp://127.0.0.1:25");
}

static void check_queue(void)
{
	struct mail_order order = reset_order();
	struct mail_values *values;
	struct mail mail;
	uint64_t id = 0;

	is_int(queue(&order, &id), OK, "a mail is queued");
	world_commit(world);
	is_int(world_events(world, EVENT_JOBS), 1, "with a job");
	world_write(world);
	mails_get(world->arena, txn_view(world->txn), id, &mail);
	is_int(mail.state, MAIL_WAITING, "it waits");
	is_str(mail.locale, STR("fr"), "in the node's first language, as nobody said which");
	ok(str_find(mail.sealed, STR("secret-of-the-link")) == SIZE_MAX, "the store does not hold the link in the open");
	is_int(mail_values_open(world->arena, &seal, &mail, &values), OK, "but who has the key reads it");
	is_str(mail_value(values, "link"), STR("https://a.example/reset/secret-of-the-link"), "whole");
	mail.id++;
	is_int(mail_values_open(world->arena, &seal, &mail, &values), ERR_INVALID, "what is sealed belongs to one mail");
	mail.id--;
	mail.state = MAIL_SENT;
	mails_put(world->txn, &mail);
	mails_get(world->arena, txn_view(world->txn), id, &mail);
	is_int(mail.sealed.n, 0, "nothing of what it said is left of one that was sent");
	is_int(mails_retry(world->txn, id), ERR_GONE, "so it cannot be sent again");
	is_int(mails_newest_to(world->arena, txn_view(world->txn), STR("ANA@a.example"), &mail), OK, "it is found by its address");
	is_int(mail.id, id, "in any case of the letters");
}

static void check_withdrawn(void)
{
	struct mail_order order = reset_order();
	struct mail mail;
	uint64_t id = 0;

	order.to = STR("bob@a.example");
	queue(&order, &id);
	is_int(mails_withdraw(world->txn, id), OK, "one that waits is withdrawn");
	mails_get(world->arena, txn_view(world->txn), id, &mail);
	is_int(mail.state, MAIL_VOID, "and void");
	is_int(mail.sealed.n, 0, "its link is forgotten");
}

static void check_refused(void)
{
	struct mail_parameter lines[] = {
		{ "link", STR("https://a.example/\r\nBcc: eve@evil.test") }, { "until", STR("1") },
	};
	struct mail_order order = reset_order();
	uint64_t id = 0;

	order.template = STR("advertisement");
	is_int(queue(&order, &id), ERR_INVALID, "a template that is not there is refused");
	order = reset_order();
	order.parameter_count = 1;
	is_int(queue(&order, &id), ERR_INVALID, "so is a mail without what its template needs");
	order = reset_order();
	order.parameters = lines;
	is_int(queue(&order, &id), ERR_INVALID, "and one with a line end in a parameter");
	order = reset_order();
	order.to_name = STR("Ana\nBcc: eve@evil.test");
	is_int(queue(&order, &id), ERR_INVALID, "or in a name");
	order = reset_order();
	order.to = STR("ana@a.example\r\nRCPT TO:<eve@evil.test>");
	is_int(queue(&order, &id), ERR_INVALID, "or in an address");
	ok(!txn_err(world->txn), "none of these harms what else is written");
}

static void check_rate(void)
{
	struct mail_order order = reset_order();
	uint64_t id = 0;
	size_t i;

	order.to = STR("cleo@a.example");
	for (i = 0; queue(&order, &id) == OK && i < 100; i++)
		order.to = i % 2 ? STR("cleo@a.example") : STR("CLEO@a.example");
	is_int(i, MAILS_AN_HOUR, "so many go to one address within an hour");
	is_int(queue(&order, &id), ERR_LIMIT, "and no more");
	world_commit(world);
	clock_advance_for_test(HOUR_MS + 1000);
	world_write(world);
	is_int(queue(&order, &id), OK, "but later again");
	for (i = 1; i < 100; i++) {
		order.to = arena_printf(world->arena, "stranger%zu@a.example", i);
		if (queue(&order, &id) != OK)
			break;
	}
	is_int(i, MAILS_OF_ONE_AN_HOUR, "so many are of one person within an hour, whomever they go to");
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static void check_end(void)
{
	struct mail *mails;
	uint64_t findings = 1;
	size_t count = 0;
	bool more = true;

	world_commit(world);
	maintain_check(world_read(world), print_finding, NULL, &findings);
	is_int(findings, 0, "the indexes are true");
	world_write(world);
	mails_purge(world->txn, 7, 100, &more);
	ok(!more, "what was written to somebody goes with them");
	mails_list(world->arena, txn_view(world->txn), 0, 0, 10, &mails, &count);
	is_int(count, 0, "all of it");
	world_commit(world);
	maintain_check(world_read(world), print_finding, NULL, &findings);
	is_int(findings, 0, "and the indexes are still true");
	world_write(world);
	mails_add(world->txn, &(struct mail){ .to = STR("dora@a.example") });
	world_commit(world);
	clock_advance_for_test((MAILS_KEPT_DAYS + 1) * (int64_t)DAY_MS);
	world_write(world);
	mails_expire(world->txn, 10, &more);
	mails_list(world->arena, txn_view(world->txn), 0, 0, 10, &mails, &count);
	is_int(count, 0, "after a month a mail is forgotten");
}

static void check_addresses(void)
{
	static const struct { const char *text, *address; } good[] = {
		{ "ana@a.example", "ana@a.example" },
		{ "Ana.M+rse@A.EXAMPLE", "Ana.M+rse@a.example" },
		{ "o'neil@xn--bcher-kva.example", "o'neil@xn--bcher-kva.example" },
		{ "ana@b\xc3\xbc" "cher.example", "ana@xn--bcher-kva.example" },
		{ "ana@\xef\xbd\x81.example", "ana@a.example" },   /* a full-width letter is that letter */
	};
	static const char *const bad[] = {
		"", "@", "ana", "ana@", "@a.example", "ana@a.example.", "ana@.a.example", "ana@a..example", ".ana@a.example",
		"ana.@a.example", "a..b@a.example", "\"ana\"@a.example", "ana(comment)@a.example", "ana@(comment)a.example",
		"ana@a.example (Ana)", "Ana <ana@a.example>", "<ana@a.example>", "ana@b@a.example", "ana@[127.0.0.1]",
		"ana@127.0.0.1", "ana@a.example:25", "ana@a.example\r\nBcc: x@y.example", "ana\r@a.example", "ana\n@a.example",
		"ana@a.example\n", " ana@a.example", "ana@a.example ", "ana@a example", "ana,bob@a.example", "ana;@a.example",
		"\xc3\xa9lo@a.example", "ana@-a.example", "ana@a_b.example", "ana@a.example/x", "ana@a.example?x", "ana@\xff.example",
		"ana@a\\b.example", "ana@a.example\t", "an a@a.example", "ana@a.1",
	};
	struct str address;
	const char *fault;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		address = STR_NONE;
		mail_address_parse(world->arena, str_of(good[i].text), &address, &fault);
		ok(str_eq(address, str_of(good[i].address)), "an address in its plain form");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(mail_address_parse(world->arena, str_of(bad[i]), &address, &fault), ERR_INVALID, "no address: it is refused");
}

static void check_relays(void)
{
	static const char *const bad[] = {
		"mail.example", "http://mail.example", "smtp://", "smtp://user@mail.example", "smtp://mail.example/x",
		"smtp://mail.example:99999", "smtp://mail example", "smtp://mail.example\r\n", "SMTP://mail.example", "file:///etc/passwd",
	};
	struct mail_relay relay;

	is_int(mail_relay_parse(world->arena, STR("smtp://mail.example:587"), &relay), OK, "a relay with a port");
	ok(!relay.loopback && !relay.smtps, "is another machine");
	is_int(mail_relay_tls(&relay, &config), MAIL_TLS_REQUIRED, "so it must encrypt");
	mail_relay_parse(world->arena, STR("smtp://127.0.0.1:25"), &relay);
	is_int(mail_relay_tls(&relay, &config), MAIL_TLS_OPPORTUNISTIC, "this machine need not");
	mail_relay_parse(world->arena, STR("smtps://127.0.0.1"), &relay);
	is_int(mail_relay_tls(&relay, &config), MAIL_TLS_REQUIRED, "unless its address says so");
	mail_relay_parse(world->arena, STR("smtps://[::1]:443"), &relay);
	is_str(relay.url, STR("smtps://[::1]:443"), "no port is taken for another");
	mail_relay_parse(world->arena, STR("smtp://Mail.Example"), &relay);
	is_str(relay.url, STR("smtp://mail.example"), "nor one made up");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(mail_relay_parse(world->arena, str_of(bad[i]), &relay), ERR_INVALID, "no relay: it is refused");
}

int main(void)
{
	start();
	check_off();
	check_queue();
	check_withdrawn();
	check_refused();
	check_rate();
	check_end();
	check_addresses();
	check_relays();
	world_free(world);
	return done();
}
