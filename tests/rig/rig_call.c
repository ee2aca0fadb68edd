/*
 * Requests through the route table, over a rig.
 */
#include "tests/rig/rig_call.h"

#include <stdlib.h>

#include "federation/pkey.h"
#include "node/api/routes.h"
#include "node/config.h"
#include "node/http/route.h"
#include "node/node.h"
#include "storage/tokens.h"
#include "storage/users.h"

static void must(int err)
{
	if (err != OK)
		abort();
}

/* The wires as main would lay them, without threads. */
static struct node *node_of(struct rig *rig)
{
	struct node *node = ARENA_NEW(rig->arena, struct node);
	struct config *config = ARENA_NEW(rig->arena, struct config);
	struct str error;

	must(config_load(rig->arena, NULL, NULL, config, &error));
	config->title = STR("Head office");
	node->store = rig->world->store;
	node->config = config;
	node->federation = rig->federation;
	node->instance = rig->world->instance;
	return node;
}

struct rig_answer rig_request(struct rig *rig, const char *method, const char *target, const struct header *headers,
                              size_t header_count, struct str body)
{
	struct call *call = ARENA_NEW(rig->arena, struct call);
	struct rig_answer answer = { 0 };
	struct str allow;
	int r;

	world_read(rig->world);
	call->arena = rig->arena;
	call->node = node_of(rig);
	call->request.method = arena_str(rig->arena, str_of(method));
	call->request.target = arena_str(rig->arena, str_of(target));
	call->request.headers = headers;
	call->request.header_count = header_count;
	call->request.body = body;
	call->request.peer_address = STR("203.0.113.7");
	r = route_read_path(call);
	if (r == OK)
		r = route_match(routes, route_count, call, &allow);
	if (r == OK)
		r = route_read_request(call);
	if (r == OK)
		call_run(call, rig->world->store);
	answer.reply = call->reply;
	answer.status = r == OK ? call->reply.status : r == ERR_INVALID && !call->route ? 405 : call_status_of(r);
	answer.type = call->reply.content_type;
	answer.body = call->reply.body;
	if (json_parse(rig->arena, answer.body, &answer.json) != OK)
		answer.json = NULL;
	return answer;
}

static int put_user(struct rig *rig, struct txn *txn, const struct account *who)
{
	struct user user;

	if (users_get(rig->arena, txn_view(txn), who->id, &user) == OK)
		return OK;
	user = (struct user){
		.account_id = who->id, .created_ms = RIG_NOW_MS,
		.email = arena_printf(rig->arena, "%.*s@corp.example", STR_ARG(who->username)),
	};
	return users_put(txn, &user);
}

struct str rig_token(struct rig *rig, const struct account *who, scope_set scopes)
{
	struct txn *txn = world_write(rig->world);
	struct app app = { .name = STR("Test"), .scopes = scopes };
	struct token token = { .account_id = who->id, .scopes = scopes, .created_ms = RIG_NOW_MS };
	struct str secret = arena_printf(rig->arena, "token-%.*s-%llx", STR_ARG(who->username),
	                                 (unsigned long long)scopes);

	must(put_user(rig, txn, who));
	must(apps_put(rig->arena, txn, &app));
	token.app_id = app.id;
	must(tokens_put(txn, secret, &token));
	must(world_commit(rig->world));
	return secret;
}

/* A token of all scopes, made once. */
static struct str full_token(struct rig *rig, const struct account *who)
{
	scope_set all;
	struct token token;
	struct str secret;

	must(scope_parse(STR("profile read write follow push admin:read admin:write"), &all, NULL));
	secret = arena_printf(rig->arena, "token-%.*s-%llx", STR_ARG(who->username), (unsigned long long)all);
	return tokens_get(world_read(rig->world), secret, &token) == OK ? secret : rig_token(rig, who, all);
}

struct rig_answer rig_call(struct rig *rig, const char *method, const char *target, const struct account *who,
                           const char *form)
{
	struct header *headers = ARENA_ARRAY(rig->arena, struct header, 2);
	size_t count = 0;

	if (who) {
		struct str token = full_token(rig, who);

		headers[count++] = (struct header){ STR("Authorization"),
		                                    arena_printf(rig->arena, "Bearer %.*s", STR_ARG(token)) };
	}
	if (form)
		headers[count++] = (struct header){ STR("Content-Type"), STR("application/x-www-form-urlencoded") };
	return rig_request(rig, method, target, headers, count, str_of(form));
}

static struct rig_answer send_signed(struct rig *rig, const char *method, const char *target, struct str body,
                                     struct str key_id)
{
	struct header *headers = ARENA_ARRAY(rig->arena, struct header, 3 + SIGNATURE_MADE_HEADERS);
	struct signature_order order = {
		.method = str_of(method), .target = str_of(target), .host = STR("a.example"),
		.content_type = body.n ? STR("application/activity+json") : STR_NONE, .body = body,
		.key_id = key_id, .now_ms = clock_now_ms(),
	};
	struct pkey *key;

	must(pkey_parse_private(rig->arena, rig->private_pem, &key));
	order.key = key;
	must(signature_make(rig->arena, &order, headers));
	headers[SIGNATURE_MADE_HEADERS] = (struct header){ STR("Host"), order.host };
	headers[SIGNATURE_MADE_HEADERS + 1] = (struct header){ STR("Accept"), STR("application/activity+json") };
	headers[SIGNATURE_MADE_HEADERS + 2] = (struct header){ STR("Content-Type"), order.content_type };
	return rig_request(rig, method, target, headers, SIGNATURE_MADE_HEADERS + (body.n ? 3 : 2), body);
}

struct rig_answer rig_fetch(struct rig *rig, const char *target, struct str key_id)
{
	return send_signed(rig, "GET", target, STR_NONE, key_id);
}

struct rig_answer rig_send(struct rig *rig, const char *target, const char *json, struct str key_id)
{
	return send_signed(rig, "POST", target, rig_json(rig, json), key_id);
}

struct str rig_header(const struct rig_answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->reply.header_count; i++)
		if (str_eq_nocase(answer->reply.headers[i].name, str_of(name)))
			return answer->reply.headers[i].value;
	return STR_NONE;
}

json_t *rig_at(const struct rig_answer *answer, const char *path)
{
	struct str rest = str_of(path);
	json_t *value = answer->json;

	while (value && rest.n) {
		struct str part = str_cut(&rest, '.');
		uint64_t i;

		if (json_is_array(value))
			value = str_to_u64(part, &i) ? json_array_get(value, (size_t)i) : NULL;
		else
			value = json_object_getn(value, part.p, part.n);
	}
	return value;
}

struct str rig_str(const struct rig_answer *answer, const char *path)
{
	return json_str_of(rig_at(answer, path));
}

long long rig_number(const struct rig_answer *answer, const char *path)
{
	const json_t *value = rig_at(answer, path);

	if (json_is_boolean(value))
		return json_is_true(value);
	return json_is_integer(value) ? json_integer_value(value) : -1;
}

size_t rig_count(const struct rig_answer *answer, const char *path)
{
	return json_array_size(rig_at(answer, path));
}

bool rig_holds(const struct rig_answer *answer, const char *text)
{
	return str_find(answer->body, str_of(text)) != SIZE_MAX;
}

const char *rig_line(struct rig *rig, const char *format, ...)
{
	va_list args;
	struct str line;

	va_start(args, format);
	line = arena_vprintf(rig->arena, format, args);
	va_end(args);
	return line.p;
}
