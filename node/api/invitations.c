/*
 * Invitations as entities. The secret of one is in no answer but that which made it.
 */
#include "node/api/invitations.h"

#include "node/accounts/people_sheet.h"
#include "node/api/answer.h"
#include "node/api/paging.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/base/clock.h"
#include "storage/base/csv.h"
#include "storage/base/hash.h"
#include "storage/mails.h"

enum {
	INVITATIONS_PAGE = 40, INVITATIONS_PAGE_MAX = 200, ACCOUNTS_SHOWN = 100,
	RESEND_MAX = 40,        /* each is some ten puts */
	CSV_ROWS_MAX = 10000,
};

/* Who asks. What goes beyond one's own takes a token for those who look after the node. */
static struct inviter inviter_of(const struct call *call, scope_set staff_scope)
{
	struct inviter inviter = {
		.instance = &call->node->instance, .config = call->node->config, .mailer = mailer_of(call->node),
	};

	inviter_set(&inviter, call->viewer.account_id, call->viewer.roles);
	if (!(call->viewer.scopes & staff_scope))
		inviter.staff = inviter.grants = false;
	return inviter;
}

/* --- what is shown ---------------------------------------------------------------------------------------------- */

static void w_mail(struct json_writer *w, struct arena *arena, struct view *view, uint64_t mail_id)
{
	struct mail mail = { 0 };
	bool known = mail_id && mails_get(arena, view, mail_id, &mail) == OK;

	json_w_member_str_or_null(w, "mail", known ? str_of(mail_state_name(mail.state)) : STR_NONE);
	json_w_member_str_or_null(w, "mail_answer", known ? mail.answer : STR_NONE);
}

static int w_invitation(struct json_writer *w, struct arena *arena, struct view *view, const struct invitation *invitation,
                        struct str link)
{
	struct id_list ids;
	int r = invitations_accounts(arena, view, invitation->id, ACCOUNTS_SHOWN, &ids);

	json_w_object(w);
	json_w_member_id(w, "id", invitation->id);
	json_w_member_cstr(w, "state", invitation_state_name(invitation_state(invitation, clock_now_ms())));
	json_w_member_str_or_null(w, "link", link);
	json_w_member_id_or_null(w, "sponsor_id", invitation->sponsor_id);
	json_w_member_str(w, "role", roles_render(arena, invitation->roles));
	json_w_member_str_or_null(w, "department", invitation->department);
	json_w_key(w, "communities");
	json_w_array(w);
	for (size_t i = 0; i < invitation->communities.count; i++)
		json_w_str(w, invitation->communities.items[i]);
	json_w_array_end(w);
	json_w_member_str_or_null(w, "language", invitation->language);
	json_w_member_str_or_null(w, "email", invitation->email);
	json_w_member_str_or_null(w, "name", invitation->name);
	json_w_member_str_or_null(w, "display_name", invitation->display_name);
	json_w_member_u64(w, "uses", invitation->uses);
	json_w_member_u64(w, "uses_max", invitation->uses_max);
	json_w_member_date(w, "created_at", invitation->created_ms);
	json_w_member_date(w, "expires_at", invitation->expires_ms);
	json_w_member_date(w, "revoked_at", invitation->revoked_ms);
	json_w_member_date(w, "sent_at", invitation->sent_ms);
	w_mail(w, arena, view, invitation->mail_id);
	json_w_key(w, "account_ids");
	json_w_array(w);
	for (size_t i = 0; r == OK && i < ids.count; i++)
		json_w_id(w, ids.ids[i]);
	json_w_array_end(w);
	json_w_object_end(w);
	return r;
}

int api_invitation(struct call *call, struct view *view)
{
	struct inviter inviter = inviter_of(call, SCOPE(ADMIN_READ_ACCOUNTS));
	struct invitation invitation;
	struct answer answer;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = invitation_of_inviter(call->arena, view, &inviter, id, &invitation);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	return answer_end(&answer, call, w_invitation(&answer.w, call->arena, view, &invitation, STR_NONE));
}

