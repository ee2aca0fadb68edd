/*
 * The rules of the double knock, as tables.
 */
#include "federation/knock.h"

#include "federation/accept_signature.h"
#include "storage/model.h"

/* The other form. From Ed25519 back to what everybody reads: which of the two was refused cannot be told. */
static const enum knock_way other[KNOCK_WAYS] = {
	[KNOCK_CAVAGE] = KNOCK_MESSAGE,
	[KNOCK_MESSAGE] = KNOCK_CAVAGE,
	[KNOCK_MESSAGE_ED25519] = KNOCK_CAVAGE,
};

struct knock knock_of(const struct peer *peer)
{
	/* A way that a later build learned is none that this one knows. */
	return (struct knock){
		.way = peer->way < KNOCK_WAYS ? (enum knock_way)peer->way : KNOCK_CAVAGE,
		.learned_ms = peer->way_ms, .tried = peer->way_tried,
	};
}

void knock_keep(const struct knock *knock, struct peer *peer)
{
	peer->way = (uint8_t)knock->way;
	peer->way_ms = knock->learned_ms;
	peer->way_tried = knock->tried;
}

static bool is_fresh(const struct knock *knock, int64_t now_ms)
{
	return knock->learned_ms && now_ms - knock->learned_ms < KNOCK_KEEP_MS;
}

enum knock_way knock_first(const struct knock *knock, int64_t now_ms)
{
	return is_fresh(knock, now_ms) ? knock->way : KNOCK_CAVAGE;
}

/* 400 as well: a node that knows one form only may find the other malformed. */
static bool is_about_signature(int status)
{
	return status == 400 || status == 401;
}

bool knock_again(const struct knock *knock, enum knock_way way, int status, const struct signature_wish *wish,
                 int64_t now_ms, enum knock_way *ret_way)
{
	if (!is_about_signature(status))
		return false;
	if (!wish && knock->vain_ms && now_ms - knock->vain_ms < KNOCK_REST_MS)
		return false;
	*ret_way = wish ? knock_way_wished(wish) : other[way];
	return true;
}

/* What an origin does on its own accord raises what we think of it, but does not overrule the answer that it gave. */
static bool is_believed(const struct knock *knock, enum knock_way way, int64_t now_ms)
{
	if (way == KNOCK_CAVAGE)
		return false;
	if (!is_fresh(knock, now_ms))
		return true;
	return way >= knock->way && !(knock->tried && knock->way == KNOCK_CAVAGE);
}

static bool set(struct knock *knock, enum knock_way way, bool tried, int64_t now_ms)
{
	bool changed = knock->way != way || knock->tried != tried || now_ms - knock->learned_ms >= KNOCK_REFRESH_MS;

	if (changed) {
		knock->way = way;
		knock->tried = tried;
		knock->learned_ms = now_ms;
	}
	return changed;
}

static bool heard(struct knock *knock, enum knock_way way, int64_t now_ms)
{
	bool fresh = is_fresh(knock, now_ms);

	if (!is_believed(knock, way, now_ms))
		return false;
	return set(knock, way, fresh && knock->way == way && knock->tried, now_ms);
}

/* It confirms what was learned, and teaches nothing else: some say 202 to everything. That an origin wants the draft's
 * form is let lapse, or we would never hear that it has learned the other. */
static bool took(struct knock *knock, enum knock_way way, int64_t now_ms)
{
	if (!is_fresh(knock, now_ms) || way != knock->way || way == KNOCK_CAVAGE)
		return false;
	return set(knock, way, knock->tried, now_ms);
}

static bool took_second(struct knock *knock, enum knock_way way, int64_t now_ms)
{
	knock->vain_ms = 0;
	return set(knock, way, true, now_ms);
}

/* Kept in memory only: after a restart one knock more is no harm. */
static bool refused(struct knock *knock, enum knock_way way, int64_t now_ms)
{
	(void)way;
	knock->vain_ms = now_ms;
	return false;
}

bool knock_learn(struct knock *knock, enum knock_event event, enum knock_way way, int64_t now_ms)
{
	static bool (*const learn[])(struct knock *knock, enum knock_way way, int64_t now_ms) = {
		[KNOCK_HEARD] = heard,
		[KNOCK_TOOK] = took,
		[KNOCK_TOOK_SECOND] = took_second,
		[KNOCK_REFUSED] = refused,
	};

	return learn[event](knock, way, now_ms);
}

bool knock_event_of(int status, bool second, enum knock_event *ret_event)
{
	bool taken = status >= 200 && status < 300;

	if (!taken && !(second && is_about_signature(status)))
		return false;
	*ret_event = !taken ? KNOCK_REFUSED : second ? KNOCK_TOOK_SECOND : KNOCK_TOOK;
	return true;
}

enum knock_way knock_way_heard(enum signature_scheme scheme, bool ed25519)
{
	if (scheme == SIGNATURE_CAVAGE)
		return KNOCK_CAVAGE;
	return ed25519 ? KNOCK_MESSAGE_ED25519 : KNOCK_MESSAGE;
}

enum knock_way knock_way_wished(const struct signature_wish *wish)
{
	return wish->rsa ? KNOCK_MESSAGE : KNOCK_MESSAGE_ED25519;
}

enum signature_scheme knock_scheme(enum knock_way way)
{
	return way == KNOCK_CAVAGE ? SIGNATURE_CAVAGE : SIGNATURE_MESSAGE;
}
