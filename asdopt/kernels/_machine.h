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

/* The own functions below hold in a range of arguments; a block with one outside goes to libm. */

static void NAME(sine_cosine)(int n, const double *x, double *sine, double *cosine) {
    const double round = 6755399441055744.0; /* 1.5 * 2**52: the sum's low bits are an integer */
    int outside = 0;
    EACH outside |= !(fabs(x[i]) <= 1e5);
    if (outside) {
        for (int i = 0; i < n; i++) {
            double t = x[i];
            sine[i] = sin(t);
            cosine[i] = cos(t);
        }
        return;
    }
    EACH {
        double t = x[i], shifted = t * 0.63661977236758138243 + round, k = shifted - round;
        double r, w, rest, hi, lo, z, s, c, h, a, b;
        long long q, bits_a, bits_b;
        memcpy(&q, &shifted, 8);
        /* Reduction with pi/2 in three parts, the result in two words (fdlibm). */
        t -= k * 1.57079632673412561417e+00;
        w = k * 6.07710050630396597660e-11;
        r = t - w;
        rest = k * 2.02226624879595063154e-21 - ((t - r) - w);
        hi = r - rest;
        lo = (r - hi) - rest;
        z = hi * hi;
        s = z * hi;
        h = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04
            + z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08
            + z * 1.58969099521155010221e-10)));
        s = hi - ((z * (0.5 * lo - s * h) - lo) - s * -1.66666666666666324348e-01);
        c = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03
            + z * (2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07
            + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
        h = 0.5 * z;
        w = 1.0 - h;
        c = w + (((1.0 - w) - h) + (z * c - hi * lo));
        a = q & 1 ? c : s;
        b = q & 1 ? s : c;
        memcpy(&bits_a, &a, 8);
        memcpy(&bits_b, &b, 8);
        bits_a ^= (long long)((unsigned long long)(q & 2) << 62);
        bits_b ^= (long long)((unsigned long long)((q + 1) & 2) << 62);
        memcpy(&a, &bits_a, 8);
        memcpy(&b, &bits_b, 8);
        sine[i] = a;
        cosine[i] = b;
    }
}

static void NAME(exponential)(int n, const double *x, double *y) {
    const double round = 6755399441055744.0;
    int outside = 0;
    EACH outside |= !(fabs(x[i]) <= 700.0);
    if (outside) {
        for (int i = 0; i < n; i++) y[i] = exp(x[i]);
        return;
    }
    EACH {
        double t = x[i], shifted = t * 1.44269504088896338700 + round, k = shifted - round;
        double hi = t - k * 6.93147180369123816490e-01, lo = k * 1.90821492927058770002e-10;
        double r = hi - lo, p, scale;
        unsigned long long q;
        /* Taylor series of (exp(r) - 1 - r) / r**2; |r| is below 0.35. */
        p = 5.0e-1 + r * (1.66666666666666666667e-01 + r * (4.16666666666666666667e-02
            + r * (8.33333333333333333333e-03 + r * (1.38888888888888888889e-03
            + r * (1.98412698412698412698e-04 + r * (2.48015873015873015873e-05
            + r * (2.75573192239858906526e-06 + r * (2.75573192239858906526e-07
            + r * (2.50521083854417187751e-08 + r * (2.08767569878680989792e-09
            + r * 1.60590438368216145994e-10))))))))));
        p = 1.0 + (hi - (lo - r * r * p));
        memcpy(&q, &shifted, 8);
        q = (q + 1023) << 52;
        memcpy(&scale, &q, 8);
        y[i] = p * scale;
    }
}

