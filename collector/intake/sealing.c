/* The store jobs of private notes; the format itself is seal.c's. */
#include <string.h>

#include "collector/intake/seal.h"

/* Set while any note is sealed to the server's own key, so that adding a moderator need not look
 * through all reports. */
static const char setting_name[] = "notes-await-moderator";

struct sealing {
    const uint8_t *uuid;
    const char *note;
    struct buffer *sealed;
};

static void seal_to_active(void *context, const struct moderator *moderator)
{
    struct sealing *sealing = context;
    if (moderator->retired == 0)
        (void)!seal_note(moderator->key, sealing->uuid, sealing->note, sealing->sealed);
}

bool seal_for_moderators(struct session *session, const struct server_keys *keys,
                         const uint8_t uuid[UUID_SIZE], const char *note, struct buffer *sealed,
                         struct error *error)
{
    struct sealing sealing = {uuid, note, sealed};
    if (!session_moderators(session, seal_to_active, &sealing, error))
        return false;
    if (sealed->length > 0)
        return true;
    if (!seal_note(keys->box_public, uuid, note, sealed))
        return error_set(error, ERROR_INTERNAL, "a private note could not be sealed");
    return session_set_setting(session, setting_name, "1", error);
}

/* What is sealed to the server's own key, gathered before it is changed. */
struct waiting {
    const struct server_keys *keys;
    uint8_t (*ids)[UUID_SIZE];
    size_t count;
};

static void gather(void *context, const struct stored_report *report)
{
    struct waiting *waiting = context;
    if (report->sealed_note == NULL ||
        seal_part(report->sealed_note, report->sealed_length, waiting->keys->box_public) == NULL)
        return;
    waiting->ids = memory_resize_take(waiting->ids, waiting->count + 1, UUID_SIZE);
    memcpy(waiting->ids[waiting->count++], report->uuid, UUID_SIZE);
}

static bool gather_page(struct session *session, struct waiting *waiting, char **after,
                        struct error *error)
{
    struct report_filter filter = {
        .any_state = true,
        .station = -1,
        .order = ORDER_ID,
        .limit = 500,
        .after = *after,
    };
    char *next = NULL;
    bool bad_after = false;
    bool done = session_page(session, &filter, gather, waiting, &next, &bad_after, error);
    free(*after);
    *after = next;
    return done;
}

static bool seal_one(struct session *session, const struct server_keys *keys,
                     const uint8_t uuid[UUID_SIZE], const uint8_t reader[SIGN_PUBLIC_SIZE],
                     struct error *error)
{
    struct stored_report report;
    struct buffer note = {0};
    auto_buffer struct buffer sealed = {0};
    bool found = false;
    buffer_reserve(&note, 1);
    if (!session_get(session, uuid, &report, &found, error))
        return false;
    const uint8_t *part =
        found && report.sealed_note != NULL
            ? seal_part(report.sealed_note, report.sealed_length, keys->box_public)
            : NULL;
    bool opened = part != NULL &&
                  seal_open(part, keys->box_public, &keys->box_secret, uuid, &note) &&
                  seal_note(reader, uuid, note.data, &sealed);
    secret_wipe(note.data, note.capacity);
    buffer_finish(&note);
    return !opened || session_set_sealed(session, uuid, sealed.data, sealed.length, error);
}

static bool seal_all(struct session *session, struct waiting *waiting,
                     const uint8_t reader[SIGN_PUBLIC_SIZE], struct error *error)
{
    char *after = NULL;
    bool done = true;
    do
        done = gather_page(session, waiting, &after, error);
    while (done && after != NULL);
    for (size_t i = 0; i < waiting->count && done; i++)
        done = seal_one(session, waiting->keys, waiting->ids[i], reader, error);
    free(after);
    return done && session_set_setting(session, setting_name, "0", error);
}

bool seal_again(struct session *session, const struct server_keys *keys,
                const uint8_t reader[SIGN_PUBLIC_SIZE], struct error *error)
{
    struct waiting waiting = {.keys = keys};
    auto_free char *awaited = NULL;
    if (!session_setting(session, setting_name, &awaited, error))
        return false;
    if (awaited == NULL || strcmp(awaited, "1") != 0)
        return true;
    bool done = seal_all(session, &waiting, reader, error);
    free(waiting.ids);
    return done;
}
