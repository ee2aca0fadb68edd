/* Who may do what: every route that takes a role against a list that is written out here, by every set of roles. */
#include "node/permission.h"

#include "node/api/routes.h"
#include "storage/audit.h"
#include "storage/users.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define M ROLE_MODERATOR
#define P ROLE_PEOPLE_MANAGER
#define D ROLE_DATA_PROTECTION_OFFICER
#define A ROLE_ADMIN

/* Reviewed by hand. The administrator of the machine stands at nothing by which one reads what people wrote. */
static const struct {
	const char *method, *path;
	uint8_t roles;
} expected[] = {
	{ "GET", "/api/v1/admin/accounts", M | P | D | A },
	{ "GET", "/api/v2/admin/accounts", M | P | D | A },
	{ "GET", "/api/v1/admin/accounts/:id", M | P | D | A },
	{ "POST", "/api/v1/admin/accounts/:id/action", M | P | A },
	{ "POST", "/api/v1/admin/accounts/:id/enable", M | P | A },
	{ "POST", "/api/v1/admin/accounts/:id/unsilence", M },
	{ "POST", "/api/v1/admin/accounts/:id/unsuspend", M },
	{ "POST", "/api/v1/admin/accounts/:id/unsensitive", M },
	{ "POST", "/api/v1/admin/accounts/:id/approve", M | P },
	{ "POST", "/api/v1/admin/accounts/:id/reject", M | P },
	{ "DELETE", "/api/v1/admin/accounts/:id", M | D },
	{ "GET", "/api/v1/admin/domain_allows", M | A },
	{ "GET", "/api/v1/admin/domain_allows/:id", M | A },
	{ "POST", "/api/v1/admin/domain_allows", M | A },
	{ "DELETE", "/api/v1/admin/domain_allows/:id", M | A },
	{ "GET", "/api/v1/admin/domain_blocks", M | A },
	{ "POST", "/api/v1/admin/domain_blocks", M | A },
	{ "GET", "/api/v1/admin/domain_blocks/:id", M | A },
	{ "PUT", "/api/v1/admin/domain_blocks/:id", M | A },
	{ "DELETE", "/api/v1/admin/domain_blocks/:id", M | A },
	{ "GET", "/api/v1/admin/ip_blocks", M | A },
	{ "POST", "/api/v1/admin/ip_blocks", M | A },
	{ "GET", "/api/v1/admin/ip_blocks/:id", M | A },
	{ "PUT", "/api/v1/admin/ip_blocks/:id", M | A },
	{ "DELETE", "/api/v1/admin/ip_blocks/:id", M | A },
	{ "GET", "/api/v1/admin/email_domain_blocks", M | A },
	{ "POST", "/api/v1/admin/email_domain_blocks", M | A },
	{ "GET", "/api/v1/admin/email_domain_blocks/:id", M | A },
	{ "DELETE", "/api/v1/admin/email_domain_blocks/:id", M | A },
	{ "GET", "/api/v1/admin/canonical_email_blocks", M | A },
	{ "POST", "/api/v1/admin/canonical_email_blocks/test", M | A },
	{ "GET", "/api/v1/admin/reports", M },
	{ "GET", "/api/v1/admin/reports/:id", M },
	{ "PUT", "/api/v1/admin/reports/:id", M },
	{ "POST", "/api/v1/admin/reports/:id/resolve", M },
	{ "POST", "/api/v1/admin/reports/:id/reopen", M },
	{ "POST", "/api/v1/admin/reports/:id/assign_to_self", M },
	{ "POST", "/api/v1/admin/reports/:id/unassign", M },
	{ "POST", "/api/v1/admin/measures", M | P | A },
	{ "POST", "/api/v1/admin/dimensions", M | P | A },
	{ "POST", "/api/v1/admin/retention", M | P | A },
	{ "GET", "/api/v1/admin/trends/tags", M },
	{ "GET", "/api/v1/admin/trends/statuses", M },
	{ "GET", "/api/v1/admin/trends/links", M },
	{ "GET", "/api/rse/v1/admin/roles", P | D | A },
	{ "POST", "/api/rse/v1/admin/accounts/:id/roles", A },
	{ "DELETE", "/api/rse/v1/admin/accounts/:id/roles/:role", A },
	{ "DELETE", "/api/rse/v1/admin/accounts/:id/second_factor", P | A },
	{ "GET", "/api/rse/v1/admin/audit", D | A },
	{ "GET", "/api/rse/v1/admin/audit/verify", D | A },
};
enum { EXPECTED = sizeof(expected) / sizeof(expected[0]) };

