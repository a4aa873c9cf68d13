/* Sweeps over a tape, compiled for several instruction sets and chosen by a look at the CPU. */
#ifndef ASDOPT_LANE_BUILDS_H
#define ASDOPT_LANE_BUILDS_H

#include <stddef.h>
#include <string.h>

#define LANES 8

/* What a sweep does at a node. */
enum {
    LANE_SKIP,   /* constant, or no derivative */
    LANE_SUM,    /* weighted sum, or result of an external function */
    LANE_UNARY,  /* depends on operand a only */
    LANE_SECOND, /* depends on operand b only */
    LANE_BINARY
};

typedef struct {
    const unsigned char *kind;
    const int *a, *b, *pool;
    const double *weights, *da, *db, *daa, *dab, *dbb, *bar;
} LaneTape;

#if defined(__GNUC__) || defined(_MSC_VER)
#define RESTRICT __restrict
#else
#define RESTRICT restrict
#endif

#define NAME(name) plain_##name
#include "_lanes.h"
#undef NAME

typedef struct {
    void (*forward)(const LaneTape *, ptrdiff_t, ptrdiff_t, double *);
    void (*reverse)(const LaneTape *, ptrdiff_t, ptrdiff_t, double *);
    void (*reverse_tangents)(const LaneTape *, ptrdiff_t, ptrdiff_t, const double *, double *);
} LaneSweeps;

#define SWEEPS(build) {build##_forward, build##_reverse, build##_reverse_tangents}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2")
#define NAME(name) v3_##name
#include "_lanes.h"
#undef NAME
#pragma GCC pop_options
#endif

static LaneSweeps choose_lanes(void) {
    const LaneSweeps plain = SWEEPS(plain);
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    const LaneSweeps v3 = SWEEPS(v3);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return v3;
#endif
    return plain;
}

#endif
