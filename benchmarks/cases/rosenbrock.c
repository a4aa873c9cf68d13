/* The chained Rosenbrock function by hand. */
#include "../peers/c_hand.h"
#include <string.h>

void evaluate(char what, const double *x, const double *weights, double *out)
{
    const int n = INTS(0)[0];
    if (what == 'f') {
        double total = 0.0;
        for (int i = 0; i < n - 1; i++) {
            double gap = x[i + 1] - x[i] * x[i], rest = 1.0 - x[i];
            total += 100.0 * gap * gap + rest * rest;
        }
        *out = total;
    } else if (what == 'd') {
        memset(out, 0, n * sizeof(double));
        for (int i = 0; i < n - 1; i++) {
            double gap = 200.0 * (x[i + 1] - x[i] * x[i]);
            out[i + 1] += gap;
            out[i] -= 2.0 * (x[i] * gap + 1.0 - x[i]);
        }
    } else if (what == 'H') {
        const double w = weights[0];
        double *beside = out + n;
        memset(out, 0, n * sizeof(double));
        for (int i = 0; i < n - 1; i++) {
            out[i] += w * (1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0);
            out[i + 1] += w * 200.0;
            beside[i] = w * -400.0 * x[i];
        }
    }
}