static size_t find(const struct route *route)
{
	size_t i = 0;

	while (i < EXPECTED && (strcmp(expected[i].method, route->method) || strcmp(expected[i].path, route->path)))
		i++;
	return i;
}

static bool is_admin(const struct route *route)
{
	return route->action != ACTION_NONE || strstr(route->path, "/admin/");
}

/* Each route by each of the sixteen sets of roles, with all scopes. */
static void test_routes(void)
{
	struct arena *arena = arena_new();
	size_t count = 0, unknown = 0, wrong = 0, without_scope = 0;

	for (size_t i = 0; i < route_count; i++) {
		size_t at = find(&routes[i]);

		if (!is_admin(&routes[i]))
			continue;
		count++;
		without_scope += !(routes[i].scopes & SCOPE_ADMIN);
		if (at == EXPECTED) {
			printf("# nobody said who may %s %s\n", routes[i].method, routes[i].path);
			unknown++;
			continue;
		}
		for (unsigned roles = 0; roles <= ROLES_ALL; roles++) {
			struct call call = {
				.arena = arena, .route = &routes[i],
				.viewer = { .account_id = 1, .app_id = 2, .token_id = 3, .scopes = routes[i].scopes, .roles = (uint8_t)roles },
			};

			if (call_admit(&call) == (roles & expected[at].roles ? OK : ERR_DENIED))
				continue;
			printf("# %s %s by %u\n", routes[i].method, routes[i].path, roles);
			wrong++;
		}
	}
	is_int(count, EXPECTED, "there are as many routes that take a role as are expected");
	is_int(unknown, 0, "of each it is written out who may");
	is_int(wrong, 0, "and each set of roles opens those, and no other");
	is_int(without_scope, 0, "a scope of administration is needed beside the role");
	arena_free(arena);
}

static struct account *asked;
static uint8_t asked_roles;

static int put_roles(struct rig *rig, struct txn *txn, void *arg)
{
	struct user user;
	int r = users_get(rig->arena, txn_view(txn), asked->id, &user);

	(void)arg;
	user.roles = asked_roles;
	user.holds = 0;
	user.disabled = false;
	return r == OK ? users_put(txn, &user) : r;
}

static void become(struct rig *rig, struct account *who, uint8_t roles)
{
	asked = who;
	asked_roles = roles;
	rig_write(rig, put_roles, NULL);
}

static const char *target_of(struct rig *rig, const char *path, const char *id)
{
	struct buf buf;

	buf_init(&buf, rig->arena, 0);
	while (*path)
		if (*path == ':') {
			buf_add(&buf, str_of(strcmp(path, ":role") ? id : "moderator"));
			while (*path && *path != '/')
				path++;
		} else {
			buf_add_char(&buf, *path++);
		}
	return arena_cstr(rig->arena, buf_str(&buf));
}

/* Over the whole way: whoever may not is told the same of what exists and of what does not. */
static void test_refusal(struct rig *rig)
{
	const char *there = rig_line(rig, "%llu", (unsigned long long)rig->bob.id);
	size_t wrong = 0;

	for (size_t i = 0; i < EXPECTED; i++) {
		struct rig_answer one, other;

		become(rig, &rig->alice, ROLES_ALL & (uint8_t)~expected[i].roles);
		one = rig_call(rig, expected[i].method, target_of(rig, expected[i].path, there), &rig->alice, NULL);
		other = rig_call(rig, expected[i].method, target_of(rig, expected[i].path, "12345"), &rig->alice, NULL);
		if (one.status == 403 && str_eq(one.body, other.body) && one.status == other.status &&
		    str_starts(rig_str(&one, "error"), STR("This action is not allowed: it takes one of the roles")))
			continue;
		printf("# %s %s: %d %.*s\n", expected[i].method, expected[i].path, one.status, STR_ARG(one.body));
		wrong++;
	}
	is_int(wrong, 0, "all other roles together are refused, whether there is such a thing or not");
}

