/*
 * The real binary, measured from outside, each figure beside its limit in the same run.
 *
 *     bench_node [--binary FILE] [MEASURE…]      default: build/rse-node and all of them
 *
 * Prints a JSON line per figure, then a table (deploy/docs/performance.md says how to read it). Loopback only. The work
 * is done by a child in a folder of its own under $TMPDIR: whatever happens to it, the folder goes, and its own children
 * end with it. After TIME_OUT seconds it is ended.
 */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "tests/bench/measure.h"
#include "tests/bench/measures.h"
#include "tests/bench/process.h"
#include "tests/rig/folder.h"

enum { TIME_OUT = 170, TEXT_CHARACTERS = 500 };

struct task {
	const char *binary, *folder;
	char **wanted;       /* names of measures, NULL-terminated; none: all */
};

/* In their order; "empty" makes the people for the others and is never left out. */
static const struct measure {
	const char *name;
	void (*run)(struct scene *scene);
} measures[] = {
	{ "empty", measure_empty_node }, { "posting", measure_posting }, { "crossing", measure_crossing },
	{ "filled", measure_filled_node }, { "home", measure_home }, { "discovery", measure_discovery },
	{ "inbox", measure_inbox }, { "streams", measure_streams },
};

static bool is_wanted(const struct task *task, size_t i)
{
	char **name = task->wanted;

	while (*name && strcmp(*name, measures[i].name) != 0)
		name++;
	return *name || !task->wanted[0] || i == 0;
}

static struct str make_text(struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, 0);
	while (text.n < TEXT_CHARACTERS)
		buf_add(&text, STR("The minutes of the meeting are in the usual place, and comments are welcome. "));
	return str_sub(buf_str(&text), 0, TEXT_CHARACTERS);
}

static void run(void *arg)
{
	const struct task *task = arg;
	struct scene scene = { .arena = arena_new() };
	int64_t start = now_us();

	alarm(TIME_OUT);
	setenv("TMPDIR", task->folder, 1);
	scene.report = report_new(scene.arena);
	scene.text = make_text(scene.arena);
	report_machine(scene.report, task->folder);
	node_make(&scene.a, scene.arena, task->binary);
	node_make(&scene.b, scene.arena, task->binary);
	node_start(&scene.a);
	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		if (is_wanted(task, i))
			measures[i].run(&scene);
	node_stop(&scene.a);
	report_table(scene.report);
	printf("%zu posts, %.0f s\n", scene.posts, (double)(now_us() - start) / 1e6);
	arena_free(scene.arena);
}

static volatile sig_atomic_t child;

/* Ctrl-C and SIGTERM end the work; this process then tidies up. */
static void end_child(int signal_number)
{
	(void)signal_number;
	if (child)
		kill(child, SIGKILL);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type, (void)place;
	remove(path);
	return 0;
}

int main(int argc, char **argv)
{
	struct task task = { .binary = "build/rse-node" };
	char *folder;
	pid_t pid;
	int status;

	if (argc > 2 && strcmp(argv[1], "--binary") == 0) {
		task.binary = argv[2];
		argv += 2;
	}
	task.wanted = argv + 1;
	if (access(task.binary, X_OK) != 0)
		give_up("%s: %s", task.binary, strerror(errno));
	task.folder = folder = folder_new();
	child = pid = process_fork(run, &task);
	signal(SIGINT, end_child);
	signal(SIGTERM, end_child);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(folder);
	if (WIFSIGNALED(status))
		give_up("ended by signal %d%s", WTERMSIG(status), WTERMSIG(status) == SIGALRM ? ": it took too long" : "");
	return WEXITSTATUS(status);
}
