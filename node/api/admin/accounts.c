/*
 * Accounts, for those who look after the node. One of ours is held (node/accounts/people.h); one of another node is kept
 * out by a rule of its own (storage/rules.h) such as an operator makes on the command line. Rules also let either be heard
 * by its followers alone, or veil its pictures.
 */
#include "node/api/admin/accounts.h"

#include "federation/policy.h"
#include "node/accounts/people.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "node/mail/letters.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/fragment.h"
#include "storage/instance.h"
#include "storage/jobs.h"
#include "storage/reports.h"
#include "storage/rules.h"
#include "storage/silence.h"
#include "storage/users.h"
#include "storage/veil.h"

enum { ACCOUNTS_PAGE = 100, ACCOUNTS_PAGE_MAX = 200, ACCOUNTS_LOOKED_AT = 5000 };

/* --- what is shown ---------------------------------------------------------------------------------------------- */

/* An account and, of one of ours, the person behind it: zero where there is none (any more). */
struct known {
	struct account account;
	struct user user;
};

static int load(struct arena *arena, struct view *view, uint64_t id, struct known *ret)
{
	int r = accounts_get(arena, view, id, &ret->account);

	ret->user = (struct user){ 0 };
	if (r == OK && !ret->account.host.n) {
		r = users_get(arena, view, id, &ret->user);
		if (r == ERR_NOT_FOUND)
			r = OK;
	}
	return r;
}

static bool is_suspended(struct arena *arena, struct view *view, const struct known *known)
{
	return known->account.deleted || (people_holds(&known->user) & HOLD_SUSPENDED) ||
	       policy_blocks_account(arena, view, &known->account);
}

/* Of another node's the record's flag counts: that node said so. */
static bool is_disabled(const struct known *known)
{
	return known->user.account_id ? people_holds(&known->user) & HOLD_DISABLED : known->account.disabled;
}

/* Whom nobody else is shown, or not any more, has no finished JSON. */
static int w_account(struct json_writer *w, struct arena *arena, struct view *view, struct account account)
{
	struct account_stats stats;
	int r;

	if (!account.withheld && !account.deleted)
		return entity_account(w, arena, view, account.id);
	account.moved_id = 0;
	r = accounts_stats_get(view, account.id, &stats);
	json_w_object(w);
	buf_add(w->buf, fragment_account(arena, instance_of(view), &account));
	w->comma = true;
	json_w_member_null(w, "last_status_at");
	json_w_member_u64(w, "statuses_count", stats.statuses);
	json_w_member_u64(w, "followers_count", stats.followers);
	json_w_member_u64(w, "following_count", stats.following);
	json_w_member_bool(w, "suspended", true);
	json_w_object_end(w);
	return r;
}

/* Addresses of networks are not kept. */
int entity_admin_account(struct json_writer *w, struct arena *arena, struct view *view, uint64_t id)
{
	struct known known;
	int r = load(arena, view, id, &known);

	if (r == ERR_NOT_FOUND) {
		json_w_null(w);
		return OK;
	}
	if (r != OK)
		return r;
	json_w_object(w);
	json_w_member_id(w, "id", id);
	json_w_member_str(w, "username", known.account.username);
	json_w_member_str_or_null(w, "domain", known.account.host);
	json_w_member_date(w, "created_at", known.account.created_ms);
	json_w_member_str(w, "email", known.user.email.p ? known.user.email : STR(""));
	json_w_member_null(w, "ip");
	json_w_member_raw(w, "ips", STR("[]"));
	json_w_member_str_or_null(w, "locale", known.user.locale);
	json_w_member_str_or_null(w, "invite_request", known.user.reason);
	if (known.user.invited_by_id)
		json_w_member_id(w, "invited_by_account_id", known.user.invited_by_id);
	if (known.user.account_id)
		entity_role(w, known.user.roles);
	else
		json_w_member_null(w, "role");
	json_w_member_bool(w, "confirmed", !(people_holds(&known.user) & HOLD_UNCONFIRMED));
	json_w_member_bool(w, "approved", !(people_holds(&known.user) & HOLD_PENDING));
	json_w_member_bool(w, "disabled", is_disabled(&known));
	json_w_member_bool(w, "silenced", silence_covers(arena, view, &known.account));
	json_w_member_bool(w, "sensitized", veil_covers(arena, view, &known.account));
	json_w_member_bool(w, "suspended", is_suspended(arena, view, &known));
	json_w_key(w, "account");
	r = w_account(w, arena, view, known.account);
	json_w_object_end(w);
	return r;
}

int api_admin_account(struct call *call, struct view *view)
{
	struct account account;
	struct answer answer;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = accounts_get(call->arena, view, id, &account);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entity_admin_account(&answer.w, call->arena, view, id);
	return answer_end(&answer, call, r);
}

