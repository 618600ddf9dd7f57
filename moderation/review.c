#include "moderation/review.h"

#include <string.h>

#include "collector/base/utf8.h"

/* Of the reasons alone these are known by name: every other is the survey's. */
static const char reason_ok[] = "ok";
static const char reason_other[] = "other";

/* The characters that design §5 refuses in any text: controls, and those that turn the direction
 * of writing. */
static const struct {
    uint32_t first, last;
} refused_characters[] = {
    {0x00, 0x09}, {0x0B, 0x1F}, {0x7F, 0x9F}, {0x202A, 0x202E}, {0x2066, 0x2069},
};

static bool is_refused(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(refused_characters); i++)
        if (code >= refused_characters[i].first && code <= refused_characters[i].last)
            return true;
    return false;
}

static bool check_note(const char *note, struct error *error)
{
    size_t length = strlen(note);
    size_t position = 0;

    if (utf8_length(note, length) > REVIEW_NOTE_MAX)
        return error_set(error, ERROR_INVALID, "a note to a decision has at most %d characters",
                         REVIEW_NOTE_MAX);
    while (position < length)
        if (is_refused(utf8_next(note, length, &position)))
            return error_set(error, ERROR_INVALID,
                             "the note holds a control or direction character");
    return true;
}

static void list_reasons(const struct survey *survey, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (int i = 0; i < survey->reasons.count; i++) {
        const char *id = survey->reasons.terms[i].id;
        if (strcmp(id, reason_ok) == 0 || length + strlen(id) + 2 > size)
            continue;
        memcpy(text + length, " ", 1);
        memcpy(text + length + 1, id, strlen(id) + 1);
        length += strlen(id) + 1;
    }
}

static bool check_reason(const struct survey *survey, const struct entry *entry,
                         struct error *error)
{
    bool is_ok = strcmp(entry->reason, reason_ok) == 0;
    char known[160];

    if (entry->act == ACT_REVERT)
        return entry->reason[0] == '\0' || term_find(&survey->reasons, entry->reason) != NULL ||
               error_set(error, ERROR_INVALID, "a revert needs no reason; this one is unknown");
    if (entry->act == ACT_APPROVE)
        return is_ok || error_set(error, ERROR_INVALID, "the reason of an approval is ok");
    list_reasons(survey, known, sizeof known);
    if (is_ok || term_find(&survey->reasons, entry->reason) == NULL)
        return error_set(error, ERROR_INVALID, "the reason must be one of%s", known);
    if (strcmp(entry->reason, reason_other) == 0 && entry->note[0] == '\0')
        return error_set(error, ERROR_INVALID, "the reason other needs a note");
    return true;
}

static bool check_date(int64_t at, int64_t now, struct error *error)
{
    return at <= now + REVIEW_EARLY_SECONDS ||
           error_set(error, ERROR_INVALID,
                     "the decision is dated in the future: set the clock and decide again");
}

bool review_check(const struct survey *survey, const struct entry *entry, int64_t now,
                  struct error *error)
{
    if (!entry_act_is_decision(entry->act))
        return error_set(error, ERROR_INVALID, "%s is not a moderator's decision",
                         entry_act_name(entry->act));
    if (strcmp(entry->survey, survey->id) != 0)
        return error_set(error, ERROR_INVALID, "the decision is of another survey, not of %s",
                         survey->id);
    return check_date(entry->at, now, error) && check_reason(survey, entry, error) &&
           check_note(entry->note, error);
}
