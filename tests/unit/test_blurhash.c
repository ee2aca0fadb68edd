/* Blurhash: what the npm package blurhash (2.0.5) gives for the same pixels. */
#include "node/media/blurhash.h"
#include "tests/unit/tap.h"

enum { SIDE_MAX = 64 };

/* A gradient with noise from a generator that JavaScript computes alike. */
static void fill(unsigned char *pixels, uint32_t seed, size_t width, size_t height)
{
	uint32_t state = seed;

	for (size_t j = 0; j < height; j++)
		for (size_t i = 0; i < width; i++) {
			unsigned char *pixel = pixels + 3 * (j * width + i);

			state = state * 1664525u + 1013904223u;
			pixel[0] = (unsigned char)(unsigned)((double)i * 255 / (double)width + (state >> 28));
			pixel[1] = (unsigned char)(unsigned)((double)j * 255 / (double)height + (state >> 24 & 15));
			pixel[2] = (unsigned char)((i + j) * seed + (state >> 20));
		}
}

int main(void)
{
	static const struct { uint32_t seed; size_t width, height; unsigned across, down; const char *hash; } vectors[] = {
		{ 1, 64, 64, 4, 3, "L9HV9y2?|Jo}uuRlj]j0qAW-o4X4" },
		{ 2, 64, 48, 4, 3, "LAHetX2@|HkruvR*bXnShZf4f9kC" },
		{ 3, 17, 64, 4, 4, "U9HV6r3:|5u4uxR9kCimlhbaadkExvSik6j?" },
		{ 7, 64, 1, 1, 1, "00HZTM" },
		{ 11, 33, 20, 9, 9, "|8HLl43E|Px@BD^T5.}l2s*aJEoPizWbrxStrgRkUTrwS7t8Sjs7R%s?T0=%F:skWGo5XAbajoaRV3nTWSofWangaRjdbw?vF;s6aua}kFbXj[V}h]aKjvf4j:WEnfWSk9?tKPsqXAo2bXbDk8adhuaJn-WAo4WGn-WAoI" },
		{ 5, 2, 2, 3, 3, "K~BpomglFh$XfqJoZkeAjV" },
	};
	unsigned char pixels[SIDE_MAX * SIDE_MAX * 3];
	char hash[BLURHASH_BYTES];

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		fill(pixels, vectors[i].seed, vectors[i].width, vectors[i].height);
		blurhash_encode(pixels, vectors[i].width, vectors[i].height, vectors[i].across, vectors[i].down, hash);
		is_str(str_of(hash), str_of(vectors[i].hash), "a picture has the hash that clients compute");
	}
	memset(pixels, 0, sizeof(pixels));
	blurhash_encode(pixels, 8, 8, 4, 3, hash);
	is_int((long long)strlen(hash), 28, "the length follows from the number of components");
	return done();
}
