#include <string.h>

#include "collector/survey/names.h"
#include "collector/survey/report.h"

enum {
    CANONICAL_USUAL = 1024
};

static void member(struct buffer *buffer, const char *begin, const char *text)
{
    if (text == NULL)
        return;
    buffer_text(buffer, begin);
    buffer_json(buffer, text, strlen(text));
}

/* Ids need no escapes. */
static void write_answer(const struct survey *survey, int question, int option, bool first,
                         struct buffer *buffer)
{
    const struct survey_question *asked = &survey->questions[question];
    buffer_text(buffer, first ? "\"" : ",\"");
    buffer_text(buffer, asked->term.id);
    buffer_text(buffer, "\":\"");
    buffer_text(buffer, asked->options[option].term.id);
    buffer_char(buffer, '"');
}

/* Answers in the order of the list, or of the survey where there is none. */
static void write_answers(const struct survey *survey, const int8_t *answers, const int *order,
                          struct buffer *buffer)
{
    bool first = true;
    buffer_char(buffer, '{');
    for (int i = 0; i < survey->question_count; i++) {
        int question = order == NULL ? i : order[i];
        if (answers[question] < 0)
            continue;
        write_answer(survey, question, answers[question], first, buffer);
        first = false;
    }
    buffer_char(buffer, '}');
}

void report_answers_json(const struct survey *survey, const int8_t *answers, struct buffer *buffer)
{
    write_answers(survey, answers, NULL, buffer);
}

void report_canonical(const struct survey *survey, const struct report *report,
                      struct buffer *buffer)
{
    char id[UUID_TEXT_SIZE];
    uuid_print(report->uuid, id);
    buffer_reserve(buffer, CANONICAL_USUAL);
    buffer_text(buffer, "{\"answers\":");
    write_answers(survey, report->answers, survey->index->canonical_order, buffer);
    member(buffer, ",\"basis\":", report->has_basis ? survey->basis[report->basis].term.id : NULL);
    member(buffer, ",\"id\":", report->has_id ? id : NULL);
    member(buffer, ",\"note\":", report->note);
    member(buffer, ",\"private_note\":", report->private_note);
    member(buffer, ",\"reporter\":", report->reporter);
    member(buffer, ",\"station\":", survey->stations[report->station].id);
    member(buffer, ",\"visited\":", report->visited_text);
    buffer_char(buffer, '}');
}

void report_nonce(const uint8_t key[SECRET_KEY_SIZE], const uint8_t uuid[UUID_SIZE],
                  uint8_t nonce_out[SECRET_KEY_SIZE])
{
    blake2b(key, uuid, UUID_SIZE, nonce_out, SECRET_KEY_SIZE);
}

void report_content_hash(const struct survey *survey, const struct report *report,
                         const uint8_t nonce[SECRET_KEY_SIZE], uint8_t hash_out[SECRET_KEY_SIZE])
{
    static const char domain[] = "zhanji-report/v1\n";
    struct buffer canonical = {0};
    report_canonical(survey, report, &canonical);
    struct sha256 state;
    sha256_start(&state);
    sha256_add(&state, domain, strlen(domain));
    sha256_add(&state, nonce, SECRET_KEY_SIZE);
    sha256_add(&state, canonical.data, canonical.length);
    sha256_end(&state, hash_out);
    secret_wipe(canonical.data, canonical.length);
    buffer_finish(&canonical);
}
