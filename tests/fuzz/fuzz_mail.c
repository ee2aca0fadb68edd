/* Any bytes as an e-mail address, a name and a subject: what is accepted as an address is accepted again and is the same, and
 * headers are lines of ours alone. */
#include "node/mail/message.h"

#include <stdlib.h>

#include "node/accounts/email_domains.h"
#include "node/config.h"
#include "node/mail/address.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A line end of ours is followed by a blank; nothing else is below it, or beyond ASCII. */
static void look_at(struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c == '\r' && line.n - i > 2 && line.p[i + 1] == '\n' && line.p[i + 2] == ' ')
			i += 2;
		else if (c < ' ' || c >= 0x7f)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct str listed[] = { STR("orme.example"), STR("*.hetre.example") };
	const struct config config = { .registrations_email_domains = { listed, 2 } };
	struct arena *arena = arena_new();
	struct str text = { (const char *)data, n }, address, again;
	struct mail_message message;
	const char *fault;

	if (mail_address_parse(arena, text, &address, &fault) == OK) {
		if (mail_address_parse(arena, address, &again, &fault) != OK || !str_eq(address, again))
			abort();
		if (email_domain_is_allowed(arena, &config, text) && !str_eq(mail_address_domain(address), listed[0]) &&
		    !str_ends(address, STR(".hetre.example")))
			abort();
	}
	if (mail_message_begin(arena, &(struct mail_envelope){
		.from = STR("a@a.example"), .from_name = text, .to = STR("b@b.example"), .to_name = text, .subject = text,
		.locale = STR("fr"), .host = STR("a.example"), .id = 1 }, &message) == OK)
		for (size_t i = 0; i < message.headers.count; i++)
			look_at(message.headers.items[i]);
	arena_free(arena);
	return 0;
}
