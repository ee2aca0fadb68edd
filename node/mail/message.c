/*
 * Header lines. Whatever is not plain ASCII of a modest length goes into encoded words, which hold letters, digits and a
 * few signs alone: there is nothing in them that a mail server could read as something else.
 */
#include "node/mail/message.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum {
	HEADERS = 9,
	PLAIN_BYTES_MAX = 60,   /* of a value that stands on its line as it is */
	WORD_BYTES = 42,        /* of text in an encoded word: 56 of base64 and 12 around them, below the 75 of RFC 2047 */
	VALUE_BYTES_MAX = 2000,
};

static bool is_clean(struct str text)
{
	if (text.n > VALUE_BYTES_MAX || !utf8_valid(text))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

/* Text that may stand as it is: short printable ASCII that looks like no encoded word. */
static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return text.n <= PLAIN_BYTES_MAX && str_find(text, STR("=?")) == SIZE_MAX;
}

/* RFC 2047 section 2: words of base64 on lines of their own, each of whole characters. */
static void add_encoded(struct buf *buf, struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		size_t end = at, next = at;

		while (next < text.n) {
			utf8_next(text, &next);
			if (next - at > WORD_BYTES)
				break;
			end = next;
		}
		buf_printf(buf, "%s=?UTF-8?B?%.*s?=", at ? "\r\n " : "",
		           STR_ARG(base64_encode(buf->arena, str_sub(text, at, end - at))));
		at = end;
	}
}

int mail_header(struct arena *arena, const char *name, struct str value, struct str *ret_line)
{
	struct buf buf;

	if (!is_clean(value))
		return ERR_INVALID;
	buf_init(&buf, arena, 0);
	buf_printf(&buf, "%s: ", name);
	if (is_plain(value))
		buf_add(&buf, value);
	else
		add_encoded(&buf, value);
	*ret_line = buf_str(&buf);
	return OK;
}

/* A quoted string (RFC 5322 section 3.2.4). */
static void add_quoted(struct buf *buf, struct str text)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_add_char(buf, '\\');
		buf_add_char(buf, text.p[i]);
	}
	buf_add_char(buf, '"');
}

int mail_mailbox_header(struct arena *arena, const char *name, struct str mailbox_name, struct str address,
                        struct str *ret_line)
{
	struct buf buf;

	if (!is_clean(mailbox_name) || !is_clean(address) || !address.n || str_find_char(address, ' ') != SIZE_MAX)
		return ERR_INVALID;
	buf_init(&buf, arena, 0);
	buf_printf(&buf, "%s: ", name);
	if (mailbox_name.n && is_plain(mailbox_name))
		add_quoted(&buf, mailbox_name);
	else
		add_encoded(&buf, mailbox_name);
	/* On a line of its own: both parts may be long. */
	buf_printf(&buf, mailbox_name.n ? "\r\n <%.*s>" : "%.*s", STR_ARG(address));
	*ret_line = buf_str(&buf);
	return OK;
}

/* "Tue, 24 Nov 2026 08:00:00 +0000" */
static struct str date_of(struct arena *arena, int64_t ms)
{
	char http[DATE_HTTP_BYTES];

	date_http(ms, http);
	return arena_printf(arena, "%.*s+0000", DATE_HTTP_BYTES - 4, http);
}

int mail_message_begin(struct arena *arena, const struct mail_envelope *envelope, struct mail_message *ret_message)
{
	struct str *lines = ARENA_ARRAY(arena, struct str, HEADERS);
	struct str id = arena_printf(arena, "<mail.%llu@%.*s>", (unsigned long long)envelope->id, STR_ARG(envelope->host));
	size_t n = 0;
	int r = mail_mailbox_header(arena, "From", envelope->from_name, envelope->from, &lines[n++]);

	if (r == OK)
		r = mail_mailbox_header(arena, "To", envelope->to_name, envelope->to, &lines[n++]);
	if (r == OK)
		r = mail_header(arena, "Subject", envelope->subject, &lines[n++]);
	if (r == OK)
		r = mail_header(arena, "Date", date_of(arena, envelope->date_ms), &lines[n++]);
	if (r == OK)
		r = is_clean(envelope->host) ? OK : ERR_INVALID;
	if (r == OK)
		r = mail_header(arena, "Content-Language", envelope->locale, &lines[n++]);
	if (r != OK)
		return r;
	lines[n++] = arena_printf(arena, "Message-ID: %.*s", STR_ARG(id));   /* never encoded, however long */
	/* RFC 3834: nobody's absence notice answers; the second is for servers that know only that. */
	lines[n++] = STR("Auto-Submitted: auto-generated");
	lines[n++] = STR("X-Auto-Response-Suppress: OOF, AutoReply");
	*ret_message = (struct mail_message){ .from = envelope->from, .to = envelope->to, .headers = { lines, n } };
	return OK;
}
