#ifndef ZHANJI_INTAKE_HANDLERS_H
#define ZHANJI_INTAKE_HANDLERS_H

#include "collector/http/http.h"
#include "collector/store/session.h"

enum {
    BATCH_LINES_MAX = 10000,
    BATCH_BODY_MAX = 8 * 1024 * 1024,
    RECEIPT_SIZE = 512 /* bytes to reserve for one */
};

/* The handlers of intake_routes (design §6); their context is `const struct app *`. */
http_handler handle_submit;
http_handler handle_batch;
http_handler handle_report_get;
http_handler handle_report_put;
http_handler handle_report_delete;
http_handler handle_form;
http_handler handle_form_post;
http_handler handle_mine;
http_handler handle_mine_post;

/* Why a report was answered with 409. */
const char *conflict_detail(enum put_result result);

#endif
