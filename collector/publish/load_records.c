/* Reads published reports into records. */
#include "collector/publish/load.h"

enum {
    EVERYTHING = -1
};

/* What has been read so far of what is asked for. */
struct loading {
    struct store_job job;
    const struct survey *survey;
    const bool *stations;
    int station; /* where it is, or EVERYTHING */
    struct published_place place;
    uint32_t rows; /* of this job */
    bool is_done;
    struct observed *fresh;  /* by station */
    uint64_t *since, *until; /* by station: entries when it was begun, and when it was whole */
};

static void add_answer(void *context, const struct published_answer *answer)
{
    struct loading *loading = context;
    loading->rows++;
    if (loading->stations[answer->station])
        observed_add(&loading->fresh[answer->station], answer);
}

static bool take_piece(struct session *session, struct loading *loading, bool *done_out,
                       struct error *error)
{
    return session_published_piece(session, loading->station, &loading->place,
                                   REPORTS_A_JOB - loading->rows, add_answer, loading, done_out,
                                   error);
}

static bool scan_run(struct session *session, struct store_job *job, struct error *error)
{
    struct loading *loading = (struct loading *)(void *)job;
    int stations = loading->survey->station_count;
    uint64_t entries = 0;
    bool is_first = !loading->place.is_begun;
    loading->rows = 0;
    if (!session_entry_count(session, &entries, error) ||
        !take_piece(session, loading, &loading->is_done, error))
        return false;
    for (int s = 0; s < stations; s++) {
        loading->since[s] = is_first ? entries : loading->since[s];
        loading->until[s] = entries;
    }
    return true;
}

static bool stations_run(struct session *session, struct store_job *job, struct error *error)
{
    struct loading *loading = (struct loading *)(void *)job;
    uint64_t entries = 0;
    loading->rows = 0;
    if (!session_entry_count(session, &entries, error))
        return false;
    while (loading->station < loading->survey->station_count && loading->rows < REPORTS_A_JOB) {
        int s = loading->station;
        bool is_whole = true;
        if (!loading->place.is_begun)
            loading->since[s] = entries;
        if (loading->stations[s] && !take_piece(session, loading, &is_whole, error))
            return false;
        if (!is_whole)
            return true;
        loading->until[s] = entries;
        loading->station++;
        loading->place.is_begun = false;
    }
    loading->is_done = loading->station == loading->survey->station_count;
    return true;
}

static void keep_record(const struct loading *loading, int station, struct record **record)
{
    observed_close(&loading->fresh[station]);
    record_drop(*record);
    *record = record_create_take(&loading->fresh[station]);
    (*record)->since = loading->since[station];
    (*record)->until = loading->until[station];
}

static bool read_all(struct store *store, struct loading *loading, const struct load_turn *turn,
                     struct error *error)
{
    while (!loading->is_done) {
        if (turn != NULL && !turn->take(turn->context))
            return error_set(error, ERROR_BUSY, "given up");
        if (!store_call(store, &loading->job, error))
            return false;
    }
    return true;
}

/* A station's reports lie all over the file. */
static bool is_most(const struct survey *survey, const bool *stations)
{
    int wanted = 0;
    for (int s = 0; s < survey->station_count; s++)
        wanted += stations[s];
    return wanted > survey->station_count / 2;
}

bool load_records(struct store *store, const struct survey *survey, const bool *stations,
                  const struct load_turn *turn, struct record **records, struct error *error)
{
    size_t count = (size_t)survey->station_count;
    bool is_scan = is_most(survey, stations);
    auto_free struct observed *fresh = memory_zeroed(count + 1, sizeof *fresh);
    auto_free uint64_t *since = memory_zeroed(count + 1, sizeof *since);
    auto_free uint64_t *until = memory_zeroed(count + 1, sizeof *until);
    struct loading loading = {.job = {.run = is_scan ? scan_run : stations_run},
                              .survey = survey,
                              .stations = stations,
                              .station = is_scan ? EVERYTHING : 0,
                              .fresh = fresh,
                              .since = since,
                              .until = until};
    for (size_t s = 0; s < count; s++)
        observed_init(&fresh[s], survey);
    bool is_read = read_all(store, &loading, turn, error);
    for (size_t s = 0; s < count; s++) {
        if (is_read && stations[s])
            keep_record(&loading, (int)s, &records[s]);
        observed_finish(&fresh[s]);
    }
    return is_read;
}
