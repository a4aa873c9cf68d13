/* The loop around a hand-written evaluate(), and the data it reads. */
#include "c_hand.h"
#include <time.h>

const void *array[MAX_ARRAYS];
long size[MAX_ARRAYS];

void set_array(int k, const void *data, long length) { array[k] = data, size[k] = length; }

/* Call what[0], what[1], ... `count` times, at the points x (num_points, n) in turn; seconds. */
double run(const char *what, long count, const double *x, long num_points, long n,
           const double *weights, double *const *out)
{
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long k = 0; k < count; k++)
        for (int j = 0; what[j]; j++)
            evaluate(what[j], x + (k % num_points) * n, weights, out[j]);
    clock_gettime(CLOCK_MONOTONIC, &stop);
    return (double)(stop.tv_sec - start.tv_sec) + 1e-9 * (double)(stop.tv_nsec - start.tv_nsec);
}
