/* Making and opening data folders: what init refuses, and what an interrupted one leaves. */
#include "node/folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/keys.h"
#include "storage/settings.h"
#include "tests/rig/folder.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static int create(const char *path, const char *domain, const char *title, struct str *ret_error)
{
	struct folder_plan plan = {
		.path = str_of(path), .domain = str_of(domain), .url = arena_printf(arena, "http://%s", domain),
		.title = str_of(title),
	};

	*ret_error = STR_NONE;
	return folder_create(arena, &plan, ret_error);
}

static const char *in_folder(const char *path, const char *name)
{
	return arena_printf(arena, "%s/%s", path, name).p;
}

static bool says(struct str error, const char *words)
{
	return str_find(error, str_of(words)) != SIZE_MAX;
}

static void touch(const char *path, const char *name, const char *content)
{
	int fd = open(in_folder(path, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, content, strlen(content)) < 0)
		abort();
	close(fd);
}

static void a_folder_holds_one_node(void)
{
	char *path = folder_new();
	struct str error;

	is_int(create(path, "127.0.0.1:9", "A", &error), OK, "an empty folder takes a node");
	ok(create(path, "127.0.0.1:9", "A", &error) == ERR_EXISTS && says(error, "holds a node already"), "and no second one");
	folder_remove(path);
}

/* A crash may come between the store's last commit and the configuration. */
static void an_interrupted_init_is_taken_up(void)
{
	char *path = folder_new();
	struct folder *folder = NULL;
	struct view *view;
	uint64_t accounts = 0;
	struct str error;

	create(path, "127.0.0.1:9", "A", &error);
	unlink(in_folder(path, "rse-node.yaml"));
	touch(path, "rse-node.yaml.new", "domain: 127.0");
	ok(create(path, "127.0.0.1:10", "A", &error) == ERR_EXISTS && says(error, "http://127.0.0.1:9"),
	   "the store of one node is not taken for another");
	is_int(create(path, "127.0.0.1:9", "B", &error), OK, "the same node is made whole");
	is_int(folder_open(arena, str_of(path), &folder, &error), OK, "and opens");
	if (!folder)
		return;
	view_begin(folder->store, &view);
	view_count(view, SPACE_ACCOUNT, &accounts);
	view_end(view);
	is_int(accounts, 1, "with one instance actor");
	folder_close(folder);
	folder_remove(path);
}

static void a_folder_of_other_things_is_left_alone(void)
{
	char *path = folder_new();
	struct stat st;
	struct str error;

	touch(path, "letters.txt", "dear");
	chmod(path, 0755);
	ok(create(path, "127.0.0.1:9", "A", &error) == ERR_EXISTS && says(error, "other files"), "it is refused");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0755, "its mode stays");
	ok(access(in_folder(path, "data.mdb"), F_OK) != 0, "nothing was made in it");
	folder_remove(path);
}

static void values_that_the_node_could_not_load_are_refused(void)
{
	static const char *const titles[] = { "two\nlines", "\xff\xfe", "a\x01" };
	char *path = folder_new(), long_title[256];
	struct str error;

	memset(long_title, 'x', sizeof(long_title) - 1);
	long_title[sizeof(long_title) - 1] = '\0';
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		ok(create(path, "127.0.0.1:9", titles[i], &error) == ERR_INVALID && says(error, "title"), "title %zu", i + 1);
	ok(create(path, "127.0.0.1:9", long_title, &error) == ERR_INVALID && says(error, "title"), "a long title");
	ok(access(in_folder(path, "data.mdb"), F_OK) != 0, "before anything was made");
	folder_remove(path);
}

static int map_write(struct txn *txn, void *arg)
{
	(void)arg;
	return settings_put(txn, STR("store.map_gib"), STR("2"));
}

static void the_size_of_the_map_may_be_kept_in_the_store(void)
{
	char *path = folder_new();
	struct folder *folder = NULL;
	struct engine_usage usage = { 0 };
	struct str error;

	create(path, "127.0.0.1:9", "A", &error);
	if (folder_open(arena, str_of(path), &folder, &error) != OK)
		abort();
	store_write(folder->store, map_write, NULL, NULL, NULL);
	folder_close(folder);
	folder = NULL;
	is_int(folder_open(arena, str_of(path), &folder, &error), OK, "a folder with a size of its own opens");
	if (!folder)
		return;
	store_engine(folder->store)->ops->usage(store_engine(folder->store), &usage);
	is_int(usage.bytes_max, 2LL << 30, "the store outranks the file here too");
	folder_close(folder);
	folder_remove(path);
}

int main(void)
{
	arena = arena_new();
	a_folder_holds_one_node();
	an_interrupted_init_is_taken_up();
	a_folder_of_other_things_is_left_alone();
	values_that_the_node_could_not_load_are_refused();
	the_size_of_the_map_may_be_kept_in_the_store();
	arena_free(arena);
	return done();
}
