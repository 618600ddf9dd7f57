#include "collector/store/vocabulary.h"

#include <string.h>

#include "collector/store/internal.h"

static bool unknown(const char *what, const char *id, const char *part, struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "the database has reports with the %s %s%s%s, which the "
                     "survey does not know (any more)",
                     what, id, part[0] == '\0' ? "" : "/", part);
}

static bool load_stations(struct session *session, struct error *error)
{
    struct vocabulary *vocabulary = &session->vocabulary;
    auto_query struct query query = query_begin(session, SQL_STATION_CODES);
    while (query_next(&query)) {
        const char *id = query_column_text(&query, 1);
        int station = survey_station(session->survey, id);
        if (station < 0)
            return unknown("station", id, "", error);
        vocabulary->station_last = query_column(&query, 0);
        vocabulary->station_codes[station] = vocabulary->station_last;
        vocabulary->stations[vocabulary->station_last] = station;
    }
    return query_done(&query, error);
}

static bool load_bases(struct session *session, struct error *error)
{
    struct vocabulary *vocabulary = &session->vocabulary;
    auto_query struct query query = query_begin(session, SQL_BASIS_CODES);
    while (query_next(&query)) {
        const char *id = query_column_text(&query, 1);
        int basis = survey_basis(session->survey, id);
        if (basis < 0)
            return unknown("basis", id, "", error);
        vocabulary->basis_last = query_column(&query, 0);
        vocabulary->basis_codes[basis] = vocabulary->basis_last;
        vocabulary->bases[vocabulary->basis_last] = basis;
    }
    return query_done(&query, error);
}

static bool load_answers(struct session *session, struct error *error)
{
    const struct survey *survey = session->survey;
    struct vocabulary *vocabulary = &session->vocabulary;
    auto_query struct query query = query_begin(session, SQL_ANSWER_CODES);
    while (query_next(&query)) {
        const char *id = query_column_text(&query, 1);
        const char *option_id = query_column_text(&query, 2);
        int question = survey_question(survey, id);
        int option = question < 0 ? -1 : survey_option(&survey->questions[question], option_id);
        if (option < 0)
            return unknown(question < 0 ? "question" : "option", id, option_id, error);
        vocabulary->answer_last = query_column(&query, 0);
        vocabulary->answer_codes[question][option] = vocabulary->answer_last;
        vocabulary->answers[vocabulary->answer_last] =
            (struct answer){(int8_t)question, (int8_t)option};
    }
    return query_done(&query, error);
}

void vocabulary_finish(struct vocabulary *vocabulary)
{
    free(vocabulary->station_codes);
    free(vocabulary->stations);
    free(vocabulary->basis_codes);
    free(vocabulary->bases);
    *vocabulary = (struct vocabulary){0};
}

bool vocabulary_load(struct session *session, struct error *error)
{
    struct vocabulary *vocabulary = &session->vocabulary;
    size_t stations = (size_t)session->survey->station_count;
    size_t bases = (size_t)session->survey->basis_count;
    vocabulary_finish(vocabulary);
    vocabulary->station_codes = memory_zeroed(stations + 1, sizeof *vocabulary->station_codes);
    vocabulary->stations = memory_zeroed(stations + 1, sizeof *vocabulary->stations);
    vocabulary->basis_codes = memory_zeroed(bases + 1, sizeof *vocabulary->basis_codes);
    vocabulary->bases = memory_zeroed(bases + 1, sizeof *vocabulary->bases);
    return load_stations(session, error) && load_bases(session, error) &&
           load_answers(session, error);
}

bool vocabulary_station(struct session *session, int station, int64_t *code_out,
                        struct error *error)
{
    struct vocabulary *vocabulary = &session->vocabulary;
    int64_t *code = &vocabulary->station_codes[station];
    if (*code == 0) {
        auto_query struct query query = query_begin(session, SQL_STATION_CODE_ADD);
        query_integer(&query, ":code", vocabulary->station_last + 1);
        query_text(&query, ":id", session->survey->stations[station].id);
        if (!query_run(&query, error))
            return false;
        *code = ++vocabulary->station_last;
        vocabulary->stations[*code] = station;
        vocabulary->grown = true;
    }
    *code_out = *code;
    return true;
}

bool vocabulary_basis(struct session *session, int basis, int64_t *code_out, struct error *error)
{
    struct vocabulary *vocabulary = &session->vocabulary;
    int64_t *code = &vocabulary->basis_codes[basis];
    if (*code == 0) {
        auto_query struct query query = query_begin(session, SQL_BASIS_CODE_ADD);
        query_integer(&query, ":code", vocabulary->basis_last + 1);
        query_text(&query, ":id", session->survey->basis[basis].term.id);
        if (!query_run(&query, error))
            return false;
        *code = ++vocabulary->basis_last;
        vocabulary->bases[*code] = basis;
        vocabulary->grown = true;
    }
    *code_out = *code;
    return true;
}

static bool answer_code(struct session *session, int question, int option, int64_t *code_out,
                        struct error *error)
{
    struct vocabulary *vocabulary = &session->vocabulary;
    int64_t *code = &vocabulary->answer_codes[question][option];
    if (*code == 0) {
        const struct survey_question *asked = &session->survey->questions[question];
        auto_query struct query query = query_begin(session, SQL_ANSWER_CODE_ADD);
        query_integer(&query, ":code", vocabulary->answer_last + 1);
        query_text(&query, ":question", asked->term.id);
        query_text(&query, ":option", asked->options[option].term.id);
        if (!query_run(&query, error))
            return false;
        *code = ++vocabulary->answer_last;
        vocabulary->answers[*code] = (struct answer){(int8_t)question, (int8_t)option};
        vocabulary->grown = true;
    }
    *code_out = *code;
    return true;
}

bool vocabulary_pack(struct session *session, const int8_t *answers,
                     uint8_t packed_out[ANSWERS_SIZE_MAX], size_t *length_out, struct error *error)
{
    size_t length = 0;
    for (int question = 0; question < session->survey->question_count; question++) {
        int64_t code;
        if (answers[question] < 0)
            continue;
        if (!answer_code(session, question, answers[question], &code, error))
            return false;
        if (code >= 0x80)
            packed_out[length++] = (uint8_t)(code | 0x80);
        packed_out[length++] = (uint8_t)(code >= 0x80 ? code >> 7 : code);
    }
    *length_out = length;
    return true;
}

void vocabulary_unpack(const struct vocabulary *vocabulary, const uint8_t *packed, size_t length,
                       int8_t *answers_out)
{
    memset(answers_out, -1, SURVEY_QUESTIONS_MAX);
    for (size_t i = 0; i < length; i++) {
        int64_t code = packed[i];
        if (code >= 0x80 && i + 1 < length)
            code = (code & 0x7f) | (int64_t)packed[++i] << 7;
        if (code < 1 || code > vocabulary->answer_last)
            continue;
        const struct answer *answer = &vocabulary->answers[code];
        answers_out[answer->question] = answer->option;
    }
}
