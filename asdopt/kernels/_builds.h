/* The block machine, compiled for several instruction sets and chosen once by a look at the CPU. */
#ifndef ASDOPT_BUILDS_H
#define ASDOPT_BUILDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "_operators.h"
#include "kernels/_dense.h"
#include "kernels/_modes.h"
#include "kernels/_program.h"

#define MACHINE_OPERATIONS(F)                                                                    \
    F(END) F(CONSTANTS) F(NUMBER) F(GATHER) F(GATHER_DIFFERENCE) F(SCATTER) F(SCATTER_NEGATIVE)      \
    F(ENTRY) F(ENTRY_NEGATIVE) F(STORE_ROWS) F(NEGATE)                                                 \
    F(ADD) F(SUBTRACT) F(MULTIPLY) F(DIVIDE) F(SQUARE) F(ADD_NUMBER) F(FROM_NUMBER)              \
    F(MULTIPLY_NUMBER) F(DIVIDE_NUMBER) F(MULTIPLY_ADD) F(MULTIPLY_SUBTRACT) F(SUBTRACT_PRODUCT) \
    F(MULTIPLY_NUMBER_ADD) F(MULTIPLY_NUMBER_SUBTRACT) F(GUARDED) F(MASK) F(LESS) F(LESS_EQUAL)  \
    F(EQUAL) F(NOT_EQUAL) F(AND) F(OR) F(XOR) F(SQRT) F(FABS) F(EXP) F(LOG) F(SINE_COSINE)       \
    F(CALL) F(CALL_TWO)

#define NUMBERED(name) DO_##name,
enum { MACHINE_OPERATIONS(NUMBERED) NUM_MACHINE_OPERATIONS };
#undef NUMBERED

#define NAMED(name) #name,
static const char *const MACHINE_NAMES[] = {MACHINE_OPERATIONS(NAMED) NULL};
static const char *const UNARY_NAMES[] = {UNARY_FUNCTIONS(NAMED) NULL};
static const char *const BINARY_NAMES[] = {BINARY_FUNCTIONS(NAMED) NULL};
#undef NAMED

/* Functions that have no operation of their own; some of them are macros in C. */
#define UNARY_WRAPPER(name) static double call_##name(double x) { return name(x); }
#define BINARY_WRAPPER(name) static double call_##name(double x, double y) { return name(x, y); }
#define POINTER(name) call_##name,
UNARY_FUNCTIONS(UNARY_WRAPPER)
BINARY_FUNCTIONS(BINARY_WRAPPER)
static double (*const UNARY[])(double) = {UNARY_FUNCTIONS(POINTER)};
static double (*const BINARY[])(double, double) = {BINARY_FUNCTIONS(POINTER)};
#undef POINTER

/* Four numbers in a vector, four of the eight of two vectors, and masks for all subsets of four. */
#ifdef __GNUC__
typedef double Four __attribute__((vector_size(32)));
typedef int64_t FourBits __attribute__((vector_size(32)));
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (FourBits){__VA_ARGS__})
#endif
#define SUBSET(k) {-(k & 1), -(k >> 1 & 1), -(k >> 2 & 1), -(k >> 3 & 1)}
static const int64_t WHICH[16][4] __attribute__((aligned(32))) = {
    SUBSET(0), SUBSET(1), SUBSET(2), SUBSET(3), SUBSET(4), SUBSET(5), SUBSET(6), SUBSET(7),
    SUBSET(8), SUBSET(9), SUBSET(10), SUBSET(11), SUBSET(12), SUBSET(13), SUBSET(14), SUBSET(15)};
#undef SUBSET
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define ALIGNED __attribute__((aligned(64)))
#else
#define ALWAYS_INLINE inline
#define ALIGNED
#endif

#define NAME(name) plain_##name
#define LANES 2
#include "_machine.h"
#include "_congruence.h"
#undef NAME
#undef LANES

typedef int (*Run)(const Program *, int, int, int, double *, double **, const double *const *,
                   double *const *);

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SEVERAL_BUILDS
#pragma GCC push_options
#pragma GCC target("sse4.2")
#define NAME(name) v2_##name
#define LANES 2
#include "_machine.h"
#include "_congruence.h"
#undef NAME
#undef LANES
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2")
#define NAME(name) v3_##name
#define LANES 4
#include "_machine.h"
#include "_congruence.h"
#undef NAME
#undef LANES
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,bmi,bmi2")
#define NAME(name) v4_##name
#define LANES 8
#include "_machine.h"
#include "_congruence.h"
#undef NAME
#undef LANES
#pragma GCC pop_options
#endif

typedef void (*Product)(const Dense *, const Dense *, const double *, const int *,
                        const unsigned char *, double *);

static const char *BUILD = "plain";
static Product PRODUCT = plain_product;

static Run choose_build(const char *wanted) {
#ifdef SEVERAL_BUILDS
    int v4 = __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    int v2 = __builtin_cpu_supports("sse4.2");
#define OFFER(name)                                          \
    if (name && (!wanted || strcmp(wanted, #name) == 0)) {   \
        BUILD = #name;                                       \
        PRODUCT = name##_product;                            \
        return name##_run;                                   \
    }
    OFFER(v4)
    OFFER(v3)
    OFFER(v2)
#undef OFFER
#endif
    (void)wanted;
    BUILD = "plain";
    PRODUCT = plain_product;
    return plain_run;
}

#endif
