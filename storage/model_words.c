/*
 * The words of the enumerations in stored records, as clients, files and the command line say them. Pure; any thread.
 */
#include "storage/model.h"

#include "storage/base/err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const visibility_names[] = {
	[VISIBILITY_PUBLIC] = "public", [VISIBILITY_UNLISTED] = "unlisted",
	[VISIBILITY_FOLLOWERS] = "private", [VISIBILITY_DIRECT] = "direct",
};

static const char *const role_names[] = {
	[ROLE_MEMBER] = "member", [ROLE_MODERATOR] = "moderator", [ROLE_PEOPLE_MANAGER] = "people_manager",
	[ROLE_DATA_PROTECTION_OFFICER] = "data_protection_officer", [ROLE_ADMIN] = "admin",
};

static const char *const tier_names[] = { [PEER_GROUP] = "group", [PEER_PARTNER] = "partner" };

static const char *const rule_kind_names[] = {
	[RULE_DOMAIN] = "domain", [RULE_ACCOUNT] = "account", [RULE_WORD] = "word",
	[RULE_SILENCE_DOMAIN] = "silence-domain", [RULE_SILENCE_ACCOUNT] = "silence-account",
	[RULE_SENSITIVE_ACCOUNT] = "sensitive-account", [RULE_NETWORK] = "network",
	[RULE_EMAIL_DOMAIN] = "email-domain",
};

static const char *const list_replies_names[] = {
	[LIST_REPLIES_FOLLOWED] = "followed", [LIST_REPLIES_LIST] = "list", [LIST_REPLIES_NONE] = "none",
};

static const char *const filter_action_names[] = {
	[FILTER_WARN] = "warn", [FILTER_HIDE] = "hide", [FILTER_BLUR] = "blur",
};

static const char *const filter_context_names[FILTER_CONTEXTS] = {
	"home", "notifications", "public", "thread", "account",
};

static const char *const import_kind_names[] = {
	[IMPORT_FOLLOWS] = "follows", [IMPORT_BLOCKS] = "blocks", [IMPORT_MUTES] = "mutes", [IMPORT_LISTS] = "lists",
	[IMPORT_DOMAIN_BLOCKS] = "domain_blocks", [IMPORT_BOOKMARKS] = "bookmarks",
};

/* As Mastodon and GoToSocial call some of them. */
static const char *const import_kind_other_names[] = {
	[IMPORT_FOLLOWS] = "following", [IMPORT_BLOCKS] = "blocking", [IMPORT_MUTES] = "muting",
	[IMPORT_DOMAIN_BLOCKS] = "domain_blocking",
};

static const char *const push_policy_names[] = {
	[PUSH_ALL] = "all", [PUSH_FOLLOWED] = "followed", [PUSH_FOLLOWERS] = "follower", [PUSH_NONE] = "none",
};

static const char *const notice_kind_names[] = {
	[NOTICE_MENTION] = "mention", [NOTICE_STATUS] = "status", [NOTICE_REBLOG] = "reblog",
	[NOTICE_FOLLOW] = "follow", [NOTICE_FOLLOW_REQUEST] = "follow_request",
	[NOTICE_FAVOURITE] = "favourite", [NOTICE_UPDATE] = "update",
	[NOTICE_POLL] = "poll", [NOTICE_EMOJI_REACTION] = "pleroma:emoji_reaction",
	[NOTICE_QUOTE] = "quote", [NOTICE_QUOTED_UPDATE] = "quoted_update",
	[NOTICE_SIGN_UP] = "admin.sign_up", [NOTICE_REPORT] = "admin.report",
};

static const char *const mail_state_names[] = {
	[MAIL_WAITING] = "waiting", [MAIL_SENT] = "sent", [MAIL_BOUNCED] = "bounced", [MAIL_GIVEN_UP] = "given-up",
	[MAIL_VOID] = "void",
};

static const char *name_at(const char *const *names, size_t count, size_t i)
{
	return i < count ? names[i] : NULL;
}

/* The index of `name`; `count` when it is not there. */
static size_t name_find(const char *const *names, size_t count, struct str name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i] && str_eq(str_of(names[i]), name))
			break;
	return i;
}

