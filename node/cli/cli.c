/*
 * Words to a row of the command table, options to their values, help from the same rows; and finding the place where a
 * command runs. The parser is ours and not argp's: the same words are parsed in the serving process (control socket),
 * where a library that prints by itself and keeps its state in globals has no place.
 */
#include "node/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "node/cli/control.h"
#include "node/folder.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/engine/writer.h"

enum { INPUT_BYTES_MAX = 4096, FILE_BYTES_MAX = 512 * 1024, WORDS_MAX = 64, LOCK_WAIT_MS = 15000, LOCK_STEP_MS = 50 };

/* --- parsing ---------------------------------------------------------------------------------------------------- */

static size_t option_count(const struct command *command)
{
	size_t n = 0;

	while (command->options && command->options[n].name)
		n++;
	return n;
}

static int usage_fail(struct cli *cli, struct str what)
{
	buf_printf(&cli->error, "rse-node: %.*s; see rse-node %s%s--help\n", STR_ARG(what),
	           cli->command ? cli->command->words : "", cli->command ? " " : "");
	return STATUS_USAGE;
}

int cli_fail(struct cli *cli, const char *format, ...)
{
	va_list args;
	struct str text;

	va_start(args, format);
	text = arena_vprintf(cli->arena, format, args);
	va_end(args);
	buf_printf(&cli->error, "rse-node: %.*s\n", STR_ARG(text));
	return STATUS_FAILED;
}

int cli_usage(struct cli *cli, const char *format, ...)
{
	va_list args;
	struct str text;

	va_start(args, format);
	text = arena_vprintf(cli->arena, format, args);
	va_end(args);
	return usage_fail(cli, text);
}

/* No controls, those of one byte in Latin-1 neither. */
struct str cli_line(const struct cli *cli, struct str text)
{
	struct buf line;

	buf_init(&line, cli->arena, 0);
	for (size_t at = 0; at < text.n;) {
		uint32_t c = utf8_next(text, &at);

		buf_add_utf8(&line, c < ' ' || (c >= 0x7f && c < 0xa0) ? ' ' : c);
	}
	return buf_str(&line);
}

struct str cli_option(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < option_count(cli->command); i++)
		if (strcmp(cli->command->options[i].name, name) == 0)
			return cli->option_values[i];
	return STR_NONE;
}

/* How many of the words a command's own words take; 0 when it is another command. */
static size_t words_match(const struct command *command, size_t count, const struct str *words)
{
	struct str rest = str_of(command->words);
	size_t n = 0;

	while (rest.p && rest.n) {
		struct str part = str_cut(&rest, ' ');

		if (n == count || !str_eq(words[n], part))
			return 0;
		n++;
	}
	return n;
}

static const struct command *command_find(size_t count, const struct str *words, size_t *ret_taken)
{
	static const struct str version = { "version", 7 };
	const struct command *found = NULL;

	/* The one habit of other programs that everybody tries. */
	if (count > 0 && str_eq(words[0], STR("--version")))
		words = &version;

	*ret_taken = 0;
	for (size_t i = 0; i < command_count; i++) {
		size_t taken = words_match(&commands[i], count, words);

		if (taken > *ret_taken) {
			*ret_taken = taken;
			found = &commands[i];
		}
	}
	return found;
}

/* One "--name value" or "--name=value"; *at moves behind it. */
static int parse_option(struct cli *cli, size_t count, const struct str *words, size_t *at)
{
	struct str rest = str_sub(words[*at], 2, SIZE_MAX);
	struct str name = str_cut(&rest, '=');
	bool inline_value = rest.p != NULL;
	struct str *place = NULL;
	bool takes_value = true;

	++*at;
	if (str_eq(name, STR("data")))  /* every command takes it, so that scripts need not know which reads it */
		place = &cli->data;
	for (size_t i = 0; i < option_count(cli->command); i++)
		if (str_eq(name, str_of(cli->command->options[i].name))) {
			place = &cli->option_values[i];
			takes_value = cli->command->options[i].value != NULL;
		}
	if (!place)
		return usage_fail(cli, arena_printf(cli->arena, "unknown option --%.*s", STR_ARG(name)));
	if (place->p)
		return usage_fail(cli, arena_printf(cli->arena, "--%.*s is given twice", STR_ARG(name)));
	if (takes_value && !inline_value && *at == count)
		return usage_fail(cli, arena_printf(cli->arena, "--%.*s needs a value", STR_ARG(name)));
	if (!takes_value && inline_value)
		return usage_fail(cli, arena_printf(cli->arena, "--%.*s takes no value", STR_ARG(name)));
	*place = !takes_value ? STR("") : inline_value ? rest : words[(*at)++];
	return STATUS_DONE;
}

