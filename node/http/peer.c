/*
 * The client's address, from the socket and from proxies that the operator trusts. Pure; any thread.
 */
#include "node/http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct str peer_of_socket(struct arena *arena, const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (address && address->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, sizeof(text));
	} else if (address && address->sa_family == AF_INET6) {
		const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

		if (IN6_IS_ADDR_V4MAPPED(v6))
			inet_ntop(AF_INET, &v6->s6_addr[12], text, sizeof(text));
		else
			inet_ntop(AF_INET6, v6, text, sizeof(text));
	}
	return arena_str(arena, str_of(text));
}

/* The usual text of an IP address; STR_NONE when `text` is none. */
static struct str usual_form(struct arena *arena, struct str text)
{
	const char *terminated = arena_cstr(arena, text);
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	if (text.n >= INET6_ADDRSTRLEN)
		return STR_NONE;
	if (inet_pton(AF_INET, terminated, &v4.sin_addr) == 1)
		return peer_of_socket(arena, (const struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, terminated, &v6.sin6_addr) == 1)
		return peer_of_socket(arena, (const struct sockaddr *)&v6);
	return STR_NONE;
}

static bool is_proxy(struct arena *arena, struct str address, const struct str *proxies, size_t proxy_count)
{
	for (size_t i = 0; i < proxy_count; i++)
		if (str_eq(address, proxies[i]) || str_eq(address, usual_form(arena, proxies[i])))
			return true;
	return false;
}

/* Cuts the last entry off a comma-separated list. */
static struct str cut_last(struct str *list)
{
	size_t at = list->n;
	struct str last;

	while (at > 0 && list->p[at - 1] != ',')
		at--;
	last = str_sub(*list, at, SIZE_MAX);
	list->n = at ? at - 1 : 0;
	return str_trim(last);
}

struct str peer_of_request(struct arena *arena, struct str direct, const struct header *headers, size_t header_count,
                           const struct str *proxies, size_t proxy_count)
{
	struct str client = direct;

	for (size_t i = header_count; i-- > 0;) {
		struct str list = headers[i].value;

		if (!str_eq_nocase(headers[i].name, STR("X-Forwarded-For")))
			continue;
		while (list.n) {
			struct str entry;

			if (!is_proxy(arena, client, proxies, proxy_count))
				return client;
			entry = usual_form(arena, cut_last(&list));
			if (!entry.n)
				return client;
			client = entry;
		}
	}
	return client;
}
