/*
 * Blocking GETs over libcurl's easy handles, which are kept for reuse: they hold connections and the CA store.
 *
 * libcurl sees only addresses that we built from parsed parts, follows no redirect by itself and opens no socket
 * that the guard did not admit.
 */
#include "federation/net.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "federation/address.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

enum { IDLE_MAX = 8 };

struct net {
	struct net_options options;
	struct arena *arena;           /* of the copied options */
	const char *user_agent;
	const char *ca_file;
	atomic_bool cancelled;
	pthread_mutex_t lock;
	CURL *idle[IDLE_MAX];
	size_t idle_count;
};

static void curl_start(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		abort();
}

/* One bundle file: a folder of certificates would be searched anew for each connection. */
static const char *default_ca_file(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	return info->cainfo ? info->cainfo : "/etc/ssl/certs/ca-certificates.crt";
}

struct net *net_new(const struct net_options *options)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct net *net = calloc(1, sizeof(*net));

	if (!net)
		abort();
	pthread_once(&once, curl_start);
	net->options = *options;
	net->arena = arena_new();
	net->user_agent = arena_cstr(net->arena, options->user_agent);
	net->ca_file = arena_cstr(net->arena, str_of(options->ca_file ? options->ca_file : default_ca_file()));
	if (!net->options.connect_timeout_ms)
		net->options.connect_timeout_ms = NET_CONNECT_TIMEOUT_MS;
	if (!net->options.total_timeout_ms)
		net->options.total_timeout_ms = NET_TOTAL_TIMEOUT_MS;
	if (!net->options.body_max)
		net->options.body_max = NET_BODY_MAX;
	pthread_mutex_init(&net->lock, NULL);
	return net;
}

void net_free(struct net *net)
{
	if (!net)
		return;
	for (size_t i = 0; i < net->idle_count; i++)
		curl_easy_cleanup(net->idle[i]);
	pthread_mutex_destroy(&net->lock);
	arena_free(net->arena);
	free(net);
}

void net_cancel(struct net *net)
{
	atomic_store(&net->cancelled, true);
}

static CURL *handle_take(struct net *net)
{
	CURL *easy = NULL;

	pthread_mutex_lock(&net->lock);
	if (net->idle_count)
		easy = net->idle[--net->idle_count];
	pthread_mutex_unlock(&net->lock);
	if (!easy)
		easy = curl_easy_init();
	if (!easy)
		abort();
	return easy;
}

/* The reset also drops what points into the finished call's memory. */
static void handle_give(struct net *net, CURL *easy)
{
	curl_easy_reset(easy);
	pthread_mutex_lock(&net->lock);
	if (net->idle_count < IDLE_MAX) {
		net->idle[net->idle_count++] = easy;
		easy = NULL;
	}
	pthread_mutex_unlock(&net->lock);
	if (easy)
		curl_easy_cleanup(easy);
}

/* ---- where we may go ---- */

static bool is_listed(const struct net *net, struct arena *arena, const struct url *url)
{
	const struct net_options *options = &net->options;

	return options->origin_allowed && options->origin_allowed(options->context, url_origin(arena, url));
}

int net_guard_init(const struct net *net, struct arena *arena, const struct url *url, bool trusted,
                   struct net_guard *ret_guard)
{
	const struct net_options *options = &net->options;
	bool listed = trusted || is_listed(net, arena, url);

	if (!url->secure && !(options->development && listed))
		return ERR_DENIED;
	if (url->port != 80 && url->port != 443 && !listed)
		return ERR_DENIED;
	*ret_guard = (struct net_guard){ .secure = url->secure, .listed = listed, .development = options->development };
	return OK;
}

bool net_guard_admits(const struct net_guard *guard, const struct sockaddr *address)
{
	switch (address_kind(address)) {
	case ADDRESS_PUBLIC:
		return guard->secure;
	case ADDRESS_PRIVATE:
		return guard->secure && guard->listed;
	case ADDRESS_LOOPBACK:
		return guard->development && guard->listed;
	default:
		return false;
	}
}

