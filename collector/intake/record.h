#ifndef ZHANJI_INTAKE_RECORD_H
#define ZHANJI_INTAKE_RECORD_H

#include "collector/base/blob.h"
#include "collector/http/http.h"
#include "collector/store/store.h"

/*
 * The log made public (trust §3). A thread of its own follows the entries that are committed: reads
 * them back, extends the tree, signs its head (many entries a signature), has the head written to
 * the database and to <state folder>/log.head, and only then publishes it. A database whose log is
 * not the one that was signed is never signed over: then it refuses, and says how to go on.
 */
struct record;

struct record_options {
    struct store *store;
    const struct survey *survey;
    struct clock clock;
    const char *folder; /* <db>.state/, which keys_load has made */
};

/* Signs what there is, and starts the thread. False only when nothing can be read. */
NODISCARD bool record_start(const struct record_options *options, struct record **record_out,
                            struct error *error);
/* Ends the thread and signs what was committed last; before the store is closed. NULL is fine. */
void record_stop(struct record *record);
/* After the store is closed. */
void record_destroy(struct record *record);

/* Any thread. The signed note, with a reference for the caller; NULL while nothing is signed. */
struct blob *record_checkpoint(struct record *record);
/* Any thread. How many entries the published head has. */
uint64_t record_size(struct record *record);
/* Any thread. Why nothing is signed, and how to go on, as a text; false if all is well. */
bool record_refuses(struct record *record, struct buffer *text);
/* Any thread. The verifier key of the log. */
void record_verifier(struct record *record, struct buffer *text);
/* Any thread. Asks that the log change its key; the new one's name, or NULL for the same. What came
 * of it is seen in the log. A record that refuses begins a new log, under a name not used yet. */
NODISCARD bool record_rotate(struct record *record, const char *name, struct error *error);

/* GET /log/…: checkpoint, vkey, tiles, and what entries have digests of. */
extern const struct http_route record_routes[];
extern const size_t record_routes_count;

#endif
