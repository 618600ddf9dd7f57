#include <string.h>

#include "collector/http/internal.h"
#include "tests/fuzz/target.h"

/* What is written as a form is read back, whatever stands around it. */
static void check_round_trip(const char *text, size_t size)
{
    auto_buffer struct buffer form = {0};
    auto_buffer struct buffer value = {0};
    buffer_text(&form, "before=%zz&n=");
    buffer_url(&form, text, size);
    buffer_text(&form, "&after");
    PROMISE(http_form_field(form.data, form.length, "n", 0, &value));
    PROMISE(value.length == size && (size == 0 || memcmp(value.data, text, size) == 0));
    PROMISE(!http_form_field(form.data, form.length, "n", 1, &value));
    PROMISE(!http_form_field(form.data, form.length, "before", 0, &value));
    PROMISE(value.length == size);
}

/* A query that is taken has each parameter once, and the form reader reads the same values. */
static void check_query(const char *text, size_t size)
{
    struct http_request request = {0};
    auto_free char *scratch = memory_alloc(size + 2);
    if (query_parse(text, size, scratch, &request) != NULL)
        return;
    PROMISE(request.parameter_count <= HTTP_QUERY_MAX);
    for (int i = 0; i < request.parameter_count; i++) {
        auto_buffer struct buffer value = {0};
        const struct http_pair *pair = &request.parameters[i];
        PROMISE(http_parameter(&request, pair->name) == pair->value);
        PROMISE(http_form_field(text, size, pair->name, 0, &value));
        PROMISE(strlen(pair->value) == value.length);
        PROMISE(value.length == 0 || strcmp(pair->value, value.data) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    auto_free char *text = memory_slice(size != 0 ? (const char *)bytes : "", size);
    check_round_trip(text, size);
    check_query(text, size);
    return 0;
}
