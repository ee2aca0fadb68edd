/* Any bytes as a host-meta document: a template that is found lies inside it and has its place. */
#include "federation/webfinger.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n }, template = webfinger_template(text);

	if (template.n && (template.p < text.p || template.p + template.n > text.p + text.n ||
	                   str_find(template, STR("{uri}")) == SIZE_MAX))
		abort();
	return 0;
}
