/*
 * Reads what people make of a list of colleagues in a spreadsheet, and answers line by line. Whether an invitation may be
 * made is inviting.h's to say. Any thread; sheet_write() on the writer's.
 */
#include "node/accounts/people_sheet.h"

#include <string.h>

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/csv.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/engine/writer.h"

enum column { NAME, EMAIL, DISPLAY_NAME, ROLE, DEPARTMENT, COMMUNITIES, LANGUAGE, COLUMNS };
enum { CELLS_MAX = 24 };

/* Folded, without what stands between words. "Nom" in a French list is what a person is called. */
static const char *const column_names[COLUMNS][6] = {
	[NAME] = { "name", "username", "identifiant", "login" },
	[EMAIL] = { "email", "mail", "courriel", "adresseemail", "adressemail", "emailaddress" },
	[DISPLAY_NAME] = { "displayname", "nomaffiche", "nomcomplet", "nom", "fullname" },
	[ROLE] = { "role" },
	[DEPARTMENT] = { "department", "departement", "service" },
	[COMMUNITIES] = { "communities", "communautes" },
	[LANGUAGE] = { "language", "langue" },
};

/* --- columns ---------------------------------------------------------------------------------------------------- */

static struct str fold_header(struct arena *arena, struct str cell)
{
	struct str folded = accounts_fold(arena, cell);
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < folded.n; i++)
		if (folded.p[i] != ' ' && folded.p[i] != '_' && folded.p[i] != '-')
			buf_add_char(&buf, folded.p[i]);
	return buf_str(&buf);
}

static enum column column_of(struct arena *arena, struct str cell)
{
	struct str name = fold_header(arena, cell);

	for (int c = 0; c < COLUMNS; c++)
		for (size_t i = 0; i < 6 && column_names[c][i]; i++)
			if (str_eq(name, str_of(column_names[c][i])))
				return (enum column)c;
	return COLUMNS;
}

/* What each cell of a row is. A row with an address is a person's: then the order is the usual one. */
struct layout {
	enum column columns[CELLS_MAX];
	size_t count;
	bool has_header;
};

static int read_layout(struct arena *arena, const struct str *cells, size_t count, struct layout *layout,
                       const char **ret_reason)
{
	bool has_email = false;

	for (size_t i = 0; i < count; i++)
		if (str_find_char(cells[i], '@') != SIZE_MAX) {
			*layout = (struct layout){ .columns = { NAME, EMAIL, DISPLAY_NAME, ROLE, DEPARTMENT, COMMUNITIES, LANGUAGE },
			                           .count = COLUMNS };
			return OK;
		}
	*layout = (struct layout){ .count = count, .has_header = true };
	for (size_t i = 0; i < count; i++) {
		layout->columns[i] = column_of(arena, cells[i]);
		has_email |= layout->columns[i] == EMAIL;
		for (size_t k = 0; k < i; k++)
			if (layout->columns[i] != COLUMNS && layout->columns[k] == layout->columns[i]) {
				*ret_reason = arena_cstr(arena, arena_printf(arena, "two columns are the same: %.*s", STR_ARG(cells[i])));
				return ERR_INVALID;
			}
		if (layout->columns[i] == COLUMNS && cells[i].n) {
			*ret_reason = arena_cstr(arena, arena_printf(arena, "there is no column %.*s: they are name, email, display_name, "
			                                             "role, department, communities and language", STR_ARG(cells[i])));
			return ERR_INVALID;
		}
	}
	if (has_email)
		return OK;
	*ret_reason = "the first row names no column email";
	return ERR_INVALID;
}

/* --- lines ------------------------------------------------------------------------------------------------------ */

/* An export has an apostrophe before what a spreadsheet would take for a formula. */
static struct str unguard(struct str cell)
{
	bool guarded = cell.n > 1 && cell.p[0] == '\'' && memchr("=+-@", cell.p[1], 4);

	return guarded ? str_sub(cell, 1, SIZE_MAX) : cell;
}

static struct str_list read_communities(struct arena *arena, struct str cell)
{
	struct str_list list = { ARENA_ARRAY(arena, struct str, cell.n / 2 + 1), 0 };

