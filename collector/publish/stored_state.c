/* Counts and changes of status as they are stored. */
#include <math.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/publish/stored.h"

void count_encode(uint64_t count, struct buffer *buffer)
{
    buffer_integer(buffer, (int64_t)count);
}

static uint64_t count_decode(const struct stored *stored, const struct stored_row *row)
{
    uint64_t count = 0;
    bool is_number = number_unsigned(stored_bytes(stored, row), row->length, UINT32_MAX, &count);
    return is_number ? count : 0;
}

void stored_counts(const struct stored *stored, const struct numbering *numbering,
                   const struct survey *survey, uint32_t *pending_out, uint64_t *withheld_out)
{
    const struct stored_rows *pending = &stored->kinds[STORED_PENDING];
    for (size_t i = 0; i < pending->count; i++) {
        int station = numbering_station(numbering, survey, pending->rows[i].major);
        if (station >= 0)
            pending_out[station] = (uint32_t)count_decode(stored, &pending->rows[i]);
    }
    const struct stored_rows *withheld = &stored->kinds[STORED_WITHHELD];
    *withheld_out = withheld->count == 0 ? 0 : count_decode(stored, &withheld->rows[0]);
}

static const char *status_id(const struct survey *survey, int status)
{
    return status < 0 ? "" : survey->statuses.terms[status].id;
}

void state_encode(const struct survey *survey, const struct status_change *change,
                  struct buffer *buffer)
{
    buffer_format(buffer, "%s %s %s ", status_id(survey, change->from),
                  status_id(survey, change->to), standing_name(change->standing));
    if (!isnan(change->confidence))
        buffer_format(buffer, "%.17g", change->confidence);
}

static bool take_word(const char **text, const char *end, char *word, size_t size)
{
    const char *space = memchr(*text, ' ', (size_t)(end - *text));
    size_t length = space == NULL ? 0 : (size_t)(space - *text);
    if (space == NULL || length >= size)
        return false;
    memcpy(word, *text, length);
    word[length] = '\0';
    *text = space + 1;
    return true;
}

static int find_status(const struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->statuses.count; i++)
        if (strcmp(survey->statuses.terms[i].id, id) == 0)
            return i;
    return -1;
}

static enum standing find_standing(const char *id)
{
    int standing = STANDING_CONFIRMED;
    while (standing < STANDING_UNKNOWN && strcmp(standing_name((enum standing)standing), id) != 0)
        standing++;
    return (enum standing)standing;
}

bool state_decode(const struct survey *survey, const char *text, size_t length,
                  struct status_change *change_out)
{
    const char *end = text + length;
    char from[80];
    char to[80];
    char standing[24];
    if (!take_word(&text, end, from, sizeof from) || !take_word(&text, end, to, sizeof to) ||
        !take_word(&text, end, standing, sizeof standing))
        return false;
    double confidence = nan("");
    if (text < end && !number_real(text, (size_t)(end - text), &confidence))
        return false;
    change_out->from = find_status(survey, from);
    change_out->to = find_status(survey, to);
    change_out->standing = find_standing(standing);
    change_out->confidence = confidence;
    return change_out->to >= 0;
}

static int compare_changes(const void *left, const void *right)
{
    const struct status_change *a = left;
    const struct status_change *b = right;
    if (a->at != b->at)
        return a->at > b->at ? -1 : 1;
    return (a->station > b->station) - (a->station < b->station);
}

struct change_list *stored_changes(struct stored *stored, const struct numbering *numbering,
                                   const struct survey *survey, int *current_out)
{
    const struct stored_rows *rows = &stored->kinds[STORED_STATE];
    struct status_change *changes = memory_zeroed(rows->count + 1, sizeof *changes);
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct status_change change = {.at = rows->rows[i].minor};
        change.station = numbering_station(numbering, survey, rows->rows[i].major);
        if (change.station >= 0 && state_decode(survey, stored_bytes(stored, &rows->rows[i]),
                                                rows->rows[i].length, &change))
            changes[count++] = change;
    }
    qsort(changes, count, sizeof *changes, compare_changes);
    for (int s = 0; current_out != NULL && s < survey->station_count; s++)
        current_out[s] = -1;
    for (size_t i = count; current_out != NULL && i-- > 0;)
        current_out[changes[i].station] = changes[i].to;
    size_t kept = 0;
    /* The first status ever published is where the record begins, not a change. */
    for (size_t i = 0; i < count; i++)
        if (changes[i].from >= 0)
            changes[kept++] = changes[i];
    struct change_list *list = changes_create(changes, kept, NULL);
    free(changes);
    return list;
}
