#ifndef ZHANJI_SURVEY_READER_H
#define ZHANJI_SURVEY_READER_H

#include "collector/survey/survey.h"

enum {
    READER_PATH_MAX = 400,
    READER_FILE_MAX = 16 * 1024 * 1024
};

/*
 * Reads declarations out of JSON and says exactly where one is wrong:
 * "survey.json:41: /questions/3/options/0/id: …". It knows where it is by reader_enter and
 * reader_leave; after a fault it is of no more use.
 */
struct reader {
    const char *name; /* the file, or what begins a fault's text */
    const char *text; /* the JSON as read, NULL where there is none: faults then have no line */
    size_t length;
    char path[READER_PATH_MAX]; /* RFC 6901 pointer */
    size_t path_length;
    struct error *error;
};

/* Reads and parses a file into bytes_out (which the reader then uses) and json_out (owned by the
 * caller). */
NODISCARD bool reader_load(struct reader *reader, const struct source *source, const char *path,
                           struct buffer *bytes_out, json_t **json_out, struct error *error);
/* Sets the error at the present path; returns false. */
bool reader_fault(struct reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same at a member of what is there. */
bool reader_fault_at(struct reader *reader, const char *key, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Goes into a member or an item; the mark is for reader_leave. */
NODISCARD size_t reader_enter(struct reader *reader, const char *key);
NODISCARD size_t reader_enter_item(struct reader *reader, size_t index);
void reader_leave(struct reader *reader, size_t mark);

/* False if the object has a member that is not named in the NULL-terminated list. */
NODISCARD bool reader_members(struct reader *reader, json_t *object, const char *const *names);
/* Values of members, checked; NULL or false with a fault. Strings are not empty. Borrowed. */
NODISCARD json_t *reader_object(struct reader *reader, json_t *object, const char *key);
NODISCARD json_t *reader_array(struct reader *reader, json_t *object, const char *key);
NODISCARD const char *reader_string(struct reader *reader, json_t *object, const char *key);
/* Lower-case letters, digits, - and _, at most 63 of them. */
NODISCARD const char *reader_id(struct reader *reader, json_t *object, const char *key);
bool reader_id_valid(const char *id);
NODISCARD bool reader_real(struct reader *reader, json_t *object, const char *key,
                           double *value_out);
NODISCARD bool reader_text(struct reader *reader, json_t *object, const char *key,
                           struct text *text_out);
/* The same for a value that one has entered already. */
NODISCARD bool reader_text_value(struct reader *reader, json_t *value, bool may_be_empty,
                                 struct text *text_out);

#endif
