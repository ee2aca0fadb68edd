/*
 * The comparison of directory and accounts.
 */
#include "node/accounts/directory_plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "node/accounts/people.h"
#include "node/mail/address.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/directory_links.h"
#include "storage/instance.h"
#include "storage/users.h"

enum { LINKS_PAGE = 500, STEPS_ROOM = 64, DISABLE_PER_CENT = 5, DISABLE_AT_LEAST = 3 };

static const char *const act_names[DIRECTORY_ACTS] = {
	[DIRECTORY_MAKE] = "make", [DIRECTORY_CHANGE] = "change", [DIRECTORY_DISABLE] = "disable",
	[DIRECTORY_ENABLE] = "enable", [DIRECTORY_CONFLICT] = "conflict",
};

const char *directory_act_name(enum directory_act act)
{
	return act_names[act];
}

size_t directory_disable_limit(size_t accounts)
{
	size_t share = accounts / 100 * DISABLE_PER_CENT + accounts % 100 * DISABLE_PER_CENT / 100;

	return share > DISABLE_AT_LEAST ? share : DISABLE_AT_LEAST;
}

struct str directory_account_name(struct arena *arena, const struct directory_entry *entry)
{
	for (size_t i = 0; i < entry->login.n; i++)
		if ((unsigned char)entry->login.p[i] >= 0x80)
			return accounts_fold(arena, entry->login);
	return entry->login;
}

struct str directory_locked_names(struct arena *arena, uint8_t locked)
{
	static const struct { uint8_t lock; const char *name; } rows[] = {
		{ LOCK_DISPLAY_NAME, "display_name" }, { LOCK_MAIL, "mail" }, { LOCK_DEPARTMENT, "department" },
		{ LOCK_JOB_TITLE, "job_title" },
	};
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (locked & rows[i].lock)
			buf_printf(&buf, "%s%s", buf_str(&buf).n ? "," : "", rows[i].name);
	return buf_str(&buf);
}

/* --- one entry and its account ----------------------------------------------------------------------------------- */

struct comparison {
	struct directory_difference *differences;
	size_t count;
};

static void differ(struct comparison *comparison, const char *field, struct str *value, struct str after)
{
	if (str_eq(*value, after))
		return;
	comparison->differences[comparison->count++] = (struct directory_difference){ field, *value, after };
	*value = after;
}

/* A field that the directory has is the directory's; one that it has not is the person's. */
static void take(struct comparison *comparison, const char *field, struct str *value, struct str after, uint8_t lock,
                 struct directory_link *link)
{
	bool was_locked = link->locked & lock;

	if (after.n)
		link->locked |= lock;
	else
		link->locked &= (uint8_t)~lock;
	/* What it had said goes when it says so no more; a name as shown stays: nobody is without one. */
	if (after.n || (was_locked && lock != LOCK_DISPLAY_NAME && lock != LOCK_MAIL))
		differ(comparison, field, value, after);
}

static void take_mail(struct arena *arena, struct view *view, const struct directory_entry *entry, struct user *user,
                      struct comparison *comparison, struct directory_link *link, struct str *ret_conflict)
{
	struct user holder;
	struct str address;
	const char *fault;

	if (!entry->mail.n) {
		link->locked &= (uint8_t)~LOCK_MAIL;
		return;
	}
	if (mail_address_parse(arena, entry->mail, &address, &fault) != OK) {
		*ret_conflict = arena_printf(arena, "mail: %s", fault);
		return;
	}
	if (users_by_email(arena, view, address, &holder) == OK && holder.account_id != user->account_id) {
		*ret_conflict = arena_printf(arena, "mail: somebody else has the address %.*s", STR_ARG(address));
		return;
	}
	take(comparison, "mail", &user->email, address, LOCK_MAIL, link);
}

/* Roles that the directory gave, and gives no longer, are taken; those that somebody gave here stay. */
static void take_roles(struct arena *arena, const struct directory_settings *settings,
                       const struct directory_entry *entry, struct user *user, struct comparison *comparison,
                       struct directory_link *link)
{
	uint8_t gone = link->roles & (uint8_t)~entry->roles, wanted;

	if (!settings->role_count && !link->roles)
		return;
	wanted = (uint8_t)((user->roles & (uint8_t)~gone) | entry->roles);
	/* One that they have from elsewhere is not the directory's to take one day. */
	link->roles = (uint8_t)(entry->roles & (link->roles | (uint8_t)~user->roles));
	if (wanted == user->roles)
		return;
	comparison->differences[comparison->count++] = (struct directory_difference){
		"roles", roles_render(arena, user->roles), roles_render(arena, wanted),
	};
	user->roles = wanted;
}

