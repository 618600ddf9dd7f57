#ifndef ZHANJI_SURVEY_FAULTS_H
#define ZHANJI_SURVEY_FAULTS_H

#include "collector/survey/document.h"
#include "collector/survey/report.h"

/* Begins an empty list; what it held before must have been finished. */
void faults_start(struct report_faults *faults);
/* Adds a fault at `parent` (a pointer) and a key below it, escaped; `detail` is a sentence that
 * the fault keeps (the buffer is emptied). Returns NULL once the list is full. */
struct report_fault *faults_add_take(struct report_faults *faults, const char *parent,
                                     struct slice key, const char *code, struct buffer *detail);
/* The same with a fixed sentence. */
void faults_add(struct report_faults *faults, const char *parent, struct slice key,
                const char *code, const char *detail);
/* Quotes what somebody sent, cut where it is long. */
void faults_quote(struct buffer *detail, struct slice text);

#endif
