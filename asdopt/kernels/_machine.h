/* One build of the block machine; included by _builds.h once for each instruction set.

   A program runs over blocks of instances, one tight loop per instruction. An operand is an entry
   of a table of pointers: registers first, then the rows of constants of the block's instances,
   then what was gathered, which is read in place where it is consecutive.
   Loops run over the padded width n, a multiple of 8; scatters over the true count. */

#ifdef __clang__
#define EACH _Pragma("clang loop vectorize(assume_safety)") for (int i = 0; i < n; i++)
#elif defined(__GNUC__)
#define EACH _Pragma("GCC ivdep") for (int i = 0; i < n; i++)
#else
#define EACH for (int i = 0; i < n; i++)
#endif

#include "_functions.h"
#include "_scatters.h"

/* One block of n (padded) and count (true) instances; tells whether a result is large. */
static int NAME(block)(const Program *program, const int n, int count, int at, int keep,
                       double *registers, double **table, const double *const *in,
                       double *const *out) {
    const int width = program->width;
    const int *index = program->index + (size_t)at * program->num_index * width;
    const unsigned char *modes = program->modes + (size_t)at * program->num_index;
    double *row = program->data + (size_t)at * program->num_data * width;
    const Instruction *step = program->code;
    double *staged = registers + (program->num_registers + program->num_gathered) * width;
    const double *entries[MOST_ENTRIES];
    uint64_t signs[MOST_ENTRIES];
    int large = 0;
    for (int k = 0; k < program->num_data; k++) {
        table[program->num_registers + k] = row;
        row += width;
    }
#define D table[step->d]
#define A table[step->a]
#define B table[step->b]
#define C table[step->c]
#define LOOP(expression)                                                     \
    {                                                                        \
        double *d = D;                                                       \
        const double *a = A, *b = B, *c = C;                                 \
        const double k = step->k;                                            \
        (void)a; (void)b; (void)c; (void)k;                                  \
        EACH d[i] = expression;                                              \
        NEXT;                                                                \
    }
#ifdef __GNUC__
#define LABEL(name) &&do_##name,
    static const void *const labels[] = {MACHINE_OPERATIONS(LABEL)};
#undef LABEL
#define CASE(name) do_##name:
#define NEXT { step++; goto *labels[step->op]; }
    goto *labels[step->op];
    {
#else
#define CASE(name) case DO_##name:
#define NEXT { step++; continue; }
    for (;;) switch (step->op) {
#endif
    CASE(END) return large;
    CASE(CONSTANTS) {
        if (keep) return large;
        NEXT;
    }
    CASE(NUMBER) LOOP(k)
    CASE(GATHER) {
        const double *from = in[step->b];
        const int *rows = index + step->a * width;
        if (modes[step->a] == READ_RUN) {
            D = (double *)from + rows[0];
        } else {
            double *d = registers + (step->d - program->num_data) * width;
            D = d;
            if (modes[step->a] == READ_ONE) {
                const double one = from[rows[0]];
                EACH d[i] = one;
                NEXT;
            }
            for (ptrdiff_t i = 0; i < n; i += 8) {
                d[i] = from[rows[i]];
                d[i + 1] = from[rows[i + 1]];
                d[i + 2] = from[rows[i + 2]];
                d[i + 3] = from[rows[i + 3]];
                d[i + 4] = from[rows[i + 4]];
                d[i + 5] = from[rows[i + 5]];
                d[i + 6] = from[rows[i + 6]];
                d[i + 7] = from[rows[i + 7]];
            }
        }
        NEXT;
    }
    CASE(GATHER_DIFFERENCE) {
        double *d = D;
        const double *from = in[0];
        const int *rows = index + step->a * width, *others = index + step->b * width;
        if (modes[step->a] == READ_RUN && modes[step->b] == READ_RUN) {
            const double *a = from + rows[0], *b = from + others[0];
            EACH d[i] = a[i] - b[i];
        } else {
            for (ptrdiff_t i = 0; i < n; i += 4) {
                d[i] = from[rows[i]] - from[others[i]];
                d[i + 1] = from[rows[i + 1]] - from[others[i + 1]];
                d[i + 2] = from[rows[i + 2]] - from[others[i + 2]];
                d[i + 3] = from[rows[i + 3]] - from[others[i + 3]];
            }
        }
        NEXT;
    }
    CASE(SCATTER) {
        large |= NAME(is_large)(n, A);
        NAME(scatter)(modes[step->b], count, index + step->b * width, A, out[step->c]);
        NEXT;
    }
    CASE(SCATTER_NEGATIVE) {
        large |= NAME(is_large)(n, A);
        NAME(scatter_negative)(modes[step->b], count, index + step->b * width, A, out[step->c]);
        NEXT;
    }
    CASE(ENTRY) {
        entries[step->b] = A;
        signs[step->b] = 0;
        NEXT;
    }
    CASE(ENTRY_NEGATIVE) {
        entries[step->b] = A;
        signs[step->b] = 0x8000000000000000ULL;
        NEXT;
    }
    CASE(STORE_ROWS) {
        const int orders = modes[step->b], size = step->e;
        const int *at = index + step->a * width;
        const uint16_t *order = (const uint16_t *)(index + step->b * width);
        double *to = out[step->c];
        if (modes[step->a] == ROWS_APART || orders == OWN_ORDERS)
            for (int k = 0; k < size; k++)
                large |= NAME(stage)(n, entries[k], signs[k], staged + k * width);
        if (modes[step->a] == ROWS_APART) {
            for (int k = 0; k < size; k++)
                NAME(scatter)(modes[step->d + k], count, index + (step->d + k) * width,
                              staged + k * width, to);
            NEXT;
        }
#define STORE(size)                                                                        \
    if (orders == ONE_ORDER)                                                               \
        large |= NAME(store_alike)(size, 0, count, at, order, entries, signs, to);         \
    else if (orders == TWO_ORDERS)                                                         \
        large |= NAME(store_alike)(size, 1, count, at, order, entries, signs, to);         \
    else                                                                                   \
        NAME(store_rows)(size, count, at, order, staged, to);                              \
    NEXT;
        switch (size) {
            case 2: STORE(2)
            case 3: STORE(3)
            case 4: STORE(4)
            case 5: STORE(5)
            case 6: STORE(6)
            case 7: STORE(7)
            case 8: STORE(8)
        }
        STORE(size)
#undef STORE
    }
    CASE(NEGATE) LOOP(-a[i])
    CASE(ADD) LOOP(a[i] + b[i])
    CASE(SUBTRACT) LOOP(a[i] - b[i])
    CASE(MULTIPLY) LOOP(a[i] * b[i])
    CASE(DIVIDE) LOOP(a[i] / b[i])
    CASE(SQUARE) LOOP(a[i] * a[i])
    CASE(ADD_NUMBER) LOOP(a[i] + k)
    CASE(FROM_NUMBER) LOOP(k - a[i])
    CASE(MULTIPLY_NUMBER) LOOP(a[i] * k)
    CASE(DIVIDE_NUMBER) LOOP(k / a[i])
    CASE(MULTIPLY_ADD) LOOP(a[i] * b[i] + c[i])
    CASE(MULTIPLY_SUBTRACT) LOOP(a[i] * b[i] - c[i])
    CASE(SUBTRACT_PRODUCT) LOOP(c[i] - a[i] * b[i])
    CASE(MULTIPLY_NUMBER_ADD) LOOP(a[i] * k + c[i])
    CASE(MULTIPLY_NUMBER_SUBTRACT) LOOP(a[i] * k - c[i])
    CASE(GUARDED) LOOP(a[i] == 0.0 ? 0.0 : a[i] * b[i])
    CASE(MASK) LOOP(a[i] != 0.0 ? b[i] : 0.0)
    CASE(LESS) LOOP(a[i] < b[i] ? 1.0 : 0.0)
    CASE(LESS_EQUAL) LOOP(a[i] <= b[i] ? 1.0 : 0.0)
    CASE(EQUAL) LOOP(a[i] == b[i] ? 1.0 : 0.0)
    CASE(NOT_EQUAL) LOOP(a[i] != b[i] ? 1.0 : 0.0)
    CASE(AND) LOOP(a[i] * b[i])
    CASE(OR) LOOP(a[i] + b[i] - a[i] * b[i])
    CASE(XOR) LOOP(a[i] != b[i] ? 1.0 : 0.0)
    CASE(SQRT) LOOP(sqrt(a[i]))
    CASE(FABS) LOOP(fabs(a[i]))
    CASE(EXP) {
        NAME(exponential)(n, A, D);
        NEXT;
    }
    CASE(LOG) {
        NAME(logarithm)(n, A, D);
        NEXT;
    }
    CASE(SINE_COSINE) {
        NAME(sine_cosine)(n, A, D, table[step->e]);
        NEXT;
    }
    CASE(CALL) {
        double (*function)(double) = UNARY[step->e];
        double *d = D;
        const double *a = A;
        for (int i = 0; i < n; i++) d[i] = function(a[i]);
        NEXT;
    }
    CASE(CALL_TWO) {
        double (*function)(double, double) = BINARY[step->e];
        double *d = D;
        const double *a = A, *b = B;
        for (int i = 0; i < n; i++) d[i] = function(a[i], b[i]);
        NEXT;
    }
    }
#undef D
#undef A
#undef B
#undef C
#undef LOOP
#undef CASE
#undef NEXT
}

static int NAME(run)(const Program *program, int first, int last, int keep, double *registers,
                     double **table, const double *const *in, double *const *out) {
    const int width = program->width;
    int large = 0;
    for (int at = first; at < last; at++) {
        int count = program->num_instances - at * width;
        if (count > width) count = width;
        large |= NAME(block)(program, (count + 7) & ~7, count, at, keep, registers, table, in, out);
    }
    return large;
}
#undef EACH
