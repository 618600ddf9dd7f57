#ifndef ZHANJI_STORE_SESSION_H
#define ZHANJI_STORE_SESSION_H

#include "collector/store/store.h"
#include "collector/survey/report.h"

/* Typed reads and writes for jobs. All return false only when the database failed. */

enum report_state {
    STATE_PENDING,
    STATE_APPROVED,
    STATE_REJECTED,
    STATE_WITHHELD,
    STATE_WITHDRAWN
};

const char *report_state_name(enum report_state state); /* "pending", … */
NODISCARD bool report_state_find(const char *name, enum report_state *state_out);

/* A report as it is kept. Pointers are the session's and last until its next call. */
struct stored_report {
    uint8_t uuid[UUID_SIZE];
    int station;              /* index in the survey; -1 once withdrawn */
    const char *visited_text; /* as sent */
    struct visit visited;
    int basis;
    int8_t answers[SURVEY_QUESTIONS_MAX];
    const char *note;        /* NULL if none */
    const void *sealed_note; /* the sealed private note; NULL if none */
    size_t sealed_length;
    bool has_reporter;
    uint8_t reporter[16];     /* keyed hash of the pseudonym */
    uint32_t reporter_number; /* as session_published gives it; UINT32_MAX for the unnamed and for
                                 what was never decided. Ignored when stored */
    uint8_t content_hash[SECRET_KEY_SIZE];
    int64_t arrived;  /* Unix seconds, rounded down to the hour */
    uint32_t version; /* 1, and one more with every amendment */
    enum report_state state;
    bool note_hidden;        /* approved with the note hidden */
    char reason[32];         /* of the last decision, "" while undecided */
    const char *reason_note; /* NULL if none */
    int64_t decided;         /* Unix seconds of the last decision, 0 while undecided */
    uint64_t entry;          /* sequence number + 1 of the entry that gave it its state, be it a
                                decision, a revert or a withdrawal; 0: none yet */
};

enum put_result {
    PUT_CREATED,
    PUT_SAME,
    PUT_DIFFERENT,
    PUT_WITHDRAWN
};

/* Stores a new pending report of version 1, or says what is already there under its id and in
 * which state. `sealed_note` is stored for a new one only. */
NODISCARD bool session_put(struct session *session, const struct stored_report *report,
                           enum put_result *result_out, enum report_state *state_out,
                           struct error *error);
/* found_out says whether there is one. */
NODISCARD bool session_get(struct session *session, const uint8_t uuid[UUID_SIZE],
                           struct stored_report *report_out, bool *found_out, struct error *error);
/* The version in public view: that of an approved report, or the one still standing while an
 * amendment waits. */
NODISCARD bool session_get_published(struct session *session, const uint8_t uuid[UUID_SIZE],
                                     struct stored_report *report_out, bool *found_out,
                                     struct error *error);

enum change_result {
    CHANGE_DONE,
    CHANGE_SAME,
    CHANGE_NOT_FOUND,
    CHANGE_CONFLICT
};

/* version + 1, pending; appends the reporter's `amend` entry. The same content again: SAME. A
 * withdrawn one: CONFLICT. */
NODISCARD bool session_amend(struct session *session, const struct stored_report *report,
                             enum change_result *result_out, uint32_t *version_out,
                             struct error *error);
/* Erases texts, answers, station and pseudonym everywhere; appends `withdraw`. Again: SAME. */
NODISCARD bool session_withdraw(struct session *session, const uint8_t uuid[UUID_SIZE],
                                enum change_result *result_out, struct error *error);
/* A moderator's signed decision, already verified as canonical and signed by `entry->key`.
 * Checks that the key is an active moderator's, that report and version are there, and that the
 * act may follow the state; writes the new state and the exact line with its number in the same
 * transaction. The identical line again: SAME. `reason_out` explains a CONFLICT or NOT_FOUND. */
NODISCARD bool session_decide(struct session *session, const struct entry *entry, const char *line,
                              size_t length, enum change_result *result_out,
                              enum report_state *state_out, struct error *reason_out,
                              struct error *error);

enum report_order {
    ORDER_ID,
    ORDER_NEWEST_VISIT,
    ORDER_OLDEST_ARRIVAL
};

struct report_filter {
    bool any_state;
    enum report_state state;
    int station;    /* -1: any */
    bool published; /* what is in public view, whatever the state */
    enum report_order order;
    uint32_t limit;
    const char *after; /* opaque, from the page before; NULL or "" from the start */
};

/* Calls `each` for every report of the page; *next_out gets the mark for the next page (owned by
 * the caller) or NULL at the end. A bad `after` gives *bad_after_out. */
NODISCARD bool session_page(struct session *session, const struct report_filter *filter,
                            void (*each)(void *context, const struct stored_report *report),
                            void *context, char **next_out, bool *bad_after_out,
                            struct error *error);

