#ifndef ZHANJI_PAGES_HANDLERS_H
#define ZHANJI_PAGES_HANDLERS_H

#include "collector/http/http.h"

/* The handlers of pages_routes; each takes a `const struct app *`. */
http_handler handle_city;
http_handler handle_station;
http_handler handle_changes;
http_handler handle_about;
http_handler handle_asset;

#endif
