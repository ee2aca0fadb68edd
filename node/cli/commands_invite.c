/*
 * Commands about who is to come: invite …, and user import and export, which read and write people as a spreadsheet. Thin:
 * rules live in accounts/inviting.h and accounts/people_sheet.h.
 */
#include "node/accounts/people_sheet.h"
#include "node/cli/commands.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/csv.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/mails.h"
#include "storage/users.h"

enum { LIST_PAGE = 200 };

static int other_fail(struct cli *cli, int err)
{
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such invitation: %.*s", STR_ARG(cli->arguments[0]));
	return cli_fail(cli, "%s", err_name(err));
}

/* Who runs the node, with what sending mail takes: in a serving node its own key, else the one in the folder. */
struct operator {
	struct inviter inviter;
	struct seal seal;
};

static const struct inviter *operator_of(struct cli *cli)
{
	struct operator *operator = ARENA_NEW(cli->arena, struct operator);

	*operator = (struct operator){ .inviter = {
		.instance = cli->instance, .config = cli->config, .mailer = { cli->config, &operator->seal }, .staff = true,
		.grants = true,
	} };
	if (cli->node)
		operator->inviter.mailer = mailer_of(cli->node);
	else if (mail_is_on(cli->config) && seal_load(arena_cstr(cli->arena, cli->data), &operator->seal) != OK)
		operator->inviter.mailer.config = NULL;  /* no mail, so links are handed over */
	return &operator->inviter;
}

/* --- invite create ---------------------------------------------------------------------------------------------- */

static struct str_list split(struct cli *cli, struct str text)
{
	struct str_list list = { ARENA_ARRAY(cli->arena, struct str, text.n + 1), 0 };

	while (text.n) {
		struct str name = str_trim(str_cut(&text, ','));

		if (name.n)
			list.items[list.count++] = name;
	}
	return list;
}

/* --days and --uses. */
static int read_numbers(struct cli *cli, struct invitation *invitation)
{
	struct str days = cli_option(cli, "days"), uses = cli_option(cli, "uses");
	uint64_t number = 0;

	if (days.p && (!str_to_u64(days, &number) || !number || number > INVITATION_DAYS_MAX))
		return cli_usage(cli, "--days is a number from 1 to %d", INVITATION_DAYS_MAX);
	if (days.p)
		invitation->expires_ms = clock_now_ms() + (int64_t)number * DAY_MS;
	if (uses.p && (!str_to_u64(uses, &invitation->uses_max) || !invitation->uses_max))
		return cli_usage(cli, "--uses is a number from 1 to %d", INVITATION_USES_MAX);
	return STATUS_DONE;
}

struct make_body {
	struct cli *cli;
	const struct inviter *inviter;
	struct invitation invitation;
	struct str secret, sponsor;
	const char *field, *fault;
};

static int make_write(struct txn *txn, void *arg)
{
	struct make_body *body = arg;
	struct cli *cli = body->cli;
	struct view *view = txn_view(txn);
	struct invitation invitation = body->invitation;   /* a rerun starts from the same values */
	struct account sponsor;
	int err;

	body->fault = invitation_fault(cli->arena, view, body->inviter, txn_now_ms(txn), &invitation, &body->field);
	if (!body->fault)
		body->fault = invitation_is_for_known(cli->arena, view, &invitation, txn_now_ms(txn), &body->field);
	if (body->fault)
		return ERR_INVALID;
	if (body->sponsor.n) {
		err = accounts_by_name(cli->arena, view, body->sponsor, STR_NONE, &sponsor);
		if (err != OK)
			return err;
		invitation.sponsor_id = sponsor.id;
	}
	err = invitation_make(cli->arena, txn, body->inviter, body->secret, &invitation);
	if (err != OK)
		return err;
	body->invitation.id = invitation.id;
	body->invitation.sent_ms = invitation.sent_ms;
	return OK;
}

static void print_link(struct cli *cli, const struct invitation *invitation, struct str secret)
{
	struct str link = invitation_link(cli->arena, cli->instance, secret);

	buf_printf(&cli->out, "%llu\t", (unsigned long long)invitation->id);
	if (invitation->sent_ms)
		buf_printf(&cli->out, "sent to %.*s\n", STR_ARG(invitation->email));
	else
		buf_printf(&cli->out, "%.*s\n", STR_ARG(link));
}

