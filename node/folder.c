/*
 * Making and opening a data folder. One thread; before the node's threads start and after they ended.
 */
#include "node/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "federation/actor.h"
#include "federation/address.h"
#include "federation/url.h"
#include "node/push.h"
#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/engine/writer.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/settings.h"

/* The instance actor's account id; made by init, never changed. */
#define SETTING_ACTOR_ID STR("instance.actor_id")
#define SETTING_MEDIA_KEY STR("instance.media_key")

#define GIB ((uint64_t)1 << 30)

static const char *folder_file(struct arena *arena, struct str path, const char *name)
{
	return arena_printf(arena, "%.*s/%s", STR_ARG(path), name).p;
}

/* --- making ----------------------------------------------------------------------------------------------------- */

/* http:// is for development: only where both ends are this machine. */
static int plan_check_url(struct arena *arena, struct folder_plan *plan, struct str *ret_error)
{
	struct url url;

	if (url_parse(arena, plan->url, &url) != OK || !str_eq(url.target, STR("/")) || url.fragment.n) {
		*ret_error = arena_printf(arena, "--url must be an origin such as https://node.example, not %.*s",
		                          STR_ARG(plan->url));
		return ERR_INVALID;
	}
	if (!url.secure && !host_is_loopback(arena, url.host)) {
		*ret_error = str_of("an http:// URL is accepted for loopback only; use https://");
		return ERR_INVALID;
	}
	plan->url = url_origin(arena, &url);
	return OK;
}

/* In development nobody stands in front: the node itself is what the URL names. */
static struct str default_listen(struct arena *arena, struct str text)
{
	struct url url;

	if (url_parse(arena, text, &url) != OK || url.secure)
		return STR("127.0.0.1:8080");
	return arena_printf(arena, "%.*s:%u", STR_ARG(url.host), (unsigned)url.port);
}

static int plan_complete(struct arena *arena, struct folder_plan *plan, struct str *ret_error)
{
	struct str domain;
	int err;

	if (url_host_parse(arena, plan->domain, &domain) != OK) {
		*ret_error = arena_printf(arena, "--domain must be HOST or HOST:PORT, not %.*s", STR_ARG(plan->domain));
		return ERR_INVALID;
	}
	plan->domain = domain;
	plan->path = arena_str(arena, plan->path);
	if (!plan->url.n)
		plan->url = arena_printf(arena, "https://%.*s", STR_ARG(domain));
	if (!plan->title.n)
		plan->title = domain;
	err = plan_check_url(arena, plan, ret_error);
	if (!plan->listen.n)
		plan->listen = default_listen(arena, plan->url);
	if (err == OK)
		err = config_check(arena, STR("title"), plan->title, ret_error);
	return err == OK ? config_check(arena, STR("listen"), plan->listen, ret_error) : err;
}

static const char config_name[] = "rse-node.yaml", config_new_name[] = "rse-node.yaml.new";

/* What an interrupted init may have left, and what a new file system brings along. */
static bool is_leftover(const char *name)
{
	static const char *const names[] = { ".", "..", "data.mdb", "lock.mdb", "lock", config_new_name, "lost+found" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool holds_others(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	bool others = false;

	while (folder && !others && (entry = readdir(folder)))
		others = !is_leftover(entry->d_name);
	if (folder)
		closedir(folder);
	return others;
}

/* The folder becomes its owner's alone (0700), so it must not be one that others use, such as a home. */
static int make_folder(struct arena *arena, struct str path, const char *config_file, struct str *ret_error)
{
	if (mkdir(path.p, 0700) == 0)
		return OK;
	if (errno != EEXIST) {
		*ret_error = arena_printf(arena, "cannot make %s: %m", path.p);
		return ERR_IO;
	}
	if (access(config_file, F_OK) == 0)
		*ret_error = arena_printf(arena, "%s holds a node already", path.p);
	else if (holds_others(path.p))
		*ret_error = arena_printf(arena, "%s holds other files; a node wants a folder of its own", path.p);
	else
		return OK;
	return ERR_EXISTS;
}

static bool write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t written = write(fd, text.p, text.n);

		if (written < 0 && errno != EINTR)
			return false;
		text = str_sub(text, written > 0 ? (size_t)written : 0, SIZE_MAX);
	}
	return true;
}

