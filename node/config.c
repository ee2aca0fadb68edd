/*
 * The declared option table at work: parser with bounds, sources in their rank, the explanation and the template.
 *
 * It reads YAML through libyaml's events (nested maps become dotted keys) and knows no key by name but those of the
 * table. Start-up and command line; a loaded struct config is constant afterwards.
 */
#include "node/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "federation/url.h"
#include "node/accounts/email_domains.h"
#include "node/directory/settings.h"
#include "node/mail/address.h"
#include "node/mail/relay.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/settings.h"

enum kind { KIND_TEXT, KIND_LISTEN, KIND_LEVEL, KIND_DOOR, KIND_NUMBER, KIND_SWITCH, KIND_LIST, KIND_ADDRESSES,
            KIND_RELAY, KIND_TLS, KIND_MAILBOX, KIND_DOMAINS, KIND_ORIGINS, KIND_ROLES, KIND_LDAP,
            KIND_PRESET };

struct option {
	const char *key;
	enum kind kind;
	size_t offset;
	const char *fallback;
	uint64_t low, high;
	bool live;
	const char *text;
};

/* A switch and a number have their default as a number in the table, a text as a text: "" #x would quote a text twice,
 * so the two cases are told apart by the kind. */
#define FALLBACK_TEXT(value) value
#define FALLBACK_LISTEN(value) value
#define FALLBACK_LEVEL(value) value
#define FALLBACK_DOOR(value) value
#define FALLBACK_DOMAINS(value) value
#define FALLBACK_ORIGINS(value) value
#define FALLBACK_ROLES(value) value
#define FALLBACK_RELAY(value) value
#define FALLBACK_TLS(value) value
#define FALLBACK_MAILBOX(value) value
#define FALLBACK_LDAP(value) value
#define FALLBACK_PRESET(value) value
#define FALLBACK_LIST(value) value
#define FALLBACK_ADDRESSES(value) value
#define FALLBACK_NUMBER(value) #value
#define FALLBACK_SWITCH(value) ((value) ? "on" : "off")

static const struct option options[] = {
#define OPTION(kind, member, key, fallback, low, high, live, text) \
	{ key, KIND_##kind, offsetof(struct config, member), FALLBACK_##kind(fallback), low, high, live, text },
	CONFIG_LIST(OPTION)
#undef OPTION
};

enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };

/* Signing up by an app gives it a token at once, before there could be a second factor. */
bool config_door_is_open(const struct config *config)
{
	return str_eq(config->registrations, STR("approval")) && !(config->second_factor_required_for & CONFIG_EVERYBODY);
}

static const char *const source_names[] = { "default", "file", "store" };
static const char *const fixed_keys[] = { "domain", "url" };

static const struct option *option_find(struct str key)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (str_eq(key, str_of(options[i].key)))
			return &options[i];
	return NULL;
}

static bool is_fixed(const struct option *option)
{
	for (size_t i = 0; i < sizeof(fixed_keys) / sizeof(fixed_keys[0]); i++)
		if (strcmp(option->key, fixed_keys[i]) == 0)
			return true;
	return false;
}

static bool switch_parse(struct str text, bool *ret_value)
{
	static const struct { const char *word; bool value; } words[] = {
		{ "on", true }, { "true", true }, { "yes", true }, { "1", true },
		{ "off", false }, { "false", false }, { "no", false }, { "0", false },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq_nocase(text, str_of(words[i].word))) {
			*ret_value = words[i].value;
			return true;
		}
	return false;
}

static struct str_list list_parse(struct arena *arena, struct str text)
{
	struct str_list list = { NULL, 0 };
	struct str rest = text;
	size_t commas = 1;

	for (size_t i = 0; i < text.n; i++)
		commas += text.p[i] == ',';
	list.items = ARENA_ARRAY(arena, struct str, commas);
	while (rest.n) {
		struct str part = str_trim(str_cut(&rest, ','));

		if (part.n)
			list.items[list.count++] = part;
	}
	return list;
}

/* Texts are one line each: they end up in headers, mails and pages. */
static bool text_is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			return false;
	return utf8_valid(text);
}

static bool is_level(struct str text)
{
	static const char *const levels[] = { "error", "warning", "info", "debug" };

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (str_eq(text, str_of(levels[i])))
			return true;
	return false;
}

/* Whether the host can be bound is for the start to say. */
static bool is_host_port(struct str text)
{
	size_t colon = text.n;
	uint64_t port;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	return colon > 1 && text_is_plain(text) && str_to_u64(str_sub(text, colon, SIZE_MAX), &port) && port <= UINT16_MAX;
}

