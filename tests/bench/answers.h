#ifndef ZHANJI_BENCH_ANSWERS_H
#define ZHANJI_BENCH_ANSWERS_H

#include <stdio.h>

/* The name of one of so many answers: a letter, or where there are more of them a number. */
static inline void write_answer(FILE *file, int answers, int answer)
{
    if (answers <= 'z' - 'a' + 1)
        putc('a' + answer, file);
    else
        fprintf(file, "a%04d", answer);
}

#endif