int net_judge(const struct net *net, struct arena *arena, const struct url *url, bool trusted)
{
	struct sockaddr_storage address;
	struct net_guard guard;
	int err = net_guard_init(net, arena, url, trusted, &guard);

	if (err == OK && host_address(arena, url->host, &address) && !net_guard_admits(&guard, (struct sockaddr *)&address))
		err = ERR_DENIED;
	return err;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct net_guard *guard = context;

	if (purpose != CURLSOCKTYPE_IPCXN || !net_guard_admits(guard, &address->addr)) {
		guard->refused = true;
		return CURL_SOCKET_BAD;
	}
	guard->opened = true;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void prepare(const struct net *net, struct arena *arena, void *easy, const struct url *url, struct net_guard *guard)
{
	struct str address = arena_printf(arena, "%.*s%.*s", STR_ARG(url_origin(arena, url)), STR_ARG(url->target));

	curl_easy_setopt(easy, CURLOPT_URL, address.p);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);   /* the target is signed as it stands */
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, url->secure ? "https" : "http");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, guard);
	curl_easy_setopt(easy, CURLOPT_CAINFO, net->ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);   /* never wait for a thread that waits for a name server */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)net->options.connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)net->options.total_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, net->user_agent);
}

int net_prepare_handle(const struct net *net, struct arena *arena, void *easy, const struct url *url,
                       struct net_guard *guard)
{
	int err = net_guard_init(net, arena, url, false, guard);

	if (err == OK)
		prepare(net, arena, easy, url, guard);
	return err;
}

/* ---- one hop ---- */

/* A request under way. */
struct fetch {
	struct net *net;
	struct arena *arena;
	const struct net_request *request;
	struct url first;         /* where it began: only its origin sees signatures */
	int64_t deadline_ms;      /* monotonic */
	struct url url;           /* of this hop */
	struct net_guard guard;
	struct buf body;
	size_t header_bytes;
};

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct fetch *fetch = context;

	buf_add(&fetch->body, (struct str){ data, size * count });
	return fetch->body.err ? 0 : size * count;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct fetch *fetch = context;

	(void)data;
	fetch->header_bytes += size * count;
	return fetch->header_bytes > NET_HEADERS_MAX ? 0 : size * count;
}

static bool is_header_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

static int list_add(struct arena *arena, struct curl_slist **list, struct str name, struct str value)
{
	struct curl_slist *longer;

	if (!is_header_text(name) || !is_header_text(value))
		return ERR_INVALID;
	longer = curl_slist_append(*list, arena_printf(arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(value)).p);
	if (!longer)
		abort();
	*list = longer;
	return OK;
}

static bool same_origin(const struct url *a, const struct url *b)
{
	return a->secure == b->secure && a->port == b->port && str_eq(a->host, b->host);
}

static int add_headers(struct fetch *fetch, struct curl_slist **list)
{
	const struct net_request *request = fetch->request;
	const struct header *headers = NULL;
	size_t count = 0;
	int err = OK;

	if (request->accept.n)
		err = list_add(fetch->arena, list, STR("Accept"), request->accept);
	if (!err && request->sign && same_origin(&fetch->url, &fetch->first))
		err = request->sign(request->context, fetch->arena, &fetch->url, &headers, &count);
	for (size_t i = 0; i < count && !err; i++)
		err = list_add(fetch->arena, list, headers[i].name, headers[i].value);
	return err;
}

/* libcurl asks at least once a second; 1 ends the transfer. */
static int end_when_cancelled(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	struct fetch *fetch = context;

	(void)down_all, (void)down, (void)up_all, (void)up;
	return atomic_load(&fetch->net->cancelled);
}

static int translate(const struct fetch *fetch, CURLcode code)
{
	if (code == CURLE_OK)
		return OK;
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return ERR_BUSY;
	if (fetch->guard.refused && !fetch->guard.opened)
		return ERR_DENIED;
	if (fetch->body.err || fetch->header_bytes > NET_HEADERS_MAX || code == CURLE_FILESIZE_EXCEEDED)
		return ERR_LIMIT;
	return ERR_NETWORK;
}

