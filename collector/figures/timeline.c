/* A station's history out of its questions' histories (design §6). */
#include <math.h>

#include "collector/figures/station.h"

/* Where one question goes from one segment of its history to the next. */
struct boundary {
    int question;
    int to;       /* the segment it goes to, or NOTHING */
    bool is_soft; /* knowledge begins or fades; no answer is seen to change */
    struct bracket bracket;
};

enum {
    NOTHING = -1
};

/* Boundaries that are taken as one change. */
struct group {
    struct bracket bracket;
    bool is_soft;
    size_t number; /* as the boundaries know it */
};

struct timeline {
    const struct survey *survey;
    const struct question_history *histories;
    struct boundary *boundaries; /* the soft ones last, else by earliest, then likely */
    size_t *group_of;            /* by boundary */
    size_t boundary_count;
    struct group *groups;
    size_t group_count;
    int position[SURVEY_QUESTIONS_MAX]; /* the segment each question is in, or NOTHING */
    struct station_segment *segments;
    size_t count;
};

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_brackets(const struct bracket *a, const struct bracket *b)
{
    int order = compare_numbers(a->earliest, b->earliest);
    if (order == 0)
        order = compare_numbers(a->likely, b->likely);
    return order != 0 ? order : compare_numbers(a->latest, b->latest);
}

static int compare_boundaries(const void *left, const void *right)
{
    const struct boundary *a = left;
    const struct boundary *b = right;
    if (a->is_soft != b->is_soft)
        return a->is_soft ? 1 : -1;
    int order = compare_brackets(&a->bracket, &b->bracket);
    if (order == 0)
        order = a->question - b->question;
    return order != 0 ? order : a->to - b->to;
}

static bool is_used(const struct timeline *timeline, int question)
{
    return timeline->survey->questions[question].for_status &&
           timeline->histories[question].count > 0;
}

static void add_boundary(struct timeline *timeline, int question, int to, bool is_soft,
                         const struct bracket *bracket)
{
    timeline->boundaries[timeline->boundary_count++] =
        (struct boundary){question, to, is_soft, *bracket};
}

/* Nothing is said of a question before its knowledge begins, nor after an answer has faded. */
static void collect_question(struct timeline *timeline, int question)
{
    const struct question_history *history = &timeline->histories[question];
    const struct segment *first = &history->segments[0];
    const struct segment *last = &history->segments[history->count - 1];
    const struct bracket begins = {history->begins, history->begins, history->begins};
    add_boundary(timeline, question, 0, true, first->has_from ? &first->from : &begins);
    for (size_t i = 1; i < history->count; i++)
        if (history->segments[i].has_from)
            add_boundary(timeline, question, (int)i, false, &history->segments[i].from);
    if (last->has_until)
        add_boundary(timeline, question, NOTHING, true, &last->until);
}

static void collect(struct timeline *timeline)
{
    size_t most = 1;
    for (int q = 0; q < timeline->survey->question_count; q++)
        most += timeline->histories[q].count + 2;
    timeline->boundaries = memory_zeroed(most, sizeof *timeline->boundaries);
    timeline->group_of = memory_zeroed(most, sizeof *timeline->group_of);
    timeline->groups = memory_zeroed(most, sizeof *timeline->groups);
    timeline->segments = memory_zeroed(most + 2, sizeof *timeline->segments);
    for (int q = 0; q < timeline->survey->question_count; q++) {
        timeline->position[q] = NOTHING;
        if (is_used(timeline, q))
            collect_question(timeline, q);
    }
    qsort(timeline->boundaries, timeline->boundary_count, sizeof *timeline->boundaries,
          compare_boundaries);
}

static bool overlaps(const struct bracket *a, const struct bracket *b)
{
    return a->earliest <= b->latest && b->earliest <= a->latest;
}

/* The group that a boundary belongs to: for a change the last one, which it then widens; what is
 * soft goes to the nearest change that it may be a part of, and does not make it vaguer. */
static size_t find_group(const struct timeline *timeline, const struct boundary *boundary)
{
    size_t found = timeline->group_count;
    double nearest = (double)INFINITY;
    for (size_t g = 0; g < timeline->group_count; g++) {
        const struct bracket *bracket = &timeline->groups[g].bracket;
        double distance = fabs(bracket->likely - boundary->bracket.likely);
        if (overlaps(bracket, &boundary->bracket) && distance < nearest) {
            found = g;
            nearest = distance;
        }
    }
    return found;
}

static void widen(struct group *group, const struct boundary *boundary)
{
    struct bracket *bracket = &group->bracket;
    double width = boundary->bracket.latest - boundary->bracket.earliest;
    if (boundary->is_soft && !group->is_soft)
        return;
    if (width < bracket->latest - bracket->earliest)
        bracket->likely = boundary->bracket.likely;
    bracket->earliest = fmin(bracket->earliest, boundary->bracket.earliest);
    bracket->latest = fmax(bracket->latest, boundary->bracket.latest);
}

