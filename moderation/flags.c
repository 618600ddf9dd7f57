#include "moderation/flags.h"

#include <string.h>

/* {n} is the flag's number, {question} and {answer} what the consensus says. */
static const struct {
    const char *id;
    const char *zh, *en;
} table[FLAG_COUNT] = {
    [FLAG_REPEATED] = {"repeated", "同样的内容另有 {n} 份：站、时间和回答都相同",
                       "The same content {n} more times: station, time and answers agree"},
    [FLAG_HURRIED] = {"hurried", "同一位报告人在来不及的时间里到了 {n} 个站",
                      "One reporter at {n} stations, in less time than it takes"},
    [FLAG_BURST] = {"burst", "三天之内关于此站有 {n} 份相同的回答在等",
                    "{n} reports with the same answers about this station within three days"},
    [FLAG_CONTRADICTS] = {"contradicts",
                          "目前的结论很有把握（{n}%）：{question}——{answer}。可能记错了，"
                          "也可能规定正好变了",
                          "A confident consensus ({n} %) says: {question} {answer}. This may be a "
                          "mistake, or the change itself"},
    [FLAG_PAST] = {"past", "{n} 天以前的走访", "A visit {n} days before the report"},
    [FLAG_NUMBERS] = {"numbers", "备注里像有电话或证件号码：可以隐藏备注后通过",
                      "The note may hold a phone or identity number: it can be approved with the "
                      "note hidden"},
    [FLAG_LINKS] = {"links", "备注里有网址、邮箱或账号",
                    "The note holds a link, address or account"},
};

const char *flag_id(enum flag flag)
{
    return table[flag].id;
}

bool flag_find(const char *id, enum flag *flag_out)
{
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if (strcmp(table[i].id, id) != 0)
            continue;
        *flag_out = (enum flag)i;
        return true;
    }
    return false;
}

void flag_raise(struct flags *flags, enum flag flag, uint32_t number)
{
    flags->set |= 1U << flag;
    if (number > flags->numbers[flag])
        flags->numbers[flag] = number;
}

bool flag_is_set(const struct flags *flags, enum flag flag)
{
    return (flags->set >> flag & 1) != 0;
}

void flags_of_date(const struct survey *survey, const struct waiting *waiting, struct flags *flags)
{
    int32_t arrived = day_of_instant(waiting->arrived, survey->offset_seconds);

    if (waiting->visited.last < arrived - FLAG_PAST_DAYS)
        flag_raise(flags, FLAG_PAST, (uint32_t)(arrived - waiting->visited.last));
}

static void fill(const struct survey *survey, const struct flags *flags, enum flag flag,
                 enum language language, struct buffer *text)
{
    const char *at = language == LANGUAGE_ZH ? table[flag].zh : table[flag].en;
    const struct survey_question *question = &survey->questions[flags->question];

    while (*at != '\0') {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (end == NULL)
            buffer_char(text, *at++);
        else if (at[1] == 'n')
            buffer_integer(text, flags->numbers[flag]);
        else if (at[1] == 'q')
            buffer_text(text, question->term.text.in[language]);
        else
            buffer_text(text, question->options[flags->answer].term.text.in[language]);
        at = end == NULL ? at : end + 1;
    }
}

void flags_json(const struct survey *survey, const struct flags *flags, struct buffer *buffer)
{
    static const char *const names[SURVEY_LANGUAGES] = {"zh", "en"};
    char joint = '[';

    for (unsigned i = 0; i < FLAG_COUNT; i++) {
        if (!flag_is_set(flags, (enum flag)i))
            continue;
        buffer_format(buffer, "%c{\"flag\":\"%s\",\"text\":", joint, table[i].id);
        for (unsigned language = 0; language < SURVEY_LANGUAGES; language++) {
            auto_buffer struct buffer text = {0};
            fill(survey, flags, (enum flag)i, (enum language)language, &text);
            buffer_format(buffer, "%c\"%s\":", language == 0 ? '{' : ',', names[language]);
            buffer_json(buffer, text.data, text.length);
        }
        buffer_text(buffer, "}}");
        joint = ',';
    }
    buffer_text(buffer, joint == '[' ? "[]" : "]");
}
