/* sin(xi xj) over the edges of a graph by hand. */
#include "../peers/c_hand.h"
#include <math.h>
#include <string.h>

void evaluate(char what, const double *x, const double *weights, double *out)
{
    const int n = INTS(0)[0], num_edges = (int)size[1], *high = INTS(1), *low = INTS(2);
    if (what == 'f') {
        double total = 0.0;
        for (int e = 0; e < num_edges; e++) total += sin(x[high[e]] * x[low[e]]);
        *out = total;
    } else if (what == 'd') {
        memset(out, 0, n * sizeof(double));
        for (int e = 0; e < num_edges; e++) {
            const double a = x[high[e]], b = x[low[e]], slope = cos(a * b);
            out[high[e]] += slope * b;
            out[low[e]] += slope * a;
        }
    } else if (what == 'H') {
        double *diagonal = out + num_edges;
        memset(diagonal, 0, n * sizeof(double));
        for (int e = 0; e < num_edges; e++) {
            const double a = x[high[e]], b = x[low[e]];
            const double s = weights[0] * sin(a * b), c = weights[0] * cos(a * b);
            out[e] = c - a * b * s;
            diagonal[high[e]] -= s * b * b;
            diagonal[low[e]] -= s * a * a;
        }
    }
}
