#include "tests/unit/survey_fixture.h"

/* A declaration of the project with its first `from` turned into `to`, and the fault it then has:
 * with file, line and reason, as one reads it at the start. */
struct edit {
    const char *path, *from, *to, *fault;
};

static const char *find(const struct embedded_file *file, const char *text)
{
    const char *found = strstr(file->data, text);
    if (found == NULL)
        fail_msg("%s has no %s", file->path, text);
    return found;
}

static void apply(const struct embedded_file *file, const struct edit *edit, struct buffer *buffer)
{
    const char *from = find(file, edit->from);
    const char *rest = from + strlen(edit->from);
    buffer_bytes(buffer, file->data, (size_t)(from - file->data));
    buffer_text(buffer, edit->to);
    buffer_bytes(buffer, rest, (size_t)(file->data + file->length - rest));
}

/* Reads the survey, and the archive if that is sound, from files of which one is edited. */
static bool load_edited(const struct edit *edit, struct error *error)
{
    auto_buffer struct buffer edited = {0};
    auto_free struct embedded_file *files = memory_zeroed(schema_files_count, sizeof *files);
    memcpy(files, schema_files, schema_files_count * sizeof *files);
    for (size_t i = 0; i < schema_files_count; i++) {
        if (strcmp(files[i].path, edit->path) != 0)
            continue;
        apply(&files[i], edit, &edited);
        files[i].data = edited.data;
        files[i].length = edited.length;
    }
    struct source source = {.files = files, .count = schema_files_count};
    struct survey *survey = survey_load(&source, error);
    if (survey == NULL)
        return false;
    struct archive archive = {0};
    bool loaded = archive_load(survey, &source, CASES_NOW, &archive, error);
    archive_finish(&archive);
    survey_destroy(survey);
    return loaded;
}

static void expect_faults(const struct edit *edits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error error = {0};
        if (load_edited(&edits[i], &error))
            fail_msg("%s → %s was taken", edits[i].from, edits[i].to);
        assert_int_equal(error.kind, ERROR_INVALID);
        assert_string_equal(error.text, edits[i].fault);
    }
}

static void a_faulty_survey_is_refused_with_line_and_reason(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"survey.json", "\"version\": 1,", "\"version\": 1",
         "survey.json:4: '}' expected near '\"title\"'"},
        {"survey.json", "\"version\": 1,", "\"version\": 1, \"version\": 2,",
         "survey.json:3: duplicate object key near '\"version\"'"},
        {"survey.json", "\"version\": 1,", "\"version\": 0,",
         "survey.json:3: /version: must be a whole number from 1"},
        {"survey.json", "\"version\": 1,", "\"version\": \"1\",",
         "survey.json:3: /version: must be a whole number from 1"},
        {"survey.json", "\"version\": 1,", "\"version\": 1, \"colour\": \"red\",",
         "survey.json:3: /colour: no such member is known"},
        {"survey.json", "\"id\": \"beijing-subway\"", "\"id\": \"Beijing\"",
         "survey.json:2: /id: must be lower-case letters, digits, - and _, at most 63"},
        {"survey.json", "\"utc_offset\": \"+08:00\"", "\"utc_offset\": \"CST\"",
         "survey.json:5: /utc_offset: must be an offset such as +08:00"},
        {"survey.json", "\"2022-01-01\"", "\"2022-02-30\"",
         "survey.json:6: /earliest_visit: must be a day such as 2022-01-01"},
        {"survey.json", "0.85", "1.5",
         "survey.json:7: /reporter_accuracy: must lie between 0 and 1"},
        {"survey.json", "0.85", "\"0.85\"", "survey.json:7: /reporter_accuracy: must be a number"},
        {"survey.json", "\"id\": \"window_ticket\"", "\"id\": \"ticket_machine\"",
         "survey.json:19: /questions/1: the question \"ticket_machine\" is there already"},
        {"survey.json", "{\"id\": \"id_required\", \"text\": {\"zh\": \"要求",
         "{\"id\": \"payment\", \"text\": {\"zh\": \"要求",
         "survey.json:15: /questions/0/options/1: the option \"payment\" is there already"},
        {"survey.json", "\"en\": \"Straight to payment\"", "\"en\": \"\"",
         "survey.json:14: /questions/0/options/0/text: \"en\" must not be empty"},
        {"survey.json", "\"en\": \"Straight to payment\"", "\"de\": \"Gleich zur Zahlung\"",
         "survey.json:14: /questions/0/options/0/text/de: no such member is known"},
        {"survey.json", "\"more\": true", "\"more\": \"yes\"",
         "survey.json:76: /questions/7/more: must be true or false"},
        {"survey.json", "\"help\": {\"zh\": \"不用付款，看到下一屏就可取消\"",
         "\"help\": {\"zh\": 7", "survey.json:12: /questions/0/help/zh: must be a string"},
        {"survey.json", "\"weight\": 0.5", "\"weight\": 0",
         "survey.json:105: /basis/2: \"weight\" must be above 0 and at most 1"},
        {"survey.json", "\"weight\": 0.5", "\"weight\": 1.01",
         "survey.json:105: /basis/2: \"weight\" must be above 0 and at most 1"},
        {"survey.json", "{\"id\": \"saw\"", "{\"id\": \"self\"",
         "survey.json:104: /basis/1: the basis \"self\" is there already"},
    };
    expect_faults(edits, ARRAY_LENGTH(edits));
}

