/*
 * Commands about sibling nodes: peer add, list, remove, pause, resume, limit.
 */
#include "federation/address.h"
#include "federation/attachment.h"
#include "federation/policy.h"
#include "federation/url.h"
#include "node/cli/commands.h"
#include "node/cli/peer_view.h"
#include "node/config.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/jobs.h"
#include "storage/peers.h"

struct peer_body {
	struct arena *arena;
	struct str domain, url;
	uint8_t tier;
	bool has_url, has_tier;   /* were named */
	bool paused, more;
	struct peer peer;         /* result: as it is, or as it was when it is not changed */
};

static int peer_fail(struct cli *cli, int err)
{
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such peer: %.*s", STR_ARG(cli->arguments[0]));
	return cli_fail(cli, "%s", err_name(err));
}

/* The domain as it is stored; the port of a domain on https's own port is dropped. */
static int domain_argument(struct cli *cli, struct str *ret_domain)
{
	if (url_host_parse(cli->arena, cli->arguments[0], ret_domain) != OK)
		return cli_usage(cli, "%.*s is no HOST or HOST:PORT", STR_ARG(cli->arguments[0]));
	return STATUS_DONE;
}

/* --- add -------------------------------------------------------------------------------------------------------- */

static int contact_add(struct txn *txn, uint64_t peer_id)
{
	struct job job = { .kind = STR("contact"), .subject = peer_id };

	return jobs_add(txn, &job);
}

/* What is there already changes only in what was named. The key stays pinned: it belongs to the address. */
static int change(struct peer_body *body, struct peer *peer)
{
	if (!body->has_url && !body->has_tier)
		return ERR_EXISTS;
	if (body->has_url && !str_eq(peer->url, body->url)) {
		if (peer->key_pem.n)
			return ERR_EXISTS;
		peer->url = body->url;
		peer->actor_uri = peer->inbox = peer->shared_inbox = STR_NONE;
		peer->contacted_ms = 0;
	}
	if (body->has_tier)
		peer->tier = body->tier;
	return OK;
}

static int add_write(struct txn *txn, void *arg)
{
	struct peer_body *body = arg;
	struct peer peer = { 0 };
	int err = peers_by_domain(body->arena, txn_view(txn), body->domain, &peer);

	if (err == ERR_NOT_FOUND) {
		peer = (struct peer){ .domain = body->domain, .url = body->url, .tier = body->tier,
		                      .created_ms = txn_now_ms(txn) };
		err = OK;
	} else if (err == OK) {
		err = change(body, &peer);
	}
	body->peer = peer;
	if (err == OK)
		err = peers_put(txn, &peer);
	return err == OK ? contact_add(txn, peer.id) : err;
}

static int add_url(struct cli *cli, struct peer_body *body)
{
	struct str given = cli_option(cli, "url");
	struct url url;

	body->has_url = given.n != 0;
	if (!given.n)
		given = arena_printf(cli->arena, "https://%.*s", STR_ARG(body->domain));
	if (url_parse(cli->arena, given, &url) != OK || !str_eq(url.target, STR("/")) || url.fragment.n)
		return cli_usage(cli, "--url must be an origin such as https://node.example");
	if (!url.secure && !(cli->instance->development && host_is_loopback(cli->arena, url.host)))
		return cli_usage(cli, "an http:// peer is accepted on loopback only, and where this node runs on http:// loopback too");
	body->url = url_origin(cli->arena, &url);
	if (str_eq(body->url, cli->instance->url) || str_eq(body->domain, cli->instance->domain))
		return cli_fail(cli, "that is this node itself");
	return STATUS_DONE;
}

int command_peer_add(struct cli *cli)
{
	struct peer_body body = { .arena = cli->arena, .tier = PEER_GROUP };
	struct str tier = cli_option(cli, "tier");
	int err, status = domain_argument(cli, &body.domain);

	if (status == STATUS_DONE)
		status = add_url(cli, &body);
	if (status != STATUS_DONE)
		return status;
	body.has_tier = tier.p != NULL;
	if (body.has_tier)
		body.tier = tier_parse(tier);
	if (!body.tier)
		return cli_usage(cli, "--tier is group or partner");
	err = cli_write(cli, add_write, &body);
	if (err == ERR_EXISTS)
		return cli_fail(cli, "%.*s is a peer already, at %.*s%s; remove it first", STR_ARG(body.domain),
		                STR_ARG(body.peer.url), body.peer.key_pem.n ? " with a pinned key" : "");
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%.*s will be contacted at %.*s; rse-node peer list shows how it fares\n",
	           STR_ARG(body.domain), STR_ARG(body.peer.url));
	return STATUS_DONE;
}

