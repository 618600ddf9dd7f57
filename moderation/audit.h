#ifndef ZHANJI_MODERATION_AUDIT_H
#define ZHANJI_MODERATION_AUDIT_H

#include "moderation/replay.h"

/* Everything that can be checked of a mirror without asking anybody. */
struct audit {
    struct mirror mirror;
    struct replay replay;
    void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL for none */
    void *progress_context;
    char **faults; /* a line each */
    size_t fault_count, fault_capacity;
    size_t files;        /* of SHA256SUMS; 0: there is none */
    uint64_t tiles;      /* compared */
    bool has_export;     /* there was one to compare */
    uint64_t exported;   /* reports in it */
    uint64_t followed;   /* entries that it follows from; later ones came while it was read */
    int64_t first_later; /* when the first of those was made */
    bool has_statuses;   /* status.csv was computed again */
    uint64_t statuses;   /* stations compared */
    char statuses_why_not[200];
};

void audit_finish(struct audit *audit);
void audit_fault(struct audit *audit, const char *text);
/* Opens the mirror and checks it all. False only when there is nothing to check: no key, no
 * head, or a head that the key did not sign. */
NODISCARD bool audit_run(struct audit *audit, const char *folder, const char *verifier,
                         struct error *error);

/* audit_export.c: the reports of the export are those that the log published as far as it has been
 * replayed, and status.csv follows from them. */
void audit_export(struct audit *audit);
void audit_statuses(struct audit *audit);

#endif
