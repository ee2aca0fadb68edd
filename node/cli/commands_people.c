/*
 * Commands about people: user …, token create, post. Thin: rules live in accounts/people.h and federation/compose.h.
 */
#include "federation/compose.h"
#include "federation/pkey.h"
#include "federation/rotate.h"
#include "node/accounts/emails.h"
#include "node/accounts/login.h"
#include "node/accounts/people.h"
#include "node/cli/commands.h"
#include "node/config.h"
#include "node/mail/letters.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/directory_links.h"
#include "storage/media.h"
#include "storage/posts.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* The name as typed, without a leading @. */
static struct str name_argument(const struct cli *cli)
{
	struct str name = cli->arguments[0];

	return str_starts(name, STR("@")) ? str_sub(name, 1, SIZE_MAX) : name;
}

static int person_fail(struct cli *cli, int err)
{
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(name_argument(cli)));
	if (err == ERR_DENIED)
		return cli_fail(cli, "%.*s is the only administrator: somebody else must be one first", STR_ARG(name_argument(cli)));
	return cli_fail(cli, "%s", err_name(err));
}

/* Hashes what came on standard input; empty when the option was not given. */
static int password_option(struct cli *cli, struct str *ret_hash)
{
	*ret_hash = STR_NONE;
	if (!cli_option(cli, "password-stdin").p)
		return STATUS_DONE;
	if (password_hash(cli->arena, cli->input, ret_hash) != OK)
		return cli_fail(cli, "a password has at least %d characters and at most %d bytes", PASSWORD_CHARACTERS_MIN, PASSWORD_BYTES_MAX);
	return STATUS_DONE;
}

static void print_sign_up(struct cli *cli, struct str secret)
{
	buf_printf(&cli->out, "%.*s/sign-up/%.*s\n", STR_ARG(cli->instance->url), STR_ARG(secret));
}

/* --- user add --------------------------------------------------------------------------------------------------- */

struct add_body {
	struct arena *arena;
	struct new_person person;
	struct str sign_up_secret;  /* empty: has a password */
};

static int add_write(struct txn *txn, void *arg)
{
	struct add_body *body = arg;
	struct new_person person = body->person;   /* a rerun starts from the same values */
	int err = people_add(body->arena, txn, &person);

	if (err == OK && body->sign_up_secret.n)
		err = login_sign_up_put(txn, person.account.id, body->sign_up_secret);
	return err;
}

/* Which of the two it was. Whoever may run commands may read both. */
static const char *taken(struct cli *cli, const struct new_person *person)
{
	struct account account;
	struct view *view;
	bool name = false;

	if (view_begin(cli->store, &view) == OK) {
		name = accounts_of_name(cli->arena, view, person->name, STR_NONE, &account) != ERR_NOT_FOUND;
		view_end(view);
	}
	return name ? "the name is taken" : "the e-mail address is taken";
}

int command_user_add(struct cli *cli)
{
	struct add_body body = { .arena = cli->arena };
	struct str role = cli_option(cli, "role");
	const char *reason = NULL;
	int err, status;

	body.person.name = name_argument(cli);
	body.person.email = cli_option(cli, "email");
	body.person.display_name = cli_option(cli, "display-name");
	if (role.p && roles_parse(role, &body.person.roles) != OK)
		return cli_usage(cli, "--role is member, or of " ROLE_WORDS " one or several, with commas between");
	status = password_option(cli, &body.person.password_hash);
	if (status != STATUS_DONE)
		return status;
	err = people_prepare(cli->arena, cli->instance, &body.person, &reason);
	if (err != OK)
		return reason ? cli_usage(cli, "%s", reason) : cli_fail(cli, "%s", err_name(err));
	if (!body.person.password_hash.n)
		body.sign_up_secret = hash_token(cli->arena);
	err = cli_write(cli, add_write, &body);
	if (err == ERR_EXISTS)
		return cli_fail(cli, "%s", taken(cli, &body.person));
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	if (body.sign_up_secret.n)
		print_sign_up(cli, body.sign_up_secret);
	return STATUS_DONE;
}

/* --- user list, disable, enable, password ----------------------------------------------------------------- */

enum { LIST_PAGE = 200 };

