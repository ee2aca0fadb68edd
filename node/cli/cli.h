/*
 * The command table: `rse-node user add`, `peer list`, `check` … Each row says its words, options and needs; one parser
 * reads them, one function prints their help.
 *
 * A command runs in one of two places: in this process, with the store opened here, or, while the node serves, inside
 * the serving process by way of the control socket in the data folder (cli/control.h), so that there is one writer.
 * Either way it writes into two bufs and returns an exit status: 0 done, 1 failed (one line on standard error), 2 usage.
 */
#ifndef NODE_CLI_CLI_H
#define NODE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/base/str.h"
#include "storage/engine/store.h"
#include "storage/instance.h"

struct arena;
struct cli;
struct config;
struct node;
struct writer;

enum { STATUS_DONE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };
enum { CLI_ARGUMENTS_MAX = 4, CLI_OPTIONS_MAX = 12 };

struct option_row {
	const char *name;       /* "email"; written --email ADDR or --email=ADDR */
	const char *value;      /* "ADDR"; NULL: a switch */
	bool required;
	const char *help;
};

enum command_place {
	PLACE_STORE,   /* needs the store of --data: runs here, or inside the serving node */
	PLACE_ALONE,   /* needs no open store: init, serve, routes */
};

struct command {
	const char *words;          /* "user add" */
	const char *arguments;      /* "NAME" … as printed; "[X]" may be absent; "" none. A file that "… FILE" names is
	                             * read by the process that was called: the command may run in another one */
	const struct option_row *options;   /* ends with name NULL; --data is added to every PLACE_STORE command */
	enum command_place place;
	bool reads_input;           /* takes standard input when --password-stdin is given */
	int (*run)(struct cli *cli);
	const char *help;           /* one line, which lists show; lines behind it are for the command's own --help */
};

extern const struct command commands[];
extern const size_t command_count;

/* One invocation. */
struct cli {
	struct arena *arena;
	const struct command *command;
	struct str arguments[CLI_ARGUMENTS_MAX];
	size_t argument_count;
	struct str option_values[CLI_OPTIONS_MAX];  /* by row of command->options; p == NULL: absent */
	struct str data;            /* the data folder */
	struct str input;           /* what came on standard input; or the bytes of a FILE in base64 */
	struct buf out, error;
	struct store *store;        /* the place */
	struct writer *writer;      /* NULL: this process writes itself */
	const struct instance *instance;
	const struct config *config;
	struct node *node;          /* inside the serving node; otherwise NULL */
	bool audited;               /* what this invocation does is in the journal already */
};

/* main()'s whole job: parses, finds the place, runs, prints; the exit status. */
int cli_main(int argc, char **argv);
/* Parses words into `cli` and runs the command, store and place being filled (the control socket's server calls it). */
int cli_run(struct cli *cli, size_t word_count, const struct str *words);
/* Option by name; STR_NONE when absent. A switch that is given has p != NULL. */
struct str cli_option(const struct cli *cli, const char *name);
/* One line on standard error; returns STATUS_FAILED. */
int cli_fail(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for words that cannot be meant, with where to read how they are; returns STATUS_USAGE. */
int cli_usage(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text of somebody else on one line of ours, without what would drive a terminal. */
struct str cli_line(const struct cli *cli, struct str text);
/* Runs a body in the place's way and waits for the durable result. It leaves an entry in the audit journal, made of the
 * command's words unless the body appends its own (node/cli/write.c). */
int cli_write(struct cli *cli, int (*body)(struct txn *txn, void *arg), void *arg);
/* Such an entry alone, of what reads somebody's own things: before it prints them. */
int cli_note(struct cli *cli);

#endif
