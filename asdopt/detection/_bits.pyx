# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Patterns by bitsets: boolean sweeps over the tape that carry up to 256 lanes a pass.

The cost is (number of nodes) x (number of passes) whatever the pattern looks like.
"""

import numpy as np

from libc.stdint cimport uint64_t

from asdopt.detection._classes cimport DX, DXX, DXY, DY, DYY, LIVE, TERMS
from asdopt.detection._entries cimport Entries

cdef extern from "_bits.h":
    int lowest_bit(uint64_t word) noexcept nogil  # word is not 0


cdef inline void unite(uint64_t *target, const uint64_t *source, int words) noexcept nogil:
    cdef int w
    if words == 4:
        for w in range(4):
            target[w] |= source[w]
    else:
        target[0] |= source[0]


cdef void forward(const unsigned char[::1] c, const int[::1] a, const int[::1] b,
                  const int[::1] pool_ids, const double[::1] pool_weights, int n,
                  int start, int words, uint64_t *f) noexcept nogil:
    """Which of the inputs start, start + 1, ... each node depends on."""
    cdef Py_ssize_t i, k
    cdef int w
    for i in range(n * words):
        f[i] = 0
    for i in range(start, min(n, start + 64 * words)):
        f[i * words + (i - start) // 64] = <uint64_t> 1 << ((i - start) & 63)
    for i in range(n, c.shape[0]):
        for w in range(words):
            f[i * words + w] = 0
        if c[i] & DX:
            unite(&f[i * words], &f[a[i] * <Py_ssize_t> words], words)
        if c[i] & DY:
            unite(&f[i * words], &f[b[i] * <Py_ssize_t> words], words)
        if c[i] & TERMS:
            for k in range(a[i], a[i] + b[i]):
                if pool_weights[k] != 0.0:
                    unite(&f[i * words], &f[pool_ids[k] * <Py_ssize_t> words], words)


cdef inline int collect(Entries entries, const uint64_t *mask, int words, int fixed, int start,
                        bint fixed_is_row) except -1 nogil:
    """Append the entries of one bitset."""
    cdef int w, lane
    cdef uint64_t bits
    for w in range(words):
        bits = mask[w]
        if bits:
            entries.reserve(64)
        while bits:
            lane = start + 64 * w + lowest_bit(bits)
            bits &= bits - 1
            entries.add(fixed if fixed_is_row else lane, lane if fixed_is_row else fixed)
    return 0


def jacobian_forward(const unsigned char[::1] c, const int[::1] a, const int[::1] b,
                     const int[::1] pool_ids, const double[::1] pool_weights,
                     int num_inputs, const int[::1] outputs):
    """Entries (output, input) by forward passes over blocks of inputs; not sorted."""
    cdef int words = 1 if num_inputs <= 64 else 4
    cdef uint64_t[::1] f = np.empty(c.shape[0] * words, dtype=np.uint64)
    cdef Entries entries = Entries()
    cdef int block, start, r
    with nogil:
        for block in range((num_inputs - 1) // (64 * words) + 1):
            start = block * 64 * words
            forward(c, a, b, pool_ids, pool_weights, num_inputs, start, words, &f[0])
            for r in range(<int> outputs.shape[0]):
                collect(entries, &f[outputs[r] * <Py_ssize_t> words], words, r, start, True)
    return entries.arrays()


def jacobian_reverse(const unsigned char[::1] c, const int[::1] a, const int[::1] b,
                     const int[::1] pool_ids, const double[::1] pool_weights,
                     int num_inputs, const int[::1] outputs):
    """Entries (output, input) by reverse passes over blocks of outputs; not sorted."""
    cdef int m = <int> outputs.shape[0]
    cdef int words = 1 if m <= 64 else 4
    masks = np.empty(c.shape[0] * words, dtype=np.uint64)
    cdef uint64_t[::1] g = masks
    cdef Entries entries = Entries()
    cdef int block, start, r
    cdef Py_ssize_t i, k
    for block in range((m - 1) // (64 * words) + 1):
        start = block * 64 * words
        masks.fill(0)
        with nogil:
            for r in range(start, min(m, start + 64 * words)):
                g[outputs[r] * words + (r - start) // 64] |= <uint64_t> 1 << ((r - start) & 63)
            for i in range(c.shape[0] - 1, num_inputs - 1, -1):
                if c[i] & DX:
                    unite(&g[a[i] * <Py_ssize_t> words], &g[i * words], words)
                if c[i] & DY:
                    unite(&g[b[i] * <Py_ssize_t> words], &g[i * words], words)
                if c[i] & TERMS:
                    for k in range(a[i], a[i] + b[i]):
                        if pool_weights[k] != 0.0:
                            unite(&g[pool_ids[k] * <Py_ssize_t> words], &g[i * words], words)
            for r in range(num_inputs):
                collect(entries, &g[r * <Py_ssize_t> words], words, r, start, False)
    return entries.arrays()


def hessian(const unsigned char[::1] c, const int[::1] a, const int[::1] b,
            const int[::1] pool_ids, const double[::1] pool_weights, int num_inputs):
    """Lower triangle by forward-over-reverse passes over blocks of columns; not sorted.

    Going backward, g holds the columns of the block in which the derivative of the outputs with
    respect to a node has an entry.
    """
    cdef int words = 1 if num_inputs <= 64 else 4
    cdef uint64_t[::1] f = np.empty(c.shape[0] * words, dtype=np.uint64)
    masks = np.empty(c.shape[0] * words, dtype=np.uint64)
    cdef uint64_t[::1] g = masks
    cdef Entries entries = Entries()
    cdef int block, start, r
    cdef Py_ssize_t i, k, x, y
    cdef unsigned char bits
    for block in range((num_inputs - 1) // (64 * words) + 1):
        start = block * 64 * words
        masks.fill(0)
        with nogil:
            forward(c, a, b, pool_ids, pool_weights, num_inputs, start, words, &f[0])
            for i in range(c.shape[0] - 1, num_inputs - 1, -1):
                bits = c[i]
                if not bits & LIVE:
                    continue
                x = a[i] * <Py_ssize_t> words
                y = b[i] * <Py_ssize_t> words
                if bits & DX:
                    unite(&g[x], &g[i * words], words)
                if bits & DY:
                    unite(&g[y], &g[i * words], words)
                if bits & DXX:
                    unite(&g[x], &f[x], words)
                if bits & DYY:
                    unite(&g[y], &f[y], words)
                if bits & DXY:
                    unite(&g[x], &f[y], words)
                    unite(&g[y], &f[x], words)
                if bits & TERMS:
                    for k in range(a[i], a[i] + b[i]):
                        if pool_weights[k] != 0.0:
                            unite(&g[pool_ids[k] * <Py_ssize_t> words], &g[i * words], words)
            for r in range(start, num_inputs):
                if r - start < 64 * words:
                    keep_lower(&g[r * <Py_ssize_t> words], r - start, words)
                collect(entries, &g[r * <Py_ssize_t> words], words, r, start, True)
    return entries.arrays()


cdef inline void keep_lower(uint64_t *mask, int lane, int words) noexcept nogil:
    """Clear the lanes above the given one."""
    cdef int w
    for w in range(lane // 64 + 1, words):
        mask[w] = 0
    if lane % 64 < 63:
        mask[lane // 64] &= (<uint64_t> 2 << (lane % 64)) - 1
