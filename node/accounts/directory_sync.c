/*
 * Directory synchronisation at work. Each step looks again in its own transaction, so that what changed since the plan was
 * made, by a sign-in or another hand, is met and not overwritten.
 */
#include "node/accounts/directory_sync.h"

#include <stdatomic.h>

#include "federation/apply.h"
#include "node/accounts/people.h"
#include "node/accounts/roles.h"
#include "node/config.h"
#include "node/jobs.h"
#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/directory_links.h"
#include "storage/engine/writer.h"
#include "storage/instance.h"
#include "storage/tokens.h"
#include "storage/users.h"

enum { BATCH_STEPS = 20 };

static int write_by(const struct directory_sync *sync, int (*body)(struct txn *txn, void *arg), void *arg)
{
	return sync->writer ? writer_run(sync->writer, body, arg) : store_write(sync->store, body, arg, NULL, NULL);
}

/* --- one account -------------------------------------------------------------------------------------------------- */

static int note(struct txn *txn, uint64_t actor_id, const char *action, uint64_t account_id, struct str detail)
{
	struct audit_entry entry = { .actor_id = actor_id, .action = action, .subject_id = account_id, .detail = detail };

	return audit_append(txn, &entry);
}

/* By the directory, whoever asked for the synchronisation: nobody gives themself a role by it. The last administrator
 * stays one. */
static int set_roles(struct arena *arena, struct txn *txn, uint64_t account_id, uint8_t before, uint8_t after,
                     struct directory_link *link)
{
	int err = OK;

	for (uint8_t role = 1; role <= ROLES_ALL && err == OK; role = (uint8_t)(role << 1)) {
		if ((after & role) && !(before & role))
			err = roles_grant(arena, txn, 0, account_id, role);
		else if (!(after & role) && (before & role))
			err = roles_revoke(arena, txn, 0, account_id, role);
		if (err == ERR_DENIED) {
			link->roles |= role;
			err = OK;
		}
	}
	return err;
}

static struct str fields_of(struct arena *arena, const struct directory_difference *differences, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < count; i++)
		buf_printf(&buf, "%s%s", i ? ", " : "", differences[i].field);
	return buf_str(&buf);
}

/* account, user and link as directory_compare() left them. */
static int put_all(struct arena *arena, struct txn *txn, struct account *account, struct user *user, uint8_t roles_before,
                   bool renamed, struct directory_link *link)
{
	uint8_t roles_after = user->roles;
	int err;

	user->roles = roles_before;
	err = users_put(txn, user);
	if (err == OK)
		err = set_roles(arena, txn, user->account_id, roles_before, roles_after, link);
	if (err == OK)
		err = directory_links_put(txn, link);
	if (err == OK && renamed)
		err = accounts_put(txn, account);
	if (err == OK && renamed)
		err = act_update_actor(arena, txn, account->id);
	return err != OK && txn_touched(txn) ? txn_fail(txn, err) : err;
}

static bool changes(const struct directory_difference *differences, size_t count, struct str field)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(str_of(differences[i].field), field))
			return true;
	return false;
}

/* Lays the entry over the three records, as they are now. */
static int lay(struct arena *arena, struct txn *txn, const struct directory_settings *settings, uint64_t actor_id,
               const struct directory_entry *entry, struct directory_link *link, const char *action)
{
	struct directory_difference differences[DIRECTORY_DIFFERENCES_MAX];
	struct account account;
	struct str conflict;
	struct user user;
	uint8_t roles_before;
	size_t count;
	int err = accounts_get(arena, txn_view(txn), link->account_id, &account);

	if (err == OK)
		err = users_get(arena, txn_view(txn), link->account_id, &user);
	if (err != OK)
		return err;
	roles_before = user.roles;
	count = directory_compare(arena, txn_view(txn), settings, entry, &account, &user, link, differences, &conflict);
	if (!count)
		return OK;
	err = put_all(arena, txn, &account, &user, roles_before, changes(differences, count, STR("display_name")), link);
	return err == OK ? note(txn, actor_id, action, account.id, fields_of(arena, differences, count)) : err;
}