/* A name or a network among them would be one that never matches, and quotas would count the proxy. */
static bool are_addresses(struct arena *arena, struct str text)
{
	struct str_list list = list_parse(arena, text);
	unsigned char bytes[16];

	for (size_t i = 0; i < list.count; i++) {
		const char *item = arena_cstr(arena, list.items[i]);

		if (inet_pton(AF_INET, item, bytes) != 1 && inet_pton(AF_INET6, item, bytes) != 1)
			return false;
	}
	return true;
}

/* A pattern that matches nothing would keep out whom it was meant to let in. */
static bool are_domains(struct arena *arena, struct str text)
{
	struct str_list list = list_parse(arena, text);

	for (size_t i = 0; i < list.count; i++)
		if (!email_domain_is_pattern(arena, list.items[i]))
			return false;
	return true;
}

static bool are_origins(struct arena *arena, struct str text)
{
	struct str_list list = list_parse(arena, text);
	struct url url;

	for (size_t i = 0; i < list.count; i++)
		if (url_parse(arena, list.items[i], &url) != OK || url.target.n > 1 || url.fragment.n)
			return false;
	return true;
}

/* "everybody", "nobody", or roles with commas between; "member" alone would be the one that nobody means. */
static bool roles_read(struct str text, uint8_t *ret_roles)
{
	*ret_roles = str_eq(text, STR("everybody")) ? CONFIG_EVERYBODY : 0;
	if (*ret_roles || str_eq(text, STR("nobody")))
		return true;
	return roles_parse(text, ret_roles) == OK && *ret_roles;
}

static int option_check(struct arena *arena, const struct option *option, struct str value, struct str *ret_error)
{
	struct mail_relay relay;
	enum mail_tls tls;
	struct str address;
	const char *fault;
	uint64_t number;
	uint8_t roles;
	bool on;

	switch (option->kind) {
	case KIND_NUMBER:
		if (str_to_u64(value, &number) && number >= option->low && number <= option->high)
			return OK;
		*ret_error = arena_printf(arena, "%s must be a number from %llu to %llu", option->key,
		                          (unsigned long long)option->low, (unsigned long long)option->high);
		return ERR_INVALID;
	case KIND_SWITCH:
		if (switch_parse(value, &on))
			return OK;
		*ret_error = arena_printf(arena, "%s must be on or off", option->key);
		return ERR_INVALID;
	case KIND_LISTEN:
		if (value.n <= option->high && is_host_port(value))
			return OK;
		*ret_error = arena_printf(arena, "%s must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080", option->key);
		return ERR_INVALID;
	case KIND_LEVEL:
		if (is_level(value))
			return OK;
		*ret_error = arena_printf(arena, "%s must be error, warning, info or debug", option->key);
		return ERR_INVALID;
	case KIND_DOOR:
		if (str_eq(value, STR("closed")) || str_eq(value, STR("approval")))
			return OK;
		*ret_error = arena_printf(arena, "%s must be closed or approval", option->key);
		return ERR_INVALID;
	case KIND_RELAY:
		if (!value.n || (value.n <= option->high && mail_relay_parse(arena, value, &relay) == OK))
			return OK;
		*ret_error = arena_printf(arena, "%s must be smtp://HOST[:PORT] or smtps://HOST[:PORT]", option->key);
		return ERR_INVALID;
	case KIND_TLS:
		if (mail_tls_parse(value, &tls) == OK)
			return OK;
		*ret_error = arena_printf(arena, "%s must be auto, required, opportunistic or off", option->key);
		return ERR_INVALID;
	case KIND_LDAP:
		if (!value.n || (value.n <= option->high && directory_url_is_whole(value)))
			return OK;
		*ret_error = arena_printf(arena, "%s must be ldap://HOST[:PORT] or ldaps://HOST[:PORT]", option->key);
		return ERR_INVALID;
	case KIND_PRESET:
		if (directory_preset_exists(value))
			return OK;
		*ret_error = arena_printf(arena, "%s must be openldap or active_directory", option->key);
		return ERR_INVALID;
	case KIND_MAILBOX:
		if (!value.n || mail_address_parse(arena, value, &address, &fault) == OK)
			return OK;
		*ret_error = arena_printf(arena, "%s: %s", option->key, fault);
		return ERR_INVALID;
	case KIND_DOMAINS:
		if (value.n <= option->high && are_domains(arena, value))
			return OK;
		*ret_error = arena_printf(arena, "%s must be domains such as orme.example or *.orme.example, separated by commas",
		                          option->key);
		return ERR_INVALID;
	case KIND_ORIGINS:
		if (value.n <= option->high && are_origins(arena, value))
			return OK;
		*ret_error = arena_printf(arena, "%s must be origins such as https://push.example:8443, separated by commas", option->key);
		return ERR_INVALID;
	case KIND_ROLES:
		if (roles_read(value, &roles))
			return OK;
		*ret_error = arena_printf(arena, "%s must be roles such as admin,people_manager, or everybody, or nobody", option->key);
		return ERR_INVALID;
	case KIND_ADDRESSES:
		if (value.n <= option->high && are_addresses(arena, value))
			return OK;
		*ret_error = arena_printf(arena, "%s must be IP addresses, separated by commas", option->key);
		return ERR_INVALID;
	case KIND_TEXT:
	case KIND_LIST:
		if (value.n >= option->low && value.n <= option->high && text_is_plain(value))
			return OK;
		*ret_error = arena_printf(arena, "%s must be one line of %llu to %llu bytes", option->key,
		                          (unsigned long long)option->low, (unsigned long long)option->high);
		return ERR_INVALID;
	}
	return ERR_INVALID;
}