int command_invite_create(struct cli *cli)
{
	const struct inviter *inviter = operator_of(cli);
	struct make_body body = { .cli = cli, .inviter = inviter, .sponsor = cli_option(cli, "sponsor") };
	struct invitation *invitation = &body.invitation;
	struct str role = cli_option(cli, "role");
	int err, status = read_numbers(cli, invitation);

	if (status != STATUS_DONE)
		return status;
	if (role.p && roles_parse(role, &invitation->roles) != OK)
		return cli_usage(cli, "--role is member, or of " ROLE_WORDS " one or several, with commas between");
	invitation->email = cli_option(cli, "email");
	invitation->name = cli_option(cli, "name");
	invitation->display_name = cli_option(cli, "display-name");
	invitation->department = cli_option(cli, "department");
	invitation->language = cli_option(cli, "language");
	invitation->communities = split(cli, cli_option(cli, "communities"));
	if (str_starts(body.sponsor, STR("@")))
		body.sponsor = str_sub(body.sponsor, 1, SIZE_MAX);
	body.secret = hash_token(cli->arena);
	err = cli_write(cli, make_write, &body);
	if (err == ERR_INVALID && body.fault)
		return cli_usage(cli, "%s %s", body.field, body.fault);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(body.sponsor));
	if (err == ERR_LIMIT)
		return cli_fail(cli, "there are %d invitations already", INVITATIONS_MAX);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	print_link(cli, invitation, body.secret);
	return STATUS_DONE;
}

/* --- invite list, show ------------------------------------------------------------------------------------------ */

/* "@name", or who made it on the command line. */
static struct str sponsor_name(struct cli *cli, struct view *view, uint64_t sponsor_id)
{
	struct account account;

	if (!sponsor_id)
		return STR("the command line");
	if (accounts_get(cli->arena, view, sponsor_id, &account) != OK)
		return STR("somebody who is gone");
	return arena_printf(cli->arena, "@%.*s", STR_ARG(account.username));
}

static struct str joined(struct cli *cli, const struct str_list *list, const char *between)
{
	struct buf buf;

	buf_init(&buf, cli->arena, 0);
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add(&buf, str_of(between));
		buf_add(&buf, list->items[i]);
	}
	return buf_str(&buf);
}

static void print_row(struct cli *cli, struct view *view, const struct invitation *invitation)
{
	char expires[DATE_ISO_BYTES];

	date_iso_seconds(invitation->expires_ms, expires);
	buf_printf(&cli->out, "%llu\t%s\t%llu/%llu\t%s\t%.*s\t%s\t%.*s\t%.*s\n", (unsigned long long)invitation->id,
	           invitation_state_name(invitation_state(invitation, clock_now_ms())), (unsigned long long)invitation->uses,
	           (unsigned long long)invitation->uses_max, expires, STR_ARG(sponsor_name(cli, view, invitation->sponsor_id)),
	           roles_render(cli->arena, invitation->roles).p, STR_ARG(invitation->email), STR_ARG(invitation->department));
}

/* --state and --sponsor. */
static int read_filter(struct cli *cli, struct view *view, struct invitation_filter *filter)
{
	struct str state = cli_option(cli, "state"), sponsor = cli_option(cli, "sponsor");
	struct account account;

	*filter = (struct invitation_filter){ .in_state = state.p, .of_sponsor = sponsor.p, .now_ms = clock_now_ms() };
	if (state.p && invitation_state_parse(state, &filter->state) != OK)
		return cli_usage(cli, "--state is open, used, expired or revoked");
	if (str_starts(sponsor, STR("@")))
		sponsor = str_sub(sponsor, 1, SIZE_MAX);
	if (sponsor.p && accounts_by_name(cli->arena, view, sponsor, STR_NONE, &account) != OK)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(sponsor));
	filter->sponsor_id = sponsor.p ? account.id : 0;
	return STATUS_DONE;
}

int command_invite_list(struct cli *cli)
{
	struct page page = { .limit = LIST_PAGE };
	struct invitation_filter filter;
	struct view *view;
	int status, err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	status = read_filter(cli, view, &filter);
	while (status == STATUS_DONE && err == OK) {
		struct invitation *list;
		size_t count = 0;

		err = invitations_list(cli->arena, view, &filter, &page, &list, &count, &page.max_id);
		for (size_t i = 0; err == OK && i < count; i++)
			print_row(cli, view, &list[i]);
		if (!page.max_id)
			break;
	}
	view_end(view);
	return err == OK ? status : cli_fail(cli, "%s", err_name(err));
}

