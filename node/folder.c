/*
 * Making and opening a data folder. One thread; before the node's threads start and after they ended.
 */
#include "node/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "federation/actor.h"
#include "federation/address.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/settings.h"

/* The instance actor's account id; made by init, never changed. */
#define SETTING_ACTOR_ID STR("instance.actor_id")

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

static int plan_complete(struct arena *arena, struct folder_plan *plan, struct str *ret_error)
{
	struct str domain;

	if (url_host_parse(arena, plan->domain, &domain) != OK) {
		*ret_error = arena_printf(arena, "--domain must be HOST or HOST:PORT, not %.*s", STR_ARG(plan->domain));
		return ERR_INVALID;
	}
	plan->domain = domain;
	if (!plan->url.n)
		plan->url = arena_printf(arena, "https://%.*s", STR_ARG(domain));
	if (!plan->listen.n)
		plan->listen = STR("127.0.0.1:8080");
	if (!plan->title.n)
		plan->title = domain;
	return plan_check_url(arena, plan, ret_error);
}

static int write_file(struct arena *arena, const char *file, struct str text, struct str *ret_error)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t written = fd >= 0 ? write(fd, text.p, text.n) : -1;
	bool good = written == (ssize_t)text.n && fsync(fd) == 0;

	if (!good)
		*ret_error = arena_printf(arena, "cannot write %s: %m", file);
	if (fd >= 0)
		close(fd);
	return good ? OK : errno == EEXIST ? ERR_EXISTS : ERR_IO;
}

struct create_body {
	struct arena *arena;
	struct account actor;
	struct str private_pem;
};

static int create_write(struct txn *txn, void *arg)
{
	struct create_body *body = arg;
	int err = actor_create_local(txn, &body->actor, body->private_pem);

	if (err != OK)
		return err;
	return settings_put(txn, SETTING_ACTOR_ID,
	                    arena_printf(body->arena, "%llu", (unsigned long long)body->actor.id));
}

static int create_actor(struct arena *arena, struct store *store, const struct instance *instance)
{
	struct create_body body = { .arena = arena };
	int err = actor_prepare_local(arena, instance, ACCOUNT_APPLICATION, instance->domain, instance->title, &body.actor,
	                              &body.private_pem);

	return err == OK ? store_write(store, create_write, &body, NULL, NULL) : err;
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

int folder_create(struct arena *arena, const struct folder_plan *given, struct str *ret_error)
{
	struct folder_plan plan = *given;
	struct instance instance = { 0 };
	struct store *store;
	const char *config_file;
	int err = plan_complete(arena, &plan, ret_error);

	if (err != OK)
		return err;
	plan.path = arena_str(arena, plan.path);
	if (mkdir(plan.path.p, 0700) != 0 && errno != EEXIST) {
		*ret_error = arena_printf(arena, "cannot make %s: %m", plan.path.p);
		return ERR_INVALID;
	}
	config_file = folder_file(arena, plan.path, "rse-node.yaml");
	if (access(config_file, F_OK) == 0) {
		*ret_error = arena_printf(arena, "%s holds a node already", plan.path.p);
		return ERR_EXISTS;
	}
	err = store_open_at(arena, plan.path, 256 * GIB, &store, ret_error);
	if (err != OK)
		return err;
	instance.domain = plan.domain;
	instance.url = plan.url;
	instance.title = plan.title;
	instance_set(store, &instance);
	err = create_actor(arena, store, &instance);
	store_close(store);
	if (err != OK) {
		*ret_error = arena_printf(arena, "cannot make the instance actor: %s", err_name(err));
		return err;
	}
	/* Last, so that a folder with a configuration is a whole node. */
	return write_file(arena, config_file,
	                  config_template(arena, plan.domain, plan.url, plan.listen, plan.title), ret_error);
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static int read_actor_id(struct arena *arena, struct view *view, uint64_t *ret_id)
{
	struct str text;
	int err = settings_get(arena, view, SETTING_ACTOR_ID, &text);

	if (err != OK)
		return err;
	return str_to_u64(text, ret_id) ? OK : ERR_CORRUPT;
}

static int open_instance(struct folder *folder, struct view *view)
{
	struct instance *instance = &folder->instance;

	instance->domain = folder->config.domain;
	instance->url = folder->config.url;
	instance->title = folder->config.title;
	instance->description = folder->config.description;
	instance->development = str_starts(instance->url, STR("http://"));
	return read_actor_id(folder->arena, view, &instance->actor_id);
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

int folder_open(struct arena *arena, struct str path, struct folder **ret_folder, struct str *ret_error)
{
	struct arena *own = arena_new();
	struct folder *folder = ARENA_NEW(own, struct folder);
	struct config before;   /* the file's own view of the map size, before there is a store */
	int err;

	folder->arena = own;
	folder->path = arena_str(own, path);
	folder->config_file = folder_file(own, folder->path, "rse-node.yaml");
	*ret_error = STR_NONE;
	if (access(folder->config_file, F_OK) != 0) {
		*ret_error = arena_printf(own, "%.*s is no data folder; make one with rse-node init", STR_ARG(path));
		err = ERR_NOT_FOUND;
	} else {
		err = config_load(own, folder->config_file, NULL, &before, ret_error);
	}
	if (err == OK)
		err = store_open_at(own, folder->path, before.store_map_gib * GIB, &folder->store, ret_error);
	if (err == OK) {
		err = open_content(folder, ret_error);
		if (err != OK)
			store_close(folder->store);
		else
			instance_set(folder->store, &folder->instance);
	}
	if (err != OK) {
		*ret_error = arena_str(arena, ret_error->n ? *ret_error : str_of(err_name(err)));
		arena_free(own);
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
