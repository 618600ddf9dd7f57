#include "collector/publish/refit.h"

#include <malloc.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "collector/publish/load.h"

enum {
    MICROSECONDS = 1000000,
    LOW_PRIORITY = 10,
    STEPS = 20 /* of an accuracy between 0 and 1 */
};

struct refit_task *refit_task_create(const struct survey *survey, struct record *const *records)
{
    size_t stations = (size_t)survey->station_count + 1;
    struct refit_task *task = memory_zeroed(1, sizeof *task);
    task->survey = survey;
    task->records = memory_zeroed(stations, sizeof *task->records);
    task->sheets = memory_zeroed(stations, sizeof *task->sheets);
    for (int s = 0; s < survey->station_count; s++)
        task->records[s] = records[s] == NULL ? NULL : record_hold(records[s]);
    return task;
}

static void forget_sheets(struct refit_task *task)
{
    for (int s = 0; s < task->survey->station_count; s++)
        sheet_drop(TAKE(task->sheets[s]));
    rules_drop(TAKE(task->rules));
}

void refit_task_destroy(struct refit_task *task)
{
    if (task == NULL)
        return;
    forget_sheets(task);
    for (int s = 0; s < task->survey->station_count; s++)
        record_drop(task->records[s]);
    free(task->records);
    free(task->sheets);
    buffer_finish(&task->notices);
    model_drop(task->learned.model);
    free(task);
}

static bool is_outdated(const struct refit_task *task, struct record *const *records, int station)
{
    return records[station] != NULL && records[station] != task->records[station];
}

int refit_task_outdated(const struct refit_task *task, struct record *const *records)
{
    int count = 0;
    for (int s = 0; s < task->survey->station_count; s++)
        count += is_outdated(task, records, s);
    return count;
}

void refit_task_renew(struct refit_task *task, struct record *const *records)
{
    for (int s = 0; s < task->survey->station_count; s++) {
        if (!is_outdated(task, records, s))
            continue;
        record_drop(task->records[s]);
        task->records[s] = record_hold(records[s]);
        sheet_drop(TAKE(task->sheets[s]));
    }
    task->round++;
}

static bool on_progress(void *context, int iteration, int most)
{
    const struct refit_task *task = context;
    atomic_store(&task->counters->iteration, iteration);
    atomic_store(&task->counters->most_iterations, most);
    return !atomic_load(&task->is_cancelled);
}

static bool goes_on(void *context)
{
    const struct refit_task *task = context;
    return !atomic_load(&task->is_cancelled);
}

/* What the consensus thread has not needed since the start is read here. */
static bool read_missing(struct refit_task *task)
{
    int stations = task->survey->station_count;
    auto_free bool *missing = memory_zeroed((size_t)stations + 1, sizeof *missing);
    struct error error = {0};
    for (int s = 0; s < stations; s++)
        missing[s] = task->records[s] == NULL;
    const struct load_turn turn = {goes_on, task};
    return load_records(task->store, task->survey, missing, &turn, task->records, &error);
}

static int64_t microseconds_since(const struct timespec *begin)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)(now.tv_sec - begin->tv_sec) * MICROSECONDS +
           (now.tv_nsec - begin->tv_nsec) / 1000;
}

static void count_fit(const struct refit_task *task, const struct timespec *begin)
{
    struct refit_counters *counters = task->counters;
    atomic_store(&counters->last_microseconds, microseconds_since(begin));
    atomic_store(&counters->observations, task->learned.observations);
    atomic_store(&counters->iterations, task->learned.iterations);
    atomic_store(&counters->questions, task->learned.questions);
    atomic_store(&counters->reports, task->reports);
}

static void make_rules(struct refit_task *task)
{
    json_t *notices =
        json_loadb(task->notices.data, task->notices.length, JSON_REJECT_DUPLICATES, NULL);
    task->rules =
        rules_create(task->survey, model_hold(task->learned.model), notices, task->horizon);
    json_decref(notices);
}

/* Without anything learned before and after, what is published stands. */
static void make_sheets(struct refit_task *task)
{
    const struct view_days days = {task->today, task->today};
    if (task->learned.questions == 0 && !task->had_learned)
        return;
    if (task->rules == NULL)
        make_rules(task);
    for (int s = 0; s < task->survey->station_count; s++) {
        if (task->sheets[s] != NULL || atomic_load(&task->is_cancelled))
            continue;
        struct place *place =
            place_observe(task->rules, s, &task->records[s]->observed, NULL, PLACE_ALL);
        task->sheets[s] = sheet_create(place, days, NULL);
        place_drop(place);
    }
}