static const char *state_of(struct view *view, const struct user *user)
{
	uint8_t holds = people_holds(user);

	if (holds & HOLD_PENDING)
		return "waiting";
	if (holds & HOLD_SUSPENDED)
		return "suspended";
	if (holds == HOLD_UNCONFIRMED)
		return "unconfirmed";
	return holds ? "disabled" : user->password_hash.n || directory_links_has(view, user->account_id) ? "active" : "new";
}

static void print_user(struct cli *cli, struct view *view, const struct user *user)
{
	struct account account;
	char created[DATE_ISO_BYTES];

	if (accounts_get(cli->arena, view, user->account_id, &account) != OK)
		return;
	date_iso_seconds(user->created_ms, created);
	buf_printf(&cli->out, "%.*s\t%.*s\t%s\t%s\t%s%s%.*s\n", STR_ARG(account.username), STR_ARG(user->email),
	           roles_render(cli->arena, user->roles).p, state_of(view, user),
	           created, account.moved_to.n ? "\tmoved to " : "", STR_ARG(account.moved_to));
}

int command_user_list(struct cli *cli)
{
	struct view *view;
	uint64_t after = 0;
	int err = view_begin(cli->store, &view);

	while (err == OK) {
		struct user *users;
		size_t count;

		err = users_each(cli->arena, view, after, LIST_PAGE, &users, &count);
		if (err != OK || count == 0)
			break;
		for (size_t i = 0; i < count; i++)
			print_user(cli, view, &users[i]);
		after = users[count - 1].account_id;
	}
	view_end(view);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* What the invitation said by which they came. */
static void print_arrival(struct cli *cli, struct view *view, const struct user *user)
{
	struct account sponsor;

	if (user->department.n)
		buf_printf(&cli->out, "department\t%.*s\n", STR_ARG(user->department));
	for (size_t i = 0; i < user->communities.count; i++)
		buf_printf(&cli->out, "community\t%.*s\n", STR_ARG(user->communities.items[i]));
	if (user->job_title.n)
		buf_printf(&cli->out, "job title\t%.*s\n", STR_ARG(user->job_title));
	if (user->invited_by_id && accounts_get(cli->arena, view, user->invited_by_id, &sponsor) == OK)
		buf_printf(&cli->out, "invited by\t@%.*s\n", STR_ARG(sponsor.username));
	if (user->invitation_id)
		buf_printf(&cli->out, "invitation\t%llu\n", (unsigned long long)user->invitation_id);
}

static int show(struct cli *cli, struct view *view)
{
	unsigned long long quota = cli->config->limits_media_quota_mib;
	struct account_stats stats = { 0 };
	struct account account;
	struct user user;
	char created[DATE_ISO_BYTES];
	int err = accounts_by_name(cli->arena, view, name_argument(cli), STR_NONE, &account);

	if (err == OK)
		err = users_get(cli->arena, view, account.id, &user);
	if (err == OK)
		err = accounts_stats_get(view, account.id, &stats);
	if (err != OK)
		return err;
	date_iso_seconds(user.created_ms, created);
	buf_printf(&cli->out, "name\t%.*s\nemail\t%.*s\nroles\t%s\nstate\t%s\nsince\t%s\nposts\t%llu\n",
	           STR_ARG(account.username), STR_ARG(user.email), roles_render(cli->arena, user.roles).p, state_of(view, &user), created,
	           (unsigned long long)stats.statuses);
	buf_printf(&cli->out, "files\t%llu bytes", (unsigned long long)media_used(view, account.id));
	if (quota)
		buf_printf(&cli->out, " of %llu", quota * 1024 * 1024);
	buf_add(&cli->out, STR("\n"));
	print_arrival(cli, view, &user);
	cli_print_directory(cli, view, account.id);
	return OK;
}

int command_user_show(struct cli *cli)
{
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err == OK) {
		err = show(cli, view);
		view_end(view);
	}
	return err == OK ? STATUS_DONE : person_fail(cli, err);
}

struct person_body {
	struct arena *arena;
	struct str name, hash, secret, email;
	struct mailer mailer;
	bool disabled;
	bool is_new;                 /* out: has no password yet, here or in the directory */
	bool still_held;             /* out: by the directory */
};

static int disable_write(struct txn *txn, void *arg)
{
	struct person_body *body = arg;
	struct account account;
	struct user user;
	int err = people_set_disabled(body->arena, txn, body->name, body->disabled);

	if (err == OK)
		err = accounts_by_name(body->arena, txn_view(txn), body->name, STR_NONE, &account);
	if (err == OK)
		err = users_get(body->arena, txn_view(txn), account.id, &user);
	if (err == OK)
		body->is_new = !user.password_hash.n && !directory_links_has(txn_view(txn), account.id);
	if (err == OK)
		body->still_held = user.disabled;
	return err;
}

