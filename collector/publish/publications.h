#ifndef ZHANJI_PUBLISH_PUBLICATIONS_H
#define ZHANJI_PUBLISH_PUBLICATIONS_H

#include "collector/publish/publisher.h"
#include "collector/store/session.h"

/* What was published of one station's status, and when; zero-initialise to begin. */
struct publications {
    struct status_change *at; /* newest first; the first ever published has `from` -1 */
    size_t count;
};

void publications_finish(struct publications *publications);
/* Those until a moment, in Unix seconds. In a job of the store. */
NODISCARD bool publications_read(const struct publisher *publisher, struct session *session,
                                 int station, int64_t known_at,
                                 struct publications *publications_out, struct error *error);

#endif
