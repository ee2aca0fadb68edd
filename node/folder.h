/*
 * The data folder: what lies in it, how it is made, and how it is opened: configuration, store, instance.
 *
 *   rse-node.yaml   configuration, commented       data.mdb, lock.mdb   the store (LMDB)
 *   search.sqlite   the words of posts and profiles: derived, made anew when it is lost
 *   seal.key        what the store alone must not give away is sealed with it (node/seal.h)
 *   lock            held by the process that has the store open         control   socket of a serving node
 */
#ifndef NODE_FOLDER_H
#define NODE_FOLDER_H

#include "node/config.h"
#include "storage/instance.h"

struct folder {
	struct arena *arena;        /* the folder's own: all texts below live in it */
	struct str path;
	const char *config_file;
	struct store *store;
	struct config config;
	struct instance instance;
};

struct folder_plan {
	struct str path, domain, url, listen, title;   /* empty: the default */
};

/* Makes a data folder (0700) with configuration, store and the instance actor's key; takes up what an interrupted call
 * left. The parent must exist. ERR_EXISTS: it holds a node already, or other files; ERR_INVALID: a value will not do;
 * ERR_IO: the folder cannot be made.
 * *ret_error is one line in `arena`. */
int folder_create(struct arena *arena, const struct folder_plan *plan, struct str *ret_error);

/* Opens it: ERR_BUSY when another process has it, ERR_NOT_FOUND when it is none, ERR_INVALID for a configuration that
 * will not do or a store of a newer build. *ret_error is one line in `arena`. */
int folder_open(struct arena *arena, struct str path, struct folder **ret_folder, struct str *ret_error);
void folder_close(struct folder *folder);

/* Reads the configuration anew (a live key changed). Texts go to the folder's arena and stay until it is closed. */
int folder_reload_config(struct folder *folder, struct config *ret_config, struct str *ret_error);

#endif
