#ifndef ZHANJI_INTAKE_READING_H
#define ZHANJI_INTAKE_READING_H

#include "collector/http/http.h"
#include "collector/publish/app.h"

/* What the handlers of read_routes share. */

http_handler serve_stations;
http_handler serve_station;
http_handler serve_station_reports;
http_handler serve_changes;
http_handler serve_feed;
http_handler serve_summary;
http_handler serve_timeline;
http_handler serve_survey;
http_handler serve_notices;
http_handler serve_lines;
http_handler serve_export_ndjson;
http_handler serve_export_csv;
http_handler serve_status_csv;
http_handler serve_history_csv;
http_handler serve_health;
http_handler serve_openapi;
http_handler serve_metrics;

/* Answers from a view that it borrows. */
typedef enum http_progress read_respond(struct http_exchange *exchange, const struct app *app,
                                        const struct view *view);

/* Calls `respond` with the view of the request's known_at: at once, or when it has been read. */
enum http_progress read_view(struct http_exchange *exchange, const struct app *app,
                             read_respond *respond);

/* Parameters. False: the reply is a 400 that names the parameter; absent leaves *x_out alone. */
NODISCARD bool read_day(struct http_exchange *exchange, const char *name, int32_t *day_out);
NODISCARD bool read_limit(struct http_exchange *exchange, uint32_t *limit_out);

/* The station of the path, or -1 and a 404. */
int read_station(struct http_exchange *exchange, const struct survey *survey);

/* The whole reply for public JSON in a buffer, which it takes, or of a blob. */
enum http_progress read_json_take(struct http_exchange *exchange, struct buffer *json);
enum http_progress read_blob_take(struct http_exchange *exchange, struct blob *blob);

/* A short name of all that follows from a view: it is another one when a figure may be. `what`
 * tells documents from one another. Appends 16 characters of base64url. */
void reading_tag(const struct view *view, const char *what, struct buffer *text);
/* Says in the reply (`Zhanji-View`) which view it tells of, so that a client who reads several
 * exports knows whether they belong together. */
void reading_set_view(struct http_exchange *exchange, const struct view *view);

enum {
    READ_LIMIT = 50,
    READ_LIMIT_MAX = 500
};

#endif