static void argument_bounds(const struct command *command, size_t *ret_low, size_t *ret_high)
{
	struct str rest = str_of(command->arguments);

	*ret_low = *ret_high = 0;
	while (rest.p && rest.n) {
		struct str part = str_cut(&rest, ' ');

		++*ret_high;
		*ret_low += !str_starts(part, STR("["));
	}
}

static int parse_check(struct cli *cli)
{
	size_t low, high;

	argument_bounds(cli->command, &low, &high);
	if (cli->argument_count < low || cli->argument_count > high)
		return usage_fail(cli, arena_printf(cli->arena, "%s takes %s", cli->command->words,
		                                    high ? cli->command->arguments : "no arguments"));
	/* They may travel as JSON, and what is kept must be text; a path may be what it likes. */
	for (size_t i = 0; cli->command->place == PLACE_STORE && i < CLI_OPTIONS_MAX; i++)
		if (!utf8_valid(cli->option_values[i]) || (i < cli->argument_count && !utf8_valid(cli->arguments[i])))
			return usage_fail(cli, STR("the words must be UTF-8"));
	if (cli->command->place == PLACE_STORE && !cli->data.n)
		return usage_fail(cli, STR("--data DIR is needed"));
	for (size_t i = 0; i < option_count(cli->command); i++)
		if (cli->command->options[i].required && !cli->option_values[i].n)
			return usage_fail(cli, arena_printf(cli->arena, "--%s %s is needed", cli->command->options[i].name,
			                                    cli->command->options[i].value));
	return STATUS_DONE;
}

/* "peer" alone is no command, but what many begin with. */
static struct str unknown_command(struct cli *cli, struct str word)
{
	struct buf known;

	buf_init(&known, cli->arena, 0);
	for (size_t i = 0; i < command_count; i++) {
		struct str rest = str_of(commands[i].words);

		if (str_eq(str_cut(&rest, ' '), word))
			buf_printf(&known, "%s%.*s", buf_str(&known).n ? ", " : "", STR_ARG(rest));
	}
	if (!buf_str(&known).n)
		return arena_printf(cli->arena, "unknown command %.*s", STR_ARG(word));
	return arena_printf(cli->arena, "%.*s is followed by one of %.*s", STR_ARG(word), STR_ARG(buf_str(&known)));
}

static int parse_words(struct cli *cli, size_t count, const struct str *words)
{
	size_t at;
	bool options_end = false;

	cli->command = command_find(count, words, &at);
	if (!cli->command)
		return usage_fail(cli, count ? unknown_command(cli, words[0]) : STR("a command is needed"));
	while (at < count) {
		if (!options_end && str_eq(words[at], STR("--"))) {
			options_end = true;
			at++;
		} else if (!options_end && str_starts(words[at], STR("--"))) {
			int status = parse_option(cli, count, words, &at);

			if (status != STATUS_DONE)
				return status;
		} else if (cli->argument_count == CLI_ARGUMENTS_MAX) {
			return usage_fail(cli, STR("too many arguments"));
		} else {
			cli->arguments[cli->argument_count++] = words[at++];
		}
	}
	return parse_check(cli);
}

/* --- help ------------------------------------------------------------------------------------------------------- */