/* --- the list --------------------------------------------------------------------------------------------------- */

enum state { STATE_ANY, STATE_ACTIVE, STATE_DISABLED, STATE_SILENCED, STATE_SUSPENDED, STATE_PENDING };

struct wanted {
	bool local, remote, staff, nobody;
	enum state state;
	struct str domain, username, display_name, email;  /* names folded; empty: any */
	uint64_t invited_by;   /* 0: anybody or nobody */
};

static enum state read_state(const struct call *call)
{
	static const struct { const char *name; enum state state; } states[] = {
		{ "active", STATE_ACTIVE }, { "disabled", STATE_DISABLED }, { "silenced", STATE_SILENCED },
		{ "suspended", STATE_SUSPENDED }, { "pending", STATE_PENDING },
	};
	struct str status = call_param(call, "status");

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (str_eq(status, str_of(states[i].name)) || call_param_bool(call, states[i].name, false))
			return states[i].state;
	return STATE_ANY;
}

static struct wanted read_wanted(const struct call *call)
{
	struct str origin = call_param(call, "origin");
	struct wanted wanted = {
		.local = str_eq(origin, STR("local")) || call_param_bool(call, "local", false),
		.remote = str_eq(origin, STR("remote")) || call_param_bool(call, "remote", false),
		.staff = str_eq(call_param(call, "permissions"), STR("staff")) || call_param_bool(call, "staff", false),
		.state = read_state(call),
		.domain = call_param(call, "by_domain"),
		.username = accounts_fold(call->arena, call_param(call, "username")),
		.display_name = accounts_fold(call->arena, call_param(call, "display_name")),
		.email = call_param(call, "email"),
		.invited_by = call_param_id(call, "invited_by"),
	};

	/* Nobody leaves an address of a network, and what is no id invited nobody. */
	wanted.nobody = call_param(call, "ip").n || (call_param(call, "invited_by").n && !wanted.invited_by);
	return wanted;
}

static bool is_in_state(struct arena *arena, struct view *view, const struct known *known, enum state state)
{
	switch (state) {
	case STATE_ACTIVE:
		return !known->account.disabled && !is_suspended(arena, view, known);
	case STATE_DISABLED:
		return is_disabled(known);
	case STATE_SILENCED:
		return silence_covers(arena, view, &known->account);
	case STATE_SUSPENDED:
		return is_suspended(arena, view, known);
	case STATE_PENDING:
		return people_holds(&known->user) & HOLD_PENDING;
	default:
		return true;
	}
}

static bool holds(struct arena *arena, struct str text, struct str folded)
{
	return !folded.n || str_find(accounts_fold(arena, text), folded) != SIZE_MAX;
}

static bool is_wanted(struct arena *arena, struct view *view, const struct known *known, const struct wanted *wanted)
{
	const struct account *account = &known->account;

	if (account->deleted || account->id == instance_of(view)->actor_id || (wanted->local && account->host.n) ||
	    (wanted->remote && !account->host.n) || (wanted->staff && !known->user.roles))
		return false;
	return (!wanted->domain.n || str_eq_nocase(account->host, wanted->domain)) &&
	       (!wanted->email.n || str_eq_nocase(known->user.email, wanted->email)) &&
	       (!wanted->invited_by || known->user.invited_by_id == wanted->invited_by) &&
	       holds(arena, account->username, wanted->username) &&
	       holds(arena, account->display_name, wanted->display_name) &&
	       is_in_state(arena, view, known, wanted->state);
}

/* The page's ids. Few of very many may be wanted: then it ends early, and *ret_last says where the next begins. */
static int find(struct call *call, struct view *view, const struct page *page, struct id_list *ids, uint64_t *ret_last)
{
	struct wanted wanted = read_wanted(call);
	struct arena *scratch = arena_new();
	const struct page_item *item = NULL;
	struct page_walk walk;
	size_t looked_at = 0;
	int r = OK;

	*ret_last = 0;
	accounts_walk(&walk, call->arena, view, page);
	while (!wanted.nobody && (r = page_peek(&walk, &item)) == OK && item) {
		struct known known;

		if (ids->count == page->limit || looked_at++ == ACCOUNTS_LOOKED_AT)
			break;
		*ret_last = item->id;
		arena_reset(scratch);
		r = load(scratch, view, item->id, &known);
		if (r != OK)
			break;
		if (is_wanted(scratch, view, &known, &wanted))
			ids->ids[ids->count++] = item->id;
		page_step(&walk);
	}
	if (!item)
		*ret_last = 0;
	arena_free(scratch);
	return r;
}

