/*
 * JSON: bounded parsing and typed reads over Jansson, and a streaming writer of our own.
 *
 * Reading accepts what peers really send and refuses what attacks: size, depth, duplicate keys, invalid UTF-8,
 * NUL. The typed reads never fail: what is absent or of another type reads as empty, zero or NULL, so a handler
 * asks for what it needs and checks the result. Writing goes straight into a buf without building a tree. Any thread.
 */
#ifndef STORAGE_BASE_JSON_H
#define STORAGE_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"

enum {
	JSON_DEPTH_MAX = 32,          /* nesting of objects and arrays in foreign documents */
	JSON_BYTES_MAX = 1024 * 1024, /* a foreign document */
	JSON_VALUES_MAX = 65536,      /* values in it: an empty object is 2 bytes of text and 300 of memory */
};

/* Parses one JSON value that fills `text`. The tree lives as long as `arena`. ERR_LIMIT: too long, too deep
 * or too many values; ERR_INVALID: not JSON, duplicate keys, bad UTF-8, NUL in a string, trailing bytes. */
int json_parse(struct arena *arena, struct str text, json_t **ret_value);

/* The member `key` of an object; NULL if `object` is no object, has no such member, or the member is null. */
json_t *json_member(const json_t *object, const char *key);
/* String member; STR_NONE if absent or no string. Points into the tree. */
struct str json_member_str(const json_t *object, const char *key);
/* true for JSON true; otherwise `fallback` when absent, false when something else. */
bool json_member_bool(const json_t *object, const char *key, bool fallback);
/* A non-negative integer, also when it is written as a decimal string; otherwise `fallback`. */
uint64_t json_member_u64(const json_t *object, const char *key, uint64_t fallback);
/* The str of a string value; STR_NONE for NULL or another type. */
struct str json_str_of(const json_t *value);
/* ActivityStreams lets most properties hold one value or an array: number of values (0 for NULL and null) … */
size_t json_count(const json_t *value);
/* … and the i-th of them; NULL beyond the end. */
json_t *json_at(const json_t *value, size_t i);

/* Text of a tree, compact, keys in insertion order, in arena memory. */
struct str json_render(struct arena *arena, const json_t *value);

/* A streaming writer: commas and escapes are its business. Errors stick in the buf. */
struct json_writer {
	struct buf *buf;
	bool comma;  /* a value stands before the next one at this level */
};

void json_writer_init(struct json_writer *writer, struct buf *buf);
void json_w_object(struct json_writer *w);      /* { */
void json_w_object_end(struct json_writer *w);  /* } */
void json_w_array(struct json_writer *w);       /* [ */
void json_w_array_end(struct json_writer *w);   /* ] */
void json_w_key(struct json_writer *w, const char *key);
void json_w_str(struct json_writer *w, struct str value);        /* invalid UTF-8 becomes U+FFFD */
void json_w_cstr(struct json_writer *w, const char *value);
void json_w_u64(struct json_writer *w, uint64_t value);
void json_w_i64(struct json_writer *w, int64_t value);
void json_w_id(struct json_writer *w, uint64_t id);              /* decimal string */
void json_w_bool(struct json_writer *w, bool value);
void json_w_null(struct json_writer *w);
void json_w_date(struct json_writer *w, int64_t ms);             /* "2026-01-02T03:04:05.678Z"; null when 0 */
void json_w_raw(struct json_writer *w, struct str json);         /* a finished value, joined as it is */
/* key and value in one call */
void json_w_member_str(struct json_writer *w, const char *key, struct str value);
void json_w_member_cstr(struct json_writer *w, const char *key, const char *value);
void json_w_member_u64(struct json_writer *w, const char *key, uint64_t value);
void json_w_member_id(struct json_writer *w, const char *key, uint64_t id);
void json_w_member_id_or_null(struct json_writer *w, const char *key, uint64_t id);   /* null when 0 */
void json_w_member_bool(struct json_writer *w, const char *key, bool value);
void json_w_member_null(struct json_writer *w, const char *key);
void json_w_member_date(struct json_writer *w, const char *key, int64_t ms);
void json_w_member_str_or_null(struct json_writer *w, const char *key, struct str value);  /* null when empty */
void json_w_member_raw(struct json_writer *w, const char *key, struct str json);

#endif