static int perform(struct fetch *fetch, CURL *easy)
{
	size_t body_max = fetch->request->body_max ? fetch->request->body_max : fetch->net->options.body_max;
	int64_t left_ms = fetch->deadline_ms - clock_monotonic_ms();
	struct curl_slist *list = NULL;
	int err;

	if (atomic_load(&fetch->net->cancelled))
		return ERR_BUSY;
	if (left_ms <= 0)
		return ERR_NETWORK;
	curl_easy_reset(easy);
	err = net_guard_init(fetch->net, fetch->arena, &fetch->url,
	                     fetch->request->trusted && same_origin(&fetch->url, &fetch->first), &fetch->guard);
	if (err)
		return err;
	prepare(fetch->net, fetch->arena, easy, &fetch->url, &fetch->guard);
	err = add_headers(fetch, &list);
	if (err)
		goto out;
	buf_init(&fetch->body, fetch->arena, body_max);
	fetch->header_bytes = 0;
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	if (fetch->request->post.p) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->request->post.n);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->request->post.p);
	}
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)body_max);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, end_when_cancelled);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, fetch);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	err = translate(fetch, curl_easy_perform(easy));
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
out:
	curl_slist_free_all(list);
	return err;
}

/* ---- the whole way ---- */

static struct str response_header(struct arena *arena, CURL *easy, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) || header->amount != 1)
		return STR_NONE;
	return arena_str(arena, str_trim(str_of(header->value)));
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static struct str place(struct arena *arena, const struct url *url)
{
	struct url bare = *url;

	bare.fragment = STR_NONE;
	return url_render(arena, &bare);
}

static void respond(struct fetch *fetch, CURL *easy, long status, struct net_response *response)
{
	curl_off_t seconds = 0;

	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds > DAY_MS / SECOND_MS)
		seconds = DAY_MS / SECOND_MS;
	*response = (struct net_response){
		.status = (int)status,
		.content_type = response_header(fetch->arena, easy, "Content-Type"),
		.final_url = place(fetch->arena, &fetch->url),
		.body = buf_str(&fetch->body),
		.retry_after_ms = seconds > 0 ? (int64_t)seconds * SECOND_MS : 0,
	};
}

/* Sets fetch->url to where the answer points. */
static int redirect(struct fetch *fetch, CURL *easy)
{
	struct str location = response_header(fetch->arena, easy, "Location");
	bool secure = fetch->url.secure;
	int err = location.n ? url_resolve(fetch->arena, &fetch->url, location, &fetch->url) : ERR_INVALID;

	if (!err && secure && !fetch->url.secure)
		err = ERR_DENIED;
	if (!err && !same_origin(&fetch->url, &fetch->first) && !is_listed(fetch->net, fetch->arena, &fetch->url))
		err = ERR_DENIED;
	return err;
}

static int follow(struct fetch *fetch, CURL *easy, struct net_response *response)
{
	struct str places[NET_REDIRECTS_MAX + 1];

	for (size_t hop = 0; hop <= NET_REDIRECTS_MAX; hop++) {
		long status = 0;
		int err;

		places[hop] = place(fetch->arena, &fetch->url);
		for (size_t i = 0; i < hop; i++)
			if (str_eq(places[i], places[hop]))
				return ERR_DENIED;
		err = perform(fetch, easy);
		if (err)
			return err;
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		if (!is_redirect(status) || fetch->request->post.p) {
			respond(fetch, easy, status, response);
			return OK;
		}
		err = redirect(fetch, easy);
		if (err)
			return err;
		response->redirects++;
	}
	return ERR_LIMIT;
}

int net_get(struct net *net, struct arena *arena, const struct net_request *request, struct net_response *ret_response)
{
	struct fetch fetch = { .net = net, .arena = arena, .request = request };
	int err = url_parse(arena, request->url, &fetch.first);
	CURL *easy;

	if (err)
		return err;
	if (net->options.answer)
		return net->options.answer(net->options.answer_context, arena, request, ret_response);
	fetch.url = fetch.first;
	fetch.deadline_ms = clock_monotonic_ms() + net->options.total_timeout_ms;
	easy = handle_take(net);
	err = follow(&fetch, easy, ret_response);
	handle_give(net, easy);
	return err;
}
