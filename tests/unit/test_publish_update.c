/* A station to which reports are added one by one is, to the bit, the station of all of them. */
#include "tests/unit/drawn_table.h"
#include "tests/unit/sheet_fixture.h"

enum {
    DAYS = 1700,
    CHANGE_DAY = 882, /* the mark lies soon after the beginning of a piece */
    REPORTS_MAX = 6000
};

/* How a station's reports are spread. */
struct manner {
    const char *name;
    int rounds;    /* so often */
    int reports;   /* at first */
    int updates;   /* and then */
    int days;      /* over how many */
    int reporters; /* by how many */
    int newcomers; /* what comes then is by others; 0: by the same, and some unnamed */
    int together;  /* at most so many come at once */
    int wrong;     /* one answer in so many is not that of most */
    bool is_burst; /* what comes is of few days and one answer */
};

static const struct manner manners[] = {
    {"nothing at first", 3, 0, 100, DAYS, 5, 0, 1, 8, false},
    {"few reports", 3, 12, 60, DAYS, 3, 0, 2, 8, false},
    {"few reports of few days", 1, 1, 100, 200, 20, 0, 1, 3, false},
    {"few who disagree", 5, 40, 50, DAYS, 30, 0, 1, 4, false},
    {"one reporter, and then others", 40, 150, 4, DAYS, 1, 2, 1, 20, false},
    {"some reports of few reporters", 1, 300, 100, DAYS, 4, 0, 1, 8, false},
    {"some who disagree", 1, 500, 100, DAYS, 300, 0, 1, 2, false},
    {"some who disagree less", 5, 100, 40, DAYS, 300, 0, 1, 3, false},
    {"many reports", 1, 4000, 40, DAYS, 900, 0, 3, 8, false},
    {"many reports of a month", 1, 3000, 20, 30, 200, 0, 2, 8, false},
    {"a burst on few reports", 1, 60, 40, DAYS, 40, 0, 6, 8, true},
    {"a burst on many reports", 1, 2000, 40, DAYS, 2000, 0, 30, 8, true},
};

struct world {
    const struct survey *survey;
    const struct manner *manner;
    struct rules *rules;
    uint64_t random;
    struct published_answer answers[REPORTS_MAX];
    int count;
    struct observed observed;
    struct sheet *sheet;
};

/* A city that changed on a few days, and reporters of whom something was learned. What restarts
 * goes into the second option, but for a share into each of the others. */
static struct model *learned_model(const struct survey *survey, double other)
{
    struct model *model = model_create(survey, DAYS);
    model->reporter_count = 700;
    model->accuracy = memory_zeroed(model->reporter_count, sizeof *model->accuracy);
    for (size_t r = 0; r < model->reporter_count; r++)
        model->accuracy[r] = (double)(19 - r * 7 % 12) / 20;
    for (int q = 0; q < survey->question_count; q++) {
        struct hazard *hazard = &model->questions[q].hazard;
        size_t options = (size_t)hazard->options;
        hazard->bins = DAYS;
        hazard->rate = memory_zeroed(hazard->bins, sizeof *hazard->rate);
        hazard->target = memory_zeroed(hazard->bins * options, sizeof *hazard->target);
        hazard->accepted = memory_zeroed(hazard->bins, 1);
        for (size_t b = 0; b < hazard->bins; b++) {
            hazard->accepted[b] = b >= CHANGE_DAY && b < CHANGE_DAY + 3;
            hazard->rate[b] = hazard->accepted[b] ? 0.2 : hazard->base_rate;
            for (size_t k = 0; k < options; k++)
                hazard->target[b * options + k] =
                    k == 1 ? 1 - other * (double)(options - 1) : other;
        }
    }
    return model;
}

/* With the survey's notices, and restarts into one option. */
static struct rules *learned_rules(const struct survey *survey)
{
    json_t *notices = json_array();
    for (int i = 0; i < survey->notice_count; i++)
        (void)json_array_append(notices, survey->notices[i].json);
    struct rules *rules = rules_create(survey, learned_model(survey, 0), notices,
                                       survey->earliest_visit + DAYS + 400);
    json_decref(notices);
    return rules;
}

