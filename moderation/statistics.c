/* GET /api/v1/moderation/statistics: what waits, by age and flag, and what was decided by day. */
#include "moderation/statistics.h"

#include <inttypes.h>
#include <string.h>

#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/worker.h"

enum {
    ENTRIES_FIRST = 200000, /* of a log that is longer, only the end is counted */
    ENTRIES_A_JOB = 5000
};

void tally_turn(struct tally *tally, int32_t today)
{
    int32_t days = today - tally->last;

    if (days <= 0)
        return;
    if (days > TALLY_DAYS)
        days = TALLY_DAYS;
    memmove(tally->counts, tally->counts + days,
            (size_t)(TALLY_DAYS - days) * sizeof *tally->counts);
    memset(tally->counts + (TALLY_DAYS - days), 0, (size_t)days * sizeof *tally->counts);
    tally->last = today;
}

void tally_add(struct tally *tally, int32_t day, enum entry_act act, uint32_t reports)
{
    int32_t column;

    tally_turn(tally, day);
    column = TALLY_DAYS - 1 - (tally->last - day);
    if (column >= 0 && entry_act_is_decision(act))
        tally->counts[column][act] += reports;
}

struct tally_job {
    struct store_job job; /* the first member */
    struct tally *tally;
    int32_t offset_seconds;
    uint64_t seen;
};

static void add_entry(void *context, uint64_t number, const char *line, size_t length)
{
    struct tally_job *job = context;
    struct entry entry;
    struct error error;

    job->seen++;
    job->tally->next = number + 1;
    if (entry_parse(line, length, &entry, &error) && entry_act_is_decision(entry.act))
        tally_add(job->tally, day_of_instant(entry.at, job->offset_seconds), entry.act,
                  entry.reports == 0 ? 1 : entry.reports);
}

static bool run_tally(struct session *session, struct store_job *job, struct error *error)
{
    struct tally_job *own = (struct tally_job *)job;
    uint64_t count;

    if (!session_entry_count(session, &count, error))
        return false;
    if (!own->tally->is_started && count > ENTRIES_FIRST)
        own->tally->next = count - ENTRIES_FIRST;
    own->tally->is_started = true;
    own->seen = 0;
    return session_entries(session, own->tally->next, ENTRIES_A_JOB, add_entry, own, error);
}

bool tally_read(struct tally *tally, const struct app *app, struct error *error)
{
    struct tally_job job = {
        .job.run = run_tally, .tally = tally, .offset_seconds = app->survey->offset_seconds};

    do {
        if (!store_call(app->store, &job.job, error))
            return false;
    } while (job.seen == ENTRIES_A_JOB);
    tally_turn(tally, day_of_instant(clock_now(&app->clock), app->survey->offset_seconds));
    return true;
}

/* Ages of what waits: up to so many days. */
static const struct {
    const char *name;
    int64_t days;
} ages[] = {
    {"day", 1}, {"week", 7}, {"month", 30}, {"quarter", 90}, {"older", INT64_MAX / DAY_SECONDS},
};

static const char *const ranks[RANK_COUNT] = {
    [RANK_CHANGES] = "changes_status",
    [RANK_WRONG] = "looks_wrong",
    [RANK_REST] = "rest",
};

struct counts {
    uint64_t ages[ARRAY_LENGTH(ages)], flags[FLAG_COUNT], ranks[RANK_COUNT];
    int64_t oldest;
};

static void count_one(struct counts *counts, const struct waiting *waiting, int64_t now)
{
    size_t age = 0;

    while (now - waiting->arrived > ages[age].days * DAY_SECONDS)
        age++;
    counts->ages[age]++;
    counts->ranks[backlog_rank(waiting)]++;
    for (unsigned i = 0; i < FLAG_COUNT; i++)
        counts->flags[i] += flag_is_set(&waiting->flags, (enum flag)i);
    if (counts->oldest == 0 || waiting->arrived < counts->oldest)
        counts->oldest = waiting->arrived;
}

static void print_counts(const struct desk *desk, struct buffer *body)
{
    const struct backlog *backlog = &desk->backlog;
    struct counts counts = {0};
    int64_t now = clock_now(&desk->app->clock);

    for (size_t i = 0; i < backlog->count; i++)
        count_one(&counts, &backlog->items[i], now);
    buffer_format(body, "{\"waiting\":%" PRIu64 ",\"looked_at\":%zu,\"oldest\":", backlog->waiting,
                  backlog->count);
    if (counts.oldest == 0)
        buffer_text(body, "null");
    else {
        buffer_char(body, '"');
        buffer_instant(body, counts.oldest);
        buffer_char(body, '"');
    }
    for (size_t i = 0; i < RANK_COUNT; i++)
        buffer_format(body, "%s\"%s\":%" PRIu64, i == 0 ? ",\"by_use\":{" : ",", ranks[i],
                      counts.ranks[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(ages); i++)
        buffer_format(body, "%s\"%s\":%" PRIu64, i == 0 ? "},\"by_age\":{" : ",", ages[i].name,
                      counts.ages[i]);
    for (unsigned i = 0; i < FLAG_COUNT; i++)
        buffer_format(body, "%s\"%s\":%" PRIu64, i == 0 ? "},\"by_flag\":{" : ",",
                      flag_id((enum flag)i), counts.flags[i]);
    buffer_char(body, '}');
}

static void print_days(const struct tally *tally, struct buffer *body)
{
    static const char *const names[TALLY_ACTS] = {
        [ACT_APPROVE] = "approved",
        [ACT_REJECT] = "rejected",
        [ACT_WITHHOLD] = "withheld",
        [ACT_REVERT] = "reverted",
    };

    for (int i = 0; i < TALLY_DAYS; i++) {
        buffer_text(body, i == 0 ? ",\"decided\":[{\"day\":\"" : ",{\"day\":\"");
        buffer_day(body, tally->last - TALLY_DAYS + 1 + i);
        buffer_char(body, '"');
        for (size_t act = 0; act < TALLY_ACTS; act++)
            buffer_format(body, ",\"%s\":%" PRIu32, names[act], tally->counts[i][act]);
        buffer_char(body, '}');
    }
    buffer_text(body, "]}");
}

struct statistics {
    struct errand errand; /* the first member */
    struct buffer body;
};

static void destroy(struct task *task)
{
    buffer_finish(&((struct statistics *)task)->body);
}

static bool work(struct errand *errand, struct desk *desk, struct error *error)
{
    struct statistics *statistics = (struct statistics *)errand;

    if (!tally_read(&desk->tally, desk->app, error))
        return false;
    print_counts(desk, &statistics->body);
    print_days(&desk->tally, &statistics->body);
    return true;
}

static void answer(struct errand *errand)
{
    struct statistics *statistics = (struct statistics *)errand;

    errand->task.exchange->reply.body = statistics->body;
    statistics->body = (struct buffer){0};
}

enum http_progress handle_statistics(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct statistics *statistics;
    struct asker asker;

    if (!guard_passes(exchange, app, &asker))
        return HTTP_DONE;
    statistics = errand_create(sizeof *statistics, exchange, app);
    statistics->errand.task.destroy = destroy;
    statistics->errand.work = work;
    statistics->errand.answer = answer;
    return errand_send(&statistics->errand);
}
