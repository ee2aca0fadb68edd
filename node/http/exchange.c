/*
 * The driver of calls in production: http stages in place, the others on the pool and the writer.
 *
 * What every request needs and no handler should repeat stands here: framing that is unambiguous, size bounds,
 * admission, quotas, CORS, security headers.
 */
#include "node/http/exchange.h"

#include <unistd.h>

#include "node/http/peer.h"
#include "storage/base/clock.h"
#include "storage/base/log.h"

enum {
	/* A body is read and forgotten so far beyond the longest that may come, so that the client, or a proxy that is still
	 * sending, reads our 413 and not that we hung up. */
	DISCARD_BESIDE = 16 * 1024 * 1024,
	/* All bodies together take no more than so many times the largest; the part of one that is smaller than the largest
	 * by as much is not counted, so that who fills the rest keeps nobody from posting. */
	BODY_SHARES = 64,
	/* And all uploads together no more than so many times the largest of them. */
	UPLOAD_SHARES = 8,
	UPLOAD_BESIDE = 64 * 1024,  /* what stands around the file in the body that brings it */
};

struct exchange *exchange_new(struct exchange_world *world, struct str target)
{
	struct arena *arena = arena_new();
	struct exchange *exchange = ARENA_NEW(arena, struct exchange);

	exchange->world = world;
	exchange->call.node = world->options->node;
	exchange->call.arena = arena;
	exchange->call.request.target = arena_str(arena, target);
	exchange->body_max = exchange->told_max = world->options->body_max;
	buf_init(&exchange->body, arena, exchange->body_max);
	return exchange;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	atomic_fetch_sub(exchange->uploads ? &exchange->world->upload_bytes : &exchange->world->body_bytes,
	                 exchange->reserved);
	if (exchange->call.reply.file)
		close(exchange->call.reply.file - 1);
	arena_free(exchange->call.arena);
}

