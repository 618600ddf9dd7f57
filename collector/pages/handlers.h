#ifndef ZHANJI_PAGES_HANDLERS_H
#define ZHANJI_PAGES_HANDLERS_H

#include "collector/http/http.h"

/* The handlers of pages_routes; each takes a `const struct app *`. */
http_handler handle_city;
http_handler handle_station;
http_handler handle_badge;
http_handler handle_changes;
http_handler handle_about;
http_handler handle_data;
http_handler handle_privacy;
http_handler handle_reference;
http_handler handle_method;
http_handler handle_asset;
/* An asset that must lie at the root: a service worker rules what is below its own path. */
http_handler handle_root_asset;

#endif
