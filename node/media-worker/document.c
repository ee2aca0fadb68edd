/*
 * The types of documents that are taken, and their text within its time.
 */
#include "node/media-worker/document.h"

#include <magic.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "node/media-worker/office.h"
#include "node/media-worker/office_type.h"
#include "node/media-worker/pdf.h"
#include "node/media-worker/text_out.h"

enum { LOOKED_AT = 1024 * 1024, STACK_BYTES = 64 * 1024 };

static magic_t magic;

static const char *const types[] = { "application/pdf", "text/csv", "text/plain" };

bool document_warm_up(void)
{
	size_t limit = LOOKED_AT;

	magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
	pdf_warm_up();
	return magic && magic_load(magic, NULL) == 0 && magic_setparam(magic, MAGIC_PARAM_BYTES_MAX, &limit) == 0 &&
	       magic_buffer(magic, "text\n", 5);
}

/* The database knows archives by their first entries, and those of office documents may stand in any order. */
static bool is_archive(const void *bytes, size_t size)
{
	return size > 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

const char *document_type(const void *bytes, size_t size)
{
	const char *found;

	if (is_archive(bytes, size))
		return office_type(bytes, size);
	found = magic_buffer(magic, bytes, size < LOOKED_AT ? size : LOOKED_AT);
	/* The database calls some broken binaries text. */
	if (!found || (strncmp(found, "text/", 5) == 0 && memchr(bytes, 0, size)))
		return NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(found, types[i]) == 0)
			return types[i];
	/* A page or a script is the text it is made of. */
	if (strncmp(found, "text/", 5) == 0 || strcmp(found, "application/json") == 0)
		return "text/plain";
	return NULL;
}

/* --- text ------------------------------------------------------------------------------------------------------- */

static char room[DOCUMENT_TEXT_BYTES];
static struct text_out text = { room, 0, sizeof(room) };
static int text_fd;

/* Also from a signal: nothing in here but system calls. */
static _Noreturn void write_and_end(int signal_number)
{
	size_t at = 0;

	(void)signal_number;
	while (at < text.n) {
		ssize_t n = write(text_fd, room + at, text.n - at);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	_exit(0);
}

/* A document without its text is better than none, so that whatever ends the reading ends it well. */
static void end_well_on_signals(void)
{
	static const int signals[] = { SIGPROF, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	static char stack[STACK_BYTES];
	const stack_t aside = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = write_and_end, .sa_flags = SA_ONSTACK };

	sigaltstack(&aside, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

void document_text(const char *type, const void *bytes, size_t size, int fd)
{
	const struct itimerval time = { .it_value = { .tv_sec = DOCUMENT_TEXT_SECONDS } };

	text_fd = fd;
	end_well_on_signals();
	if (setitimer(ITIMER_PROF, &time, NULL) != 0)
		_exit(0);
	if (strncmp(type, "text/", 5) == 0)
		text_out_plain(&text, bytes, size);
	else if (strcmp(type, "application/pdf") == 0)
		pdf_text(bytes, size, &text);
	else
		office_text(type, bytes, size, &text);
	write_and_end(0);
}
