/* Sweeps over a tape, compiled for several instruction sets and chosen by a look at the CPU. */
#ifndef ASDOPT_LANE_BUILDS_H
#define ASDOPT_LANE_BUILDS_H

#include <stddef.h>
#include <string.h>

#define LANES 8

/* What a sweep does at a row. */
enum {
    LANE_SKIP,   /* input, or no derivative */
    LANE_SUM,    /* weighted sum, or result of an external function */
    LANE_UNARY,  /* depends on operand a only */
    LANE_SECOND, /* depends on operand b only */
    LANE_BINARY
};

/* Operands and adjoints are those of rows; partial derivatives are those of the row's node.
   Adjoints of lanes stand in slots, which rows share whose adjoints are never alive together:
   those of a long chain stay in the L1 cache. */
typedef struct {
    const unsigned char *kind;
    const int *a, *b, *node, *pool;
    const int *slot, *slot_a, *slot_b, *slot_pool;
    const double *weights, *da, *db, *daa, *dab, *dbb;
    double *bar;
} LaneTape;

/* One number a lane. Loops over lanes are not left to the compiler: GCC 12 turns some into scalar
   stores, which a later load of all lanes waits for, three times the time of a sweep. */
#if defined(__GNUC__)
typedef double Vector __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));
#define ALL(p) ((Vector){(p), (p), (p), (p), (p), (p), (p), (p)})
#define LOAD(x) (*(const Vector *)(x))
#define STORE(x, v) (*(Vector *)(x) = (v))
#define TIMES(p, v) (ALL(p) * (v))
#define PLUS(v, w) ((v) + (w))
#else
typedef struct {
    double lane[LANES];
} Vector;
static inline Vector ALL(double p) {
    Vector v;
    for (int k = 0; k < LANES; k++) v.lane[k] = p;
    return v;
}
static inline Vector LOAD(const double *x) {
    Vector v;
    for (int k = 0; k < LANES; k++) v.lane[k] = x[k];
    return v;
}
static inline void STORE(double *x, Vector v) {
    for (int k = 0; k < LANES; k++) x[k] = v.lane[k];
}
static inline Vector TIMES(double p, Vector v) {
    for (int k = 0; k < LANES; k++) v.lane[k] *= p;
    return v;
}
static inline Vector PLUS(Vector v, Vector w) {
    for (int k = 0; k < LANES; k++) v.lane[k] += w.lane[k];
    return v;
}
#endif

#define NAME(name) plain_##name
#include "_lanes.h"
#undef NAME

typedef struct {
    void (*forward)(const LaneTape *, ptrdiff_t, ptrdiff_t, double *);
    void (*reverse)(const LaneTape *, ptrdiff_t, ptrdiff_t, double *);
    void (*reverse_tangents)(const LaneTape *, ptrdiff_t, ptrdiff_t, const double *, double *);
} LaneSweeps;

/* Adjoints in bar, one seed; an adjoint of 0 hides even an infinite derivative. */
static void reverse_one(const LaneTape *tape, ptrdiff_t start, ptrdiff_t stop) {
    double *bar = tape->bar;
    for (ptrdiff_t i = stop - 1; i >= start; i--) {
        const int a = tape->a[i], b = tape->b[i], node = tape->node[i];
        const double s = bar[i];
        if (s == 0.0) continue;
        switch (tape->kind[i]) {
        case LANE_UNARY: bar[a] += tape->da[node] * s; break;
        case LANE_SECOND: bar[b] += tape->db[node] * s; break;
        case LANE_BINARY:
            bar[a] += tape->da[node] * s;
            bar[b] += tape->db[node] * s;
            break;
        case LANE_SUM:
            for (int j = a; j < a + b; j++) bar[tape->pool[j]] += tape->weights[j] * s;
            break;
        }
    }
}

#define SWEEPS(build) {build##_forward, build##_reverse, build##_reverse_tangents}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2")
#define NAME(name) v3_##name
#include "_lanes.h"
#undef NAME
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,bmi,bmi2,prefer-vector-width=512")
#define NAME(name) v4_##name
#include "_lanes.h"
#undef NAME
#pragma GCC pop_options
#endif

static LaneSweeps choose_lanes(void) {
    const LaneSweeps plain = SWEEPS(plain);
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    const LaneSweeps v3 = SWEEPS(v3), v4 = SWEEPS(v4);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        return v4;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return v3;
#endif
    return plain;
}

#endif