static int acts(struct rig *rig, uint8_t roles, const char *type, const char *id)
{
	become(rig, &rig->alice, roles);
	return rig_call(rig, "POST", rig_line(rig, "/api/v1/admin/accounts/%s/action", id), &rig->alice,
	                rig_line(rig, "type=%s", type)).status;
}

/* What the row of an action leaves open, the handler decides: before it looks anything up. */
static void test_kinds_of_acts(struct rig *rig)
{
	const char *there = rig_line(rig, "%llu", (unsigned long long)rig->bob.id);
	static const char *const moderation[] = { "sensitive", "silence", "suspend" };

	for (size_t i = 0; i < 3; i++) {
		is_int(acts(rig, P | D | A, moderation[i], there), 403, "who is no moderator does not silence, veil or suspend");
		is_int(acts(rig, P | D | A, moderation[i], "12345"), 403, "and is not told whether there is such an account");
		is_int(acts(rig, M, moderation[i], there), 200, "a moderator does");
	}
	is_int(acts(rig, P, "disable", there), 200, "a people manager ends somebody's access");
	is_int(acts(rig, A, "disable", there), 200, "and an administrator");
	is_int(acts(rig, D, "disable", there), 403, "but no data protection officer");
	become(rig, &rig->bob, M);
	is_int(acts(rig, M, "disable", there), 403, "not that of another with a role");
	is_int(acts(rig, M | A, "disable", there), 200, "unless one is an administrator, too");
	become(rig, &rig->bob, A);
	is_int(acts(rig, M | A, "disable", there), 403, "and never that of an administrator");
	is_int(acts(rig, ROLES_ALL, "disable", rig_line(rig, "%llu", (unsigned long long)rig->alice.id)), 403, "nor one's own");
	become(rig, &rig->bob, 0);
}

static struct rig_answer grants(struct rig *rig, const struct account *who, const char *role)
{
	return rig_call(rig, "POST", rig_line(rig, "/api/rse/v1/admin/accounts/%llu/roles", (unsigned long long)who->id),
	                &rig->alice, rig_line(rig, "role=%s", role));
}

static struct rig_answer revokes(struct rig *rig, const struct account *who, const char *role)
{
	return rig_call(rig, "DELETE", rig_line(rig, "/api/rse/v1/admin/accounts/%llu/roles/%s", (unsigned long long)who->id, role),
	                &rig->alice, NULL);
}

static void test_grants(struct rig *rig)
{
	struct rig_answer answer;

	become(rig, &rig->alice, A);
	is_int(grants(rig, &rig->alice, "moderator").status, 403, "nobody gives themself a role");
	is_int(grants(rig, &rig->bob, "king").status, 422, "a role that there is not is refused");
	is_int(grants(rig, &rig->bob, "member").status, 422, "member is none");
	is_int(grants(rig, &rig->carol, "moderator").status, 404, "who signs in elsewhere has none here");
	answer = grants(rig, &rig->bob, "moderator");
	is_int(answer.status, 200, "an administrator gives one");
	answer = grants(rig, &rig->bob, "people_manager");
	is_str(rig_str(&answer, "role.name"), STR("Moderator, People manager"), "and another beside it");
	is_int(revokes(rig, &rig->alice, "admin").status, 403, "the last administrator stays one");
	is_int(grants(rig, &rig->bob, "admin").status, 200, "with another");
	is_int(revokes(rig, &rig->alice, "admin").status, 200, "one may leave");
	is_int(revokes(rig, &rig->bob, "admin").status, 403, "and has no say any more");
}

