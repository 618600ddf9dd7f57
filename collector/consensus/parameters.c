/* What is learned of a question: directions of error, and dynamics. */
#include "collector/consensus/consensus.h"

void emission_uniform(int options, struct emission *emission_out)
{
    size_t width = (size_t)options;
    *emission_out = (struct emission){options, memory_alloc(width * width * sizeof(double))};
    for (size_t k = 0; k < width; k++)
        for (size_t l = 0; l < width; l++)
            emission_row(emission_out, k)[l] = k == l ? 0 : 1.0 / (options - 1);
}

void emission_copy(const struct emission *emission, struct emission *emission_out)
{
    size_t cells = (size_t)emission->options * (size_t)emission->options;
    *emission_out = (struct emission){emission->options,
                                      memory_copy(emission->direction, cells, sizeof(double))};
}

void emission_finish(struct emission *emission)
{
    free(emission->direction);
    *emission = (struct emission){0};
}

void hazard_constant(int options, double origin, double base_rate, struct hazard *hazard_out)
{
    size_t width = (size_t)options;
    *hazard_out = (struct hazard){.options = options, .origin = origin, .base_rate = base_rate};
    hazard_out->base_target = memory_alloc(width * sizeof(double));
    hazard_out->initial = memory_alloc(width * sizeof(double));
    for (int k = 0; k < options; k++) {
        hazard_out->base_target[k] = 1.0 / options;
        hazard_out->initial[k] = 1.0 / options;
    }
}

static void *copy_of(const void *bytes, size_t count, size_t size)
{
    return bytes ? memory_copy(bytes, count, size) : NULL;
}

void hazard_copy(const struct hazard *hazard, struct hazard *hazard_out)
{
    size_t options = (size_t)hazard->options;
    *hazard_out = *hazard;
    hazard_out->base_target = copy_of(hazard->base_target, options, sizeof(double));
    hazard_out->initial = copy_of(hazard->initial, options, sizeof(double));
    hazard_out->rate = copy_of(hazard->rate, hazard->bins, sizeof(double));
    hazard_out->target = copy_of(hazard->target, hazard->bins * options, sizeof(double));
    hazard_out->accepted = copy_of(hazard->accepted, hazard->bins, sizeof(uint8_t));
}

void hazard_finish(struct hazard *hazard)
{
    free(hazard->base_target);
    free(hazard->initial);
    free(hazard->rate);
    free(hazard->target);
    free(hazard->accepted);
    *hazard = (struct hazard){0};
}
