/*
 * Who asks: the bearer token of an API call, or the browser session of a page. Reads only; HTTP threads. What a
 * viewer may then do is call_admit()'s and the handlers' business.
 */
#include "node/accounts/login.h"
#include "node/accounts/use.h"
#include "storage/keys.h"
#include "storage/tokens.h"
#include "storage/users.h"

enum { TOKEN_BYTES_MAX = 256 };

/* The token of "Authorization: Bearer TOKEN" (RFC 6750 section 2.1); STR_NONE without such a header. */
static struct str bearer_token(const struct call *call)
{
	struct str token = call_request_header(call, "Authorization");
	struct str scheme = str_cut(&token, ' ');

	if (!token.p || !str_eq_nocase(scheme, STR("Bearer")))
		return STR_NONE;
	return str_trim(token);
}

/* Browsers cannot give headers to a stream (client API section 4.1): it stands in the query then, or is the sub-protocol
 * of a WebSocket. Parameters are not read yet, for strangers. */
static struct str stream_token(const struct call *call)
{
	struct str rest = call->request.target, protocols = call_request_header(call, "Sec-WebSocket-Protocol"), token;

	str_cut(&rest, '?');
	while (rest.p) {
		struct str value = str_cut(&rest, '&');

		if (str_eq(str_cut(&value, '='), STR("access_token")) && value.n)
			return percent_decode(call->arena, value, true, &token) == OK ? token : STR("");
	}
	return protocols.n ? str_trim(str_cut(&protocols, ',')) : STR_NONE;
}

/* Fills in what only the person's record knows. A person who was disabled is nobody, whatever token is left; who waits to be
 * let in is told so, unless the row is for them too. */
static int add_person(struct call *call, struct view *view, struct viewer *viewer)
{
	struct user user;
	bool waits;
	int err = users_get(call->arena, view, viewer->account_id, &user);

	waits = err == OK && user.holds && !(user.holds & ~HOLD_SIGN_UP) && call->route->access < ACCESS_SIGNED;
	if (waits && !call->route->waiting)
		return call_fail(call, ERR_DENIED, user.holds & HOLD_PENDING ? "Your login is currently pending approval"
		                                   : "Your login is missing a confirmed e-mail address");
	if (waits)
		return OK;
	if (err == ERR_NOT_FOUND || (err == OK && user.disabled))
		return ERR_UNAUTHORIZED;
	if (err == OK)
		viewer->roles = user.roles;
	return err;
}

static int authenticate_session(struct call *call, struct view *view)
{
	struct viewer viewer = { .account_id = login_session_account(call, view) };
	int err = viewer.account_id ? add_person(call, view, &viewer) : ERR_UNAUTHORIZED;

	if (err == OK)
		call->viewer = viewer;
	return err == ERR_UNAUTHORIZED ? OK : err;  /* nobody: the row decides */
}

int call_authenticate(struct call *call, struct view *view)
{
	struct str secret = bearer_token(call);
	struct viewer viewer = { 0 };
	struct token token;
	int err;

	if (call->route->access == ACCESS_SESSION && !(call->route->scopes && secret.p))
		return authenticate_session(call, view);
	if (!secret.p && call->route->token_in_query)
		secret = stream_token(call);
	if (!secret.p)
		return OK;
	if (!secret.n || secret.n > TOKEN_BYTES_MAX)
		return ERR_UNAUTHORIZED;
	err = tokens_get(view, secret, &token);
	if (err != OK)
		return err == ERR_NOT_FOUND ? ERR_UNAUTHORIZED : err;
	if (token_is_idle(call, &token))
		return ERR_UNAUTHORIZED;
	viewer.account_id = token.account_id;
	viewer.app_id = token.app_id;
	viewer.token_id = token.id;
	viewer.expires_ms = token.expires_ms;
	viewer.scopes = token.scopes;
	if (viewer.account_id)
		err = add_person(call, view, &viewer);
	if (err != OK)
		return err;
	call->viewer = viewer;
	use_note(call, SPACE_TOKEN, secret, token.used_ms);
	return OK;
}
