/*
 * One line, one event, key=value, on standard error, with the <N> priority prefix that journald reads.
 *
 * Only the loops log (http, writer, jobs, delivery, main): storage and the pure parts of federation return their
 * errors. No secret, no body, no post text. CR, LF and controls in values are escaped. Any thread.
 */
#ifndef STORAGE_BASE_LOG_H
#define STORAGE_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Lines above this level are dropped (default: LOG_LEVEL_INFO). Set before threads start. */
void log_set_level(enum log_level level);

/* log_event(LOG_LEVEL_WARNING, "delivery failed", "host", host, "status", "503", NULL): the event, then pairs of
 * C strings up to a NULL key. A NULL value prints as "-". Values with spaces or quotes are quoted. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* A decimal text of `value` in one of eight per-thread slots, for use as a value in the same call. */
const char *log_u64(unsigned long long value);
/* Likewise for up to 255 bytes of a text that need not end in NUL. */
const char *log_text(const char *p, unsigned long n);

#endif
