/*
 * Runs the worker: places, descriptors, time, and what it says.
 */
#include "node/media/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "node/media/blurhash.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/model.h"

enum {
	FINDINGS_BYTES = 1000,     /* a worker that says more is not ours any more */
	DESCRIPTORS = 5,           /* 0 to 4 are the worker's */
	ABOVE = 16,                /* where ours wait meanwhile, so that none is in the way of another */
	STEP_MS = 5,
	LOOK_UP_MS = 100,          /* whether its end is wanted */
	SIDE_MAX = 20000,
	DURATION_MS_MAX = DAY_MS,
};

/* An order that runs or waits; on the stack of its thread. */
struct turn {
	uint64_t account_id;
	bool running;
	struct turn *next;
};

struct decoder {
	char *worker;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	unsigned free_places;
	struct turn *turns;
	atomic_bool cancelled;
};

static char *path_beside(void)
{
	static const char name[] = "rse-node-media";
	char *path = calloc(1, 4096 + sizeof(name));
	ssize_t n = path ? readlink("/proc/self/exe", path, 4096) : -1;

	if (!path)
		abort();
	while (n > 0 && path[n - 1] != '/')
		n--;
	memcpy(path + (n > 0 ? n : 0), name, sizeof(name));
	return path;
}

struct decoder *decoder_new(struct str worker)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));
	pthread_condattr_t attributes;

	if (!decoder)
		abort();
	decoder->worker = worker.n ? strndup(worker.p, worker.n) : path_beside();
	decoder->free_places = DECODER_PLACES;
	pthread_mutex_init(&decoder->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&decoder->freed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (access(decoder->worker, X_OK) != 0)
		log_event(LOG_LEVEL_WARNING, "no media worker: uploads are refused", "path", decoder->worker, NULL);
	return decoder;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	pthread_mutex_destroy(&decoder->lock);
	pthread_cond_destroy(&decoder->freed);
	free(decoder->worker);
	free(decoder);
}

/* With the lock held: how many orders of its account run, or wait. */
static unsigned count_turns(const struct decoder *decoder, uint64_t account_id, bool running)
{
	unsigned count = 0;

	for (const struct turn *turn = decoder->turns; turn; turn = turn->next)
		count += turn->account_id == account_id && turn->running == running;
	return count;
}

static void drop_turn(struct decoder *decoder, const struct turn *turn)
{
	struct turn **at = &decoder->turns;

	while (*at != turn)
		at = &(*at)->next;
	*at = turn->next;
}

static bool may_run(const struct decoder *decoder, uint64_t account_id)
{
	return decoder->free_places && count_turns(decoder, account_id, true) < DECODER_PLACES_EACH;
}

static struct timespec time_in(int64_t wait_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += wait_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

/* Files that take long keep those of others from nothing: there is a place that their account does not get, and threads
 * that do not wait for it. */
static bool take_place(struct decoder *decoder, struct turn *turn, int64_t wait_ms)
{
	struct timespec until = time_in(wait_ms);

	pthread_mutex_lock(&decoder->lock);
	if (turn->account_id && count_turns(decoder, turn->account_id, false) >= DECODER_WAITING_EACH) {
		pthread_mutex_unlock(&decoder->lock);
		return false;
	}
	turn->next = decoder->turns;
	decoder->turns = turn;
	while (!may_run(decoder, turn->account_id) && !atomic_load(&decoder->cancelled) &&
	       pthread_cond_timedwait(&decoder->freed, &decoder->lock, &until) == 0)
		;
	turn->running = may_run(decoder, turn->account_id) && !atomic_load(&decoder->cancelled);
	decoder->free_places -= turn->running;
	if (!turn->running)
		drop_turn(decoder, turn);
	pthread_mutex_unlock(&decoder->lock);
	return turn->running;
}

static void give_place(struct decoder *decoder, const struct turn *turn)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->free_places++;
	drop_turn(decoder, turn);
	pthread_cond_broadcast(&decoder->freed);
	pthread_mutex_unlock(&decoder->lock);
}

void decoder_cancel(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	atomic_store(&decoder->cancelled, true);
	pthread_cond_broadcast(&decoder->freed);
	pthread_mutex_unlock(&decoder->lock);
}

int decoder_input(struct str bytes, int *ret_fd)
{
	int fd = memfd_create("upload", MFD_CLOEXEC);

	if (fd < 0)
		return ERR_FULL;
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR) {
			close(fd);
			return ERR_FULL;
		}
		bytes = str_sub(bytes, n > 0 ? (size_t)n : 0, SIZE_MAX);
	}
	*ret_fd = fd;
	return OK;
}

/* --- the process ------------------------------------------------------------------------------------------------ */

static void set_actions(posix_spawn_file_actions_t *actions, const int sources[DESCRIPTORS])
{
	posix_spawn_file_actions_init(actions);
	for (int i = 0; i < DESCRIPTORS; i++)
		posix_spawn_file_actions_adddup2(actions, sources[i], i);
	posix_spawn_file_actions_addclosefrom_np(actions, DESCRIPTORS);
}

