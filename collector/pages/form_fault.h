#ifndef ZHANJI_PAGES_FORM_FAULT_H
#define ZHANJI_PAGES_FORM_FAULT_H

#include "collector/pages/form.h"
#include "collector/pages/page.h"

/* The form while it is being written. */
struct form {
    struct page *page;
    const struct form_values *values;
    const struct report_faults *faults; /* NULL where none */
};

/* The fault of a field ("/station"; "/answers" takes those of its members too), or NULL. */
const struct report_fault *form_fault(const struct form *form, const char *pointer);
/* Its sentence beside the field, with id "e-FIELD"; nothing where there is none. */
void form_put_fault(const struct form *form, const char *pointer, const char *field);
/* " aria-invalid=… aria-describedby=…" for the field: its fault and its help, if any. */
void form_describe(const struct form *form, const char *pointer, const char *field, bool help);
/* What could not be taken, at the head of the form, with links to the fields. */
void form_put_summary(const struct form *form, enum form_refusal refusal);

unsigned form_refusal_status(enum form_refusal refusal);

/* Station, time of visit, questions, basis and notes. */
void form_put_station(const struct form *form);
void form_put_visited(const struct form *form);
void form_put_questions(const struct form *form, bool more);
bool form_more_is_used(const struct form *form);
void form_put_basis(const struct form *form);
void form_put_notes(const struct form *form);

#endif
