/*
 * Parsing of http and https addresses. Names outside ASCII go through ICU's UTS 46; libcurl gets ASCII only.
 */
#include "federation/url.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <unicode/uidna.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

enum {
	HOST_MAX = 253, /* RFC 1035 section 2.3.4, without the root's dot */
	LABEL_MAX = 63,
	PORT_HTTP = 80,
	PORT_HTTPS = 443,
};

static UIDNA *uts46;

static void uts46_open(void)
{
	const uint32_t options = UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI |
	                         UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO;
	UErrorCode status = U_ZERO_ERROR;

	/* Lives as long as the program; ICU allows its use from all threads at once. */
	uts46 = uidna_openUTS46(options, &status);
	if (U_FAILURE(status))
		abort();
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return true;
}

/* UTS 46 of a name that is not plain ASCII, or that claims to be such a name already ("xn--"). */
static int host_to_ascii(struct arena *arena, struct str host, struct str *ret_ascii)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode status = U_ZERO_ERROR;
	char *out = arena_alloc(arena, HOST_MAX + 1);
	int32_t n;

	pthread_once(&once, uts46_open);
	n = uidna_nameToASCII_UTF8(uts46, host.p, (int32_t)host.n, out, HOST_MAX, &info, &status);
	if (U_FAILURE(status) || info.errors || n <= 0 || n > HOST_MAX)
		return ERR_INVALID;
	*ret_ascii = (struct str){ out, (size_t)n };
	return OK;
}

/* Letters, digits and inner hyphens (RFC 1123 section 2.1), `label` being in lower case. */
static bool label_valid(struct str label)
{
	if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

/* "7", "0x7f": as the last label it makes a whole host a number for some resolvers. */
static bool label_numeric(struct str label)
{
	bool digits = label.n > 0;

	for (size_t i = 0; i < label.n; i++)
		digits = digits && label.p[i] >= '0' && label.p[i] <= '9';
	return digits || str_starts(label, STR("0x"));
}

/* A host name, or an IPv4 address of exactly four decimal numbers without leading zeros. */
static bool name_valid(struct arena *arena, struct str host)
{
	struct str rest = host, label = STR_NONE;
	struct in_addr v4;

	if (host.n == 0 || host.n > HOST_MAX)
		return false;
	while (rest.p) {
		label = str_cut(&rest, '.');
		if (!label_valid(label))
			return false;
	}
	return !label_numeric(label) || inet_pton(AF_INET, arena_cstr(arena, host), &v4) == 1;
}

static int host_parse_v6(struct arena *arena, struct str host, struct str *ret_host)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr v6;

	if (host.n < 2 || host.p[host.n - 1] != ']' ||
	    inet_pton(AF_INET6, arena_cstr(arena, str_sub(host, 1, host.n - 2)), &v6) != 1)
		return ERR_INVALID;
	inet_ntop(AF_INET6, &v6, text, sizeof(text));
	*ret_host = arena_printf(arena, "[%s]", text);
	return OK;
}

static int host_parse(struct arena *arena, struct str text, struct str *ret_host)
{
	struct str host;

	if (text.n == 0)
		return ERR_INVALID;
	if (text.p[0] == '[')
		return host_parse_v6(arena, text, ret_host);
	host = str_lower(arena, text);
	if (!is_ascii(host) || str_find(host, STR("xn--")) != SIZE_MAX) {
		int err = host_to_ascii(arena, host, &host);

		if (err)
			return err;
	}
	if (!name_valid(arena, host))
		return ERR_INVALID;
	*ret_host = host;
	return OK;
}

/* "host[:port]" into url->host and url->port; url->secure gives the default. User info is refused: '@' and '%' are
 * in no valid host. */
static int authority_parse(struct arena *arena, struct str text, struct url *url)
{
	struct str host = text;
	size_t bracket = str_find_char(text, ']');
	size_t from = text.n > 0 && text.p[0] == '[' && bracket != SIZE_MAX ? bracket : 0;
	size_t colon = str_find_char(str_sub(text, from, SIZE_MAX), ':');
	uint64_t port = url->secure ? PORT_HTTPS : PORT_HTTP;

	if (colon != SIZE_MAX) {
		struct str digits = str_sub(text, from + colon + 1, SIZE_MAX);

		host = str_sub(text, 0, from + colon);
		if (!str_to_u64(digits, &port) || port == 0 || port > UINT16_MAX)
			return ERR_INVALID;
	}
	url->port = (uint16_t)port;
	return host_parse(arena, host, &url->host);
}

/* No bytes that end a request line, that browsers drop or turn, or that delimit an address in running text. */
static bool bytes_valid(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c == 0x7f || memchr("\\\"<>`", c, 5))
			return false;
	}
	return true;
}

static struct str percent_encode_high(struct arena *arena, struct str text)
{
	struct buf buf;

