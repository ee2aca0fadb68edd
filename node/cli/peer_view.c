/*
 * How deliveries to a sibling fare, in words; and the command peer show.
 */
#include "node/cli/peer_view.h"

#include "federation/lane.h"
#include "federation/policy.h"
#include "federation/url.h"
#include "node/cli/commands.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/peers.h"
#include "storage/receipts.h"

enum { REMINDERS_SHOWN_MAX = 100 };

/* What the store says of a sibling's deliveries. */
struct peer_view {
	struct lane lane;
	uint64_t waiting;
	int64_t oldest_ms;    /* 0: nothing waits */
};

/* Who does not list us answers 403, or 401 when it cannot read our key; node/job_rows.c finds it out at the contact. */
static bool refuses_us(const struct lane *lane)
{
	return str_eq(lane->last_error, STR("403")) || str_eq(lane->last_error, STR("401")) ||
	       str_starts(lane->last_error, STR("it has not added us"));
}

const char *peer_state(struct cli *cli, struct view *view, const struct peer *peer, const struct lane *lane)
{
	if (policy_blocks_peer(cli->arena, view, peer))
		return "blocked";
	if (peer->paused)
		return "paused";
	if (lane->down_since_ms)
		return clock_now_ms() - lane->down_since_ms >= LANE_PARKED_MS ? "parked" : "down";
	if (peer->contacted_ms || lane->success_ms)
		return peer_is_troubled(lane) && refuses_us(lane) ? "refused" : "up";
	return lane->last_error.n ? "unreachable" : "new";
}

bool peer_is_troubled(const struct lane *lane)
{
	return lane->last_error.n && (lane->failures || lane->error_ms >= lane->success_ms);
}

struct str peer_error(struct cli *cli, const struct lane *lane)
{
	if (!str_eq(lane->last_error, STR("403")) && !str_eq(lane->last_error, STR("401")))
		return lane->last_error;
	return arena_printf(cli->arena, "%.*s: it has not added us, it seems", STR_ARG(lane->last_error));
}

static int look(struct cli *cli, struct view *view, const struct peer *peer, struct peer_view *ret_seen)
{
	struct delivery *first;
	size_t count = 0;
	int err = lanes_get(cli->arena, view, peer->id, &ret_seen->lane);

	if (err == OK)
		err = deliveries_count(view, peer->id, &ret_seen->waiting);
	if (err == OK)
		err = deliveries_page(cli->arena, view, peer->id, 0, 1, &first, &count);
	ret_seen->oldest_ms = err == OK && count ? id_to_ms(first->sequence) : 0;
	return err;
}

/* "2026-11-24T08:00:00Z (3 h ago)", or "(in 3 h)". */
static struct str when(struct cli *cli, int64_t ms)
{
	static const struct { int64_t ms; const char *name; } units[] = {
		{ DAY_MS, "d" }, { HOUR_MS, "h" }, { MINUTE_MS, "min" }, { SECOND_MS, "s" },
	};
	int64_t off_ms = clock_now_ms() - ms, length_ms = off_ms < 0 ? -off_ms : off_ms;
	char date[DATE_ISO_BYTES];
	size_t unit = 0;

	date_iso_seconds(ms, date);
	while (unit + 1 < sizeof(units) / sizeof(units[0]) && length_ms < 2 * units[unit].ms)
		unit++;
	return arena_printf(cli->arena, "%s (%s%lld %s%s)", date, off_ms < 0 ? "in " : "",
	                    (long long)(length_ms / units[unit].ms), units[unit].name, off_ms < 0 ? "" : " ago");
}

static struct str last_error(struct cli *cli, const struct lane *lane)
{
	if (!lane->error_ms)
		return peer_error(cli, lane);
	return arena_printf(cli->arena, "%.*s, %.*s", STR_ARG(peer_error(cli, lane)), STR_ARG(when(cli, lane->error_ms)));
}

