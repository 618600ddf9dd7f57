#ifndef ZHANJI_PAGES_CITY_H
#define ZHANJI_PAGES_CITY_H

#include "collector/pages/needs.h"
#include "collector/pages/page.h"

/* What the city page keeps of each station's state. */
struct city_row {
    int status;
    enum standing standing;
    bool visited;
    double confidence;
    int32_t last_visit;
    uint32_t reports;
    enum need need;
    double bits; /* that a visit would teach */
};

enum city_sort {
    CITY_BY_NAME,
    CITY_BY_STATUS,
    CITY_BY_VISIT, /* the latest first */
    CITY_BY_NEED   /* where a visit teaches most first */
};

struct city {
    struct page *page;
    struct station_filter filter;
    enum city_sort sort;
    struct city_row *rows; /* by station index */
    int *order;            /* stations that pass the filter, in order */
    int count;
};

/* The filter and its form; false marks a filter that names no line, status or standing. */
void city_read_filter(struct city *city);
bool city_is_filtered(const struct city *city);
void city_filter_form(const struct city *city);
enum city_sort city_read_sort(const struct page *page);
void city_sort_field(const struct city *city);
/* Puts the stations that pass in the order that was asked for. */
void city_sort(struct city *city);
/* The stations where a visit is worth most. */
void city_needs(const struct city *city);
/* The stations that pass, in groups of initials, or in the line's order. */
void city_list(struct city *city);
/* The city by month: what visits tell above, what is inferred below, and both in a table. */
void city_chart(const struct city *city);
/* The table alone; `raw` adds how many answers of reports said each status. */
void city_months(struct page *page, bool raw);
/* The newest changes of published status; at most `limit`, under headings of the given
 * level. Returns how many there are. */
size_t changes_list(struct page *page, size_t limit, int level);

#endif
