#ifndef ZHANJI_SURVEY_CHECK_H
#define ZHANJI_SURVEY_CHECK_H

#include <string.h>

#include "collector/survey/faults.h"

/* A report on its way through the checks. */
struct check {
    const struct survey *survey;
    int64_t now;
    const struct document *document;
    struct report report;
    struct report_faults *faults;
};

#define SLICE(literal)                                 \
    (struct slice)                                     \
    {                                                  \
        .bytes = (literal), .length = strlen(literal), \
    }

/* One field each, of the right type (design §5): fills the report, or adds what is wrong. */
void check_id(struct check *check, const struct document_node *node);
void check_station(struct check *check, const struct document_node *node);
void check_visited(struct check *check, const struct document_node *node);
void check_answers(struct check *check, const struct document_node *node);
void check_basis(struct check *check, const struct document_node *node);
void check_note(struct check *check, const struct document_node *node);
void check_private_note(struct check *check, const struct document_node *node);
void check_reporter(struct check *check, const struct document_node *node);

#endif
