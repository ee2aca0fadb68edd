/*
 * Child processes, and what the kernel says of them. Every child dies with this program.
 */
#ifndef TESTS_BENCH_PROCESS_H
#define TESTS_BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "storage/base/str.h"

struct arena;

/* A child that runs `body` and ends; this program must have one thread. */
pid_t process_fork(void (*body)(void *arg), void *arg);
/* A child that runs a program; its output goes to `out_fd` (-1: where ours goes). */
pid_t process_spawn(const char *const *argv, int out_fd);
/* Runs a program to its end and gives its output. Gives up when it fails. */
struct str process_output(struct arena *arena, const char *const *argv);
/* SIGTERM, and waits. false: its status was not 0. */
bool process_stop(pid_t pid);

/* Processor time of all its threads so far, microseconds, in steps of 10,000. */
double process_cpu_us(pid_t pid);
/* Memory that no file backs, KiB. */
uint64_t process_rss_anon_kib(pid_t pid);

/* A port on loopback that nobody listens on, below the range that outgoing connections come from. */
uint16_t port_take(void);
/* Waits until somebody listens on it. */
void port_await(uint16_t port);

#endif