/* Without notices, and where no option is forgotten for good: so passes over many visits converge
 * within a piece or two. */
static struct rules *forgetful_rules(const struct survey *survey)
{
    json_t *notices = json_array();
    struct rules *rules = rules_create(survey, learned_model(survey, 0.1), notices,
                                       survey->earliest_visit + DAYS + 400);
    json_decref(notices);
    return rules;
}

/* Days, months and years, and as much time from any day on. */
static void choose_visit(struct world *world, bool is_close, struct visit *visited)
{
    int day = is_close ? DAYS / 2 + draw_below(&world->random, 3)
                       : draw_below(&world->random, world->manner->days);
    int kind = is_close ? 99 : draw_below(&world->random, 100);
    int length = kind < 10 ? 30 : kind < 14 ? 365 : 1;
    int grid = kind % 2 == 0 ? length : 1;
    visited->first = world->survey->earliest_visit + day / grid * grid;
    visited->last = visited->first + length - 1;
}

static uint32_t choose_reporter(struct world *world, bool is_late)
{
    const struct manner *manner = world->manner;
    if (is_late && manner->newcomers > 0)
        return (uint32_t)(manner->reporters + draw_below(&world->random, manner->newcomers));
    if (manner->newcomers == 0 && draw_below(&world->random, 5) == 0)
        return CONSENSUS_NOBODY;
    return (uint32_t)draw_below(&world->random, manner->reporters);
}

static void draw_answer(struct world *world, bool is_late, struct published_answer *answer)
{
    bool is_close = is_late && world->manner->is_burst;
    *answer =
        (struct published_answer){.basis = draw_below(&world->random, world->survey->basis_count),
                                  .reporter_number = choose_reporter(world, is_late)};
    choose_visit(world, is_close, &answer->visited);
    memset(answer->answers, -1, sizeof answer->answers);
    bool is_after = answer->visited.first > world->survey->earliest_visit + CHANGE_DAY;
    for (int i = draw_below(&world->random, 3); i >= 0; i--) {
        int q = draw_below(&world->random, 4);
        bool is_wrong = draw_below(&world->random, world->manner->wrong) == 0;
        answer->answers[q] = (int8_t)(is_close ? 2 : is_after != is_wrong);
    }
}

/* Some visits have not begun by then. */
static struct view_days today(const struct world *world)
{
    int32_t day = world->survey->earliest_visit + DAYS - 40;
    return (struct view_days){day, day};
}

/* Of the same reports in another order. */
static struct sheet *sheet_anew(const struct world *world)
{
    struct observed observed;
    observed_init(&observed, world->survey);
    for (int i = world->count; i-- > 0;)
        observed_add(&observed, &world->answers[i]);
    observed_close(&observed);
    struct place *place = place_observe(world->rules, 0, &observed, NULL, PLACE_ALL);
    struct sheet *sheet = sheet_create(place, today(world), NULL);
    place_drop(place);
    observed_finish(&observed);
    return sheet;
}

/* With the answers that there are. */
static void begin(struct world *world)
{
    observed_init(&world->observed, world->survey);
    for (int i = 0; i < world->count; i++)
        observed_add(&world->observed, &world->answers[i]);
    observed_close(&world->observed);
    world->sheet = sheet_anew(world);
}

/* The last answers are new. */
static void update(struct world *world, int count)
{
    struct sheet *before = world->sheet;
    const struct published_answer *added = &world->answers[world->count - count];
    for (int i = 0; i < count; i++)
        observed_insert(&world->observed, &added[i]);
    struct place *place = place_update(before->place, &world->observed, 0, added, (size_t)count);
    world->sheet = sheet_create(place, before->days, before);
    place_drop(place);
    sheet_drop(before);
    struct sheet *wanted = sheet_anew(world);
    expect_sheet(world->sheet, wanted);
    sheet_drop(wanted);
}

