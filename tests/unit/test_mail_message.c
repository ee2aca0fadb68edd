/* The headers of mails: nothing slips in, nothing is lost; and the words of the mails, in both languages. */
#include "node/mail/message.h"

#include "node/config.h"
#include "node/mail/queue.h"
#include "node/mail/templates.h"
#include "node/seal.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/mails.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static struct mail_envelope good_envelope(void)
{
	return (struct mail_envelope){
		.from = STR("orme@a.example"), .from_name = STR("Orme"), .to = STR("ana@a.example"), .to_name = STR("Ana"),
		.subject = STR("Hello"), .locale = STR("fr"), .host = STR("a.example"), .id = 42, .date_ms = INT64_C(1800000000000),
	};
}

static struct str all_headers(const struct mail_envelope *envelope, int *ret_err)
{
	struct mail_message message = { 0 };
	struct buf buf;

	*ret_err = mail_message_begin(arena, envelope, &message);
	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < message.headers.count; i++)
		buf_printf(&buf, "%.*s\n", STR_ARG(message.headers.items[i]));
	return buf_str(&buf);
}

static void check_plain(void)
{
	struct mail_envelope envelope = good_envelope();
	int err;

	is_str(all_headers(&envelope, &err), STR(
		"From: \"Orme\"\r\n <orme@a.example>\nTo: \"Ana\"\r\n <ana@a.example>\nSubject: Hello\n"
		"Date: Fri, 15 Jan 2027 08:00:00 +0000\nContent-Language: fr\nMessage-ID: <mail.42@a.example>\n"
		"Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: OOF, AutoReply\n"), "the headers of a plain mail");
	envelope.from_name = envelope.to_name = STR_NONE;
	ok(str_starts(all_headers(&envelope, &err), STR("From: orme@a.example\nTo: ana@a.example\n")), "without names");
}

/* Each line end that is not ours, in each part. */
static void check_injection(void)
{
	static const struct str bad[] = {
		STR("x\r\nBcc: eve@evil.test"), STR("x\nBcc: eve@evil.test"), STR("x\rBcc: eve@evil.test"), STR("\r\n"), STR("\n"),
		STR("x\r\n\r\nbody"), STR("x\r\n ."), STR("x\0y"), STR("x\x01y"), STR("x\ty"), STR("x\x7f"), STR("\xff"), STR("\xc0\x8a"),
		STR("x\xe2\x80"), STR("\x1b[2J"), STR("\xc3\xa9\r\nBcc: eve@evil.test"),
	};
	size_t faults = 0;
	int err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mail_envelope envelope = good_envelope();
		struct str *parts[] = { &envelope.from, &envelope.from_name, &envelope.to, &envelope.to_name, &envelope.subject,
			                    &envelope.locale, &envelope.host };

		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
			struct str before = *parts[k];

			*parts[k] = bad[i];
			all_headers(&envelope, &err);
			faults += err != ERR_INVALID;
			*parts[k] = before;
		}
	}
	is_int(faults, 0, "no control character comes into any header, whichever part holds it");
}

/* Whatever is let through is lines of ours alone. */
static void check_random(void)
{
	size_t faults = 0, through = 0;

	for (int i = 0; i < 20000; i++) {
		struct mail_envelope envelope = good_envelope();
		char bytes[160];
		uint8_t n, high;
		int err;
		struct str headers;

		hash_random(bytes, sizeof(bytes));
		hash_random(&n, 1);
		hash_random(&high, 1);
		for (size_t k = 0; high % 4 && k < sizeof(bytes); k++)
			bytes[k] = (char)(' ' + (unsigned char)bytes[k] % 95);
		*(i % 2 ? &envelope.subject : &envelope.to_name) = (struct str){ bytes, n % sizeof(bytes) };
		headers = all_headers(&envelope, &err);
		if (err != OK)
			continue;
		through++;
		for (size_t at = 0; at + 1 < headers.n; at++) {
			unsigned char c = (unsigned char)headers.p[at];

			faults += c >= 0x7f || (c < ' ' && c != '\r' && c != '\n');
			faults += c == '\r' && (headers.p[at + 1] != '\n' || headers.p[at + 2] != ' ');
		}
		if (i % 64 == 0)
			arena_reset(arena);
	}
	is_int(faults, 0, "of random texts nothing but folded ASCII comes out");
	ok(through > 1000, "and many come through");
}

static void check_words(void)
{
	struct str line = STR_NONE;

	mail_header(arena, "Subject", STR("\xc3\x89t\xc3\xa9"), &line);
	is_str(line, STR("Subject: =?UTF-8?B?w4l0w6k=?="), "what is not ASCII is an encoded word");
	mail_header(arena, "Subject", STR("=?UTF-8?B?w4l0w6k=?="), &line);
	ok(str_find(line, STR("w4l0w6k=")) == SIZE_MAX, "what looks like one is encoded, and shown as it is");
	mail_header(arena, "Subject", STR("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	                                  "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	                                  "\xe2\x82\xac"), &line);
	is_str(line, STR("Subject: =?UTF-8?B?4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs?=\r\n =?UTF-8?B?4oKs?="),
	       "a long one is cut between characters");
	mail_mailbox_header(arena, "To", STR("Ana \"RH\" <x@evil.test>, \\"), STR("ana@a.example"), &line);
	is_str(line, STR("To: \"Ana \\\"RH\\\" <x@evil.test>, \\\\\"\r\n <ana@a.example>"), "a name cannot become an address");
}