/* Signals as a program expects them: ours are blocked, and one is ignored. */
static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &defaults);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static bool spawn(const struct decoder *decoder, const struct decoder_order *order, const int sources[DESCRIPTORS],
                  pid_t *ret_pid)
{
	char side[16], preview_side[16];
	const char *wanted = order->documents ? "file" : order->still ? "still" : "picture";
	char *arguments[] = { (char *)(uintptr_t)"rse-node-media", (char *)(uintptr_t)wanted, side, preview_side, NULL };
	char *environment[] = { (char *)(uintptr_t)"LC_ALL=C.UTF-8", (char *)(uintptr_t)"MALLOC_ARENA_MAX=1", NULL, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r;

	snprintf(side, sizeof(side), "%u", order->side);
	snprintf(preview_side, sizeof(preview_side), "%u", order->preview_side);
	if (getenv("RSE_MEDIA_KILL"))
		environment[2] = (char *)(uintptr_t)"RSE_MEDIA_KILL=1";
	set_actions(&actions, sources);
	set_attributes(&attributes);
	r = posix_spawn(ret_pid, decoder->worker, &actions, &attributes, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (r)
		log_event(LOG_LEVEL_WARNING, "the media worker cannot be started", "path", decoder->worker, NULL);
	return r == 0;
}

static bool is_over(const struct decoder *decoder, int64_t until_ms)
{
	return clock_monotonic_ms() >= until_ms || atomic_load(&decoder->cancelled);
}

/* Reads until the other side closes, its time is over or the buffer is full. */
static size_t read_findings(const struct decoder *decoder, int fd, int64_t until_ms, char *out)
{
	size_t n = 0;

	while (n < FINDINGS_BYTES && !is_over(decoder, until_ms)) {
		struct pollfd polled = { fd, POLLIN, 0 };
		ssize_t got;

		if (poll(&polled, 1, LOOK_UP_MS) == 0)
			continue;
		got = read(fd, out + n, FINDINGS_BYTES - n);
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	return n;
}

/* true: it ended by itself, and well. */
static bool end(const struct decoder *decoder, pid_t pid, int64_t until_ms)
{
	const struct timespec step = { 0, STEP_MS * 1000000L };
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (is_over(decoder, until_ms))
			kill(pid, SIGKILL);
		nanosleep(&step, NULL);
	}
	if (WIFSIGNALED(status))
		log_event(LOG_LEVEL_WARNING, "a media worker was ended", "signal", log_u64((unsigned)WTERMSIG(status)), NULL);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* --- what it says ----------------------------------------------------------------------------------------------- */

static struct str line_of(struct str text, const char *name)
{
	while (text.p && text.n) {
		struct str line = str_cut(&text, '\n'), key = str_cut(&line, ' ');

		if (str_eq(key, str_of(name)))
			return line;
	}
	return STR_NONE;
}

static bool read_side(struct str text, const char *name, uint64_t *ret_side)
{
	return str_to_u64(line_of(text, name), ret_side) && *ret_side > 0 && *ret_side <= SIDE_MAX;
}

static bool is_blurhash(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '"' || text.p[i] == '\\')
			return false;
	return text.n >= 6 && text.n < BLURHASH_BYTES;
}

/* The types that the worker makes, and those that it leaves as they are. */
static const struct { const char *type; uint8_t kind; } types[] = {
	{ "image/jpeg", MEDIA_IMAGE }, { "image/png", MEDIA_IMAGE }, { "image/webp", MEDIA_IMAGE },
	{ "video/mp4", MEDIA_VIDEO }, { "video/webm", MEDIA_VIDEO }, { "video/ogg", MEDIA_VIDEO },
	{ "audio/mp4", MEDIA_AUDIO }, { "audio/webm", MEDIA_AUDIO }, { "audio/ogg", MEDIA_AUDIO },
	{ "audio/mpeg", MEDIA_AUDIO },
	{ "application/pdf", MEDIA_OTHER }, { "text/plain", MEDIA_OTHER }, { "text/csv", MEDIA_OTHER },
	{ "application/vnd.oasis.opendocument.text", MEDIA_OTHER },
	{ "application/vnd.oasis.opendocument.spreadsheet", MEDIA_OTHER },
	{ "application/vnd.oasis.opendocument.presentation", MEDIA_OTHER },
	{ "application/vnd.oasis.opendocument.graphics", MEDIA_OTHER },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", MEDIA_OTHER },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", MEDIA_OTHER },
	{ "application/vnd.openxmlformats-officedocument.presentationml.presentation", MEDIA_OTHER },
};

static bool take_type(struct str said, uint8_t kind, struct str *ret_type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].kind == kind && str_eq(said, str_of(types[i].type))) {
			*ret_type = str_of(types[i].type);
			return true;
		}
	return false;
}