int directory_update(struct arena *arena, struct txn *txn, const struct directory_settings *settings, uint64_t actor_id,
                     uint64_t account_id, const struct directory_entry *entry)
{
	struct directory_link link;
	int err = directory_links_get(arena, txn_view(txn), account_id, &link);

	if (err == OK && !str_eq(link.id, entry->id))
		err = ERR_NOT_FOUND;
	return err == OK ? lay(arena, txn, settings, actor_id, entry, &link, "directory.change") : err;
}

int directory_join(struct arena *arena, struct txn *txn, const struct directory_settings *settings, uint64_t actor_id,
                   uint64_t account_id, const struct directory_entry *entry)
{
	struct directory_link link, other;
	struct user user;
	int err = users_get(arena, txn_view(txn), account_id, &user);

	if (err != OK)
		return err;
	if (!entry->id.n || directory_links_by_id(arena, txn_view(txn), entry->id, &other) == OK ||
	    directory_links_get(arena, txn_view(txn), account_id, &other) == OK)
		return ERR_EXISTS;
	link = (struct directory_link){ .account_id = account_id, .id = entry->id, .linked_ms = txn_now_ms(txn) };
	/* From now on the directory alone says whether they may come in. */
	user.password_hash = STR_NONE;
	err = users_put(txn, &user);
	return err == OK ? lay(arena, txn, settings, actor_id, entry, &link, "directory.link") : err;
}

int directory_hold(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t account_id, bool on, struct str why)
{
	int err = people_hold(arena, txn, account_id, HOLD_DIRECTORY, on);

	return err == OK ? note(txn, actor_id, on ? "directory.disable" : "directory.enable", account_id, why) : err;
}

int directory_prepare(struct arena *arena, const struct instance *instance, const struct directory_entry *entry,
                      struct new_person *ret_person, struct str *ret_why)
{
	const char *reason = NULL;
	int err;

	*ret_person = (struct new_person){
		.name = directory_account_name(arena, entry), .email = entry->mail, .display_name = entry->display_name,
		.department = entry->department, .job_title = entry->job_title,
	};
	err = people_prepare(arena, instance, ret_person, &reason);
	*ret_why = reason ? str_of(reason) : STR_NONE;
	return err;
}

int directory_make(struct arena *arena, struct txn *txn, const struct directory_settings *settings, uint64_t actor_id,
                   const struct directory_entry *entry, struct new_person *person)
{
	struct directory_link link = { .id = entry->id, .linked_ms = txn_now_ms(txn) }, other;
	int err = directory_links_by_id(arena, txn_view(txn), entry->id, &other);

	if (err != ERR_NOT_FOUND)
		return err == OK ? ERR_EXISTS : err;
	err = people_add(arena, txn, person);
	if (err != OK)
		return err;
	link.account_id = person->account.id;
	err = lay(arena, txn, settings, actor_id, entry, &link, "directory.make");
	return err == OK ? OK : txn_fail(txn, err);
}

/* --- reading it ----------------------------------------------------------------------------------------------------- */

static int read_directory(struct arena *arena, struct directory_sync *sync, struct directory_entry **ret_entries,
                          size_t *ret_count)
{
	struct arena *talk = arena_new();
	struct directory *directory;
	struct str why = STR_NONE;
	int err = directory_settings_read(arena, sync->config, &sync->settings, &why);

	if (err == OK)
		err = directory_open(talk, &sync->settings, true, &directory, &why);
	if (err == OK)
		err = directory_read_all(directory, arena, ret_entries, ret_count, &why);
	if (err == OK && !*ret_count) {
		why = STR("nobody matches directory.filter below directory.base: nothing is done, and nobody disabled");
		err = ERR_GONE;
	}
	sync->why = err == OK ? STR_NONE : arena_str(arena, why);
	arena_free(talk);
	return err;
}

