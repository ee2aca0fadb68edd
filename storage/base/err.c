/*
 * Names of the outcomes. Pure; any thread.
 */
#include "storage/base/err.h"

#include <stddef.h>

static const char *const err_names[] = {
	[-OK] = "ok",
	[-ERR_NOT_FOUND] = "not found",
	[-ERR_EXISTS] = "exists",
	[-ERR_DENIED] = "denied",
	[-ERR_INVALID] = "invalid",
	[-ERR_LIMIT] = "limit exceeded",
	[-ERR_GONE] = "gone",
	[-ERR_BUSY] = "busy",
	[-ERR_NETWORK] = "no answer of use",
	[-ERR_CORRUPT] = "corrupt",
	[-ERR_FULL] = "storage full",
	[-ERR_IO] = "disk failure",
	[-ERR_UNAUTHORIZED] = "unauthorized",
};

const char *err_name(int err)
{
	const int count = sizeof(err_names) / sizeof(err_names[0]);

	if (err == NEED)
		return "something needed first";
	if (err > 0 || err <= -count)
		return "unknown";
	return err_names[-err];
}