static void option_set(struct arena *arena, const struct option *option, struct str value, struct config *config)
{
	void *member = (char *)config + option->offset;

	switch (option->kind) {
	case KIND_TEXT:
	case KIND_LISTEN:
	case KIND_LEVEL:
	case KIND_DOOR:
	case KIND_RELAY:
	case KIND_TLS:
	case KIND_MAILBOX:
	case KIND_LDAP:
	case KIND_PRESET:
		*(struct str *)member = arena_str(arena, value);
		break;
	case KIND_LIST:
	case KIND_ADDRESSES:
	case KIND_DOMAINS:
	case KIND_ORIGINS:
		*(struct str_list *)member = list_parse(arena, arena_str(arena, value));
		break;
	case KIND_NUMBER:
		str_to_u64(value, member);
		break;
	case KIND_ROLES:
		roles_read(value, member);
		break;
	case KIND_SWITCH:
		switch_parse(value, member);
		break;
	}
}

/* --- the file --------------------------------------------------------------------------------------------------- */

struct file_values {
	struct str values[OPTION_COUNT];  /* p == NULL: not in the file */
};

enum { YAML_DEPTH_MAX = 4, YAML_FILE_BYTES_MAX = 256 * 1024 };

struct reader {
	struct arena *arena;
	const char *file;
	yaml_parser_t parser;
	struct file_values *values;
	struct str path[YAML_DEPTH_MAX];   /* keys of the maps we are in */
	size_t depth;
	struct str key;                    /* waiting for its value; p == NULL: a key comes next */
	struct buf list;                   /* a sequence being gathered, joined by commas */
	bool in_list;
	struct str *ret_error;
};

static int reader_fail(struct reader *r, size_t line, const char *what, struct str key)
{
	*r->ret_error = arena_printf(r->arena, "%s line %zu: %s%s%.*s", r->file, line + 1, what, key.n ? " " : "",
	                             STR_ARG(key));
	return ERR_INVALID;
}

static struct str reader_full_key(struct reader *r)
{
	struct buf buf;

	buf_init(&buf, r->arena, 1024);
	for (size_t i = 0; i < r->depth; i++) {
		buf_add(&buf, r->path[i]);
		buf_add_char(&buf, '.');
	}
	buf_add(&buf, r->key);
	return buf_str(&buf);
}

static int reader_value(struct reader *r, size_t line, struct str value)
{
	struct str key = reader_full_key(r);
	const struct option *option = option_find(key);
	struct str reason = STR_NONE;

	r->key = STR_NONE;
	if (!option)
		return reader_fail(r, line, "unknown key", key);
	if (r->values->values[option - options].p)
		return reader_fail(r, line, "given twice:", key);
	if (option_check(r->arena, option, value, &reason) != OK)
		return reader_fail(r, line, arena_cstr(r->arena, reason), STR_NONE);
	r->values->values[option - options] = value;
	return OK;
}

static int reader_scalar(struct reader *r, const yaml_event_t *event)
{
	struct str text = { (const char *)event->data.scalar.value, event->data.scalar.length };

	text = arena_str(r->arena, text);
	if (r->in_list) {
		if (r->list.n)
			buf_add_char(&r->list, ',');
		buf_add(&r->list, text);
		return OK;
	}
	if (!r->key.p) {
		r->key = text;
		return r->depth || text.n ? OK : reader_fail(r, event->start_mark.line, "empty key", STR_NONE);
	}
	return reader_value(r, event->start_mark.line, text);
}

