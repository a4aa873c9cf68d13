"""Where a pass over a tape keeps what it computes of the nodes.

Most nodes are used soon after they are made. The latest ones stand in a window small enough for
the cache; only those that are needed later are kept beside it. Room for all of them would have to
come fresh from the system, page by page, which takes longer than the arithmetic.
"""

from asdopt._operators cimport OP_EXTERNAL, OP_SUM
from libc.stdint cimport uint64_t
from libc.string cimport memchr, memcpy


cdef enum:
    # Windows are of 2^8, 2^9, ... nodes.
    SMALLEST = 8
    NUM_SIZES = 24
    # Nodes in a row that are done together: those of a word of marks.
    ROW = 64


cdef struct Series:
    # First and second derivative along the line, and the value.
    double d, dd, v
    # Depends on x: the tangents of others are 0, and no partial counts there.
    bint active


cdef struct Tape:
    const unsigned char *op
    const int *a
    const int *b
    const double *val
    const int *pool_ids
    const double *pool_weights
    Py_ssize_t size


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


cdef inline const Series *recall_row(const Memory *m, const Line *line, const int *operands,
                                     Py_ssize_t i, Series *room) noexcept nogil:
    """Series of the operands of nodes i, i + 1, ..., in a row; others are copied together."""
    cdef int k, first = operands[0], scattered = 0
    cdef Py_ssize_t at = first & (m.size - 1)
    cdef const Series *source
    for k in range(ROW):
        scattered |= operands[k] ^ (first + k)
    if not scattered and first >= line.first_node:
        if i - first >= m.size:
            return far_place(m, first)
        if at + ROW <= m.size:
            return &m.window[at]
    for k in range(ROW):
        source = recall(m, line, operands[k], i + k, &room[k])
        if source != &room[k]:
            room[k] = source[0]
    return room


cdef inline Series *keep_row(const Memory *m, Py_ssize_t i, Series *far) noexcept nogil:
    """Copy what is marked of the nodes of a word of marks; return where the next one goes."""
    cdef uint64_t word = m.marks[i >> 6]
    cdef Py_ssize_t k
    if word == <uint64_t> -1:
        memcpy(far, &m.window[i & (m.size - 1)], ROW * sizeof(Series))
        return far + ROW
    if word:
        for k in range(i, i + ROW):
            if is_marked(m, k):
                far[0] = m.window[k & (m.size - 1)]
                far += 1
    return far


cdef inline void mark(Memory *m, Py_ssize_t node) noexcept nogil:
    m.marks[node >> 6] |= <uint64_t> 1 << (node & 63)


cdef inline void mark_if_far(Memory *m, Py_ssize_t operand, Py_ssize_t i,
                             Py_ssize_t first_node) noexcept nogil:
    if operand >= first_node and i - operand >= m.size:
        mark(m, operand)


cdef inline Py_ssize_t choose_size(const Tape *tape, Py_ssize_t first_node) noexcept nogil:
    """Find the size of the window with which least is kept, by one node in 61.

    Arrays of a vectorized model are used as many nodes later as they are long.
    """
    cdef Py_ssize_t i, k, distance, size, least, best = 0, kept = 0
    cdef Py_ssize_t[NUM_SIZES] beyond
    cdef int o
    for k in range(NUM_SIZES):
        beyond[k] = 0
    for i in range(first_node, tape.size, 61):
        o = tape.op[i]
        if o != OP_SUM and o != OP_EXTERNAL and tape.a[i] >= first_node:
            distance = (i - tape.a[i]) >> SMALLEST
            k = 0
            while distance:
                distance >>= 1
                k += 1
            beyond[k] += 1
    least = tape.size + (<Py_ssize_t> 1 << (SMALLEST + NUM_SIZES))
    for k in range(NUM_SIZES - 1, -1, -1):
        size = kept * 61 + (<Py_ssize_t> 1 << (SMALLEST + k))
        if size <= least:
            least = size
            best = k
        kept += beyond[k]
    return <Py_ssize_t> 1 << (SMALLEST + best)


cdef inline bint is_far(const int *operands, int i, int first_node, int size) noexcept nogil:
    """Whether an operand of 64 nodes i, i + 1, ... is a node out of the window.

    A difference is negative where it is: signs are put together without comparing.
    """
    cdef int k, signs = 0, latest = i - size + 1
    for k in range(ROW):
        signs |= (operands[k] - (latest + k)) & ~(operands[k] - first_node)
    return signs < 0


cdef inline void mark_row(Memory *m, const int *operands, int i, int first_node,
                          int size) noexcept nogil:
    """Mark those operands of 64 nodes i, i + 1, ... that are out of the window."""
    cdef int k, first = operands[0], count = ROW, scattered = 0
    cdef uint64_t ones = <uint64_t> -1
    # Most have nothing to mark, which is seen many nodes at a time.
    if not is_far(operands, i, first_node, size):
        return
    for k in range(ROW):
        scattered |= operands[k] ^ (first + k)
    if scattered:
        for k in range(ROW):
            mark_if_far(m, operands[k], i + k, first_node)
        return
    if first < first_node:
        count -= first_node - first
        first = first_node
    ones >>= 64 - count
    m.marks[first >> 6] |= ones << (first & 63)
    if (first & 63) + count > 64:
        m.marks[(first >> 6) + 1] |= ones >> (64 - (first & 63))


cdef inline void mark_far(Memory *m, const Tape *tape, Py_ssize_t first_node) noexcept nogil:
    """Mark what is used from outside of the window."""
    cdef Py_ssize_t i, k, n = tape.size, start, stop
    cdef int size = <int> min(m.size, n)
    cdef const unsigned char *op = tape.op
    cdef const int *a = tape.a
    cdef const int *b = tape.b
    for k in range((n >> 6) + 1):
        m.marks[k] = 0
    for start in range(first_node, n, 64):
        stop = min(start + ROW, n)
        # What a sum has for a and b are no operands.
        if (stop - start == ROW and not memchr(op + start, OP_SUM, ROW)
                and not memchr(op + start, OP_EXTERNAL, ROW)):
            mark_row(m, a + start, <int> start, <int> first_node, size)
            mark_row(m, b + start, <int> start, <int> first_node, size)
            continue
        for i in range(start, stop):
            if op[i] == OP_SUM:
                for k in range(a[i], a[i] + b[i]):
                    mark_if_far(m, tape.pool_ids[k], i, first_node)
            elif op[i] != OP_EXTERNAL:
                mark_if_far(m, a[i], i, first_node)
                mark_if_far(m, b[i], i, first_node)
