#ifndef ZHANJI_INTAKE_PREPARE_H
#define ZHANJI_INTAKE_PREPARE_H

#include "collector/intake/keys.h"
#include "collector/publish/app.h"
#include "collector/store/session.h"
#include "collector/survey/report.h"

/* A report that passed every check, on its way to the store. */
struct prepared {
    struct report report;           /* owns the texts that `stored` points to */
    struct stored_report stored;    /* pending, version 1, arrival cut to the hour */
    uint8_t nonce[SECRET_KEY_SIZE]; /* this and the content hash: once it is complete */
};

void prepared_finish(struct prepared *prepared);
/* Parses, checks and names it (a random id where none was sent, `uuid` where one is given). `uuid`
 * is that of the address: another one in the report is a fault. False: faults_out lists
 * what is wrong, prepared_out needs no finish. */
NODISCARD bool prepare_report(const struct app *app, const char *text, size_t length,
                              const uint8_t *uuid, struct prepared *prepared_out,
                              struct report_faults *faults_out);
/* The same for a report that was parsed elsewhere and has an id: it stays the caller's, must outlast
 * `prepared_out`, and there is nothing to finish. */
void prepared_borrow(const struct app *app, const struct report *report,
                     struct prepared *prepared_out);

/* What the store made of it. */
struct outcome {
    enum put_result result;
    enum report_state state;
    int64_t arrived;  /* of the report that is kept */
    bool was_decided; /* it may have been, so its id and content may be public */
};

/* In a store job: completes and stores the report, or finds it there. False only when the database
 * failed. */
NODISCARD bool prepared_put(struct session *session, const struct app *app,
                            struct prepared *prepared, struct outcome *outcome_out,
                            struct error *error);
/* In a store job, before it is stored: the content hash, and the private note sealed into `sealed`,
 * which must outlast the next use of `stored`. Both are dear, and the HTTP thread is the one that
 * everybody waits for. False only when the database failed. */
NODISCARD bool prepared_complete(struct session *session, const struct app *app,
                                 struct prepared *prepared, struct buffer *sealed,
                                 struct error *error);

/* A receipt's members without braces: "id":…,NAME:"pending","station",… ,"tracking" where it may
 * be told. The state's member is named `state_name`. Appends. */
void receipt_members(const struct app *app, const struct prepared *prepared,
                     const struct outcome *outcome, const char *state_name, struct buffer *buffer);
/* Whether the tracking secret may be told (design §6). */
bool receipt_tells_tracking(const struct prepared *prepared, const struct outcome *outcome);

#endif
