#ifndef ZHANJI_BASE_DAY_H
#define ZHANJI_BASE_DAY_H

#include <stdint.h>

#include "collector/base/buffer.h"

/*
 * A day is a count of days since 1970-01-01 in the survey's own offset (proleptic Gregorian
 * calendar); an instant is Unix seconds (UTC).
 */
#define DAY_NONE    INT32_MIN
#define DAY_SECONDS 86400

struct date {
    int year;  /* 0000–9999 */
    int month; /* 1–12 */
    int day;   /* 1–31 */
};

/* The time of a visit as an interval of days in the survey's offset, both ends included. */
struct visit {
    int32_t first; /* its first day */
    int32_t last;  /* its last day; equal to first for an exact time or a day */
    int64_t begin; /* first instant it may mean */
    int64_t end;   /* instant after the last one it may mean */
};

int32_t day_from_date(struct date date);
struct date day_to_date(int32_t day);
int32_t day_of_instant(int64_t instant, int32_t offset_seconds);
/* First instant of the day. */
int64_t day_begin(int32_t day, int32_t offset_seconds);

/* YYYY-MM-DDThh:mm[:ss[.f…]](Z or ±hh:mm) (RFC 3339, upper-case T and Z, no second 60),
 * YYYY-MM-DD, YYYY-MM or YYYY; real calendar dates only. False: nothing written. */
NODISCARD bool visit_parse(const char *text, size_t length, int32_t offset_seconds,
                           struct visit *visit_out);
/* YYYY-MM-DD only. */
NODISCARD bool day_parse(const char *text, size_t length, int32_t *day_out);
/* ±hh:mm to seconds east of UTC. */
NODISCARD bool offset_parse(const char *text, size_t length, int32_t *seconds_out);

/* A number below 10^count as `count` digits. */
void buffer_digits(struct buffer *buffer, int value, size_t count);
/* "2026-11-22" */
void buffer_day(struct buffer *buffer, int32_t day);
/* "2026-11-22T08:00:00Z" */
void buffer_instant(struct buffer *buffer, int64_t instant);

/* Where time comes from: tests pass their own. */
struct clock {
    int64_t (*now)(void *context); /* Unix seconds */
    void *context;
};

int64_t clock_now(const struct clock *clock);
/* The machine's real time. */
struct clock clock_real(void);

#endif