/* The same for enumerations that begin at 1. */
static uint8_t name_parse(const char *const *names, size_t count, struct str name)
{
	size_t i = name_find(names, count, name);

	return i < count ? (uint8_t)i : 0;
}

const char *visibility_name(uint8_t visibility)
{
	return name_at(visibility_names, COUNT(visibility_names), visibility);
}

uint8_t visibility_parse(struct str name)
{
	return name_parse(visibility_names, COUNT(visibility_names), name);
}

const char *role_name(uint8_t role)
{
	return name_at(role_names, COUNT(role_names), role);
}

int role_parse(struct str name, uint8_t *ret_role)
{
	size_t i = name_find(role_names, COUNT(role_names), name);

	if (i == COUNT(role_names))
		return ERR_INVALID;
	*ret_role = (uint8_t)i;
	return OK;
}

uint8_t notice_roles(uint8_t kind)
{
	if (kind == NOTICE_SIGN_UP)
		return ROLE_MODERATOR | ROLE_PEOPLE_MANAGER;
	return kind == NOTICE_REPORT ? ROLE_MODERATOR : 0;
}

struct str roles_render(struct arena *arena, uint8_t roles)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (unsigned role = 1; role <= ROLES_ALL; role <<= 1)
		if (roles & role)
			buf_printf(&buf, "%s%s", buf_str(&buf).n ? "," : "", role_name((uint8_t)role));
	return buf_str(&buf).n ? buf_str(&buf) : str_of(role_name(ROLE_MEMBER));
}

int roles_parse(struct str names, uint8_t *ret_roles)
{
	*ret_roles = 0;
	while (names.p) {
		uint8_t role;

		if (role_parse(str_trim(str_cut(&names, ',')), &role) != OK)
			return ERR_INVALID;
		*ret_roles |= role;
	}
	return OK;
}

const char *tier_name(uint8_t tier)
{
	return name_at(tier_names, COUNT(tier_names), tier);
}

uint8_t tier_parse(struct str name)
{
	return name_parse(tier_names, COUNT(tier_names), name);
}

const char *rule_kind_name(uint8_t kind)
{
	return name_at(rule_kind_names, COUNT(rule_kind_names), kind);
}

uint8_t rule_kind_parse(struct str name)
{
	return name_parse(rule_kind_names, COUNT(rule_kind_names), name);
}

const char *list_replies_name(uint8_t replies)
{
	return name_at(list_replies_names, COUNT(list_replies_names), replies);
}

uint8_t list_replies_parse(struct str name)
{
	return name_parse(list_replies_names, COUNT(list_replies_names), name);
}

const char *filter_action_name(uint8_t action)
{
	return name_at(filter_action_names, COUNT(filter_action_names), action);
}

uint8_t filter_action_parse(struct str name)
{
	return name_parse(filter_action_names, COUNT(filter_action_names), name);
}

const char *filter_context_name(uint8_t i)
{
	return name_at(filter_context_names, COUNT(filter_context_names), i);
}

uint8_t filter_context_parse(struct str name)
{
	size_t i = name_find(filter_context_names, COUNT(filter_context_names), name);

	return i < COUNT(filter_context_names) ? (uint8_t)(1u << i) : 0;
}

const char *push_policy_name(uint8_t policy)
{
	return name_at(push_policy_names, COUNT(push_policy_names), policy);
}

uint8_t push_policy_parse(struct str name)
{
	return name_parse(push_policy_names, COUNT(push_policy_names), name);
}

const char *import_kind_name(uint8_t kind)
{
	return name_at(import_kind_names, COUNT(import_kind_names), kind);
}

uint8_t import_kind_parse(struct str name)
{
	uint8_t kind = name_parse(import_kind_names, COUNT(import_kind_names), name);

	return kind ? kind : name_parse(import_kind_other_names, COUNT(import_kind_other_names), name);
}

const char *notice_kind_name(uint8_t kind)
{
	return name_at(notice_kind_names, COUNT(notice_kind_names), kind);
}

uint8_t notice_kind_parse(struct str name)
{
	return name_parse(notice_kind_names, COUNT(notice_kind_names), name);
}

const char *mail_state_name(uint8_t state)
{
	return name_at(mail_state_names, COUNT(mail_state_names), state);
}

uint8_t mail_state_parse(struct str name)
{
	return name_parse(mail_state_names, COUNT(mail_state_names), name);
}
