/*
 * The crossing: from the answer of a post here to its place in a home timeline there.
 */
#include "tests/bench/measures.h"

#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/json.h"
#include "storage/base/err.h"
#include "tests/bench/http.h"
#include "tests/bench/measure.h"

enum {
	CROSSINGS = 200,
	ARRIVAL_US = 15 * 1000 * 1000,  /* longer than this is a failure, not a figure */
	POLL_US = 100,                  /* between two looks at the home timeline */
	QUIET_US = 5000,                /* between two posts: each crosses alone */
	BOUND_SECONDS = 30,             /* of all of them */
	P99_MS_AT_MOST = 100,
};

struct ends {
	struct scene *scene;
	struct person poster, reader;
	int a_fd, b_fd;
};

static json_t *ask(struct ends *ends, bool of_b, struct http_request request, struct arena *arena)
{
	json_t *value;

	request.port = of_b ? ends->scene->b.port : ends->scene->a.port;
	request.token = of_b ? ends->reader.token : ends->poster.token;
	if (json_parse(arena, http_must(arena, of_b ? ends->b_fd : ends->a_fd, &request, 200), &value) != OK)
		give_up("%s: an answer that is no JSON", request.target);
	return value;
}

static void pair(struct scene *scene)
{
	struct node_process *nodes[] = { &scene->a, &scene->b };

	for (int i = 0; i < 2; i++) {
		const char *domain = arena_printf(scene->arena, "127.0.0.1:%u", nodes[!i]->port).p;

		node_command(nodes[i], (const char *const[]){ "peer", "add", domain, "--url",
		                                              arena_printf(scene->arena, "http://%s", domain).p, NULL });
	}
}

/* The reader on b follows the poster on a, and the follow is accepted. */
static void follow_across(struct ends *ends, struct arena *arena)
{
	int64_t until = now_us() + ARRIVAL_US;
	struct str id;
	json_t *found, *relation;

	found = ask(ends, true, (struct http_request){
		.method = "GET", .target = arena_printf(arena, "/api/v2/search?type=accounts&resolve=true&q=@%s@127.0.0.1:%u",
		                                        ends->poster.name, ends->scene->a.port).p }, arena);
	id = json_member_str(json_at(json_member(found, "accounts"), 0), "id");
	if (!id.n)
		give_up("node b does not find @%s of node a", ends->poster.name);
	ask(ends, true, (struct http_request){
		.method = "POST", .target = arena_printf(arena, "/api/v1/accounts/%.*s/follow", STR_ARG(id)).p }, arena);
	do {
		if (now_us() > until)
			give_up("the follow across the nodes is not accepted");
		pause_us(1000);
		relation = ask(ends, true, (struct http_request){
			.method = "GET", .target = arena_printf(arena, "/api/v1/accounts/relationships?id[]=%.*s",
			                                        STR_ARG(id)).p }, arena);
	} while (!json_member_bool(json_at(relation, 0), "following", false));
}

/* One post; *last is the newest post that the reader has seen. */
static void cross(struct ends *ends, struct arena *arena, struct str *last, struct waits *waits)
{
	struct http_request home = {
		.method = "GET", .target = arena_printf(arena, "/api/v1/timelines/home?limit=1&since_id=%.*s", STR_ARG(*last)).p,
	};
	int64_t answered, at;
	json_t *page;

	ask(ends, false, (struct http_request){
		.method = "POST", .target = "/api/v1/statuses", .type = "application/json",
		.body = arena_printf(arena, "{\"status\":\"%.*s\"}", STR_ARG(ends->scene->text)) }, arena);
	answered = now_us();
	for (;;) {
		page = ask(ends, true, home, arena);
		at = now_us();
		if (json_count(page))
			break;
		if (at - answered > ARRIVAL_US)
			give_up("a post does not arrive at the sibling");
		pause_us(POLL_US);
	}
	waits_add(waits, at - answered);
	*last = arena_str(ends->scene->arena, json_member_str(json_at(page, 0), "id"));
}

static void cross_many(struct ends *ends, struct arena *arena, struct waits *waits)
{
	int64_t until = now_us() + BOUND_SECONDS * 1000000LL;
	struct waits first = { 0 };
	struct str last = STR("1");

	cross(ends, arena, &last, &first);  /* opens the connections */
	waits_clear(&first);
	for (int i = 0; i < CROSSINGS && now_us() < until; i++) {
		pause_us(QUIET_US);
		arena_reset(arena);
		cross(ends, arena, &last, waits);
	}
}

void measure_crossing(struct scene *scene)
{
	struct ends ends = { .scene = scene, .poster = scene->posters[0] };
	struct arena *arena = arena_new();
	struct waits waits = { 0 };

	node_start(&scene->b);
	pair(scene);
	ends.reader = node_person(&scene->b, "follower");
	ends.a_fd = http_connect(scene->a.port);
	ends.b_fd = http_connect(scene->b.port);
	follow_across(&ends, arena);
	cross_many(&ends, arena, &waits);
	report_add(scene->report, &(struct figure){
		.measure = arena_printf(scene->arena, "answer to sibling's home, %zu posts", waits.count).p,
		.p50_ms = waits_ms(&waits, 0.5), .p99_ms = waits_ms(&waits, 0.99), .p99_at_most_ms = P99_MS_AT_MOST,
	});
	scene->posts += waits.count + 1;
	close(ends.a_fd);
	close(ends.b_fd);
	node_stop(&scene->b);
	waits_clear(&waits);
	arena_free(arena);
}