static void end(struct world *world)
{
    sheet_drop(world->sheet);
    observed_finish(&world->observed);
}

static void live(struct world *world)
{
    for (world->count = 0; world->count < world->manner->reports; world->count++)
        draw_answer(world, false, &world->answers[world->count]);
    begin(world);
    for (int i = 0; i < world->manner->updates; i++) {
        int count = 1 + draw_below(&world->random, world->manner->together);
        for (int j = 0; j < count; j++)
            draw_answer(world, true, &world->answers[world->count++]);
        update(world, count);
    }
    end(world);
}

static void an_update_gives_what_a_computation_anew_gives(void **state)
{
    auto_free struct world *world = memory_zeroed(1, sizeof *world);
    world->survey = *state;
    world->rules = learned_rules(world->survey);
    for (size_t i = 0; i < ARRAY_LENGTH(manners); i++) {
        world->manner = &manners[i];
        print_message("# %s\n", world->manner->name);
        for (int round = 0; round < world->manner->rounds; round++)
            live(world);
    }
    rules_drop(world->rules);
}

/* Visits of so many days to the first question, one from each day first..last on. */
struct telling {
    int first, last, days;
    uint32_t reporter;
    int basis;
    int8_t answer;
};

enum {
    SELF = 0,
    TOLD = 2,
    YEAR = 365
};

/* Where many days' visits of one answer lie between, a report tells nothing of what is far from it
 * but what has been seen by then. */
struct scene {
    const char *name;
    struct telling before[4]; /* those of no days are none */
    struct telling added;
};

static const struct scene scenes[] = {
    {"a year's visit is seen from its first day on, long before it counts",
     {{10, 10, 1, 0, SELF, 0}, {40, 1650, 1, CONSENSUS_NOBODY, SELF, 0}},
     {0, 0, YEAR, 12, SELF, 0}},
    {"half a report against an unclear answer makes it disputed months later",
     {{0, 150, 1, CONSENSUS_NOBODY, SELF, 0},
      {20, 20, 1, 24, TOLD, 1},
      {250, 1650, 1, CONSENSUS_NOBODY, SELF, 1}},
     {60, 60, 1, 36, TOLD, 1}},
    {"a citywide change within a visit's interval is dated from the visit's first day",
     {{0, 870, 1, CONSENSUS_NOBODY, SELF, 0},
      {CHANGE_DAY - 22, CHANGE_DAY - 22, 30, 12, SELF, 0},
      {CHANGE_DAY + 4, 1650, 1, CONSENSUS_NOBODY, SELF, 1}},
     {1500, 1500, 1, 24, SELF, 1}},
};

static void tell(struct world *world, const struct telling *telling)
{
    for (int day = telling->first; telling->days > 0 && day <= telling->last; day++) {
        struct published_answer *answer = &world->answers[world->count++];
        int32_t first = world->survey->earliest_visit + day;
        *answer = (struct published_answer){.visited.first = first,
                                            .visited.last = first + telling->days - 1,
                                            .reporter_number = telling->reporter,
                                            .basis = telling->basis};
        memset(answer->answers, -1, sizeof answer->answers);
        answer->answers[0] = telling->answer;
    }
}

static void what_shows_far_from_a_report_is_found(void **state)
{
    auto_free struct world *world = memory_zeroed(1, sizeof *world);
    world->survey = *state;
    world->rules = forgetful_rules(world->survey);
    for (size_t i = 0; i < ARRAY_LENGTH(scenes); i++) {
        print_message("# %s\n", scenes[i].name);
        world->count = 0;
        for (size_t j = 0; j < ARRAY_LENGTH(scenes[i].before); j++)
            tell(world, &scenes[i].before[j]);
        begin(world);
        tell(world, &scenes[i].added);
        update(world, 1);
        end(world);
    }
    rules_drop(world->rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_gives_what_a_computation_anew_gives),
        cmocka_unit_test(what_shows_far_from_a_report_is_found),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
