/* Any bytes as a query, a form, a multipart or a JSON body: what is accepted keeps every bound. The first byte says
 * which. */
#include "node/http/params.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct params *params)
{
	if (params->err != OK && params->err != ERR_INVALID && params->err != ERR_LIMIT)
		abort();
	if (params->count > PARAMS_MAX)
		abort();
	for (size_t i = 0; i < params->count; i++) {
		const struct param *param = &params->items[i];

		if (param->name.n > PARAM_NAME_MAX || !utf8_valid(param->name))
			abort();
		if (!param->file_name.p && (!param->value.p || !utf8_valid(param->value)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct str types[] = {
		STR("application/x-www-form-urlencoded"), STR("multipart/form-data; boundary=b"), STR("application/json"),
	};
	struct arena *arena = arena_new();
	struct params params;
	struct str type, body;

	if (n) {
		body = (struct str){ (const char *)data + 1, n - 1 };
		type = types[data[0] % 3];
		params_init(&params, arena);
		/* An odd way in: the type itself is foreign. */
		if (data[0] >= 0xf0) {
			type = str_cut(&body, '\n');
			body = body.p ? body : STR("");
		}
		params_add_form(&params, STR("a[][b]=1"));
		params_add_body(&params, type, body);
		check(&params);
	}
	arena_free(arena);
	return 0;
}
