#include "collector/consensus/mixture.h"

#include <math.h>

void mixture_start(double weight, double mean, struct mixture *mixture_out)
{
    double sum = 0;
    for (int g = 0; g < MIXTURE_POINTS; g++) {
        double point = MIXTURE_LEAST + (g + 0.5) * MIXTURE_CELL;
        mixture_out->point[g] = point;
        mixture_out->log_right[g] = log(point);
        mixture_out->log_wrong[g] = log1p(-point);
        mixture_out->prior[g] = exp((weight * mean - 1) * mixture_out->log_right[g] +
                                    (weight * (1 - mean) - 1) * mixture_out->log_wrong[g]);
        sum += mixture_out->prior[g];
    }
    for (int g = 0; g < MIXTURE_POINTS; g++) {
        mixture_out->prior[g] /= sum;
        mixture_out->share[g] = mixture_out->prior[g];
    }
}
