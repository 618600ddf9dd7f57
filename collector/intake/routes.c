#include "collector/intake/handlers.h"
#include "collector/intake/intake.h"
#include "collector/survey/report.h"

#define FORM "application/x-www-form-urlencoded"

enum {
    FORM_BODY_MAX = 256 * 1024, /* notes far too long are still shown again, with their fault */
    MINE_BODY_MAX = 1024
};

const struct http_route intake_routes[] = {
    {HTTP_POST, "/api/v1/reports", handle_submit, REPORT_BODY_MAX, "application/json", HTTP_RATED},
    {HTTP_POST, "/api/v1/reports/batch", handle_batch, BATCH_BODY_MAX, "application/x-ndjson",
     HTTP_RATED},
    {HTTP_GET, "/api/v1/reports/{id}", handle_report_get, 0, NULL, 0},
    {HTTP_PUT, "/api/v1/reports/{id}", handle_report_put, REPORT_BODY_MAX, "application/json",
     HTTP_RATED},
    {HTTP_DELETE, "/api/v1/reports/{id}", handle_report_delete, 0, NULL, HTTP_RATED},
    {HTTP_GET, "/report", handle_form, 0, NULL, 0},
    {HTTP_POST, "/report", handle_form_post, FORM_BODY_MAX, FORM, HTTP_RATED | HTTP_FORM},
    {HTTP_GET, "/mine", handle_mine, 0, NULL, 0},
    {HTTP_POST, "/mine", handle_mine_post, MINE_BODY_MAX, FORM, HTTP_FORM},
};
const size_t intake_routes_count = ARRAY_LENGTH(intake_routes);