int api_admin_accounts(struct call *call, struct view *view)
{
	struct page page = paging_read(call, ACCOUNTS_PAGE, ACCOUNTS_PAGE_MAX);
	struct id_list ids = { ARENA_ARRAY(call->arena, uint64_t, page.limit), 0 };
	struct answer answer;
	uint64_t last;
	int r = find(call, view, &page, &ids, &last);

	if (r != OK)
		return r;
	if (page_upward(&page))
		page_reverse(ids.ids, ids.count, sizeof(*ids.ids));
	if (!page_upward(&page) && last)
		paging_link(call, &page, ids.count ? ids.ids[0] : last, last, true);
	else if (ids.count)
		paging_link(call, &page, ids.ids[0], ids.ids[ids.count - 1], last != 0);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < ids.count; i++)
		r = entity_admin_account(&answer.w, call->arena, view, ids.ids[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

/* --- what is done ----------------------------------------------------------------------------------------------- */

enum act { ACT_NONE, ACT_DISABLE, ACT_SENSITIVE, ACT_SILENCE, ACT_SUSPEND, ACTS };

struct action {
	enum act act;
	struct account account;
	uint8_t holds;       /* of one of ours, as it was read */
	uint64_t report_id;  /* 0: none */
	struct buf shown;    /* of who is turned away: Admin::Account */
};

/* As the journal calls them: what the command line does has one name with it. */
static const char *const act_words[ACTS] = {
	[ACT_NONE] = "account.act", [ACT_DISABLE] = "user.disable", [ACT_SENSITIVE] = "account.sensitive",
	[ACT_SILENCE] = "account.silence", [ACT_SUSPEND] = "account.suspend",
};

static enum act read_act(const struct call *call)
{
	static const char *const names[ACTS] = { "none", "disable", "sensitive", "silence", "suspend" };
	struct str type = call_param(call, "type");
	enum act act = ACT_NONE;

	while (act < ACTS && !str_eq(type, str_of(names[act])))
		act++;
	return act;
}

/* Never over oneself. */
static bool is_out_of_reach(const struct viewer *viewer, const struct known *known)
{
	return known->account.id == viewer->account_id || !roles_reach(viewer->roles, known->user.roles);
}

int api_admin_undo_check(struct call *call, struct view *view)
{
	struct action *action = ARENA_NEW(call->arena, struct action);
	struct known known;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = load(call->arena, view, id, &known);
	if (r != OK)
		return r;
	if (known.account.deleted || (!known.account.host.n && !known.user.account_id))
		return ERR_NOT_FOUND;
	if (is_out_of_reach(&call->viewer, &known))
		return call_fail(call, ERR_DENIED, "This action is not allowed: that is nobody of a lesser role");
	*action = (struct action){ .account = known.account, .holds = people_holds(&known.user) };
	call->state = action;
	return OK;
}

int api_admin_action_check(struct call *call, struct view *view)
{
	enum act act = read_act(call);
	struct action *action;
	struct report report;
	int r;

	if (act == ACTS)
		return answer_refuse(call, "Validation failed: type is none, disable, sensitive, silence or suspend");
	/* Before anything is looked up: whoever may not is told the same of an account that does not exist. */
	r = call_may(call, act == ACT_NONE      ? ACTION_ACCOUNTS_ACT
	                 : act == ACT_DISABLE ? ACTION_ACCOUNTS_DISABLE : ACTION_ACCOUNTS_MODERATE);
	if (r == OK && call_param(call, "report_id").n)
		r = call_may(call, ACTION_REPORTS);
	if (r == OK)
		r = api_admin_undo_check(call, view);
	if (r != OK)
		return r;
	action = call->state;
	action->act = act;
	call->audited.action = act_words[act];
	if (action->act == ACT_DISABLE && action->account.host.n)
		return answer_refuse(call, "Validation failed: type: who signs in at another server cannot be disabled here");
	if (action->act > ACT_DISABLE && action->account.uri.n > RULE_VALUE_BYTES_MAX)
		return answer_refuse(call, "Validation failed: the address of the account is too long for a rule");
	if (!call_param(call, "report_id").n)
		return OK;
	action->report_id = call_param_id(call, "report_id");
	call->audited.detail = arena_printf(call->arena, "report %llu", (unsigned long long)action->report_id);
	r = reports_get(call->arena, view, action->report_id, &report);
	if (r == ERR_NOT_FOUND || (r == OK && report.target_id != action->account.id))
		return answer_refuse(call, "Validation failed: report_id is no report about this account");
	return r;
}

/* By the address, which a name can leave behind. */
static int put_rule(struct call *call, struct txn *txn, uint8_t kind, const struct account *account)
{
	struct rule rule = { .kind = kind, .value = account->uri, .comment = STR("by a moderator, with a client") };
	int r = rules_put(txn, &rule);

	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: there are as many rules as may be") : r;
}

/* Holds are for ours alone: who signs in elsewhere is kept out by a rule. */
static int hold(struct call *call, struct txn *txn, uint8_t which, bool on)
{
	const struct action *action = call->state;

	return action->account.host.n ? OK : people_hold(call->arena, txn, action->account.id, which, on);
}

static int act(struct call *call, struct txn *txn, const struct action *action)
{
	switch (action->act) {
	case ACT_DISABLE:
		return hold(call, txn, HOLD_DISABLED, true);
	case ACT_SENSITIVE:
		return put_rule(call, txn, RULE_SENSITIVE_ACCOUNT, &action->account);
	case ACT_SILENCE:
		return put_rule(call, txn, RULE_SILENCE_ACCOUNT, &action->account);
	case ACT_SUSPEND:
		return action->account.host.n ? put_rule(call, txn, RULE_ACCOUNT, &action->account)
		                              : hold(call, txn, HOLD_SUSPENDED, true);
	default:
		return OK;
	}
}

int api_admin_action_write(struct call *call, struct txn *txn)
{
	const struct action *action = call->state;
	int r = act(call, txn, action);

	return r == OK && action->report_id ? reports_close(call->arena, txn, action->report_id, call->viewer.account_id) : r;
}

int api_admin_enable_write(struct call *call, struct txn *txn)
{
	return hold(call, txn, HOLD_DISABLED, false);
}

/* Under either form in which a rule may name the account. */
static int remove_rules(struct call *call, struct txn *txn, uint8_t kind)
{
	const struct account *account = &((const struct action *)call->state)->account;
	int r = rules_delete(txn, kind, account->uri);

	if (r == OK || r == ERR_NOT_FOUND)
		r = rules_delete(txn, kind, str_lower(call->arena, accounts_acct(call->arena, account)));
	return r == ERR_NOT_FOUND ? OK : r;
}

int api_admin_unsilence_write(struct call *call, struct txn *txn)
{
	return remove_rules(call, txn, RULE_SILENCE_ACCOUNT);
}

int api_admin_unsensitive_write(struct call *call, struct txn *txn)
{
	return remove_rules(call, txn, RULE_SENSITIVE_ACCOUNT);
}

int api_admin_unsuspend_write(struct call *call, struct txn *txn)
{
	int r = hold(call, txn, HOLD_SUSPENDED, false);

	return r == OK ? remove_rules(call, txn, RULE_ACCOUNT) : r;
}

/* --- its end ---------------------------------------------------------------------------------------------------- */

int api_admin_erase_check(struct call *call, struct view *view)
{
	int r = api_admin_undo_check(call, view);
	const struct action *action = call->state;

	if (r != OK)
		return r;
	if (action->account.host.n ? !policy_blocks_account(call->arena, view, &action->account)
	                           : !(action->holds & HOLD_SUSPENDED))
		return call_fail(call, ERR_DENIED, "Only a suspended account can be deleted");
	return OK;
}

/* Of another node's account what it did here goes; that it is kept out stays. */
int api_admin_erase_write(struct call *call, struct txn *txn)
{
	const struct account *account = &((const struct action *)call->state)->account;
	struct job job = { .kind = STR("purge_account"), .subject = account->id };

	return account->host.n ? jobs_add(txn, &job) : people_erase(call->arena, txn, account->id);
}

/* --- who waits to be let in ------------------------------------------------------------------------------------- */

/* What is turned away is shown as it was. */
int api_admin_pending_check(struct call *call, struct view *view)
{
	int r = api_admin_undo_check(call, view);
	struct action *action = call->state;
	struct json_writer w;

	if (r != OK)
		return r;
	if (!(action->holds & HOLD_PENDING))
		return call_fail(call, ERR_DENIED, "This account does not wait to be let in");
	buf_init(&action->shown, call->arena, 0);
	json_writer_init(&w, &action->shown);
	return entity_admin_account(&w, call->arena, view, action->account.id);
}

int api_admin_approve_write(struct call *call, struct txn *txn)
{
	struct mailer mailer = mailer_of(call->node);
	struct user user;
	int err = hold(call, txn, HOLD_PENDING, false);

	/* Who still has to confirm the address is not in yet. */
	if (err == OK)
		err = users_get(call->arena, txn_view(txn), ((const struct action *)call->state)->account.id, &user);
	return err == OK && !user.disabled ? letter_accepted(call->arena, txn, &mailer, &user) : err;
}

int api_admin_reject_write(struct call *call, struct txn *txn)
{
	struct mailer mailer = mailer_of(call->node);
	uint64_t account_id = ((const struct action *)call->state)->account.id;
	struct user user;
	int err = users_get(call->arena, txn_view(txn), account_id, &user);

	if (err == OK)
		err = people_reject(call->arena, txn, account_id);
	return err == OK ? letter_refused(call->arena, txn, &mailer, &user) : err;
}

int api_admin_rejected_show(struct call *call, struct view *view)
{
	const struct action *action = call->state;

	(void)view;
	return call_reply_json(call, buf_str(&action->shown));
}
