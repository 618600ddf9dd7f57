/* The answers of a report in a few bytes. */
#include <string.h>

#include "collector/figures/observe.h"

enum {
    BYTE_BITS = 8
};

void packing_init(struct packing *packing, const struct survey *survey)
{
    unsigned bits = 0;
    *packing = (struct packing){.questions = survey->question_count};
    for (int q = 0; q < survey->question_count; q++) {
        uint8_t width = 1;
        while (survey->questions[q].option_count >> width != 0)
            width++;
        packing->first[q] = (uint16_t)bits;
        packing->width[q] = width;
        bits += width;
    }
    packing->size = (bits + BYTE_BITS - 1) / BYTE_BITS;
}

/* Bits lie across at most two bytes: no width is over 8. */
void packing_put(const struct packing *packing, const int8_t *answers, uint8_t *bytes)
{
    memset(bytes, 0, packing->size);
    for (int q = 0; q < packing->questions; q++) {
        unsigned bit = packing->first[q];
        unsigned value = (unsigned)(answers[q] + 1) << bit % BYTE_BITS;
        bytes[bit / BYTE_BITS] |= (uint8_t)value;
        if (value >> BYTE_BITS != 0)
            bytes[bit / BYTE_BITS + 1] |= (uint8_t)(value >> BYTE_BITS);
    }
}

int observed_answer(const struct observed *observed, size_t report, int question)
{
    const struct packing *packing = &observed->packing;
    const uint8_t *bytes = observed->answers + report * packing->size;
    unsigned bit = packing->first[question];
    unsigned width = packing->width[question];
    unsigned value = bytes[bit / BYTE_BITS];
    if (bit % BYTE_BITS + width > BYTE_BITS)
        value |= (unsigned)bytes[bit / BYTE_BITS + 1] << BYTE_BITS;
    return (int)(value >> bit % BYTE_BITS & ((1U << width) - 1)) - 1;
}
