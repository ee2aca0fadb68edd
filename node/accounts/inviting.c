/*
 * The rules of invitations. Which addresses may join is registration.h's. Knows nothing of requests.
 */
#include "node/accounts/inviting.h"

#include "federation/staff.h"
#include "node/accounts/email_domains.h"
#include "node/config.h"
#include "node/mail/queue.h"
#include "node/permission.h"
#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/mails.h"
#include "storage/users.h"

enum { HELD_LOOKED_AT = 2000 };

void inviter_set(struct inviter *inviter, uint64_t account_id, uint8_t roles)
{
	inviter->account_id = account_id;
	inviter->staff = roles_may(roles, ACTION_INVITATIONS);
	inviter->grants = roles_may(roles, ACTION_ROLES_GRANT);
}

bool inviter_may(const struct inviter *inviter)
{
	return inviter->staff || inviter->config->invitations_per_person;
}

/* --- what may be asked for -------------------------------------------------------------------------------------- */

static bool is_line(struct str text)
{
	if (!utf8_valid(text) || utf8_length(text) > INVITATION_LINE_CHARS_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

static const char *text_fault(const struct invitation *invitation, const char **ret_field)
{
	*ret_field = "department";
	if (!is_line(invitation->department))
		return "has at most 100 characters, on one line";
	*ret_field = "communities";
	if (invitation->communities.count > INVITATION_COMMUNITIES_MAX)
		return "are at most 20";
	for (size_t i = 0; i < invitation->communities.count; i++)
		if (!invitation->communities.items[i].n || !is_line(invitation->communities.items[i]))
			return "have names of at most 100 characters, each on one line";
	*ret_field = "language";
	if (invitation->language.n && !str_eq(invitation->language, STR("fr")) && !str_eq(invitation->language, STR("en")))
		return "is fr or en";
	return NULL;
}

/* What is not proposed is told later: here it counts as good. */
static const char *person_fault(struct arena *arena, struct view *view, const struct inviter *inviter,
                                struct invitation *invitation, const char **ret_field)
{
	struct new_person person = {
		.name = invitation->name.n ? invitation->name : STR("somebody"),
		.email = invitation->email.n ? invitation->email : STR("somebody@mail.example"),
		.display_name = invitation->display_name,
	};
	const char *fault = people_fault(inviter->instance, &person, ret_field);

	if (fault && str_eq(str_of(*ret_field), STR("username")))
		*ret_field = "name";
	if (fault || !invitation->email.n)
		return fault;
	*ret_field = "email";
	return email_fault(arena, view, inviter->config, &invitation->email);
}

static const char *terms_fault(const struct inviter *inviter, int64_t now_ms, const struct invitation *invitation,
                               const char **ret_field)
{
	*ret_field = "role";
	if (invitation->roles && !inviter->grants)
		return "is for administrators to give";
	*ret_field = "uses";
	if (invitation->uses_max < 1 || invitation->uses_max > INVITATION_USES_MAX)
		return "is a number from 1 to 1000";
	if (invitation->uses_max > 1 && (invitation->email.n || invitation->name.n || invitation->roles))
		return "is 1 where the invitation is for one person, or gives a role";
	if (invitation->uses_max > 1 && !inviter->staff)
		return "is 1";
	*ret_field = "days";
	if (invitation->expires_ms <= now_ms || invitation->expires_ms > now_ms + (int64_t)INVITATION_DAYS_MAX * DAY_MS)
		return "is a number from 1 to 366";
	return NULL;
}

const char *invitation_fault(struct arena *arena, struct view *view, const struct inviter *inviter, int64_t now_ms,
                             struct invitation *invitation, const char **ret_field)
{
	const char *fault;

	if (!invitation->uses_max)
		invitation->uses_max = 1;
	if (!invitation->expires_ms)
		invitation->expires_ms = now_ms + (int64_t)inviter->config->invitations_days * DAY_MS;
	fault = person_fault(arena, view, inviter, invitation, ret_field);
	if (!fault)
		fault = text_fault(invitation, ret_field);
	return fault ? fault : terms_fault(inviter, now_ms, invitation, ret_field);
}

const char *invitation_is_for_known(struct arena *arena, struct view *view, const struct invitation *invitation,
                                    int64_t now_ms, const char **ret_field)
{
	struct invitation other;
	struct account account;
	struct user user;

	*ret_field = "email";
	if (invitation->email.n && users_by_email(arena, view, invitation->email, &user) == OK)
		return "belongs to somebody who is here already";
	if (invitation->email.n && invitations_by_email(arena, view, invitation->email, now_ms, &other) == OK)
		return arena_cstr(arena, arena_printf(arena, "is invited already (invitation %llu)", (unsigned long long)other.id));
	*ret_field = "name";
	if (invitation->name.n && accounts_of_name(arena, view, invitation->name, STR_NONE, &account) == OK)
		return "is taken";
	return NULL;
}

/* --- looking after them ----------------------------------------------------------------------------------------- */

/* A member's place that was taken back is free again a day later: nobody sends mail to the world one by one. */
static int check_quota(struct txn *txn, const struct inviter *inviter)
{
	int64_t now_ms = txn_now_ms(txn);
	size_t held = 0;
	int r;

	if (inviter->staff)
		return OK;
	r = invitations_held(txn_view(txn), inviter->account_id, now_ms, now_ms - DAY_MS, HELD_LOOKED_AT, &held);
	return r == OK && held >= inviter->config->invitations_per_person ? ERR_LIMIT : r;
}

static int note(struct txn *txn, uint64_t actor_id, const char *action, const struct invitation *invitation,
                struct str detail)
{
	return audit_append(txn, &(struct audit_entry){
		.actor_id = actor_id, .action = action, .subject_id = invitation->id, .detail = detail });
}

static struct str terms_of(struct arena *arena, const struct invitation *invitation)
{
	return arena_printf(arena, "role %s, uses %llu", roles_render(arena, invitation->roles).p, (unsigned long long)invitation->uses_max);
}

/* What the sponsor is called by who gets the mail. */
static struct str sponsor_name(struct arena *arena, struct view *view, uint64_t sponsor_id)
{
	struct account account;

	if (!sponsor_id || accounts_get(arena, view, sponsor_id, &account) != OK)
		return STR_NONE;
	return account.display_name.n ? account.display_name : account.username;
}

/* Writes to the address that it is for. A mail that cannot be queued leaves the link to be handed over. */
static int send(struct arena *arena, struct txn *txn, const struct inviter *inviter, struct str secret,
                struct invitation *invitation)
{
	struct str by = sponsor_name(arena, txn_view(txn), invitation->sponsor_id);
	const struct mail_parameter parameters[] = {
		{ "link", invitation_link(arena, inviter->instance, secret) },
		{ "until", arena_printf(arena, "%lld", (long long)invitation->expires_ms) },
		{ "by", by },
	};
	struct mail_order order = {
		.template = STR("invitation"), .locale = invitation->language, .to = invitation->email,
		.to_name = invitation->display_name, .asked_by = inviter->account_id, .subject_id = invitation->id,
		.expires_ms = invitation->expires_ms, .parameters = parameters, .parameter_count = by.n ? 3 : 2,
	};
	uint64_t former = invitation->mail_id;
	int r = former ? mails_withdraw(txn, former) : OK;

	invitation->mail_id = 0;
	invitation->sent_ms = 0;
	if (r != OK || !invitation->email.n)
		return r;
	r = mail_queue(arena, txn, &inviter->mailer, &order, &invitation->mail_id);
	if (r == OK && invitation->mail_id)
		invitation->sent_ms = txn_now_ms(txn);
	return r == ERR_LIMIT || r == ERR_INVALID ? OK : r;
}

int invitation_make(struct arena *arena, struct txn *txn, const struct inviter *inviter, struct str secret,
                    struct invitation *invitation)
{
	int r = check_quota(txn, inviter);

	if (r != OK)
		return r;
	if (!invitation->sponsor_id)
		invitation->sponsor_id = inviter->account_id;
	r = invitations_add(txn, secret, invitation);
	if (r != OK)
		return r;
	r = send(arena, txn, inviter, secret, invitation);
	if (r == OK && invitation->mail_id)
		r = invitations_renew(txn, secret, invitation);
	if (r == OK)
		r = note(txn, inviter->account_id, "invitation.create", invitation, terms_of(arena, invitation));
	return r == OK ? OK : txn_fail(txn, r);
}

int invitation_of_inviter(struct arena *arena, struct view *view, const struct inviter *inviter, uint64_t id,
                          struct invitation *ret_invitation)
{
	int r = invitations_get(arena, view, id, ret_invitation);

	return r == OK && !inviter->staff && ret_invitation->sponsor_id != inviter->account_id ? ERR_NOT_FOUND : r;
}

int invitation_revoke(struct arena *arena, struct txn *txn, const struct inviter *inviter, uint64_t id,
                      struct invitation *ret_invitation)
{
	int r = invitation_of_inviter(arena, txn_view(txn), inviter, id, ret_invitation);

	if (r != OK || ret_invitation->revoked_ms)
		return r;
	ret_invitation->revoked_ms = txn_now_ms(txn);
	r = invitations_put(txn, ret_invitation);
	if (r == OK && ret_invitation->mail_id)
		r = mails_withdraw(txn, ret_invitation->mail_id);
	if (r == OK)
		r = note(txn, inviter->account_id, "invitation.revoke", ret_invitation, STR_NONE);
	return r == OK ? OK : txn_fail(txn, r);
}

/* May the sponsor still answer for it? The command line always may. */
static bool sponsor_stands(struct arena *arena, struct view *view, const struct invitation *invitation)
{
	struct inviter inviter = { 0 };
	struct user sponsor;

	if (!invitation->sponsor_id)
		return true;
	if (users_get(arena, view, invitation->sponsor_id, &sponsor) != OK || sponsor.disabled)
		return false;
	inviter_set(&inviter, sponsor.account_id, sponsor.roles);
	return !invitation->roles || inviter.grants;
}

/* What ended holds no place, so it needs one. */
static int check_resend(struct txn *txn, const struct inviter *inviter, const struct invitation *invitation)
{
	enum invitation_state state = invitation_state(invitation, txn_now_ms(txn));

	if (state == INVITATION_REVOKED || state == INVITATION_USED)
		return ERR_DENIED;
	if (invitation->roles && !inviter->grants)
		return ERR_DENIED;
	return state == INVITATION_EXPIRED ? check_quota(txn, inviter) : OK;
}

int invitation_resend(struct arena *arena, struct txn *txn, const struct inviter *inviter, uint64_t id,
                      struct str secret, struct invitation *ret_invitation)
{
	int r = invitation_of_inviter(arena, txn_view(txn), inviter, id, ret_invitation);

	if (r == OK)
		r = check_resend(txn, inviter, ret_invitation);
	if (r != OK)
		return r;
	if (!sponsor_stands(arena, txn_view(txn), ret_invitation))
		ret_invitation->sponsor_id = inviter->account_id;
	ret_invitation->expires_ms = txn_now_ms(txn) + (int64_t)inviter->config->invitations_days * DAY_MS;
	r = send(arena, txn, inviter, secret, ret_invitation);
	if (r == OK)
		r = invitations_renew(txn, secret, ret_invitation);
	if (r == OK)
		r = note(txn, inviter->account_id, "invitation.resend", ret_invitation, STR_NONE);
	return r == OK || !txn_touched(txn) ? r : txn_fail(txn, r);
}

struct str invitation_link(struct arena *arena, const struct instance *instance, struct str secret)
{
	return arena_printf(arena, "%.*s/invitation/%.*s", STR_ARG(instance->url), STR_ARG(secret));
}

/* --- coming in -------------------------------------------------------------------------------------------------- */

int invitation_find(struct arena *arena, struct view *view, struct str secret, int64_t now_ms,
                    struct invitation *ret_invitation)
{
	int r = invitations_by_secret(arena, view, secret, ret_invitation);

	if (r != OK)
		return r;
	return invitation_state(ret_invitation, now_ms) == INVITATION_OPEN &&
	       sponsor_stands(arena, view, ret_invitation) ? OK : ERR_NOT_FOUND;
}

void invitation_fill(const struct invitation *invitation, const struct config *config, struct new_person *person)
{
	if (invitation->email.n)
		person->email = invitation->email;
	if (!person->display_name.n)
		person->display_name = invitation->display_name;
	if (!person->locale.n)
		person->locale = invitation->language;
	person->roles = invitation->roles;
	person->invitation_id = invitation->id;
	person->invited_by_id = invitation->sponsor_id;
	person->department = invitation->department;
	person->communities = invitation->communities;
	person->waits = config->invitations_approval;
	/* Who comes by a link that was mailed reads what is sent there. */
	person->unconfirmed = mail_is_on(config) && !(invitation->email.n && invitation->sent_ms);
}

int invitation_accept(struct arena *arena, struct txn *txn, const struct config *config, struct str secret,
                      struct new_person *person)
{
	struct invitation invitation;
	int r = invitation_find(arena, txn_view(txn), secret, txn_now_ms(txn), &invitation);

	if (r != OK)
		return r;
	invitation_fill(&invitation, config, person);
	r = people_add(arena, txn, person);
	if (r != OK)
		return r;
	invitation.uses++;
	r = invitations_put(txn, &invitation);
	if (r == OK && !person->waits && !person->unconfirmed)
		r = staff_signed_up(txn, person->account.id);
	if (r == OK)
		r = note(txn, person->account.id, "invitation.use", &invitation, terms_of(arena, &invitation));
	/* The account is written: what fails now takes it back. */
	return r == OK ? OK : txn_fail(txn, r);
}