static void help_row(struct buf *out, const char *name, const char *value, bool needed, const char *help)
{
	size_t width = strlen(name) + (value ? 1 + strlen(value) : 0);

	buf_printf(out, "  --%s%s%s%*s  %s%s\n", name, value ? " " : "", value ? value : "",
	           width < 24 ? (int)(24 - width) : 0, "", help, needed ? " (needed)" : "");
}

static bool takes_data(const struct command *command)
{
	for (size_t i = 0; i < option_count(command); i++)
		if (strcmp(command->options[i].name, "data") == 0)
			return true;
	return false;
}

static void help_command(struct buf *out, const struct command *command)
{
	buf_printf(out, "usage: rse-node %s%s%s%s%s\n\n%s\n", command->words, command->arguments[0] ? " " : "",
	           command->arguments, command->place == PLACE_STORE ? " --data DIR" : "",
	           option_count(command) ? " [OPTIONS]" : "", command->help);
	buf_add(out, STR("\noptions:\n"));
	if (command->place == PLACE_STORE)
		help_row(out, "data", "DIR", true, "the data folder");
	else if (!takes_data(command))
		help_row(out, "data", "DIR", false, "may stand here as with all commands; nothing is looked at");
	for (size_t i = 0; i < option_count(command); i++) {
		const struct option_row *row = &command->options[i];

		help_row(out, row->name, row->value, row->required, row->help);
	}
	buf_add(out, STR("\nexit status: 0 done, 1 failed, 2 usage\n"));
}

enum { LIST_WIDTH = 32 };  /* of the longest command with its arguments */

/* The whole list, or those that begin with `words` ("user", "peer"). */
static bool help_list(struct buf *out, struct str prefix)
{
	bool any = false;

	buf_add(out, STR("usage: rse-node COMMAND [ARGUMENTS] [OPTIONS]\n\n"));
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];
		size_t width = strlen(command->words) + 1 + strlen(command->arguments);
		struct str rest = str_of(command->help), line = str_cut(&rest, '\n');

		if (!str_starts(str_of(command->words), prefix))
			continue;
		any = true;
		buf_printf(out, "  %s %s%*s  %.*s\n", command->words, command->arguments,
		           width < LIST_WIDTH ? (int)(LIST_WIDTH - width) : 0, "", STR_ARG(line));
	}
	buf_add(out, STR("\nrse-node COMMAND --help says more. Exit status: 0 done, 1 failed, 2 usage.\n"));
	return any;
}

/* true when help was asked for and printed. */
static bool help_asked(struct cli *cli, size_t count, const struct str *words)
{
	const struct command *command;
	size_t taken;
	bool asked = count > 0 && str_eq(words[0], STR("help"));

	for (size_t i = 0; i < count && !asked && !str_eq(words[i], STR("--")); i++)
		asked = str_eq(words[i], STR("--help")) || str_eq(words[i], STR("-h"));
	if (!asked)
		return false;
	command = command_find(count, words, &taken);
	if (command)
		help_command(&cli->out, command);
	else
		help_list(&cli->out, count && !str_starts(words[0], STR("-")) && !str_eq(words[0], STR("help"))
		                     ? words[0] : STR(""));
	return true;
}

/* --- places ----------------------------------------------------------------------------------------------------- */

static struct cli cli_new(struct arena *arena)
{
	struct cli cli = { .arena = arena };

	buf_init(&cli.out, arena, 0);
	buf_init(&cli.error, arena, 0);
	return cli;
}

int cli_run(struct cli *cli, size_t word_count, const struct str *words)
{
	int status = parse_words(cli, word_count, words);

	return status == STATUS_DONE ? cli->command->run(cli) : status;
}

static int run_here(struct cli *cli, struct folder *folder)
{
	cli->store = folder->store;
	cli->instance = &folder->instance;
	cli->config = &folder->config;
	return cli->command->run(cli);
}

/* The serving node, if there is one; else the store, opened here. A node that is just starting or stopping holds the
 * lock without answering on its socket: wait a little for either. */
