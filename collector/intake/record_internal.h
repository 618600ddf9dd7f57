#ifndef ZHANJI_INTAKE_RECORD_INTERNAL_H
#define ZHANJI_INTAKE_RECORD_INTERNAL_H

#include <pthread.h>

#include "collector/intake/record.h"
#include "collector/log/checkpoint.h"
#include "collector/log/edge.h"
#include "collector/store/record.h"

enum {
    RECORD_REFUSAL_SIZE = 600,
    RECORD_VERIFIER_SIZE = NOTE_NAME_MAX + 64
};

/* The key that signs, in the state folder. */
struct record_key {
    struct note_key public; /* its name is the log's */
    struct secret_key secret;
};

struct record {
    struct record_options options;
    char *folder;
    /* The thread's own. */
    struct record_key key;
    struct record_key next; /* that a log-key entry has announced or will */
    bool has_key, has_next;
    struct edge *edge;     /* the tree of the last head */
    int32_t day_looked_at; /* the last day for which arrivals were gathered */
    pthread_t thread;
    /* Shared, under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    bool urged;     /* there may be entries that are not signed */
    bool wants_key; /* record_rotate */
    char wanted_name[NOTE_NAME_MAX + 1];
    struct blob *checkpoint;           /* published; NULL: none */
    uint64_t size;                     /* of the published tree */
    char refusal[RECORD_REFUSAL_SIZE]; /* "" while all is well */
    char verifier[RECORD_VERIFIER_SIZE];
};

/* record_key.c */

/* A file of the state folder, or its text; ERROR_NOT_FOUND when there is none. */
NODISCARD bool record_file_read(const struct record *record, const char *file, struct buffer *text,
                                struct error *error);
NODISCARD bool record_file_write(const struct record *record, const char *file,
                                 const struct buffer *text, struct error *error);
NODISCARD bool record_file_rename(const struct record *record, const char *from, const char *to,
                                  struct error *error);
/* Makes a key, and writes it to `file`. */
NODISCARD bool record_key_make(const struct record *record, const char *file, const char *name,
                               struct record_key *key_out, struct error *error);
/* ERROR_NOT_FOUND when there is none. */
NODISCARD bool record_key_read(const struct record *record, const char *file,
                               struct record_key *key_out, struct error *error);

/* record_tree.c */

/* A subtree that was closed. */
struct record_node {
    unsigned level;
    uint64_t number;
    struct hash hash;
};

/* A tree on its way from one head to the next. Zero but for `edge`; finish after. */
struct growth {
    struct edge *edge; /* borrowed */
    struct record_node *nodes;
    size_t node_count, node_capacity;
    char *announced; /* verifier key of the last log-key entry that was passed; NULL: none */
};

void growth_finish(struct growth *growth);
/* Reads the entries that follow, up to the tree of `limit`. */
NODISCARD bool growth_read(struct store *store, struct growth *growth, uint64_t limit,
                           struct error *error);

/* What the database has. */
struct record_held {
    struct buffer head; /* the last note; empty if none */
    uint64_t entries;
};

NODISCARD bool record_held_read(struct store *store, struct record_held *held_out,
                                struct error *error);
/* The tree of the first `size` entries. */
NODISCARD bool record_edge_read(struct store *store, uint64_t size, struct edge *edge_out,
                                struct error *error);
/* Writes a head and the nodes that came with it. */
NODISCARD bool record_head_write(struct store *store, const struct growth *growth, const char *note,
                                 struct error *error);

/* record_load.c: finds key and heads, and checks that they belong together; sets the refusal. */
NODISCARD bool record_load(struct record *record, struct error *error);
/* record_sign.c: signs and publishes what is committed. */
NODISCARD bool record_sign(struct record *record, struct error *error);
/* The next key is the key from now on. */
NODISCARD bool record_take_over(struct record *record, struct error *error);
void record_publish(struct record *record, const char *note, uint64_t size);
/* record_rotate.c: what record_rotate asked for, on the record's thread. */
NODISCARD bool record_change_key(struct record *record, struct error *error);
/* record_day.c: writes the lists of the days that are over. */
NODISCARD bool record_days(struct record *record, struct error *error);

void record_refuse(struct record *record, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