/* --- the words -------------------------------------------------------------------------------------------------- */

static struct mail_parameter all_parameters[] = {
	{ "link", STR("https://a.example/x?a=1&b=2") }, { "until", STR("1800000000000") }, { "when", STR("1800000000000") },
	{ "by", STR("Zo\xc3\xa9 <b>") }, { "message", STR("Welcome & co") }, { "address", STR("new@a.example") },
	{ "browser", STR("Firefox") }, { "system", STR("Linux") }, { "reason", STR("nobody knows you") },
};

static struct mail_values *values_of(const struct mail_parameter *parameters, size_t count, struct str template)
{
	struct world *world = world_new();
	static struct seal seal;
	struct config config;
	struct mail_values *values = NULL;
	struct mail mail;
	struct str error;
	uint64_t id = 0;
	struct mailer mailer = { &config, &seal };
	struct mail_order order = {
		.template = template, .to = STR("ana@a.example"), .parameters = parameters, .parameter_count = count,
	};

	config_load(arena, NULL, NULL, &config, &error);
	config.mail_relay = STR("smtp://127.0.0.1");
	world_write(world);
	if (mail_queue(arena, world->txn, &mailer, &order, &id) == OK && mails_get(arena, txn_view(world->txn), id, &mail) == OK)
		mail_values_open(arena, &seal, &mail, &values);
	world_abort(world);
	world_free(world);
	return values;
}

static bool has_bad_space(struct str text)
{
	static const struct str bad[] = { STR(" ?"), STR(" !"), STR(" :"), STR(" ;"), STR("\xc2\xab "), STR(" \xc2\xbb"), STR("'") };

	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		if (str_find(text, bad[k]) != SIZE_MAX)
			return true;
	return false;
}

static void check_one(const struct mail_template *template, struct str locale, const struct mail_values *values)
{
	struct mail_setting setting = {
		.node = STR("Orme"), .host = STR("a.example"), .name = STR("Ana"), .contact = STR("it@a.example"),
	};
	struct mail_text text;

	mail_render(arena, template, locale, &setting, values, &text);
	ok(text.subject.n && str_find_char(text.subject, '{') == SIZE_MAX && str_find_char(text.text, '{') == SIZE_MAX,
	   "%s, %.*s: every word of it is filled in", template->word, STR_ARG(locale));
	ok(str_find(text.html, STR("<img")) == SIZE_MAX && str_find(text.html, STR("src=")) == SIZE_MAX &&
	   str_find(text.html, STR("<b>")) == SIZE_MAX && str_find(text.html, STR("& ")) == SIZE_MAX,
	   "%s, %.*s: nothing is fetched, nothing is markup that was a name", template->word, STR_ARG(locale));
	if (str_eq(locale, STR("fr")))
		ok(!has_bad_space(text.text), "%s: French is set as French is", template->word);
}

static void check_templates(void)
{
	const struct mail_template *template = mail_template_find(STR("invitation"));
	struct mail_setting setting = { .node = STR("Orme"), .host = STR("a.example") };
	struct mail_values *values;
	struct mail_text text;

	for (size_t i = 0; i < mail_template_count; i++) {
		struct mail_parameter given[MAIL_PARAMETERS_MAX];
		size_t n = 0;

		/* as many as an order may hold, those that are needed among them */
		for (size_t k = 0; k < sizeof(all_parameters) / sizeof(all_parameters[0]) && n < MAIL_PARAMETERS_MAX; k++)
			given[n++] = all_parameters[k];
		values = values_of(given, n, str_of(mail_templates[i].word));
		ok(values != NULL, "%s is queued", mail_templates[i].word);
		if (values) {
			check_one(&mail_templates[i], STR("fr"), values);
			check_one(&mail_templates[i], STR("en"), values);
		}
	}
	values = values_of(all_parameters, 2, STR("invitation"));
	mail_render(arena, template, STR("en"), &setting, values, &text);
	is_str(text.subject, STR("Your invitation to Orme"), "without a sponsor the subject names none");
	is_str(text.text, STR("Hello,\n\nYou are invited to join Orme, the social network of your company.\n\n"
	                      "Accept the invitation:\nhttps://a.example/x?a=1&b=2\n\n"
	                      "This link works once, until 15 January 2027 at 08:00 (UTC). It is meant for you alone: do not forward it.\n\n"
	                      "You did not expect this invitation? Ignore this message: no account will be made.\n\n"
	                      "-- \nAutomatic message of Orme (a.example). Please do not reply.\n"), "what an invitation says");
}

int main(void)
{
	arena = arena_new();
	check_plain();
	check_injection();
	check_random();
	check_words();
	check_templates();
	arena_free(arena);
	return done();
}