static void print_time(struct cli *cli, const char *what, int64_t ms)
{
	char date[DATE_ISO_BYTES];

	if (!ms)
		return;
	date_iso_seconds(ms, date);
	buf_printf(&cli->out, "%s\t%s\n", what, date);
}

static void print_text(struct cli *cli, const char *what, struct str text)
{
	if (text.n)
		buf_printf(&cli->out, "%s\t%.*s\n", what, STR_ARG(text));
}

static int show(struct cli *cli, struct view *view, uint64_t id)
{
	struct invitation invitation;
	struct id_list ids;
	struct mail mail;
	int err = invitations_get(cli->arena, view, id, &invitation);

	if (err == OK)
		err = invitations_accounts(cli->arena, view, id, INVITATION_USES_MAX, &ids);
	if (err != OK)
		return err;
	buf_printf(&cli->out, "state\t%s\nuses\t%llu of %llu\nrole\t%s\n",
	           invitation_state_name(invitation_state(&invitation, clock_now_ms())), (unsigned long long)invitation.uses,
	           (unsigned long long)invitation.uses_max, roles_render(cli->arena, invitation.roles).p);
	print_text(cli, "sponsor", sponsor_name(cli, view, invitation.sponsor_id));
	print_text(cli, "email", invitation.email);
	print_text(cli, "name", invitation.name);
	print_text(cli, "display name", invitation.display_name);
	print_text(cli, "department", invitation.department);
	print_text(cli, "communities", joined(cli, &invitation.communities, ", "));
	print_text(cli, "language", invitation.language);
	print_time(cli, "made", invitation.created_ms);
	print_time(cli, "expires", invitation.expires_ms);
	print_time(cli, "revoked", invitation.revoked_ms);
	print_time(cli, "sent", invitation.sent_ms);
	if (invitation.mail_id && mails_get(cli->arena, view, invitation.mail_id, &mail) == OK)
		buf_printf(&cli->out, "mail\t%s%s%.*s\n", mail_state_name(mail.state), mail.answer.n ? ": " : "",
		           STR_ARG(mail.answer));
	for (size_t i = 0; i < ids.count; i++)
		print_text(cli, "account", sponsor_name(cli, view, ids.ids[i]));
	return OK;
}

/* ERR_NOT_FOUND: no number. */
static int id_argument(const struct cli *cli, uint64_t *ret_id)
{
	return str_to_u64(cli->arguments[0], ret_id) ? OK : ERR_NOT_FOUND;
}

int command_invite_show(struct cli *cli)
{
	struct view *view;
	uint64_t id;
	int err = id_argument(cli, &id);

	if (err == OK)
		err = view_begin(cli->store, &view);
	if (err == OK) {
		err = show(cli, view, id);
		view_end(view);
	}
	return err == OK ? STATUS_DONE : other_fail(cli, err);
}

/* --- invite revoke, resend -------------------------------------------------------------------------------------- */

struct change_body {
	struct cli *cli;
	const struct inviter *inviter;
	uint64_t id;
	struct str secret;
	struct invitation invitation;
};

static int revoke_write(struct txn *txn, void *arg)
{
	struct change_body *body = arg;

	return invitation_revoke(body->cli->arena, txn, body->inviter, body->id, &body->invitation);
}

int command_invite_revoke(struct cli *cli)
{
	const struct inviter *inviter = operator_of(cli);
	struct change_body body = { .cli = cli, .inviter = inviter };
	int err = id_argument(cli, &body.id);

	if (err == OK)
		err = cli_write(cli, revoke_write, &body);
	if (err != OK)
		return other_fail(cli, err);
	buf_printf(&cli->out, "nobody comes in by invitation %llu any more\n", (unsigned long long)body.id);
	return STATUS_DONE;
}

static int resend_write(struct txn *txn, void *arg)
{
	struct change_body *body = arg;

	return invitation_resend(body->cli->arena, txn, body->inviter, body->id, body->secret, &body->invitation);
}

static int resend(struct cli *cli, const struct inviter *inviter, uint64_t id)
{
	struct change_body body = { .cli = cli, .inviter = inviter, .id = id, .secret = hash_token(cli->arena) };
	int err = cli_write(cli, resend_write, &body);

	if (err == OK)
		print_link(cli, &body.invitation, body.secret);
	return err;
}

