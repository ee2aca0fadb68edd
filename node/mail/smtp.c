/*
 * SMTP by libcurl. Each message has a handle and a connection of its own: libcurl would use a connection that was opened
 * in clear also for a message that asks for encryption, and would wait long for a farewell when the node stops.
 *
 * What the relay said is read from libcurl's trace, which alone tells to which command it was said.
 */
#include "node/mail/smtp.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "node/mail/message.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

enum { CONNECT_TIMEOUT_MS = 10 * 1000, SAID_BYTES_MAX = 200 };

struct smtp {
	atomic_bool cancelled;
};

/* How far a conversation came. */
enum stage { STAGE_GREETING, STAGE_SENDER, STAGE_RECIPIENT, STAGE_DATA, STAGE_TEXT };

struct talk {
	struct smtp *smtp;
	struct arena *arena;
	enum stage stage;
	bool over;                /* the farewell began: what is said from here on is about that */
	unsigned code;            /* of the last answer to the stage; 0: none yet */
	struct str said;
};

static const struct { struct str command; enum stage stage; } stages[] = {
	{ STR("MAIL "), STAGE_SENDER }, { STR("RCPT "), STAGE_RECIPIENT }, { STR("DATA"), STAGE_DATA },
};

struct smtp *smtp_new(void)
{
	struct smtp *smtp = calloc(1, sizeof(*smtp));

	if (!smtp)
		abort();
	return smtp;
}

void smtp_free(struct smtp *smtp)
{
	free(smtp);
}

void smtp_cancel(struct smtp *smtp)
{
	atomic_store(&smtp->cancelled, true);
}

/* --- what is said ----------------------------------------------------------------------------------------------- */

/* A relay's words go to the log and to terminals. */
static struct str clean_line(struct arena *arena, struct str text)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	text = str_trim(text);
	for (size_t at = 0; at < text.n && buf.n < SAID_BYTES_MAX;) {
		uint32_t c = utf8_next(text, &at);

		buf_add_utf8(&buf, c < ' ' || (c >= 0x7f && c < 0xa0) ? ' ' : c);
	}
	return buf_str(&buf);
}

static void hear(struct talk *talk, struct str line)
{
	uint64_t code;

	if (line.n < 3 || !str_to_u64(str_sub(line, 0, 3), &code) || code < 200 || code > 599)
		return;
	talk->code = (unsigned)code;
	talk->said = clean_line(talk->arena, line);
}

/* CURLOPT_DEBUGFUNCTION. What is sent to sign in passes here too, and is not looked at. */
static int trace(CURL *easy, curl_infotype kind, char *bytes, size_t n, void *context)
{
	struct talk *talk = context;
	struct str text = { bytes, n };

	(void)easy;
	talk->over |= kind == CURLINFO_HEADER_OUT && str_starts(text, STR("QUIT"));
	if (talk->over)
		return 0;
	if (kind == CURLINFO_HEADER_IN) {
		hear(talk, text);
	} else if (kind == CURLINFO_HEADER_OUT) {
		for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
			if (str_starts(text, stages[i].command)) {
				talk->stage = stages[i].stage;
				talk->code = 0;
			}
	} else if (kind == CURLINFO_DATA_OUT && talk->stage == STAGE_DATA) {
		talk->stage = STAGE_TEXT;
		talk->code = 0;
	}
	return 0;
}

static int progress(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	struct talk *talk = context;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return atomic_load(&talk->smtp->cancelled);
}

/* --- the options ------------------------------------------------------------------------------------------------ */

static void set_tls(CURL *easy, struct arena *arena, const struct smtp_target *target)
{
	static const long uses[] = {
		[MAIL_TLS_AUTO] = CURLUSESSL_ALL, [MAIL_TLS_REQUIRED] = CURLUSESSL_ALL,
		[MAIL_TLS_OPPORTUNISTIC] = CURLUSESSL_TRY, [MAIL_TLS_OFF] = CURLUSESSL_NONE,
	};
	/* Where clear text would do, an unknown certificate does too. */
	bool verify = target->tls != MAIL_TLS_OPPORTUNISTIC;

	curl_easy_setopt(easy, CURLOPT_USE_SSL, uses[target->tls]);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	if (target->ca_file.n) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, arena_cstr(arena, target->ca_file));
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
}

