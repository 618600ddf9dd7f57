#include "collector/intake/read.h"
#include "collector/intake/reading.h"

const struct http_route read_routes[] = {
    {HTTP_GET, "/api/v1/stations", serve_stations, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/stations/{id}", serve_station, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/stations/{id}/reports", serve_station_reports, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/changes", serve_changes, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/feed.atom", serve_feed, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/feed.atom", serve_feed, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/summary", serve_summary, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/timeline", serve_timeline, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/survey", serve_survey, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/notices", serve_notices, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/lines", serve_lines, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/export/reports.ndjson", serve_export_ndjson, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/export/reports.csv", serve_export_csv, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/export/status.csv", serve_status_csv, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/api/v1/export/history.csv", serve_history_csv, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/healthz", serve_health, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/openapi.json", serve_openapi, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/metrics", serve_metrics, 0, NULL, HTTP_LOCAL_ONLY},
};
const size_t read_routes_count = ARRAY_LENGTH(read_routes);
