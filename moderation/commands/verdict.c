#include "moderation/commands/verdict.h"

#include <string.h>

enum {
    REASON_MAX = 30 /* bytes of a reason's id */
};

static const char *given(const char *option, const char *otherwise)
{
    return option == NULL ? otherwise : option;
}

enum exit_code verdict_read(const struct arguments *arguments, enum entry_act act,
                            struct verdict *verdict_out)
{
    const char *const *options = arguments->options;
    const char *usual = act == ACT_APPROVE ? "ok" : act == ACT_REVERT ? "" : NULL;
    const char *reason = given(options[OPTION_REASON], usual);

    if (reason == NULL) {
        terminal_complain("%s needs --reason: duplicate, implausible, off_topic, personal_data, "
                          "spam, policy or other",
                          entry_act_name(act));
        return EXIT_USAGE;
    }
    if (strlen(reason) > REASON_MAX) {
        terminal_complain("--reason: there is no reason %.60s", reason);
        return EXIT_REFUSED;
    }
    *verdict_out = (struct verdict){
        .act = act,
        .reason = reason,
        .note = given(options[OPTION_NOTE], ""),
        .hide_note = options[OPTION_HIDE_NOTE] != NULL,
    };
    return EXIT_DONE;
}
