#ifndef ZHANJI_INTAKE_SUBMISSION_H
#define ZHANJI_INTAKE_SUBMISSION_H

#include "collector/http/http.h"
#include "collector/intake/prepare.h"

/* One report on its way to the disk and its answer on the way back, for JSON and forms alike. */
struct submission {
    struct store_job job; /* the first member: what the store knows of it */
    struct http_exchange *exchange;
    const struct app *app;
    struct prepared prepared;
    struct outcome outcome;
    struct buffer receipt; /* as JSON, written in the store job; not for a form */
    /* After the commit, on the HTTP thread: fills the reply. job.error tells whether there was
     * one. */
    void (*answer)(struct submission *submission);
    void *form; /* of the form alone; owned by its answer */
};

/* Queues a prepared report; `submission` is the store's until its answer. False when the store
 * refuses: nothing was done and the caller frees it. */
NODISCARD bool submission_send(struct submission *submission, struct error *error);
/* Finishes and frees it, for one that was not sent. */
void submission_destroy(struct submission *submission);

#endif
