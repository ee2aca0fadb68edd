/*
 * From an order to a record: checked, its parameters sealed.
 *
 * The parameters are one JSON object under the seal, whose subject is the mail: sealed bytes of one mail open for no other.
 */
#include "node/mail/queue.h"

#include <stdatomic.h>

#include "node/config.h"
#include "node/mail/address.h"
#include "node/mail/templates.h"
#include "node/node.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/mails.h"

enum { NAME_BYTES_MAX = 200 };

struct mail_values {
	json_t *object;
};

struct mailer mailer_of(struct node *node)
{
	if (!node)
		return (struct mailer){ 0 };
	return (struct mailer){ .config = atomic_load(&node->config), .seal = &node->seal };
}

bool mail_is_on(const struct config *config)
{
	return config && config->mail_relay.n;
}

static struct str seal_subject(struct arena *arena, uint64_t id)
{
	return arena_printf(arena, "mail %llu", (unsigned long long)id);
}

/* One line of text. Whatever stands in a header or a link has passed here. */
static bool is_line(struct str text, size_t max)
{
	if (text.n > max || !utf8_valid(text))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

static struct str parameter_of(const struct mail_order *order, const char *name)
{
	for (size_t i = 0; i < order->parameter_count; i++)
		if (str_eq(str_of(order->parameters[i].name), str_of(name)))
			return order->parameters[i].value;
	return STR_NONE;
}

static bool are_parameters_good(const struct mail_order *order)
{
	const struct mail_template *template = mail_template_find(order->template);

	if (!template || order->parameter_count > MAIL_PARAMETERS_MAX)
		return false;
	for (size_t i = 0; i < order->parameter_count; i++)
		if (!is_line(order->parameters[i].value, MAIL_PARAMETER_BYTES_MAX))
			return false;
	for (size_t i = 0; i < MAIL_TEMPLATE_NEEDS && template->needs[i]; i++)
		if (!parameter_of(order, template->needs[i]).n)
			return false;
	return true;
}

static struct str write_parameters(struct arena *arena, const struct mail_order *order)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	for (size_t i = 0; i < order->parameter_count; i++)
		json_w_member_str(&w, order->parameters[i].name, order->parameters[i].value);
	json_w_object_end(&w);
	return buf_str(&buf);
}

static struct str locale_of(const struct config *config, struct str wished)
{
	const struct str known[] = { STR("fr"), STR("en") };

	for (size_t i = 0; i < 2; i++)
		if (str_starts(wished, known[i]))
			return known[i];
	return config->languages.count && str_starts(config->languages.items[0], STR("en")) ? known[1] : known[0];
}

int mail_queue(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct mail_order *order,
               uint64_t *ret_id)
{
	struct mail mail = {
		.template = order->template, .to_name = order->to_name, .account_id = order->account_id,
		.asked_by = order->asked_by, .subject_id = order->subject_id, .expires_ms = order->expires_ms,
	};
	const char *fault;
	int r;

	*ret_id = 0;
	if (!mail_is_on(mailer->config))
		return OK;
	if (!are_parameters_good(order) || !is_line(order->to_name, NAME_BYTES_MAX))
		return ERR_INVALID;
	if (mail_address_parse(arena, order->to, &mail.to, &fault) != OK)
		return ERR_INVALID;
	mail.locale = locale_of(mailer->config, order->locale);
	mail.id = txn_new_id(txn);
	mail.sealed = seal_close(arena, mailer->seal, seal_subject(arena, mail.id), write_parameters(arena, order));
	r = mails_add(txn, &mail);
	if (r == OK)
		*ret_id = mail.id;
	return r;
}

int mail_values_open(struct arena *arena, const struct seal *seal, const struct mail *mail,
                     struct mail_values **ret_values)
{
	struct mail_values *values = ARENA_ARRAY(arena, struct mail_values, 1);
	struct str text;
	int r = seal_open(arena, seal, seal_subject(arena, mail->id), mail->sealed, &text);

	if (r == OK)
		r = json_parse(arena, text, &values->object);
	*ret_values = values;
	return r;
}

struct str mail_value(const struct mail_values *values, const char *name)
{
	return json_member_str(values->object, name);
}
