/*
 * One question to the directory for each try: who is that, and is the password theirs.
 */
#include "node/accounts/directory_sign_in.h"

#include "node/accounts/directory_sync.h"
#include "node/accounts/login.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/base/log.h"
#include "storage/directory_links.h"
#include "storage/users.h"

static const struct config *config_of(const struct call *call)
{
	return call->node ? call->node->config : NULL;
}

bool directory_is_asked(const struct call *call)
{
	return directory_is_on(config_of(call));
}

/* What went wrong is for who runs the node: people are told that it does not answer. */
static int tell(struct call *call, int err, struct str why)
{
	log_event(LOG_LEVEL_WARNING, "directory not asked", "reason", arena_cstr(call->arena, why), NULL);
	return err == ERR_IO || err == ERR_CORRUPT ? err : ERR_NETWORK;
}

/* The entry of a name whose password it is. ERR_DENIED; ERR_NETWORK. Whoever is not there is asked for as well. */
static int ask(struct call *call, struct str name, struct str password, struct directory_settings *settings,
               struct directory_entry *ret_entry)
{
	struct arena *talk = arena_new();
	struct directory *directory;
	struct str why = STR_NONE;
	int found = ERR_NOT_FOUND, err = directory_settings_read(call->arena, config_of(call), settings, &why);

	*ret_entry = (struct directory_entry){ 0 };
	if (err == OK)
		err = directory_open(talk, settings, false, &directory, &why);
	if (err == OK) {
		found = directory_find(directory, call->arena, name, ret_entry, &why);
		err = found == ERR_NOT_FOUND || found == ERR_EXISTS ? OK : found;
	}
	if (err == OK) {
		err = directory_bind(directory, found == OK ? ret_entry->dn : STR_NONE, password, &why);
		if (err == OK && (!ret_entry->id.n || ret_entry->disabled))
			err = ERR_DENIED;
		else if (err == ERR_NETWORK)
			tell(call, err, why);
	} else {
		err = tell(call, err, why);
	}
	arena_free(talk);
	return err;
}

/* Whose account that is, or what is to be made. */
static int recognise(struct call *call, struct view *view, struct directory_arrival *arrival)
{
	struct directory_link link;
	uint64_t other_id;
	struct str fault;
	int err = directory_links_by_id(call->arena, view, arrival->entry.id, &link);

	if (err == OK)
		arrival->account_id = link.account_id;
	if (err != ERR_NOT_FOUND)
		return err;
	fault = directory_make_fault(call->arena, view, &arrival->entry, &other_id);
	if (fault.n && other_id)
		return ERR_EXISTS;
	if (fault.n)
		log_event(LOG_LEVEL_WARNING, "directory entry not taken", "reason", arena_cstr(call->arena, fault), NULL);
	arrival->makes = !fault.n && config_of(call)->directory_create;
	return arrival->makes ? OK : ERR_GONE;
}

static int arrive(struct call *call, struct str name, struct str password, struct directory_arrival *arrival)
{
	struct view *view;
	struct str why;
	int err = ask(call, name, password, &arrival->settings, &arrival->entry);

	if (err == OK)
		err = view_begin(call->node->store, &view);
	if (err != OK)
		return err;
	arrival->came = true;
	err = recognise(call, view, arrival);
	view_end(view);
	if (err == OK && arrival->makes)
		err = directory_prepare(call->arena, &call->node->instance, &arrival->entry, &arrival->person, &why);
	return err;
}

/* The link of one of ours. ERR_NOT_FOUND: there is none. */
static int find_link(struct call *call, uint64_t account_id, struct directory_link *ret_link)
{
	struct view *view;
	int err = account_id && directory_is_asked(call) ? view_begin(call->node->store, &view) : ERR_NOT_FOUND;

	if (err != OK)
		return err;
	err = directory_links_get(call->arena, view, account_id, ret_link);
	view_end(view);
	return err;
}

int directory_own_password(struct call *call, uint64_t account_id, struct str password)
{
	struct directory_settings settings;
	struct directory_entry entry;
	struct directory_link link;
	int err = find_link(call, account_id, &link);

	if (err == OK)
		err = ask(call, link.login, password, &settings, &entry);
	return err == OK && !str_eq(entry.id, link.id) ? ERR_DENIED : err;
}

int sign_in_prove(struct call *call, const struct guard *guard, const struct user *user, struct str name,
                  struct str password, struct directory_arrival *ret_arrival)
{
	struct directory_link link;
	int linked, err = guard_take(call, guard);

	*ret_arrival = (struct directory_arrival){ 0 };
	if (err != OK)
		return err;
	linked = find_link(call, user->account_id, &link);
	if (linked != OK && linked != ERR_NOT_FOUND)
		return linked;
	if (password_verify(password, linked == OK ? STR_NONE : user->password_hash))
		return OK;
	err = directory_is_asked(call) ? arrive(call, linked == OK ? link.login : name, password, ret_arrival) : ERR_DENIED;
	return err == ERR_DENIED ? guard_wrong(call, guard) : err;
}

enum text sign_in_fault(int err, int *ret_status)
{
	static const struct { int err, status; enum text text; } rows[] = {
		{ ERR_DENIED, 422, TEXT_SIGN_IN_WRONG }, { ERR_NOT_FOUND, 422, TEXT_SIGN_IN_WRONG },
		{ ERR_LIMIT, 429, TEXT_SIGN_IN_WAIT }, { ERR_NETWORK, 503, TEXT_SIGN_IN_DIRECTORY_DOWN },
		{ ERR_EXISTS, 422, TEXT_SIGN_IN_UNLINKED }, { ERR_GONE, 422, TEXT_SIGN_IN_NO_ACCOUNT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].err == err) {
			*ret_status = rows[i].status;
			return rows[i].text;
		}
	return TEXT_COUNT;
}

int directory_arrival_write(struct call *call, struct txn *txn, const struct directory_arrival *arrival,
                            uint64_t *account_id)
{
	struct new_person person = arrival->person;   /* a body may run again */
	struct user user;
	int err;

	if (!arrival->came)
		return OK;
	if (arrival->makes) {
		err = directory_make(call->arena, txn, &arrival->settings, 0, &arrival->entry, &person);
		*account_id = person.account.id;
		return err == ERR_EXISTS ? ERR_NOT_FOUND : err;
	}
	*account_id = arrival->account_id;
	err = users_get(call->arena, txn_view(txn), arrival->account_id, &user);
	if (err == OK && (user.holds & HOLD_DIRECTORY))
		err = directory_hold(call->arena, txn, 0, user.account_id, false, STR("signed in with the directory's password"));
	return err == OK ? directory_update(call->arena, txn, &arrival->settings, 0, user.account_id, &arrival->entry) : err;
}