size_t directory_compare(struct arena *arena, struct view *view, const struct directory_settings *settings,
                         const struct directory_entry *entry, struct account *account, struct user *user,
                         struct directory_link *link, struct directory_difference *ret_differences,
                         struct str *ret_conflict)
{
	struct comparison comparison = { ret_differences, 0 };
	struct str locked = directory_locked_names(arena, link->locked);

	*ret_conflict = STR_NONE;
	take(&comparison, "display_name", &account->display_name, entry->display_name, LOCK_DISPLAY_NAME, link);
	take_mail(arena, view, entry, user, &comparison, link, ret_conflict);
	take(&comparison, "department", &user->department, entry->department, LOCK_DEPARTMENT, link);
	take(&comparison, "job_title", &user->job_title, entry->job_title, LOCK_JOB_TITLE, link);
	take_roles(arena, settings, entry, user, &comparison, link);
	differ(&comparison, "dn", &link->dn, entry->dn);
	differ(&comparison, "login", &link->login, entry->login);
	differ(&comparison, "rule", &link->rule, settings->filter);
	differ(&comparison, "locked", &locked, directory_locked_names(arena, link->locked));
	link->base = settings->base;
	return comparison.count;
}

struct str directory_make_fault(struct arena *arena, struct view *view, const struct directory_entry *entry,
                                uint64_t *ret_account_id)
{
	struct new_person person = {
		.name = directory_account_name(arena, entry), .email = entry->mail, .display_name = entry->display_name,
	};
	const char *field, *fault;
	struct account account;
	struct user user;

	*ret_account_id = 0;
	if (!entry->id.n)
		return STR("the entry has no id that stays (directory.id)");
	fault = people_fault(instance_of(view), &person, &field);
	if (fault)
		return arena_printf(arena, "%s: %s", field, fault);
	if (users_by_email(arena, view, person.email, &user) == OK) {
		*ret_account_id = user.account_id;
		return STR("an account of this node has the same mail address: directory link");
	}
	if (accounts_of_name(arena, view, person.name, STR_NONE, &account) != ERR_NOT_FOUND) {
		*ret_account_id = account.id;
		return STR("an account of this node has, or had, the same name: directory link");
	}
	return STR_NONE;
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

struct planning {
	struct arena *arena;
	struct view *view;
	const struct directory_settings *settings;
	const struct directory_entry **by_id;    /* sorted */
	const struct directory_entry **by_mail;  /* the same */
	const struct directory_entry **by_name;
	size_t count;
	struct directory_plan *plan;
};

static struct directory_step *add_step(struct planning *planning, enum directory_act act)
{
	struct directory_plan *plan = planning->plan;
	struct directory_step *step;

	if (plan->count == plan->room) {
		size_t room = plan->room ? 2 * plan->room : STEPS_ROOM;

		plan->steps = arena_grow(planning->arena, plan->steps, plan->room * sizeof(*step), room * sizeof(*step));
		plan->room = room;
	}
	step = &plan->steps[plan->count++];
	*step = (struct directory_step){ .act = act };
	plan->counts[act]++;
	return step;
}

static int compare_ids(const void *a, const void *b)
{
	return str_cmp((*(const struct directory_entry *const *)a)->id, (*(const struct directory_entry *const *)b)->id);
}

static int compare_nocase(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? strncasecmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare_mails(const void *a, const void *b)
{
	return compare_nocase((*(const struct directory_entry *const *)a)->mail, (*(const struct directory_entry *const *)b)->mail);
}

static int compare_logins(const void *a, const void *b)
{
	return compare_nocase((*(const struct directory_entry *const *)a)->login,
	                      (*(const struct directory_entry *const *)b)->login);
}

static const struct directory_entry **sorted(struct planning *planning, const struct directory_entry *entries,
                                             int (*compare)(const void *a, const void *b))
{
	const struct directory_entry **list = ARENA_ARRAY(planning->arena, const struct directory_entry *, planning->count + 1);

	for (size_t i = 0; i < planning->count; i++)
		list[i] = &entries[i];
	qsort(list, planning->count, sizeof(*list), compare);
	return list;
}

/* Do several entries have that, in the order of the list? */
static bool is_shared(const struct planning *planning, const struct directory_entry **list,
                      int (*compare)(const void *a, const void *b), const struct directory_entry *entry)
{
	const struct directory_entry **at = bsearch(&entry, list, planning->count, sizeof(*list), compare);
	size_t i = at ? (size_t)(at - list) : 0;

	return at && ((i > 0 && !compare(&list[i - 1], &entry)) || (i + 1 < planning->count && !compare(&list[i + 1], &entry)));
}

static const struct directory_entry *find_entry(const struct planning *planning, struct str id)
{
	const struct directory_entry wanted = { .id = id }, *key = &wanted;
	const struct directory_entry **at = bsearch(&key, planning->by_id, planning->count, sizeof(*planning->by_id), compare_ids);

	return at ? *at : NULL;
}

static void add_conflict(struct planning *planning, const struct directory_entry *entry, uint64_t account_id,
                         struct str name, struct str why)
{
	struct directory_step *step = add_step(planning, DIRECTORY_CONFLICT);

	step->account_id = account_id;
	step->entry = entry;
	step->name = name;
	step->why = why;
}

static void plan_change(struct planning *planning, const struct directory_entry *entry, struct account *account,
                        struct user *user, struct directory_link *link)
{
	struct directory_difference differences[DIRECTORY_DIFFERENCES_MAX];
	struct str conflict;
	struct directory_step *step;
	size_t count = directory_compare(planning->arena, planning->view, planning->settings, entry, account, user, link,
	                                 differences, &conflict);

	if (conflict.n)
		add_conflict(planning, entry, account->id, account->username, conflict);
	if (!count)
		return;
	step = add_step(planning, DIRECTORY_CHANGE);
	step->account_id = account->id;
	step->entry = entry;
	step->name = account->username;
	memcpy(step->differences, differences, count * sizeof(*differences));
	step->difference_count = count;
}

static int plan_link(struct planning *planning, struct directory_link *link)
{
	const struct directory_entry *entry = find_entry(planning, link->id);
	bool gone = !entry || entry->disabled, held;
	struct directory_step *step;
	struct account account;
	struct user user;
	int err = accounts_get(planning->arena, planning->view, link->account_id, &account);

	if (err == OK)
		err = users_get(planning->arena, planning->view, link->account_id, &user);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	held = people_holds(&user) & HOLD_DIRECTORY;
	planning->plan->accounts += !held;
	if (gone != held) {
		step = add_step(planning, gone ? DIRECTORY_DISABLE : DIRECTORY_ENABLE);
		step->account_id = account.id;
		step->name = account.username;
		step->entry = entry;
		step->why = !gone ? STR_NONE : entry ? STR("disabled in the directory") : STR("no longer found in the directory");
	}
	if (!gone)
		plan_change(planning, entry, &account, &user, link);
	return OK;
}

static int plan_links(struct planning *planning)
{
	struct directory_link *links;
	uint64_t after = 0;
	size_t count;
	int err;

	while ((err = directory_links_each(planning->arena, planning->view, after, LINKS_PAGE, &links, &count)) == OK && count) {
		for (size_t i = 0; i < count && err == OK; i++)
			err = plan_link(planning, &links[i]);
		if (err != OK)
			return err;
		after = links[count - 1].account_id;
	}
	return err;
}

static int plan_entry(struct planning *planning, const struct directory_entry *entry)
{
	struct directory_link link;
	struct directory_step *step;
	uint64_t account_id = 0;
	struct str fault = STR_NONE;
	int err = directory_links_by_id(planning->arena, planning->view, entry->id, &link);

	if (err != ERR_NOT_FOUND)
		return err;
	if (entry->disabled)
		return OK;
	if (entry->id.n && is_shared(planning, planning->by_id, compare_ids, entry))
		fault = STR("several entries have the same id (directory.id)");
	else if (entry->mail.n && is_shared(planning, planning->by_mail, compare_mails, entry))
		fault = STR("several entries have the same mail address");
	else if (entry->login.n && is_shared(planning, planning->by_name, compare_logins, entry))
		fault = STR("several entries have the same login");
	if (!fault.n)
		fault = directory_make_fault(planning->arena, planning->view, entry, &account_id);
	if (fault.n) {
		add_conflict(planning, entry, account_id, entry->login, fault);
		return OK;
	}
	step = add_step(planning, DIRECTORY_MAKE);
	step->entry = entry;
	step->name = directory_account_name(planning->arena, entry);
	return OK;
}

int directory_plan_make(struct arena *arena, struct view *view, const struct directory_settings *settings,
                        const struct directory_entry *entries, size_t count, struct directory_plan *ret_plan)
{
	struct planning planning = {
		.arena = arena, .view = view, .settings = settings, .count = count, .plan = ret_plan,
	};
	int err;

	*ret_plan = (struct directory_plan){ .entries = count };
	planning.by_id = sorted(&planning, entries, compare_ids);
	planning.by_mail = sorted(&planning, entries, compare_mails);
	planning.by_name = sorted(&planning, entries, compare_logins);
	err = plan_links(&planning);
	for (size_t i = 0; i < count && err == OK; i++)
		err = plan_entry(&planning, &entries[i]);
	ret_plan->disable_limit = directory_disable_limit(ret_plan->accounts);
	return err;
}
