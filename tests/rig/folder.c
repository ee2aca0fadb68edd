/*
 * Folders for tests. One level of files is all that a store makes.
 */
#include "tests/rig/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *folder_new(void)
{
	const char *parent = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/rse-test-XXXXXX", parent ? parent : "/tmp") < 0 || !mkdtemp(path))
		abort();
	return path;
}

void folder_remove(char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (entry->d_type == DT_REG)
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(path);
	free(path);
}
