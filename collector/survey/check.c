#include "collector/survey/check.h"

#include <string.h>

#include "collector/base/utf8.h"

enum {
    FUTURE_SECONDS = 300, /* how far a reporter's clock may be ahead */
    REPORTER_MIN = 22,
    REPORTER_MAX = 64
};

void check_id(struct check *check, const struct document_node *node)
{
    if (uuid_parse(node->text.bytes, node->text.length, check->report.uuid))
        check->report.has_id = true;
    else
        faults_add(check->faults, "", SLICE("id"), "bad_id",
                   "Give a UUID: 8-4-4-4-12 hexadecimal digits, or leave it out.");
}

static void unknown_station(struct check *check, struct slice text)
{
    struct buffer detail = {0};
    buffer_text(&detail, "No station is called ");
    faults_quote(&detail, text);
    buffer_text(&detail, "; look it up in /api/v1/stations?q=.");
    faults_add_take(check->faults, "", SLICE("station"), "unknown_station", &detail);
}

static void ambiguous_station(struct check *check, struct slice text, int count)
{
    const struct survey *survey = check->survey;
    auto_free int *candidates = memory_zeroed((size_t)count, sizeof *candidates);
    survey_find_station(survey, text.bytes, text.length, candidates, count);
    struct buffer detail = {0};
    faults_quote(&detail, text);
    for (int i = 0; i < count; i++) {
        const struct station *station = &survey->stations[candidates[i]];
        buffer_format(&detail, "%s%s (%s)", i == 0 ? " may be " : " or ",
                      station->name.in[LANGUAGE_ZH], station->id);
    }
    buffer_text(&detail, "; send the id.");
    struct report_fault *fault =
        faults_add_take(check->faults, "", SLICE("station"), "ambiguous_station", &detail);
    if (fault == NULL)
        return;
    fault->candidates = TAKE(candidates);
    fault->candidate_count = count;
}

void check_station(struct check *check, const struct document_node *node)
{
    int count = survey_find_station(check->survey, node->text.bytes, node->text.length,
                                    &check->report.station, 1);
    if (count == 0)
        unknown_station(check, node->text);
    if (count > 1)
        ambiguous_station(check, node->text, count);
}

static void too_early(struct check *check)
{
    struct buffer detail = {0};
    buffer_text(&detail, "The survey begins on ");
    buffer_day(&detail, check->survey->earliest_visit);
    buffer_text(&detail, "; earlier visits are not counted.");
    faults_add_take(check->faults, "", SLICE("visited"), "too_early", &detail);
}

void check_visited(struct check *check, const struct document_node *node)
{
    struct report *report = &check->report;
    if (node->text.length > REPORT_VISITED_MAX ||
        !visit_parse(node->text.bytes, node->text.length, check->survey->offset_seconds,
                     &report->visited)) {
        faults_add(check->faults, "", SLICE("visited"), "bad_date",
                   "Give a real date: 2023, 2023-12, 2023-12-20 or 2023-12-20T08:30+08:00.");
        return;
    }
    memcpy(report->visited_text, node->text.bytes, node->text.length);
    report->visited_text[node->text.length] = '\0';
    if (report->visited.last < check->survey->earliest_visit)
        too_early(check);
    else if (report->visited.begin > check->now + FUTURE_SECONDS)
        faults_add(check->faults, "", SLICE("visited"), "in_future",
                   "That time is still to come: give when you were there.");
}

static int find_question(const struct survey *survey, struct slice id)
{
    for (int i = 0; i < survey->question_count; i++)
        if (slice_is(id, survey->questions[i].term.id))
            return i;
    return -1;
}

static int find_option(const struct survey_question *question, struct slice id)
{
    for (int i = 0; i < question->option_count; i++)
        if (slice_is(id, question->options[i].term.id))
            return i;
    return -1;
}

