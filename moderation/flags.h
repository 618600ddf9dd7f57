#ifndef ZHANJI_MODERATION_FLAGS_H
#define ZHANJI_MODERATION_FLAGS_H

#include "collector/store/session.h"

/*
 * Hints for the moderator, each with its reason. A flag never decides anything: it says where to
 * look twice. Only moderators see them.
 */
enum flag {
    FLAG_REPEATED,    /* the same content more than once */
    FLAG_HURRIED,     /* one reporter at more stations than a person can visit in that time */
    FLAG_BURST,       /* many equal answers about one station at once */
    FLAG_CONTRADICTS, /* another answer than a confident consensus: a mistake, or the change */
    FLAG_PAST,        /* a visit long past */
    FLAG_NUMBERS,     /* the note holds what may be a phone or identity number */
    FLAG_LINKS,       /* the note holds an address, on the web or by mail */
    FLAG_COUNT
};

enum {
    FLAG_PAST_DAYS = 180,
    FLAG_BURST_REPORTS = 5,
    FLAG_BURST_DAYS = 3
};

const char *flag_id(enum flag flag);
NODISCARD bool flag_find(const char *id, enum flag *flag_out);

/* The flags of one report: a bit each, and the number that the reason speaks of. */
struct flags {
    unsigned set;
    uint32_t numbers[FLAG_COUNT];
    int question, answer; /* of FLAG_CONTRADICTS: what the consensus says */
};

void flag_raise(struct flags *flags, enum flag flag, uint32_t number);
bool flag_is_set(const struct flags *flags, enum flag flag);

/* A report that waits, as far as its flags and its use go. */
struct waiting {
    uint8_t uuid[UUID_SIZE];
    uint32_t version;
    int station;
    struct visit visited;
    int basis;
    int8_t answers[SURVEY_QUESTIONS_MAX];
    bool has_reporter;
    uint8_t reporter[16];
    uint32_t reporter_number;
    char *note; /* owned; NULL if none */
    int64_t arrived;
    struct flags flags;
    bool is_looked_at; /* the flags and the effect that need its station's published reports */
    bool has_effect;   /* whether approving it changes the station's status is known */
    int before, after; /* then: the status without and with it */
};

/* What the note alone shows. */
void flags_of_note(const char *note, struct flags *flags);
/* What the date of arrival shows. */
void flags_of_date(const struct survey *survey, const struct waiting *waiting, struct flags *flags);
/* What they show together: repeated, hurried, burst. */
void flags_compare(struct waiting *const *reports, size_t count);
/* What the published reports of its station show: repeated. */
void flags_of_published(const struct waiting *waiting, const struct published_answer *rows,
                        size_t count, struct flags *flags);

/* [{"flag","text":{"zh","en"}}…]. Appends. */
void flags_json(const struct survey *survey, const struct flags *flags, struct buffer *buffer);

#endif
