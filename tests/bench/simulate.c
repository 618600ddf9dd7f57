/*
 * A city that changes, and people who report on it: data with a known truth for the aggregator.
 *
 *   simulate SCENARIO SEED FOLDER [ITEMS DAYS REPORTS [ANSWERS]]
 *
 * writes FOLDER/reports.csv (item,reporter,answer,time), now.csv (item,answer: the truth at the
 * end), ever.csv (item,answer,time: the truth on days drawn at random), changes.csv
 * (item,day,from,to: every change of truth), and for who may know it (oracle.c) reporters.csv
 * (reporter,accuracy; empty for those who lie together) and hazard.csv (day,rate,a,b,c: restarts
 * and where they lead; the first row, without day and rate, is the beginning). Reporters' activity
 * is heavy-tailed, their honesty varies, some lie together in bursts; one citywide change, and
 * lone ones. There are three answers, or as many as are asked for.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/day.h"
#include "collector/base/number.h"
#include "tests/bench/answers.h"
#include "tests/draw.h"

enum {
    USUAL_ANSWERS = 3,
    ANSWERS_MAX = 1000,
    CHANGES_MAX = 32,
    SAMPLES = 4,
    FIRST_DAY = 19000
};

struct scenario {
    const char *name;
    double reports;     /* share of the usual number */
    double attack;      /* share of reports that are lies told together */
    double attack_days; /* over how many days a burst goes */
    double city_share;  /* share of items that the citywide change reaches */
    int city_before;    /* it comes at most this many days before the end */
    int city_within;    /* and within this many days */
};

/*
 * The first six are such that votes, decayed votes, the latest report and static Dawid–Skene come
 * out near what consensus.md tells of its own simulator. "late" is a city that changed when few
 * visits were still to come, "calm" has lone changes and honest errors alone.
 */
static const struct scenario scenarios[] = {
    {"base", 1, 0.15, 5, 0.6, 290, 130},        {"sparse", 0.4, 0.15, 5, 0.6, 290, 130},
    {"heavy-attack", 1, 0.3, 5, 0.6, 290, 130}, {"slow-attack", 1, 0.15, 90, 0.6, 290, 130},
    {"no-attack", 1, 0, 5, 0.6, 290, 130},      {"no-city-change", 1, 0.15, 5, 0, 290, 130},
    {"late", 1, 0.15, 5, 0.6, 90, 50},          {"calm", 1, 0, 5, 0, 290, 130},
};

static const double lone_changes_a_year = 0.11;
static const double first_answers[USUAL_ANSWERS] = {0.55, 0.3, 0.15};
static const double city_answers[USUAL_ANSWERS] = {0, 0.9, 0.1};

enum {
    CITY_DAYS = 3 /* that the citywide change takes to reach all it reaches */
};

static const double burst_size = 12;

struct truth {
    size_t count;
    int day[CHANGES_MAX];
    int answer[CHANGES_MAX]; /* from that day on */
};

struct city {
    const struct scenario *scenario;
    uint64_t random;
    size_t items, reporters, reports;
    int days, answers;
    int change; /* the day of the citywide change */
    struct truth *truth;
    double *honesty;  /* of each reporter */
    double *activity; /* cumulative over reporters */
    double *traffic;  /* cumulative over items */
};

