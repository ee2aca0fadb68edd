/*
 * Who may do what to others and to the node: the one table of actions and roles. A route of the table names its action;
 * what a person may do is what any of their roles may. Being allowed to an action never opens what access.h keeps
 * closed: no role reads somebody else's letters. Pure; any thread.
 */
#ifndef NODE_PERMISSION_H
#define NODE_PERMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"
#include "storage/model.h"

/* The bits that clients of Mastodon know, by which they show the menus of an administrator. */
enum mastodon_permission {
	MAY_NOTHING_SHOWN = 0, MAY_VIEW_AUDIT_LOG = 0x4, MAY_VIEW_DASHBOARD = 0x8, MAY_MANAGE_REPORTS = 0x10,
	MAY_MANAGE_FEDERATION = 0x20, MAY_MANAGE_BLOCKS = 0x80, MAY_MANAGE_TAXONOMIES = 0x100, MAY_MANAGE_USERS = 0x400,
	MAY_MANAGE_INVITES = 0x800, MAY_MANAGE_ROLES = 0x20000, MAY_MANAGE_USER_ACCESS = 0x40000, MAY_DELETE_USER_DATA = 0x80000,
};

#define STAFF (ROLE_MODERATOR | ROLE_PEOPLE_MANAGER | ROLE_DATA_PROTECTION_OFFICER | ROLE_ADMIN)

/*
 * X(NAME, "word", roles that may, Mastodon's bit, "what it is"). ROLE_ADMIN, who looks after the machine, stands in no
 * row by which one reads what people wrote.
 */
#define ACTION_LIST(X) \
	X(ACCOUNTS_READ, "accounts.read", STAFF, MAY_MANAGE_USERS, \
	  "sees who is known here: name, mail address, roles and state, not what they wrote") \
	X(ACCOUNTS_ADMIT, "accounts.admit", ROLE_MODERATOR | ROLE_PEOPLE_MANAGER, MAY_MANAGE_USERS, \
	  "lets people in who signed up, or turns them away") \
	X(ACCOUNTS_ACT, "accounts.act", ROLE_MODERATOR | ROLE_PEOPLE_MANAGER | ROLE_ADMIN, MAY_MANAGE_USERS, \
	  "acts on an account: what exactly, accounts.disable and accounts.moderate say") \
	X(ACCOUNTS_DISABLE, "accounts.disable", ROLE_MODERATOR | ROLE_PEOPLE_MANAGER | ROLE_ADMIN, MAY_MANAGE_USER_ACCESS, \
	  "ends somebody's access, or gives it back") \
	X(ACCOUNTS_MODERATE, "accounts.moderate", ROLE_MODERATOR, MAY_MANAGE_USERS, \
	  "silences or suspends an account, veils its media, and takes that back") \
	X(ACCOUNTS_ERASE, "accounts.erase", ROLE_MODERATOR | ROLE_DATA_PROTECTION_OFFICER, MAY_DELETE_USER_DATA, \
	  "erases what a suspended account left") \
	X(SIGN_IN_RESET, "sign-in.reset", ROLE_PEOPLE_MANAGER | ROLE_ADMIN, MAY_MANAGE_USER_ACCESS, \
	  "has somebody choose a new password or a new second factor") \
	X(INVITATIONS, "invitations", ROLE_PEOPLE_MANAGER | ROLE_ADMIN, MAY_MANAGE_INVITES, \
	  "invites people, and takes invitations back") \
	X(DEPARTURES, "departures", ROLE_PEOPLE_MANAGER, MAY_MANAGE_USER_ACCESS, \
	  "has somebody leave, and says who takes over and what becomes of what they wrote") \
	X(DIRECTORY, "directory", ROLE_PEOPLE_MANAGER | ROLE_ADMIN, MAY_MANAGE_USERS, \
	  "looks at and starts the synchronisation with the company's directory") \
	X(REPORTS, "reports", ROLE_MODERATOR, MAY_MANAGE_REPORTS, \
	  "reads what people report, with the posts they name, and closes it") \
	X(TRENDS, "trends", ROLE_MODERATOR, MAY_MANAGE_TAXONOMIES, \
	  "reads which posts and tags are of the day") \
	X(STATISTICS, "statistics", ROLE_MODERATOR | ROLE_PEOPLE_MANAGER | ROLE_ADMIN, MAY_VIEW_DASHBOARD, \
	  "sees figures of the node: how many, how much, and who most") \
	X(FEDERATION, "federation", ROLE_MODERATOR | ROLE_ADMIN, MAY_MANAGE_FEDERATION, \
	  "says with which nodes this one has to do, and which are silenced or kept out") \
	X(NETWORKS, "networks", ROLE_MODERATOR | ROLE_ADMIN, MAY_MANAGE_BLOCKS, \
	  "keeps networks out, and mail addresses of some domains from signing up") \
	X(ROLES_READ, "roles.read", ROLE_PEOPLE_MANAGER | ROLE_DATA_PROTECTION_OFFICER | ROLE_ADMIN, MAY_NOTHING_SHOWN, \
	  "sees who has which role") \
	X(ROLES_GRANT, "roles.grant", ROLE_ADMIN, MAY_MANAGE_ROLES, \
	  "gives others roles and takes them; oneself none") \
	X(AUDIT_READ, "audit.read", ROLE_DATA_PROTECTION_OFFICER | ROLE_ADMIN, MAY_VIEW_AUDIT_LOG, \
	  "reads who did what, and has the journal verified")

enum staff_action {
	ACTION_NONE = 0,   /* of a route: takes no role */
#define ACTION_ENUM(name, word, roles, bit, what) ACTION_##name,
	ACTION_LIST(ACTION_ENUM)
#undef ACTION_ENUM
	ACTION_COUNT,
};

/* The set of roles of which one is enough; 0 of ACTION_NONE. */
uint8_t action_roles(enum staff_action action);
/* "accounts.read"; "-" of ACTION_NONE. */
const char *action_name(enum staff_action action);
const char *action_text(enum staff_action action);
/* Whether whoever holds `roles` may. ACTION_NONE: everybody. */
bool roles_may(uint8_t roles, enum staff_action action);
/* Whether whoever holds `roles` acts on the account of somebody who holds `others`: on those without a role; an administrator
 * on all but administrators, of whom whoever runs the machine decides. */
bool roles_reach(uint8_t roles, uint8_t others);
/* What Mastodon's clients are told that they may. */
uint32_t roles_permissions(uint8_t roles);

#endif
