/*
 * Connections to the directory and what comes back.
 *
 * Debian's libldap is built with GnuTLS: certificates are given by file, and each option counts for a connection only once
 * LDAP_OPT_X_TLS_NEWCTX was set behind it. What /etc/ldap/ldap.conf says of a setting of ours is overruled.
 */
#include "node/directory/client.h"

#include <fcntl.h>
#include <ldap.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "node/directory/text.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum {
	PAGE_ENTRIES = 500, ENTRIES_MAX = 200000, PASSWORD_FILE_BYTES_MAX = 1024, GROUPS_MAX = 2000,
	LINE_CHARS_MAX = 100, MAIL_BYTES_MAX = 254, DN_BYTES_MAX = 1000, NAME_BYTES_MAX = 254,
	SLOW_MS = 1000, RESTED_MS = 15 * 1000,
};

static const char system_certificates[] = "/etc/ssl/certs/ca-certificates.crt";

/* Monotonic time until which the directory is left alone. */
static atomic_llong rests_until_ms;

struct directory {
	struct arena *arena;
	const struct directory_settings *settings;
	LDAP *ld;
	struct str *groups;        /* of settings->roles, in their normal form */
	const char *attributes[DIRECTORY_ATTRIBUTES + 1];
};

/* --- errors ----------------------------------------------------------------------------------------------------- */

static bool is_network(int rc)
{
	return rc == LDAP_SERVER_DOWN || rc == LDAP_CONNECT_ERROR || rc == LDAP_TIMEOUT || rc == LDAP_UNAVAILABLE ||
	       rc == LDAP_BUSY || rc == LDAP_LOCAL_ERROR || rc == LDAP_CONFIDENTIALITY_REQUIRED;
}

static bool is_partial(int rc)
{
	return rc == LDAP_SIZELIMIT_EXCEEDED || rc == LDAP_TIMELIMIT_EXCEEDED || rc == LDAP_ADMINLIMIT_EXCEEDED ||
	       rc == LDAP_PARTIAL_RESULTS || rc == LDAP_REFERRAL;
}

static struct str describe(const struct directory *directory, const char *deed, int rc)
{
	char *diagnosis = NULL;
	struct str said;

	ldap_get_option(directory->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnosis);
	said = diagnosis ? directory_line(directory->arena, str_of(diagnosis), 2 * LINE_CHARS_MAX) : STR_NONE;
	ldap_memfree(diagnosis);
	return arena_printf(directory->arena, "%s: %s%s%.*s", deed, ldap_err2string(rc), said.n ? ": " : "", STR_ARG(said));
}

static int fail(const struct directory *directory, const char *deed, int rc, struct str *ret_why)
{
	*ret_why = describe(directory, deed, rc);
	if (is_network(rc))
		return ERR_NETWORK;
	if (is_partial(rc))
		return ERR_LIMIT;
	return rc == LDAP_INVALID_CREDENTIALS || rc == LDAP_INSUFFICIENT_ACCESS ? ERR_DENIED : ERR_INVALID;
}

/* --- the connection --------------------------------------------------------------------------------------------- */

static struct timeval timeout_of(const struct directory_settings *settings)
{
	return (struct timeval){ settings->timeout_ms / 1000, settings->timeout_ms % 1000 * 1000 };
}

