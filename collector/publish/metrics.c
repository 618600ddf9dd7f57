#include "collector/publish/work.h"

void publisher_metrics(const struct publisher *publisher, struct buffer *buffer)
{
    const struct publisher_counters *counters = &publisher->counters;

    const struct {
        const char *name, *type, *help;
        int64_t value;
    } rows[] = {
        {"zhanji_publications_total", "counter", "Views published",
         (int64_t)atomic_load(&counters->publications)},
        {"zhanji_publication_failures_total", "counter", "Publications that the store refused",
         (int64_t)atomic_load(&counters->failures)},
        {"zhanji_publication_stations_total", "counter", "Stations computed again",
         (int64_t)atomic_load(&counters->stations)},
        {"zhanji_publication_past_views_total", "counter", "Views of the past built",
         (int64_t)atomic_load(&counters->past_views)},
        {"zhanji_publication_stations_in_memory", "gauge",
         "Stations whose published reports are in memory",
         (int64_t)atomic_load(&counters->in_memory)},
        {"zhanji_publication_last_microseconds", "gauge", "Duration of the last look",
         (int64_t)atomic_load(&counters->last_microseconds)},
        {"zhanji_publication_last_timestamp_seconds", "gauge", "Instant of the last publication",
         (int64_t)atomic_load(&counters->last_at)},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        buffer_format(buffer, "# HELP %s %s\n# TYPE %s %s\n%s ", rows[i].name, rows[i].help,
                      rows[i].name, rows[i].type, rows[i].name);
        buffer_integer(buffer, rows[i].value);
        buffer_char(buffer, '\n');
    }
    refit_metrics(&publisher->refit.counters, buffer);
}
