/*
 * Making, starting, stopping and weighing nodes.
 */
#include "tests/bench/node_process.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/engine/engine.h"
#include "storage/keys.h"
#include "tests/bench/http.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/rig/folder.h"

enum { WORDS_MAX = 24, START_SECONDS = 10 };

struct str node_command(const struct node_process *node, const char *const *words)
{
	const char *argv[WORDS_MAX + 4] = { node->binary };
	size_t n = 1;

	while (*words && n < WORDS_MAX)
		argv[n++] = *words++;
	argv[n++] = "--data";
	argv[n++] = node->folder;
	return process_output(node->arena, argv);
}

void node_make(struct node_process *node, struct arena *arena, const char *binary)
{
	const char *place, *url;

	*node = (struct node_process){ .arena = arena, .binary = binary, .folder = folder_new(), .port = port_take() };
	place = arena_printf(arena, "127.0.0.1:%u", node->port).p;
	url = arena_printf(arena, "http://%s", place).p;
	node_command(node, (const char *const[]){ "init", "--domain", place, "--url", url, "--listen", place, "--title",
	                                          "Benchmark", NULL });
	node_command(node, (const char *const[]){ "config", "set", "limits.rate", "off", NULL });
	node_command(node, (const char *const[]){ "config", "set", "log.level", "warning", NULL });
}

static int ask_health(struct arena *arena, uint16_t port)
{
	const struct http_request request = { .method = "GET", .target = "/health", .port = port };
	int fd = http_connect(port), status;

	if (fd < 0)
		return 0;
	status = http_ask(arena, fd, &request).status;
	close(fd);
	return status;
}

double node_start(struct node_process *node)
{
	const char *const argv[] = { node->binary, "serve", "--data", node->folder, NULL };
	struct arena *arena = arena_new();
	int64_t start = now_us();
	double ms;

	node->pid = process_spawn(argv, -1);
	while (ask_health(arena, node->port) != 200) {
		if (waitpid(node->pid, NULL, WNOHANG) != 0)
			give_up("the node ended at its start");
		if (now_us() - start > START_SECONDS * 1000000LL)
			give_up("the node does not start");
		pause_us(200);
	}
	ms = (double)(now_us() - start) / 1000;
	arena_free(arena);
	return ms;
}

void node_stop(struct node_process *node)
{
	pid_t pid = node->pid;

	node->pid = 0;
	if (pid && !process_stop(pid))
		give_up("the node did not end well");
}

struct person node_person(const struct node_process *node, const char *name)
{
	struct arena *arena = node->arena;
	struct person person = { .name = arena_cstr(arena, str_of(name)) };
	struct http_request request = {
		.method = "GET", .target = "/api/v1/accounts/verify_credentials", .port = node->port,
	};
	json_t *account;
	int fd;

	node_command(node, (const char *const[]){ "user", "add", name, "--email",
	                                          arena_printf(arena, "%s@corp.example", name).p, "--display-name", name,
	                                          NULL });
	person.token = node_command(node, (const char *const[]){ "token", "create", name, "--scopes", "read write follow",
	                                                         NULL });
	request.token = person.token;
	fd = http_connect(node->port);
	if (json_parse(arena, http_must(arena, fd, &request, 200), &account) != OK)
		give_up("an account that is no JSON");
	close(fd);
	person.id = json_member_str(account, "id");
	return person;
}

static void add_space(struct engine *engine, struct engine_txn *txn, unsigned space, struct stored *stored)
{
	enum { AT_ONCE = 256 };
	struct engine_item items[AT_ONCE];
	struct engine_range range = { STR_NONE, STR_NONE, false };
	char from[ENGINE_KEY_MAX + 1];
	size_t count;

	do {
		if (engine->ops->scan(txn, space, &range, items, AT_ONCE, &count) != OK)
			give_up("the store of a node cannot be read");
		for (size_t i = 0; i < count; i++)
			stored->bytes += items[i].key.n + items[i].value.n;
		stored->entries += count;
		if (count) {  /* on behind the last: its key with a 0 added is the next possible one */
			memcpy(from, items[count - 1].key.p, items[count - 1].key.n);
			from[items[count - 1].key.n] = '\0';
			range.from = (struct str){ from, items[count - 1].key.n + 1 };
		}
	} while (count == AT_ONCE);
}

struct stored node_stored(const struct node_process *node)
{
	struct stored stored = { 0 };
	struct engine_txn *txn;
	struct engine *engine;

	if (lmdb_open(node->folder, space_names, SPACE_COUNT, (uint64_t)256 << 30, &engine) != OK ||
	    engine->ops->read_begin(engine, &txn) != OK)
		give_up("the store of a node cannot be opened");
	for (unsigned space = 0; space < SPACE_COUNT; space++)
		add_space(engine, txn, space, &stored);
	engine->ops->read_end(txn);
	engine->ops->close(engine);
	return stored;
}

uint64_t node_file_bytes(const struct node_process *node)
{
	struct stat status;

	if (stat(arena_printf(node->arena, "%s/data.mdb", node->folder).p, &status) != 0)
		give_up("the node has no data.mdb");
	return (uint64_t)status.st_size;
}
