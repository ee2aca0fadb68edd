/*
 * Runs the inputs of a fuzzer's corpus once each, without libFuzzer: linked with one fuzz_*.c. An input that aborts or
 * that a sanitizer finds fault with ends the program, so that its plan is not met.
 * usage: replay_NAME CORPUS-FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

enum { PATH_BYTES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void replay(const char *path, const char *name)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long length = -1;

	if (file && !fseek(file, 0, SEEK_END))
		length = ftell(file);
	if (length >= 0 && !fseek(file, 0, SEEK_SET))
		bytes = malloc((size_t)length + 1);
	if (bytes && fread(bytes, 1, (size_t)length, file) == (size_t)length)
		ok(LLVMFuzzerTestOneInput(bytes, (size_t)length) == 0, "%s", name);
	else
		ok(0, "%s", name);
	free(bytes);
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	char path[PATH_BYTES_MAX];
	int count = argc == 2 ? scandir(argv[1], &entries, NULL, alphasort) : -1;

	ok(count > 2, "there is a corpus");
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", argv[1], entries[i]->d_name);
			replay(path, entries[i]->d_name);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return done();
}
