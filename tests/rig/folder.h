/*
 * A folder of its own for a test, under $TMPDIR or /tmp, mode 0700; removed with the files in it.
 */
#ifndef TESTS_RIG_FOLDER_H
#define TESTS_RIG_FOLDER_H

/* Path of a new, empty folder; the caller gives it back with folder_remove(). Aborts when there can be none. */
char *folder_new(void);
/* Removes the folder and the plain files in it, and frees the path. */
void folder_remove(char *path);

#endif