	while (cell.n) {
		size_t end = 0;
		struct str name;

		while (end < cell.n && !memchr(",;|", cell.p[end], 3))
			end++;
		name = str_trim(str_sub(cell, 0, end));
		cell = str_sub(cell, end + 1, SIZE_MAX);
		if (name.n)
			list.items[list.count++] = name;
	}
	return list;
}

static void read_line(struct arena *arena, const struct layout *layout, const struct str *cells, size_t count,
                      struct sheet_line *line)
{
	struct invitation *invitation = &line->invitation;
	struct str of[COLUMNS] = { { NULL, 0 } };

	for (size_t i = 0; i < count; i++) {
		struct str cell = unguard(cells[i]);

		if (i < layout->count && layout->columns[i] != COLUMNS)
			of[layout->columns[i]] = cell;
		else if (cell.n)
			line->fault = "it has more cells than the first row: are there quotes around what holds a separator?";
	}
	*invitation = (struct invitation){
		.name = of[NAME], .email = of[EMAIL], .display_name = of[DISPLAY_NAME], .department = of[DEPARTMENT],
		.language = str_lower(arena, of[LANGUAGE]), .communities = read_communities(arena, of[COMMUNITIES]),
	};
	line->field = line->fault ? NULL : invitation->email.n ? "role" : "email";
	if (!line->fault && !invitation->email.n)
		line->fault = "email is missing";
	if (!line->fault && of[ROLE].n && roles_parse(str_lower(arena, of[ROLE]), &invitation->roles) != OK)
		line->fault = "role is member, moderator, people_manager, data_protection_officer or admin";
}

static bool is_empty(const struct str *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cells[i].n)
			return false;
	return true;
}

/* The same person twice: the later line is refused. */
static void find_doubles(struct arena *arena, struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++) {
		struct sheet_line *line = &sheet->lines[i];

		for (size_t k = 0; k < i && !line->fault; k++) {
			const struct invitation *a = &sheet->lines[k].invitation, *b = &line->invitation;
			bool same_email = str_eq_nocase(a->email, b->email);

			if (sheet->lines[k].fault || (!same_email && (!b->name.n || !str_eq_nocase(a->name, b->name))))
				continue;
			line->known = true;
			line->field = same_email ? "email" : "name";
			line->fault = arena_cstr(arena, arena_printf(arena, "%s is that of line %zu", line->field, sheet->lines[k].number));
		}
	}
}

static int read_lines(struct arena *arena, struct csv_reader *reader, const struct layout *layout, struct sheet *sheet,
                      const char **ret_reason)
{
	struct str cells[CELLS_MAX];
	size_t count;

	while (csv_next(reader, cells, CELLS_MAX, &count)) {
		struct sheet_line *line = &sheet->lines[sheet->count];

		if (is_empty(cells, count))
			continue;
		if (sheet->count == SHEET_LINES_MAX) {
			*ret_reason = "more than 2000 people at once are too many: cut the file";
			return ERR_INVALID;
		}
		*line = (struct sheet_line){ .number = reader->line, .secret = hash_token(arena) };
		read_line(arena, layout, cells, count, line);
		sheet->count++;
	}
	*ret_reason = "it names nobody";
	return sheet->count ? OK : ERR_INVALID;
}

int sheet_read(struct arena *arena, struct str text, struct sheet *ret_sheet, const char **ret_reason)
{
	struct sheet sheet = { ARENA_ARRAY(arena, struct sheet_line, SHEET_LINES_MAX + 1), 0 };
	struct str cells[CELLS_MAX];
	struct csv_reader reader;
	struct layout layout;
	size_t count, first;
	int r;

	if (!utf8_valid(text) || str_find_char(text, '\0') != SIZE_MAX) {
		*ret_reason = "it is no CSV in UTF-8: spreadsheets save that as “CSV UTF-8”";
		return ERR_INVALID;
	}
	csv_begin_sheet(&reader, arena, text);
	first = reader.at;
	*ret_reason = "it names nobody";
	if (!csv_next(&reader, cells, CELLS_MAX, &count))
		return ERR_INVALID;
	r = read_layout(arena, cells, count, &layout, ret_reason);
	if (r != OK)
		return r;
	if (!layout.has_header) {
		reader.at = first;
		reader.line = reader.counted = 0;
	}
	r = read_lines(arena, &reader, &layout, &sheet, ret_reason);
	if (r != OK)
		return r;
	find_doubles(arena, &sheet);
	*ret_sheet = sheet;
	return OK;
}

