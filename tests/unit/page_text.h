#ifndef ZHANJI_TESTS_PAGE_TEXT_H
#define ZHANJI_TESTS_PAGE_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/http/http.h"

/* What a page that was answered says, and what it does not. */
static inline void has(const struct http_exchange *exchange, const char *text)
{
    if (strstr(exchange->reply.body.data, text) == NULL)
        fail_msg("the page lacks: %s", text);
}

static inline void lacks(const struct http_exchange *exchange, const char *text)
{
    if (strstr(exchange->reply.body.data, text) != NULL)
        fail_msg("the page has: %s", text);
}

#endif
