/*
 * What one decision costs the consensus with many observations in memory: update_rate
 * [OBSERVATIONS] [STATIONS] [UPDATES], by default ten million at all stations and a thousand. Five
 * observations a report, over five years, a tenth of the visits a month or a year, a tenth of the
 * reports unnamed. No database: reads, weighs, passes and documents alone, from station to station.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "collector/base/number.h"
#include "collector/base/secret.h"
#include "collector/figures/sheet.h"
#include "tests/draw.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    ANSWERS = 5,
    DAYS = 1780,
    CHANGE_DAY = 800,
    MONTH = 30,
    YEAR = 365
};

struct bench {
    struct survey *survey;
    uint64_t state; /* of the random numbers */
    uint64_t reporters;
    struct observed *observed; /* by station */
    struct sheet **sheets;
};

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check(bool is_good, const char *text)
{
    if (is_good)
        return;
    fprintf(stderr, "update_rate: %s\n", text);
    exit(1);
}

static int32_t random_below(struct bench *bench, int32_t limit)
{
    return (int32_t)(draw_bits(&bench->state) % (uint64_t)limit);
}

/* The city changes its answers on one day; one reporter in ten is often wrong. Few reporters have
 * told much. */
static void make_answer(struct bench *bench, struct published_answer *answer)
{
    const struct survey *survey = bench->survey;
    int32_t day = random_below(bench, DAYS);
    int32_t kind = random_below(bench, 100);
    int32_t length = kind < 10 ? MONTH : kind < 11 ? YEAR : 1;
    double share = (double)random_below(bench, 1 << 20) / (1 << 20);
    uint64_t reporter = (uint64_t)((double)bench->reporters * share * share);
    int32_t first = survey->earliest_visit + day / length * length;
    *answer = (struct published_answer){.visited = {.first = first, .last = first + length - 1},
                                        .reporter_number = (uint32_t)reporter};
    if (random_below(bench, 10) == 0)
        answer->reporter_number = CONSENSUS_NOBODY;
    memset(answer->answers, -1, sizeof answer->answers);
    for (int i = 0; i < ANSWERS;) {
        int q = random_below(bench, survey->question_count);
        bool is_wrong = random_below(bench, 100) < (reporter % 10 == 0 ? 40 : 10);
        if (answer->answers[q] >= 0)
            continue;
        answer->answers[q] = (int8_t)((day > CHANGE_DAY) != is_wrong);
        i++;
    }
}

static struct view_days days_of(const struct bench *bench)
{
    int32_t today = bench->survey->earliest_visit + DAYS;
    return (struct view_days){today, today};
}

static void fill(struct bench *bench, struct rules *rules, int station, uint64_t reports)
{
    struct observed *observed = &bench->observed[station];
    observed_init(observed, bench->survey);
    for (uint64_t i = 0; i < reports; i++) {
        struct published_answer answer;
        make_answer(bench, &answer);
        observed_add(observed, &answer);
    }
    observed_close(observed);
    struct place *place = place_observe(rules, station, observed, NULL, PLACE_ALL);
    bench->sheets[station] = sheet_create(place, days_of(bench), NULL);
    place_drop(place);
}

/* Adds a report to a station, and gives the seconds until it is weighed and until it is shown. */
static void update(struct bench *bench, int station, double *placed_out, double *shown_out)
{
    struct sheet *before = bench->sheets[station];
    struct published_answer answer;
    make_answer(bench, &answer);
    double begin = seconds();
    observed_insert(&bench->observed[station], &answer);
    struct place *place = place_update(before->place, &bench->observed[station], 0, &answer, 1);
    *placed_out = seconds() - begin;
    bench->sheets[station] = sheet_create(place, before->days, before);
    *shown_out = seconds() - begin;
    place_drop(place);
    sheet_drop(before);
}

static int compare_reals(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void tell(const char *what, double *times, size_t count)
{
    qsort(times, count, sizeof *times, compare_reals);
    printf("%-28s median %8.3f ms, p99 %8.3f ms, least %8.3f ms\n", what, times[count / 2] * 1e3,
           times[count * 99 / 100] * 1e3, times[0] * 1e3);
}

static void measure(struct bench *bench, int stations, size_t updates)
{
    auto_free double *placed = memory_zeroed(updates + 1, sizeof *placed);
    auto_free double *shown = memory_zeroed(updates + 1, sizeof *shown);
    for (size_t i = 0; i < updates; i++)
        update(bench, random_below(bench, stations), &placed[i], &shown[i]);
    tell("weights and knots", placed, updates);
    tell("with passes and documents", shown, updates);
}

static uint64_t argument(int count, char **arguments, int i, uint64_t otherwise)
{
    uint64_t value = otherwise;
    check(i >= count || number_unsigned(arguments[i], strlen(arguments[i]), INT32_MAX, &value),
          "usage: update_rate [OBSERVATIONS] [STATIONS] [UPDATES]");
    return value;
}

int main(int count, char **arguments)
{
    const struct source source = {NULL, schema_files, schema_files_count};
    struct bench bench = {0};
    struct error error = {0};
    memory_keep_freed();
    check(secret_start(&error), error.text);
    bench.survey = survey_load(&source, &error);
    check(bench.survey != NULL, error.text);
    size_t all = (size_t)bench.survey->station_count;
    uint64_t observations = argument(count, arguments, 1, 10000000);
    uint64_t stations = argument(count, arguments, 2, all);
    uint64_t updates = argument(count, arguments, 3, 1000);
    check(stations > 0 && stations <= all && updates > 0, "so many stations there are not");
    bench.reporters = observations / ANSWERS / 50 + 20;
    bench.observed = memory_zeroed(all, sizeof *bench.observed);
    bench.sheets = memory_zeroed(all, sizeof(struct sheet *));
    json_t *notices = json_array();
    for (int i = 0; i < bench.survey->notice_count; i++)
        (void)json_array_append(notices, bench.survey->notices[i].json);
    struct rules *rules = rules_create(bench.survey, model_create(bench.survey, DAYS), notices,
                                       days_of(&bench).today + YEAR);
    json_decref(notices);
    for (int s = 0; s < (int)stations; s++)
        fill(&bench, rules, s, observations / ANSWERS / all);
    measure(&bench, (int)stations, updates);
    for (size_t s = 0; s < stations; s++) {
        observed_finish(&bench.observed[s]);
        sheet_drop(bench.sheets[s]);
    }
    free(bench.observed);
    free(bench.sheets);
    rules_drop(rules);
    survey_destroy(bench.survey);
    return 0;
}
