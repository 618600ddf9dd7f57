#ifndef ZHANJI_MODERATION_BULK_H
#define ZHANJI_MODERATION_BULK_H

#include <jansson.h>

#include "collector/log/entry.h"
#include "collector/store/record.h"

/* One decision on many reports: the entry has their number and the root over their ids, and the
 * request has the ids beside it. */

/* Finds the list that fits the entry in {"ROOT": [id | {"id","version"}, …]}: in id order, each
 * once, and the RFC 6962 root over them (36 characters each) is the entry's. The caller owns
 * *reports_out. Only reads the JSON, so any thread may. */
NODISCARD bool bulk_take(const json_t *lists, const struct entry *entry,
                         struct covered_report **reports_out, struct error *error);
/* ,"entry":number,"reports":N,"conflicts":[{"id","error"}…]: the first hundred that were in the way.
 * entry_end is the entry's number + 1; 0: none was appended. Appends. */
void bulk_print(const struct covered_report *reports, size_t count, uint64_t entry_end,
                struct buffer *buffer);

#endif
