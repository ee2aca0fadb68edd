/*
 * The sandbox of the worker: resource limits, then a filter of system calls. Before both, nothing of a stranger may be
 * looked at; after them the process can compute, take memory, and write to the descriptors it has.
 */
#ifndef NODE_MEDIA_WORKER_SANDBOX_H
#define NODE_MEDIA_WORKER_SANDBOX_H

#include <stdbool.h>

/* 1 GiB of address space, 10 s of processor time, 16 descriptors, files of 64 MiB, no core. */
bool sandbox_limits(void);
/* Everything but a short list of calls fails from now on, in all threads (with RSE_MEDIA_KILL in the environment, for
 * tests: it ends the process). */
bool sandbox_close(void);

#endif