static bool learn(struct refit_task *task)
{
    const struct learn_request request = {.survey = task->survey,
                                          .records = task->records,
                                          .span = task->span,
                                          .horizon = task->horizon,
                                          .most = LEARN_OBSERVATIONS,
                                          .progress = on_progress,
                                          .context = task};
    bool is_learned = read_missing(task) && learn_model(&request, &task->learned);
    /* The tables of a fit are large, and of no more use. */
    malloc_trim(0);
    return is_learned;
}

void *refit_run(void *context)
{
    struct refit_task *task = context;
    struct timespec begin;
    /* On Linux the priority is the thread's own. Without it the fit is only less polite. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), LOW_PRIORITY);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    atomic_store(&task->counters->iteration, 0);
    atomic_store(&task->counters->is_running, 1);
    if (task->round > 0) {
        make_sheets(task);
    } else if (learn(task)) {
        make_sheets(task);
        count_fit(task, &begin);
    }
    atomic_store(&task->counters->is_running, 0);
    task->done(task->context);
    return NULL;
}

void learned_encode(const struct model *model, uint64_t reports, struct buffer *buffer)
{
    buffer_text(buffer, "{\"reports\":");
    buffer_integer(buffer, (int64_t)reports);
    buffer_text(buffer, ",\"accuracy\":\"");
    for (size_t r = 0; r < model->reporter_count; r++)
        buffer_char(buffer, (char)('a' + (int)lround(model->accuracy[r] * STEPS)));
    buffer_text(buffer, "\"}");
}

bool learned_decode(const char *text, struct model *model, uint64_t *reports_out)
{
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const char *letters = json_string_value(json_object_get(json, "accuracy"));
    if (letters == NULL) {
        json_decref(json);
        return false;
    }
    free(model->accuracy);
    model->reporter_count = strlen(letters);
    model->accuracy = memory_zeroed(model->reporter_count + 1, sizeof *model->accuracy);
    for (size_t r = 0; r < model->reporter_count; r++)
        model->accuracy[r] = (double)(letters[r] - 'a') / STEPS;
    *reports_out = (uint64_t)json_integer_value(json_object_get(json, "reports"));
    json_decref(json);
    return true;
}

static void print_row(struct buffer *buffer, const char *name, const char *type, const char *help,
                      double value)
{
    buffer_format(buffer, "# HELP %s %s\n# TYPE %s %s\n%s ", name, help, name, type, name);
    buffer_number(buffer, value, 6);
    buffer_char(buffer, '\n');
}

/* Of the running fit, or 1. */
static double progress_of(const struct refit_counters *counters)
{
    int most = atomic_load(&counters->most_iterations);
    if (atomic_load(&counters->is_running) == 0)
        return 1;
    return most > 0 ? (double)atomic_load(&counters->iteration) / most : 0;
}

void refit_metrics(const struct refit_counters *counters, struct buffer *buffer)
{
    const struct {
        const char *name, *type, *help;
        double value;
    } rows[] = {
        {"zhanji_fits_total", "counter", "Fits of reporters and hazards that came to an end",
         (double)atomic_load(&counters->fits)},
        {"zhanji_fit_owed", "gauge", "1 while a fit was asked for and its result is not published",
         atomic_load(&counters->is_owed)},
        {"zhanji_fit_running", "gauge", "1 while a fit is running",
         atomic_load(&counters->is_running)},
        {"zhanji_fit_progress", "gauge",
         "Share of the most iterations that the running fit has done; 1 when none runs",
         progress_of(counters)},
        {"zhanji_fit_seconds", "gauge", "Duration of the last fit",
         (double)atomic_load(&counters->last_microseconds) / MICROSECONDS},
        {"zhanji_fit_iterations", "gauge", "Iterations of the last fit",
         atomic_load(&counters->iterations)},
        {"zhanji_fit_questions", "gauge", "Questions with enough evidence in the last fit",
         atomic_load(&counters->questions)},
        {"zhanji_fit_observations", "gauge", "Observations that took part in the last fit",
         (double)atomic_load(&counters->observations)},
        {"zhanji_fit_reports", "gauge", "Reports published when the last fit began",
         (double)atomic_load(&counters->reports)},
        {"zhanji_fit_last_timestamp_seconds", "gauge",
         "Instant since which its result is published", (double)atomic_load(&counters->last_at)},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        print_row(buffer, rows[i].name, rows[i].type, rows[i].help, rows[i].value);
}