static void gather(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->boundary_count; i++) {
        const struct boundary *boundary = &timeline->boundaries[i];
        size_t g = find_group(timeline, boundary);
        timeline->group_of[i] = g;
        if (g == timeline->group_count)
            timeline->groups[timeline->group_count++] =
                (struct group){boundary->bracket, boundary->is_soft, g};
        else
            widen(&timeline->groups[g], boundary);
    }
}

/* The status between boundaries, and how sure it is. */
static int current_status(const struct timeline *timeline, double *confidence_out)
{
    int statuses[SURVEY_QUESTIONS_MAX];
    double smallest = nan("");
    for (int q = 0; q < timeline->survey->question_count; q++) {
        statuses[q] = -1;
        if (timeline->position[q] == NOTHING)
            continue;
        const struct segment *segment = &timeline->histories[q].segments[timeline->position[q]];
        statuses[q] = timeline->survey->questions[q].options[segment->answer].status;
        if (statuses[q] >= 0)
            smallest = fmin(smallest, segment->confidence);
    }
    *confidence_out = smallest;
    return station_status(timeline->survey, statuses, timeline->survey->question_count);
}

/* Opens a segment at `from`; a boundary without a change is dropped. */
static void append(struct timeline *timeline, int status, double confidence,
                   const struct bracket *from)
{
    struct station_segment *last = &timeline->segments[timeline->count - 1];
    struct station_segment next = {.status = status, .confidence = confidence};
    if (last->status == status) {
        last->confidence = fmax(last->confidence, confidence);
        return;
    }
    /* Nothing known and then something: that is where knowledge begins, not a change. */
    if (timeline->count == 1 && last->status == timeline->survey->status_none) {
        *last = next;
        return;
    }
    last->has_until = next.has_from = true;
    last->until = next.from = *from;
    timeline->segments[timeline->count++] = next;
}

static void append_current(struct timeline *timeline, const struct bracket *from)
{
    double confidence = nan("");
    int status = current_status(timeline, &confidence);
    append(timeline, status, confidence, from);
}

/* All questions go over the boundaries of a group. A question whose answer begins and fades within
 * one of them has faded. */
static void cross(struct timeline *timeline, size_t group)
{
    for (size_t i = 0; i < timeline->boundary_count; i++) {
        const struct boundary *boundary = &timeline->boundaries[i];
        if (timeline->group_of[i] != group)
            continue;
        int *position = &timeline->position[boundary->question];
        bool is_back = boundary->to != NOTHING && boundary->to < *position;
        if (!is_back)
            *position = boundary->to;
    }
}

static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left;
    const struct group *b = right;
    return compare_brackets(&a->bracket, &b->bracket);
}

static void begin(struct timeline *timeline, int32_t opened)
{
    bool is_old = opened == DAY_NONE || opened <= timeline->survey->earliest_visit;
    timeline->segments[0] = (struct station_segment){
        .status = is_old ? timeline->survey->status_none : timeline->survey->status_not_open,
        .confidence = nan("")};
    timeline->count = 1;
}

/* What changed before the station was there did not change there. */
static void run(struct timeline *timeline, int32_t opened, double now)
{
    qsort(timeline->groups, timeline->group_count, sizeof *timeline->groups, compare_groups);
    const struct bracket opening = {opened, opened, opened};
    bool is_open = timeline->segments[0].status != timeline->survey->status_not_open;
    size_t i = 0;
    for (; !is_open && i < timeline->group_count; i++) {
        if (timeline->groups[i].bracket.likely >= opened)
            break;
        cross(timeline, timeline->groups[i].number);
    }
    if (!is_open && opened >= now)
        return;
    if (!is_open)
        append_current(timeline, &opening);
    for (; i < timeline->group_count; i++) {
        struct bracket bracket = timeline->groups[i].bracket;
        bracket.earliest = is_open ? bracket.earliest : fmax(bracket.earliest, opened);
        cross(timeline, timeline->groups[i].number);
        append_current(timeline, &bracket);
    }
}

static void finish(struct timeline *timeline)
{
    free(timeline->boundaries);
    free(timeline->group_of);
    free(timeline->groups);
    if (timeline->count == 1 && timeline->segments[0].status == timeline->survey->status_none)
        timeline->count = 0;
}

size_t timeline_merge(const struct survey *survey, int station,
                      const struct question_history *histories, double now,
                      struct station_segment **segments_out)
{
    struct timeline timeline = {.survey = survey, .histories = histories};
    collect(&timeline);
    gather(&timeline);
    begin(&timeline, survey->stations[station].opened);
    run(&timeline, survey->stations[station].opened, now);
    finish(&timeline);
    *segments_out = timeline.segments;
    return timeline.count;
}