static void print_waiting(struct cli *cli, struct view *view, const struct peer *peer, const struct peer_view *seen)
{
	const struct lane *lane = &seen->lane;

	buf_printf(&cli->out, "%.*s\t%s\t%llu waiting, the oldest since %.*s", STR_ARG(peer->domain),
	           peer_state(cli, view, peer, lane), (unsigned long long)seen->waiting,
	           STR_ARG(when(cli, seen->oldest_ms)));
	if (lane->down_since_ms && lane->next_try_ms)
		buf_printf(&cli->out, "\tnext try %.*s", STR_ARG(when(cli, lane->next_try_ms)));
	if (peer_is_troubled(lane))
		buf_printf(&cli->out, "\t%.*s", STR_ARG(last_error(cli, lane)));
	buf_add_char(&cli->out, '\n');
}

int peer_view_waiting(struct cli *cli, struct view *view)
{
	struct peer_view seen;
	struct peer *peers;
	size_t count = 0;
	int err = peers_each(cli->arena, view, &peers, &count);

	for (size_t i = 0; err == OK && i < count; i++) {
		err = look(cli, view, &peers[i], &seen);
		if (err == OK && seen.waiting)
			print_waiting(cli, view, &peers[i], &seen);
	}
	return err;
}

/* --- peer show -------------------------------------------------------------------------------------------------- */

static void print_time(struct cli *cli, const char *name, int64_t ms)
{
	if (ms)
		buf_printf(&cli->out, "%s: %.*s\n", name, STR_ARG(when(cli, ms)));
}

static void print_peer(struct cli *cli, struct view *view, const struct peer *peer, const struct peer_view *seen)
{
	const struct lane *lane = &seen->lane;

	buf_printf(&cli->out, "domain: %.*s\nurl: %.*s\ntier: %s\nkey: %s\nstate: %s\n", STR_ARG(peer->domain),
	           STR_ARG(peer->url), tier_name(peer->tier), peer->key_pem.n ? "pinned" : "unpinned",
	           peer_state(cli, view, peer, lane));
	print_time(cli, "first contact", peer->contacted_ms);
	buf_printf(&cli->out, "waiting: %llu\n", (unsigned long long)seen->waiting);
	print_time(cli, "oldest waiting since", seen->oldest_ms);
	print_time(cli, "last delivery", lane->success_ms);
	print_time(cli, "down since", lane->down_since_ms);
	if (lane->failures)
		buf_printf(&cli->out, "failures in a row: %llu\n", (unsigned long long)lane->failures);
	if (lane->down_since_ms)
		print_time(cli, "next try", lane->next_try_ms);
	if (lane->dropped)
		buf_printf(&cli->out, "dropped: %llu, last %.*s at %.*s\n", (unsigned long long)lane->dropped,
		           STR_ARG(lane->dropped_reason), STR_ARG(when(cli, lane->dropped_ms)));
	if (lane->last_error.n)
		buf_printf(&cli->out, "last error: %.*s\n", STR_ARG(last_error(cli, lane)));
}

/* Posts that ended here, and perhaps not there. */
static int print_reminders(struct cli *cli, struct view *view, uint64_t peer_id)
{
	struct reminder *reminders;
	size_t count = 0;
	int err = reminders_page(cli->arena, view, peer_id, 0, REMINDERS_SHOWN_MAX, &reminders, &count);

	for (size_t i = 0; err == OK && i < count; i++)
		buf_printf(&cli->out, "delete not confirmed: %.*s since %.*s%s\n",
		           STR_ARG(instance_post_uri(cli->arena, cli->instance, reminders[i].post_id)),
		           STR_ARG(when(cli, reminders[i].since_ms)), reminders[i].given_up ? ", given up" : "");
	if (err == OK && count == REMINDERS_SHOWN_MAX)
		buf_add(&cli->out, STR("and perhaps more\n"));
	return err;
}

int command_peer_show(struct cli *cli)
{
	struct peer_view seen;
	struct peer peer;
	struct str domain;
	struct view *view;
	int err;

	if (url_host_parse(cli->arena, cli->arguments[0], &domain) != OK)
		return cli_usage(cli, "%.*s is no HOST or HOST:PORT", STR_ARG(cli->arguments[0]));
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = peers_by_domain(cli->arena, view, domain, &peer);
	if (err == OK)
		err = look(cli, view, &peer, &seen);
	if (err == OK) {
		print_peer(cli, view, &peer, &seen);
		err = print_reminders(cli, view, peer.id);
	}
	view_end(view);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such peer: %.*s", STR_ARG(domain));
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}
