/*
 * Orders for the templates: whom, in which language, with which links.
 */
#include "node/mail/letters.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/email_links.h"
#include "storage/instance.h"
#include "storage/users.h"

enum { NAME_CHARACTERS = 50, PARAMETERS = 3 };

/* Names are shown as they are, but not those that break a line. */
static struct str name_of(struct arena *arena, struct txn *txn, uint64_t account_id)
{
	struct account account;
	struct str name;

	if (accounts_get(arena, txn_view(txn), account_id, &account) != OK)
		return STR_NONE;
	name = utf8_prefix(account.display_name, NAME_CHARACTERS);
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
			return account.username;
	return name.n ? name : account.username;
}

static struct str time_of(struct arena *arena, int64_t ms)
{
	return arena_printf(arena, "%lld", (long long)ms);
}

static struct str link_to(struct arena *arena, struct txn *txn, const char *path, struct str secret)
{
	return arena_printf(arena, "%.*s%s%.*s", STR_ARG(instance_of(txn_view(txn))->url), path, STR_ARG(secret));
}

static int queue(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                 struct mail_order order, uint64_t *ret_mail_id)
{
	order.locale = user->locale.n ? user->locale : user->seen_locale;
	order.account_id = user->account_id;
	order.to_name = name_of(arena, txn, user->account_id);
	return mail_queue(arena, txn, mailer, &order, ret_mail_id);
}

/* A notice: what keeps it from being queued is not the act's fault. */
static int tell(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                struct mail_order order)
{
	uint64_t mail_id;

	if (!mail_is_on(mailer->config) || !user->email.n)
		return OK;
	if (!order.to.n)
		order.to = user->email;
	queue(arena, txn, mailer, user, order, &mail_id);
	return txn_err(txn);
}

int letter_confirm(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                   struct str address, struct str secret, uint64_t *ret_mail_id)
{
	int64_t until_ms = txn_now_ms(txn) + EMAIL_CONFIRM_HOURS * (int64_t)HOUR_MS;
	struct mail_parameter parameters[] = {
		{ "link", link_to(arena, txn, "/confirm-email/", secret) }, { "until", time_of(arena, until_ms) },
	};

	return queue(arena, txn, mailer, user, (struct mail_order){
		.template = STR("confirm-address"), .to = address, .expires_ms = until_ms, .parameters = parameters,
		.parameter_count = 2, .asked_by = user->account_id }, ret_mail_id);
}

int letter_reset(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                 struct str secret, uint64_t *ret_mail_id)
{
	int64_t until_ms = txn_now_ms(txn) + EMAIL_RESET_MINUTES * (int64_t)MINUTE_MS;
	struct mail_parameter parameters[] = {
		{ "link", link_to(arena, txn, "/reset/", secret) }, { "until", time_of(arena, until_ms) },
	};

	return queue(arena, txn, mailer, user, (struct mail_order){
		.template = STR("password-reset"), .to = user->email, .expires_ms = until_ms, .parameters = parameters,
		.parameter_count = 2 }, ret_mail_id);
}

int letter_address_changed(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                           struct str former)
{
	struct mail_parameter parameters[] = { { "address", user->email } };

	return tell(arena, txn, mailer, user, (struct mail_order){
		.template = STR("address-changed"), .to = former, .parameters = parameters, .parameter_count = 1 });
}

int letter_password_changed(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id)
{
	struct mail_parameter parameters[] = { { "when", time_of(arena, txn_now_ms(txn)) } };
	struct user user;
	int r = users_get(arena, txn_view(txn), account_id, &user);

	return r != OK ? r : tell(arena, txn, mailer, &user, (struct mail_order){
		.template = STR("password-changed"), .parameters = parameters, .parameter_count = 1 });
}

int letter_second_factor(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id,
                         bool suspect)
{
	struct mail_parameter parameters[] = {
		{ "when", time_of(arena, txn_now_ms(txn)) }, { "link", link_to(arena, txn, "/settings/security", STR_NONE) },
	};
	struct user user;
	int r = users_get(arena, txn_view(txn), account_id, &user);

	return r != OK ? r : tell(arena, txn, mailer, &user, (struct mail_order){
		.template = suspect ? STR("passkey-suspect") : STR("second-factor"), .parameters = parameters,
		.parameter_count = 2 });
}

int letter_sign_in(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                   struct str browser, struct str system)
{
	struct mail_parameter parameters[] = {
		{ "when", time_of(arena, txn_now_ms(txn)) }, { "link", link_to(arena, txn, "/settings/sessions", STR_NONE) },
		{ "browser", browser }, { "system", system },
	};

	return tell(arena, txn, mailer, user, (struct mail_order){
		.template = STR("sign-in"), .parameters = parameters, .parameter_count = 4 });
}

int letter_accepted(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user)
{
	struct mail_parameter parameters[] = { { "link", link_to(arena, txn, "/sign-in", STR_NONE) } };

	return tell(arena, txn, mailer, user, (struct mail_order){
		.template = STR("sign-up-accepted"), .parameters = parameters, .parameter_count = 1 });
}

int letter_refused(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user)
{
	struct mail_order order = {
		.template = STR("sign-up-refused"), .to = user->email, .locale = user->locale,
		.to_name = name_of(arena, txn, user->account_id),
	};
	uint64_t mail_id;

	/* Nobody's: the account it was for goes, and what belongs to it goes with it. */
	if (mail_is_on(mailer->config) && user->email.n)
		mail_queue(arena, txn, mailer, &order, &mail_id);
	return txn_err(txn);
}