static void unknown_option(struct check *check, const struct document_node *node,
                           const struct survey_question *question)
{
    struct buffer detail = {0};
    buffer_text(&detail, "Choose");
    for (int i = 0; i < question->option_count; i++)
        buffer_format(&detail, "%s %s", i == 0 ? "" : ",", question->options[i].term.id);
    buffer_text(&detail, ", or leave the question out.");
    faults_add_take(check->faults, "/answers", node->key, "unknown_option", &detail);
}

static void check_answer(struct check *check, const struct document_node *node)
{
    int question = find_question(check->survey, node->key);
    if (question < 0) {
        faults_add(check->faults, "/answers", node->key, "unknown_question",
                   "The survey has no such question; /api/v1/survey has them all.");
        return;
    }
    if (node->type != DOCUMENT_STRING) {
        faults_add(check->faults, "/answers", node->key, "wrong_type",
                   "Give the id of an option, in quotes.");
        return;
    }
    int option = find_option(&check->survey->questions[question], node->text);
    check->report.answers[question] = (int8_t)option;
    if (option < 0)
        unknown_option(check, node, &check->survey->questions[question]);
}

void check_answers(struct check *check, const struct document_node *node)
{
    if (node->first == 0)
        faults_add(check->faults, "", SLICE("answers"), "empty", "Answer at least one question.");
    for (uint32_t at = node->first; at != 0; at = check->document->nodes[at].next)
        check_answer(check, &check->document->nodes[at]);
}

void check_basis(struct check *check, const struct document_node *node)
{
    const struct survey *survey = check->survey;
    check->report.has_basis = true;
    for (int i = 0; i < survey->basis_count; i++) {
        if (!slice_is(node->text, survey->basis[i].term.id))
            continue;
        check->report.basis = i;
        return;
    }
    struct buffer detail = {0};
    buffer_text(&detail, "Choose");
    for (int i = 0; i < survey->basis_count; i++)
        buffer_format(&detail, "%s %s", i == 0 ? "" : ",", survey->basis[i].term.id);
    buffer_text(&detail, ", or leave it out.");
    faults_add_take(check->faults, "", SLICE("basis"), "unknown_option", &detail);
}

/* Control characters but the line feed, and what turns the direction of text (design §5). */
static bool is_refused(uint32_t point)
{
    return (point < ' ' && point != '\n') || (point >= 0x7F && point <= 0x9F) ||
           (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

static char *check_text(struct check *check, const struct document_node *node, const char *field)
{
    struct slice text = node->text;
    size_t points = 0;
    bool refused = false;
    for (size_t at = 0; at < text.length; points++)
        refused = is_refused(utf8_next(text.bytes, text.length, &at)) || refused;
    if (points > REPORT_NOTE_MAX)
        faults_add(check->faults, "", SLICE(field), "too_long",
                   "At most 2,000 characters: shorten it.");
    if (refused)
        faults_add(check->faults, "", SLICE(field), "bad_character",
                   "Take out control characters (line feeds may stay) and direction marks.");
    return points > REPORT_NOTE_MAX || refused ? NULL : memory_slice(text.bytes, text.length);
}

void check_note(struct check *check, const struct document_node *node)
{
    check->report.note = check_text(check, node, "note");
}

void check_private_note(struct check *check, const struct document_node *node)
{
    check->report.private_note = check_text(check, node, "private_note");
}

static bool is_base64url(struct slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        if (!letter && !(byte >= '0' && byte <= '9') && byte != '-' && byte != '_')
            return false;
    }
    return true;
}

void check_reporter(struct check *check, const struct document_node *node)
{
    struct slice text = node->text;
    if (text.length >= REPORTER_MIN && text.length <= REPORTER_MAX && is_base64url(text))
        check->report.reporter = memory_slice(text.bytes, text.length);
    else
        faults_add(check->faults, "", SLICE("reporter"), "bad_reporter",
                   "Give 22 to 64 letters, digits, - or _, or leave it out.");
}
