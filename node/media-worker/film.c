/*
 * Films and sound over libavformat.
 *
 * The format is chosen by the first bytes, from a table. Only streams of picture and sound go on, and of their marks only
 * which way is up: places and names are marks of the file and of streams, streams of data, chapters and attached pictures,
 * all of which stay behind.
 */
#include "node/media-worker/film.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>

enum { BUFFER = 64 * 1024, STREAMS_MAX = 8, PIXELS_MAX = 50 * 1000 * 1000, STILL_SIDE = 640, STILL_PACKETS = 300 };

struct format {
	size_t at;
	const char *mark;
	const char *demuxer, *muxer;
	const char *type, *sound_type;   /* of one without pictures */
};

static const struct format formats[] = {
	{ 4, "ftyp", "mov", "mp4", "video/mp4", "audio/mp4" },
	{ 0, "\x1a\x45\xdf\xa3", "matroska", "webm", "video/webm", "audio/webm" },
	{ 0, "OggS", "ogg", "ogg", "video/ogg", "audio/ogg" },
	{ 0, "ID3", "mp3", "mp3", NULL, "audio/mpeg" },
	{ 0, "\xff\xfb", "mp3", "mp3", NULL, "audio/mpeg" },
	{ 0, "\xff\xf3", "mp3", "mp3", NULL, "audio/mpeg" },
};

static const struct format *format_of(const void *bytes, size_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		size_t n = strlen(formats[i].mark);

		if (size >= formats[i].at + n && memcmp((const char *)bytes + formats[i].at, formats[i].mark, n) == 0)
			return &formats[i];
	}
	return NULL;
}

bool film_is(const void *bytes, size_t size)
{
	return format_of(bytes, size) != NULL;
}

/* --- bytes in and out ------------------------------------------------------------------------------------------- */

struct source {
	const uint8_t *bytes;
	int64_t size, at;
};

static int source_read(void *opaque, uint8_t *out, int n)
{
	struct source *source = opaque;

	if (source->at >= source->size)
		return AVERROR_EOF;
	if (n > source->size - source->at)
		n = (int)(source->size - source->at);
	memcpy(out, source->bytes + source->at, (size_t)n);
	source->at += n;
	return n;
}

static int64_t source_seek(void *opaque, int64_t offset, int whence)
{
	struct source *source = opaque;

	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE)
		return source->size;
	offset += whence == SEEK_CUR ? source->at : whence == SEEK_END ? source->size : 0;
	if (offset < 0)
		return AVERROR(EINVAL);
	return source->at = offset;
}

static int sink_write(void *opaque, uint8_t *bytes, int n)
{
	const int *fd = opaque;

	for (int done = 0; done < n;) {
		ssize_t written = write(*fd, bytes + done, (size_t)(n - done));

		if (written < 0 && errno != EINTR)
			return AVERROR(errno);
		done += written > 0 ? (int)written : 0;
	}
	return n;
}

