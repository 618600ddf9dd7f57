#include "collector/intake/state.h"

#include <string.h>

#include "collector/store/session.h"

static const char setting_name[] = "keys";

struct fingerprint_job {
    struct store_job job; /* the first member */
    const char *remember; /* NULL: only read */
    char *kept;
};

static bool fingerprint_run(struct session *session, struct store_job *job, struct error *error)
{
    struct fingerprint_job *request = (struct fingerprint_job *)job;
    if (request->remember != NULL)
        return session_set_setting(session, setting_name, request->remember, error);
    return session_setting(session, setting_name, &request->kept, error);
}

static bool fingerprint_call(struct store *store, struct fingerprint_job *request,
                             struct error *error)
{
    request->job.run = fingerprint_run;
    return store_call(store, &request->job, error);
}

static bool check(const char *kept, const struct server_keys *keys, const char *folder,
                  struct error *error)
{
    char fingerprint[KEYS_FINGERPRINT_TEXT_SIZE];
    keys_fingerprint(keys, fingerprint);
    if (strcmp(kept, fingerprint) == 0)
        return true;
    return error_set(error, ERROR_INVALID,
                     "%s: these are the keys of another database; restore the folder that belongs "
                     "to this one from a backup",
                     folder);
}

static bool load_and_remember(struct store *store, const char *folder, struct server_keys *keys,
                              struct error *error)
{
    char fingerprint[KEYS_FINGERPRINT_TEXT_SIZE];
    if (!keys_load(folder, keys, error))
        return false;
    keys_fingerprint(keys, fingerprint);
    struct fingerprint_job request = {.remember = fingerprint};
    return fingerprint_call(store, &request, error);
}

bool state_open(struct store *store, const char *folder, struct server_keys *keys_out,
                struct error *error)
{
    struct fingerprint_job request = {0};
    if (!fingerprint_call(store, &request, error))
        return false;
    auto_free char *kept = request.kept;
    if (kept == NULL)
        return load_and_remember(store, folder, keys_out, error);
    if (!keys_present(folder))
        return error_set(error, ERROR_INVALID,
                         "%s: the keys of this database are missing; restore the folder from a "
                         "backup",
                         folder);
    return keys_load(folder, keys_out, error) && check(kept, keys_out, folder, error);
}
