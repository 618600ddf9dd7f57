#include "collector/survey/names.h"

#include <string.h>

#include "collector/base/utf8.h"

enum {
    FULL_WIDTH_FIRST = 0xFF01,
    FULL_WIDTH_LAST = 0xFF5E,
    FULL_WIDTH_SHIFT = 0xFEE0
};

static bool is_space(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\n' || point == '\r' || point == 0xA0 ||
           (point >= 0x2000 && point <= 0x200B) || point == 0x202F || point == 0x3000 ||
           point == 0xFEFF;
}

static uint32_t fold_point(uint32_t point)
{
    if (point >= FULL_WIDTH_FIRST && point <= FULL_WIDTH_LAST)
        point -= FULL_WIDTH_SHIFT;
    if (point == 0x2018 || point == 0x2019)
        return '\'';
    return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
}

size_t name_fold(const char *text, size_t length, char folded_out[NAME_BYTES_MAX])
{
    size_t folded = 0;
    for (size_t at = 0; at < length;) {
        uint32_t point = utf8_next(text, length, &at);
        if (point == UINT32_MAX || folded + 4 > NAME_BYTES_MAX)
            return SIZE_MAX;
        if (!is_space(point))
            folded += utf8_write(fold_point(point), folded_out + folded);
    }
    return folded;
}

size_t name_strip(const char *folded, size_t length)
{
    static const char *const endings[] = {"地铁站", "地鐵站", "站"};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && memcmp(folded + length - ending, endings[i], ending) == 0)
            return length - ending;
    }
    return length;
}

struct survey_index *names_create(void)
{
    struct survey_index *index = memory_zeroed(1, sizeof *index);
    index->ids = map_create();
    index->names = map_create();
    index->stripped = map_create();
    return index;
}

void names_destroy(struct survey_index *index)
{
    if (index == NULL)
        return;
    map_destroy(index->ids);
    map_destroy(index->names);
    map_destroy(index->stripped);
    free(index->postings);
    free(index->search);
    free(index);
}

static uint32_t posting_new(struct survey_index *index, int station, uint32_t next)
{
    if (index->posting_count == index->posting_capacity) {
        index->posting_capacity = index->posting_capacity == 0 ? 256 : index->posting_capacity * 2;
        index->postings =
            memory_resize_take(index->postings, index->posting_capacity, sizeof *index->postings);
    }
    index->postings[index->posting_count++] = (struct posting){station, next};
    return index->posting_count;
}

/* Puts the station into the chain of this key; false if it is there already. */
static bool post(struct survey_index *index, struct map *map, const char *key, size_t length,
                 int station)
{
    uint64_t head = 0;
    if (!map_get(map, key, length, &head))
        head = 0;
    uint32_t before = 0;
    uint32_t at = (uint32_t)head;
    while (at != 0 && index->postings[at - 1].station < station) {
        before = at;
        at = index->postings[at - 1].next;
    }
    if (at != 0 && index->postings[at - 1].station == station)
        return false;
    uint32_t added = posting_new(index, station, at);
    if (before == 0)
        map_put(map, key, length, added);
    else
        index->postings[before - 1].next = added;
    return true;
}

static void search_add(struct survey *survey, const char *folded, size_t length, int station,
                       bool initials)
{
    struct survey_index *index = survey->index;
    if (index->search_count == index->search_capacity) {
        index->search_capacity = index->search_capacity == 0 ? 1024 : index->search_capacity * 2;
        index->search =
            memory_resize_take(index->search, index->search_capacity, sizeof *index->search);
    }
    index->search[index->search_count++] =
        (struct search_name){pool_text(survey->pool, folded, length), length, station, initials};
}

bool names_add_alias(struct survey *survey, const char *alias, int station)
{
    struct survey_index *index = survey->index;
    char folded[NAME_BYTES_MAX];
    size_t length = name_fold(alias, strlen(alias), folded);
    if (length == 0 || length == SIZE_MAX)
        return false;
    if (!post(index, index->names, folded, length, station))
        return true;
    post(index, index->stripped, folded, length, station);
    post(index, index->stripped, folded, name_strip(folded, length), station);
    search_add(survey, folded, length, station, false);
    return true;
}

bool names_add_station(struct survey *survey, int number)
{
    const struct station *station = &survey->stations[number];
    size_t id_length = strlen(station->id);
    char folded[NAME_BYTES_MAX];
    size_t length = name_fold(station->initials, strlen(station->initials), folded);
    if (length == SIZE_MAX || !names_add_alias(survey, station->name.in[LANGUAGE_ZH], number) ||
        !names_add_alias(survey, station->name.in[LANGUAGE_EN], number) ||
        (*station->pinyin != '\0' && !names_add_alias(survey, station->pinyin, number)))
        return false;
    if (length > 0)
        search_add(survey, folded, length, number, true);
    search_add(survey, station->id, id_length, number, false);
    map_put(survey->index->ids, station->id, id_length, (uint64_t)number);
    return true;
}

static int chain(const struct survey_index *index, uint64_t head, int *candidates_out, int capacity)
{
    int count = 0;
    for (uint32_t at = (uint32_t)head; at != 0; at = index->postings[at - 1].next, count++)
        if (count < capacity)
            candidates_out[count] = index->postings[at - 1].station;
    return count;
}

int survey_find_station(const struct survey *survey, const char *text, size_t length,
                        int *candidates_out, int capacity)
{
    const struct survey_index *index = survey->index;
    char folded[NAME_BYTES_MAX];
    size_t folded_length = name_fold(text, length, folded);
    if (folded_length == 0 || folded_length == SIZE_MAX)
        return 0;
    uint64_t found;
    if (map_get(index->ids, folded, folded_length, &found)) {
        if (capacity > 0)
            candidates_out[0] = (int)found;
        return 1;
    }
    if (map_get(index->names, folded, folded_length, &found))
        return chain(index, found, candidates_out, capacity);
    if (map_get(index->stripped, folded, name_strip(folded, folded_length), &found))
        return chain(index, found, candidates_out, capacity);
    return 0;
}

void names_order_questions(struct survey *survey)
{
    int *order = survey->index->canonical_order;
    for (int i = 0; i < survey->question_count; i++) {
        int at = i;
        for (; at > 0 &&
               strcmp(survey->questions[order[at - 1]].term.id, survey->questions[i].term.id) > 0;
             at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}
