/* Bits of 64-bit words. */
#ifndef ASDOPT_BITS_H
#define ASDOPT_BITS_H

/* Number of the lowest bit that is set, of a word that is not 0. */
#if defined(_MSC_VER)
#include <intrin.h>
static __inline int lowest_bit(unsigned long long word)
{
    unsigned long at;
    _BitScanForward64(&at, word);
    return (int) at;
}
#else
static inline int lowest_bit(unsigned long long word) { return __builtin_ctzll(word); }
#endif

#endif