static int64_t sink_seek(void *opaque, int64_t offset, int whence)
{
	const int *fd = opaque;

	if (whence & AVSEEK_SIZE)
		return AVERROR(ENOSYS);
	return lseek(*fd, offset, whence & ~AVSEEK_FORCE);
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

struct film {
	struct source source;
	int out;
	AVIOContext *in_io, *out_io;
	AVFormatContext *in, *made;
	int streams[STREAMS_MAX];      /* number in what is made, -1: stays behind */
	int pictures;                  /* number of the stream of pictures; -1: none */
};

static bool open_input(struct film *film, const struct format *format)
{
	film->in_io = avio_alloc_context(av_malloc(BUFFER), BUFFER, 0, &film->source, source_read, NULL, source_seek);
	film->in = avformat_alloc_context();
	if (!film->in_io || !film->in)
		return false;
	film->in->pb = film->in_io;
	film->in->max_streams = STREAMS_MAX;
	return avformat_open_input(&film->in, NULL, av_find_input_format(format->demuxer), NULL) == 0 &&
	       avformat_find_stream_info(film->in, NULL) >= 0;
}

static bool copy_stream(struct film *film, const AVStream *from)
{
	AVStream *to = avformat_new_stream(film->made, NULL);
	size_t size = 0;
	const uint8_t *matrix = av_stream_get_side_data(from, AV_PKT_DATA_DISPLAYMATRIX, &size);
	uint8_t *copy;

	if (!to || avcodec_parameters_copy(to->codecpar, from->codecpar) < 0)
		return false;
	to->codecpar->codec_tag = 0;
	to->time_base = from->time_base;
	to->avg_frame_rate = from->avg_frame_rate;
	if (!matrix || size < 9 * sizeof(int32_t))
		return true;
	copy = av_stream_new_side_data(to, AV_PKT_DATA_DISPLAYMATRIX, size);
	if (copy)
		memcpy(copy, matrix, size);
	return copy != NULL;
}

/* One stream of pictures, and those of sound. */
static bool choose_streams(struct film *film)
{
	int count = 0;

	film->pictures = -1;
	for (unsigned i = 0; i < film->in->nb_streams && i < STREAMS_MAX; i++) {
		const AVStream *stream = film->in->streams[i];
		bool picture = stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
		               !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);

		film->streams[i] = -1;
		if (picture && film->pictures < 0)
			film->pictures = (int)i;
		else if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
			continue;
		if (!copy_stream(film, stream))
			return false;
		film->streams[i] = count++;
	}
	return count > 0;
}

static bool open_output(struct film *film, const struct format *format)
{
	if (avformat_alloc_output_context2(&film->made, NULL, format->muxer, NULL) < 0)
		return false;
	film->out_io = avio_alloc_context(av_malloc(BUFFER), BUFFER, 1, &film->out, NULL, sink_write, sink_seek);
	film->made->pb = film->out_io;
	/* Without the name of the program and the time of day. */
	film->made->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
	return film->out_io && choose_streams(film);
}

static void close_film(struct film *film)
{
	if (film->in)
		avformat_close_input(&film->in);
	if (film->made)
		avformat_free_context(film->made);
	if (film->in_io) {
		av_freep(&film->in_io->buffer);
		avio_context_free(&film->in_io);
	}
	if (film->out_io) {
		av_freep(&film->out_io->buffer);
		avio_context_free(&film->out_io);
	}
}

/* --- the still -------------------------------------------------------------------------------------------------- */

static void shrink(const AVFrame *frame, struct film_result *result)
{
	int longer = frame->width > frame->height ? frame->width : frame->height;
	int side = longer < STILL_SIDE ? longer : STILL_SIDE;
	int width = (int)((int64_t)frame->width * side / longer), height = (int)((int64_t)frame->height * side / longer);
	struct SwsContext *scale;
	uint8_t *rows[4] = { NULL };
	int strides[4] = { 0 };

	width = width > 0 ? width : 1;
	height = height > 0 ? height : 1;
	scale = sws_getContext(frame->width, frame->height, (enum AVPixelFormat)frame->format, width, height,
	                       AV_PIX_FMT_RGB24, SWS_BILINEAR, NULL, NULL, NULL);
	if (scale && av_image_alloc(rows, strides, width, height, AV_PIX_FMT_RGB24, 1) > 0) {
		sws_scale(scale, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, rows, strides);
		result->still = rows[0];
		result->still_width = width;
		result->still_height = height;
	}
	sws_freeContext(scale);
}

static bool feed(AVCodecContext *decoder, const AVPacket *packet, AVFrame *frame, struct film_result *result)
{
	if (avcodec_send_packet(decoder, packet) < 0 && packet)
		return false;
	if (avcodec_receive_frame(decoder, frame) < 0)
		return false;
	shrink(frame, result);
	return true;
}

