# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Find second derivatives that are constants times multipliers.

Enters: references to the second derivatives of a template. Leaves: for those that read no
variable, the factor of each row's multiplier. Next: ``_hessian.py``.

Such are those of quadratic terms, however they are written: least squares, x'Q x, penalties,
norms in constraints.
"""

import numpy as np

from asdopt.kernels._expressions cimport (
    ADD, DATA, DIV, GUARDED, LITERAL, MUL, NEG, SUB, WEIGHT, Expressions,
)
from libc.stdlib cimport calloc, free

cdef enum:
    OTHER = -1  # neither constant nor linear in the multipliers
    CONSTANT = 0
    LINEAR = 1


cdef int degree(Expressions graph, const signed char *degrees, int node) noexcept:
    """Degree of a node in the multipliers, those of its operands being known."""
    cdef int kind = graph.kind.data[node], a, b
    if kind == LITERAL or kind == DATA:
        return CONSTANT
    if kind == WEIGHT:
        return LINEAR
    if not (NEG <= kind <= GUARDED):
        return OTHER
    a = degrees[graph.operand(node, 0)]
    if kind == NEG or a == OTHER:
        return a
    b = degrees[graph.operand(node, 1)]
    if b == OTHER:
        return OTHER
    if kind == ADD or kind == SUB:
        return a if a == b else OTHER
    if kind == DIV:
        return a if b == CONSTANT else OTHER
    return a + b if a + b <= LINEAR else OTHER


cdef class ConstantFactors:
    """References that read no variable, and what they are of the multipliers.

    Parameters
    ----------
    graph : Expressions
    refs : dict from key to int
    data : ndarray of float64, shape (columns, instances)

    Attributes
    ----------
    rows : dict from key to list of int
        For each reference that is linear in the multipliers the rows that these belong to.
    """

    cdef readonly dict rows
    cdef Expressions graph
    cdef dict refs, rows_of, known
    cdef object data

    def __init__(self, Expressions graph, dict refs, data):
        cdef Py_ssize_t size = graph.kind.size
        cdef signed char *degrees = <signed char *> calloc(size, 1)
        cdef int node, ref
        if degrees == NULL:
            raise MemoryError()
        self.graph = graph
        self.refs = refs
        self.data = data
        self.rows_of = {}
        self.known = {}
        self.rows = {}
        try:
            for node in range(<int> size):
                degrees[node] = degree(graph, degrees, node)
            for key, ref in refs.items():
                if degrees[ref >> 1] == LINEAR:
                    self.rows[key] = sorted(self.below(ref >> 1))
        finally:
            free(degrees)

    def factors(self, key):
        """Factor of each row's multiplier in a reference, shape (instances,); None if infinite."""
        with np.errstate(all="ignore"):
            found = {row: self.of(self.refs[key], row) for row in self.rows[key]}
        return found if all(np.isfinite(each).all() for each in found.values()) else None

    cdef frozenset below(self, int node):
        """Rows whose multipliers a node reads."""
        cdef int k
        if node not in self.rows_of:
            found = frozenset()
            if self.graph.kind.data[node] == WEIGHT:
                found = frozenset([<int> self.graph.x.data[node]])
            for k in range(self.graph.num_operands(node)):
                found |= self.below(self.graph.operand(node, k))
            self.rows_of[node] = found
        return self.rows_of[node]

    cdef of(self, int ref, int row):
        """Value of all instances, shape (instances,)."""
        return np.broadcast_to(self.value(ref, row), (self.data.shape[1],)).astype(np.float64)

    cdef value(self, int ref, int row):
        cdef int node = ref >> 1
        key = node, (row if row in self.below(node) else -1)
        if key not in self.known:
            self.known[key] = self.computed(node, row)
        result = self.known[key]
        return -result if ref & 1 else result

    cdef computed(self, int node, int row):
        cdef int kind = self.graph.kind.data[node]
        cdef double x = self.graph.x.data[node]
        if kind == LITERAL:
            return x
        if kind == WEIGHT:
            return 1.0 if <int> x == row else 0.0
        if kind == DATA:
            return self.data[<int> x]
        a = self.value(<int> x, row)
        if kind == NEG:
            return -a
        b = self.value(self.graph.y.data[node], row)
        if kind == ADD:
            return a + b
        if kind == SUB:
            return a - b
        if kind == MUL:
            return a * b
        if kind == DIV:
            return np.divide(a, b)
        return np.where(np.equal(a, 0.0), 0.0, np.multiply(a, b))
