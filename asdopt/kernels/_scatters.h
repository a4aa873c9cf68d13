/* How values of a block reach their places: one by one, or whole rows; included by _machine.h. */

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
