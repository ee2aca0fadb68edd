/*
 * Looking up the headers of a request that bears, or shall bear, a signature.
 */
#include "federation/signature_request.h"

size_t signature_request_count(const struct signature_request *request, struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < request->header_count; i++)
		count += str_eq_nocase(request->headers[i].name, name);
	return count;
}

struct str signature_request_header(const struct signature_request *request, struct str name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (str_eq_nocase(request->headers[i].name, name))
			return str_trim(request->headers[i].value);
	return STR_NONE;
}

bool signature_request_join(const struct signature_request *request, struct str name, struct buf *buf)
{
	bool found = false;

	for (size_t i = 0; i < request->header_count; i++) {
		if (!str_eq_nocase(request->headers[i].name, name))
			continue;
		if (found)
			buf_add(buf, STR(", "));
		buf_add(buf, str_trim(request->headers[i].value));
		found = true;
	}
	return found;
}

bool signature_request_reads(const struct signature_request *request)
{
	return str_eq(request->method, STR("GET")) || str_eq(request->method, STR("HEAD"));
}

bool signature_request_is_for(const struct signature_request *request, const struct str *hosts, size_t host_count)
{
	struct str host = signature_request_header(request, STR("host"));

	for (size_t i = 0; i < host_count; i++)
		if (str_eq_nocase(host, hosts[i]))
			return true;
	return false;
}