int directory_sync_preview(struct arena *arena, struct directory_sync *sync)
{
	struct directory_entry *entries;
	struct view *view;
	size_t count = 0;
	int err = read_directory(arena, sync, &entries, &count);

	if (err != OK)
		return err;
	err = view_begin(sync->store, &view);
	if (err != OK)
		return err;
	err = directory_plan_make(arena, view, &sync->settings, entries, count, &sync->plan);
	view_end(view);
	return err;
}

/* --- doing it ------------------------------------------------------------------------------------------------------- */

struct batch {
	struct arena *arena;
	struct directory_sync *sync;
	const struct directory_step *steps;
	size_t count;
	struct new_person *people;   /* prepared, of the steps that make somebody */
	struct directory_run run;    /* counts of this batch */
};

static int do_step(struct batch *batch, struct txn *txn, size_t at)
{
	const struct directory_step *step = &batch->steps[at];
	const struct directory_sync *sync = batch->sync;
	struct new_person person;
	bool off = step->act == DIRECTORY_DISABLE;

	switch (step->act) {
	case DIRECTORY_MAKE:
		person = batch->people[at];   /* a body may run again */
		return directory_make(batch->arena, txn, &sync->settings, sync->actor_id, step->entry, &person);
	case DIRECTORY_CHANGE:
		return directory_update(batch->arena, txn, &sync->settings, sync->actor_id, step->account_id, step->entry);
	case DIRECTORY_DISABLE:
	case DIRECTORY_ENABLE:
		return directory_hold(batch->arena, txn, sync->actor_id, step->account_id, off, step->why);
	default:
		return ERR_EXISTS;
	}
}

static int batch_write(struct txn *txn, void *arg)
{
	struct batch *batch = arg;
	uint64_t *counts[DIRECTORY_ACTS] = {
		&batch->run.made, &batch->run.changed, &batch->run.disabled, &batch->run.enabled, &batch->run.conflicts,
	};

	batch->run = (struct directory_run){ 0 };
	for (size_t i = 0; i < batch->count; i++) {
		int err = do_step(batch, txn, i);

		if (txn_err(txn) != OK)
			return txn_err(txn);
		/* Taken, gone, or the last administrator: each before its first put. */
		if (err == ERR_EXISTS || err == ERR_NOT_FOUND || err == ERR_DENIED || err == ERR_INVALID)
			batch->run.conflicts++;
		else if (err != OK)
			return err;
		else
			(*counts[batch->steps[i].act])++;
	}
	return OK;
}

static int do_batch(struct directory_sync *sync, const struct directory_step *steps, size_t count)
{
	struct arena *arena = arena_new();
	struct batch batch = { .arena = arena, .sync = sync, .steps = steps, .count = count };
	struct directory_run *run = &sync->run;
	struct str why;
	int err = OK;

	batch.people = ARENA_ARRAY(arena, struct new_person, count);
	for (size_t i = 0; i < count && err == OK; i++)
		if (steps[i].act == DIRECTORY_MAKE)
			err = directory_prepare(arena, sync->instance, steps[i].entry, &batch.people[i], &why);
	if (err == OK)
		err = write_by(sync, batch_write, &batch);
	if (err == OK) {
		run->made += batch.run.made;
		run->changed += batch.run.changed;
		run->disabled += batch.run.disabled;
		run->enabled += batch.run.enabled;
		run->conflicts += batch.run.conflicts;
	}
	arena_free(arena);
	return err;
}