static size_t entries(struct rig *rig, struct audit_record *ret_last)
{
	struct audit_record *records;
	uint64_t next;
	size_t count = 0;

	audit_list(rig->arena, world_read(rig->world), &(struct audit_query){ 0 }, &(struct page){ .limit = 1 }, &records, &count,
	           &next);
	if (count)
		*ret_last = records[0];
	return count ? (size_t)records[0].sequence : 0;
}

/* Each act by a role leaves one entry, with who, what and to whom; a refused one none. */
static void test_audit(struct rig *rig)
{
	struct audit_record last = { 0 };
	const char *bob = rig_line(rig, "/api/v1/admin/accounts/%llu", (unsigned long long)rig->bob.id);
	size_t before, unnamed = 0;

	for (size_t i = 0; i < route_count; i++)
		unnamed += routes[i].action && routes[i].write && !routes[i].act;
	is_int(unnamed, 0, "each route by which one changes something has a word in the journal");
	become(rig, &rig->bob, 0);
	become(rig, &rig->alice, M | A);
	before = entries(rig, &last);
	rig_call(rig, "POST", rig_line(rig, "%s/action", bob), &rig->alice, "type=suspend");
	is_int(entries(rig, &last), before + 1, "an act leaves one entry");
	is_str(last.action, STR("account.suspend"), "which says what");
	ok(last.actor_id == rig->alice.id && last.subject_id == rig->bob.id, "by whom and to whom");
	rig_call(rig, "POST", rig_line(rig, "%s/unsuspend", bob), &rig->alice, NULL);
	is_int(entries(rig, &last), before + 2, "taking it back is an act");
	rig_call(rig, "POST", "/api/v1/admin/ip_blocks", &rig->alice, "ip=192.0.2.0/24&severity=no_access&comment=private");
	is_int(entries(rig, &last), before + 3, "a rule is one");
	is_str(last.action, STR("rule.add"), "as on the command line");
	is_str(last.subject, STR("network"), "of which kind");
	is_str(last.detail, STR("192.0.2.0/24"), "with its value, and nothing else");
	grants(rig, &rig->bob, "moderator");
	is_int(entries(rig, &last), before + 4, "giving a role leaves one entry, not two");
	is_str(last.detail, STR("moderator"), "of which role");
	grants(rig, &rig->alice, "moderator");
	rig_call(rig, "POST", rig_line(rig, "%s/action", bob), &rig->alice, "type=nonsense");
	rig_call(rig, "GET", bob, &rig->alice, NULL);
	is_int(entries(rig, &last), before + 4, "what is refused or reads leaves none");
}

static void test_table(struct rig *rig)
{
	uint8_t roles;

	is_int(roles_permissions(0), 0, "to clients a member may nothing");
	is_int(roles_permissions(M) & 0x430, 0x430, "a moderator manages reports, federation and users");
	is_int(roles_permissions(A) & 0x111, 0, "an administrator of the machine no reports and trends, nor all");
	is_int(roles_permissions(A) & 0x20004, 0x20004, "but roles, and sees the audit log");
	is_int(roles_permissions(D | P), roles_permissions(D) | roles_permissions(P), "two roles may what either may");
	is_str(roles_render(rig->arena, M | A), STR("moderator,admin"), "a set of roles has words");
	is_str(roles_render(rig->arena, 0), STR("member"), "the empty one, too");
	is_int(roles_parse(STR("admin, moderator"), &roles), OK, "which are read");
	is_int(roles, M | A, "in any order");
	is_int(roles_parse(STR("admin,,"), &roles), ERR_INVALID, "but not nothing");
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
		ok(action_roles((enum staff_action)i) && *action_text((enum staff_action)i), "%s is somebody's, and explained",
		   action_name((enum staff_action)i));
}

int main(void)
{
	struct rig *rig = rig_new();

	rig_token(rig, &rig->alice, 0);
	rig_token(rig, &rig->bob, 0);
	test_routes();
	test_refusal(rig);
	test_kinds_of_acts(rig);
	test_grants(rig);
	test_audit(rig);
	test_table(rig);
	rig_free(rig);
	return done();
}
