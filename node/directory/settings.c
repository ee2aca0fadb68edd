/*
 * The settings of the directory, read. What the table of settings cannot check key by key is checked here: names of
 * attributes and the filter become part of filters that the node makes.
 */
#include "node/directory/settings.h"

#include "node/config.h"
#include "node/directory/text.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

enum { PRESET_OPENLDAP, PRESET_ACTIVE_DIRECTORY, PRESETS, ROLES_OF_GROUPS_MAX = 50 };

static const char *const preset_names[PRESETS] = { "openldap", "active_directory" };
static const char *const preset_filters[PRESETS] = {
	"(objectClass=inetOrgPerson)", "(&(objectCategory=person)(objectClass=user))",
};
static const char *const preset_disabled[PRESETS] = { "", "userAccountControl&2" };

/* In the order of enum directory_attribute. */
static const struct { const char *key; size_t offset; const char *names[PRESETS]; } attribute_rows[] = {
	[DIRECTORY_ID] = { "directory.id", offsetof(struct config, directory_id), { "entryUUID", "objectGUID" } },
	[DIRECTORY_LOGIN] = { "directory.login", offsetof(struct config, directory_login), { "uid", "sAMAccountName" } },
	[DIRECTORY_MAIL] = { "directory.mail", offsetof(struct config, directory_mail), { "mail", "mail" } },
	[DIRECTORY_DISPLAY_NAME] = { "directory.display_name", offsetof(struct config, directory_display_name),
	                             { "displayName", "displayName" } },
	[DIRECTORY_DEPARTMENT] = { "directory.department", offsetof(struct config, directory_department),
	                           { "ou", "department" } },
	[DIRECTORY_JOB_TITLE] = { "directory.job_title", offsetof(struct config, directory_job_title), { "title", "title" } },
	[DIRECTORY_GROUPS] = { "directory.groups", offsetof(struct config, directory_groups), { "memberOf", "memberOf" } },
};

bool directory_is_on(const struct config *config)
{
	return config && config->directory_url.n > 0;
}

bool directory_preset_exists(struct str preset)
{
	for (size_t i = 0; i < PRESETS; i++)
		if (str_eq(preset, str_of(preset_names[i])))
			return true;
	return false;
}

/* What stands behind the scheme; STR_NONE: another one. */
static struct str authority_of(struct str url)
{
	static const struct str schemes[] = { STR("ldap://"), STR("ldaps://") };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (str_starts(url, schemes[i]))
			return str_sub(url, schemes[i].n, SIZE_MAX);
	return STR_NONE;
}

/* The host of it, and the port behind; false: it is no authority. An address of version 6 stands in brackets. */
static bool authority_cut(struct str authority, struct str *ret_host, struct str *ret_port)
{
	bool bracketed = str_starts(authority, STR("["));
	size_t end = bracketed ? str_find_char(authority, ']') : str_find_char(authority, ':');

	if (bracketed && end == SIZE_MAX)
		return false;
	*ret_host = str_sub(authority, bracketed, end == SIZE_MAX ? SIZE_MAX : end - bracketed);
	*ret_port = end == SIZE_MAX ? STR_NONE : str_sub(authority, end + bracketed, SIZE_MAX);
	return true;
}

static bool is_host_byte(char c, bool bracketed)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
	       (bracketed && c == ':');
}

bool directory_url_is_whole(struct str url)
{
	struct str authority = authority_of(url), host, port;
	bool bracketed = str_starts(authority, STR("["));
	uint64_t number;

	if (!authority_cut(authority, &host, &port) || !host.n)
		return false;
	for (size_t i = 0; i < host.n; i++)
		if (!is_host_byte(host.p[i], bracketed))
			return false;
	return !port.n || (port.p[0] == ':' && str_to_u64(str_sub(port, 1, SIZE_MAX), &number) && number && number <= UINT16_MAX);
}

static bool is_loopback(struct str url)
{
	struct str host, port;

	return authority_cut(authority_of(url), &host, &port) &&
	       (str_eq_nocase(host, STR("localhost")) || str_starts(host, STR("127.")) || str_eq(host, STR("::1")));
}

static int refuse(struct arena *arena, const char *key, const char *what, struct str *ret_fault)
{
	*ret_fault = arena_printf(arena, "%s %s", key, what);
	return ERR_INVALID;
}

