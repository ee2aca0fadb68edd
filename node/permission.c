/*
 * The table of actions and roles, read.
 */
#include "node/permission.h"

struct action_row {
	const char *name, *text;
	uint8_t roles;
	uint32_t permission;
};

static const struct action_row rows[ACTION_COUNT] = {
	[ACTION_NONE] = { "-", "takes no role", 0, 0 },
#define ACTION_ROW(id, word, who, bit, what) [ACTION_##id] = { word, what, who, bit },
	ACTION_LIST(ACTION_ROW)
#undef ACTION_ROW
};

uint8_t action_roles(enum staff_action action)
{
	return rows[action].roles;
}

const char *action_name(enum staff_action action)
{
	return rows[action].name;
}

const char *action_text(enum staff_action action)
{
	return rows[action].text;
}

bool roles_may(uint8_t roles, enum staff_action action)
{
	return action == ACTION_NONE || (roles & rows[action].roles);
}

bool roles_reach(uint8_t roles, uint8_t others)
{
	return !others || (!(others & ROLE_ADMIN) && (roles & ROLE_ADMIN));
}

uint32_t roles_permissions(uint8_t roles)
{
	uint32_t permissions = 0;

	for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++)
		if (roles_may(roles, (enum staff_action)action))
			permissions |= rows[action].permission;
	return permissions;
}