static void NAME(logarithm)(int n, const double *x, double *y) {
    int outside = 0;
    EACH outside |= !(x[i] >= DBL_MIN && x[i] <= DBL_MAX);
    if (outside) {
        for (int i = 0; i < n; i++) y[i] = log(x[i]);
        return;
    }
    EACH {
        /* x = 2**k * m with m between sqrt(1/2) and sqrt(2); fdlibm's series in f / (2 + f). */
        double m = x[i], k, f, s, z, h, p;
        unsigned long long bits, e;
        memcpy(&bits, &m, 8);
        bits += 0x3ff0000000000000ULL - 0x3fe6a09e667f3bcdULL;
        e = (bits >> 52) | 0x4330000000000000ULL;
        bits = (bits & 0x000fffffffffffffULL) + 0x3fe6a09e667f3bcdULL;
        memcpy(&m, &bits, 8);
        memcpy(&k, &e, 8);
        k -= 4503599627370496.0 + 1023.0;
        f = m - 1.0;
        s = f / (2.0 + f);
        z = s * s;
        h = 0.5 * f * f;
        p = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01
            + z * (2.857142874366239149e-01 + z * (2.222219843214978396e-01
            + z * (1.818357216161805012e-01 + z * (1.531383769920937332e-01
            + z * 1.479819860511658591e-01))))));
        y[i] = k * 6.93147180369123816490e-01
            - ((h - (s * (h + p) + k * 1.90821492927058770002e-10)) - f);
    }
}

#define SCATTERER(name, op, sign)                                                               \
    static void NAME(name)(int mode, ptrdiff_t count, const int *to, const double *x, double *out) { \
        ptrdiff_t i = 0;                                                                             \
        if (mode == STORE_RUN) {                                                               \
            double *run = out + to[0];                                                         \
            for (; i < count; i++) run[i] = sign x[i];                                         \
        } else if (mode == STORE) {                                                            \
            for (; i + 4 <= count; i += 4) {                                                   \
                out[to[i]] = sign x[i];                                                        \
                out[to[i + 1]] = sign x[i + 1];                                                \
                out[to[i + 2]] = sign x[i + 2];                                                \
                out[to[i + 3]] = sign x[i + 3];                                                \
            }                                                                                  \
            for (; i < count; i++) out[to[i]] = sign x[i];                                     \
        } else if (mode == ADD_RUN) {                                                          \
            double *run = out + to[0];                                                         \
            for (; i < count; i++) run[i] op x[i];                                             \
        } else if (mode == ADD_TO) {                                                           \
            for (; i + 4 <= count; i += 4) {                                                   \
                out[to[i]] op x[i];                                                            \
                out[to[i + 1]] op x[i + 1];                                                    \
                out[to[i + 2]] op x[i + 2];                                                    \
                out[to[i + 3]] op x[i + 3];                                                    \
            }                                                                                  \
            for (; i < count; i++) out[to[i]] op x[i];                                         \
        } else if (mode == ADD_TO_ONE) {                                                       \
            double a = 0.0, b = 0.0, c = 0.0, d = 0.0;                                         \
            for (; i + 4 <= count; i += 4) {                                                   \
                a += x[i];                                                                     \
                b += x[i + 1];                                                                 \
                c += x[i + 2];                                                                 \
                d += x[i + 3];                                                                 \
            }                                                                                  \
            for (; i < count; i++) a += x[i];                                                  \
            out[to[0]] op (a + b) + (c + d);                                                   \
        } else {                                                                               \
            for (; i < count; i++)                                                             \
                if (to[i] >= 0) out[to[i]] op x[i];                                            \
        }                                                                                      \
    }

SCATTERER(scatter, +=, +)
SCATTERER(scatter_negative, -=, -)
#undef SCATTERER

/* Whether a value is no finite number, or so large that a sum of some may overflow: seen by the
   exponent alone, so that one addition carries into the sign what is too large. */
static uint64_t NAME(is_large)(int n, const double *x) {
    uint64_t large = 0;
    EACH {
        uint64_t bits;
        memcpy(&bits, &x[i], 8);
        large |= (bits & 0x7fffffffffffffffULL) + (0x8000000000000000ULL - 0x7e40000000000000ULL);
    }
    return large >> 63;
}

/* Lay values down, with another sign bit where sign is not zero. */
static uint64_t NAME(stage)(int n, const double *x, uint64_t sign, double *to) {
    uint64_t large = 0;
    EACH {
        uint64_t bits;
        memcpy(&bits, &x[i], 8);
        large |= (bits & 0x7fffffffffffffffULL) + (0x8000000000000000ULL - 0x7e40000000000000ULL);
        bits ^= sign;
        memcpy(&to[i], &bits, 8);
    }
    return large >> 63;
}

/* Rows of a structure that are stored whole: entry k of instance i's row, which begins at at[i], is
   number order[i * size + k] of the values that are laid out entry by entry. */