/* mine, sponsor_id, state, email, department. */
static int read_filter(struct call *call, struct invitation_filter *filter)
{
	struct inviter inviter = inviter_of(call, SCOPE(ADMIN_READ_ACCOUNTS));
	struct str sponsor = call_param(call, "sponsor_id"), state = call_param(call, "state");

	*filter = (struct invitation_filter){
		.of_sponsor = sponsor.n, .sponsor_id = call_param_id(call, "sponsor_id"), .in_state = state.n,
		.email = call_param(call, "email"), .department = call_param(call, "department"), .now_ms = clock_now_ms(),
	};
	if (sponsor.n && !filter->sponsor_id)
		return answer_refuse(call, "Validation failed: sponsor_id is no id");
	if (state.n && invitation_state_parse(state, &filter->state) != OK)
		return answer_refuse(call, "Validation failed: state is open, used, expired or revoked");
	if (!inviter.staff || call_param_bool(call, "mine", false)) {
		filter->of_sponsor = true;
		filter->sponsor_id = call->viewer.account_id;
	}
	return OK;
}

int api_invitations(struct call *call, struct view *view)
{
	struct page page = paging_read(call, INVITATIONS_PAGE, INVITATIONS_PAGE_MAX);
	struct invitation_filter filter;
	struct invitation *list;
	struct answer answer;
	uint64_t last = 0;
	size_t count = 0;
	int r = read_filter(call, &filter);

	if (r == OK)
		r = invitations_list(call->arena, view, &filter, &page, &list, &count, &last);
	if (r != OK)
		return r;
	/* Few of very many may be wanted: then the page ends early, and the next begins where the search stood. */
	if (!page_upward(&page) && last)
		paging_link(call, &page, count ? list[0].id : last, last, true);
	else if (count)
		paging_link(call, &page, list[0].id, list[count - 1].id, last != 0);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++)
		r = w_invitation(&answer.w, call->arena, view, &list[i], STR_NONE);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

static void add_date(struct buf *buf, int64_t ms)
{
	char date[DATE_ISO_BYTES];

	if (ms)
		date_iso_seconds(ms, date);
	csv_add(buf, ms ? str_of(date) : STR_NONE, false);
}

static void add_row(struct buf *buf, struct arena *arena, const struct invitation *invitation)
{
	struct buf names;

	buf_init(&names, arena, 0);
	for (size_t i = 0; i < invitation->communities.count; i++) {
		if (i)
			buf_add_char(&names, '|');
		buf_add(&names, invitation->communities.items[i]);
	}
	csv_add_text(buf, invitation->name, true);
	csv_add_text(buf, invitation->email, false);
	csv_add_text(buf, invitation->display_name, false);
	csv_add(buf, roles_render(arena, invitation->roles), false);
	csv_add_text(buf, invitation->department, false);
	csv_add_text(buf, buf_str(&names), false);
	csv_add(buf, invitation->language, false);
	csv_add(buf, arena_printf(arena, "%llu", (unsigned long long)invitation->id), false);
	csv_add(buf, str_of(invitation_state_name(invitation_state(invitation, clock_now_ms()))), false);
	csv_add(buf, arena_printf(arena, "%llu", (unsigned long long)invitation->uses), false);
	csv_add(buf, arena_printf(arena, "%llu", (unsigned long long)invitation->uses_max), false);
	csv_add(buf, invitation->sponsor_id ? arena_printf(arena, "%llu", (unsigned long long)invitation->sponsor_id)
	                                    : STR_NONE, false);
	add_date(buf, invitation->created_ms);
	add_date(buf, invitation->expires_ms);
	add_date(buf, invitation->revoked_ms);
	add_date(buf, invitation->sent_ms);
	csv_end_row(buf);
}