/* An index drawn by cumulative weights. */
static size_t draw(struct city *city, const double *cumulative, size_t count)
{
    double wanted = draw_uniform(&city->random) * cumulative[count - 1];
    size_t low = 0;
    size_t high = count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (cumulative[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int other_answer(struct city *city, int answer)
{
    return (answer + 1 + draw_below(&city->random, city->answers - 1)) % city->answers;
}

static int truth_on(const struct truth *truth, int day)
{
    int answer = truth->answer[0];
    for (size_t i = 1; i < truth->count && truth->day[i] <= day; i++)
        answer = truth->answer[i];
    return answer;
}

static void change_truth(struct truth *truth, int day, int answer)
{
    if (truth->count < CHANGES_MAX && truth->answer[truth->count - 1] != answer) {
        truth->day[truth->count] = day;
        truth->answer[truth->count++] = answer;
    }
}

/* Of more answers than usual none is more frequent at first. */
static int first_answer(const struct city *city, double drawn)
{
    if (city->answers != USUAL_ANSWERS)
        return (int)(drawn * city->answers);
    return drawn < first_answers[0] ? 0 : drawn < first_answers[0] + first_answers[1] ? 1 : 2;
}

/* Lone changes as they come, and the citywide one, most often to option 1. */
static void make_truth(struct city *city, struct truth *truth)
{
    truth->answer[0] = first_answer(city, draw_uniform(&city->random));
    truth->day[0] = 0;
    truth->count = 1;
    bool reached = draw_uniform(&city->random) < city->scenario->city_share;
    int switch_day = reached ? city->change + draw_below(&city->random, CITY_DAYS) : city->days;
    double step = 365 / lone_changes_a_year;
    for (double day = -log(1 - draw_uniform(&city->random)) * step; day < city->days;
         day += -log(1 - draw_uniform(&city->random)) * step) {
        if (switch_day < (int)day) {
            change_truth(truth, switch_day, draw_uniform(&city->random) < city_answers[1] ? 1 : 2);
            switch_day = city->days;
        }
        change_truth(truth, (int)day, other_answer(city, truth->answer[truth->count - 1]));
    }
    if (switch_day < city->days)
        change_truth(truth, switch_day, draw_uniform(&city->random) < city_answers[1] ? 1 : 2);
}

static void make_city(struct city *city)
{
    const struct scenario *scenario = city->scenario;
    city->change =
        city->days - scenario->city_before + draw_below(&city->random, scenario->city_within);
    double sum = 0;
    for (size_t i = 0; i < city->items; i++) {
        make_truth(city, &city->truth[i]);
        sum += 0.25 - log(1 - draw_uniform(&city->random));
        city->traffic[i] = sum;
    }
    sum = 0;
    for (size_t r = 0; r < city->reporters; r++) {
        double kind = draw_uniform(&city->random);
        double spread = draw_uniform(&city->random);
        city->honesty[r] = kind < 0.7    ? 0.7 + 0.2 * spread
                           : kind < 0.95 ? 0.36 + 0.3 * spread
                                         : 0.1 + 0.3 * spread;
        sum += pow(1 - draw_uniform(&city->random), -0.8);
        city->activity[r] = sum;
    }
}

static void write_day(FILE *file, int day)
{
    struct date date = day_to_date(FIRST_DAY + day);
    fprintf(file, "%04d-%02d-%02d\n", date.year, date.month, date.day);
}

static void write_report(const struct city *city, FILE *file, size_t item, const char *kind,
                         size_t reporter, int answer, int day)
{
    fprintf(file, "i%06zu,%s%06zu,", item, kind, reporter);
    write_answer(file, city->answers, answer);
    putc(',', file);
    write_day(file, day);
}

static void write_honest(struct city *city, FILE *file)
{
    size_t item = draw(city, city->traffic, city->items);
    size_t reporter = draw(city, city->activity, city->reporters);
    int day = draw_below(&city->random, city->days);
    int answer = truth_on(&city->truth[item], day);
    if (draw_uniform(&city->random) >= city->honesty[reporter])
        answer = other_answer(city, answer);
    write_report(city, file, item, "r", reporter, answer, day);
}

/* One lie about one item, told by several in a short time. */
static size_t write_burst(struct city *city, FILE *file)
{
    size_t item = draw(city, city->traffic, city->items);
    int begin = draw_below(&city->random, city->days);
    int lie = other_answer(city, truth_on(&city->truth[item], begin));
    size_t size = (size_t)(burst_size * (0.5 + draw_uniform(&city->random)));
    size_t liars = city->reporters / 10 + 1;
    for (size_t i = 0; i < size; i++) {
        int day = begin + (int)(draw_uniform(&city->random) * city->scenario->attack_days);
        day = day < city->days ? day : city->days - 1;
        write_report(city, file, item, "x", (size_t)draw_below(&city->random, (int)liars), lie,
                     day);
    }
    return size;
}

static void write_reports(struct city *city, FILE *file)
{
    size_t lies = (size_t)((double)city->reports * city->scenario->attack);
    fputs("item,reporter,answer,time\n", file);
    for (size_t i = lies; i < city->reports; i++)
        write_honest(city, file);
    for (size_t i = 0; i < lies;)
        i += write_burst(city, file);
}

static void write_truth(struct city *city, FILE *now, FILE *ever, FILE *changes)
{
    fputs("item,answer\n", now);
    fputs("item,answer,time\n", ever);
    fputs("item,day,from,to\n", changes);
    for (size_t i = 0; i < city->items; i++) {
        const struct truth *truth = &city->truth[i];
        fprintf(now, "i%06zu,", i);
        write_answer(now, city->answers, truth_on(truth, city->days - 1));
        putc('\n', now);
        for (int s = 0; s < SAMPLES; s++) {
            int day = city->days / 10 + draw_below(&city->random, city->days - city->days / 10);
            fprintf(ever, "i%06zu,", i);
            write_answer(ever, city->answers, truth_on(truth, day));
            putc(',', ever);
            write_day(ever, day);
        }
        for (size_t c = 1; c < truth->count; c++) {
            fprintf(changes, "i%06zu,%d,", i, FIRST_DAY + truth->day[c]);
            write_answer(changes, city->answers, truth->answer[c - 1]);
            putc(',', changes);
            write_answer(changes, city->answers, truth->answer[c]);
            putc('\n', changes);
        }
    }
}

static void write_reporters(const struct city *city, FILE *file)
{
    fputs("reporter,accuracy\n", file);
    for (size_t r = 0; r < city->reporters; r++)
        fprintf(file, "r%06zu,%.6f\n", r, city->honesty[r]);
    for (size_t r = 0; r <= city->reporters / 10; r++)
        fprintf(file, "x%06zu,\n", r);
}

/* Of the truth as a chain that restarts (consensus.md §2): a lone change leads to another answer,
 * a restart to any, so that there are more of them; a day of the citywide change reaches its part
 * of those that it has not reached yet. */
static void write_hazard(const struct city *city, FILE *file)
{
    int answers = city->answers;
    double lone = lone_changes_a_year / 365 * answers / (answers - 1);
    double part = city->scenario->city_share / CITY_DAYS;
    fputs("day,rate", file);
    for (int l = 0; l < answers; l++) {
        putc(',', file);
        write_answer(file, answers, l);
    }
    fputs("\n,", file);
    for (int l = 0; l < answers; l++)
        fprintf(file, ",%.6f", answers == USUAL_ANSWERS ? first_answers[l] : 1.0 / answers);
    fputc('\n', file);
    for (int day = 0; day < city->days; day++) {
        int since = day - city->change;
        bool changing = since >= 0 && since < CITY_DAYS;
        double together = changing ? -log1p(-part / (1 - part * since)) : 0;
        double rate = lone + together;
        fprintf(file, "%d,%.9f", FIRST_DAY + day, rate);
        for (int l = 0; l < answers; l++) {
            double city_share = l < USUAL_ANSWERS ? city_answers[l] : 0;
            fprintf(file, ",%.6f", (lone / answers + together * city_share) / rate);
        }
        fputc('\n', file);
    }
}

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return file;
}

static uint64_t read_number(const char *text, uint64_t most)
{
    uint64_t value;
    if (!number_unsigned(text, strlen(text), most, &value)) {
        fprintf(stderr, "simulate: %s: no number\n", text);
        exit(2);
    }
    return value;
}

static const struct scenario *find_scenario(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(scenarios); i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    fprintf(stderr, "simulate: %s: no such scenario\n", name);
    exit(2);
}

/* An argument, or what is usual without it. */
static uint64_t read_argument(int argc, char **argv, int place, uint64_t most, uint64_t usual)
{
    return place < argc ? read_number(argv[place], most) : usual;
}

int main(int argc, char **argv)
{
    const uint64_t most = 1000000000;
    if (argc != 4 && argc != 7 && argc != 8) {
        fputs("Usage: simulate SCENARIO SEED FOLDER [ITEMS DAYS REPORTS [ANSWERS]]\n", stderr);
        return 2;
    }
    struct city city = {
        .scenario = find_scenario(argv[1]),
        .random = read_number(argv[2], most) * 1000003,
        .items = read_argument(argc, argv, 4, most, 1600),
        .days = (int)read_argument(argc, argv, 5, most, 730),
        .answers = (int)read_argument(argc, argv, 7, ANSWERS_MAX, USUAL_ANSWERS),
    };
    if (city.answers < USUAL_ANSWERS) {
        fputs("simulate: three answers at least\n", stderr);
        return 2;
    }
    double reports = (double)read_argument(argc, argv, 6, most, 39000);
    city.reports = (size_t)(reports * city.scenario->reports);
    city.reporters = (size_t)reports / 20;
    city.truth = memory_zeroed(city.items, sizeof(*city.truth));
    city.honesty = memory_zeroed(city.reporters, sizeof(double));
    city.activity = memory_zeroed(city.reporters, sizeof(double));
    city.traffic = memory_zeroed(city.items, sizeof(double));
    make_city(&city);
    const char *const names[] = {"reports.csv", "now.csv",       "ever.csv",
                                 "changes.csv", "reporters.csv", "hazard.csv"};
    FILE *files[ARRAY_LENGTH(names)];
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        files[i] = create(argv[3], names[i]);
    write_reports(&city, files[0]);
    write_truth(&city, files[1], files[2], files[3]);
    write_reporters(&city, files[4]);
    write_hazard(&city, files[5]);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        fclose(files[i]);
    free(city.truth);
    free(city.honesty);
    free(city.activity);
    free(city.traffic);
    return 0;
}