/* Each by itself: the writer serves others in between. */
static int resend_all(struct cli *cli, const struct inviter *inviter, enum invitation_state state)
{
	struct invitation_filter filter = { .in_state = true, .state = state, .now_ms = clock_now_ms() };
	struct page page = { .limit = LIST_PAGE };
	int err = OK;

	do {
		struct invitation *list = NULL;
		size_t count = 0;
		struct view *view;

		err = view_begin(cli->store, &view);
		if (err != OK)
			break;
		err = invitations_list(cli->arena, view, &filter, &page, &list, &count, &page.max_id);
		view_end(view);
		for (size_t i = 0; err == OK && i < count; i++) {
			err = resend(cli, inviter, list[i].id);
			if (err == ERR_NOT_FOUND || err == ERR_DENIED)  /* ended meanwhile */
				err = OK;
		}
	} while (err == OK && page.max_id);
	return err;
}

int command_invite_resend(struct cli *cli)
{
	bool open = cli_option(cli, "open").p, expired = cli_option(cli, "expired").p;
	const struct inviter *inviter = operator_of(cli);
	uint64_t id;
	int err;

	if ((cli->argument_count == 1) + open + expired != 1)
		return cli_usage(cli, "which: ID, --open or --expired");
	if (open || expired) {
		err = resend_all(cli, inviter, open ? INVITATION_OPEN : INVITATION_EXPIRED);
		return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
	}
	err = id_argument(cli, &id);
	if (err == OK)
		err = resend(cli, inviter, id);
	if (err == ERR_DENIED)
		return cli_fail(cli, "invitation %llu is revoked or used up: make another one", (unsigned long long)id);
	return err == OK ? STATUS_DONE : other_fail(cli, err);
}

/* --- user import, export ---------------------------------------------------------------------------------------- */

int command_user_import(struct cli *cli)
{
	const struct inviter *inviter = operator_of(cli);
	struct sheet_work work = { .arena = cli->arena, .inviter = inviter, .now_ms = clock_now_ms() };
	const char *reason = "it is no CSV";
	struct sheet sheet;
	struct str text;
	int err = OK;

	if (base64_decode(cli->arena, cli->input, &text) != OK || sheet_read(cli->arena, text, &sheet, &reason) != OK)
		return cli_fail(cli, "%.*s: %s", STR_ARG(cli->arguments[0]), reason);
	if (cli_option(cli, "dry-run").p)
		err = sheet_run(&work, &sheet, cli->store, NULL);
	for (size_t at = 0; err == OK && !cli_option(cli, "dry-run").p && at < sheet.count; at += SHEET_BATCH) {
		work.lines = sheet.lines + at;
		work.count = sheet.count - at < SHEET_BATCH ? sheet.count - at : SHEET_BATCH;
		err = cli_write(cli, sheet_write, &work);
	}
	if (err != OK)
		return cli_fail(cli, "%s: lines before this are invited; run it again", err_name(err));
	buf_add(&cli->out, sheet_result(cli->arena, cli->instance, &sheet));
	return STATUS_DONE;
}

static void export_person(struct cli *cli, struct view *view, const struct user *user)
{
	struct buf *out = &cli->out;
	struct account account;

	if (accounts_get(cli->arena, view, user->account_id, &account) != OK)
		return;
	csv_add_text(out, account.username, true);
	csv_add_text(out, user->email, false);
	csv_add_text(out, account.display_name, false);
	csv_add(out, roles_render(cli->arena, user->roles), false);
	csv_add_text(out, user->department, false);
	csv_add_text(out, joined(cli, &user->communities, "|"), false);
	csv_add(out, user->locale, false);
	csv_end_row(out);
}

int command_user_export(struct cli *cli)
{
	struct view *view;
	uint64_t after = 0;
	int err = cli_note(cli);

	if (err == OK)
		err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	sheet_add_header(&cli->out);
	csv_end_row(&cli->out);
	while (err == OK) {
		struct user *users;
		size_t count = 0;

		err = users_each(cli->arena, view, after, LIST_PAGE, &users, &count);
		if (err != OK || count == 0)
			break;
		for (size_t i = 0; i < count; i++)
			export_person(cli, view, &users[i]);
		after = users[count - 1].account_id;
	}
	view_end(view);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}
