#ifndef ZHANJI_PAGES_DATA_H
#define ZHANJI_PAGES_DATA_H

#include "collector/pages/tally.h"

/* The raw counts of answers, a table for each question; nothing without app->tally. */
void data_answers(struct page *page);

#endif
