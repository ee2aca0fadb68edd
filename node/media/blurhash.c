/*
 * Blurhash: the first terms of a cosine transform of the picture, each in base 83. Pure.
 *
 * Sums run in the order in which the npm package runs them, so that both round alike. Its greatest term is the greatest,
 * not the greatest without its sign.
 */
#include "node/media/blurhash.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

struct factor {
	double of[3];   /* red, green, blue; linear */
};

static double to_linear(unsigned char value)
{
	double v = value / 255.0;

	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static unsigned from_linear(double value)
{
	double v = fmax(0, fmin(1, value));

	return v <= 0.0031308 ? (unsigned)(v * 12.92 * 255 + 0.5)
	                      : (unsigned)((1.055 * pow(v, 1 / 2.4) - 0.055) * 255 + 0.5);
}

static struct factor factor_at(const unsigned char *pixels, size_t width, size_t height, unsigned x, unsigned y)
{
	double norm = x == 0 && y == 0 ? 1 : 2, scale = 1.0 / ((double)width * (double)height);
	struct factor factor = { { 0, 0, 0 } };

	for (size_t i = 0; i < width; i++)
		for (size_t j = 0; j < height; j++) {
			const unsigned char *pixel = pixels + 3 * (j * width + i);
			double basis = norm * cos(pi * x * (double)i / (double)width) *
			               cos(pi * y * (double)j / (double)height);

			for (int c = 0; c < 3; c++)
				factor.of[c] += basis * to_linear(pixel[c]);
		}
	for (int c = 0; c < 3; c++)
		factor.of[c] *= scale;
	return factor;
}

static char *add_base83(char *out, unsigned value, unsigned length)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

	for (unsigned i = length; i-- > 0; value /= 83)
		out[i] = digits[value % 83];
	return out + length;
}

static unsigned quantised(double value, double greatest)
{
	double v = value / greatest;

	return (unsigned)fmax(0, fmin(18, floor(copysign(sqrt(fabs(v)), v) * 9 + 9.5)));
}

void blurhash_encode(const unsigned char *pixels, size_t width, size_t height, unsigned across, unsigned down,
                     char out[BLURHASH_BYTES])
{
	struct factor factors[BLURHASH_SIDE_MAX * BLURHASH_SIDE_MAX] = { 0 };
	unsigned count = across * down, step = 0;
	double greatest = 1;

	for (unsigned y = 0; y < down; y++)
		for (unsigned x = 0; x < across; x++)
			factors[y * across + x] = factor_at(pixels, width, height, x, y);
	if (count > 1) {
		greatest = factors[1].of[0];
		for (unsigned i = 1; i < count; i++)
			for (int c = 0; c < 3; c++)
				greatest = fmax(greatest, factors[i].of[c]);
		step = (unsigned)fmax(0, fmin(82, floor(greatest * 166 - 0.5)));
		greatest = (step + 1) / 166.0;
	}
	out = add_base83(out, across - 1 + (down - 1) * 9, 1);
	out = add_base83(out, step, 1);
	out = add_base83(out, from_linear(factors[0].of[0]) << 16 | from_linear(factors[0].of[1]) << 8 |
	                      from_linear(factors[0].of[2]), 4);
	for (unsigned i = 1; i < count; i++)
		out = add_base83(out, quantised(factors[i].of[0], greatest) * 19 * 19 +
		                      quantised(factors[i].of[1], greatest) * 19 + quantised(factors[i].of[2], greatest), 2);
	*out = '\0';
}