/* --- what comes of them ----------------------------------------------------------------------------------------- */

void sheet_check(const struct sheet_work *work, struct view *view)
{
	for (size_t i = 0; i < work->count; i++) {
		struct sheet_line *line = &work->lines[i];
		const char *fault;

		line->reason = line->fault;
		if (line->reason)
			continue;
		line->invitation.expires_ms = 0;
		fault = invitation_fault(work->arena, view, work->inviter, work->now_ms, &line->invitation, &line->field);
		line->known = !fault;
		if (!fault)
			fault = invitation_is_for_known(work->arena, view, &line->invitation, work->now_ms, &line->field);
		if (fault)
			line->reason = arena_cstr(work->arena, arena_printf(work->arena, "%s: %s", line->field, fault));
	}
}

/* All of the lines or none: whether the answer arrives or not, a second run of the same sheet tells which are there. */
int sheet_write(struct txn *txn, void *arg)
{
	struct sheet_work work = *(const struct sheet_work *)arg;

	work.now_ms = txn_now_ms(txn);
	sheet_check(&work, txn_view(txn));
	for (size_t i = 0; i < work.count; i++) {
		struct sheet_line *line = &work.lines[i];
		struct invitation invitation = line->invitation;   /* a rerun starts from the same values */
		int r;

		line->invitation.id = 0;
		line->invitation.sent_ms = 0;
		if (line->reason)
			continue;
		r = invitation_make(work.arena, txn, work.inviter, line->secret, &invitation);
		if (r != OK && r != ERR_LIMIT)
			return r;
		if (r == ERR_LIMIT) {
			line->reason = "there are as many invitations as may be";
			line->known = false;
		}
		line->invitation.id = r == OK ? invitation.id : 0;
		line->invitation.sent_ms = invitation.sent_ms;
	}
	return OK;
}

static int dry_run(const struct sheet_work *work, struct store *store)
{
	struct view *view;
	int r = view_begin(store, &view);

	if (r == OK) {
		sheet_check(work, view);
		view_end(view);
	}
	return r;
}

int sheet_run(struct sheet_work *work, const struct sheet *sheet, struct store *store, struct writer *writer)
{
	int r = OK;

	for (size_t at = 0; r == OK && at < sheet->count; at += SHEET_BATCH) {
		work->lines = sheet->lines + at;
		work->count = sheet->count - at < SHEET_BATCH ? sheet->count - at : SHEET_BATCH;
		r = writer ? writer_run(writer, sheet_write, work) : dry_run(work, store);
	}
	return r;
}

struct str sheet_link(struct arena *arena, const struct instance *instance, const struct sheet_line *line)
{
	bool is_handed_over = line->invitation.id && !line->invitation.sent_ms;

	return is_handed_over ? invitation_link(arena, instance, line->secret) : STR_NONE;
}

struct str sheet_result(struct arena *arena, const struct instance *instance, const struct sheet *sheet)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, STR("line,name,email,result,reason,link\n"));
	for (size_t i = 0; i < sheet->count; i++) {
		const struct sheet_line *line = &sheet->lines[i];

		csv_add(&buf, arena_printf(arena, "%zu", line->number), true);
		csv_add_text(&buf, line->invitation.name, false);
		csv_add_text(&buf, line->invitation.email, false);
		csv_add(&buf, line->reason ? STR("refused") : STR("accepted"), false);
		csv_add_text(&buf, line->reason ? str_of(line->reason) : STR_NONE, false);
		csv_add(&buf, sheet_link(arena, instance, line), false);
		csv_end_row(&buf);
	}
	return buf_str(&buf);
}

void sheet_add_header(struct buf *buf)
{
	buf_add(buf, STR("name,email,display_name,role,department,communities,language"));
}
