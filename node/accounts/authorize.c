/*
 * Requests for authorization: read, shown, decided. How the pages look is node/web/consent.c's; passwords are
 * verified in work, on the pool.
 */
#include "node/accounts/authorize.h"

#include "node/accounts/apps.h"
#include "node/accounts/directory_sign_in.h"
#include "node/accounts/entry.h"
#include "node/accounts/guard.h"
#include "node/accounts/login.h"
#include "node/accounts/oauth_documents.h"
#include "node/web/consent.h"
#include "storage/base/hash.h"
#include "storage/tokens.h"

enum { CODE_MS = 10 * MINUTE_MS, CHALLENGE_BYTES = 43, STATE_BYTES_MAX = 4096, SCOPE_BYTES_MAX = 4000 };

/* From stage to stage. */
struct decision {
	struct consent consent;
	struct user user;      /* who signs in; all zero: nobody of that name */
	struct guard guard;
	struct directory_arrival arrival;
	bool signs_in;         /* by name and password, not by the session */
	struct str code, cookie;
};

/* Some clients send the text "None" for what they do not have. */
static struct str param_or_none(struct call *call, const char *name)
{
	struct str value = call_param(call, name);

	return str_eq(value, STR("None")) ? STR_NONE : value;
}

/* To the app with an outcome, and who says so (RFC 9207: an app of several nodes tells them apart by it); the return
 * address may have a query of its own. */
static int send_to_app(const struct consent *consent, const char *name, struct str value, struct str description)
{
	struct call *call = consent->page.call;
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	buf_add(&buf, consent->redirect_uri);
	buf_printf(&buf, "%c%s=", str_find_char(consent->redirect_uri, '?') == SIZE_MAX ? '?' : '&', name);
	buf_add_percent(&buf, value);
	if (description.n) {
		buf_add(&buf, STR("&error_description="));
		buf_add_percent(&buf, description);
	}
	buf_add(&buf, STR("&iss="));
	buf_add_percent(&buf, oauth_issuer(call->arena, consent->page.instance));
	if (consent->state.n) {
		buf_add(&buf, STR("&state="));
		buf_add_percent(&buf, consent->state);
	}
	call_header(call, "Cache-Control", STR("no-store"));
	call_header(call, "Referrer-Policy", STR("no-referrer"));
	call_redirect(call, 302, buf_str(&buf));
	return CALL_DONE;
}

static int refuse(struct consent *consent, const char *error, enum text text)
{
	if (str_eq(consent->redirect_uri, OUT_OF_BAND))
		return page_message(&consent->page, 400, TEXT_AUTHORIZE_BAD, text);
	return send_to_app(consent, "error", str_of(error), text_in(LANGUAGE_EN, text));
}

static bool is_registered(const struct app *app, struct str uri)
{
	for (size_t i = 0; i < app->redirect_uris.count; i++)
		if (str_eq(app->redirect_uris.items[i], uri))
			return true;
	return false;
}

/* Within what the app registered; "read" of it when it does not ask. */
static bool read_scopes(struct call *call, const struct app *app, scope_set *ret_scopes)
{
	struct str text = param_or_none(call, "scope");

	if (text.n > SCOPE_BYTES_MAX || scope_parse(text.n ? text : STR("read"), ret_scopes, NULL) != OK)
		return false;
	if (!text.n)
		*ret_scopes &= app->scopes;
	return *ret_scopes && !(*ret_scopes & ~app->scopes);
}

/* A challenge comes with its method; without one the method would be "plain" (RFC 7636 section 4.3). */
static bool read_challenge(struct call *call, struct str *ret_challenge)
{
	struct str challenge = param_or_none(call, "code_challenge");
	struct str method = param_or_none(call, "code_challenge_method");

	*ret_challenge = challenge;
	if (!challenge.n)
		return !method.n || str_eq(method, STR("S256"));
	return challenge.n == CHALLENGE_BYTES && str_eq(method, STR("S256"));
}

