/*
 * The bytes of files, for whoever shows them: <img> sends no token. An address holds a secret, or the key of one reader
 * (storage/media.h), and is checked each time against what the file belongs to, and whether that reader may still see it.
 * Who comes with a token must be one of those who may, too.
 */
#ifndef NODE_API_FILES_H
#define NODE_API_FILES_H

#include "node/call.h"

/* GET /media/:id/:secret/:name */
int api_file_show(struct call *call, struct view *view);

/* GET /media/proxy/:id/:secret/:url, and the same with /preview behind it: a foreign picture that our post or account :id
 * shows; fetched at the first time, made anew like our own, and kept for a while. 404 where it cannot be had. */
int api_proxy_check(struct call *call, struct view *view);
int api_proxy_work(struct call *call);
int api_proxy_write(struct call *call, struct txn *txn);
int api_proxy_show(struct call *call, struct view *view);

#endif
