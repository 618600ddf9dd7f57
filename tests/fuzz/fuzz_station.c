#include "tests/fuzz/survey_target.h"

/* Whatever one types: what is found is a station, in catalogue order, each once. */
static void check_order(const struct survey *survey, const int *stations, int count)
{
    for (int i = 0; i < count; i++) {
        PROMISE(stations[i] >= 0 && stations[i] < survey->station_count);
        PROMISE(i == 0 || stations[i] > stations[i - 1]);
    }
}

/* A name that leads to one station is also what a search puts first or finds at all. */
static void check_search(const struct survey *survey, const char *text, size_t size, int station)
{
    auto_free int *order = memory_zeroed((size_t)survey->station_count, sizeof *order);
    int count = survey_search(survey, text, size, order);
    bool found = station < 0;
    PROMISE(count >= 0 && count <= survey->station_count);
    for (int i = 0; i < count; i++)
        found = found || order[i] == station;
    PROMISE(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct survey *survey = target_survey();
    const char *text = size == 0 ? "" : (const char *)bytes;
    int candidates[8];
    int count = survey_find_station(survey, text, size, candidates, 8);
    check_order(survey, candidates, count < 8 ? count : 8);
    PROMISE(survey_find_station(survey, text, size, NULL, 0) == count);
    check_search(survey, text, size, count == 1 ? candidates[0] : -1);
    return 0;
}
