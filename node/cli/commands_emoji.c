/*
 * Commands about custom emojis: emoji add, list, disable, enable, remove. The picture goes through the media worker as every other.
 */
#include "node/cli/commands.h"
#include "node/config.h"
#include "node/media/decoder.h"
#include "node/media/intake.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/blobs.h"
#include "storage/emojis.h"

struct adding {
	struct arena *arena;
	struct emoji emoji;
	struct media_record picture;
};

static int add_write(struct txn *txn, void *arg)
{
	struct adding *adding = arg;

	return emojis_add(adding->arena, txn, &adding->emoji, &adding->picture);
}

/* The picture made anew: with the worker of the serving node, or where nobody serves with one of this process. */
static int take_picture(struct cli *cli, struct str bytes, struct media_record *picture, const char **ret_reason)
{
	const struct intake intake = {
		.bytes = bytes, .side = INTAKE_EMOJI_SIDE, .preview_side = INTAKE_EMOJI_SIDE, .wait_ms = INTAKE_LONG_WAIT_MS,
	};
	struct node here = { 0 };
	int err;

	if (cli->node)
		return intake_take(cli->node, cli->arena, &intake, picture, ret_reason);
	err = blobs_open(arena_cstr(cli->arena, cli->data), false, &here.blobs);
	if (err == OK) {
		here.decoder = decoder_new(cli->config->media_worker);
		err = intake_take(&here, cli->arena, &intake, picture, ret_reason);
		decoder_free(here.decoder);
	}
	blobs_close(here.blobs);
	return err;
}

static bool is_of_kind(struct str bytes)
{
	return str_starts(bytes, STR("\x89PNG")) || str_starts(bytes, STR("GIF8")) || str_starts(bytes, STR("RIFF"));
}

/* Without the colons around it, with which emoji list prints it. */
static struct str shortcode_argument(const struct cli *cli)
{
	struct str text = cli->arguments[0];

	return text.n > 2 && text.p[0] == ':' && text.p[text.n - 1] == ':' ? str_sub(text, 1, text.n - 2) : text;
}

static int read_picture(struct cli *cli, struct media_record *picture)
{
	const char *reason = "";
	struct str bytes;
	int err = base64_decode(cli->arena, cli->input, &bytes);

	if (err != OK || !bytes.n)
		return cli_fail(cli, "%.*s is empty", STR_ARG(cli->arguments[1]));
	if (bytes.n > EMOJI_BYTES_MAX)
		return cli_fail(cli, "the picture has more than %d KiB", EMOJI_BYTES_MAX / 1024);
	err = take_picture(cli, bytes, picture, &reason);
	if (err == OK && picture->kind != MEDIA_IMAGE) {
		err = ERR_INVALID;
		reason = "it is no picture";
	}
	if (err != OK)
		return err == ERR_INVALID && !is_of_kind(bytes)
			? cli_fail(cli, "%.*s is no PNG, GIF or WebP", STR_ARG(cli->arguments[1]))
			: cli_fail(cli, "the picture was not taken: %s", err == ERR_INVALID ? reason : err_name(err));
	return STATUS_DONE;
}

int command_emoji_add(struct cli *cli)
{
	struct adding adding = {
		.arena = cli->arena,
		.emoji = { .shortcode = shortcode_argument(cli), .category = str_trim(cli_option(cli, "category")),
		           .hidden = cli_option(cli, "hidden").p },
	};
	int err;

	if (!emojis_is_shortcode(adding.emoji.shortcode))
		return cli_usage(cli, "a shortcode is %d to %d letters, digits and _", EMOJI_SHORTCODE_MIN,
		                 EMOJI_SHORTCODE_MAX);
	if (utf8_length(adding.emoji.category) > EMOJI_CATEGORY_MAX)
		return cli_usage(cli, "a category has at most %d characters", EMOJI_CATEGORY_MAX);
	err = read_picture(cli, &adding.picture);
	if (err != STATUS_DONE)
		return err;
	err = cli_write(cli, add_write, &adding);
	if (err == ERR_EXISTS)
		return cli_fail(cli, ":%.*s: is there already: remove it first", STR_ARG(adding.emoji.shortcode));
	if (err == ERR_LIMIT)
		return cli_fail(cli, "there are %d emojis, as many as may be: remove one", EMOJIS_KEPT_MAX);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, ":%.*s: is an emoji now\n", STR_ARG(adding.emoji.shortcode));
	return STATUS_DONE;
}

int command_emoji_list(struct cli *cli)
{
	struct emoji_shown *list;
	struct view *view;
	size_t count = 0;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = emojis_list(cli->arena, view, &list, &count);
	view_end(view);
	for (size_t i = 0; err == OK && i < count; i++) {
		const struct emoji *emoji = &list[i].emoji;

		buf_printf(&cli->out, ":%.*s:\t%.*s\t%s\t%.*s\n", STR_ARG(emoji->shortcode),
		           STR_ARG(emoji->category.n ? emoji->category : STR("-")),
		           emoji->disabled ? "disabled" : emoji->hidden ? "hidden" : "shown", STR_ARG(list[i].url));
	}
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

static int change(struct cli *cli, int (*body)(struct txn *txn, void *arg), const char *what)
{
	struct str shortcode = shortcode_argument(cli);
	int err = cli_write(cli, body, &shortcode);

	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such emoji: %.*s", STR_ARG(shortcode));
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, ":%.*s: is %s\n", STR_ARG(shortcode), what);
	return STATUS_DONE;
}

static int remove_write(struct txn *txn, void *arg)
{
	return emojis_remove(txn, *(const struct str *)arg);
}

int command_emoji_remove(struct cli *cli)
{
	return change(cli, remove_write, "gone");
}

static int disable_write(struct txn *txn, void *arg)
{
	return emojis_disable(txn, *(const struct str *)arg, true);
}

static int enable_write(struct txn *txn, void *arg)
{
	return emojis_disable(txn, *(const struct str *)arg, false);
}

int command_emoji_disable(struct cli *cli)
{
	return change(cli, disable_write, "disabled");
}

int command_emoji_enable(struct cli *cli)
{
	return change(cli, enable_write, "enabled");
}