static int set_tls(struct directory *directory)
{
	struct str file = directory->settings->ca_file.n ? directory->settings->ca_file : str_of(system_certificates);
	int demand = LDAP_OPT_X_TLS_DEMAND, lowest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0;
	int rc = ldap_set_option(directory->ld, LDAP_OPT_X_TLS_CACERTFILE, arena_cstr(directory->arena, file));

	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(directory->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(directory->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &lowest);
	return rc == LDAP_OPT_SUCCESS ? ldap_set_option(directory->ld, LDAP_OPT_X_TLS_NEWCTX, &client) : rc;
}

static int set_options(struct directory *directory)
{
	struct timeval timeout = timeout_of(directory->settings);
	int version = LDAP_VERSION3, seconds = (int)((directory->settings->timeout_ms + 999) / 1000);
	const struct { int option; const void *value; } rows[] = {
		{ LDAP_OPT_PROTOCOL_VERSION, &version }, { LDAP_OPT_REFERRALS, LDAP_OPT_OFF }, { LDAP_OPT_RESTART, LDAP_OPT_ON },
		{ LDAP_OPT_NETWORK_TIMEOUT, &timeout }, { LDAP_OPT_TIMEOUT, &timeout }, { LDAP_OPT_TIMELIMIT, &seconds },
	};
	int rc = LDAP_OPT_SUCCESS;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == LDAP_OPT_SUCCESS; i++)
		rc = ldap_set_option(directory->ld, rows[i].option, rows[i].value);
	if (rc == LDAP_OPT_SUCCESS && (directory->settings->start_tls || str_starts(directory->settings->url, STR("ldaps:"))))
		rc = set_tls(directory);
	return rc;
}

/* The first line of a file that others cannot read. */
static int read_password(struct arena *arena, struct str path, struct str *ret_password, struct str *ret_why)
{
	int fd = open(arena_cstr(arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *bytes = arena_alloc(arena, PASSWORD_FILE_BYTES_MAX + 1);
	ssize_t n = -1;
	struct stat st;

	*ret_why = STR("directory.password_file cannot be read");
	if (fd < 0)
		return ERR_INVALID;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_mode & (S_IROTH | S_IWOTH))
			*ret_why = STR("directory.password_file may be read by everybody: chmod o-rw it");
		else
			n = read(fd, bytes, PASSWORD_FILE_BYTES_MAX);
	}
	close(fd);
	if (n < 0)
		return ERR_INVALID;
	bytes[n] = '\0';
	bytes[strcspn(bytes, "\r\n")] = '\0';
	*ret_password = str_of(bytes);
	if (!ret_password->n)
		*ret_why = STR("directory.password_file is empty");
	return ret_password->n ? OK : ERR_INVALID;
}

static int bind_as(struct directory *directory, struct str dn, struct str password)
{
	struct berval credentials = { .bv_len = password.n, .bv_val = arena_cstr(directory->arena, password) };
	int rc = ldap_sasl_bind_s(directory->ld, arena_cstr(directory->arena, dn), LDAP_SASL_SIMPLE, &credentials, NULL, NULL,
	                          NULL);

	explicit_bzero(credentials.bv_val, credentials.bv_len);
	return rc;
}

static int enter(struct directory *directory, struct str *ret_why)
{
	const struct directory_settings *settings = directory->settings;
	struct str password = STR_NONE;
	int rc, err = settings->bind_dn.n ? read_password(directory->arena, settings->password_file, &password, ret_why) : OK;

	if (err != OK)
		return err;
	rc = settings->start_tls ? ldap_start_tls_s(directory->ld, NULL, NULL) : LDAP_SUCCESS;
	if (rc != LDAP_SUCCESS) {
		*ret_why = describe(directory, "no encryption with the directory", rc);
		return ERR_NETWORK;
	}
	rc = bind_as(directory, settings->bind_dn, password);
	return rc == LDAP_SUCCESS ? OK : fail(directory, "the node cannot sign in to the directory", rc, ret_why);
}

static void disconnect(void *ld)
{
	ldap_unbind_ext_s(ld, NULL, NULL);
}

/* What a DN means whatever its spaces, escapes and case; STR_NONE: it is none. */
static struct str normal_dn(struct arena *arena, struct str text)
{
	char *written = NULL;
	struct str normal = STR_NONE;
	LDAPDN dn = NULL;

