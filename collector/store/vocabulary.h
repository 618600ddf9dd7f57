#ifndef ZHANJI_STORE_VOCABULARY_H
#define ZHANJI_STORE_VOCABULARY_H

#include "collector/base/error.h"
#include "collector/survey/survey.h"

struct session;

enum {
    ANSWERS_SIZE_MAX = SURVEY_QUESTIONS_MAX * 2 /* bytes: codes are below 2^14 */
};

/* The survey's indices and the codes that rows hold, both ways; 0 is no code, -1 no index. */
struct vocabulary {
    int64_t *station_codes; /* by station */
    int *stations;          /* by code, station_count + 1 of them */
    int64_t station_last;   /* greatest code */
    int64_t *basis_codes;
    int *bases;
    int64_t basis_last;
    int64_t answer_codes[SURVEY_QUESTIONS_MAX][SURVEY_OPTIONS_MAX];

    struct answer {
        int8_t question, option;
    } answers[SURVEY_QUESTIONS_MAX * SURVEY_OPTIONS_MAX + 1]; /* by code */

    int64_t answer_last;
    bool grown; /* in this transaction: to be read again if it is rolled back */
};

/* Reads what the database has. ERROR_INVALID names what the survey no longer has. */
NODISCARD bool vocabulary_load(struct session *session, struct error *error);
void vocabulary_finish(struct vocabulary *vocabulary);

/* Codes, made at the first use. */
NODISCARD bool vocabulary_station(struct session *session, int station, int64_t *code_out,
                                  struct error *error);
NODISCARD bool vocabulary_basis(struct session *session, int basis, int64_t *code_out,
                                struct error *error);
/* Packs option indices (-1 where not answered) as codes, LEB128 each. */
NODISCARD bool vocabulary_pack(struct session *session, const int8_t *answers,
                               uint8_t packed_out[ANSWERS_SIZE_MAX], size_t *length_out,
                               struct error *error);
/* The reverse; fills SURVEY_QUESTIONS_MAX answers. */
void vocabulary_unpack(const struct vocabulary *vocabulary, const uint8_t *packed, size_t length,
                       int8_t *answers_out);

#endif