static AVCodecContext *open_decoder(const AVStream *stream)
{
	const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
	AVCodecContext *decoder = codec ? avcodec_alloc_context3(codec) : NULL;

	if (!decoder)
		return NULL;
	decoder->thread_count = 1;
	decoder->max_pixels = PIXELS_MAX;
	if (avcodec_parameters_to_context(decoder, stream->codecpar) < 0 || avcodec_open2(decoder, codec, NULL) < 0)
		avcodec_free_context(&decoder);
	return decoder;
}

/* --- packing ---------------------------------------------------------------------------------------------------- */

static bool pass_on(struct film *film, AVPacket *packet)
{
	const AVStream *from = film->in->streams[packet->stream_index];
	int to = film->streams[packet->stream_index];

	packet->stream_index = to;
	packet->pos = -1;
	av_packet_rescale_ts(packet, from->time_base, film->made->streams[to]->time_base);
	return av_interleaved_write_frame(film->made, packet) >= 0;
}

/* All packets, and the first frame on the way. A film without a still is a film all the same. */
static const char *pack(struct film *film, struct film_result *result)
{
	AVCodecContext *decoder = film->pictures >= 0 ? open_decoder(film->in->streams[film->pictures]) : NULL;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	const char *word = packet && frame && avformat_write_header(film->made, NULL) >= 0 ? NULL : "broken";
	int looked_at = 0;

	while (!word && av_read_frame(film->in, packet) >= 0) {
		int stream = packet->stream_index;

		if (stream < STREAMS_MAX && stream == film->pictures && decoder && !result->still && looked_at++ < STILL_PACKETS)
			feed(decoder, packet, frame, result);
		if (stream < STREAMS_MAX && film->streams[stream] >= 0 && !pass_on(film, packet))
			word = "broken";
		av_packet_unref(packet);
	}
	if (!word && decoder && !result->still)
		feed(decoder, NULL, frame, result);
	if (!word && av_write_trailer(film->made) < 0)
		word = "broken";
	if (!word)
		avio_flush(film->out_io);
	if (!word && film->out_io->error)
		word = "write";
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&decoder);
	return word;
}

static void describe(const struct film *film, const struct format *format, struct film_result *result)
{
	const AVStream *stream = film->pictures >= 0 ? film->in->streams[film->pictures] : NULL;
	const uint8_t *matrix = stream ? av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL) : NULL;
	double turned = matrix ? -av_display_rotation_get((const int32_t *)(const void *)matrix) : 0;

	result->type = stream ? format->type : format->sound_type;
	result->sound_alone = !stream;
	result->duration_ms = film->in->duration > 0 ? film->in->duration / (AV_TIME_BASE / 1000) : 0;
	if (!stream)
		return;
	result->rate_num = stream->avg_frame_rate.num;
	result->rate_den = stream->avg_frame_rate.den;
	if (turned == turned)
		result->turn = ((int)(turned / 90 + (turned < 0 ? -0.5 : 0.5)) * 90 % 360 + 360) % 360;
	result->width = result->turn % 180 ? stream->codecpar->height : stream->codecpar->width;
	result->height = result->turn % 180 ? stream->codecpar->width : stream->codecpar->height;
}

const char *film_make(const void *bytes, size_t size, int out, struct film_result *ret_result)
{
	const struct format *format = format_of(bytes, size);
	struct film film = { .source = { bytes, (int64_t)size, 0 }, .out = out };
	const char *word = "broken";

	av_log_set_level(AV_LOG_QUIET);
	if (format && open_input(&film, format) && open_output(&film, format)) {
		describe(&film, format, ret_result);
		if (!ret_result->type)
			word = "type";
		else if (ret_result->width && (int64_t)ret_result->width * ret_result->height > PIXELS_MAX)
			word = "pixels";
		else
			word = pack(&film, ret_result);
	}
	close_film(&film);
	return word;
}