static int run_with_store(struct cli *cli, size_t count, const struct str *words)
{
	struct timespec step = { 0, LOCK_STEP_MS * 1000000L };

	for (int waited = 0;; waited += LOCK_STEP_MS) {
		struct folder *folder;
		struct str out, error;
		int status;
		int err = control_call(cli->arena, cli->data, count, words, cli->input, &status, &out, &error);

		if (err == OK) {
			buf_add(&cli->out, out);
			buf_add(&cli->error, error);
			return status;
		}
		if (err != ERR_NOT_FOUND)
			return cli_fail(cli, "the serving node did not answer: %s", err_name(err));
		err = folder_open(cli->arena, cli->data, &folder, &error);
		if (err == OK) {
			status = run_here(cli, folder);
			folder_close(folder);
			return status;
		}
		if (err != ERR_BUSY || waited >= LOCK_WAIT_MS)
			return cli_fail(cli, "%.*s", STR_ARG(error));
		nanosleep(&step, NULL);
	}
}

/* One line of standard input, without its end: a password. */
static int read_input(struct cli *cli)
{
	char *line = arena_alloc(cli->arena, INPUT_BYTES_MAX);
	ssize_t n;
	size_t got = 0;

	while (got < INPUT_BYTES_MAX && !memchr(line, '\n', got)) {
		n = read(STDIN_FILENO, line + got, INPUT_BYTES_MAX - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	cli->input = str_sub((struct str){ line, got }, 0, str_find_char((struct str){ line, got }, '\n'));
	if (str_ends(cli->input, STR("\r")))
		cli->input.n--;
	if (!utf8_valid(cli->input))
		return cli_fail(cli, "a password must be UTF-8: no sign-in form sends anything else");
	return cli->input.n ? STATUS_DONE : cli_fail(cli, "no password came on standard input");
}

/* As the caller sees it: the serving node has another folder, and other rights. */
static int read_file(struct cli *cli)
{
	const char *path = arena_cstr(cli->arena, cli->arguments[cli->argument_count - 1]);
	char *bytes = arena_alloc(cli->arena, FILE_BYTES_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t got = 0;
	ssize_t n = 0;

	while (fd >= 0 && got <= FILE_BYTES_MAX && (n = read(fd, bytes + got, FILE_BYTES_MAX + 1 - got)) > 0)
		got += (size_t)n;
	if (fd >= 0)
		close(fd);
	if (fd < 0 || n < 0)
		return cli_fail(cli, "%s cannot be read: %s", path, strerror(errno));
	if (got > FILE_BYTES_MAX)
		return cli_fail(cli, "%s has more than %d KiB", path, FILE_BYTES_MAX / 1024);
	cli->input = base64_encode(cli->arena, (struct str){ bytes, got });
	return STATUS_DONE;
}

static int cli_dispatch(struct cli *cli, size_t count, const struct str *words)
{
	int status;

	if (help_asked(cli, count, words))
		return STATUS_DONE;
	status = parse_words(cli, count, words);
	if (status != STATUS_DONE)
		return status;
	if (cli->command->reads_input && cli_option(cli, "password-stdin").p)
		status = read_input(cli);
	else if (str_ends(str_of(cli->command->arguments), STR("FILE")))
		status = read_file(cli);
	if (status != STATUS_DONE)
		return status;
	if (cli->command->place == PLACE_STORE)
		return run_with_store(cli, count, words);
	return cli->command->run(cli);
}

static bool write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_sub(text, (size_t)n, SIZE_MAX);
	}
	return true;
}

int cli_main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct cli cli = cli_new(arena);
	struct str words[WORDS_MAX];
	size_t count = 0;
	int status;

	for (int i = 1; i < argc && count < WORDS_MAX; i++)
		words[count++] = str_of(argv[i]);
	status = argc > WORDS_MAX ? usage_fail(&cli, STR("too many words")) : cli_dispatch(&cli, count, words);
	if (!write_all(STDOUT_FILENO, buf_str(&cli.out)) && status == STATUS_DONE)
		status = cli_fail(&cli, "cannot write the output: %m");
	write_all(STDERR_FILENO, buf_str(&cli.error));
	arena_free(arena);
	return status;
}