static bool take_preview(struct arena *arena, struct str text, struct decoder_findings *findings)
{
	findings->blurhash = arena_str(arena, line_of(text, "blurhash"));
	return take_type(line_of(text, "preview_type"), MEDIA_IMAGE, &findings->preview_type) &&
	       read_side(text, "preview_width", &findings->preview_width) &&
	       read_side(text, "preview_height", &findings->preview_height) && is_blurhash(findings->blurhash);
}

static bool is_rate(struct str text)
{
	uint64_t number;
	struct str first = str_cut(&text, '/');

	return first.n < 10 && text.n < 10 && str_to_u64(first, &number) && str_to_u64(text, &number) && number;
}

static bool take_film(struct arena *arena, struct str text, struct decoder_findings *findings)
{
	struct str rate = line_of(text, "rate");

	if (!str_to_u64(line_of(text, "duration_ms"), &findings->duration_ms) || findings->duration_ms > DURATION_MS_MAX)
		findings->duration_ms = 0;
	if (is_rate(rate))
		findings->rate = arena_str(arena, rate);
	if (findings->kind == MEDIA_VIDEO && (!read_side(text, "width", &findings->width) ||
	                                      !read_side(text, "height", &findings->height)))
		return false;
	return !line_of(text, "preview_type").n || take_preview(arena, text, findings);
}

static bool take_findings(struct arena *arena, struct str text, struct decoder_findings *findings)
{
	static const struct { const char *name; uint8_t kind; } kinds[] = {
		{ "image", MEDIA_IMAGE }, { "video", MEDIA_VIDEO }, { "audio", MEDIA_AUDIO }, { "document", MEDIA_OTHER },
	};
	struct str kind = line_of(text, "kind");

	*findings = (struct decoder_findings){ .kind = 0 };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(kind, str_of(kinds[i].name)))
			findings->kind = kinds[i].kind;
	if (!take_type(line_of(text, "type"), findings->kind, &findings->type))
		return false;
	if (findings->kind == MEDIA_VIDEO || findings->kind == MEDIA_AUDIO)
		return take_film(arena, text, findings);
	return findings->kind == MEDIA_OTHER ||
	       (read_side(text, "width", &findings->width) && read_side(text, "height", &findings->height) &&
	        take_preview(arena, text, findings));
}

static int refuse(struct str text, const char **ret_reason)
{
	static const struct { const char *word, *reason; } reasons[] = {
		{ "type", "File is of a kind that is not taken" }, { "pixels", "File has too many pixels" },
		{ "empty", "File is empty" },
	};
	struct str word = line_of(text, "error");

	if (str_eq(word, STR("sandbox")) || str_eq(word, STR("usage"))) {
		log_event(LOG_LEVEL_ERROR, "the media worker has no sandbox: uploads are refused", NULL);
		return ERR_BUSY;
	}
	*ret_reason = "File cannot be read";
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (str_eq(word, str_of(reasons[i].word)))
			*ret_reason = reasons[i].reason;
	return ERR_INVALID;
}

static int run_in_place(struct decoder *decoder, struct arena *arena, const struct decoder_order *order,
                        struct decoder_findings *findings, const char **ret_reason)
{
	int64_t until_ms = clock_monotonic_ms() + DECODER_TIME_MS;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), ends[2] = { -1, -1 }, sources[DESCRIPTORS];
	bool good = null >= 0 && pipe2(ends, O_CLOEXEC) == 0, spawned = false, ended = false;
	const int given[DESCRIPTORS] = { order->in, ends[1], null, order->out, order->preview_out };
	char *text = arena_alloc(arena, FINDINGS_BYTES);
	size_t n = 0;
	pid_t pid;

	for (int i = 0; i < DESCRIPTORS; i++) {
		sources[i] = good ? fcntl(given[i], F_DUPFD_CLOEXEC, ABOVE) : -1;
		good = good && sources[i] >= 0;
	}
	if (good)
		spawned = spawn(decoder, order, sources, &pid);
	for (int i = 0; i < DESCRIPTORS; i++)
		if (sources[i] >= 0)
			close(sources[i]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (spawned) {
		n = read_findings(decoder, ends[0], until_ms, text);
		ended = end(decoder, pid, until_ms);
	}
	if (ends[0] >= 0)
		close(ends[0]);
	if (null >= 0)
		close(null);
	if (!spawned)
		return ERR_BUSY;
	if (ended && take_findings(arena, (struct str){ text, n }, findings))
		return OK;
	return atomic_load(&decoder->cancelled) ? ERR_BUSY : refuse((struct str){ text, n }, ret_reason);
}

int decoder_run(struct decoder *decoder, struct arena *arena, const struct decoder_order *order,
                struct decoder_findings *ret_findings, const char **ret_reason)
{
	struct turn turn = { .account_id = order->account_id };
	int r;

	*ret_reason = "";
	if (!take_place(decoder, &turn, order->wait_ms))
		return ERR_BUSY;
	r = run_in_place(decoder, arena, order, ret_findings, ret_reason);
	give_place(decoder, &turn);
	return r;
}
