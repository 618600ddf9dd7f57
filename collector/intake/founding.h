#ifndef ZHANJI_INTAKE_FOUNDING_H
#define ZHANJI_INTAKE_FOUNDING_H

#include "collector/publish/app.h"

/*
 * A fresh database starts with the survey's archive (collector/survey/archive.h) already approved
 * (design §7): a one-time moderator key named `archive` signs the decisions, is wiped and retired.
 * All of it is one transaction, so a crash leaves either nothing or everything; later starts only
 * check the files. A fault is refused with file, line and reason. A survey may have no archive.
 * Waits for the store.
 */
NODISCARD bool founding_store(const struct app *app, const struct source *source,
                              struct error *error);

#endif
