/*
 * The life of a serving node: what needs no threads is made here, then the rooms start (rooms.c). The main thread sleeps on
 * signals, on a change of configuration and on the death of the disk. Nothing else happens here: what a request does begins in
 * http/exchange.c, what a job does in jobs.c.
 */
#include "node/serve.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "federation/budget.h"
#include "federation/pkey.h"
#include "federation/replay.h"
#include "node/folder.h"
#include "node/http/limit.h"
#include "node/http/server.h"
#include "node/node.h"
#include "node/rooms.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"

enum { MMAP_THRESHOLD_BYTES = 1024 * 1024, TRIM_THRESHOLD_BYTES = 4 * 1024 * 1024 };
enum {
	KEYS_KEPT = 4096,
	REPLAYS_KEPT = 65536,
	LOCK_WAIT_MS = 5000,   /* for a command that has the store open */
	LOCK_STEP_MS = 50,
	UPKEEP_MS = 2000,
};

struct life {
	struct node node;
	struct folder *folder;
	struct rooms rooms;
	atomic_bool config_changed;
	atomic_int dead;          /* the error the disk died of */
	int alarm;                /* eventfd: one of the two above */
	int signals;              /* signalfd */
};

/* --- what the writer thread tells main -------------------------------------------------------------------------- */

static void life_alarm(struct life *life)
{
	uint64_t one = 1;

	if (write(life->alarm, &one, sizeof(one)) < 0 && errno != EAGAIN)
		abort();
}

static void on_config(void *context)
{
	struct life *life = context;

	atomic_store(&life->config_changed, true);
	life_alarm(life);
}

static void on_dead(void *context, int err)
{
	struct life *life = context;

	atomic_store(&life->dead, err);
	life_alarm(life);
}

/* --- configuration that is live --------------------------------------------------------------------------------- */

static const struct { const char *name; enum log_level level; } log_levels[] = {
	{ "error", LOG_LEVEL_ERROR }, { "warning", LOG_LEVEL_WARNING }, { "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
};

static void apply_live(struct life *life, const struct config *config)
{
	for (size_t i = 0; i < sizeof(log_levels) / sizeof(log_levels[0]); i++)
		if (str_eq(config->log_level, str_of(log_levels[i].name)))
			log_set_level(log_levels[i].level);
	limiter_enable(life->node.limiter, config->limits_rate);
}

/* A new snapshot replaces the old one; the old stays readable for calls under way (folder's arena). */
static void reload(struct life *life)
{
	struct config *config = ARENA_NEW(life->folder->arena, struct config);
	struct str error = STR_NONE;
	int err = folder_reload_config(life->folder, config, &error);

	if (err != OK) {
		log_event(LOG_LEVEL_WARNING, "configuration not reloaded", "error",
		          error.n ? arena_cstr(life->folder->arena, error) : err_name(err), NULL);
		return;
	}
	life->node.config = config;
	apply_live(life, config);
	log_event(LOG_LEVEL_INFO, "configuration reloaded", NULL);
}

/* --- start ------------------------------------------------------------------------------------------------------ */

static void life_wire(struct life *life)
{
	const struct config *config = &life->folder->config;
	struct node *node = &life->node;

	node->store = life->folder->store;
	node->config = config;
	node->config_file = life->folder->config_file;
	node->instance = life->folder->instance;
	node->started_ms = clock_now_ms();
	node->limiter = limiter_new();
	node->federation = (struct federation){
		.instance = &life->folder->instance,
		.keys = key_cache_new(KEYS_KEPT),
		.replays = replay_cache_new(REPLAYS_KEPT),
		.budget = budget_new(),
		.signature_window_ms = (int64_t)config->federation_clock_seconds * SECOND_MS,
		.peer_rate = config->federation_peer_rate,
	};
	life->rooms = (struct rooms){
		.node = node, .folder = life->folder, .on_config = on_config, .on_dead = on_dead, .context = life,
	};
	apply_live(life, config);
}

/* --- waiting ---------------------------------------------------------------------------------------------------- */

/* Blocks the signals for all threads to come and makes the two descriptors that main sleeps on. */
static void life_listen(struct life *life)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	life->signals = signalfd(-1, &set, SFD_CLOEXEC);
	life->alarm = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (life->signals < 0 || life->alarm < 0)
		abort();
}

/* Until a signal (OK) or the death of the disk (its error). */
static int life_wait(struct life *life)
{
	struct pollfd polls[2] = { { life->signals, POLLIN, 0 }, { life->alarm, POLLIN, 0 } };

	for (;;) {
		uint64_t ignored;

		if (poll(polls, 2, UPKEEP_MS) < 0 && errno != EINTR)
			abort();
		if (polls[0].revents)
			return OK;
		server_upkeep(life->node.server);
		if (!polls[1].revents)
			continue;
		if (read(life->alarm, &ignored, sizeof(ignored)) < 0 && errno != EAGAIN)
			abort();
		if (atomic_load(&life->dead))
			return atomic_load(&life->dead);
		if (atomic_exchange(&life->config_changed, false))
			reload(life);
	}
}

static void life_close(struct life *life)
{
	limiter_free(life->node.limiter);
	key_cache_free(life->node.federation.keys);
	replay_cache_free(life->node.federation.replays);
	budget_free(life->node.federation.budget);
	folder_close(life->folder);
	close(life->signals);
	close(life->alarm);
}

/* A command may have the store just now; one that serves has it for long. */
static int open_folder(struct arena *arena, struct str data, struct folder **ret_folder, struct str *ret_error)
{
	const struct timespec step = { 0, LOCK_STEP_MS * 1000000L };
	int err = folder_open(arena, data, ret_folder, ret_error);

	for (int waited = 0; err == ERR_BUSY && waited < LOCK_WAIT_MS; waited += LOCK_STEP_MS) {
		nanosleep(&step, NULL);
		err = folder_open(arena, data, ret_folder, ret_error);
	}
	return err;
}

/* A page of a timeline is some 40 KB, and by default glibc gives such blocks back to the kernel after each request: the
 * page faults were a fifth of the time of a home timeline. */
static void life_keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES);
	mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD_BYTES);
}

int node_serve(struct arena *arena, struct str data, struct str *ret_error)
{
	struct life *life = ARENA_NEW(arena, struct life);
	int err = open_folder(arena, data, &life->folder, ret_error);

	if (err != OK)
		return err;
	life_keep_memory();
	life_listen(life);
	life_wire(life);
	err = rooms_start(&life->rooms, arena, ret_error);
	if (err == OK) {
		log_event(LOG_LEVEL_INFO, "serving", "domain", arena_cstr(arena, life->node.instance.domain), "listen",
		          arena_cstr(arena, life->node.config->listen), NULL);
		err = life_wait(life);
		if (err != OK)
			*ret_error = arena_printf(arena, "the disk failed (%s): stopped so that nothing untrue is answered",
			                          err_name(err));
		log_event(LOG_LEVEL_INFO, "stopping", NULL);
		rooms_stop(&life->rooms);
	}
	life_close(life);
	return err;
}