/* --- list ------------------------------------------------------------------------------------------------------- */

static int print_peer(struct cli *cli, struct view *view, const struct peer *peer)
{
	struct lane lane;
	uint64_t waiting;
	int err = lanes_get(cli->arena, view, peer->id, &lane);

	if (err == OK)
		err = deliveries_count(view, peer->id, &waiting);
	if (err != OK)
		return err;
	buf_printf(&cli->out, "%.*s\t%.*s\t%s\t%s\t%s\t%llu waiting%s%.*s\n", STR_ARG(peer->domain), STR_ARG(peer->url),
	           tier_name(peer->tier), peer->key_pem.n ? "pinned" : "unpinned", peer_state(cli, view, peer, &lane),
	           (unsigned long long)waiting, peer_is_troubled(&lane) ? "\t" : "",
	           STR_ARG(peer_is_troubled(&lane) ? peer_error(cli, &lane) : STR_NONE));
	return OK;
}

int command_peer_list(struct cli *cli)
{
	struct peer *peers;
	struct view *view;
	size_t count = 0;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = peers_each(cli->arena, view, &peers, &count);
	for (size_t i = 0; err == OK && i < count; i++)
		err = print_peer(cli, view, &peers[i]);
	view_end(view);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* --- remove, pause, resume -------------------------------------------------------------------------------------- */

static int remove_write(struct txn *txn, void *arg)
{
	struct peer_body *body = arg;
	struct peer peer;
	int err = peers_by_domain(body->arena, txn_view(txn), body->domain, &peer);

	return err == OK ? peers_delete(txn, peer.id, &body->more) : err;
}

int command_peer_remove(struct cli *cli)
{
	struct peer_body body = { .arena = cli->arena, .more = true };
	int err = OK, status = domain_argument(cli, &body.domain);

	if (status != STATUS_DONE)
		return status;
	while (err == OK && body.more)
		err = cli_write(cli, remove_write, &body);
	if (err != OK)
		return peer_fail(cli, err);
	buf_printf(&cli->out, "%.*s is no peer any more; what waited for it is gone\n", STR_ARG(body.domain));
	return STATUS_DONE;
}

static int pause_write(struct txn *txn, void *arg)
{
	struct peer_body *body = arg;
	struct peer peer;
	struct lane lane;
	int err = peers_by_domain(body->arena, txn_view(txn), body->domain, &peer);

	if (err != OK)
		return err;
	peer.paused = body->paused;
	err = peers_put(txn, &peer);
	if (err != OK || body->paused)
		return err;
	/* Whoever resumes a peer wants to see it go now, whatever it failed at before. */
	err = lanes_get(body->arena, txn_view(txn), peer.id, &lane);
	if (err != OK)
		return err;
	lane.peer_id = peer.id;
	lane.failures = 0;
	lane.down_since_ms = lane.next_try_ms = 0;
	lane.last_error = STR_NONE;
	lane.error_ms = 0;
	return lanes_put(txn, &lane);
}

static int set_paused(struct cli *cli, bool paused)
{
	struct peer_body body = { .arena = cli->arena, .paused = paused };
	int err, status = domain_argument(cli, &body.domain);

	if (status != STATUS_DONE)
		return status;
	err = cli_write(cli, pause_write, &body);
	if (err != OK)
		return peer_fail(cli, err);
	buf_printf(&cli->out, "%.*s %s\n", STR_ARG(body.domain),
	           paused ? "is paused: nothing goes there or comes from there, and what is said waits"
	                  : "is no longer paused: what waited goes now");
	return STATUS_DONE;
}

int command_peer_pause(struct cli *cli)
{
	return set_paused(cli, true);
}

int command_peer_resume(struct cli *cli)
{
	return set_paused(cli, false);
}

/* --- limit ------------------------------------------------------------------------------------------------------ */

enum { SIZE_MIN = 16 * 1024 };

struct limit_body {
	struct arena *arena;
	struct str domain;
	bool has_rate, has_size, has_attachments;
	uint64_t rate, size, attachments;
	bool has_media;
	uint8_t media;            /* set of enum media_kind; 0: all */
	struct peer peer;         /* result */
};

static int limit_write(struct txn *txn, void *arg)
{
	struct limit_body *body = arg;
	int err = peers_by_domain(body->arena, txn_view(txn), body->domain, &body->peer);

	if (err != OK)
		return err;
	if (body->has_rate)
		body->peer.activities_a_minute = body->rate;
	if (body->has_size)
		body->peer.body_max = body->size;
	if (body->has_attachments)
		body->peer.attachments_max = body->attachments;
	if (body->has_media)
		body->peer.media_kinds = body->media;
	return body->has_rate || body->has_size || body->has_attachments || body->has_media ? peers_put(txn, &body->peer)
	                                                                                    : OK;
}

/* A number up to `max`, when the option is there. */
static int limit_option(struct cli *cli, const char *name, uint64_t max, bool *ret_given, uint64_t *ret_value)
{
	struct str text = cli_option(cli, name);

	*ret_given = text.p != NULL;
	if (text.p && (!str_to_u64(text, ret_value) || *ret_value > max))
		return cli_usage(cli, "--%s is a number up to %llu", name, (unsigned long long)max);
	return STATUS_DONE;
}

/* Below the floor the sibling could send next to nothing, and each post would be dropped over there for good. */
static int size_option(struct cli *cli, struct limit_body *body)
{
	int status = limit_option(cli, "size", JSON_BYTES_MAX, &body->has_size, &body->size);

	if (status == STATUS_DONE && body->size && body->size < SIZE_MIN)
		return cli_usage(cli, "--size is %d to %d bytes, or 0 for the node's default", SIZE_MIN, JSON_BYTES_MAX);
	return status;
}

static const struct { const char *name; uint8_t kind; } media_kinds[] = {
	{ "image", MEDIA_IMAGE }, { "video", MEDIA_VIDEO }, { "audio", MEDIA_AUDIO }, { "other", MEDIA_OTHER },
	{ "none", MEDIA_NONE }, { "all", 0 },
};

/* Words with commas between; "all" and "none" stand alone. */
static int media_option(struct cli *cli, struct limit_body *body)
{
	struct str rest = cli_option(cli, "media");

	body->has_media = rest.p != NULL;
	while (rest.p) {
		struct str word = str_cut(&rest, ',');
		size_t i = 0;

		while (i < sizeof(media_kinds) / sizeof(media_kinds[0]) && !str_eq(word, str_of(media_kinds[i].name)))
			i++;
		if (i == sizeof(media_kinds) / sizeof(media_kinds[0]) ||
		    ((!media_kinds[i].kind || media_kinds[i].kind == MEDIA_NONE) && (rest.p || body->media)))
			return cli_usage(cli, "--media is all, none, or some of image,video,audio,other");
		body->media |= media_kinds[i].kind;
	}
	return STATUS_DONE;
}

static void print_media(struct cli *cli, uint8_t kinds)
{
	const char *comma = "";

	buf_printf(&cli->out, "media: ");
	for (size_t i = 0; kinds && i < sizeof(media_kinds) / sizeof(media_kinds[0]); i++)
		if (kinds & media_kinds[i].kind) {
			buf_printf(&cli->out, "%s%s", comma, media_kinds[i].name);
			comma = ",";
		}
	buf_printf(&cli->out, "%s\n", kinds ? "" : "all (default)");
}

static void print_limit(struct cli *cli, const char *name, uint64_t own, uint64_t usual)
{
	buf_printf(&cli->out, "%s: %llu%s\n", name, (unsigned long long)(own ? own : usual), own ? "" : " (default)");
}

/* Without options it only says what holds. */
int command_peer_limit(struct cli *cli)
{
	struct limit_body body = { .arena = cli->arena };
	int err, status = domain_argument(cli, &body.domain);

	if (status == STATUS_DONE)
		status = limit_option(cli, "rate", POLICY_RATE_MAX, &body.has_rate, &body.rate);
	if (status == STATUS_DONE)
		status = size_option(cli, &body);
	if (status == STATUS_DONE)
		status = limit_option(cli, "attachments", ATTACHMENTS_MAX, &body.has_attachments, &body.attachments);
	if (status == STATUS_DONE)
		status = media_option(cli, &body);
	if (status != STATUS_DONE)
		return status;
	err = cli_write(cli, limit_write, &body);
	if (err != OK)
		return peer_fail(cli, err);
	print_limit(cli, "activities a minute", body.peer.activities_a_minute, cli->config->federation_peer_rate);
	print_limit(cli, "bytes of one", body.peer.body_max, JSON_BYTES_MAX);
	print_limit(cli, "attachments of a post", body.peer.attachments_max, ATTACHMENTS_MAX);
	print_media(cli, body.peer.media_kinds);
	return STATUS_DONE;
}
