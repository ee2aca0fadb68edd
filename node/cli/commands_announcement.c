/*
 * Commands about announcements: announcement add, list, remove.
 */
#include "federation/text.h"
#include "node/cli/commands.h"
#include "storage/announcements.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

static int add_write(struct txn *txn, void *arg)
{
	struct announcement announcement = *(struct announcement *)arg;  /* may run again */
	int err;

	announcement.published_ms = txn_now_ms(txn);
	err = announcements_add(txn, &announcement);
	((struct announcement *)arg)->id = announcement.id;
	return err;
}

/* false, and *ret_ms untouched, when it is no time. */
static bool read_time(struct cli *cli, const char *name, int64_t *ret_ms)
{
	struct str text = cli_option(cli, name);

	return !text.p || date_parse_iso(text, ret_ms);
}

/* Of an announcement for whole days the last day may be the first. */
static bool ends_too_early(const struct announcement *announcement)
{
	if (!announcement->starts_ms || !announcement->ends_ms)
		return false;
	if (announcement->all_day)
		return announcement->ends_ms / DAY_MS < announcement->starts_ms / DAY_MS;
	return announcement->ends_ms <= announcement->starts_ms;
}

int command_announcement_add(struct cli *cli)
{
	struct text_links links = { .hashtag_base = arena_printf(cli->arena, "%.*s/tags/", STR_ARG(cli->instance->url)) };
	struct announcement announcement = { .text = str_trim(cli->arguments[0]), .all_day = cli_option(cli, "all-day").p };
	int err;

	if (!announcement.text.n || !utf8_valid(announcement.text) ||
	    utf8_length(announcement.text) > ANNOUNCEMENT_CHARACTERS_MAX)
		return cli_usage(cli, "an announcement has 1 to %d characters", ANNOUNCEMENT_CHARACTERS_MAX);
	if (!read_time(cli, "starts", &announcement.starts_ms) || !read_time(cli, "ends", &announcement.ends_ms))
		return cli_usage(cli, "a time is 2026-12-31T18:00:00Z or a day");
	if (announcement.ends_ms && announcement.ends_ms <= clock_now_ms())
		return cli_usage(cli, "it would be over already");
	if (ends_too_early(&announcement))
		return cli_usage(cli, "--ends must be later than --starts");
	announcement.content = text_render_html(cli->arena, announcement.text, &links);
	err = cli_write(cli, add_write, &announcement);
	if (err == ERR_LIMIT)
		return cli_fail(cli, "there are %d announcements, as many as may be: remove one", ANNOUNCEMENTS_MAX);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "announcement %llu\n", (unsigned long long)announcement.id);
	return STATUS_DONE;
}

static void print_announcement(struct cli *cli, const struct announcement *announcement)
{
	char published[DATE_ISO_BYTES], ends[DATE_ISO_BYTES];
	struct str line = announcement->text, first = str_cut(&line, '\n');

	date_iso_seconds(announcement->published_ms, published);
	date_iso_seconds(announcement->ends_ms, ends);
	buf_printf(&cli->out, "%llu\t%s\t%s\t%.*s%s\n", (unsigned long long)announcement->id, published,
	           !announcement->ends_ms ? "-" : announcement_ended(announcement, clock_now_ms()) ? "over" : ends,
	           STR_ARG(first), line.n ? " …" : "");
}

int command_announcement_list(struct cli *cli)
{
	struct announcement *list;
	struct view *view;
	size_t count = 0;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = announcements_list(cli->arena, view, &list, &count);
	view_end(view);
	for (size_t i = 0; err == OK && i < count; i++)
		print_announcement(cli, &list[i]);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

static int remove_write(struct txn *txn, void *arg)
{
	return announcements_remove(txn, *(const uint64_t *)arg);
}

int command_announcement_remove(struct cli *cli)
{
	uint64_t id = 0;
	int err = str_to_u64(cli->arguments[0], &id) ? cli_write(cli, remove_write, &id) : ERR_NOT_FOUND;

	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such announcement: %.*s", STR_ARG(cli->arguments[0]));
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "announcement %llu is gone\n", (unsigned long long)id);
	return STATUS_DONE;
}
