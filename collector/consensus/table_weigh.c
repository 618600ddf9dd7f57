/* The weights of a table of reports. */
#include <math.h>

#include "collector/consensus/bursts.h"
#include "collector/consensus/table.h"
#include "collector/consensus/weigh.h"

enum {
    LARGE = 1000 /* reports */
};

static const double large_windows = 8; /* of ±14 days */

bool report_table_is_large(const struct report_table *table)
{
    return table->count >= LARGE && table->span >= large_windows * 2 * WEIGH_BURST_DAYS;
}

/* An item's weights without saturation into `alone`, with it into the table. */
static void weigh_item(struct report_table *table, size_t item, struct observation *rows,
                       struct bursts *bursts, float *alone, uint8_t *step)
{
    size_t first = table->first[item];
    size_t count = report_table_item(table, item, rows);
    auto_free double *mass = memory_zeroed(count, sizeof(*mass));
    weigh_repeats(rows, count);
    weigh_masses(rows, count, mass);
    bursts_add(bursts, rows, count, table->span, mass, step + first);
    for (size_t i = 0; i < count; i++)
        alone[first + i] = (float)rows[i].weight;
    weigh_saturate(rows, count, weigh_allowance(weigh_total(rows, count), table->span), mass);
    for (size_t i = 0; i < count; i++)
        table->weight[first + i] = (float)rows[i].weight;
}

static void weigh_by_bursts(struct report_table *table, struct observation *rows)
{
    struct bursts bursts = {0};
    auto_free float *alone = memory_zeroed(table->count, sizeof(*alone));
    auto_free uint8_t *step = memory_zeroed(table->count, sizeof(*step));
    for (size_t item = 0; item < table->items; item++)
        weigh_item(table, item, rows, &bursts, alone, step);
    bursts_judge(&bursts);
    const double whole = UINT8_MAX;
    table->caution = memory_alloc(table->count);
    for (size_t i = 0; i < table->count; i++) {
        double saturated = (double)table->weight[i];
        double rest = (double)alone[i] - saturated;
        double weight = saturated + (1 - bursts.chance[step[i]]) * rest;
        table->weight[i] = (float)weight;
        table->caution[i] = (uint8_t)nearbyint(weight > 0 ? whole * saturated / weight : whole);
    }
}

void report_table_weigh(struct report_table *table, bool saturate)
{
    auto_free struct observation *rows =
        memory_zeroed(report_table_largest(table), sizeof(struct observation));
    if (saturate && report_table_is_large(table)) {
        weigh_by_bursts(table, rows);
        return;
    }
    for (size_t item = 0; item < table->items; item++) {
        size_t count = report_table_item(table, item, rows);
        consensus_weigh(rows, count, table->span, saturate);
        for (size_t i = 0; i < count; i++)
            table->weight[table->first[item] + i] = (float)rows[i].weight;
    }
}