static void faulty_statuses_and_conditions_are_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"survey.json", "\"questions\": [\"ticket_machine\", ",
         "\"questions\": [\"tiket_machine\", ",
         "survey.json:108: /statuses/questions/0: no such question"},
        {"survey.json", "\"questions\": [\"ticket_machine\", ", "\"questions\": [\"card_issue\", ",
         "survey.json:108: /statuses/questions/2: the question \"card_issue\" is named twice"},
        {"survey.json", "\"map\": {\"payment\"", "\"map\": {\"paying\"",
         "survey.json:109: /statuses/map/paying: no status question has the option \"paying\""},
        {"survey.json", "\"id_required\": \"real_name\"}", "\"t_union\": \"real_name\"}",
         "survey.json:109: /statuses/map/t_union: no status question has the option \"t_union\""},
        {"survey.json", "\"id_required\": \"real_name\"}", "\"id_required\": 3}",
         "survey.json:109: /statuses/map/id_required: must be the id of a status"},
        {"survey.json", "\"none\": \"unknown\"", "\"none\": \"anonymous\"",
         "survey.json:107: /statuses: \"none\" must be a status of its own"},
        {"survey.json", "\"not_open\": \"not_open\",", "\"not_open\": \"unknown\",",
         "survey.json:107: /statuses: \"not_open\" must be a status of its own"},
        {"survey.json", "\"real_name\": {\"zh\": \"要身份信息（实名）\"",
         "\"realname\": {\"zh\": \"要身份信息（实名）\"",
         "survey.json:113: /statuses/texts: lacks \"real_name\""},
        {"survey.json", "\"not_open\": {\"zh\": \"本站尚未开通。\"",
         "\"closed\": {\"zh\": \"本站尚未开通。\"",
         "survey.json:120: /statuses/sentences: lacks \"not_open\""},
        {"survey.json", "\"no_id\": {\"card_issue\": \"no_id\"}",
         "\"no_id\": {\"card_isue\": \"no_id\"}",
         "survey.json:130: /conditions/no_id: no such question as \"card_isue\""},
        {"survey.json", "\"no_id\": {\"card_issue\": \"no_id\"}",
         "\"no_id\": {\"card_issue\": \"free\"}",
         "survey.json:130: /conditions/no_id: no such option of \"card_issue\""},
        {"survey.json", "\"no_id\": {\"card_issue\": \"no_id\"}", "\"no_id\": {}",
         "survey.json:130: /conditions/no_id: must be an id with {question: option}"},
        {"survey.json", "\"new_card\": {\"zh\"", "\"fresh_card\": {\"zh\"",
         "survey.json:133: /condition_texts: lacks \"new_card\""},
        {"survey.json", "\"stale\": {\"zh\"", "\"old\": {\"zh\"",
         "survey.json:138: /standings: lacks \"stale\""},
        {"survey.json", "\"other\": {\"zh\": \"其他", "\"others\": {\"zh\": \"其他",
         "survey.json:153: /reasons: lacks \"other\""},
        {"survey.json", "\"not_seen\": {\"zh\"", "\"unseen\": {\"zh\"",
         "survey.json:168: /texts: lacks \"not_seen\""},
        {"survey.json", "\"not_seen\": {\"zh\": \"没见到\"", "\"not_seen\": {\"zh\": \"\"",
         "survey.json:173: /texts/not_seen: \"zh\" must not be empty"},
    };
    expect_faults(edits, ARRAY_LENGTH(edits));
}

