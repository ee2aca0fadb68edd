/*
 * Bringing lists of one's own as CSV, and how far that has come. The work is a job's (node/import.h).
 */
#ifndef NODE_API_IMPORTS_H
#define NODE_API_IMPORTS_H

#include "node/call.h"

/* data (a file or its text), type, mode (merge, overwrite). 202. */
int api_import_check(struct call *call, struct view *view);
int api_import_write(struct call *call, struct txn *txn);
int api_import_show(struct call *call, struct view *view);
int api_imports(struct call *call, struct view *view);
int api_import(struct call *call, struct view *view);

#endif
