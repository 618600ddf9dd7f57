#include "moderation/search.h"

#include <inttypes.h>
#include <string.h>

#include "moderation/filter.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/reports.h"
#include "moderation/worker.h"

enum {
    MARK_SIZE = 1 + sizeof(int64_t) + UUID_SIZE
};

/* One of the page: what the backlog knows of it, to be printed with what the store has. */
struct found {
    uint8_t uuid[UUID_SIZE];
    uint32_t version;
    struct flags flags;
    bool has_effect;
    int before, after;
};

struct search {
    struct errand errand; /* the first member */
    struct filter filter;
    uint32_t limit;
    bool by_use;
    bool goes_on;
    struct waiting mark; /* what the page before ended with: rank, arrival and id count */
    struct found *page;
    size_t count, total;
    uint64_t waiting;
    bool is_settled; /* every station was looked at: the order will stay */
    char *next;
    struct buffer body;
};

bool search_is_wanted(const struct http_request *request)
{
    const char *order = http_parameter(request, "order");

    return filter_is_wanted(request) || (order != NULL && strcmp(order, "age") != 0);
}

static void destroy(struct task *task)
{
    struct search *search = (struct search *)task;

    filter_finish(&search->filter);
    free(search->page);
    free(search->next);
    buffer_finish(&search->body);
}

/* A rank is carried by what gives it. */
static void mark_rank(struct waiting *mark, enum backlog_rank rank)
{
    mark->has_effect = rank == RANK_CHANGES;
    mark->after = 1;
    mark->flags.set = rank == RANK_WRONG ? 1 : 0;
}

static bool mark_parse(const char *text, struct waiting *mark)
{
    uint8_t bytes[MARK_SIZE];

    if (!base64url_parse(text, strlen(text), bytes, sizeof bytes) || bytes[0] >= RANK_COUNT)
        return false;
    mark_rank(mark, (enum backlog_rank)bytes[0]);
    memcpy(&mark->arrived, bytes + 1, sizeof mark->arrived);
    memcpy(mark->uuid, bytes + 1 + sizeof mark->arrived, UUID_SIZE);
    return true;
}

static char *mark_print(const struct search *search, const struct waiting *waiting)
{
    uint8_t bytes[MARK_SIZE] = {(uint8_t)(search->by_use ? backlog_rank(waiting) : RANK_CHANGES)};
    auto_buffer struct buffer text = {0};

    memcpy(bytes + 1, &waiting->arrived, sizeof waiting->arrived);
    memcpy(bytes + 1 + sizeof waiting->arrived, waiting->uuid, UUID_SIZE);
    buffer_base64url(&text, bytes, sizeof bytes);
    return buffer_take(&text);
}

static int compare_ages(const struct waiting *left, const struct waiting *right)
{
    if (left->arrived != right->arrived)
        return left->arrived < right->arrived ? -1 : 1;
    return memcmp(left->uuid, right->uuid, UUID_SIZE);
}

static int by_age(const void *left, const void *right)
{
    const struct waiting *const *a = left;
    const struct waiting *const *b = right;

    return compare_ages(*a, *b);
}

static void take_page(struct search *search, struct waiting *const *matching, size_t count)
{
    size_t first = 0;

    while (search->goes_on && first < count &&
           (search->by_use ? backlog_compare(matching[first], &search->mark)
                           : compare_ages(matching[first], &search->mark)) <= 0)
        first++;
    search->page = memory_zeroed(search->limit + 1, sizeof *search->page);
    for (size_t i = first; i < count && search->count < search->limit; i++) {
        const struct waiting *waiting = matching[i];
        struct found *found = &search->page[search->count++];
        *found = (struct found){.version = waiting->version,
                                .flags = waiting->flags,
                                .has_effect = waiting->has_effect,
                                .before = waiting->before,
                                .after = waiting->after};
        memcpy(found->uuid, waiting->uuid, UUID_SIZE);
    }
    if (first + search->count < count)
        search->next = mark_print(search, matching[first + search->count - 1]);
}

static bool work(struct errand *errand, struct desk *desk, struct error *error)
{
    struct search *search = (struct search *)errand;
    const struct backlog *backlog = &desk->backlog;
    auto_free struct waiting **matching =
        memory_zeroed(backlog->count + 1, sizeof(struct waiting *));

    (void)error;
    for (size_t i = 0; i < backlog->count; i++)
        if (filter_passes(&search->filter, backlog->ordered[i]))
            matching[search->total++] = backlog->ordered[i];
    if (!search->by_use)
        qsort(matching, search->total, sizeof *matching, by_age);
    search->waiting = backlog->waiting;
    search->is_settled = backlog->looked_at == backlog->count;
    take_page(search, matching, search->total);
    return true;
}

static void print_status(const struct survey *survey, const char *key, int status,
                         struct buffer *body)
{
    buffer_format(body, "\"%s\":\"%s\"", key, survey->statuses.terms[status].id);
}

