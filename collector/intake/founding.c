#include "collector/intake/founding.h"

#include <stdio.h>
#include <string.h>

#include "collector/intake/prepare.h"
#include "collector/survey/archive.h"

static const char setting_name[] = "archive-loaded";
static const char moderator_name[] = "archive";

struct founding {
    struct store_job job; /* the first member */
    const struct app *app;
    struct archive archive;
};

static bool add_moderator(struct session *session, struct secret_key *secret, struct error *error)
{
    struct moderator moderator = {.name = moderator_name, .added = session_now(session)};
    enum change_result result;
    sign_keypair(moderator.key, secret);
    return session_moderator_add(session, &moderator, &result, error);
}

static bool approve(struct session *session, const uint8_t uuid[UUID_SIZE],
                    const struct secret_key *secret, struct error *error)
{
    struct entry entry = {
        .act = ACT_APPROVE,
        .at = session_now(session),
        .by = BY_MODERATOR,
        .reason = "ok",
        .version = 1,
    };
    auto_buffer struct buffer line = {0};
    enum change_result result = CHANGE_CONFLICT;
    enum report_state state;
    struct error reason = {0};
    memcpy(entry.report, uuid, UUID_SIZE);
    snprintf(entry.survey, sizeof entry.survey, "%s", session_survey(session)->id);
    entry_sign(&entry, secret);
    entry_print(&entry, &line);
    if (!session_decide(session, &entry, line.data, line.length, &result, &state, &reason, error))
        return false;
    return result == CHANGE_DONE ||
           error_set(error, ERROR_INTERNAL, "the archive was not approved: %s", reason.text);
}

/* Puts one report of the archive, which stays the archive's. */
static bool put(struct session *session, const struct app *app, const struct report *report,
                struct error *error)
{
    struct prepared prepared;
    struct outcome outcome;
    prepared_borrow(app, report, &prepared);
    return prepared_put(session, app, &prepared, &outcome, error);
}

static bool put_and_approve(struct session *session, const struct founding *founding,
                            struct error *error)
{
    auto_secret struct secret_key secret;
    enum change_result retired;
    if (!add_moderator(session, &secret, error))
        return false;
    for (int i = 0; i < founding->archive.count; i++) {
        const struct report *report = &founding->archive.reports[i];
        if (!put(session, founding->app, report, error) ||
            !approve(session, report->uuid, &secret, error))
            return false;
    }
    return session_moderator_retire(session, moderator_name, &retired, error);
}

static bool founding_run(struct session *session, struct store_job *job, struct error *error)
{
    const struct founding *founding = (const struct founding *)job;
    auto_free char *loaded = NULL;
    if (!session_setting(session, setting_name, &loaded, error))
        return false;
    if (loaded != NULL)
        return true;
    if (founding->archive.count > 0 && !put_and_approve(session, founding, error))
        return false;
    return session_set_setting(session, setting_name, "1", error);
}

/* A survey without the folder has no archive. */
static bool read_archive(const struct app *app, const struct source *source,
                         struct archive *archive, struct error *error)
{
    struct error reason = {0};
    if (archive_load(app->survey, source, clock_now(&app->clock), archive, &reason) ||
        reason.kind == ERROR_NOT_FOUND)
        return true;
    *error = reason;
    return false;
}

bool founding_store(const struct app *app, const struct source *source, struct error *error)
{
    struct founding founding = {.job.run = founding_run, .app = app};
    if (!read_archive(app, source, &founding.archive, error))
        return false;
    bool done = store_call(app->store, &founding.job, error);
    archive_finish(&founding.archive);
    return done;
}
