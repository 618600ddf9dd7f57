#include "collector/survey/report.h"

#include <string.h>

#include "collector/survey/check.h"

/* The fields in the order in which their faults are listed (design §5). */
static const struct field {
    const char *name;
    enum document_type type;
    bool required;
    const char *wrong_type;
    void (*check)(struct check *check, const struct document_node *node);
} fields[] = {
    {"id", DOCUMENT_STRING, false, "Give a UUID in quotes.", check_id},
    {"station", DOCUMENT_STRING, true, "Give a station's id or name in quotes.", check_station},
    {"visited", DOCUMENT_STRING, true, "Give a date in quotes.", check_visited},
    {"answers", DOCUMENT_OBJECT, true, "Give an object of question and option.", check_answers},
    {"basis", DOCUMENT_STRING, false, "Give a basis in quotes.", check_basis},
    {"note", DOCUMENT_STRING, false, "Give a text in quotes.", check_note},
    {"private_note", DOCUMENT_STRING, false, "Give a text in quotes.", check_private_note},
    {"reporter", DOCUMENT_STRING, false, "Give a pseudonym in quotes.", check_reporter},
};

static size_t find_field(struct slice name)
{
    size_t i = 0;
    while (i < ARRAY_LENGTH(fields) && !slice_is(name, fields[i].name))
        i++;
    return i;
}

static void check_field(struct check *check, const struct field *field,
                        const struct document_node *node)
{
    if (node == NULL && field->required)
        faults_add(check->faults, "", SLICE(field->name), "required", "This is missing.");
    if (node == NULL)
        return;
    if (node->type == field->type)
        field->check(check, node);
    else
        faults_add(check->faults, "", SLICE(field->name), "wrong_type", field->wrong_type);
}

static void check_members(struct check *check)
{
    const struct document_node *nodes = check->document->nodes;
    const struct document_node *members[ARRAY_LENGTH(fields) + 1] = {0};
    bool unknown = false;
    for (uint32_t at = nodes->first; at != 0; at = nodes[at].next) {
        size_t field = find_field(nodes[at].key);
        members[field] = &nodes[at];
        unknown = unknown || field == ARRAY_LENGTH(fields);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        check_field(check, &fields[i], members[i]);
    for (uint32_t at = unknown ? nodes->first : 0; at != 0; at = nodes[at].next)
        if (find_field(nodes[at].key) == ARRAY_LENGTH(fields))
            faults_add(check->faults, "", nodes[at].key, "unknown_field",
                       "A report has no such field.");
}

static void check_document(struct check *check)
{
    if (check->document->nodes->type == DOCUMENT_OBJECT)
        check_members(check);
    else
        faults_add(check->faults, "", (struct slice){0}, "wrong_type",
                   "A report is a JSON object.");
}

static bool no_json(struct report_faults *faults, const struct document_fault *fault)
{
    faults->not_json = true;
    faults->duplicate_key = fault->duplicate_key;
    memcpy(faults->reason, fault->reason, sizeof faults->reason);
    return false;
}

bool report_parse(const struct survey *survey, const char *text, size_t length, int64_t now,
                  struct report *report_out, struct report_faults *faults_out)
{
    struct document document;
    struct document_fault fault;
    struct check check = {
        .survey = survey, .now = now, .document = &document, .faults = faults_out};
    memset(check.report.answers, -1, sizeof check.report.answers);
    faults_start(faults_out);
    bool sound = document_parse(&document, text, length, REPORT_DEPTH_MAX, &fault);
    if (sound)
        check_document(&check);
    else
        no_json(faults_out, &fault);
    document_finish(&document);
    if (!sound || faults_out->count > 0) {
        report_finish(&check.report);
        return false;
    }
    *report_out = check.report;
    return true;
}

static void wipe_text(char **text)
{
    if (*text != NULL)
        secret_wipe(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

void report_finish(struct report *report)
{
    free(report->note);
    report->note = NULL;
    wipe_text(&report->private_note);
    wipe_text(&report->reporter);
}
