#include "collector/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    if (error == NULL)
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    error->kind = kind;
    return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return false;
    char prefix[sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    char whole[2 * sizeof error->text + 4];
    snprintf(whole, sizeof whole, "%s: %s", prefix, error->text);
    memcpy(error->text, whole, sizeof error->text - 1);
    error->text[sizeof error->text - 1] = '\0';
    return false;
}

static const struct {
    unsigned http_status;
    int exit_code;
} outcomes[] = {
    [ERROR_NONE] = {200, 0},     [ERROR_INVALID] = {422, 1},  [ERROR_NOT_FOUND] = {404, 1},
    [ERROR_CONFLICT] = {409, 1}, [ERROR_DENIED] = {403, 1},   [ERROR_TOO_LARGE] = {413, 1},
    [ERROR_BUSY] = {503, 3},     [ERROR_INTERNAL] = {500, 1},
};

unsigned error_http_status(enum error_kind kind)
{
    return outcomes[kind].http_status;
}

int error_exit_code(enum error_kind kind)
{
    return outcomes[kind].exit_code;
}
