/*
 * The HTTP server alone, behind a socket on loopback: a store of one space, routes for each combination of stages, and clients
 * that say and hear bytes. Links in place of node/accounts/viewer.c: "Bearer person" is somebody with read:lists.
 */
#ifndef TESTS_RIG_DOOR_H
#define TESTS_RIG_DOOR_H

#include <stdatomic.h>

#include "node/http/server.h"

enum { DOOR_BODY_MAX = 4096 };

struct door {
	struct arena *arena;
	char *folder;
	struct store *store;
	struct writer *writer;
	struct pool *pool;
	struct limiter *limiter;
	struct server *server;
	unsigned port;
};
extern struct door door;

/* Work and writes that are to be slow wait while it is closed. */
extern atomic_bool door_gate_closed;

/* A new store. Aborts if it cannot. */
void door_build(void);
void door_remove(void);
/* Pool, writer and server over it; what server_start() says. */
int door_start(size_t pool_queue, size_t writer_queue);
void door_stop(void);

struct door_reply {
	char *text;      /* head and body; the caller frees it */
	size_t bytes;
	int status;      /* 0: the connection ended */
	const char *body;
};

#define HEAD(line) line " HTTP/1.1\r\nHost: a.example\r\n"
#define GET(path) STR(HEAD("GET " path) "\r\n")

/* A connection; -1: nobody takes it. */
int door_dial(void);
void door_say(int fd, struct str text);
/* One reply, byte by byte so that what is pipelined behind it stays in the socket. */
struct door_reply door_hear(int fd, bool head_only);
/* Closes all of them; how many were answered with that status. */
int door_hear_all(int *fds, int count, int status);
/* One request on a connection of its own. */
struct door_reply door_ask(struct str request);
struct str door_post(const char *path, const char *type, struct str body);
struct str door_post_form(const char *path, const char *body);
/* Is it answered so? Prints what is not. */
bool door_answers(struct str request, int status, const char *body);
bool door_has_line(struct door_reply reply, const char *line);
/* `piece`, so many times. */
struct str door_many(const char *piece, size_t times);

/* How many requests were parked by now; waits until `count` more have been than `before`. */
uint64_t door_parked(void);
bool door_wait_parked(uint64_t before, uint64_t count);
void door_wait_ms(int ms);

#endif