	if (is_ascii(text))
		return arena_str(arena, text);
	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x80)
			buf_add_char(&buf, (char)c);
		else
			buf_printf(&buf, "%%%02X", c);
	}
	return buf_str(&buf);
}

/* What follows the authority: path, query, fragment. */
static void tail_parse(struct arena *arena, struct str tail, struct url *url)
{
	struct str rest = tail.n ? tail : STR("/");
	struct str target = str_cut(&rest, '#');

	url->fragment = percent_encode_high(arena, rest);
	url->target = percent_encode_high(arena, target);
	if (target.n == 0 || target.p[0] != '/')
		url->target = arena_printf(arena, "/%.*s", STR_ARG(url->target));
}

/* Cuts "https://" or "http://" off, in any case of letters. */
static bool scheme_cut(struct str *rest, bool *ret_secure)
{
	static const struct str schemes[] = { { "http://", 7 }, { "https://", 8 } };

	for (size_t i = 0; i < 2; i++) {
		if (!str_eq_nocase(str_sub(*rest, 0, schemes[i].n), schemes[i]))
			continue;
		*ret_secure = i == 1;
		*rest = str_sub(*rest, schemes[i].n, SIZE_MAX);
		return true;
	}
	return false;
}

int url_parse(struct arena *arena, struct str text, struct url *ret_url)
{
	struct url url = { 0 };
	struct str rest = text;
	size_t end = 0;
	int err;

	if (text.n > URL_BYTES_MAX || !utf8_valid(text) || !bytes_valid(text) || !scheme_cut(&rest, &url.secure))
		return ERR_INVALID;
	while (end < rest.n && !memchr("/?#", rest.p[end], 3))
		end++;
	err = authority_parse(arena, str_sub(rest, 0, end), &url);
	if (err)
		return err;
	tail_parse(arena, str_sub(rest, end, SIZE_MAX), &url);
	/* Encoding makes it longer: what we write must be what we read. */
	if (text.n > URL_BYTES_MAX / 4 && url_render(arena, &url).n > URL_BYTES_MAX)
		return ERR_INVALID;
	*ret_url = url;
	return OK;
}

/* true for "name:…", where name is a scheme (RFC 3986 section 3.1). */
static bool has_scheme(struct str reference)
{
	for (size_t i = 0; i < reference.n; i++) {
		char c = reference.p[i];

		if (c == ':')
			return i > 0;
		if (memchr("/?#", c, 3))
			return false;
	}
	return false;
}

int url_resolve(struct arena *arena, const struct url *base, struct str reference, struct url *ret_url)
{
	struct str origin = url_origin(arena, base);
	struct str path = base->target;
	size_t query = str_find_char(path, '?');

	if (has_scheme(reference))
		return url_parse(arena, reference, ret_url);
	if (str_starts(reference, STR("//")))
		return url_parse(arena, arena_printf(arena, "%s:%.*s", base->secure ? "https" : "http",
		                                     STR_ARG(reference)), ret_url);
	if (str_starts(reference, STR("/")))
		path = STR_NONE;
	else if (reference.n == 0 || reference.p[0] == '#')
		path = base->target;
	else
		path = str_sub(path, 0, query);
	if (path.n && reference.n && !memchr("?#", reference.p[0], 2))
		while (path.n && path.p[path.n - 1] != '/')
			path.n--;
	return url_parse(arena, arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(origin), STR_ARG(path),
	                                     STR_ARG(reference)), ret_url);
}

struct str url_host_port(struct arena *arena, const struct url *url)
{
	if (url->port == (url->secure ? PORT_HTTPS : PORT_HTTP))
		return url->host;
	return arena_printf(arena, "%.*s:%u", STR_ARG(url->host), (unsigned)url->port);
}

struct str url_origin(struct arena *arena, const struct url *url)
{
	return arena_printf(arena, "%s://%.*s", url->secure ? "https" : "http",
	                    STR_ARG(url_host_port(arena, url)));
}

struct str url_render(struct arena *arena, const struct url *url)
{
	return arena_printf(arena, "%.*s%.*s%s%.*s", STR_ARG(url_origin(arena, url)), STR_ARG(url->target),
	                    url->fragment.n ? "#" : "", STR_ARG(url->fragment));
}

bool url_same_origin(struct arena *arena, struct str a, struct str b)
{
	struct url left, right;

	return url_parse(arena, a, &left) == OK && url_parse(arena, b, &right) == OK &&
	       left.secure == right.secure && left.port == right.port && str_eq(left.host, right.host);
}

int url_host_parse(struct arena *arena, struct str text, struct str *ret_host_port)
{
	struct url url = { .secure = true };
	int err;

	if (text.n > URL_BYTES_MAX || !utf8_valid(text) || !bytes_valid(text))
		return ERR_INVALID;
	err = authority_parse(arena, text, &url);
	if (err)
		return err;
	*ret_host_port = url_host_port(arena, &url);
	return OK;
}