static void faulty_places_are_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"stations/stations.csv", "id,name_zh", "name_zh,name_zh2",
         "stations/stations.csv:1: lacks the column \"id\""},
        {"stations/stations.csv", "andingmen,", "andelibeijie,",
         "stations/stations.csv:3: id: is there already"},
        {"stations/stations.csv", "andingmen,", "An Ding,",
         "stations/stations.csv:3: id: must be lower-case letters, digits, - and _, at most 63"},
        {"stations/stations.csv", "安定门", "",
         "stations/stations.csv:3: name_zh: must not be empty"},
        {"stations/stations.csv", "1984-09-20", "1984-09-31",
         "stations/stations.csv:3: opened: \"1984-09-31\" is no date"},
        {"stations/stations.csv", "subway,27,24", "subway,27,north",
         "stations/stations.csv:2: y: \"north\" is no whole number from -9999 to 9999"},
        {"stations/stations.csv", "subway,28,25,", "subway,28,25",
         "stations/stations.csv:3: 9 fields, the header has 10"},
        {"stations/lines.csv", "#c23a30", "red",
         "stations/lines.csv:2: colour: must be a colour such as #c23a30"},
        {"stations/lines.csv", "#006098,1", "#006098,2",
         "stations/lines.csv:3: loop: \"2\" is no whole number from 0 to 1"},
        {"stations/lines.csv", "2,2号线", "1,2号线",
         "stations/lines.csv:3: line_id: is there already"},
        {"stations/stops.csv", "1,2,gucheng", "1,2,guchen",
         "stations/stops.csv:3: station_id: unknown station \"guchen\""},
        {"stations/stops.csv", "1,2,gucheng", "100,2,gucheng",
         "stations/stops.csv:3: line_id: unknown line \"100\""},
        {"stations/stops.csv", "1,2,gucheng", "1,3,gucheng",
         "stations/stops.csv:3: seq: must be 2 here"},
        {"stations/stops.csv", "1,2,gucheng", "1,2,pingguoyuan",
         "stations/stops.csv:3: station_id: \"pingguoyuan\" is on the line already"},
        {"stations/stop_dates.csv", "1,gucheng", "2,gucheng",
         "stations/stop_dates.csv:3: station_id: does not stop on that line"},
        {"stations/stop_dates.csv", "2020-04-18,2026-05", "2020-04-18,2019-05",
         "stations/stop_dates.csv:2: suspended_to: lies before suspended_from"},
        {"stations/stop_dates.csv", "2020-04-18,2026-05", ",2026-05",
         "stations/stop_dates.csv:2: suspended_to: needs a suspended_from"},
        {"stations/stop_dates.csv", "1,gucheng,1971", "1,pingguoyuan,1971",
         "stations/stop_dates.csv:3: station_id: has a row for that line already"},
        {"stations/aliases.csv", "古城路,gucheng", "古城路,guchen",
         "stations/aliases.csv:2: station_id: unknown station \"guchen\""},
        {"stations/aliases.csv", "古城路,gucheng", " ,gucheng",
         "stations/aliases.csv:2: alias: must be a name of at most 256 bytes"},
    };
    expect_faults(edits, ARRAY_LENGTH(edits));
}

