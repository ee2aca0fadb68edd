/*
 * A spreadsheet of people who are to come: each line that is well becomes an invitation for that person, each other one
 * says why it does not. Shared by the command line and the API.
 */
#ifndef NODE_ACCOUNTS_PEOPLE_SHEET_H
#define NODE_ACCOUNTS_PEOPLE_SHEET_H

#include "node/accounts/inviting.h"

/* A batch is one transaction: some 400 puts, with mails. */
enum { SHEET_LINES_MAX = 2000, SHEET_BATCH = 40 };

struct writer;

struct sheet_line {
	size_t number;            /* of the text, from 1 */
	struct invitation invitation;  /* id: once it is accepted and stored */
	struct str secret;        /* of the invitation, as long as this is not a dry run */
	const char *fault;        /* of the line itself, whatever the node holds; NULL: none */
	const char *reason;       /* why it is refused; NULL: accepted, or not asked yet */
	const char *field;        /* which column that is about; NULL: none of them */
	bool known;               /* and whether it is because the person is here, invited, or in a line before */
};

struct sheet {
	struct sheet_line *lines;
	size_t count;
};

/* Columns by their names, English or French, or in the order name, e-mail, display name, role, department, communities,
 * language where the first row is a person's. Commas, semicolons or tabs separate; inside of communities ',' ';' or '|'.
 * ERR_INVALID: the file as a whole cannot be meant, and *ret_reason says why. The text stays the caller's. */
int sheet_read(struct arena *arena, struct str text, struct sheet *ret_sheet, const char **ret_reason);

/* Whose sheet it is, and where it goes. */
struct sheet_work {
	struct arena *arena;
	const struct inviter *inviter;
	int64_t now_ms;
	struct sheet_line *lines;
	size_t count;
};

/* What would come of the lines: fills in `reason`. */
void sheet_check(const struct sheet_work *work, struct view *view);
/* A body for the writer: invites whom the lines name, at most SHEET_BATCH of them. `arg` is the struct sheet_work. */
int sheet_write(struct txn *txn, void *arg);

/* All of it, a transaction for each batch; `writer` NULL: a dry run, over `store`. Not on the writer's thread. */
int sheet_run(struct sheet_work *work, const struct sheet *sheet, struct store *store, struct writer *writer);
/* The link to be handed over; STR_NONE: refused, a dry run, or it was sent by mail. */
struct str sheet_link(struct arena *arena, const struct instance *instance, const struct sheet_line *line);
/* A line each: line, name, email, result (accepted or refused), reason, link. */
struct str sheet_result(struct arena *arena, const struct instance *instance, const struct sheet *sheet);
/* The header of sheets as sheet_read() knows it, for those that are written. */
void sheet_add_header(struct buf *buf);

#endif