static int set_disabled(struct cli *cli, bool disabled)
{
	struct person_body body = { .arena = cli->arena, .name = name_argument(cli), .disabled = disabled };
	int err = cli_write(cli, disable_write, &body);

	if (err != OK)
		return person_fail(cli, err);
	buf_printf(&cli->out, "%.*s %s\n", STR_ARG(body.name),
	           disabled ? "is signed out everywhere and cannot sign in"
	           : body.still_held ? "may sign in as far as this node is concerned, but the directory says no"
	           : body.is_new ? "is let in, but has no password yet: rse-node user password makes a link to choose one"
	           : "may sign in");
	return STATUS_DONE;
}

int command_user_disable(struct cli *cli)
{
	return set_disabled(cli, true);
}

int command_user_enable(struct cli *cli)
{
	return set_disabled(cli, false);
}

static int password_write(struct txn *txn, void *arg)
{
	struct person_body *body = arg;
	struct account account;
	int err;

	err = accounts_by_name(body->arena, txn_view(txn), body->name, STR_NONE, &account);
	if (err == OK && !body->hash.n)
		return login_sign_up_put(txn, account.id, body->secret);
	if (err == OK)
		err = people_set_password(body->arena, txn, body->name, body->hash);
	return err == OK ? letter_password_changed(body->arena, txn, &body->mailer, account.id) : err;
}

int command_user_password(struct cli *cli)
{
	struct person_body body = { .arena = cli->arena, .name = name_argument(cli) };
	int err, status = password_option(cli, &body.hash);

	if (status != STATUS_DONE)
		return status;
	body.secret = hash_token(cli->arena);
	err = cli_mailer(cli, &body.mailer);
	if (err == OK)
		err = cli_write(cli, password_write, &body);
	if (err != OK)
		return person_fail(cli, err);
	if (!body.hash.n)
		print_sign_up(cli, body.secret);
	return STATUS_DONE;
}

static int email_write(struct txn *txn, void *arg)
{
	struct person_body *body = arg;
	struct account account;
	int err = accounts_by_name(body->arena, txn_view(txn), body->name, STR_NONE, &account);

	return err == OK ? emails_set(body->arena, txn, &body->mailer, account.id, body->email) : err;
}

int command_user_email(struct cli *cli)
{
	struct person_body body = { .arena = cli->arena, .name = name_argument(cli), .email = cli->arguments[1] };
	int err = cli_mailer(cli, &body.mailer);

	if (err == OK)
		err = cli_write(cli, email_write, &body);
	if (err == ERR_INVALID)
		return cli_usage(cli, "no address that mail can be sent to: %.*s", STR_ARG(body.email));
	if (err == ERR_EXISTS)
		return cli_fail(cli, "somebody else has this address");
	return err == OK ? STATUS_DONE : person_fail(cli, err);
}

/* --- user rotate-keys ------------------------------------------------------------------------------------------- */

struct rotate_body {
	struct arena *arena;
	struct str name;
	struct rotate_order order;
};

static int rotate_keys_write(struct txn *txn, void *arg)
{
	const struct rotate_body *body = arg;
	struct rotate_order order = body->order;
	struct account account;
	int err = accounts_by_name(body->arena, txn_view(txn), body->name, STR_NONE, &account);

	order.account_id = account.id;
	return err == OK ? rotate_write(body->arena, txn, &order) : err;
}

int command_user_rotate_keys(struct cli *cli)
{
	struct rotate_body body = { .arena = cli->arena, .name = name_argument(cli) };
	int err;

	body.order.at_once = cli_option(cli, "at-once").p != NULL;
	err = pkey_generate_rsa2048(cli->arena, &body.order.private_pem, &body.order.public_pem);
	if (err == OK)
		err = cli_write(cli, rotate_keys_write, &body);
	if (err == ERR_EXISTS)
		return cli_fail(cli, "the keys were changed less than 48 hours ago; --at-once changes them all the same");
	if (err == ERR_INVALID || err == ERR_GONE)
		err = ERR_NOT_FOUND;
	if (err != OK)
		return person_fail(cli, err);
	buf_printf(&cli->out, "%.*s has new keys; followers' nodes are told, and the former keys %s\n", STR_ARG(body.name),
	           body.order.at_once ? "count no more" : "count for 48 hours");
	return STATUS_DONE;
}

