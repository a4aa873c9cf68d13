/* The Brusselator by hand; arrays in the order of brusselator.py. */
#include "../peers/c_hand.h"
#include <string.h>

void evaluate(char what, const double *x, const double *weights, double *out)
{
    const int n = INTS(0)[0], cells = n * n;
    const double a = DOUBLES(1)[0], b = DOUBLES(1)[1], rate = DOUBLES(1)[2];
    const double *u = x, *v = x + cells;
    (void)weights;
    if (what == 'c') {
        for (int i = 0; i < n; i++) {
            const int row = i * n, up = (i ? i - 1 : n - 1) * n, down = (i < n - 1 ? i + 1 : 0) * n;
            for (int j = 0; j < n; j++) {
                const int k = row + j, left = row + (j ? j - 1 : n - 1),
                          right = row + (j < n - 1 ? j + 1 : 0);
                const double reaction = u[k] * u[k] * v[k];
                out[k] = rate * (u[up + j] + u[down + j] + u[left] + u[right] - 4 * u[k]) + b +
                         reaction - (a + 1) * u[k];
                out[cells + k] =
                    rate * (v[up + j] + v[down + j] + v[left] + v[right] - 4 * v[k]) + a * u[k] -
                    reaction;
            }
        }
    } else if (what == 'J') {
        const int *restrict at = INTS(3);
        memcpy(out, DOUBLES(2), size[2] * sizeof(double));
        for (int k = 0; k < cells; k++, at += 4) {
            const double square = u[k] * u[k], cross = 2 * u[k] * v[k];
            out[at[0]] = cross - (4 * rate + a + 1);
            out[at[1]] = square;
            out[at[2]] = a - cross;
            out[at[3]] = -4 * rate - square;
        }
    }
}
