/*
 * Whom news about the work of moderators reaches. Who has the role is found among all people by a job: a peer that sends
 * many reports keeps nobody from writing. Nothing is held back here (storage/notice_policy.h): who asked to be a
 * moderator asked for these. Writer thread.
 */
#include "federation/staff.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/notices.h"
#include "storage/reports.h"
#include "storage/users.h"

enum { PEOPLE_PAGE = 500 };

static int tell_later(struct txn *txn, uint8_t kind, uint64_t subject)
{
	struct job job = { .kind = STR("tell_staff"), .subject = subject, .argument = str_of(notice_kind_name(kind)) };

	return jobs_add(txn, &job);
}

int staff_signed_up(struct txn *txn, uint64_t account_id)
{
	return tell_later(txn, NOTICE_SIGN_UP, account_id);
}

int staff_reported(struct txn *txn, uint64_t report_id)
{
	return tell_later(txn, NOTICE_REPORT, report_id);
}

/* ERR_NOT_FOUND: there is nothing to tell any more. */
static int compose(struct arena *arena, struct txn *txn, const struct job *job, struct notice *ret_notice)
{
	struct report report;
	int r;

	*ret_notice = (struct notice){
		.kind = notice_kind_parse(job->argument), .actor_id = job->subject, .created_ms = txn_now_ms(txn),
	};
	if (ret_notice->kind != NOTICE_REPORT)
		return ret_notice->kind == NOTICE_SIGN_UP ? OK : ERR_NOT_FOUND;
	r = reports_get(arena, txn_view(txn), job->subject, &report);
	if (r == OK) {
		ret_notice->report_id = report.id;
		ret_notice->actor_id = report.reporter_id;
	}
	return r;
}

int staff_tell_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct notice news;
	struct user *users;
	size_t count = 0;
	int r = compose(arena, txn, job, &news);

	*ret_more = false;
	if (r == OK)
		r = users_each(arena, txn_view(txn), job->cursor, PEOPLE_PAGE, &users, &count);
	for (size_t i = 0; r == OK && i < count; i++) {
		struct notice notice = news;

		if (!(users[i].roles & notice_roles(news.kind)) || users[i].account_id == news.actor_id)
			continue;
		notice.account_id = users[i].account_id;
		r = notices_add(txn, &notice);
		r = r == ERR_EXISTS ? OK : r;
	}
	if (r == OK && count == PEOPLE_PAGE) {
		job->cursor = users[count - 1].account_id;
		*ret_more = true;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}
