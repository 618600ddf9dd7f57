#ifndef ZHANJI_SURVEY_REPORT_H
#define ZHANJI_SURVEY_REPORT_H

#include "collector/base/secret.h"
#include "collector/survey/survey.h"

enum {
    REPORT_BODY_MAX = 16384, /* bytes */
    REPORT_DEPTH_MAX = 8,    /* nested arrays and objects */
    REPORT_NOTE_MAX = 2000,  /* code points, of note and private_note */
    REPORT_FAULTS_MAX = 64,  /* listed at once; more are cut off */
    REPORT_VISITED_MAX = 40  /* bytes of `visited` as sent */
};

/* A field report that passed every check (design §5). */
struct report {
    bool has_id; /* the client chose one; else uuid is zero */
    uint8_t uuid[UUID_SIZE];
    int station;
    char visited_text[REPORT_VISITED_MAX + 1]; /* as sent */
    struct visit visited;
    int basis;                            /* index, 0 where absent */
    bool has_basis;                       /* it was written: the content hash keeps what was sent */
    int8_t answers[SURVEY_QUESTIONS_MAX]; /* option index, or -1 */
    char *note;                           /* NULL if absent */
    char *private_note;                   /* NULL if absent; wiped when finished */
    char *reporter;                       /* NULL if absent; wiped when finished */
};

/* What of a published report counts for the figures. `reporter_number` is a small dense number that
 * holds for one database only. */
struct published_answer {
    uint8_t uuid[UUID_SIZE];
    int station;
    struct visit visited;
    int basis;
    int8_t answers[SURVEY_QUESTIONS_MAX];
    uint32_t reporter_number; /* UINT32_MAX for the unnamed */
    uint64_t entry;           /* sequence number of the entry that approved it */
};

/* What is wrong with it: an RFC 6901 pointer, a code of design §5, a sentence with the remedy. */
struct report_fault {
    char *pointer;
    size_t pointer_length; /* a key may hold U+0000 */
    const char *code;      /* literal */
    char *detail;
    int *candidates; /* stations, for ambiguous_station */
    int candidate_count;
};

struct report_faults {
    struct report_fault faults[REPORT_FAULTS_MAX];
    int count;
    bool not_json;      /* 400 rather than 422: not JSON, duplicate key, too deep */
    char reason[200];   /* then this is why, with the place */
    bool duplicate_key; /* and its code is duplicate_key, else bad_json */
};

void report_finish(struct report *report);
void report_faults_finish(struct report_faults *faults);

/*
 * Parses and checks one document, at most REPORT_BODY_MAX bytes (the caller's limit). `now` is
 * Unix seconds. True: report_out is filled and the caller finishes it. False: faults_out lists
 * every fault at once, in document order of the fields as design §5 lists them.
 */
NODISCARD bool report_parse(const struct survey *survey, const char *text, size_t length,
                            int64_t now, struct report *report_out,
                            struct report_faults *faults_out);

/* The faults as the JSON array `errors` of design §6: [{"pointer","code","detail"}…], with
 * "candidates":[{"id","name"}…] for an ambiguous station. */
void report_faults_json(const struct survey *survey, const struct report_faults *faults,
                        struct buffer *buffer);

/* RFC 8785 form of what was sent: answers, basis, id, note, private_note, reporter, station
 * (resolved id), visited; absent ones left out; id as printed lower case. Appends. */
void report_canonical(const struct survey *survey, const struct report *report,
                      struct buffer *buffer);
/* nonce = BLAKE2b-256(commitment key, 16 bytes of the id); content hash = SHA-256(
 * "zhanji-report/v1\n" ‖ nonce ‖ canonical form) (design §5). */
void report_nonce(const uint8_t key[SECRET_KEY_SIZE], const uint8_t uuid[UUID_SIZE],
                  uint8_t nonce_out[SECRET_KEY_SIZE]);
void report_content_hash(const struct survey *survey, const struct report *report,
                         const uint8_t nonce[SECRET_KEY_SIZE], uint8_t hash_out[SECRET_KEY_SIZE]);

/* "answers" of a report as a JSON object, in survey order. Appends. */
void report_answers_json(const struct survey *survey, const int8_t *answers, struct buffer *buffer);

#endif