/* RFC 9110 section 5.6.2. */
static bool is_token(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!letter && (!c || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return text.n > 0;
}

/* Blanks around it are dropped (RFC 9110 section 5.5); no other control character belongs into a value. */
static bool read_value(struct str *value)
{
	while (value->n && (value->p[0] == ' ' || value->p[0] == '\t'))
		*value = str_sub(*value, 1, SIZE_MAX);
	while (value->n && (value->p[value->n - 1] == ' ' || value->p[value->n - 1] == '\t'))
		value->n--;
	for (size_t i = 0; i < value->n; i++) {
		unsigned char c = (unsigned char)value->p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

void exchange_add_header(struct exchange *exchange, struct str name, struct str value)
{
	struct arena *arena = exchange->call.arena;
	size_t count = exchange->call.request.header_count;

	if (count > EXCHANGE_HEADERS_MAX)  /* one too many is enough to know */
		return;
	if (!is_token(name) || !read_value(&value))
		exchange->unreadable = true;
	if (count == exchange->header_capacity) {
		size_t capacity = count ? 2 * count : 16;
		struct header *headers = ARENA_ARRAY(arena, struct header, capacity);

		for (size_t i = 0; i < count; i++)
			headers[i] = exchange->headers[i];
		exchange->headers = headers;
		exchange->header_capacity = capacity;
	}
	exchange->headers[count] = (struct header){ arena_str(arena, name), arena_str(arena, value) };
	exchange->call.request.header_count++;
}

static void finish(struct exchange *exchange);

/* Where a request ends must be beyond doubt, or a proxy in front of us and we see different requests (RFC 9112
 * section 11.2); so must be whom it is for. A blank before the colon, and whatever else a proxy may read otherwise,
 * is refused for the same reason (section 5.1). */
static int check_framing(struct exchange *exchange)
{
	struct call *call = &exchange->call;
	struct str encoding = call_request_header(call, "Transfer-Encoding");
	size_t encodings = call_request_header_count(call, "Transfer-Encoding");
	size_t lengths = call_request_header_count(call, "Content-Length");

	if (exchange->unreadable)
		return call_fail(call, ERR_INVALID, "A header cannot be read");
	if (call_request_header_count(call, "Host") > 1)
		return call_fail(call, ERR_INVALID, "More than one Host header");
	if (lengths > 1 || encodings > 1 || (lengths && encodings))
		return call_fail(call, ERR_INVALID, "The length of the body is said more than once");
	if (encodings && (exchange->old_version || !str_eq_nocase(encoding, STR("chunked"))))
		return call_fail(call, ERR_INVALID, "Unknown transfer encoding");
	return OK;
}

static int fail_too_large(struct exchange *exchange)
{
	return call_fail(&exchange->call, ERR_LIMIT, "The body is larger than %zu bytes",
	                 exchange->told_max);
}

static size_t discard_max(const struct server_options *options)
{
	size_t longest = options->upload_max > options->body_max ? options->upload_max : options->body_max;

	return longest + DISCARD_BESIDE;
}

/* When there is time until the body has come: who waits to be told to send it, or has far too much, hears it at once. */
static int refuse_too_large(struct exchange *exchange, uint64_t length)
{
	if (length > discard_max(exchange->world->options) || call_request_header(&exchange->call, "Expect").n)
		return fail_too_large(exchange);
	exchange->too_large = true;
	return OK;
}

static bool reserve_body(struct exchange *exchange, size_t size);

/* A body of a length that only files have: for rows that take them, and people who may use the row. Who that is is asked
 * before any of it is read, and once more with the whole request. */
static bool admit_upload(struct exchange *exchange, uint64_t length)
{
	const struct server_options *options = exchange->world->options;
	size_t max = options->upload_max + UPLOAD_BESIDE;
	struct call *call = &exchange->call;
	struct route_found found;
	struct view *view;
	bool admitted = false;

	if (route_read_path(call) != OK || route_index_match(exchange->world->index, call, &found) != OK ||
	    !call->route->uploads)
		return false;
	if (length > max) {
		exchange->told_max = options->upload_max;
		return false;
	}
	if (view_begin(options->store, &view) == OK) {
		admitted = call_authenticate(call, view) == OK && call->viewer.account_id &&
		           (call->viewer.scopes & call->route->scopes);
		view_end(view);
	}
	call->viewer = (struct viewer){ 0 };
	call->route = NULL;
	if (!admitted)
		return false;
	exchange->uploads = true;
	exchange->body_max = max;
	buf_init(&exchange->body, call->arena, max);
	/* All at once: a buffer that grows leaves its former selves behind. */
	if (reserve_body(exchange, length))
		buf_reserve(&exchange->body, length);
	else
		exchange->crowded = true;
	return true;
}

/* Pages of other origins may read why they are refused, too. */
static void find_origin(struct exchange *exchange)
{
	struct call *call = &exchange->call;
	struct route_found found;

	if (route_read_path(call) != OK)
		return;
	route_index_match(exchange->world->index, call, &found);
	call->route = NULL;
	exchange->cross_origin = found.cross_origin;
}

bool exchange_headers_done(struct exchange *exchange, struct str method, struct str direct)
{
	const struct server_options *options = exchange->world->options;
	struct request *request = &exchange->call.request;
	uint64_t length;

	request->headers = exchange->headers;
	request->head = str_eq(method, STR("HEAD"));
	request->method = request->head ? STR("GET") : arena_str(exchange->call.arena, method);
	request->peer_address = peer_of_request(exchange->call.arena, direct, request->headers, request->header_count,
	                                        options->proxies, options->proxy_count);
	if (request->target.n > EXCHANGE_TARGET_MAX)
		call_fail_status(&exchange->call, ERR_LIMIT, 414, NULL, "The address is longer than %d bytes",
		                 EXCHANGE_TARGET_MAX);
	else if (request->header_count > EXCHANGE_HEADERS_MAX)
		call_fail_status(&exchange->call, ERR_LIMIT, 431, NULL, "Too many headers");
	else if (check_framing(exchange) == OK &&
	         str_to_u64(call_request_header(&exchange->call, "Content-Length"), &length) &&
	         length > options->body_max && !admit_upload(exchange, length))
		refuse_too_large(exchange, length);
	if (exchange->call.err == OK)
		return false;
	find_origin(exchange);
	finish(exchange);
	return true;
}

/* Memory for a body of `size` bytes so far; false: other bodies have it. */
static bool reserve_body(struct exchange *exchange, size_t size)
{
	struct exchange_world *world = exchange->world;
	size_t small = world->options->body_max / BODY_SHARES, more = size - exchange->reserved;
	size_t all = exchange->uploads ? UPLOAD_SHARES * exchange->body_max : BODY_SHARES * exchange->body_max;
	atomic_size_t *held = exchange->uploads ? &world->upload_bytes : &world->body_bytes;

	if (size <= small || size <= exchange->reserved)
		return true;
	if (atomic_fetch_add(held, more) + more > all) {
		atomic_fetch_sub(held, more);
		return false;
	}
	exchange->reserved = size;
	return true;
}

bool exchange_add_body(struct exchange *exchange, struct str piece)
{
	size_t body_max = exchange->body_max;

	exchange->too_large |= exchange->body.n + piece.n > body_max;
	exchange->crowded |= !exchange->too_large && !reserve_body(exchange, exchange->body.n + piece.n);
	if (!exchange->too_large && !exchange->crowded) {
		buf_add(&exchange->body, piece);
		return true;
	}
	exchange->discarded += piece.n;
	return exchange->discarded <= discard_max(exchange->world->options);
}

/* A preflight asks for the row of another method; nobody signs in for it. */
static void answer_options(struct exchange *exchange)
{
	struct call *call = &exchange->call;
	struct str method = call_request_header(call, "Access-Control-Request-Method");
	struct route_found found;
	int err;

	if (method.n)
		call->request.method = str_eq(method, STR("HEAD")) ? STR("GET") : method;
	err = route_index_match(exchange->world->index, call, &found);
	call->route = NULL;
	exchange->cross_origin = found.cross_origin;
	exchange->preflight = method.n > 0;
	/* An unknown path under the API passes the preflight, so that the 404 behind it can be read. */
	if (err == ERR_NOT_FOUND && !(method.n && found.cross_origin)) {
		call->err = ERR_NOT_FOUND;
		return;
	}
	if (found.allow.n)
		call_header(call, "Allow", found.allow);
	call->reply.status = 204;
	call->stage = CALL_DUE_REPLY;
}

static int find_row(struct exchange *exchange)
{
	struct call *call = &exchange->call;
	struct route_found found;
	int err = route_index_match(exchange->world->index, call, &found);

	exchange->cross_origin = found.cross_origin;
	if (err == ERR_INVALID) {
		call_header(call, "Allow", found.allow);
		return call_fail_status(call, ERR_INVALID, 405, NULL, "Method not allowed");
	}
	return err;
}

/* The whole request is there: what does it want? */
static void begin(struct exchange *exchange)
{
	struct call *call = &exchange->call;

	exchange->begun = true;
	if (atomic_load(&exchange->world->stopping)) {
		call->err = ERR_BUSY;
		return;
	}
	call->request.body = buf_str(&exchange->body);
	if (route_read_path(call) != OK)
		call->err = ERR_INVALID;
	else if (exchange->too_large)
		fail_too_large(exchange);
	else if (exchange->crowded)
		call->err = ERR_BUSY;
	else if (str_eq(call->request.method, STR("OPTIONS")))
		answer_options(exchange);
	else
		call->err = find_row(exchange);
}

/* Takes one from the row's quota: of the account, or of the address where there is none or it does not count. */
static int take_quota(struct exchange *exchange)
{
	struct call *call = &exchange->call;
	enum quota quota = call->route->quota;
	bool of_address = quota == QUOTA_APP || quota == QUOTA_SIGN_UP || quota == QUOTA_SIGN_IN || quota == QUOTA_TOKEN || quota == QUOTA_INBOX;
	uint64_t who;

	if (!exchange->world->options->limiter || quota == QUOTA_NONE)
		return OK;
	who = call->viewer.account_id && !of_address ? call->viewer.account_id
	                                             : limit_key_of_address(call->request.peer_address);
	if (limit_take(exchange->world->options->limiter, quota, who, &exchange->limit))
		return OK;
	return call_fail_status(call, ERR_LIMIT, 429, NULL, "Too many requests");
}

/* Networks that a moderator keeps out. Siblings are known by their signature, not by where they come from. */
static int check_network(struct exchange *exchange, struct view *view)
{
	struct call *call = &exchange->call;
	const struct server_options *options = exchange->world->options;

	if (call->route->quota == QUOTA_INBOX || !options->keeps_out || !options->keeps_out(view, call->request.peer_address))
		return OK;
	call->authenticated = true;
	return call_fail(call, ERR_DENIED, "Your network has no access to this server");
}

static int read_parameters(struct call *call)
{
	int err = route_read_request(call);

	return err == ERR_LIMIT ? call_fail(call, err, "Too many parameters") : err;
}

/* Once, in the view of the first stage: who asks, may they, and how often; then what they say, which costs more than
 * these to find out. */
static int enter(struct exchange *exchange, struct view *view)
{
	struct call *call = &exchange->call;
	int err, quota_err;

	if (call->authenticated)
		return OK;
	err = check_network(exchange, view);
	if (err == OK)
		err = call_enter(call, view);
	/* Those who are refused pay too, or refusals would be free. */
	quota_err = take_quota(exchange);
	if (quota_err != OK || err != OK)
		return quota_err != OK ? quota_err : err;
	return read_parameters(call);
}

/* An HTTP stage: its view begins and ends here. A NULL stage only enters. */
static int run_in_view(struct exchange *exchange, call_stage *stage)
{
	struct view *view;
	int err = view_begin(exchange->world->options->store, &view);

	if (err != OK)
		return err;
	err = enter(exchange, view);
	if (err == OK && stage)
		err = stage(&exchange->call, view);
	view_end(view);
	return err;
}

static void work_on_pool(void *arg)
{
	struct exchange *exchange = arg;

	exchange->result = exchange->call.route->work(&exchange->call);
	exchange->world->wake(exchange);
}

static void written(void *arg)
{
	struct exchange *exchange = arg;  /* its call is its first member */

	exchange->result = exchange->call.write.err;
	exchange->world->wake(exchange);
}

/* Apart, so that a peer that hangs keeps nobody from signing in or uploading. */
static struct pool *pool_of(const struct server_options *options, const struct call *call)
{
	const struct route *route = call->route;
	struct pool *pool = route->files ? options->files : route->copies ? options->copies
	                  : route->computes || call->computes ? options->pool : options->fetchers;

	return pool ? pool : options->pool;
}

static int submit(struct exchange *exchange, enum call_due due)
{
	const struct server_options *options = exchange->world->options;
	if (due == CALL_DUE_WORK) {
		exchange->item = (struct pool_item){ .run = work_on_pool, .arg = exchange };
		return pool_submit(pool_of(options, &exchange->call), &exchange->item);
	}
	exchange->call.write = (struct write){ .body = call_write_body, .done = written, .arg = &exchange->call };
	return writer_submit(options->writer, &exchange->call.write);
}

/* Hands the call to the pool or the writer. Parked first and submitted then: a wake of a connection that is not
 * parked yet would be lost. Afterwards the exchange is theirs. */
static void hand_over(struct exchange *exchange, enum call_due due)
{
	struct exchange_world *world = exchange->world;

	exchange->parked = true;
	atomic_fetch_add(&world->parked, 1);
	world->park(exchange);
	if (submit(exchange, due) != OK) {
		atomic_fetch_add(&world->refused_busy, 1);
		exchange->result = ERR_BUSY;
		world->wake(exchange);
	}
}

bool exchange_step(struct exchange *exchange)
{
	struct call *call = &exchange->call;

	if (!exchange->begun)
		begin(exchange);
	if (exchange->parked) {
		exchange->parked = false;
		call_stage_done(call, exchange->result);
	}
	for (;;) {
		enum call_due due = call_next(call);
		int err = OK;

		switch (due) {
		case CALL_DUE_CHECK:
			call_stage_done(call, run_in_view(exchange, call->route->check));
			break;
		case CALL_DUE_SHOW:
			call_stage_done(call, run_in_view(exchange, call->route->show));
			break;
		case CALL_DUE_WORK:
		case CALL_DUE_WRITE:
			if (!call->authenticated)
				err = run_in_view(exchange, NULL);
			if (err == OK) {
				hand_over(exchange, due);
				return false;
			}
			call_stage_done(call, err);
			break;
		case CALL_DUE_REPLY:
			finish(exchange);
			return true;
		}
	}
}

static bool has_header(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->reply.header_count; i++)
		if (str_eq_nocase(call->reply.headers[i].name, str_of(name)))
			return true;
	return false;
}

/* What every reply says unless its handler said otherwise. */
static void add_defaults(struct call *call)
{
	static const struct header defaults[] = {
		{ STR("X-Content-Type-Options"), STR("nosniff") },
		{ STR("Content-Security-Policy"), STR("default-src 'none'; frame-ancestors 'none'") },
		{ STR("Referrer-Policy"), STR("no-referrer") },
		{ STR("Cache-Control"), STR("private, no-store") },
	};

	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (!has_header(call, defaults[i].name.p))
			call_header(call, defaults[i].name.p, defaults[i].value);
}

/* Client API section 4.3. Tokens travel in a header and never in a cookie, so any origin may ask. */
static void add_cross_origin(struct exchange *exchange)
{
	struct call *call = &exchange->call;

	call_header(call, "Access-Control-Allow-Origin", STR("*"));
	if (!exchange->preflight) {
		call_header(call, "Access-Control-Expose-Headers",
		            STR("Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, "
		                "Mastodon-Async-Refresh"));
		return;
	}
	call_header(call, "Access-Control-Allow-Methods", STR("GET, POST, PUT, PATCH, DELETE, OPTIONS"));
	call_header(call, "Access-Control-Allow-Headers", STR("Authorization, Content-Type, Idempotency-Key"));
	call_header(call, "Access-Control-Max-Age", STR("86400"));
}

static void add_limit(struct call *call, const struct limit_state *limit)
{
	char reset[DATE_ISO_BYTES];

	date_iso(limit->reset_ms, reset);
	call_header(call, "X-RateLimit-Limit", arena_printf(call->arena, "%u", limit->limit));
	call_header(call, "X-RateLimit-Remaining", arena_printf(call->arena, "%u", limit->remaining));
	call_header(call, "X-RateLimit-Reset", str_of(reset));
	if (limit->retry_ms)
		call_header(call, "Retry-After",
		            arena_printf(call->arena, "%lld", (long long)(limit->retry_ms + 999) / 1000));
}

static void count_and_log(struct exchange *exchange)
{
	struct exchange_world *world = exchange->world;
	const struct call *call = &exchange->call;
	int status = call->reply.status;

	if (status >= 500)
		atomic_fetch_add(&world->replies_5xx, 1);
	else if (status >= 400)
		atomic_fetch_add(&world->replies_4xx, 1);
	/* Busy is what counters are for: a line for each would be the next overload. */
	if (status >= 500 && call->err != ERR_BUSY)
		log_event(LOG_LEVEL_WARNING, "request failed", "method", log_text(call->request.method.p, call->request.method.n),
		          "route", call->route ? call->route->path : NULL, "status", log_u64((unsigned)status),
		          "error", err_name(call->err), NULL);
}

/* Completes the reply. */
static void finish(struct exchange *exchange)
{
	struct call *call = &exchange->call;
	uint64_t number = atomic_fetch_add(&exchange->world->requests, 1);

	call_finish(call);
	if (call->err < OK && exchange->world->options->dress_error)
		exchange->world->options->dress_error(call);
	add_defaults(call);
	if (exchange->cross_origin)
		add_cross_origin(exchange);
	if (exchange->limit.limit)
		add_limit(call, &exchange->limit);
	call_header(call, "X-Request-Id", arena_printf(call->arena, "%s-%llx", exchange->world->request_id_prefix,
	                                               (unsigned long long)number));
	count_and_log(exchange);
}
