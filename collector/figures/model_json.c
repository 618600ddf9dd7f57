/* The model as text: for the export, and for the versions that past views are built from. */
#include <stdio.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/figures/model.h"

static bool is_same(double left, double right)
{
    return !(left < right) && !(left > right);
}

/* The shortest of the forms that come back as the same number. */
static void print_exact(struct buffer *buffer, double value)
{
    const int most = 17;
    char digits[40];
    for (int precision = 15; precision <= most; precision++) {
        double back = 0;
        int length = snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (number_real(digits, (size_t)length, &back) && is_same(back, value))
            break;
    }
    buffer_text(buffer, digits);
}

static void print_numbers(struct buffer *buffer, const double *values, int count)
{
    buffer_char(buffer, '[');
    for (int i = 0; i < count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_exact(buffer, values[i]);
    }
    buffer_char(buffer, ']');
}

static const double *bin_target(const struct hazard *hazard, size_t bin)
{
    return hazard->target == NULL ? hazard->base_target
                                  : hazard->target + bin * (size_t)hazard->options;
}

static double bin_rate(const struct hazard *hazard, size_t bin)
{
    return hazard->rate == NULL ? hazard->base_rate : hazard->rate[bin];
}

static bool bin_is_base(const struct hazard *hazard, size_t bin)
{
    if (hazard->accepted != NULL && hazard->accepted[bin] != 0)
        return false;
    for (int k = 0; k < hazard->options; k++)
        if (!is_same(bin_target(hazard, bin)[k], hazard->base_target[k]))
            return false;
    return is_same(bin_rate(hazard, bin), hazard->base_rate);
}

static void print_bins(struct buffer *buffer, const struct hazard *hazard)
{
    const char *comma = "";
    for (size_t bin = 0; bin < hazard->bins; bin++) {
        if (bin_is_base(hazard, bin))
            continue;
        bool accepted = hazard->accepted != NULL && hazard->accepted[bin] != 0;
        buffer_format(buffer, "%s{\"bin\":%zu,\"rate\":", comma, bin);
        print_exact(buffer, bin_rate(hazard, bin));
        buffer_format(buffer, ",\"accepted\":%s,\"target\":", accepted ? "true" : "false");
        print_numbers(buffer, bin_target(hazard, bin), hazard->options);
        buffer_char(buffer, '}');
        comma = ",";
    }
}

static void print_hazard(struct buffer *buffer, const struct hazard *hazard)
{
    buffer_text(buffer, "{\"origin\":\"");
    buffer_day(buffer, (int32_t)hazard->origin);
    buffer_format(buffer, "\",\"bins\":%zu,\"base_rate\":", hazard->bins);
    print_exact(buffer, hazard->base_rate);
    buffer_text(buffer, ",\"base_target\":");
    print_numbers(buffer, hazard->base_target, hazard->options);
    buffer_text(buffer, ",\"own\":[");
    print_bins(buffer, hazard);
    buffer_text(buffer, "]}");
}

static void print_question(struct buffer *buffer, const struct question_model *model,
                           const struct survey_question *question)
{
    buffer_text(buffer, "{\"id\":");
    buffer_json(buffer, question->term.id, strlen(question->term.id));
    buffer_text(buffer, ",\"options\":[");
    for (int i = 0; i < question->option_count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        buffer_json(buffer, question->options[i].term.id, strlen(question->options[i].term.id));
    }
    buffer_text(buffer, "],\"initial\":");
    print_numbers(buffer, model->hazard.initial, model->hazard.options);
    buffer_text(buffer, ",\"direction\":[");
    for (int k = 0; k < model->emission.options; k++) {
        buffer_text(buffer, k == 0 ? "" : ",");
        print_numbers(buffer, emission_row(&model->emission, (size_t)k), model->emission.options);
    }
    buffer_text(buffer, "],\"hazard\":");
    print_hazard(buffer, &model->hazard);
    buffer_char(buffer, '}');
}

void model_json(const struct model *model, const struct survey *survey, struct buffer *buffer)
{
    buffer_text(buffer, "{\"span\":");
    print_exact(buffer, model->span);
    buffer_text(buffer, ",\"unnamed\":");
    print_exact(buffer, model->unnamed);
    buffer_text(buffer, ",\"questions\":[");
    for (int q = 0; q < model->question_count; q++) {
        buffer_text(buffer, q == 0 ? "" : ",");
        print_question(buffer, &model->questions[q], &survey->questions[q]);
    }
    buffer_text(buffer, "]}");
}

/* Options that the text lacks keep what is there. */
static void read_numbers(const json_t *array, double *values, int count)
{
    for (int i = 0; i < count && (size_t)i < json_array_size(array); i++)
        values[i] = json_number_value(json_array_get(array, (size_t)i));
}