static int reader_map_start(struct reader *r, const yaml_event_t *event, bool *at_root)
{
	if (*at_root) {
		*at_root = false;
		return OK;
	}
	if (!r->key.p || r->in_list || r->depth == YAML_DEPTH_MAX)
		return reader_fail(r, event->start_mark.line, "a map does not belong here", STR_NONE);
	r->path[r->depth++] = r->key;
	r->key = STR_NONE;
	return OK;
}

static int reader_event(struct reader *r, const yaml_event_t *event, bool *at_root)
{
	switch (event->type) {
	case YAML_MAPPING_START_EVENT:
		return reader_map_start(r, event, at_root);
	case YAML_MAPPING_END_EVENT:
		r->depth -= r->depth > 0;
		return OK;
	case YAML_SEQUENCE_START_EVENT:
		if (!r->key.p || r->in_list)
			return reader_fail(r, event->start_mark.line, "a list does not belong here", STR_NONE);
		r->in_list = true;
		buf_init(&r->list, r->arena, 65536);
		return OK;
	case YAML_SEQUENCE_END_EVENT:
		r->in_list = false;
		return reader_value(r, event->start_mark.line, buf_str(&r->list));
	case YAML_SCALAR_EVENT:
		if (*at_root)
			return event->data.scalar.length ? reader_fail(r, event->start_mark.line, "no map", STR_NONE) : OK;
		return reader_scalar(r, event);
	case YAML_ALIAS_EVENT:
		return reader_fail(r, event->start_mark.line, "aliases are not taken", STR_NONE);
	default:
		return OK;
	}
}

static int reader_run(struct reader *r)
{
	bool at_root = true;
	int err = OK;

	for (bool more = true; more && err == OK;) {
		yaml_event_t event;

		if (!yaml_parser_parse(&r->parser, &event))
			return reader_fail(r, r->parser.problem_mark.line, r->parser.problem, STR_NONE);
		more = event.type != YAML_STREAM_END_EVENT;
		err = reader_event(r, &event, &at_root);
		yaml_event_delete(&event);
	}
	return err;
}

/* The whole of a plain file of a bounded size; not a pipe that nobody writes to. */
static bool read_text(struct arena *arena, const char *file, struct str *ret_text)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t room = 0, got = 0;
	char *bytes = NULL;
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
		if (S_ISREG(st.st_mode) && st.st_size <= YAML_FILE_BYTES_MAX) {
			room = (size_t)st.st_size + 1;  /* the end is seen by a read that gives nothing */
			bytes = arena_alloc(arena, room);
		}
	}
	while (got < room && (n = read(fd, bytes + got, room - got)) > 0)
		got += (size_t)n;
	if (fd >= 0)
		close(fd);
	*ret_text = (struct str){ bytes, got };
	return bytes && n >= 0;
}

static int file_read(struct arena *arena, const char *file, struct file_values *ret_values, struct str *ret_error)
{
	struct reader reader = { .arena = arena, .file = file, .values = ret_values, .ret_error = ret_error };
	struct str text;
	int err;

	memset(ret_values, 0, sizeof(*ret_values));
	if (!file)
		return OK;
	if (!read_text(arena, file, &text)) {
		*ret_error = arena_printf(arena, "cannot read %s: %m", file);
		return ERR_NOT_FOUND;
	}
	if (!yaml_parser_initialize(&reader.parser))
		abort();
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text.p, text.n);
	err = reader_run(&reader);
	yaml_parser_delete(&reader.parser);
	return err;
}

/* --- the three sources in their rank ---------------------------------------------------------------------------- */

static int option_value(struct arena *arena, const struct option *option, const struct file_values *file,
                        struct view *view, struct str *ret_value, enum config_source *ret_source)
{
	struct str in_file = file->values[option - options];
	int err;

	*ret_value = in_file.p ? in_file : str_of(option->fallback);
	*ret_source = in_file.p ? CONFIG_FILE : CONFIG_DEFAULT;
	if (!view)
		return OK;
	err = settings_get(arena, view, str_of(option->key), ret_value);
	if (err == OK)
		*ret_source = CONFIG_STORE;
	return err == ERR_NOT_FOUND ? OK : err;
}

int config_load(struct arena *arena, const char *file, struct view *view, struct config *ret_config,
                struct str *ret_error)
{
	struct file_values values;
	struct config config;
	int err = file_read(arena, file, &values, ret_error);

	if (err != OK)
		return err;
	memset(&config, 0, sizeof(config));
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		enum config_source source;
		struct str value;

