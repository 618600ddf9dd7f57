#ifndef ZHANJI_BASE_CSV_H
#define ZHANJI_BASE_CSV_H

#include <stdio.h>

#include "collector/base/error.h"

/*
 * A streaming CSV reader (RFC 4180; LF or CRLF; a UTF-8 byte-order mark is skipped; blank lines
 * are skipped; a NUL is refused). The first row names the columns. Reads from memory or from a stream in blocks, so
 * ten million rows need no more memory than one.
 */
struct csv;

NODISCARD struct csv *csv_create_memory(const char *bytes, size_t length); /* bytes not copied */
NODISCARD struct csv *csv_create_stream(FILE *stream);                     /* not closed */
void csv_destroy(struct csv *csv);
/* From now on spaces and tabs around a field are left out, unless they are within its quotes (RFC
 * 4180 has them belong to it): as many programs and people write tables. */
void csv_trim(struct csv *csv);

static inline bool csv_is_space(int byte)
{
    return byte == ' ' || byte == '\t';
}

/* Reads the header row. */
NODISCARD bool csv_header(struct csv *csv, struct error *error);
/* The index of a named column, or -1. */
int csv_column(const struct csv *csv, const char *name);
size_t csv_columns(const struct csv *csv);
const char *csv_column_name(const struct csv *csv, size_t column);

struct csv_field {
    const char *text; /* NUL-terminated, valid until the next row */
    size_t length;
};

/* The next row: 1 with fields (as many as the header has), 0 at the end, -1 with error
 * ("line 12: 3 fields, the header has 4"). */
int csv_row(struct csv *csv, const struct csv_field **fields_out, struct error *error);
/* The line on which the last row began, from 1; bytes read so far (for progress). */
size_t csv_line(const struct csv *csv);
size_t csv_bytes(const struct csv *csv);

#endif
