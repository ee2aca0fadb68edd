/*
 * The check of files and of the pictures of emojis. Reads only.
 */
#include "storage/check.h"

#include "storage/accounts.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/media.h"
#include "storage/model.h"
#include "storage/posts.h"
#include "storage/scheduled.h"

void check_media(struct check *check)
{
	const struct media_record *media = check->record;
	struct scheduled scheduled;
	struct account account;
	struct post post;

	if (media->post_id && media->use == MEDIA_USE_POST &&
	    (posts_get(check->arena, check->view, media->post_id, &post) != OK || !ids_have(&post.media_ids, media->id)))
		check_find(check, "post %llu does not show it", (unsigned long long)media->post_id);
	if (media->use == MEDIA_USE_POST && !!media->post_id + !!media->loose_ms + !!media->scheduled_id != 1)
		check_find(check, "it is not one of shown, loose and scheduled");
	if (media->scheduled_id &&
	    (scheduled_get(check->arena, check->view, media->account_id, media->scheduled_id, &scheduled) != OK ||
	     !ids_have(&scheduled.media_ids, media->id)))
		check_find(check, "the scheduled post %llu does not name it", (unsigned long long)media->scheduled_id);
	if ((media->use == MEDIA_USE_AVATAR || media->use == MEDIA_USE_HEADER) &&
	    (accounts_get(check->arena, check->view, media->account_id, &account) != OK ||
	     (media->use == MEDIA_USE_AVATAR ? account.avatar_id : account.header_id) != media->id))
		check_find(check, "account %llu does not show it", (unsigned long long)media->account_id);
	if (media_bytes_counted(media) && !check_has(check, SPACE_MEDIA_USED, media->account_id))
		check_find(check, "account %llu has no count of its bytes", (unsigned long long)media->account_id);
	if (media->state == MEDIA_STATE_READY && !media->blob.n)
		check_find(check, "it has no file");
	if (media->text_bytes && !check_has(check, SPACE_MEDIA_TEXT, media->id))
		check_find(check, "its text is not there");
}

void check_media_text(struct check *check)
{
	struct media_record media;

	if (media_get(check->arena, check->view, key_read_u64(check->key, 0), &media) == OK &&
	    media.text_bytes != check->value.n)
		check_find(check, "%zu bytes, and its file says %llu", check->value.n, (unsigned long long)media.text_bytes);
}

void check_media_used(struct check *check)
{
	uint64_t account_id = key_read_u64(check->key, 0), bytes = 0;
	struct media_record media;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, check->view, SPACE_MEDIA_OF, key_u64(&key, account_id), false);
	while (prefix_next(&walk, &item) == OK)
		if (media_get(check->arena, check->view, key_read_u64(item.key, 8), &media) == OK)
			bytes += media_bytes_counted(&media);
	if (bytes != key_read_u64(check->value, 0))
		check_find(check, "its files have %llu bytes", (unsigned long long)bytes);
}

void check_emoji(struct check *check)
{
	const struct emoji *emoji = check->record;
	struct media_record picture;

	if (!str_eq(check->key, emoji->shortcode))
		check_find(check, "it says that it is another");
	if (media_get(check->arena, check->view, emoji->media_id, &picture) != OK || picture.use != MEDIA_USE_EMOJI)
		check_find(check, "its picture %llu is not there", (unsigned long long)emoji->media_id);
}
