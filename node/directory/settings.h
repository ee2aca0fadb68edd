/*
 * The company's directory as the settings describe it: where it is, who of it is one of our people, and what its
 * attributes are called. Pure; any thread.
 */
#ifndef NODE_DIRECTORY_SETTINGS_H
#define NODE_DIRECTORY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;
struct config;

enum directory_attribute {
	DIRECTORY_ID, DIRECTORY_LOGIN, DIRECTORY_MAIL, DIRECTORY_DISPLAY_NAME, DIRECTORY_CN, DIRECTORY_DEPARTMENT,
	DIRECTORY_JOB_TITLE, DIRECTORY_GROUPS, DIRECTORY_DISABLED, DIRECTORY_ATTRIBUTES,
};

/* A role that a group gives. */
struct directory_role {
	uint8_t role;              /* one of enum user_role */
	struct str group;          /* its DN as the settings have it */
};

struct directory_settings {
	struct str url;            /* ldap:// or ldaps://, host, port; nothing else */
	bool start_tls;            /* before anything else is said */
	bool active_directory;
	struct str ca_file;        /* empty: the system's */
	struct str base, bind_dn, password_file, filter;
	struct str attributes[DIRECTORY_ATTRIBUTES];  /* empty: is not read */
	struct str disabled_value; /* of the attribute DIRECTORY_DISABLED: … */
	uint64_t disabled_bits;    /* … or, when not 0, bits of it of which one is enough */
	struct directory_role *roles;
	size_t role_count;
	int64_t timeout_ms;
};

/* Is there one? */
bool directory_is_on(const struct config *config);
/* ERR_NOT_FOUND: there is none. ERR_INVALID: *ret_fault says in a sentence what is wrong with which key. */
int directory_settings_read(struct arena *arena, const struct config *config, struct directory_settings *ret_settings,
                            struct str *ret_fault);

/* For the table of settings. */
bool directory_url_is_whole(struct str url);
bool directory_preset_exists(struct str preset);

#endif
