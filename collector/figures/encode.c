/*
 * Pieces of knots (packed.h has their form) and of arrivals as bytes.
 *   arrivals: 2, rows of (first day since the row before, days more than one, reports, fresh
 *     reporters), integers in LEB128, the first zigzag
 */
#include <math.h>
#include <string.h>

#include "collector/figures/encode.h"

enum {
    FORM_KNOTS_WIDE = 1, /* of before: real numbers in 8 bytes */
    FORM_ARRIVALS = 2,
    FORM_KNOTS = 3
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored numbers are little-endian");

enum {
    INTEGER_BYTES_MAX = 10
};

/* Writes where there is room, and returns the place after it. */
static uint8_t *put_unsigned(uint8_t *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

static uint8_t *put_signed(uint8_t *to, int64_t value)
{
    return put_unsigned(to, value < 0 ? ((uint64_t) - (value + 1) << 1) | 1 : (uint64_t)value << 1);
}

static uint8_t *put_sparse(uint8_t *to, const double *values, int count)
{
    uint8_t reals[SURVEY_OPTIONS_MAX * sizeof(float)];
    uint64_t mask = 0;
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        float value = (float)values[i];
        if (!(value < 0 || value > 0))
            continue;
        mask |= (uint64_t)1 << i;
        memcpy(reals + length, &value, sizeof value);
        length += sizeof value;
    }
    to = put_unsigned(to, mask);
    memcpy(to, reals, length);
    return to + length;
}

struct reader {
    const uint8_t *at, *end;
    bool is_wide;
    bool broken;
};

static uint64_t take_long(struct reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (reader->at == reader->end)
            break;
        uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    reader->broken = true;
    return 0;
}

/* Nearly all are of one byte. */
static inline uint64_t take_unsigned(struct reader *reader)
{
    if (reader->at < reader->end && *reader->at < 0x80)
        return *reader->at++;
    return take_long(reader);
}

static int64_t take_signed(struct reader *reader)
{
    uint64_t value = take_unsigned(reader);
    int64_t half = (int64_t)(value >> 1);
    return (value & 1) != 0 ? -half - 1 : half;
}

static void take_reals(struct reader *reader, uint64_t mask, size_t size, double *values)
{
    for (int i = 0; mask != 0; i++, mask >>= 1) {
        float narrow = 0;
        values[i] = 0;
        if ((mask & 1) == 0)
            continue;
        if ((size_t)(reader->end - reader->at) < size) {
            reader->broken = true;
            return;
        }
        if (size == sizeof narrow) {
            memcpy(&narrow, reader->at, sizeof narrow);
            values[i] = (double)narrow;
        } else {
            memcpy(&values[i], reader->at, sizeof *values);
        }
        reader->at += size;
    }
}

static void take_sparse(struct reader *reader, double *values, int options)
{
    uint64_t mask = take_unsigned(reader);
    for (int i = 0; i < options; i++)
        values[i] = 0;
    reader->broken = reader->broken || mask >> options != 0;
    if (!reader->broken)
        take_reals(reader, mask, reader->is_wide ? sizeof(double) : sizeof(float), values);
}

/* Where begin and end are whole days, as they are told, nothing is rounded. */
void knots_encode(const struct knots *knots, size_t first, size_t count, struct buffer *buffer)
{
    size_t options = (size_t)knots->options;
    size_t most = 6 * INTEGER_BYTES_MAX + 2 * options * sizeof(float);
    uint8_t *begun = (uint8_t *)buffer_reserve(buffer, 1 + INTEGER_BYTES_MAX + count * most);
    uint8_t *to = begun;
    int64_t before = 0;
    *to++ = FORM_KNOTS;
    to = put_unsigned(to, options);
    for (size_t i = first; i < first + count; i++) {
        const struct knot *knot = &knots->at[i];
        int64_t begin = llround(knot->begin);
        to = put_signed(to, begin - before);
        to = put_unsigned(to, (uint64_t)(llround(knot->end) - begin - 1));
        to = put_unsigned(to, knot->reports);
        to = put_unsigned(to, knot->fresh_reporters);
        to = put_sparse(to, knots->log_likelihood + i * options, knots->options);
        to = put_sparse(to, knots->weight + i * options, knots->options);
        before = begin;
    }
    buffer->length += (size_t)(to - begun);
    *to = '\0';
}

/* To what they read as once they are written. */
void knots_round(struct knots *knots)
{
    size_t cells = knots->count * (size_t)knots->options;
    for (size_t i = 0; i < cells; i++) {
        knots->log_likelihood[i] = (double)(float)knots->log_likelihood[i];
        knots->weight[i] = (double)(float)knots->weight[i];
    }
}

void knots_reserve(struct knots *knots, size_t count)
{
    size_t most = knots->count + count;
    size_t cells = most * (size_t)knots->options + 1;
    knots->at = memory_resize_take(knots->at, most + 1, sizeof *knots->at);
    knots->log_likelihood = memory_resize_take(knots->log_likelihood, cells, sizeof(double));
    knots->weight = memory_resize_take(knots->weight, cells, sizeof(double));
}

/* What an option that is newer than the piece would have got: no more than the least. */
static void pad(double *log_likelihood, int from, int options)
{
    double least = 0;
    for (int i = 0; i < from; i++)
        least = fmin(least, log_likelihood[i]);
    for (int i = from; i < options; i++)
        log_likelihood[i] = least;
}

static bool take_knot(struct reader *reader, int options, int64_t *day, struct knots *knots)
{
    size_t cell = knots->count * (size_t)knots->options;
    double *log_likelihood = knots->log_likelihood + cell;
    double *weight = knots->weight + cell;
    *day += take_signed(reader);
    double begin = (double)*day;
    double end = begin + 1 + (double)take_unsigned(reader);
    struct knot knot = {.time = (begin + end) / 2, .begin = begin, .end = end};
    knot.reports = (uint32_t)take_unsigned(reader);
    knot.fresh_reporters = (uint32_t)take_unsigned(reader);
    take_sparse(reader, log_likelihood, options);
    take_sparse(reader, weight, options);
    pad(log_likelihood, options, knots->options);
    for (int k = options; k < knots->options; k++)
        weight[k] = 0;
    knots->at[knots->count++] = knot;
    return !reader->broken;
}

enum {
    KNOT_BYTES_MIN = 6 /* six integers */
};

bool knots_decode(const void *bytes, size_t length, struct knots *knots)
{
    knots_reserve(knots, length / KNOT_BYTES_MIN + 1);
    return knots_decode_reserved(bytes, length, knots);
}

bool knots_decode_reserved(const void *bytes, size_t length, struct knots *knots)
{
    const uint8_t *begin = bytes;
    struct reader reader = {.at = begin, .end = begin + length};
    if (length < 2 || (*begin != FORM_KNOTS && *begin != FORM_KNOTS_WIDE))
        return false;
    reader.is_wide = *reader.at++ == FORM_KNOTS_WIDE;
    uint64_t options = take_unsigned(&reader);
    if (reader.broken || options > (uint64_t)knots->options)
        return false;
    int64_t day = 0;
    while (reader.at < reader.end)
        if (!take_knot(&reader, (int)options, &day, knots))
            return false;
    return true;
}

void arrivals_encode(const struct arrivals *arrivals, size_t first, size_t count,
                     struct buffer *buffer)
{
    uint8_t *begun = (uint8_t *)buffer_reserve(buffer, 1 + count * 4 * INTEGER_BYTES_MAX);
    uint8_t *to = begun;
    int64_t before = 0;
    *to++ = FORM_ARRIVALS;
    for (size_t i = first; i < first + count; i++) {
        const struct arrival *arrival = &arrivals->at[i];
        to = put_signed(to, arrival->first - before);
        to = put_unsigned(to, (uint64_t)((int64_t)arrival->last - arrival->first));
        to = put_unsigned(to, arrival->reports);
        to = put_unsigned(to, arrival->fresh_reporters);
        before = arrival->first;
    }
    buffer->length += (size_t)(to - begun);
    *to = '\0';
}

bool arrivals_decode(const void *bytes, size_t length, struct arrivals *arrivals)
{
    const uint8_t *begin = bytes;
    struct reader reader = {.at = begin, .end = begin + length};
    if (length < 1 || *reader.at++ != FORM_ARRIVALS)
        return false;
    int64_t day = 0;
    while (reader.at < reader.end) {
        struct arrival arrival = {0};
        day += take_signed(&reader);
        arrival.first = (int32_t)day;
        arrival.last = (int32_t)(day + (int64_t)take_unsigned(&reader));
        arrival.reports = (uint32_t)take_unsigned(&reader);
        arrival.fresh_reporters = (uint32_t)take_unsigned(&reader);
        if (reader.broken)
            return false;
        arrivals->at = memory_resize_take(arrivals->at, arrivals->count + 1, sizeof *arrivals->at);
        arrivals->at[arrivals->count++] = arrival;
    }
    return true;
}
