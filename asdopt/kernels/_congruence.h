/* The product L' D M of dense matrices by blocks; included by _builds.h once for each instruction
   set, LANES numbers in a vector.

   A matrix lies in panels of eight columns, each row by row, so that a tile of eight by eight results
   is a sum of outer products of what is read from front to end, all of it in registers. */

#ifdef SHUFFLE
typedef double NAME(vector) __attribute__((vector_size(8 * LANES)));
#define TAKE(name, from)  \
    NAME(vector) name;    \
    memcpy(&name, from, 8 * LANES);
#define LAY(row, name) memcpy(row, &name, 8 * LANES);
#endif

/* One tile: the sum of the outer products of n rows of two panels. */
static void NAME(tile)(ptrdiff_t n, const double *a, const double *b, double *c) {
#if defined(SHUFFLE) && LANES == 8
    NAME(vector) c0 = {0}, c1 = {0}, c2 = {0}, c3 = {0}, c4 = {0}, c5 = {0}, c6 = {0}, c7 = {0};
    for (; n > 0; n--, a += 8, b += 8) {
        TAKE(row, b)
        c0 += a[0] * row;
        c1 += a[1] * row;
        c2 += a[2] * row;
        c3 += a[3] * row;
        c4 += a[4] * row;
        c5 += a[5] * row;
        c6 += a[6] * row;
        c7 += a[7] * row;
    }
    LAY(c, c0)
    LAY(c + 8, c1)
    LAY(c + 16, c2)
    LAY(c + 24, c3)
    LAY(c + 32, c4)
    LAY(c + 40, c5)
    LAY(c + 48, c6)
    LAY(c + 56, c7)
#elif defined(SHUFFLE)
    /* Four rows of two vectors at a time: with what is read, all there is of registers. */
    for (int i = 0; i < 8; i += 4)
        for (int j = 0; j < 8; j += 2 * LANES) {
            const double *x = a + i, *y = b + j;
            double *to = c + 8 * i + j;
            NAME(vector) c0 = {0}, c1 = {0}, c2 = {0}, c3 = {0};
            NAME(vector) d0 = {0}, d1 = {0}, d2 = {0}, d3 = {0};
            for (ptrdiff_t k = 0; k < n; k++, x += 8, y += 8) {
                TAKE(left, y)
                TAKE(right, y + LANES)
                c0 += x[0] * left;
                c1 += x[1] * left;
                c2 += x[2] * left;
                c3 += x[3] * left;
                d0 += x[0] * right;
                d1 += x[1] * right;
                d2 += x[2] * right;
                d3 += x[3] * right;
            }
            LAY(to, c0)
            LAY(to + 8, c1)
            LAY(to + 16, c2)
            LAY(to + 24, c3)
            LAY(to + LANES, d0)
            LAY(to + LANES + 8, d1)
            LAY(to + LANES + 16, d2)
            LAY(to + LANES + 24, d3)
        }
#else
    for (int i = 0; i < 64; i++) c[i] = 0.0;
    for (; n > 0; n--, a += 8, b += 8)
        for (int i = 0; i < 8; i++)
            for (int j = 0; j < 8; j++) c[8 * i + j] += a[i] * b[j];
#endif
}
#ifdef SHUFFLE
#undef TAKE
#undef LAY
#endif

/* Add the tile to its places: -1 for none, below that -2 - place for one that counts twice. */
static void NAME(add_tile)(const double *c, const int *places, const unsigned char *is_run,
                           double *out) {
    for (int i = 0; i < 8; i++, c += 8, places += 8) {
        if (is_run[i]) {
            double *row = out + places[0];
            for (int j = 0; j < 8; j++) row[j] += c[j];
            continue;
        }
        for (int j = 0; j < 8; j++) {
            if (places[j] >= 0)
                out[places[j]] += c[j];
            else if (places[j] < -1)
                out[-2 - places[j]] += 2.0 * c[j];
        }
    }
}

static void NAME(product)(const Dense *left, const Dense *right, const double *d,
                          const int *places, const unsigned char *is_run, double *out) {
    const ptrdiff_t rows = left->rows;
    double scaled[8 * ROWS_AT_ONCE] ALIGNED;
    double tile[64] ALIGNED;
    for (ptrdiff_t first = 0; first < rows; first += ROWS_AT_ONCE) {
        const ptrdiff_t n = rows - first < ROWS_AT_ONCE ? rows - first : ROWS_AT_ONCE;
        const int *at = places;
        const unsigned char *runs = is_run;
        for (ptrdiff_t p = 0; p < left->panels; p++) {
            const double *a = left->values + 8 * (p * rows + first);
            const ptrdiff_t last = left == right ? p + 1 : right->panels;
            for (ptrdiff_t k = 0; k < n; k++)
                for (int i = 0; i < 8; i++) scaled[8 * k + i] = d[first + k] * a[8 * k + i];
            for (ptrdiff_t q = 0; q < last; q++, at += 64, runs += 8) {
                NAME(tile)(n, scaled, right->values + 8 * (q * rows + first), tile);
                NAME(add_tile)(tile, at, runs, out);
            }
        }
    }
}
