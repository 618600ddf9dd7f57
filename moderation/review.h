#ifndef ZHANJI_MODERATION_REVIEW_H
#define ZHANJI_MODERATION_REVIEW_H

#include "collector/log/entry.h"
#include "collector/survey/survey.h"

enum {
    REVIEW_EARLY_SECONDS = 300, /* a decision may be dated this far ahead of the server's clock */
    REVIEW_NOTE_MAX = 500       /* code points, so that any note fits into an entry */
};

/* What a decision may say (design §7), whatever the state of its report: this survey, a reason
 * that the survey has and that fits the act, a note where `other` needs one, no refused
 * characters, and a date that has come. ERROR_INVALID otherwise. */
NODISCARD bool review_check(const struct survey *survey, const struct entry *entry, int64_t now,
                            struct error *error);

#endif