static void print_found(const struct app *app, const struct found *found,
                        const struct stored_report *report, struct buffer *body)
{
    reports_print(app, report, body);
    buffer_text(body, ",\"flags\":");
    flags_json(app->survey, &found->flags, body);
    if (!found->has_effect) {
        buffer_text(body, ",\"effect\":null}");
        return;
    }
    buffer_text(body, ",\"effect\":{");
    print_status(app->survey, "from", found->before, body);
    buffer_char(body, ',');
    print_status(app->survey, "to", found->after, body);
    buffer_text(body, "}}");
}

/* What was decided meanwhile is left out. */
static bool run(struct session *session, struct store_job *job, struct error *error)
{
    struct search *search = (struct search *)job;
    struct buffer *body = &search->body;
    bool is_first = true;

    buffer_clear(body);
    buffer_text(body, "{\"reports\":[");
    for (size_t i = 0; i < search->count; i++) {
        const struct found *found = &search->page[i];
        struct stored_report report;
        bool is_there;
        if (!session_get(session, found->uuid, &report, &is_there, error))
            return false;
        if (!is_there || report.state != STATE_PENDING || report.version != found->version)
            continue;
        if (!is_first)
            buffer_char(body, ',');
        is_first = false;
        print_found(search->errand.task.app, found, &report, body);
    }
    buffer_char(body, ']');
    reports_text(body, "next", search->next);
    buffer_format(body, ",\"total\":%zu,\"waiting\":%" PRIu64 ",\"settled\":%s}", search->total,
                  search->waiting, search->is_settled ? "true" : "false");
    return true;
}

static void answer(struct errand *errand)
{
    struct search *search = (struct search *)errand;

    errand->task.exchange->reply.body = search->body;
    search->body = (struct buffer){0};
}

static bool check_order(const struct http_request *request, struct search *search,
                        struct error *error)
{
    const char *order = http_parameter(request, "order");
    const char *state = http_parameter(request, "state");
    const char *after = http_parameter(request, "after");

    search->by_use = order != NULL && strcmp(order, "use") == 0;
    if (order != NULL && !search->by_use && strcmp(order, "age") != 0)
        return error_set(error, ERROR_INVALID, "order: give use or age");
    if (state != NULL && strcmp(state, "pending") != 0)
        return error_set(error, ERROR_INVALID,
                         "these filters and orders are for what waits: state must be pending");
    search->goes_on = after != NULL && after[0] != '\0';
    return !search->goes_on || mark_parse(after, &search->mark) ||
           error_set(error, ERROR_INVALID, "\"after\" is not a mark of an earlier page");
}

static struct search *search_create(struct http_exchange *exchange, const struct app *app)
{
    struct search *search = errand_create(sizeof *search, exchange, app);

    search->errand.task.destroy = destroy;
    search->errand.answer = answer;
    return search;
}

enum http_progress search_send(struct http_exchange *exchange, const struct app *app)
{
    struct search *search = search_create(exchange, app);
    struct error error = {0};

    search->errand.work = work;
    search->errand.run = run;
    if (check_order(&exchange->request, search, &error) &&
        reports_limit(&exchange->request, &search->limit, &error) &&
        filter_read(app->survey, &exchange->request, &search->filter, &error))
        return errand_send(&search->errand);
    task_drop(&search->errand.task);
    return reports_refuse_query(exchange, &error);
}

static int compare_ids(const void *left, const void *right)
{
    const struct waiting *const *a = left;
    const struct waiting *const *b = right;

    return memcmp((*a)->uuid, (*b)->uuid, UUID_SIZE);
}

/* {"count","reports":[{"id","version"}…]} in id order, as one entry for them all covers them. */
static bool select_all(struct errand *errand, struct desk *desk, struct error *error)
{
    struct search *search = (struct search *)errand;
    const struct backlog *backlog = &desk->backlog;
    auto_free struct waiting **matching =
        memory_zeroed(backlog->count + 1, sizeof(struct waiting *));
    size_t count = 0;
    char id[UUID_TEXT_SIZE];

    (void)error;
    for (size_t i = 0; i < backlog->count; i++)
        if (filter_passes(&search->filter, backlog->ordered[i]))
            matching[count++] = backlog->ordered[i];
    search->total = count;
    count = count > ENTRY_REPORTS_MAX ? ENTRY_REPORTS_MAX : count;
    qsort(matching, count, sizeof *matching, compare_ids);
    buffer_format(&search->body, "{\"total\":%zu,\"reports\":[", search->total);
    for (size_t i = 0; i < count; i++) {
        uuid_print(matching[i]->uuid, id);
        buffer_format(&search->body, "%s{\"id\":\"%s\",\"version\":%" PRIu32 "}", i == 0 ? "" : ",",
                      id, matching[i]->version);
    }
    buffer_text(&search->body, "]}");
    return true;
}

enum http_progress handle_selection(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct search *search;
    struct error error = {0};
    struct asker asker;

    if (!guard_passes(exchange, app, &asker))
        return HTTP_DONE;
    search = search_create(exchange, app);
    search->errand.work = select_all;
    if (filter_read(app->survey, &exchange->request, &search->filter, &error))
        return errand_send(&search->errand);
    task_drop(&search->errand.task);
    return reports_refuse_query(exchange, &error);
}
