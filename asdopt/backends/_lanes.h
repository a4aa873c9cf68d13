/* One build of the sweeps over a range of rows, LANES seeds at once; see _lane_builds.h. */

/* Rows never overlap: an operand is an earlier row. */
#define EACH for (int k = 0; k < LANES; k++)
static inline void NAME(set)(double p, const double *RESTRICT x, double *RESTRICT y) {
    EACH y[k] = p * x[k];
}
static inline void NAME(set_two)(double p, const double *RESTRICT x, double q,
                                 const double *RESTRICT z, double *RESTRICT y) {
    EACH y[k] = p * x[k] + q * z[k];
}
static inline void NAME(add)(double p, const double *RESTRICT x, double *RESTRICT y) {
    EACH y[k] += p * x[k];
}
static inline void NAME(add_two)(double p, const double *RESTRICT x, double q,
                                 const double *RESTRICT z, double *RESTRICT y) {
    EACH y[k] += p * x[k] + q * z[k];
}

#define AT(rows, i) ((rows) + (size_t)(i) * LANES)

/* Adjoints x of a weighted sum passed to its terms. */
static inline void NAME(spread)(const LaneTape *tape, int start, int count, const double *x,
                                double *u) {
    double sum[LANES];
    EACH sum[k] = x[k];
    for (int j = start; j < start + count; j++)
        NAME(add)(tape->weights[j], sum, AT(u, tape->pool[j]));
}

/* Tangents of the rows start, ..., stop - 1. */
static void NAME(forward)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop, double *t) {
    for (ptrdiff_t i = start; i < stop; i++) {
        const int a = tape->a[i], b = tape->b[i], node = tape->node[i];
        switch (tape->kind[i]) {
        case LANE_UNARY: NAME(set)(tape->da[node], AT(t, a), AT(t, i)); break;
        case LANE_SECOND: NAME(set)(tape->db[node], AT(t, b), AT(t, i)); break;
        case LANE_BINARY:
            NAME(set_two)(tape->da[node], AT(t, a), tape->db[node], AT(t, b), AT(t, i));
            break;
        case LANE_SUM: {
            double sum[LANES];
            EACH sum[k] = 0.0;
            for (int j = a; j < a + b; j++)
                NAME(add)(tape->weights[j], AT(t, tape->pool[j]), sum);
            EACH AT(t, i)[k] = sum[k];
            break;
        }
        }
    }
}

/* Adjoints of the rows stop - 1, ..., start, passed to their operands. */
static void NAME(reverse)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop, double *u) {
    for (ptrdiff_t i = stop - 1; i >= start; i--) {
        const int a = tape->a[i], b = tape->b[i], node = tape->node[i];
        switch (tape->kind[i]) {
        case LANE_UNARY: NAME(add)(tape->da[node], AT(u, i), AT(u, a)); break;
        case LANE_SECOND: NAME(add)(tape->db[node], AT(u, i), AT(u, b)); break;
        case LANE_BINARY:
            NAME(add)(tape->da[node], AT(u, i), AT(u, a));
            NAME(add)(tape->db[node], AT(u, i), AT(u, b));
            break;
        case LANE_SUM: NAME(spread)(tape, a, b, AT(u, i), u); break;
        }
    }
}

/* The same with the tangents of the adjoints: u of forward over reverse. An adjoint of exactly 0
   (a zero multiplier) hides even infinite curvature. */
static void NAME(reverse_tangents)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop,
                                   const double *t, double *u) {
    for (ptrdiff_t i = stop - 1; i >= start; i--) {
        const int a = tape->a[i], b = tape->b[i], node = tape->node[i];
        const double s = tape->bar[i];
        switch (tape->kind[i]) {
        case LANE_UNARY:
            if (s == 0.0 || tape->daa[node] == 0.0)
                NAME(add)(tape->da[node], AT(u, i), AT(u, a));
            else
                NAME(add_two)(tape->da[node], AT(u, i), s * tape->daa[node], AT(t, a), AT(u, a));
            break;
        case LANE_SECOND:
            if (s == 0.0 || tape->dbb[node] == 0.0)
                NAME(add)(tape->db[node], AT(u, i), AT(u, b));
            else
                NAME(add_two)(tape->db[node], AT(u, i), s * tape->dbb[node], AT(t, b), AT(u, b));
            break;
        case LANE_BINARY:
            NAME(add)(tape->da[node], AT(u, i), AT(u, a));
            NAME(add)(tape->db[node], AT(u, i), AT(u, b));
            if (s == 0.0) break;
            if (tape->dab[node] != 0.0) {
                NAME(add)(s * tape->dab[node], AT(t, b), AT(u, a));
                NAME(add)(s * tape->dab[node], AT(t, a), AT(u, b));
            }
            if (tape->daa[node] != 0.0) NAME(add)(s * tape->daa[node], AT(t, a), AT(u, a));
            if (tape->dbb[node] != 0.0) NAME(add)(s * tape->dbb[node], AT(t, b), AT(u, b));
            break;
        case LANE_SUM: NAME(spread)(tape, a, b, AT(u, i), u); break;
        }
    }
}
#undef AT
#undef EACH
