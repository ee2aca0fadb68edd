/* The job that sends a mail: what becomes of one when the relay is away, when its time is over, and when somebody else is in
 * charge. What a relay says is for the black box. */
#include "node/mail/send.h"

#include <stdlib.h>

#include "node/config.h"
#include "node/mail/queue.h"
#include "node/mail/smtp.h"
#include "node/node.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"
#include "storage/mails.h"
#include "tests/rig/engine_mem.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static struct node node;
static struct config config;

struct order_body {
	struct mail_order order;
	struct mail mail;      /* out */
};

static int order_body(struct txn *txn, void *arg)
{
	struct order_body *body = arg;
	struct mailer mailer = mailer_of(&node);
	uint64_t id;
	int r = mail_queue(arena, txn, &mailer, &body->order, &id);

	return r == OK ? mails_get(arena, txn_view(txn), id, &body->mail) : r;
}

/* A mail to that address; its record. */
static struct mail put_mail(const char *to, int64_t expires_ms)
{
	struct order_body body = { .order = { .template = STR("test"), .to = str_of(to), .expires_ms = expires_ms } };

	ok(writer_run(node.writer, order_body, &body) == OK, "a mail to %s is queued", to);
	return body.mail;
}

static struct mail mail_of(uint64_t id)
{
	struct mail mail = { 0 };
	struct view *view;

	if (view_begin(node.store, &view) == OK) {
		mails_get(arena, view, id, &mail);
		view_end(view);
	}
	return mail;
}

static int run(uint64_t mail_id, uint64_t job_id)
{
	struct job job = { .id = job_id, .subject = mail_id };

	return mail_job(&node, arena, &job);
}

static int put_body(struct txn *txn, void *arg)
{
	return mails_put(txn, arg);
}

static int withdraw_body(struct txn *txn, void *arg)
{
	return mails_withdraw(txn, *(const uint64_t *)arg);
}

static void start(void)
{
	struct str error;

	log_set_level(LOG_LEVEL_ERROR);
	arena = arena_new();
	clock_set_for_test(INT64_C(1800000000000));
	config_load(arena, NULL, NULL, &config, &error);
	config.mail_relay = STR("smtp://127.0.0.1:1");   /* nobody listens there */
	node.config = &config;
	node.instance.domain = STR("a.example");
	node.smtp = smtp_new();
	if (store_open(engine_mem_new(), &node.store) != OK ||
	    writer_start(node.store, &(struct writer_options){ 0 }, &node.writer) != OK)
		abort();
}

static void check_away(void)
{
	struct mail mail = put_mail("away@a.example", 0);

	is_int(run(mail.id, mail.job_id), ERR_NETWORK, "while the relay is away the job is to come back");
	mail = mail_of(mail.id);
	is_int(mail.state, MAIL_WAITING, "the mail waits");
	is_int(mail.tries, 1, "after a try");
	ok(mail.answer.n && mail.sealed.n, "of which it is known why it failed; what it says is kept");
	is_int(mail.begun, 0, "and that it came to nothing");
	clock_advance_for_test(MAILS_HOURS * (int64_t)HOUR_MS - MINUTE_MS);
	is_int(run(mail.id, mail.job_id), ERR_NETWORK, "for two days");
	clock_advance_for_test(2 * MINUTE_MS);
	is_int(run(mail.id, mail.job_id), OK, "then the job ends");
	mail = mail_of(mail.id);
	is_int(mail.state, MAIL_GIVEN_UP, "and the mail is given up");
	is_int(mail.sealed.n, 0, "nothing of what it said is left");
	is_int(run(mail.id, mail.job_id), OK, "to run again does no harm");
}

static void check_over(void)
{
	struct mail mail = put_mail("over@a.example", clock_now_ms() + HOUR_MS);

	clock_advance_for_test(2 * HOUR_MS);
	is_int(run(mail.id, mail.job_id), OK, "what is over is not sent");
	is_int(mail_of(mail.id).state, MAIL_VOID, "it is void");
}

static void check_unknown(void)
{
	struct mail mail = put_mail("unknown@a.example", 0);

	mail.begun = 1;
	writer_run(node.writer, put_body, &mail);
	is_int(run(mail.id, mail.job_id), ERR_NETWORK, "one that was broken off is tried once more");
	mail = mail_of(mail.id);
	is_int(mail.begun, 1, "a try that failed for sure takes nothing of that back");
	mail.begun = 2;
	writer_run(node.writer, put_body, &mail);
	is_int(run(mail.id, mail.job_id), OK, "but after a second time no more");
	is_int(mail_of(mail.id).state, MAIL_GIVEN_UP, "since it may have arrived twice");
}

static void check_others(void)
{
	struct mail mail = put_mail("others@a.example", 0);

	is_int(run(mail.id, mail.job_id + 1), OK, "a job that is no longer in charge does nothing");
	is_int(mail_of(mail.id).tries, 0, "indeed");
	writer_run(node.writer, withdraw_body, &mail.id);
	is_int(run(mail.id, mail.job_id), OK, "nor does one whose mail was withdrawn");
	is_int(mail_of(mail.id).tries, 0, "indeed");
	is_int(run(12345, 6789), OK, "nor one whose mail is gone");
}

static void check_off(void)
{
	struct mail mail = put_mail("off@a.example", 0);

	config.mail_relay = STR_NONE;
	is_int(run(mail.id, mail.job_id), ERR_NETWORK, "without a relay it waits for one");
	is_int(mail_of(mail.id).tries, 0, "which is no try");
	config.mail_relay = STR("smtp://127.0.0.1:1");
	config.mail_user = STR("orme");
	config.mail_password_file = STR("/dev/null/nothing");
	is_int(run(mail.id, mail.job_id), ERR_NETWORK, "nor is one without its password");
	mail = mail_of(mail.id);
	is_str(mail.answer, STR("mail.password_file cannot be read"), "which is told");
	config.mail_user = STR_NONE;
	smtp_cancel(node.smtp);
	is_int(run(mail.id, mail.job_id) != OK, 1, "a node that stops sends no more");
	is_int(mail_of(mail.id).state, MAIL_WAITING, "and loses nothing");
}

int main(void)
{
	start();
	check_away();
	check_over();
	check_unknown();
	check_others();
	check_off();
	writer_stop(node.writer);
	store_close(node.store);
	smtp_free(node.smtp);
	arena_free(arena);
	return done();
}