static int csv_rows(struct call *call, struct view *view, const struct invitation_filter *filter, struct buf *buf)
{
	struct page page = { .limit = INVITATIONS_PAGE_MAX };
	size_t rows = 0;
	int r;

	do {
		struct invitation *list;
		size_t count = 0;

		r = invitations_list(call->arena, view, filter, &page, &list, &count, &page.max_id);
		for (size_t i = 0; r == OK && i < count; i++)
			add_row(buf, call->arena, &list[i]);
		rows += count;
	} while (r == OK && page.max_id && rows < CSV_ROWS_MAX);
	return r;
}

int api_invitations_csv(struct call *call)
{
	struct invitation_filter filter;
	struct view *view;
	struct buf buf;
	int r = read_filter(call, &filter);

	if (r == OK)
		r = view_begin(call->node->store, &view);
	if (r != OK)
		return r;
	buf_init(&buf, call->arena, 0);
	sheet_add_header(&buf);
	buf_add(&buf, STR(",id,state,uses,uses_max,sponsor_id,created_at,expires_at,revoked_at,sent_at\n"));
	r = csv_rows(call, view, &filter, &buf);
	view_end(view);
	if (r != OK)
		return r;
	call_header(call, "Content-Disposition", STR("attachment; filename=\"invitations.csv\""));
	call_header(call, "Cache-Control", STR("private, no-store"));
	return call_reply(call, 200, "text/csv; charset=utf-8", buf_str(&buf));
}

/* --- one is made, revoked, sent again --------------------------------------------------------------------------- */

struct change {
	struct inviter inviter;
	uint64_t id;                   /* of one that is there */
	struct str secret;             /* of one that is made or sent again */
	struct invitation invitation;  /* to be made; afterwards, what came of it */
};

static int refuse_limit(struct call *call)
{
	return answer_refuse(call, "Validation failed: as many invitations are open as may be");
}

static int read_numbers(struct call *call, struct invitation *invitation)
{
	struct str days = call_param(call, "days"), uses = call_param(call, "uses");
	uint64_t number = 0;

	if (days.n && (!str_to_u64(days, &number) || !number || number > INVITATION_DAYS_MAX))
		return answer_refuse(call, "Validation failed: days is a number from 1 to 366");
	if (days.n)
		invitation->expires_ms = clock_now_ms() + (int64_t)number * DAY_MS;
	if (uses.n && (!str_to_u64(uses, &invitation->uses_max) || !invitation->uses_max))
		return answer_refuse(call, "Validation failed: uses is a number from 1 to 1000");
	return OK;
}

static int read_invitation(struct call *call, struct invitation *invitation)
{
	struct str role = call_param(call, "role");

	*invitation = (struct invitation){
		.email = str_trim(call_param(call, "email")), .name = str_trim(call_param(call, "name")),
		.display_name = str_trim(call_param(call, "display_name")), .department = str_trim(call_param(call, "department")),
		.language = call_param(call, "language"),
	};
	invitation->communities.count = call_param_list(call, "communities", &invitation->communities.items);
	if (role.n && roles_parse(role, &invitation->roles) != OK)
		return answer_refuse(call, "Validation failed: role is member, or of moderator, people_manager, data_protection_officer and admin one or "
		                     "several, with commas between");
	return read_numbers(call, invitation);
}

static struct change *change_new(struct call *call)
{
	struct change *change = ARENA_NEW(call->arena, struct change);

	*change = (struct change){
		.inviter = inviter_of(call, SCOPE(ADMIN_WRITE_ACCOUNTS)), .secret = hash_token(call->arena),
	};
	call->state = change;
	return change;
}

static int refuse_field(struct call *call, const char *field, const char *fault)
{
	return answer_refuse(call, arena_cstr(call->arena, arena_printf(call->arena, "Validation failed: %s %s", field, fault)));
}

