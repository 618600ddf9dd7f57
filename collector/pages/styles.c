/* Style sheets: written by topic, sent as one file for all pages and one for each kind. */
#include <string.h>

#include "collector/pages/assets.h"

enum {
    PARTS_MAX = 10
};

static const struct sheet {
    const char *name;
    const char *parts[PARTS_MAX]; /* files of styles/, in the order of the cascade */
    bool colours;                 /* with those of the survey's lines */
} sheets[] = {
    {"style.css",
     {"tokens.css", "ground.css", "controls.css", "banner.css", "marks.css", "figures.css",
      "tables.css", "prose.css", "print.css"},
     true},
    {"city.css", {"list.css", "plots.css", "time.css", "map.css"}, false},
    {"station.css", {"plots.css", "station.css", "record.css"}, false},
    {"report.css", {"form.css", "choices.css", "picker.css", "receipt.css"}, false},
};

static void put_part(const char *name, struct buffer *css)
{
    const struct embedded_file *part = asset_find("styles", name);
    if (part != NULL)
        buffer_bytes(css, part->data, part->length);
}

bool assets_sheet(const struct survey *survey, const char *name, struct buffer *css)
{
    for (size_t i = 0; i < ARRAY_LENGTH(sheets); i++) {
        if (strcmp(sheets[i].name, name) != 0)
            continue;
        for (size_t j = 0; j < PARTS_MAX && sheets[i].parts[j] != NULL; j++)
            put_part(sheets[i].parts[j], css);
        if (sheets[i].colours)
            assets_line_colours(survey, css);
        return true;
    }
    return false;
}