static int read_attributes(struct arena *arena, const struct config *config, size_t preset,
                           struct directory_settings *settings, struct str *ret_fault)
{
	for (size_t i = 0; i < sizeof(attribute_rows) / sizeof(attribute_rows[0]); i++) {
		struct str name;

		if (!attribute_rows[i].key)
			continue;
		memcpy(&name, (const char *)config + attribute_rows[i].offset, sizeof(name));
		settings->attributes[i] = name.n ? name : str_of(attribute_rows[i].names[preset]);
		if (!directory_is_attribute(settings->attributes[i]))
			return refuse(arena, attribute_rows[i].key, "is no name of an attribute", ret_fault);
	}
	settings->attributes[DIRECTORY_CN] = config->directory_display_name.n ? STR_NONE : STR("cn");
	return OK;
}

/* "ATTRIBUTE=VALUE" or "ATTRIBUTE&BITS". */
static int read_disabled(struct arena *arena, struct str text, struct directory_settings *settings, struct str *ret_fault)
{
	size_t equals = str_find_char(text, '='), bits = str_find_char(text, '&');
	size_t at = equals < bits ? equals : bits;

	if (!text.n)
		return OK;
	settings->attributes[DIRECTORY_DISABLED] = str_trim(str_sub(text, 0, at));
	settings->disabled_value = at == SIZE_MAX ? STR_NONE : str_trim(str_sub(text, at + 1, SIZE_MAX));
	if (!directory_is_attribute(settings->attributes[DIRECTORY_DISABLED]) || !settings->disabled_value.n ||
	    (at == bits && (!str_to_u64(settings->disabled_value, &settings->disabled_bits) || !settings->disabled_bits)))
		return refuse(arena, "directory.disabled", "must be ATTRIBUTE=VALUE or ATTRIBUTE&NUMBER", ret_fault);
	return OK;
}

/* "ROLE: DN; ROLE: DN". Commas are in DNs, so it is no list of the settings. */
static int read_roles(struct arena *arena, struct str text, struct directory_settings *settings, struct str *ret_fault)
{
	struct str rest = text;

	settings->roles = ARENA_ARRAY(arena, struct directory_role, ROLES_OF_GROUPS_MAX);
	while (rest.n) {
		struct str part = str_trim(str_cut(&rest, ';')), word;
		struct directory_role *row = &settings->roles[settings->role_count];

		if (!part.n)
			continue;
		word = str_trim(str_cut(&part, ':'));
		row->group = str_trim(part);
		if (settings->role_count == ROLES_OF_GROUPS_MAX || roles_parse(word, &row->role) != OK || !row->role ||
		    (row->role & (row->role - 1)) || str_find_char(row->group, '=') == SIZE_MAX)
			return refuse(arena, "directory.roles", "must be ROLE: DN of a group, with semicolons between several", ret_fault);
		settings->role_count++;
	}
	return OK;
}

int directory_settings_read(struct arena *arena, const struct config *config, struct directory_settings *ret_settings,
                            struct str *ret_fault)
{
	bool active = config && str_eq(config->directory_preset, str_of(preset_names[PRESET_ACTIVE_DIRECTORY]));
	size_t preset = active ? PRESET_ACTIVE_DIRECTORY : PRESET_OPENLDAP;
	struct str disabled;
	int r;

	*ret_fault = STR("directory.url is not set");
	if (!directory_is_on(config))
		return ERR_NOT_FOUND;
	*ret_settings = (struct directory_settings){
		.url = config->directory_url, .active_directory = active, .ca_file = config->directory_ca_file,
		.base = config->directory_base, .bind_dn = config->directory_bind_dn,
		.password_file = config->directory_password_file,
		.filter = config->directory_filter.n ? config->directory_filter : str_of(preset_filters[preset]),
		.timeout_ms = (int64_t)config->directory_seconds * SECOND_MS,
	};
	ret_settings->start_tls = str_starts(config->directory_url, STR("ldap://")) &&
	                          !str_eq(config->directory_tls, STR("off")) &&
	                          !(str_eq(config->directory_tls, STR("auto")) && is_loopback(config->directory_url));
	if (!ret_settings->base.n)
		return refuse(arena, "directory.base", "is not set", ret_fault);
	if (!directory_is_filter(ret_settings->filter))
		return refuse(arena, "directory.filter", "must be a filter in parentheses, such as (objectClass=person)", ret_fault);
	if (ret_settings->bind_dn.n && !ret_settings->password_file.n)
		return refuse(arena, "directory.password_file", "is not set, but directory.bind_dn is", ret_fault);
	disabled = config->directory_disabled.n ? config->directory_disabled : str_of(preset_disabled[preset]);
	r = read_attributes(arena, config, preset, ret_settings, ret_fault);
	if (r == OK)
		r = read_disabled(arena, disabled, ret_settings, ret_fault);
	return r == OK ? read_roles(arena, config->directory_roles, ret_settings, ret_fault) : r;
}
