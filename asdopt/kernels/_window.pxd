"""Where a pass over a tape keeps what it computes of the nodes.

Most nodes are used soon after they are made. The latest ones stand in a window small enough for
the cache; only those that are needed later are kept beside it. Room for all of them would have to
come fresh from the system, page by page, which takes longer than the arithmetic.
"""

from asdopt._operators cimport OP_EXTERNAL, OP_SUM
from libc.stdint cimport uint64_t
from libc.string cimport memchr


cdef enum:
    # Windows are of 2^8, 2^9, ... nodes.
    SMALLEST = 8
    NUM_SIZES = 24


cdef struct Series:
    # First and second derivative along the line, and the value.
    double d, dd, v
    # Depends on x: the tangents of others are 0, and no partial counts there.
    bint active


cdef struct Line:
    const double *x
    const double *parameters
    const double *direction
    Py_ssize_t num_inputs, first_node


cdef struct Memory:
    # The latest nodes, node i at i modulo their number (a power of 2).
    Series *window
    Py_ssize_t size
    # Those that are marked, in order.
    Series *far
    # A bit for each node, and how many are set before each word.
    uint64_t *marks
    int *before


cdef inline bint is_marked(const Memory *m, Py_ssize_t i) noexcept nogil:
    return (m.marks[i >> 6] >> (i & 63)) & 1


cdef inline int count_bits(uint64_t w) noexcept nogil:
    w -= (w >> 1) & <uint64_t> 0x5555555555555555
    w = (w & <uint64_t> 0x3333333333333333) + ((w >> 2) & <uint64_t> 0x3333333333333333)
    w = (w + (w >> 4)) & <uint64_t> 0x0F0F0F0F0F0F0F0F
    return <int> ((w * <uint64_t> 0x0101010101010101) >> 56)


cdef inline Series *far_place(const Memory *m, Py_ssize_t i) noexcept nogil:
    """The place of a marked node."""
    cdef uint64_t below = m.marks[i >> 6] & ((<uint64_t> 1 << (i & 63)) - 1)
    return &m.far[m.before[i >> 6] + count_bits(below)]


cdef inline const Series *recall(const Memory *m, const Line *line, Py_ssize_t operand,
                                 Py_ssize_t i, Series *leaf) noexcept nogil:
    """Series of an operand of node i; those of inputs and parameters are made in ``leaf``."""
    cdef bint is_input
    if operand < line.first_node:
        is_input = operand < line.num_inputs
        leaf.v = line.x[operand] if is_input else line.parameters[operand - line.num_inputs]
        leaf.d = line.direction[operand] if is_input else 0.0
        leaf.dd = 0.0
        leaf.active = is_input
        return leaf
    if i - operand < m.size:
        return &m.window[operand & (m.size - 1)]
    return far_place(m, operand)


cdef inline void mark(Memory *m, Py_ssize_t node) noexcept nogil:
    m.marks[node >> 6] |= <uint64_t> 1 << (node & 63)


cdef inline void mark_if_far(Memory *m, Py_ssize_t operand, Py_ssize_t i,
                             Py_ssize_t first_node) noexcept nogil:
    if operand >= first_node and i - operand >= m.size:
        mark(m, operand)


cdef inline Py_ssize_t choose_size(const unsigned char[::1] op, const int[::1] a,
                                   Py_ssize_t first_node) noexcept nogil:
    """Find the size of the window with which least is kept, by one node in 61.

    Arrays of a vectorized model are used as many nodes later as they are long.
    """
    cdef Py_ssize_t i, k, kept, least, best = 0
    cdef Py_ssize_t[NUM_SIZES] beyond
    for k in range(NUM_SIZES):
        beyond[k] = 0
    for i in range(first_node, op.shape[0], 61):
        if op[i] == OP_SUM or op[i] == OP_EXTERNAL or a[i] < first_node:
            continue
        k = 0
        while k < NUM_SIZES - 1 and (i - a[i]) >> (SMALLEST + k):
            beyond[k] += 1
            k += 1
    least = op.shape[0] + (<Py_ssize_t> 1 << (SMALLEST + NUM_SIZES))
    for k in range(NUM_SIZES):
        kept = beyond[k] * 61 + (<Py_ssize_t> 1 << (SMALLEST + k))
        if kept < least:
            least = kept
            best = k
    return <Py_ssize_t> 1 << (SMALLEST + best)


cdef inline bint has_far(const int *operands, int start, int count, int first,
                         int size) noexcept nogil:
    """Whether one of the operands of some nodes is out of the window of its node."""
    cdef int k, found = 0
    for k in range(count):
        found |= (operands[k] >= first) & (start + k - operands[k] >= size)
    return found


cdef inline void mark_far(Memory *m, const unsigned char[::1] op, const int[::1] a,
                          const int[::1] b, const int[::1] pool_ids,
                          Py_ssize_t first_node) noexcept nogil:
    """Mark what is used from outside of the window."""
    cdef Py_ssize_t i, k, n = op.shape[0]
    cdef int first = <int> first_node, size = <int> min(m.size, n), start, count
    for k in range((n >> 6) + 1):
        m.marks[k] = 0
    for start in range(first, <int> n, 128):
        count = min(128, <int> n - start)
        # Most groups have nothing to mark, which is seen many nodes at a time. What a sum has
        # for a and b are no operands.
        if not (memchr(&op[start], OP_SUM, count)
                or has_far(&a[start], start, count, first, size)
                or has_far(&b[start], start, count, first, size)):
            continue
        for i in range(start, start + count):
            if op[i] == OP_SUM:
                for k in range(a[i], a[i] + b[i]):
                    mark_if_far(m, pool_ids[k], i, first_node)
            elif op[i] != OP_EXTERNAL:
                mark_if_far(m, a[i], i, first_node)
                mark_if_far(m, b[i], i, first_node)
