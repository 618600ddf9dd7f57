#ifndef ZHANJI_PAGES_FORM_H
#define ZHANJI_PAGES_FORM_H

#include "collector/http/http.h"
#include "collector/publish/app.h"
#include "collector/store/session.h"
#include "collector/survey/report.h"

/*
 * The html of the report form, its receipt and the reporter's own report. The handlers are
 * intake's: GET /report and POST /report (HTTP_FORM), GET /mine and POST /mine (HTTP_FORM).
 */

/* What was typed, as texts: never NULL, "" where absent. */
struct form_values {
    char *id;           /* hidden; a fresh one for GET, the same after a refusal */
    char *station;      /* any name, or an id; a candidate's id when its button was pressed */
    char *when;         /* "day", "about", or the visit itself ("2026-11-22": just now) */
    char *day;          /* YYYY-MM-DD, counts with "day" */
    char *about;        /* YYYY-MM or YYYY, counts with "about" */
    char *basis;        /* an id of survey.basis, or "" */
    char *note;         /* CRLF of the browser already turned into LF */
    char *private_note; /* wiped when finished */
    char *answers[SURVEY_QUESTIONS_MAX]; /* option id, "" for "not seen" */
    bool draft; /* nothing is to be sent: show the form again (the language was switched) */
};

/* For GET /report: everything empty, ?station= taken over, a fresh random id. */
void form_values_start(const struct survey *survey, const struct http_request *request,
                       struct form_values *values_out);
/* Reads a posted body; what is badly encoded counts as absent, an empty id gets a fresh one.
 * Nothing is checked here: report_parse does. */
void form_values_read(const struct survey *survey, const char *body, size_t length,
                      struct form_values *values_out);
void form_values_finish(struct form_values *values);
/* `visited` as the report has it: of when, day and about; "" if none was given. */
const char *form_visited(const struct form_values *values);
/* The report's JSON for report_parse: empty texts and answers "not seen" are left out. Appends;
 * the buffer then holds the private note in clear. */
void form_values_json(const struct survey *survey, const struct form_values *values,
                      struct buffer *buffer);

/* Why a report was not taken that is wrong in no field. */
enum form_refusal {
    FORM_REFUSAL_NONE,
    FORM_REFUSAL_CONFLICT,  /* 409: this id is already there with other content, or withdrawn */
    FORM_REFUSAL_BUSY,      /* 503: not stored; sending again is safe */
    FORM_REFUSAL_RATE,      /* 429 */
    FORM_REFUSAL_TOO_LARGE, /* 413 */
    FORM_REFUSAL_DENIED,    /* 404: no such report, or not its tracking secret (own page) */
    FORM_REFUSAL_FOREIGN    /* 403: another site had the browser send it */
};

struct form_page {
    const struct form_values *values;
    const struct report_faults *faults; /* NULL where none; its pointers choose the fields */
    enum form_refusal refusal;
};

/* Answers with the form: 200, or 422 with faults, or the status of the refusal. Faults stand
 * beside their fields, candidates of an ambiguous station as buttons, everything typed is kept.
 * Language and its switch are taken from the request. Returns HTTP_DONE. */
enum http_progress pages_form(const struct app *app, const struct form_page *page,
                              struct http_exchange *exchange);

/* What the reporter is given after the commit. */
struct receipt_page {
    uint8_t uuid[UUID_SIZE];
    int station;
    const char *visited; /* as sent */
    enum report_state state;
    bool again;               /* it was there already: 200 rather than 201 */
    int64_t received;         /* an instant, to the hour */
    const char *content_hash; /* hex */
    const char *nonce;        /* hex */
    const char *tracking;     /* NULL where it may not be told again (design §6) */
};

/* 201 (200 if again) with the receipt; never cached. Returns HTTP_DONE. */
enum http_progress pages_receipt(const struct app *app, const struct receipt_page *receipt,
                                 struct http_exchange *exchange);

/*
 * The reporter's own report. GET /mine asks for id and tracking secret (own.report NULL); POST
 * /mine sends fields `id`, `tracking` and `act`: "show", or "withdraw" with `sure` = "yes" (without
 * it the page asks again). Secrets travel in bodies, never in an address. The receipt's button
 * posts here.
 */
struct own_page {
    const struct stored_report *report; /* NULL: ask for it */
    const char *id;                     /* as typed, "" if none */
    const char *tracking;               /* as typed, "" if none */
    bool ask_withdraw;                  /* show the question whether to withdraw */
    enum form_refusal refusal;          /* DENIED, CONFLICT, BUSY or none */
};

enum http_progress pages_own(const struct app *app, const struct own_page *own,
                             struct http_exchange *exchange);

#endif