static void bins_init(struct hazard *hazard, size_t bins)
{
    size_t options = (size_t)hazard->options;
    hazard->bins = bins;
    hazard->rate = memory_zeroed(bins, sizeof *hazard->rate);
    hazard->target = memory_zeroed(bins * options, sizeof *hazard->target);
    hazard->accepted = memory_zeroed(bins, sizeof *hazard->accepted);
    for (size_t bin = 0; bin < bins; bin++) {
        hazard->rate[bin] = hazard->base_rate;
        memcpy(hazard->target + bin * options, hazard->base_target,
               options * sizeof *hazard->target);
    }
}

static void read_bins(const json_t *own, size_t bins, struct hazard *hazard)
{
    if (bins == 0)
        return;
    bins_init(hazard, bins);
    for (size_t i = 0; i < json_array_size(own); i++) {
        const json_t *row = json_array_get(own, i);
        json_int_t bin = json_integer_value(json_object_get(row, "bin"));
        if (bin < 0 || (size_t)bin >= bins)
            continue;
        hazard->rate[bin] = json_number_value(json_object_get(row, "rate"));
        hazard->accepted[bin] = json_is_true(json_object_get(row, "accepted"));
        read_numbers(json_object_get(row, "target"),
                     hazard->target + (size_t)bin * (size_t)hazard->options, hazard->options);
    }
}

static void read_hazard(const json_t *json, struct hazard *hazard)
{
    const int most_bins = 200000;
    const char *origin = json_string_value(json_object_get(json, "origin"));
    int32_t day = 0;
    if (origin != NULL && day_parse(origin, strlen(origin), &day))
        hazard->origin = day;
    hazard->base_rate = json_number_value(json_object_get(json, "base_rate"));
    read_numbers(json_object_get(json, "base_target"), hazard->base_target, hazard->options);
    json_int_t bins = json_integer_value(json_object_get(json, "bins"));
    if (bins > 0 && bins <= most_bins)
        read_bins(json_object_get(json, "own"), (size_t)bins, hazard);
}

static void read_question(const json_t *json, const struct survey *survey, struct model *model)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    int q = id == NULL ? -1 : survey_question(survey, id);
    if (q < 0)
        return;
    struct question_model *question = &model->questions[q];
    const json_t *direction = json_object_get(json, "direction");
    for (int k = 0; k < question->emission.options; k++)
        read_numbers(json_array_get(direction, (size_t)k),
                     emission_row(&question->emission, (size_t)k), question->emission.options);
    read_numbers(json_object_get(json, "initial"), question->hazard.initial,
                 question->hazard.options);
    read_hazard(json_object_get(json, "hazard"), &question->hazard);
}

static bool are_chances(const double *values, size_t count)
{
    const double most = 1 + 1e-9; /* they were rounded */
    for (size_t i = 0; i < count; i++)
        if (!(values[i] >= 0 && values[i] <= most))
            return false;
    return true;
}

static bool are_rates(const double *values, size_t count)
{
    const double most = 1000; /* a day */
    for (size_t i = 0; i < count; i++)
        if (!(values[i] >= 0 && values[i] <= most))
            return false;
    return true;
}

/* Whether posteriors that come of it can be chances. */
static bool question_is_sound(const struct question_model *question)
{
    const struct hazard *hazard = &question->hazard;
    size_t options = (size_t)hazard->options;
    bool are_sound = are_rates(&hazard->base_rate, 1) && are_chances(hazard->initial, options) &&
                     are_chances(hazard->base_target, options);
    for (size_t k = 0; k < options; k++)
        are_sound = are_sound && are_chances(emission_row(&question->emission, k), options);
    if (hazard->rate == NULL)
        return are_sound;
    return are_sound && are_rates(hazard->rate, hazard->bins) &&
           are_chances(hazard->target, hazard->bins * options);
}

static bool model_is_sound(const struct model *model, const struct survey *survey,
                           struct error *error)
{
    if (!are_chances(&model->unnamed, 1))
        return error_set(error, ERROR_INVALID, "the model's \"unnamed\" is no chance");
    for (int q = 0; q < model->question_count; q++)
        if (!question_is_sound(&model->questions[q]))
            return error_set(error, ERROR_INVALID,
                             "the model of question %s has a number that is no chance or rate",
                             survey->questions[q].term.id);
    return true;
}

struct model *model_parse(const struct survey *survey, const char *text, size_t length,
                          struct error *error)
{
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        error_set(error, ERROR_INTERNAL, "the stored model is no JSON object");
        return NULL;
    }
    struct model *model = model_create(survey, json_number_value(json_object_get(json, "span")));
    model->unnamed = json_number_value(json_object_get(json, "unnamed"));
    const json_t *questions = json_object_get(json, "questions");
    for (size_t i = 0; i < json_array_size(questions); i++)
        read_question(json_array_get(questions, i), survey, model);
    json_decref(json);
    if (!model_is_sound(model, survey, error)) {
        model_drop(model);
        return NULL;
    }
    return model;
}
