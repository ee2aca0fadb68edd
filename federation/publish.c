/*
 * A scheduled post becomes a post. Writer thread. Mentions were looked for on other nodes when it was scheduled; here
 * those that are known are linked.
 */
#include "federation/publish.h"

#include "federation/apply.h"
#include "federation/compose.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/scheduled.h"
#include "storage/users.h"

static const struct poll *poll_of(struct arena *arena, const struct scheduled *scheduled)
{
	struct poll *poll;

	if (!scheduled->poll_options.count)
		return NULL;
	poll = ARENA_NEW(arena, struct poll);
	*poll = (struct poll){
		.options = scheduled->poll_options, .multiple = scheduled->poll_multiple,
		.hide_totals = scheduled->poll_hide_totals,
		.counts = { ARENA_ARRAY(arena, uint64_t, scheduled->poll_options.count), scheduled->poll_options.count },
	};
	for (size_t i = 0; i < poll->counts.count; i++)
		poll->counts.ids[i] = 0;
	return poll;
}

static int publish(struct arena *arena, struct txn *txn, const struct scheduled *scheduled)
{
	struct post_draft draft = {
		.text = scheduled->text, .spoiler = scheduled->spoiler, .language = scheduled->language,
		.visibility = scheduled->visibility, .sensitive = scheduled->sensitive,
		.in_reply_to_id = scheduled->in_reply_to_id, .app_id = scheduled->app_id, .quote_id = scheduled->quote_id,
		.quote_policy = scheduled->quote_policy, .poll = poll_of(arena, scheduled), .poll_ms = scheduled->poll_ms,
		.media_ids = scheduled->media_ids, .scheduled_id = scheduled->id,
	};
	struct str_list unknown;
	uint64_t post_id;
	int r = compose_look_up(arena, txn_view(txn), &draft, &unknown);

	return r == OK ? act_create_post(arena, txn, scheduled->account_id, &draft, &post_id) : r;
}

int publish_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct scheduled scheduled;
	struct user author;
	bool touched = txn_touched(txn);
	int r = scheduled_get(arena, txn_view(txn), job->cursor, job->subject, &scheduled);

	*ret_more = false;
	/* put off since, or taken back */
	if (r == ERR_NOT_FOUND || (r == OK && scheduled.at_ms > txn_now_ms(txn)))
		return OK;
	if (r == OK)
		r = users_get(arena, txn_view(txn), job->cursor, &author);
	if (r == OK && author.disabled)
		return OK;
	if (r == OK)
		r = publish(arena, txn, &scheduled);
	/* asked before anything was put; half a post is an error all the same */
	if ((r == ERR_INVALID || r == ERR_DENIED || r == ERR_NOT_FOUND || r == ERR_EXISTS) && touched == txn_touched(txn))
		return OK;
	return r == OK ? scheduled_delete(txn, scheduled.account_id, scheduled.id) : r;
}