struct moderator {
    uint8_t key[SIGN_PUBLIC_SIZE];
    const char *name;
    int64_t added, retired; /* Unix seconds; retired 0 while active */
};

/* Adding or retiring appends the server's entry. An unknown key to retire is NOT_FOUND, a known
 * one to add SAME, one that was retired CONFLICT. */
NODISCARD bool session_moderator_add(struct session *session, const struct moderator *moderator,
                                     enum change_result *result_out, struct error *error);
NODISCARD bool session_moderator_retire(struct session *session, const char *name,
                                        enum change_result *result_out, struct error *error);
NODISCARD bool session_moderators(struct session *session,
                                  void (*each)(void *context, const struct moderator *moderator),
                                  void *context, struct error *error);

/* Notices that the operator added, each as its JSON text. */
NODISCARD bool session_notice_add(struct session *session, const char *id, const char *json,
                                  enum change_result *result_out, struct error *error);
NODISCARD bool session_notices(struct session *session, int64_t known_at,
                               void (*each)(void *context, const char *json, int64_t added),
                               void *context, struct error *error);

/* Replaces the sealed note of the current version (length 0: erases it): to seal again to another
 * moderator. No new version, no entry; of a report that is not there or withdrawn nothing. */
NODISCARD bool session_set_sealed(struct session *session, const uint8_t uuid[UUID_SIZE],
                                  const void *sealed, size_t length, struct error *error);

/* Log entries from a sequence number on. */
NODISCARD bool session_entries(struct session *session, uint64_t from, uint32_t limit,
                               void (*each)(void *context, uint64_t number, const char *line,
                                            size_t length),
                               void *context, struct error *error);
NODISCARD bool session_entry_count(struct session *session, uint64_t *count_out,
                                   struct error *error);

/* Counts per station of what waits, and citywide of what was withheld since an instant. */
struct report_counts {
    uint32_t *pending; /* station_count of them, the caller's */
    uint64_t pending_all, withheld;
};

NODISCARD bool session_counts(struct session *session, int64_t withheld_since,
                              struct report_counts *counts, struct error *error);

/* Every published report (of one station, or -1: of all), in id order. */
NODISCARD bool session_published(struct session *session, int station,
                                 void (*each)(void *context, const struct published_answer *),
                                 void *context, struct error *error);

/* The same in pieces that keep nobody waiting: at most `limit` reports after a place, which is
 * moved on; *done_out says that there are no more. Those of one station come by (last day, id);
 * all (-1) in id order, which is the order of the file. */
struct published_place {
    bool is_begun;
    int32_t last;
    uint8_t uuid[UUID_SIZE];
};

NODISCARD bool session_published_piece(struct session *session, int station,
                                       struct published_place *place, uint32_t limit,
                                       void (*each)(void *context, const struct published_answer *),
                                       void *context, bool *done_out, struct error *error);
/* One of them; found_out says whether it is published. */
NODISCARD bool session_published_one(struct session *session, const uint8_t uuid[UUID_SIZE],
                                     struct published_answer *answer_out, bool *found_out,
                                     struct error *error);

/*
 * Versions of what was published (transaction time; Snodgrass, "Developing Time-Oriented Database
 * Applications in SQL", 2000). A row holds from its `at` until a later row with the same key, or
 * for ever. `body` is publish's own form; length 0 says that the key is empty from then on.
 * Keys: ("model", 0, 0), ("knots", station, question), ("state", station, 0), …
 */
struct version_row {
    const char *kind;
    int64_t major, minor;
    int64_t at; /* Unix seconds of the publication */
    const void *body;
    size_t length;
};

/* Writes a row if its body differs from the one that holds now. Same key and `at`: replaced. */
NODISCARD bool session_version_put(struct session *session, const struct version_row *row,
                                   struct error *error);
/* The rows of a kind that held at the end of `known_at`; major -1: of all. */
NODISCARD bool session_versions(struct session *session, const char *kind, int64_t major,
                                int64_t known_at,
                                void (*each)(void *context, const struct version_row *row),
                                void *context, struct error *error);

/* Small values of the program's own: "archive-loaded", … NULL when absent. */
NODISCARD bool session_setting(struct session *session, const char *name, char **value_out,
                               struct error *error);
NODISCARD bool session_set_setting(struct session *session, const char *name, const char *value,
                                   struct error *error);

/* Looks for faults of the file and between the tables, one line each; reads everything, so nothing
 * else is stored meanwhile. */
NODISCARD bool session_check(struct session *session,
                             void (*each)(void *context, const char *fault), void *context,
                             struct error *error);

int64_t session_now(const struct session *session);
const struct survey *session_survey(const struct session *session);

#endif
