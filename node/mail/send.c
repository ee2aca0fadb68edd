/*
 * From a record to the relay, and what came of it.
 *
 * Before a try it is written down that one begins, after it how it ended. A process that dies in between leaves a try of
 * which nobody knows: the mail is sent once more, under the same Message-ID, and after a second one of these no more.
 */
#include "node/mail/send.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/config.h"
#include "node/mail/message.h"
#include "node/mail/queue.h"
#include "node/mail/relay.h"
#include "node/mail/smtp.h"
#include "node/mail/templates.h"
#include "node/node.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"
#include "storage/mails.h"

enum { UNKNOWN_TRIES_MAX = 2, PASSWORD_FILE_BYTES_MAX = 1024 };

/* One mail on its way. */
struct sending {
	struct node *node;
	const struct config *config;
	struct arena *arena;
	uint64_t job_id;
	struct mail mail;
	struct mail_message message;
	struct smtp_target target;
	struct smtp_answer answer;
	char password[PASSWORD_FILE_BYTES_MAX + 1];
};

/* --- its fate --------------------------------------------------------------------------------------------------- */

struct note {
	struct arena *arena;
	uint64_t mail_id, job_id;
	uint8_t state;            /* MAIL_WAITING: it is tried again */
	bool begins;              /* a try; otherwise one ended */
	bool unknown;             /* how, nobody knows */
	struct str answer;
};

/* Another job may be in charge by now, or the mail withdrawn. ERR_NOT_FOUND: then it is not ours to send. */
static int note_body(struct txn *txn, void *arg)
{
	const struct note *note = arg;
	struct mail mail;
	int r = mails_get(note->arena, txn_view(txn), note->mail_id, &mail);

	if (r == OK && (mail.state != MAIL_WAITING || mail.job_id != note->job_id))
		r = ERR_NOT_FOUND;
	if (r != OK)
		return r;
	mail.state = note->state;
	if (note->begins) {
		mail.tries++;
		mail.begun++;
	} else {
		mail.begun -= !note->unknown && mail.begun;   /* of this one it is known */
		mail.answer = note->answer;
	}
	return mails_put(txn, &mail);
}

static int write_note(struct sending *sending, uint8_t state, bool begins, struct str answer)
{
	struct note note = {
		.arena = sending->arena, .mail_id = sending->mail.id, .job_id = sending->job_id, .state = state,
		.begins = begins, .unknown = sending->answer.unknown, .answer = answer,
	};

	return writer_run(sending->node->writer, note_body, &note);
}

/* The address is not in the log: `mail show` tells it to who may know. */
static void tell(const struct sending *sending, enum log_level level, const char *event, struct str answer)
{
	log_event(level, event, "id", log_u64(sending->mail.id), "template",
	          arena_cstr(sending->arena, sending->mail.template), "answer", arena_cstr(sending->arena, answer), NULL);
}

/* The end of one that is not sent (any more). */
static int end(struct sending *sending, uint8_t state, struct str why)
{
	int r = write_note(sending, state, false, why);

	if (state != MAIL_VOID)
		tell(sending, LOG_LEVEL_WARNING, "mail not sent", why);
	return r == ERR_NOT_FOUND ? OK : r;
}

/* --- what it needs ---------------------------------------------------------------------------------------------- */

/* The first line of a file that others cannot read. */
static int read_password(struct sending *sending, struct str *ret_fault)
{
	const char *path = arena_cstr(sending->arena, sending->config->mail_password_file);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	*ret_fault = STR("mail.password_file cannot be read");
	if (fd < 0)
		return ERR_NETWORK;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_mode & (S_IROTH | S_IWOTH))
			*ret_fault = STR("mail.password_file may be read by everybody: chmod o-rw it");
		else
			n = read(fd, sending->password, PASSWORD_FILE_BYTES_MAX);
	}
	close(fd);
	if (n < 0)
		return ERR_NETWORK;
	sending->password[n] = '\0';
	sending->password[strcspn(sending->password, "\r\n")] = '\0';
	sending->target.password = str_of(sending->password);
	return OK;
}

/* A password is not sent in clear to another machine unless the settings say "off" in so many words. */
static int prepare_target(struct sending *sending, struct str *ret_fault)
{
	const struct config *config = sending->config;
	struct mail_relay relay;
	struct str host = sending->node->instance.domain;

	*ret_fault = STR("mail.relay is not set");
	if (!mail_is_on(config) || mail_relay_parse(sending->arena, config->mail_relay, &relay) != OK)
		return ERR_NETWORK;
	sending->target = (struct smtp_target){
		.url = arena_printf(sending->arena, "%.*s/%.*s", STR_ARG(relay.url), STR_ARG(str_cut(&host, ':'))),
		.tls = mail_relay_tls(&relay, config), .user = config->mail_user, .ca_file = config->mail_ca_file,
		.total_timeout_ms = (int64_t)config->mail_seconds * SECOND_MS,
	};
	if (!config->mail_user.n)
		return OK;
	if (sending->target.tls == MAIL_TLS_OPPORTUNISTIC && !relay.loopback)
		sending->target.tls = MAIL_TLS_REQUIRED;
	return read_password(sending, ret_fault);
}