		err = option_value(arena, &options[i], &values, view, &value, &source);
		if (err != OK)
			return err;
		/* A store of an older build may hold what this one refuses: say so rather than guess. */
		if (source == CONFIG_STORE && (err = option_check(arena, &options[i], value, ret_error)) != OK)
			return err;
		option_set(arena, &options[i], value, &config);
	}
	*ret_config = config;
	return OK;
}

int config_check(struct arena *arena, struct str key, struct str value, struct str *ret_error)
{
	const struct option *option = option_find(key);

	if (!option) {
		*ret_error = arena_printf(arena, "no such key: %.*s", STR_ARG(key));
		return ERR_NOT_FOUND;
	}
	if (is_fixed(option)) {
		*ret_error = arena_printf(arena, "%s is fixed when the data folder is made: every id holds it", option->key);
		return ERR_DENIED;
	}
	return option_check(arena, option, value, ret_error);
}

bool config_is_live(struct str key)
{
	const struct option *option = option_find(key);

	return option && option->live;
}

int config_get(struct arena *arena, const char *file, struct view *view, struct str key, struct str *ret_value,
               enum config_source *ret_source, struct str *ret_error)
{
	const struct option *option = option_find(key);
	struct file_values values;
	int err;

	if (!option) {
		*ret_error = arena_printf(arena, "no such key: %.*s", STR_ARG(key));
		return ERR_NOT_FOUND;
	}
	err = file_read(arena, file, &values, ret_error);
	return err == OK ? option_value(arena, option, &values, view, ret_value, ret_source) : err;
}

/* One key as a line, and with `explain` the lines that say where its value comes from and what it is. */
static void option_print(struct buf *buf, const struct option *option, struct str value, enum config_source source,
                         struct str in_file, bool explain)
{
	buf_printf(buf, "%s = %.*s\n", option->key, STR_ARG(value));
	if (!explain)
		return;
	if (is_fixed(option)) {
		buf_printf(buf, "    from the file, as init made it; never changes: every id holds it\n    %s\n", option->text);
		return;
	}
	buf_printf(buf, "    from the %s", source_names[source]);
	if (source != CONFIG_DEFAULT)
		buf_printf(buf, " (default: %s)", option->fallback);
	if (source == CONFIG_STORE && in_file.p)
		buf_printf(buf, ", which outranks the file's %.*s", STR_ARG(in_file));
	buf_printf(buf, "; a change takes effect %s\n    %s\n", option->live ? "at once" : "at the next start",
	           option->text);
}

static int print_all(struct arena *arena, const char *file, struct view *view, bool explain, struct str *ret_text,
                     struct str *ret_error)
{
	struct file_values values;
	struct buf buf;
	int err = file_read(arena, file, &values, ret_error);

	if (err != OK)
		return err;
	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		enum config_source source;
		struct str value;

		err = option_value(arena, &options[i], &values, view, &value, &source);
		if (err != OK)
			return err;
		option_print(&buf, &options[i], value, source, values.values[i], explain);
	}
	*ret_text = buf_str(&buf);
	return OK;
}

int config_print(struct arena *arena, const char *file, struct view *view, struct str *ret_text,
                 struct str *ret_error)
{
	return print_all(arena, file, view, false, ret_text, ret_error);
}

int config_explain(struct arena *arena, const char *file, struct view *view, struct str *ret_text,
                   struct str *ret_error)
{
	return print_all(arena, file, view, true, ret_text, ret_error);
}

/* --- the file that init writes ---------------------------------------------------------------------------------- */

/* A YAML double-quoted scalar. */
static void template_quote(struct buf *buf, struct str value)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_add_char(buf, '\\');
		buf_add_char(buf, value.p[i]);
	}
	buf_add_char(buf, '"');
}

struct str config_template(struct arena *arena, struct str domain, struct str url, struct str listen, struct str title)
{
	const struct { const char *key; struct str value; } given[] = {
		{ "domain", domain }, { "url", url }, { "listen", listen }, { "title", title },
	};
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, STR("# Configuration of this rse-node. Lines that begin with # show the default.\n"
	                  "# `rse-node config set KEY VALUE` keeps a value in the store, which outranks this file;\n"
	                  "# `rse-node config --explain` says which value holds and why.\n"));
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		struct str value = STR_NONE;

		for (size_t j = 0; j < sizeof(given) / sizeof(given[0]); j++)
			if (str_eq(str_of(options[i].key), str_of(given[j].key)))
				value = given[j].value;
		buf_printf(&buf, "\n# %s\n%s%s: ", options[i].text, value.p ? "" : "#", options[i].key);
		template_quote(&buf, value.p ? value : str_of(options[i].fallback));
		buf_add_char(&buf, '\n');
	}
	return buf_str(&buf);
}