int api_invitation_make_check(struct call *call, struct view *view)
{
	struct change *change = change_new(call);
	struct invitation *invitation = &change->invitation;
	int64_t now_ms = clock_now_ms();
	const char *field, *fault;
	int r;

	if (!inviter_may(&change->inviter))
		return call_fail(call, ERR_DENIED, "This action is not allowed");
	r = read_invitation(call, invitation);
	if (r != OK)
		return r;
	fault = invitation_fault(call->arena, view, &change->inviter, now_ms, invitation, &field);
	if (!fault)
		fault = invitation_is_for_known(call->arena, view, invitation, now_ms, &field);
	return fault ? refuse_field(call, field, fault) : OK;
}

int api_invitation_make_write(struct call *call, struct txn *txn)
{
	struct change *change = call->state;
	struct invitation invitation = change->invitation;   /* may run again */
	const char *field, *fault;
	int r;

	/* Another may have been quicker. */
	fault = invitation_is_for_known(call->arena, txn_view(txn), &invitation, txn_now_ms(txn), &field);
	if (fault)
		return refuse_field(call, field, fault);
	r = invitation_make(call->arena, txn, &change->inviter, change->secret, &invitation);
	if (r == OK)
		change->id = invitation.id;
	return r == ERR_LIMIT ? refuse_limit(call) : r;
}

int api_invitation_revoke_check(struct call *call, struct view *view)
{
	struct change *change = change_new(call);
	struct invitation invitation;
	int r = answer_path_id(call, &change->id);

	if (r == OK)
		r = invitation_of_inviter(call->arena, view, &change->inviter, change->id, &invitation);
	change->secret = STR_NONE;
	return r;
}

int api_invitation_revoke_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	struct invitation invitation;

	return invitation_revoke(call->arena, txn, &change->inviter, change->id, &invitation);
}

int api_invitation_resend_check(struct call *call, struct view *view)
{
	struct str secret;
	struct change *change;
	int r = api_invitation_revoke_check(call, view);

	if (r != OK)
		return r;
	change = call->state;
	secret = hash_token(call->arena);
	change->secret = secret;
	return OK;
}

int api_invitation_resend_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	struct invitation invitation;
	int r = invitation_resend(call->arena, txn, &change->inviter, change->id, change->secret, &invitation);

	if (r == ERR_DENIED)
		return answer_refuse(call, "Validation failed: this invitation is revoked or used up, or not yours to send");
	return r == ERR_LIMIT ? refuse_limit(call) : r;
}

static struct str link_of(struct call *call, const struct invitation *invitation, struct str secret)
{
	return secret.n && !invitation->sent_ms ? invitation_link(call->arena, &call->node->instance, secret) : STR_NONE;
}

int api_invitation_done(struct call *call, struct view *view)
{
	const struct change *change = call->state;
	struct invitation invitation;
	struct answer answer;
	int r = invitations_get(call->arena, view, change->id, &invitation);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = w_invitation(&answer.w, call->arena, view, &invitation, link_of(call, &invitation, change->secret));
	return answer_end(&answer, call, r);
}

/* --- many are sent again ---------------------------------------------------------------------------------------- */

struct resend {
	struct inviter inviter;
	struct id_list ids;
	struct str secrets[RESEND_MAX];
	bool done[RESEND_MAX];
};

int api_invitations_resend_check(struct call *call, struct view *view)
{
	struct resend *resend = ARENA_NEW(call->arena, struct resend);
	int r;

	(void)view;
	resend->inviter = inviter_of(call, SCOPE(ADMIN_WRITE_ACCOUNTS));
	r = answer_param_ids(call, RESEND_MAX, &resend->ids);
	if (r != OK)
		return r;
	if (!resend->ids.count)
		return answer_refuse(call, "Validation failed: id[] names no invitation");
	for (size_t i = 0; i < resend->ids.count; i++)
		resend->secrets[i] = hash_token(call->arena);
	call->state = resend;
	return OK;
}

