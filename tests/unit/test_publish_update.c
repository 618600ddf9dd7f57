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

/* A city that changed on a few days, and reporters of whom something was learned. */
static struct model *learned_model(const struct survey *survey)
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
            hazard->target[b * options + 1] = 1;
        }
    }
    return model;
}

static struct rules *learned_rules(const struct survey *survey)
{
    json_t *notices = json_array();
    for (int i = 0; i < survey->notice_count; i++)
        (void)json_array_append(notices, survey->notices[i].json);
    struct rules *rules =
        rules_create(survey, learned_model(survey), notices, survey->earliest_visit + DAYS + 400);
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

static void begin(struct world *world)
{
    observed_init(&world->observed, world->survey);
    for (world->count = 0; world->count < world->manner->reports; world->count++) {
        draw_answer(world, false, &world->answers[world->count]);
        observed_add(&world->observed, &world->answers[world->count]);
    }
    observed_close(&world->observed);
    world->sheet = sheet_anew(world);
}

static void update(struct world *world)
{
    struct sheet *before = world->sheet;
    const struct published_answer *added = &world->answers[world->count];
    size_t count = 1 + (size_t)draw_below(&world->random, world->manner->together);
    for (size_t i = 0; i < count; i++) {
        struct published_answer *answer = &world->answers[world->count++];
        draw_answer(world, true, answer);
        observed_insert(&world->observed, answer);
    }
    struct place *place = place_update(before->place, &world->observed, 0, added, count);
    world->sheet = sheet_create(place, before->days, before);
    place_drop(place);
    sheet_drop(before);
}

static void live(struct world *world)
{
    begin(world);
    for (int i = 0; i < world->manner->updates; i++) {
        update(world);
        struct sheet *wanted = sheet_anew(world);
        expect_sheet(world->sheet, wanted);
        sheet_drop(wanted);
    }
    sheet_drop(world->sheet);
    observed_finish(&world->observed);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_gives_what_a_computation_anew_gives),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