/* Reads the request and opens its page. OK, or what page or redirect answers it. */
static int read_request(struct call *call, struct view *view, struct consent *consent)
{
	struct str client_id = call_param(call, "client_id"), redirect_uri = call_param(call, "redirect_uri");
	int err;

	page_open(&consent->page, call, view);
	err = client_id.n ? apps_by_client_id(call->arena, view, client_id, &consent->app) : ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND)
		return page_message(&consent->page, 422, TEXT_AUTHORIZE_BAD, TEXT_AUTHORIZE_BAD_CLIENT);
	if (err != OK)
		return page_error(&consent->page, err);
	if (!redirect_uri.n || !is_registered(&consent->app, redirect_uri))
		return page_message(&consent->page, 422, TEXT_AUTHORIZE_BAD, TEXT_AUTHORIZE_BAD_REDIRECT);
	consent->redirect_uri = redirect_uri;
	consent->page.leaves = true;
	consent->state = param_or_none(call, "state");
	if (consent->state.n > STATE_BYTES_MAX) {
		consent->state = STR_NONE;
		return refuse(consent, "invalid_request", TEXT_AUTHORIZE_BAD);
	}
	if (!str_eq(call_param(call, "response_type"), STR("code")))
		return refuse(consent, "unsupported_response_type", TEXT_AUTHORIZE_BAD_TYPE);
	if (!read_scopes(call, &consent->app, &consent->scopes))
		return refuse(consent, "invalid_scope", TEXT_AUTHORIZE_BAD_SCOPE);
	if (!read_challenge(call, &consent->challenge))
		return refuse(consent, "invalid_request", TEXT_AUTHORIZE_BAD_CHALLENGE);
	consent->force_login = call_param_bool(call, "force_login", false);
	consent->asks_password = !consent->page.account_id || consent->force_login;
	return OK;
}

int authorize_show(struct call *call, struct view *view)
{
	struct consent consent = { 0 };
	int err = read_request(call, view, &consent);

	return err == OK ? consent_show(&consent, 200, TEXT_COUNT) : err;
}

int authorize_check(struct call *call, struct view *view)
{
	struct decision *decision = ARENA_NEW(call->arena, struct decision);
	struct consent *consent = &decision->consent;
	int err = read_request(call, view, consent);

	if (err != OK)
		return err;
	if (!page_form_fits(&consent->page, consent_purpose(consent)))
		return consent_show(consent, 422, TEXT_FORM_EXPIRED);
	if (str_eq(call_param(call, "decision"), STR("deny"))) {
		if (str_eq(consent->redirect_uri, OUT_OF_BAND))
			return page_message(&consent->page, 200, TEXT_AUTHORIZE_DENIED, TEXT_AUTHORIZE_DENIED_LEAD);
		return send_to_app(consent, "error", STR("access_denied"), STR("The person denied the request."));
	}
	decision->code = hash_token(call->arena);
	decision->user.account_id = consent->page.account_id;
	call->state = decision;
	if (!consent->asks_password)
		return CALL_SKIP_WORK;
	decision->signs_in = true;
	decision->cookie = hash_token(call->arena);
	call->computes = !directory_is_asked(call);
	decision->user = (struct user){ 0 };
	err = login_find(call->arena, view, call_param(call, "username"), &decision->user);
	decision->guard = guard_of(call, &decision->user, call_param(call, "username"));
	return err == ERR_NOT_FOUND ? OK : err;  /* work takes its time over nobody's password too */
}

int authorize_work(struct call *call)
{
	struct decision *decision = call->state;
	int status, err = sign_in_prove(call, &decision->guard, &decision->user, call_param(call, "username"),
	                                call_param(call, "password"), &decision->arrival);
	enum text fault = sign_in_fault(err, &status);

	return fault != TEXT_COUNT ? consent_show(&decision->consent, status, fault) : err;
}

int authorize_write(struct call *call, struct txn *txn)
{
	struct decision *decision = call->state;
	struct consent consent = decision->consent;  /* a body may run again: its page is written afresh */
	struct grant grant = {
		.app_id = consent.app.id,
		.account_id = decision->user.account_id,
		.redirect_uri = consent.redirect_uri,
		.scopes = consent.scopes,
		.code_challenge = consent.challenge,
		.expires_ms = txn_now_ms(txn) + CODE_MS,
	};
	struct str next;
	bool whole = true;
	int err = OK;

	if (decision->signs_in)
		err = directory_arrival_write(call, txn, &decision->arrival, &grant.account_id);
	if (err == OK && decision->signs_in)
		err = entry_begin(call, txn, grant.account_id, decision->cookie, consent_path(&consent), &next, &whole);
	if (err == ERR_NOT_FOUND)  /* disabled while the password was verified */
		return consent_show(&consent, 422, TEXT_SIGN_IN_WRONG);
	if (err == OK && decision->signs_in)
		err = guard_passed(txn, &decision->guard);
	if (err == OK && !whole) {  /* and decides once they are signed in */
		call_redirect(call, 303, next);
		return CALL_DONE;
	}
	if (err == OK)
		err = apps_note_asked(call->arena, txn, grant.app_id, false);
	if (err == OK)
		err = grants_put(txn, decision->code, &grant);
	if (err != OK)
		return err;
	if (str_eq(consent.redirect_uri, OUT_OF_BAND))
		return consent_show_code(&consent, decision->code);
	return send_to_app(&consent, "code", decision->code, STR_NONE);
}
