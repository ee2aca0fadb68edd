/* storage/base/log: what a line looks like, and that values cannot forge one. */
#include <fcntl.h>
#include <unistd.h>

#include "storage/base/log.h"
#include "tests/unit/tap.h"

static int ends[2];   /* of the pipe that stands in for standard error */
static char seen[8192];

/* What was logged since the last call. */
static struct str logged(void)
{
	ssize_t n = read(ends[0], seen, sizeof(seen));

	return n > 0 ? (struct str){ seen, (size_t)n } : STR_NONE;
}

static void format_lines(void)
{
	log_event(LOG_LEVEL_WARNING, "delivery failed", "host", "example.org", "status", "503", NULL);
	is_str(logged(), STR("<4>delivery failed host=example.org status=503\n"), "a line is event, then pairs");
	log_event(LOG_LEVEL_ERROR, "stopped", NULL);
	is_str(logged(), STR("<3>stopped\n"), "an event may stand alone");
	log_event(LOG_LEVEL_INFO, "x", "n", log_u64(18446744073709551615ULL), "t", log_text("abcdef", 3), NULL);
	is_str(logged(), STR("<6>x n=18446744073709551615 t=abc\n"), "numbers and parts of texts are values");
	log_event(LOG_LEVEL_INFO, "x", "none", NULL, "empty", "", "space", "a b", NULL);
	is_str(logged(), STR("<6>x none=- empty=\"\" space=\"a b\"\n"), "values are quoted where needed");
}

static void escape_values(void)
{
	log_event(LOG_LEVEL_INFO, "x", "v", "a\r\n<3>forged", NULL);
	is_str(logged(), STR("<6>x v=\"a\\r\\n<3>forged\"\n"), "a line break cannot start a line");
	log_event(LOG_LEVEL_INFO, "x", "v", "a\" b=\"\\", NULL);
	is_str(logged(), STR("<6>x v=\"a\\\" b=\\\"\\\\\"\n"), "quotes cannot end a value");
	log_event(LOG_LEVEL_INFO, "x", "v", "\x1b[31m\x7f", NULL);
	is_str(logged(), STR("<6>x v=\"\\x1b[31m\\x7f\"\n"), "controls are escaped");
	log_event(LOG_LEVEL_INFO, "x", "v", "\xc3\xa9\xc2\x9b\xff", NULL);
	is_str(logged(), STR("<6>x v=\xc3\xa9\\xc2\\x9b\\xff\n"), "so are C1 controls and what is not UTF-8");
}

static void keep_to_one_line(void)
{
	static char value[10000];
	struct str line;

	memset(value, 'v', sizeof(value) - 1);
	log_event(LOG_LEVEL_INFO, "long", "v", value, NULL);
	line = logged();
	ok(line.n == 4096 && str_find_char(line, '\n') == line.n - 1, "a long line is cut and ends in one line feed");
	is_int(strlen(log_text(value, sizeof(value))), 255, "a text has up to 255 bytes");
	is_str(str_of(log_text(NULL, 0)), STR(""), "or none");
}

static void obey_the_level(void)
{
	log_event(LOG_LEVEL_DEBUG, "detail", NULL);
	ok(logged().n == 0, "debug lines are dropped by default");
	log_set_level(LOG_LEVEL_DEBUG);
	log_event(LOG_LEVEL_DEBUG, "detail", NULL);
	is_str(logged(), STR("<7>detail\n"), "and appear when asked for");
	log_set_level(LOG_LEVEL_ERROR);
	log_event(LOG_LEVEL_WARNING, "warning", NULL);
	ok(logged().n == 0, "lines above the level are dropped");
}

int main(void)
{
	int real = dup(STDERR_FILENO);

	if (pipe2(ends, O_NONBLOCK) || dup2(ends[1], STDERR_FILENO) < 0)
		return 1;
	format_lines();
	escape_values();
	keep_to_one_line();
	obey_the_level();
	dup2(real, STDERR_FILENO);
	return done();
}