	if (text.n > DN_BYTES_MAX || ldap_str2dn(arena_cstr(arena, text), &dn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return STR_NONE;
	if (ldap_dn2str(dn, &written, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
		normal = str_lower(arena, arena_str(arena, str_of(written)));
	ldap_memfree(written);
	ldap_dnfree(dn);
	return normal;
}

static struct directory *directory_new(struct arena *arena, const struct directory_settings *settings)
{
	struct directory *directory = ARENA_NEW(arena, struct directory);
	size_t count = 0;

	directory->arena = arena;
	directory->settings = settings;
	directory->groups = ARENA_ARRAY(arena, struct str, settings->role_count + 1);
	for (size_t i = 0; i < settings->role_count; i++)
		directory->groups[i] = normal_dn(arena, settings->roles[i].group);
	for (size_t i = 0; i < DIRECTORY_ATTRIBUTES; i++)
		if (settings->attributes[i].n && !(i == DIRECTORY_GROUPS && !settings->role_count))
			directory->attributes[count++] = arena_cstr(arena, settings->attributes[i]);
	return directory;
}

int directory_open(struct arena *arena, const struct directory_settings *settings, bool patient,
                   struct directory **ret_directory, struct str *ret_why)
{
	struct directory *directory = directory_new(arena, settings);
	int64_t began_ms = clock_monotonic_ms();
	int err;

	*ret_why = STR("the directory does not answer");
	if (!patient && began_ms < atomic_load(&rests_until_ms))
		return ERR_NETWORK;
	if (ldap_initialize(&directory->ld, arena_cstr(arena, settings->url)) != LDAP_SUCCESS)
		return ERR_INVALID;
	arena_defer(arena, disconnect, directory->ld);
	if (set_options(directory) != LDAP_OPT_SUCCESS) {
		*ret_why = STR("directory.ca_file cannot be used");
		return ERR_INVALID;
	}
	err = enter(directory, ret_why);
	if (err == ERR_NETWORK && clock_monotonic_ms() - began_ms > SLOW_MS)
		atomic_store(&rests_until_ms, clock_monotonic_ms() + RESTED_MS);
	*ret_directory = directory;
	return err;
}

/* --- entries ---------------------------------------------------------------------------------------------------- */

/* Of several values the first. */
static struct str first_value(const struct directory *directory, LDAPMessage *message, struct arena *arena,
                              enum directory_attribute attribute)
{
	struct berval **values = NULL;
	struct str value = STR_NONE;

	if (directory->settings->attributes[attribute].n)
		values = ldap_get_values_len(directory->ld, message,
		                             arena_cstr(arena, directory->settings->attributes[attribute]));
	if (values && values[0])
		value = arena_str(arena, (struct str){ values[0]->bv_val, values[0]->bv_len });
	ldap_value_free_len(values);
	return value;
}

static struct str line_of(const struct directory *directory, LDAPMessage *message, struct arena *arena,
                          enum directory_attribute attribute, size_t max)
{
	return directory_line(arena, first_value(directory, message, arena, attribute), max);
}

static bool says_disabled(const struct directory_settings *settings, struct str value)
{
	uint64_t number;

	if (!settings->disabled_bits)
		return settings->disabled_value.n && str_eq_nocase(value, settings->disabled_value);
	return str_to_u64(value, &number) && number & settings->disabled_bits;
}

static uint8_t roles_of(const struct directory *directory, LDAPMessage *message, struct arena *arena)
{
	const struct directory_settings *settings = directory->settings;
	struct berval **values;
	uint8_t roles = 0;

	if (!settings->role_count)
		return 0;
	values = ldap_get_values_len(directory->ld, message, arena_cstr(arena, settings->attributes[DIRECTORY_GROUPS]));
	for (size_t i = 0; values && values[i] && i < GROUPS_MAX; i++) {
		struct str dn = normal_dn(arena, (struct str){ values[i]->bv_val, values[i]->bv_len });

		for (size_t row = 0; row < settings->role_count; row++)
			if (dn.n && str_eq(dn, directory->groups[row]))
				roles |= settings->roles[row].role;
	}
	ldap_value_free_len(values);
	return roles;
}

static struct directory_entry read_entry(const struct directory *directory, LDAPMessage *message, struct arena *arena)
{
	const struct directory_settings *settings = directory->settings;
	bool guid = str_eq_nocase(settings->attributes[DIRECTORY_ID], STR("objectGUID"));
	char *dn = ldap_get_dn(directory->ld, message);
	struct directory_entry entry = {
		.id = directory_id_text(arena, first_value(directory, message, arena, DIRECTORY_ID), guid),
		.dn = dn ? arena_str(arena, str_of(dn)) : STR_NONE,
		.login = line_of(directory, message, arena, DIRECTORY_LOGIN, NAME_BYTES_MAX),
		.mail = line_of(directory, message, arena, DIRECTORY_MAIL, MAIL_BYTES_MAX),
		.display_name = line_of(directory, message, arena, DIRECTORY_DISPLAY_NAME, LINE_CHARS_MAX),
		.department = line_of(directory, message, arena, DIRECTORY_DEPARTMENT, LINE_CHARS_MAX),
		.job_title = line_of(directory, message, arena, DIRECTORY_JOB_TITLE, LINE_CHARS_MAX),
		.disabled = says_disabled(settings, first_value(directory, message, arena, DIRECTORY_DISABLED)),
		.roles = roles_of(directory, message, arena),
	};

	ldap_memfree(dn);
	if (!entry.display_name.n)
		entry.display_name = line_of(directory, message, arena, DIRECTORY_CN, LINE_CHARS_MAX);
	if (entry.dn.n > DN_BYTES_MAX)  /* nobody's to sign in as */
		entry.dn = entry.id = STR_NONE;
	return entry;
}

static int search(struct directory *directory, struct str filter, LDAPControl **controls, int limit, LDAPMessage **ret_result)
{
	struct timeval timeout = timeout_of(directory->settings);

	*ret_result = NULL;
	return ldap_search_ext_s(directory->ld, arena_cstr(directory->arena, directory->settings->base), LDAP_SCOPE_SUBTREE,
	                         arena_cstr(directory->arena, filter), (char **)directory->attributes, 0, controls, NULL,
	                         &timeout, limit, ret_result);
}

int directory_find(struct directory *directory, struct arena *arena, struct str name, struct directory_entry *ret_entry,
                   struct str *ret_why)
{
	const struct directory_settings *settings = directory->settings;
	LDAPMessage *result, *entry;
	int rc, err = OK;

	name = str_trim(name);
	*ret_why = STR("there is no such person in the directory");
	if (!name.n || name.n > NAME_BYTES_MAX || !utf8_valid(name))
		return ERR_NOT_FOUND;
	rc = search(directory, directory_name_filter(arena, settings->filter, settings->attributes[DIRECTORY_LOGIN],
	                                             settings->attributes[DIRECTORY_MAIL], name), NULL, 2, &result);
	entry = result ? ldap_first_entry(directory->ld, result) : NULL;
	if (rc == LDAP_SIZELIMIT_EXCEEDED || (entry && ldap_next_entry(directory->ld, entry)))
		err = ERR_EXISTS;
	else if (rc != LDAP_SUCCESS)
		err = fail(directory, "the directory was not searched", rc, ret_why);
	else if (!entry)
		err = ERR_NOT_FOUND;
	else
		*ret_entry = read_entry(directory, entry, arena);
	if (err == ERR_EXISTS)
		*ret_why = STR("several entries of the directory have that name or address");
	ldap_msgfree(result);
	return err;
}

int directory_bind(struct directory *directory, struct str dn, struct str password, struct str *ret_why)
{
	const struct directory_settings *settings = directory->settings;
	bool possible = dn.n && password.n;
	int rc;

	*ret_why = STR("the password is wrong");
	if (!password.n || str_find_char(password, '\0') != SIZE_MAX)
		return ERR_DENIED;
	if (!dn.n)
		dn = arena_printf(directory->arena, "%.*s=%.*s,%.*s", STR_ARG(settings->attributes[DIRECTORY_LOGIN]),
		                  STR_ARG(hash_token(directory->arena)), STR_ARG(settings->base));
	rc = bind_as(directory, dn, password);
	if (rc == LDAP_SUCCESS)
		return possible ? OK : ERR_DENIED;
	return is_network(rc) ? fail(directory, "the directory was not asked", rc, ret_why) : ERR_DENIED;
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

struct reading {
	struct directory *directory;
	struct arena *arena;
	struct directory_entry *entries;
	size_t count, room;
	struct berval cookie;      /* of the next page; empty: that was the last */
};

static int add_entries(struct reading *reading, LDAPMessage *result, struct str *ret_why)
{
	LDAP *ld = reading->directory->ld;

	if (ldap_first_reference(ld, result)) {
		*ret_why = STR("the directory refers to another one for a part of the answer");
		return ERR_LIMIT;
	}
	for (LDAPMessage *entry = ldap_first_entry(ld, result); entry; entry = ldap_next_entry(ld, entry)) {
		if (reading->count == ENTRIES_MAX) {
			*ret_why = STR("the directory has more people than a node takes");
			return ERR_LIMIT;
		}
		if (reading->count == reading->room) {
			size_t size = sizeof(*reading->entries);

			reading->entries = arena_grow(reading->arena, reading->entries, reading->room * size,
			                              (reading->room + PAGE_ENTRIES) * size);
			reading->room += PAGE_ENTRIES;
		}
		reading->entries[reading->count++] = read_entry(reading->directory, entry, reading->arena);
	}
	return OK;
}

/* What came behind the entries: an error, other directories to ask, the place of the next page. */
static int read_end(struct reading *reading, LDAPMessage *result, struct str *ret_why)
{
	LDAP *ld = reading->directory->ld;
	LDAPControl **controls = NULL, *page;
	char **referrals = NULL;
	ber_int_t total = 0;
	int code = LDAP_SUCCESS, rc = ldap_parse_result(ld, result, &code, NULL, NULL, &referrals, &controls, 0);

	ber_memfree(reading->cookie.bv_val);
	reading->cookie = (struct berval){ 0 };
	page = controls ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL) : NULL;
	if (rc == LDAP_SUCCESS)
		rc = referrals ? LDAP_REFERRAL : code;
	if (rc == LDAP_SUCCESS && page)
		rc = ldap_parse_pageresponse_control(ld, page, &total, &reading->cookie);
	ldap_controls_free(controls);
	ldap_memvfree((void **)referrals);
	return rc == LDAP_SUCCESS ? OK : fail(reading->directory, "the directory's answer is not whole", rc, ret_why);
}

static int read_page(struct reading *reading, struct str *ret_why)
{
	struct directory *directory = reading->directory;
	/* Active Directory would refer to its other partitions, where no people are. */
	LDAPControl *page = NULL, alone = { .ldctl_oid = (char *)LDAP_CONTROL_X_DOMAIN_SCOPE };
	LDAPControl *controls[] = { NULL, directory->settings->active_directory ? &alone : NULL, NULL };
	LDAPMessage *result = NULL;
	int rc = ldap_create_page_control(directory->ld, PAGE_ENTRIES, &reading->cookie, 1, &page), err;

	controls[0] = page;
	if (rc == LDAP_SUCCESS)
		rc = search(directory, directory->settings->filter, controls, LDAP_NO_LIMIT, &result);
	err = rc == LDAP_SUCCESS ? add_entries(reading, result, ret_why)
	                         : fail(directory, "the directory was not read", rc, ret_why);
	if (err == OK)
		err = read_end(reading, result, ret_why);
	ldap_msgfree(result);
	if (page)
		ldap_control_free(page);
	return err;
}

int directory_read_all(struct directory *directory, struct arena *arena, struct directory_entry **ret_entries,
                       size_t *ret_count, struct str *ret_why)
{
	struct reading reading = { .directory = directory, .arena = arena };
	size_t pages = 0;
	int err;

	*ret_why = STR_NONE;
	do {
		err = read_page(&reading, ret_why);
	} while (err == OK && reading.cookie.bv_len && pages++ < ENTRIES_MAX / PAGE_ENTRIES);
	if (err == OK && reading.cookie.bv_len) {
		*ret_why = STR("the directory's answer has no end");
		err = ERR_LIMIT;
	}
	ber_memfree(reading.cookie.bv_val);
	*ret_entries = reading.entries;
	*ret_count = reading.count;
	return err;
}
