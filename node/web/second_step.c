/*
 * The second step of signing in. Who comes without half a session is sent to the first; no JavaScript is needed
 * but for passkeys.
 */
#include "node/web/second_step.h"

#include "node/accounts/entry.h"
#include "node/accounts/passkey.h"
#include "node/web/factor_parts.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"

/* From stage to stage. */
struct second_step {
	struct html_page page;
	struct str path;          /* where to afterwards */
	uint64_t account_id;
	struct str username;
	struct str cookie;        /* of the session that begins */
	bool has_passkeys;
	bool by_passkey;
	struct passkey_try tried;
};

static const struct str purpose = STR("second-step");

static struct str with_return(struct second_step *step, const char *page)
{
	struct buf buf;

	buf_init(&buf, step->page.call->arena, 0);
	buf_printf(&buf, "%s?return=", page);
	buf_add_percent(&buf, step->path);
	return buf_str(&buf);
}

/* OK, or the way back to the first step. */
static int open_step(struct call *call, struct view *view, struct second_step *step)
{
	enum entry_owes owes;
	struct account account;
	int err;

	step->path = page_return_path(call_param(call, "return"));
	page_open(&step->page, call, view);
	step->page.here = with_return(step, "/sign-in/code");
	err = entry_half(call, view, &step->account_id);
	if (err == OK)
		err = entry_owes(call, view, step->account_id, &owes);
	if (err == OK && owes == ENTRY_OWES_SET_UP) {
		call_redirect(call, 303, with_return(step, "/sign-in/set-up"));
		return CALL_DONE;
	}
	if (err == OK)
		err = accounts_get(call->arena, view, step->account_id, &account);
	if (err == ERR_NOT_FOUND) {
		call_redirect(call, 303, with_return(step, "/sign-in"));
		return CALL_DONE;
	}
	if (err != OK)
		return page_error(&step->page, err);
	step->username = account.username;
	step->has_passkeys = passkeys_has(view, step->account_id);
	return OK;
}

static void add_passkey_form(struct second_step *step)
{
	page_form_with(&step->page, STR("/sign-in/code"), purpose, " data-passkeys data-sign=\"second_step\"");
	page_hidden(&step->page, "return", step->path);
	factor_add_passkey_button(&step->page, NULL, NULL, TEXT_PASSKEY_SECOND_STEP);
	page_form_end(&step->page);
}

static int show_form(struct second_step *step, const struct factor_answer *answer, enum passkey_verdict verdict)
{
	struct html_page *page = &step->page;
	struct str handle = arena_printf(page->call->arena, "@%.*s", STR_ARG(step->username));

	page_element(page, "h1", NULL, TEXT_SECOND_STEP);
	page_element_with(page, "p", "lead", TEXT_SECOND_STEP_LEAD, handle);
	factor_add_alert(page, answer);
	if (verdict != PASSKEY_RIGHT)
		page_alert(page, verdict == PASSKEY_SUSPECT ? TEXT_PASSKEY_SUSPECT : TEXT_PASSKEY_WRONG);
	page_form(page, STR("/sign-in/code"), purpose);
	page_hidden(page, "return", step->path);
	factor_add_code_field(page, CODE_OF_ANY, answer->verdict != FACTOR_RIGHT);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_SECOND_STEP_SUBMIT, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	if (step->has_passkeys)
		add_passkey_form(step);
	page_html(page, "<p class=\"aside\">");
	page_say(page, TEXT_SECOND_STEP_LOST);
	page_html(page, "</p>\n<p>");
	page_link(page, NULL, with_return(step, "/sign-in"), TEXT_SECOND_STEP_OTHER);
	page_html(page, "</p>\n");
	return page_close(page, verdict == PASSKEY_RIGHT ? factor_status(answer) : 422, TEXT_SECOND_STEP, STR_NONE);
}

int second_step_show(struct call *call, struct view *view)
{
	struct factor_answer none = { FACTOR_RIGHT, 0 };
	struct second_step step = { 0 };
	int err = open_step(call, view, &step);

	return err == OK ? show_form(&step, &none, PASSKEY_RIGHT) : err;
}

int second_step_check(struct call *call, struct view *view)
{
	struct second_step *step = ARENA_NEW(call->arena, struct second_step);
	int err = open_step(call, view, step);

	if (err != OK)
		return err;
	if (!page_form_fits(&step->page, purpose))
		return page_message(&step->page, 422, TEXT_SECOND_STEP, TEXT_FORM_EXPIRED);
	step->cookie = hash_token(call->arena);
	step->by_passkey = passkey_comes(call);
	call->state = step;
	if (!step->by_passkey)
		return CALL_SKIP_WORK;
	return passkey_try_check(call, view, step->account_id, false, &step->tried);
}

int second_step_work(struct call *call)
{
	struct second_step *step = call->state;

	passkey_try_work(call, &step->tried);
	return OK;
}

/* CALL_DONE: the page says what was wrong with it. */
static int try_it(struct second_step *step, struct txn *txn)
{
	struct call *call = step->page.call;
	struct factor_answer answer = { FACTOR_RIGHT, 0 };
	enum passkey_verdict verdict = PASSKEY_RIGHT;
	int err = step->by_passkey
	                  ? passkey_try_write(call, txn, &step->tried, CHALLENGE_SECOND_STEP, &verdict)
	                  : factor_try(call, txn, step->account_id, call_param(call, "code"), &answer);

	if (err == OK && (answer.verdict != FACTOR_RIGHT || verdict != PASSKEY_RIGHT))
		return show_form(step, &answer, verdict);
	return err;
}

int second_step_write(struct call *call, struct txn *txn)
{
	struct second_step step = *(struct second_step *)call->state;  /* a body may run again: its page is written afresh */
	uint64_t account_id;
	int err = entry_half(call, txn_view(txn), &account_id);

	if (err == OK && account_id != step.account_id)
		err = ERR_NOT_FOUND;
	if (err == OK)
		err = try_it(&step, txn);
	if (err == OK)
		err = entry_finish(call, txn, account_id, step.cookie);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;  /* CALL_DONE too */
	/* Over meanwhile: the first step again. */
	call_redirect(call, 303, err == OK ? step.path : with_return(&step, "/sign-in"));
	return CALL_DONE;
}