/* --- token create ----------------------------------------------------------------------------------------------- */

struct token_body {
	struct arena *arena;
	struct str name, secret;
	scope_set scopes;
};

static int token_write(struct txn *txn, void *arg)
{
	struct token_body *body = arg;
	struct app app = { .name = STR("rse-node token create"), .scopes = body->scopes, .granted = true };
	struct token token = { .scopes = body->scopes };
	struct account account;
	struct user user;
	int err = accounts_by_name(body->arena, txn_view(txn), body->name, STR_NONE, &account);

	if (err == OK)
		err = users_get(body->arena, txn_view(txn), account.id, &user);
	if (err == OK && user.disabled)
		err = ERR_DENIED;
	if (err == OK)
		err = apps_put(body->arena, txn, &app);
	if (err != OK)
		return err;
	token.account_id = account.id;
	token.app_id = app.id;
	token.created_ms = txn_now_ms(txn);
	return tokens_put(txn, body->secret, &token);
}

int command_token_create(struct cli *cli)
{
	struct token_body body = { .arena = cli->arena, .name = name_argument(cli) };
	struct str unknown = STR_NONE;
	int err;

	if (scope_parse(cli_option(cli, "scopes"), &body.scopes, &unknown) != OK)
		return cli_usage(cli, "unknown scope: %.*s", STR_ARG(unknown));
	if (!body.scopes)
		return cli_usage(cli, "--scopes names no scope");
	body.secret = hash_token(cli->arena);
	err = cli_write(cli, token_write, &body);
	if (err == ERR_DENIED)
		return cli_fail(cli, "%.*s is disabled", STR_ARG(body.name));
	if (err != OK)
		return person_fail(cli, err);
	buf_printf(&cli->out, "%.*s\n", STR_ARG(body.secret));
	return STATUS_DONE;
}

/* --- post ------------------------------------------------------------------------------------------------------- */

struct post_body {
	struct arena *arena;
	uint64_t actor_id;
	struct post_draft draft;
	uint64_t post_id;
};

static int post_write(struct txn *txn, void *arg)
{
	struct post_body *body = arg;

	return act_create_post(body->arena, txn, body->actor_id, &body->draft, &body->post_id);
}

/* The author, their defaults, and the mentions that are known here. */
static int post_prepare(struct cli *cli, struct post_body *body, struct str_list *ret_unknown)
{
	struct account account;
	struct user user;
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return err;
	err = accounts_by_name(cli->arena, view, name_argument(cli), STR_NONE, &account);
	if (err == OK)
		err = users_get(cli->arena, view, account.id, &user);
	if (err == OK) {
		body->actor_id = account.id;
		body->draft.visibility = user.default_visibility ? user.default_visibility : VISIBILITY_PUBLIC;
		body->draft.quote_policy = user.default_quote_policy;
		body->draft.language = user.default_language;
		body->draft.sensitive = user.default_sensitive;
		err = user.disabled ? ERR_DENIED : compose_look_up(cli->arena, view, &body->draft, ret_unknown);
	}
	view_end(view);
	return err;
}

int command_post(struct cli *cli)
{
	struct post_body body = { .arena = cli->arena, .draft.text = cli->arguments[1] };
	uint64_t longest = cli->config->limits_post_characters;
	struct str_list unknown = { NULL, 0 };
	int err;

	if (!utf8_valid(body.draft.text) || str_trim(body.draft.text).n == 0)
		return cli_usage(cli, "the text is empty or no UTF-8");
	if (utf8_length(body.draft.text) > longest)
		return cli_usage(cli, "the text is longer than %llu characters", (unsigned long long)longest);
	err = post_prepare(cli, &body, &unknown);
	if (err == OK && unknown.count && cli->node) {
		compose_resolve(&cli->node->federation, cli->arena, cli->store, cli->writer, &unknown);
		err = post_prepare(cli, &body, &unknown);
	}
	if (err == ERR_DENIED)
		return cli_fail(cli, "%.*s is disabled", STR_ARG(name_argument(cli)));
	if (err == OK)
		err = cli_write(cli, post_write, &body);
	if (err != OK)
		return person_fail(cli, err);
	buf_printf(&cli->out, "%llu\n", (unsigned long long)body.post_id);
	return STATUS_DONE;
}