/* The configuration appears whole or not at all, and lasts. */
static int write_config(struct arena *arena, const struct folder_plan *plan, struct str *ret_error)
{
	int folder = open(plan->path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(folder, config_new_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 &&
	            write_all(fd, config_template(arena, plan->domain, plan->url, plan->listen, plan->title)) &&
	            fsync(fd) == 0 && renameat(folder, config_new_name, folder, config_name) == 0 && fsync(folder) == 0;

	if (!good)
		*ret_error = arena_printf(arena, "cannot write %s/%s: %m", plan->path.p, config_name);
	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
	return good ? OK : ERR_IO;
}

static int read_actor_id(struct arena *arena, struct view *view, uint64_t *ret_id)
{
	struct str text;
	int err = settings_get(arena, view, SETTING_ACTOR_ID, &text);

	if (err != OK)
		return err;
	return str_to_u64(text, ret_id) ? OK : ERR_CORRUPT;
}

struct create_body {
	struct arena *arena;
	struct account actor;
	struct str private_pem;
	struct str other;   /* the store is that of this actor */
};

/* An interrupted init may have come as far as this before. */
static int create_write(struct txn *txn, void *arg)
{
	struct create_body *body = arg;
	struct view *view = txn_view(txn);
	struct account actor = body->actor, found;
	uint64_t id;
	int err = read_actor_id(body->arena, view, &id);

	if (err == OK)
		err = accounts_get(body->arena, view, id, &found);
	if (err == OK && instance_owns(instance_of(view), found.uri))
		return OK;
	if (err == OK)
		body->other = found.uri;
	if (err != ERR_NOT_FOUND)
		return err == OK ? ERR_EXISTS : err;
	err = actor_create_local(txn, &actor, body->private_pem);
	if (err != OK)
		return err;
	err = settings_put(txn, SETTING_ACTOR_ID, arena_printf(body->arena, "%llu", (unsigned long long)actor.id));
	/* the first entry of the journal */
	return err == OK ? audit_append(txn, &(struct audit_entry){ .action = "init", .subject = body->actor.username }) : err;
}

static int create_actor(struct arena *arena, struct store *store, const struct instance *instance,
                        struct str *ret_error)
{
	struct create_body body = { .arena = arena };
	int err = actor_prepare_local(arena, instance, ACCOUNT_APPLICATION, instance->domain, instance->title, &body.actor,
	                              &body.private_pem);

	if (err == OK)
		err = store_write(store, create_write, &body, NULL, NULL);
	if (err != OK)
		*ret_error = body.other.n
			? arena_printf(arena, "the store there is that of %.*s; only its rse-node.yaml is missing",
			               STR_ARG(body.other))
			: arena_printf(arena, "cannot make the instance actor: %s", err_name(err));
	return err;
}

static int store_open_at(struct arena *arena, struct str path, uint64_t map_bytes, struct store **ret_store,
                         struct str *ret_error)
{
	struct engine *engine;
	uint64_t found = 0;
	int err = lmdb_open(path.p, space_names, SPACE_COUNT, map_bytes, &engine);

	if (err == ERR_BUSY)
		*ret_error = arena_printf(arena, "%.*s is in use by another process", STR_ARG(path));
	else if (err != OK)
		*ret_error = arena_printf(arena, "cannot open the store in %.*s: %s", STR_ARG(path), err_name(err));
	if (err != OK)
		return err;
	err = store_open(engine, ret_store);
	if (err != OK) {
		engine->ops->close(engine);
		*ret_error = arena_printf(arena, "cannot read the store in %.*s: %s", STR_ARG(path), err_name(err));
		return err;
	}
	err = maintain_migrate(*ret_store, &found);
	if (err == OK)
		return OK;
	*ret_error = err == ERR_INVALID
		? arena_printf(arena, "the store in %.*s has format %llu, newer than format %d of this build: use a newer "
		                      "rse-node", STR_ARG(path), (unsigned long long)found, STORE_FORMAT_VERSION)
		: arena_printf(arena, "cannot migrate the store in %.*s: %s", STR_ARG(path), err_name(err));
	store_close(*ret_store);
	return err;
}

/* What is done with the store's lock held. */
static int fill_folder(struct arena *arena, const struct folder_plan *plan, const char *config_file, struct store *store,
                       struct str *ret_error)
{
	struct instance instance = { .domain = plan->domain, .url = plan->url, .title = plan->title };
	int err;

	if (access(config_file, F_OK) == 0) {
		*ret_error = arena_printf(arena, "%s holds a node already", plan->path.p);
		return ERR_EXISTS;
	}
	instance_set(store, &instance);
	err = create_actor(arena, store, &instance, ret_error);
	if (err == OK)
		err = push_make_key(store);
	/* Last, so that a folder with a configuration is a whole node. */
	return err == OK ? write_config(arena, plan, ret_error) : err;
}

int folder_create(struct arena *arena, const struct folder_plan *given, struct str *ret_error)
{
	struct folder_plan plan = *given;
	struct store *store;
	const char *config_file;
	int err = plan_complete(arena, &plan, ret_error);

	if (err != OK)
		return err;
	config_file = folder_file(arena, plan.path, config_name);
	err = make_folder(arena, plan.path, config_file, ret_error);
	if (err == OK)
		err = store_open_at(arena, plan.path, 256 * GIB, &store, ret_error);
	if (err != OK)
		return err;
	err = fill_folder(arena, &plan, config_file, store, ret_error);
	store_close(store);
	return err;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

/* Made at the first start of a build that knows it; addresses that clients hold depend on it. */
static int media_key_write(struct txn *txn, void *arg)
{
	struct folder *folder = arg;
	struct str text;
	int err = settings_get(folder->arena, txn_view(txn), SETTING_MEDIA_KEY, &text);

	return err == ERR_NOT_FOUND ? settings_put(txn, SETTING_MEDIA_KEY, hash_token(folder->arena)) : err;
}

static int open_instance(struct folder *folder, struct view *view)
{
	struct instance *instance = &folder->instance;
	int err;

	instance->domain = folder->config.domain;
	instance->url = folder->config.url;
	instance->title = folder->config.title;
	instance->description = folder->config.description;
	instance->development = str_starts(instance->url, STR("http://"));
	err = settings_get(folder->arena, view, SETTING_MEDIA_KEY, &instance->media_key);
	if (err != OK)
		return err;
	return read_actor_id(folder->arena, view, &instance->actor_id);
}

/* Made when it is missing, so that opening a store writes nothing as a rule. */
static int ensure_media_key(struct folder *folder)
{
	struct view *view;
	struct str text;
	int err = view_begin(folder->store, &view);

	if (err != OK)
		return err;
	err = settings_get(folder->arena, view, SETTING_MEDIA_KEY, &text);
	view_end(view);
	return err == ERR_NOT_FOUND ? store_write(folder->store, media_key_write, folder, NULL, NULL) : err;
}

static int open_content(struct folder *folder, struct str *ret_error)
{
	struct view *view;
	int err = view_begin(folder->store, &view);

	if (err != OK)
		return err;
	err = config_load(folder->arena, folder->config_file, view, &folder->config, ret_error);
	if (err == OK) {
		err = open_instance(folder, view);
		if (err != OK)
			*ret_error = arena_printf(folder->arena, "%.*s is not a whole node: %s", STR_ARG(folder->path),
			                          err_name(err));
	}
	view_end(view);
	return err;
}

/* The store may outrank the file in the size of the store's own map, so it may have to be opened twice. */
static int open_store(struct folder *folder, struct str *ret_error)
{
	struct config before;   /* what the file says, before there is a store */
	int err = config_load(folder->arena, folder->config_file, NULL, &before, ret_error);

	if (err == OK)
		err = store_open_at(folder->arena, folder->path, before.store_map_gib * GIB, &folder->store, ret_error);
	if (err != OK)
		return err;
	err = ensure_media_key(folder);
	if (err == OK)
		err = open_content(folder, ret_error);
	if (err == OK && folder->config.store_map_gib == before.store_map_gib)
		return OK;
	store_close(folder->store);
	return err == OK ? store_open_at(folder->arena, folder->path, folder->config.store_map_gib * GIB, &folder->store,
	                                 ret_error)
	                 : err;
}

int folder_open(struct arena *arena, struct str path, struct folder **ret_folder, struct str *ret_error)
{
	struct arena *own = arena_new();
	struct folder *folder = ARENA_NEW(own, struct folder);
	int err;

	folder->arena = own;
	folder->path = arena_str(own, path);
	folder->config_file = folder_file(own, folder->path, config_name);
	*ret_error = STR_NONE;
	if (access(folder->config_file, F_OK) != 0) {
		*ret_error = arena_printf(own, "%.*s is no data folder; make one with rse-node init", STR_ARG(path));
		err = ERR_NOT_FOUND;
	} else {
		err = open_store(folder, ret_error);
	}
	if (err != OK) {
		*ret_error = arena_str(arena, ret_error->n ? *ret_error : str_of(err_name(err)));
		arena_free(own);
		return err;
	}
	instance_set(folder->store, &folder->instance);
	/* a store of an older build has none yet */
	err = push_make_key(folder->store);
	if (err != OK) {
		*ret_error = arena_printf(arena, "cannot make the key of Web Push: %s", err_name(err));
		folder_close(folder);
		return err;
	}
	*ret_folder = folder;
	return OK;
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	store_close(folder->store);
	arena_free(folder->arena);
}

int folder_reload_config(struct folder *folder, struct config *ret_config, struct str *ret_error)
{
	struct view *view;
	int err = view_begin(folder->store, &view);

	if (err != OK)
		return err;
	err = config_load(folder->arena, folder->config_file, view, ret_config, ret_error);
	view_end(view);
	return err;
}