/* Those that ended, or are not theirs, are passed over: the answer has the others. */
int api_invitations_resend_write(struct call *call, struct txn *txn)
{
	struct resend *resend = call->state;

	for (size_t i = 0; i < resend->ids.count; i++) {
		struct invitation invitation;
		int r = invitation_resend(call->arena, txn, &resend->inviter, resend->ids.ids[i], resend->secrets[i], &invitation);

		resend->done[i] = r == OK;
		if (r != OK && r != ERR_DENIED && r != ERR_NOT_FOUND && r != ERR_LIMIT)
			return r;
	}
	return OK;
}

int api_invitations_resend_show(struct call *call, struct view *view)
{
	const struct resend *resend = call->state;
	struct answer answer;
	int r = OK;

	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < resend->ids.count; i++) {
		struct invitation invitation;

		if (!resend->done[i])
			continue;
		r = invitations_get(call->arena, view, resend->ids.ids[i], &invitation);
		if (r == OK)
			r = w_invitation(&answer.w, call->arena, view, &invitation, link_of(call, &invitation, resend->secrets[i]));
		else if (r == ERR_NOT_FOUND)  /* its sponsor was erased meanwhile */
			r = OK;
	}
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

/* --- a sheet of people ------------------------------------------------------------------------------------------ */

struct import_call {
	struct inviter inviter;
	struct sheet sheet;
	bool dry_run;
};

int api_invitations_import_check(struct call *call, struct view *view)
{
	struct import_call *import = ARENA_NEW(call->arena, struct import_call);
	const char *reason;

	(void)view;
	import->inviter = inviter_of(call, SCOPE(ADMIN_WRITE_ACCOUNTS));
	import->dry_run = call_param_bool(call, "dry_run", false);
	if (!import->inviter.staff)
		return call_fail(call, ERR_DENIED, "This action is not allowed");
	if (sheet_read(call->arena, call_param(call, "data"), &import->sheet, &reason) != OK)
		return refuse_field(call, "data:", reason);
	call->state = import;
	return OK;
}

static void w_line(struct json_writer *w, struct call *call, const struct sheet_line *line)
{
	json_w_object(w);
	json_w_member_u64(w, "line", line->number);
	json_w_member_str(w, "name", line->invitation.name.n ? line->invitation.name : STR(""));
	json_w_member_str(w, "email", line->invitation.email.n ? line->invitation.email : STR(""));
	json_w_member_bool(w, "accepted", !line->reason);
	json_w_member_str_or_null(w, "reason", line->reason ? str_of(line->reason) : STR_NONE);
	json_w_member_id_or_null(w, "invitation_id", line->invitation.id);
	json_w_member_str_or_null(w, "link", sheet_link(call->arena, &call->node->instance, line));
	json_w_object_end(w);
}

int api_invitations_import_work(struct call *call)
{
	struct import_call *import = call->state;
	struct sheet_work work = { .arena = call->arena, .inviter = &import->inviter, .now_ms = clock_now_ms() };
	const struct sheet *sheet = &import->sheet;
	struct answer answer;
	int r = sheet_run(&work, sheet, call->node->store, import->dry_run ? NULL : call->node->writer);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < sheet->count; i++)
		w_line(&answer.w, call, &sheet->lines[i]);
	json_w_array_end(&answer.w);
	r = answer_end(&answer, call, OK);
	return r == OK ? CALL_DONE : r;
}

/* --- what Mastodon's clients ask of a link ---------------------------------------------------------------------- */

int api_invite_show(struct call *call, struct view *view)
{
	struct str code = call_path_param(call, "code");
	struct invitation invitation;
	struct answer answer;
	int r;

	if (!code.n)
		code = call_path_param(call, "secret");
	r = invitation_find(call->arena, view, code, clock_now_ms(), &invitation);
	if (r == ERR_NOT_FOUND)
		return call_fail_status(call, ERR_DENIED, 401, NULL, "This invitation is not valid, or not any more");
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_str(&answer.w, "invite_code", code);
	json_w_member_str(&answer.w, "instance_api_url",
	                  arena_printf(call->arena, "%.*s/api/v2/instance", STR_ARG(call->node->instance.url)));
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}
