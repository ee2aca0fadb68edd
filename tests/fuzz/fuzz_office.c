/* Any bytes as an office document of each kind, and as plain text: never more text than there is room, and only what was
 * written is counted. */
#include "node/media-worker/office.h"
#include "node/media-worker/office_type.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const types[] = {
	"application/vnd.oasis.opendocument.text",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char room[ROOM];
	struct text_out out = { room, 0, ROOM };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		out.n = 0;
		office_text(types[i], data, n, &out);
		if (out.n > ROOM)
			abort();
	}
	office_type(data, n);
	out.n = 0;
	text_out_plain(&out, (const char *)data, n);
	if (out.n > ROOM)
		abort();
	return 0;
}