static int compose(struct sending *sending)
{
	const struct mail_template *template = mail_template_find(sending->mail.template);
	const struct config *config = sending->config;
	struct str host = sending->node->instance.domain;
	struct mail_setting setting = {
		.node = config->title, .host = sending->node->instance.domain, .name = sending->mail.to_name,
		.contact = config->contact_email,
	};
	struct mail_values *values;
	struct mail_text text;
	struct mail_envelope envelope = {
		.from = mail_sender(sending->arena, config, &sending->node->instance), .from_name = mail_sender_name(config),
		.to = sending->mail.to, .to_name = sending->mail.to_name, .locale = sending->mail.locale,
		.host = str_cut(&host, ':'), .id = sending->mail.id, .date_ms = sending->mail.created_ms,
	};
	int r = template ? mail_values_open(sending->arena, &sending->node->seal, &sending->mail, &values) : ERR_NOT_FOUND;

	if (r != OK)
		return r;
	mail_render(sending->arena, template, sending->mail.locale, &setting, values, &text);
	envelope.subject = text.subject;
	r = mail_message_begin(sending->arena, &envelope, &sending->message);
	sending->message.text = text.text;
	sending->message.html = text.html;
	return r;
}

/* --- the try ---------------------------------------------------------------------------------------------------- */

static int conclude(struct sending *sending, int sent)
{
	int r;

	if (sent == ERR_DENIED)
		return end(sending, MAIL_BOUNCED, sending->answer.said);
	r = write_note(sending, sent == OK ? MAIL_SENT : MAIL_WAITING, false, sending->answer.said);
	if (sent == OK)
		tell(sending, LOG_LEVEL_INFO, "mail sent", sending->answer.said);
	else if (sent == ERR_NETWORK)
		tell(sending, LOG_LEVEL_INFO, "mail put off", sending->answer.said);
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	return sent;
}

static int try(struct sending *sending)
{
	struct str fault = STR_NONE;
	int r = compose(sending);

	if (r != OK)
		return end(sending, MAIL_GIVEN_UP, STR("what it says cannot be read any more: the key beside the store is another"));
	r = prepare_target(sending, &fault);
	if (r != OK) {
		sending->answer.unknown = true;   /* none began that could be told of */
		write_note(sending, MAIL_WAITING, false, fault);
		return r;
	}
	r = write_note(sending, MAIL_WAITING, true, STR_NONE);
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	r = smtp_send(sending->node->smtp, sending->arena, &sending->target, &sending->message, &sending->answer);
	return conclude(sending, r);
}

/* Until when it is tried. */
static int64_t deadline_ms(const struct mail *mail)
{
	int64_t longest_ms = mail->created_ms + MAILS_HOURS * (int64_t)HOUR_MS;

	return mail->expires_ms < longest_ms ? mail->expires_ms : longest_ms;
}

static int load(struct sending *sending, uint64_t id)
{
	struct view *view;
	int r = view_begin(sending->node->store, &view);

	if (r != OK)
		return r;
	r = mails_get(sending->arena, view, id, &sending->mail);
	view_end(view);
	if (r == OK && (sending->mail.state != MAIL_WAITING || sending->mail.job_id != sending->job_id))
		r = ERR_NOT_FOUND;
	return r;
}

int mail_job(struct node *node, struct arena *arena, struct job *job)
{
	struct sending *sending = ARENA_NEW(arena, struct sending);
	int r;

	*sending = (struct sending){ .node = node, .config = atomic_load(&node->config), .arena = arena, .job_id = job->id };
	r = load(sending, job->subject);
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	if (sending->mail.begun >= UNKNOWN_TRIES_MAX) {
		sending->answer.unknown = true;
		r = end(sending, MAIL_GIVEN_UP, STR("broken off twice, nobody knows how far it came: it may have arrived"));
	} else if (clock_now_ms() >= deadline_ms(&sending->mail)) {
		r = end(sending, sending->mail.tries ? MAIL_GIVEN_UP : MAIL_VOID,
		        sending->mail.answer.n ? sending->mail.answer : STR("it was over before it could be sent"));
	} else {
		r = try(sending);
	}
	explicit_bzero(sending->password, sizeof(sending->password));
	return r;
}
