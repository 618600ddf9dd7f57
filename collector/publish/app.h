#ifndef ZHANJI_PUBLISH_APP_H
#define ZHANJI_PUBLISH_APP_H

#include "collector/publish/publisher.h"

struct server_keys; /* collector/intake/keys.h */
struct moderation;  /* moderation/routes.h */
struct record;      /* collector/intake/record.h */
struct diagram;     /* collector/pages/diagram.h */
struct page_cache;  /* collector/pages/cache.h */
struct tally;       /* collector/pages/tally.h */

/* What every handler of the server is given as its context. Borrowed pointers, set in main. */
struct app {
    const struct survey *survey;
    struct store *store;
    struct store_collector *collector; /* the HTTP thread's */
    struct publisher *publisher;
    const struct server_keys *keys;
    struct clock clock;
    const struct source *schema; /* openapi.json, report.schema.json */
    const void *http;            /* the struct http_server, for metrics */
    struct moderation *moderation;
    struct record *record;
    const struct diagram *diagram; /* of the map; NULL: pages have none */
    struct page_cache *pages;      /* the HTTP thread's; NULL: every page is written anew */
    struct tally *tally;           /* the HTTP thread's; NULL: raw answers are not counted */
};

#endif
