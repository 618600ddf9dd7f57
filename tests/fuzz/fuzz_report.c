#include <string.h>

#include "collector/survey/document.h"
#include "tests/fuzz/survey_target.h"

enum {
    NOW = 1795334400 /* 2026-11-22T08:00:00Z */
};

/* A canonical form is a report, and its own canonical form. */
static void check_canonical(const struct survey *survey, const struct report *report)
{
    auto_buffer struct buffer first = {0};
    auto_buffer struct buffer second = {0};
    struct report again;
    struct report_faults faults;
    report_canonical(survey, report, &first);
    PROMISE(report_parse(survey, first.data, first.length, NOW, &again, &faults));
    report_canonical(survey, &again, &second);
    PROMISE(strcmp(first.data, second.data) == 0);
    report_finish(&again);
}

/* What is wrong prints as JSON, with a reason where there is no list. */
static void check_faults(const struct survey *survey, const struct report_faults *faults)
{
    auto_buffer struct buffer printed = {0};
    report_faults_json(survey, faults, &printed);
    json_t *json = json_loadb(printed.data, printed.length, JSON_ALLOW_NUL, NULL);
    PROMISE(json_array_size(json) == (size_t)faults->count);
    PROMISE(faults->not_json == (faults->count == 0));
    PROMISE(faults->not_json == (faults->reason[0] != '\0'));
    json_decref(json);
}

/* Our reader and jansson take the same texts, but for what jansson cannot hold, and raw zero bytes,
 * which jansson 2.14 overlooks behind a number. */
static void check_reader(const char *text, size_t size)
{
    if (memchr(text, '\0', size) != NULL)
        return;
    struct document document;
    struct document_fault fault;
    json_error_t error;
    bool ours = document_parse(&document, text, size, 1000, &fault);
    json_t *json =
        json_loadb(text, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    enum json_error_code code = json == NULL ? json_error_code(&error) : json_error_unknown;
    bool beyond = json == NULL &&
                  (code == json_error_numeric_overflow || code == json_error_null_byte_in_key);
    bool deep = !ours && strstr(fault.reason, "too deep") != NULL;
    PROMISE(ours == (json != NULL) || beyond || deep);
    PROMISE(ours || beyond || deep || fault.duplicate_key == (code == json_error_duplicate_key));
    document_finish(&document);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct survey *survey = target_survey();
    const char *text = size == 0 ? "" : (const char *)bytes;
    struct report report;
    struct report_faults faults;
    check_reader(text, size);
    if (report_parse(survey, text, size, NOW, &report, &faults)) {
        check_canonical(survey, &report);
        report_finish(&report);
        return 0;
    }
    check_faults(survey, &faults);
    report_faults_finish(&faults);
    return 0;
}