static void faulty_notices_are_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"notices.json", "\"id\": \"2022-12-lifted\"", "\"id\": \"2022-06-pandemic\"",
         "notices.json:29: /1/id: the notice \"2022-06-pandemic\" is there already"},
        {"notices.json", "\"from\": \"2022-06\"", "\"from\": \"June\"",
         "notices.json:4: /0/from: must be a date such as 2024, 2024-01 or 2024-01-15"},
        {"notices.json", "\"from\": \"2022-06\"", "\"from\": \"2022-06\", \"until\": \"2022-05\"",
         "notices.json:4: /0/until: lies before \"from\""},
        {"notices.json", "\"kind\": \"finding\"", "\"kind\": \"hearsay\"",
         "notices.json:6: /0/kind: must be official, press or finding"},
        {"notices.json", "\"scope\": \"all\"", "\"scope\": \"some\"",
         "notices.json:5: /0/scope: must be \"all\", or have \"lines\" or \"stations\""},
        {"notices.json", "\"scope\": \"all\"", "\"scope\": {}",
         "notices.json:5: /0/scope: must be \"all\", or have \"lines\" or \"stations\""},
        {"notices.json", "\"scope\": \"all\"", "\"scope\": {\"lines\": [\"29\"]}",
         "notices.json:5: /0/scope/lines/0: no such id"},
        {"notices.json", "\"scope\": \"all\"", "\"scope\": {\"stations\": []}",
         "notices.json:5: /0/scope/stations: must not be empty"},
        {"notices.json", "\"scope\": \"all\"", "\"scope\": {\"towns\": [\"beijing\"]}",
         "notices.json:5: /0/scope/towns: no such member is known"},
        {"notices.json", "\"cards_per_id\": \"one\"", "\"cards_per_id\": \"two\"",
         "notices.json:25: /0/asserts/cards_per_id: no such option of the question"},
        {"notices.json", "\"cards_per_id\": \"one\"", "\"cards\": \"one\"",
         "notices.json:25: /0/asserts/cards: no such question"},
        {"notices.json", "\"window_ticket\",", "\"window\",",
         "notices.json:17: /0/expects_change/1: no such question"},
        {"notices.json", "\"from\": \"2022-06\"", "\"form\": \"2022-06\"",
         "notices.json:4: /0/form: no such member is known"},
    };
    expect_faults(edits, ARRAY_LENGTH(edits));
}

static void a_faulty_archive_is_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"archive/reports.ndjson", "000000000002\"", "000000000001\"",
         "archive/reports.ndjson:2: /id: the id is there already"},
        {"archive/reports.ndjson", "{\"id\": \"0190a000-0000-7000-8000-000000000003\", ", "{",
         "archive/reports.ndjson:3: /id: a report of the archive needs an id"},
        {"archive/reports.ndjson", "\"国家图书馆\"", "\"国家书馆\"",
         "archive/reports.ndjson:3: /station: unknown_station: No station is called \"国家书馆\"; look it up in /api/v1/stations?q=."},
        {"archive/reports.ndjson", "\"payment\"", "\"cash\"",
         "archive/reports.ndjson:5: /answers/ticket_machine: unknown_option: Choose payment, id_required, out_of_service, or leave the question out."},
        {"archive/reports.ndjson", "\"reporter\": \"guide",
         "\"private_note\": \"x\", \"reporter\": \"guide",
         "archive/reports.ndjson:1: /private_note: the archive is public"},
        {"archive/reports.ndjson", "\"note\": \"指南5.0：需要实名\", ",
         "\"note\": \"指南5.0：需要实名\" ",
         "archive/reports.ndjson:1: line 1, column 227: a comma or } is missing"},
        {"archive/reports.ndjson", "\"visited\": \"2024\"", "\"visited\": \"2042\"",
         "archive/reports.ndjson:10: /visited: in_future: That time is still to come: give when you were there."},
    };
    expect_faults(edits, ARRAY_LENGTH(edits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_faulty_survey_is_refused_with_line_and_reason),
        cmocka_unit_test(faulty_statuses_and_conditions_are_refused),
        cmocka_unit_test(faulty_places_are_refused),
        cmocka_unit_test(faulty_notices_are_refused),
        cmocka_unit_test(a_faulty_archive_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
