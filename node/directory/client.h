/*
 * Talking to the company's directory by LDAP: the one room that knows libldap. Every call blocks, each answer at most
 * settings->timeout_ms: pool threads, jobs and the command line only. A connection is used by one thread at a time.
 *
 * Referrals are never followed: they would carry a password to a host that nobody named here.
 */
#ifndef NODE_DIRECTORY_CLIENT_H
#define NODE_DIRECTORY_CLIENT_H

#include "node/directory/settings.h"

struct arena;
struct directory;

/* Somebody of the directory. Texts are one line each, and may be empty. */
struct directory_entry {
	struct str id;             /* stable, as text */
	struct str dn, login, mail, display_name, department, job_title;
	bool disabled;             /* as it says itself */
	uint8_t roles;             /* set of enum user_role that its groups give */
};

/* Connects, encrypts as the settings say, and signs in as the node. ERR_NETWORK: it does not answer, or its certificate is
 * not vouched for. ERR_DENIED: it does not know the node. ERR_INVALID: a file of the settings cannot be used. *ret_why says
 * it in a sentence. The connection lives as long as `arena`. One that did not answer in time is not asked again for
 * some seconds, so that people do not all wait for it; `patient` asks all the same. */
int directory_open(struct arena *arena, const struct directory_settings *settings, bool patient,
                   struct directory **ret_directory, struct str *ret_why);
/* The entry of that name or mail address among the node's people. ERR_NOT_FOUND: there is none. ERR_EXISTS: several. Others
 * as directory_open(). */
int directory_find(struct directory *directory, struct arena *arena, struct str name, struct directory_entry *ret_entry,
                   struct str *ret_why);
/* Is that the password of that entry? An empty one is not: it would be a sign-in as nobody, which succeeds. An empty DN
 * costs a question to the directory, and is never right. The connection is good for nothing else afterwards. ERR_DENIED;
 * ERR_NETWORK. */
int directory_bind(struct directory *directory, struct str dn, struct str password, struct str *ret_why);
/* All of the node's people, page by page. ERR_LIMIT: the answer is not whole (a limit of the directory's, its time was up,
 * it refers to another); others as directory_open(). */
int directory_read_all(struct directory *directory, struct arena *arena, struct directory_entry **ret_entries,
                       size_t *ret_count, struct str *ret_why);

#endif
