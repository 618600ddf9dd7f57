#ifndef ZHANJI_INTAKE_FAULTY_H
#define ZHANJI_INTAKE_FAULTY_H

#include "collector/http/http.h"
#include "collector/survey/report.h"

/* 400 for what is no proper JSON, else 422. */
unsigned faulty_status(const struct report_faults *faults);
/* The member "errors":[…], appended: every fault with its pointer, code and remedy. */
void faulty_errors(const struct survey *survey, const struct report_faults *faults,
                   struct buffer *buffer);
/* Answers with an RFC 9457 problem that lists them all. Returns HTTP_DONE. */
enum http_progress faulty_problem(struct http_exchange *exchange, const struct survey *survey,
                                  const struct report_faults *faults);

#endif
