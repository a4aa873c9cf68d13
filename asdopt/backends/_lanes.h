/* One build of the sweeps over a range of rows, LANES seeds at once; see _lane_builds.h. */

#define AT(rows, i) ((rows) + (size_t)(i) * LANES)
#define ADD(p, v, x) STORE(x, PLUS(TIMES(p, v), LOAD(x)))

/* Adjoints of a weighted sum passed to its terms. */
static inline void NAME(spread)(const LaneTape *tape, int start, int count, const double *own,
                                double *u) {
    const Vector v = LOAD(own);
    for (int j = start; j < start + count; j++) {
        const double p = tape->weights[j];
        ADD(p, v, AT(u, tape->slot_pool[j]));
    }
}

/* Tangents of the rows start, ..., stop - 1. */
static void NAME(forward)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop, double *t) {
    for (ptrdiff_t i = start; i < stop; i++) {
        const int a = tape->a[i], b = tape->b[i], node = tape->node[i];
        const double da = tape->da[node], db = tape->db[node];
        switch (tape->kind[i]) {
        case LANE_UNARY: STORE(AT(t, i), TIMES(da, LOAD(AT(t, a)))); break;
        case LANE_SECOND: STORE(AT(t, i), TIMES(db, LOAD(AT(t, b)))); break;
        case LANE_BINARY:
            STORE(AT(t, i), PLUS(TIMES(da, LOAD(AT(t, a))), TIMES(db, LOAD(AT(t, b)))));
            break;
        case LANE_SUM: {
            Vector sum = ALL(0.0);
            for (int j = a; j < a + b; j++) {
                const double p = tape->weights[j];
                sum = PLUS(TIMES(p, LOAD(AT(t, tape->pool[j]))), sum);
            }
            STORE(AT(t, i), sum);
            break;
        }
        }
    }
}

/* Adjoints of the rows stop - 1, ..., start, passed to their operands; a slot is 0 when it has been
   passed on. */
static void NAME(reverse)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop, double *u) {
    for (ptrdiff_t i = stop - 1; i >= start; i--) {
        const int node = tape->node[i];
        const double da = tape->da[node], db = tape->db[node];
        double *own = AT(u, tape->slot[i]);
        double *a = AT(u, tape->slot_a[i]), *b = AT(u, tape->slot_b[i]);
        const Vector v = LOAD(own);
        switch (tape->kind[i]) {
        case LANE_UNARY: ADD(da, v, a); break;
        case LANE_SECOND: ADD(db, v, b); break;
        case LANE_BINARY:
            ADD(da, v, a);
            ADD(db, v, b);
            break;
        case LANE_SUM: NAME(spread)(tape, tape->a[i], tape->b[i], own, u); break;
        }
        STORE(own, ALL(0.0));
    }
}

/* The same with the tangents of the adjoints: u of forward over reverse. An adjoint of exactly 0
   (a zero multiplier) hides even infinite curvature. */
static void NAME(reverse_tangents)(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop,
                                   const double *t, double *u) {
    for (ptrdiff_t i = stop - 1; i >= start; i--) {
        const int node = tape->node[i];
        const double s = tape->bar[i], da = tape->da[node], db = tape->db[node];
        const double *ta = AT(t, tape->a[i]), *tb = AT(t, tape->b[i]);
        double *own = AT(u, tape->slot[i]);
        double *a = AT(u, tape->slot_a[i]), *b = AT(u, tape->slot_b[i]);
        const Vector v = LOAD(own);
        double p;
        switch (tape->kind[i]) {
        case LANE_UNARY:
            ADD(da, v, a);
            if (s == 0.0) break;
            if ((p = s * tape->daa[node]) != 0.0) ADD(p, LOAD(ta), a);
            break;
        case LANE_SECOND:
            ADD(db, v, b);
            if (s == 0.0) break;
            if ((p = s * tape->dbb[node]) != 0.0) ADD(p, LOAD(tb), b);
            break;
        case LANE_BINARY:
            ADD(da, v, a);
            ADD(db, v, b);
            if (s == 0.0) break;
            if ((p = s * tape->dab[node]) != 0.0) {
                ADD(p, LOAD(tb), a);
                ADD(p, LOAD(ta), b);
            }
            if ((p = s * tape->daa[node]) != 0.0) ADD(p, LOAD(ta), a);
            if ((p = s * tape->dbb[node]) != 0.0) ADD(p, LOAD(tb), b);
            break;
        case LANE_SUM: NAME(spread)(tape, tape->a[i], tape->b[i], own, u); break;
        }
        STORE(own, ALL(0.0));
    }
}
#undef ADD
#undef AT
