#include <strings.h>

#include "collector/pages/pages.h"

/* Who names languages and Chinese is none of them is better served in English; who names none is
 * most likely a program, or somebody in Beijing. */
enum language pages_language(struct http_exchange *exchange)
{
    static const char *const tags[] = {"en", "zh"};
    const char *chosen = http_parameter(&exchange->request, "lang");
    if (chosen != NULL && strncasecmp(chosen, "en", 2) == 0)
        return LANGUAGE_EN;
    if (chosen != NULL && strncasecmp(chosen, "zh", 2) == 0)
        return LANGUAGE_ZH;
    const char *header = http_header(exchange, "Accept-Language");
    size_t preferred = http_language(exchange, tags, ARRAY_LENGTH(tags));
    bool named = header != NULL && header[0] != '\0' && header[0] != '*';
    return named && preferred == 0 ? LANGUAGE_EN : LANGUAGE_ZH;
}
