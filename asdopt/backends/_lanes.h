/* One build of the sweeps over a range of nodes, LANES seeds at once; see _lane_builds.h. */

/* Rows never overlap: an operand is an earlier node. */
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

/* Tangents of the nodes start, ..., stop - 1. */
static void NAME(forward)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop, double *t) {
    for (ptrdiff_t i = start; i < stop; i++) {
        const int a = tape->a[i], b = tape->b[i];
        switch (tape->kind[i]) {
        case LANE_UNARY: NAME(set)(tape->da[i], AT(t, a), AT(t, i)); break;
        case LANE_SECOND: NAME(set)(tape->db[i], AT(t, b), AT(t, i)); break;
        case LANE_BINARY:
            NAME(set_two)(tape->da[i], AT(t, a), tape->db[i], AT(t, b), AT(t, i));
            break;
        case LANE_SUM:
            memset(AT(t, i), 0, LANES * sizeof(double));
            for (int j = a; j < a + b; j++)
                NAME(add)(tape->weights[j], AT(t, tape->pool[j]), AT(t, i));
            break;
        }
    }
}

/* Adjoints of the nodes stop - 1, ..., start, passed to their operands. */
static void NAME(reverse)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop, double *u) {
    for (ptrdiff_t i = stop - 1; i >= start; i--) {
        const int a = tape->a[i], b = tape->b[i];
        switch (tape->kind[i]) {
        case LANE_UNARY: NAME(add)(tape->da[i], AT(u, i), AT(u, a)); break;
        case LANE_SECOND: NAME(add)(tape->db[i], AT(u, i), AT(u, b)); break;
        case LANE_BINARY:
            NAME(add)(tape->da[i], AT(u, i), AT(u, a));
            NAME(add)(tape->db[i], AT(u, i), AT(u, b));
            break;
        case LANE_SUM:
            for (int j = a; j < a + b; j++)
                NAME(add)(tape->weights[j], AT(u, i), AT(u, tape->pool[j]));
            break;
        }
    }
}

/* The same with the tangents of the adjoints: u of forward over reverse. An adjoint of exactly 0
   (a zero multiplier) hides even infinite curvature. */
static void NAME(reverse_tangents)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop,
                                   const double *t, double *u) {
    for (ptrdiff_t i = stop - 1; i >= start; i--) {
        const int a = tape->a[i], b = tape->b[i];
        const double s = tape->bar[i];
        switch (tape->kind[i]) {
        case LANE_UNARY:
            if (s == 0.0 || tape->daa[i] == 0.0)
                NAME(add)(tape->da[i], AT(u, i), AT(u, a));
            else
                NAME(add_two)(tape->da[i], AT(u, i), s * tape->daa[i], AT(t, a), AT(u, a));
            break;
        case LANE_SECOND:
            if (s == 0.0 || tape->dbb[i] == 0.0)
                NAME(add)(tape->db[i], AT(u, i), AT(u, b));
            else
                NAME(add_two)(tape->db[i], AT(u, i), s * tape->dbb[i], AT(t, b), AT(u, b));
            break;
        case LANE_BINARY:
            NAME(add)(tape->da[i], AT(u, i), AT(u, a));
            NAME(add)(tape->db[i], AT(u, i), AT(u, b));
            if (s == 0.0) break;
            if (tape->dab[i] != 0.0) {
                NAME(add)(s * tape->dab[i], AT(t, b), AT(u, a));
                NAME(add)(s * tape->dab[i], AT(t, a), AT(u, b));
            }
            if (tape->daa[i] != 0.0) NAME(add)(s * tape->daa[i], AT(t, a), AT(u, a));
            if (tape->dbb[i] != 0.0) NAME(add)(s * tape->dbb[i], AT(t, b), AT(u, b));
            break;
        case LANE_SUM:
            for (int j = a; j < a + b; j++)
                NAME(add)(tape->weights[j], AT(u, i), AT(u, tape->pool[j]));
            break;
        }
    }
}
#undef AT
#undef EACH