static ALWAYS_INLINE void NAME(store_rows)(ptrdiff_t size, ptrdiff_t count, const int *at,
                                           const uint16_t *order, const double *values,
                                           double *out) {
    for (ptrdiff_t i = 0; i < count; i++, order += size) {
        double *row = out + at[i];
        for (ptrdiff_t k = 0; k < size; k++) row[k] = values[order[k]];
    }
}

/* The same where a block has one or two orders, straight from where the values were computed:
   entry k is number order[k]; after both orders comes, for each four instances, which of them have
   the second one. Four rows at a time are transposed in the registers. */
static ALWAYS_INLINE uint64_t NAME(store_alike)(ptrdiff_t size, int two, ptrdiff_t count,
                                                const int *at, const uint16_t *order,
                                                const double *const *values,
                                                const uint64_t *signs, double *out) {
    const uint16_t *other = order + size, *which = order + 2 * size;
    const uint64_t magnitude = 0x7fffffffffffffffULL;
    const uint64_t most = 0x8000000000000000ULL - 0x7e40000000000000ULL;
    uint64_t large = 0;
    ptrdiff_t i = 0;
#ifdef SHUFFLE
    FourBits any_large = {0};
#define VALUES(name, number)                                                                 \
    FourBits name;                                                                           \
    memcpy(&name, values[number] + i, 32);                                                   \
    name ^= signs[number];
#define ENTRY(name, k)                                                                       \
    Four name;                                                                               \
    {                                                                                        \
        VALUES(bits, order[k])                                                               \
        if (two) {                                                                           \
            VALUES(others, other[k])                                                         \
            bits = (mask & others) | (~mask & bits);                                         \
        }                                                                                    \
        any_large |= (bits & magnitude) + most;                                              \
        name = (Four)bits;                                                                   \
    }
    for (; i + 4 <= count; i += 4) {
        FourBits mask;
        memcpy(&mask, WHICH[which[i / 4]], 32);
        double *first = out + at[i], *second = out + at[i + 1];
        double *third = out + at[i + 2], *fourth = out + at[i + 3];
        ptrdiff_t k = 0;
        for (; k + 4 <= size; k += 4) {
            ENTRY(a, k)
            ENTRY(b, k + 1)
            ENTRY(c, k + 2)
            ENTRY(d, k + 3)
            const Four low = SHUFFLE(a, b, 0, 4, 2, 6), high = SHUFFLE(a, b, 1, 5, 3, 7);
            const Four low_2 = SHUFFLE(c, d, 0, 4, 2, 6), high_2 = SHUFFLE(c, d, 1, 5, 3, 7);
            Four row = SHUFFLE(low, low_2, 0, 1, 4, 5);
            memcpy(first + k, &row, 32);
            row = SHUFFLE(high, high_2, 0, 1, 4, 5);
            memcpy(second + k, &row, 32);
            row = SHUFFLE(low, low_2, 2, 3, 6, 7);
            memcpy(third + k, &row, 32);
            row = SHUFFLE(high, high_2, 2, 3, 6, 7);
            memcpy(fourth + k, &row, 32);
        }
        for (; k + 2 <= size; k += 2) {
            ENTRY(a, k)
            ENTRY(b, k + 1)
            const Four low = SHUFFLE(a, b, 0, 4, 2, 6), high = SHUFFLE(a, b, 1, 5, 3, 7);
            memcpy(first + k, &low, 16);
            memcpy(second + k, &high, 16);
            memcpy(third + k, (const char *)&low + 16, 16);
            memcpy(fourth + k, (const char *)&high + 16, 16);
        }
        for (; k < size; k++) {
            ENTRY(a, k)
            first[k] = a[0];
            second[k] = a[1];
            third[k] = a[2];
            fourth[k] = a[3];
        }
    }
    large = any_large[0] | any_large[1] | any_large[2] | any_large[3];
#undef VALUES
#undef ENTRY
#endif
    for (; i < count; i++) {
        const uint16_t *own = which[i / 4] >> i % 4 & 1 ? other : order;
        double *row = out + at[i];
        for (ptrdiff_t k = 0; k < size; k++) {
            uint64_t bits;
            memcpy(&bits, values[own[k]] + i, 8);
            bits ^= signs[own[k]];
            large |= (bits & magnitude) + most;
            memcpy(row + k, &bits, 8);
        }
    }
    return large >> 63;
}

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