static int check_guard(struct arena *arena, struct directory_sync *sync)
{
	size_t wanted = sync->plan.counts[DIRECTORY_DISABLE], limit = sync->plan.disable_limit;

	if (sync->confirmed ? sync->confirmed_disable == wanted : wanted <= limit)
		return OK;
	sync->why = sync->confirmed
	            ? arena_printf(arena, "%zu accounts would be disabled, not %zu: nothing was done; look at a preview again",
	                           wanted, sync->confirmed_disable)
	            : arena_printf(arena, "%zu of %zu accounts would be disabled, more than %zu: nothing was done. "
	                           "If that is meant, confirm exactly that number", wanted, sync->plan.accounts, limit);
	return ERR_EXISTS;
}

static int run_write(struct txn *txn, void *arg)
{
	struct directory_sync *sync = arg;
	struct directory_run run = sync->run, before;
	struct arena *arena = arena_new();
	struct str detail;
	int err = directory_run_get(arena, txn_view(txn), &before);

	run.ended_ms = txn_now_ms(txn);
	run.whole_ms = run.failure.n ? before.whole_ms : run.ended_ms;
	if (err == OK)
		err = directory_run_put(txn, &run);
	detail = run.failure.n ? run.failure
	         : arena_printf(arena, "made %llu, changed %llu, disabled %llu, enabled %llu, conflicts %llu",
	                        (unsigned long long)run.made, (unsigned long long)run.changed, (unsigned long long)run.disabled,
	                        (unsigned long long)run.enabled, (unsigned long long)run.conflicts);
	if (err == OK)
		err = note(txn, run.actor_id, "directory.sync", 0, detail);
	arena_free(arena);
	return err;
}

static int run_steps(struct arena *arena, struct directory_sync *sync)
{
	const struct directory_plan *plan = &sync->plan;
	int err = directory_sync_preview(arena, sync);

	sync->run.entries = plan->entries;
	if (err == OK)
		err = check_guard(arena, sync);
	for (size_t at = 0; at < plan->count && err == OK; at += BATCH_STEPS)
		err = do_batch(sync, plan->steps + at, plan->count - at < BATCH_STEPS ? plan->count - at : BATCH_STEPS);
	if (err != OK && !sync->why.n)
		sync->why = str_of(err_name(err));
	return err;
}

int directory_sync_run(struct arena *arena, struct directory_sync *sync)
{
	static atomic_flag is_under_way = ATOMIC_FLAG_INIT;
	int err, noted;

	sync->run = (struct directory_run){ .started_ms = clock_now_ms(), .actor_id = sync->actor_id };
	if (atomic_flag_test_and_set(&is_under_way)) {
		sync->why = STR("a synchronisation is under way");
		return ERR_BUSY;
	}
	err = run_steps(arena, sync);
	sync->run.failure = sync->why;
	noted = err == ERR_NOT_FOUND ? OK : write_by(sync, run_write, sync);
	atomic_flag_clear(&is_under_way);
	return err != OK ? err : noted;
}

/* --- the job -------------------------------------------------------------------------------------------------------- */

static bool is_due(struct node *node, struct arena *arena, const struct config *config)
{
	struct directory_run run = { 0 };
	struct view *view;

	if (!directory_is_on(config) || !config->directory_sync_minutes || view_begin(node->store, &view) != OK)
		return false;
	if (directory_run_get(arena, view, &run) != OK)
		run.whole_ms = 0;
	view_end(view);
	return run.whole_ms && run.started_ms + (int64_t)config->directory_sync_minutes * MINUTE_MS <= clock_now_ms();
}

int directory_sync_job(struct node *node, struct arena *arena, struct job *job)
{
	struct directory_sync sync = {
		.store = node->store, .writer = node->writer, .config = atomic_load(&node->config), .instance = &node->instance,
	};
	int err;

	(void)job;
	if (!is_due(node, arena, sync.config))
		return OK;
	err = directory_sync_run(arena, &sync);
	if (err != OK)
		log_event(LOG_LEVEL_WARNING, "directory not synchronised", "reason", arena_cstr(arena, sync.why), NULL);
	return err == ERR_IO || err == ERR_FULL ? err : OK;
}