static void set_target(CURL *easy, struct arena *arena, const struct smtp_target *target, struct talk *talk)
{
	curl_easy_setopt(easy, CURLOPT_URL, arena_cstr(arena, target->url));
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)target->total_timeout_ms);
	/* The answer to the text is waited for outside of the time for the whole. */
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)((target->total_timeout_ms + SECOND_MS - 1) / SECOND_MS));
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	set_tls(easy, arena, target);
	if (target->user.n) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, arena_cstr(arena, target->user));
		curl_easy_setopt(easy, CURLOPT_PASSWORD, target->password.p);
	}
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, trace);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, talk);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, talk);
}

/* --- the message ------------------------------------------------------------------------------------------------ */

/* What libcurl refuses here it refuses for want of memory. */
static void insist(bool done)
{
	if (!done)
		abort();
}

static void add_part(curl_mime *alternatives, struct str text, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(alternatives);

	insist(part && curl_mime_data(part, text.p, text.n) == CURLE_OK && curl_mime_type(part, type) == CURLE_OK &&
	       curl_mime_encoder(part, "quoted-printable") == CURLE_OK);
}

/* multipart/alternative, the best last (RFC 2046 section 5.1.4). */
static curl_mime *make_body(CURL *easy, const struct mail_message *message)
{
	curl_mime *alternatives = curl_mime_init(easy);

	insist(alternatives != NULL);
	add_part(alternatives, message->text, "text/plain; charset=utf-8");
	add_part(alternatives, message->html, "text/html; charset=utf-8");
	return alternatives;
}

static struct curl_slist *append(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	insist(longer != NULL);
	return longer;
}

/* --- sending ---------------------------------------------------------------------------------------------------- */

static int judge(const struct talk *talk, CURLcode code, struct smtp_answer *answer)
{
	bool spoken = talk->code != 0;

	*answer = (struct smtp_answer){ .said = talk->said };
	if (code == CURLE_OK)
		return OK;
	if (!spoken || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED || !talk->said.n)
		answer->said = clean_line(talk->arena, str_of(curl_easy_strerror(code)));
	/* A refusal of the sender or of us says nothing of the address. */
	answer->refused = talk->stage >= STAGE_RECIPIENT && talk->code >= 500;
	answer->unknown = talk->stage == STAGE_TEXT && !spoken;
	if (answer->refused)
		return ERR_DENIED;
	return code == CURLE_ABORTED_BY_CALLBACK ? ERR_BUSY : ERR_NETWORK;
}

int smtp_send(struct smtp *smtp, struct arena *arena, const struct smtp_target *target,
              const struct mail_message *message, struct smtp_answer *ret_answer)
{
	struct talk talk = { .smtp = smtp, .arena = arena };
	CURL *easy = curl_easy_init();
	struct curl_slist *headers = NULL, *recipients;
	curl_mime *body;
	int r;

	insist(easy != NULL);
	set_target(easy, arena, target, &talk);
	for (size_t i = 0; i < message->headers.count; i++)
		headers = append(headers, arena_cstr(arena, message->headers.items[i]));
	headers = append(headers, "Content-Type: multipart/alternative");
	recipients = append(NULL, arena_printf(arena, "<%.*s>", STR_ARG(message->to)).p);
	body = make_body(easy, message);
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, arena_printf(arena, "<%.*s>", STR_ARG(message->from)).p);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_MIMEPOST, body);
	r = judge(&talk, curl_easy_perform(easy), ret_answer);
	curl_easy_cleanup(easy);
	curl_mime_free(body);
	curl_slist_free_all(recipients);
	curl_slist_free_all(headers);
	return r;
}
