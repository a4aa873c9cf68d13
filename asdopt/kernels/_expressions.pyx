# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Expressions of one template as a graph without repetition.

Enters: arithmetic asked for by ``_derivatives.pyx``. Leaves: nodes in topological order for
``_programs.pyx``.

A *reference* is twice the number of a node, plus one for its negative, so that negation is free
and x and -x share one node. Equal operations on equal operands are one node.
"""

cimport cython
from asdopt._vector cimport mix, push_double, push_int
from libc.math cimport INFINITY, fabs, frexp, signbit
from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from asdopt.kernels._plan import BINARY, UNARY

ZERO, ONE = _ZERO, _ONE

# Functions are numbered, unary ones first.
FUNCTIONS = {name: k for k, name in enumerate((*UNARY, *BINARY))}
cdef enum:
    MOST_FUNCTIONS = 256
cdef int NUM_UNARY = len(UNARY)
cdef unsigned char EVEN[MOST_FUNCTIONS]
cdef unsigned char ODD[MOST_FUNCTIONS]
if len(FUNCTIONS) > MOST_FUNCTIONS:
    raise ImportError(f"{len(FUNCTIONS)} functions, room is for {MOST_FUNCTIONS}")
for _k in range(len(FUNCTIONS)):
    EVEN[_k] = ODD[_k] = 0
for _name in ("cos", "cosh", "fabs"):
    EVEN[<int> FUNCTIONS[_name]] = 1
for _name in ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "cbrt", "erf",
              "sign", "trunc", "nearbyint"):
    ODD[<int> FUNCTIONS[_name]] = 1
cdef int POW = FUNCTIONS["pow"], POWER_D1 = FUNCTIONS["power_d1"]
cdef int POWER_D11 = FUNCTIONS["power_d11"], SQRT = FUNCTIONS["sqrt"]
cdef double LARGEST_POWER = 8.0


@cython.final
cdef class Expressions:
    """A growing graph.

    Attributes
    ----------
    exact : bool
        Keep operations whose result is known only for finite operands (``0 * x``, ``x - x``),
        the signs of zeros, and divisions: set while values are built, not while derivatives are.
    """

    # What each node is; its operands: references, y -1 for functions of one argument; for a leaf
    # x is the number of the slot, data column or weight, or the value of the literal.

    def __cinit__(self):
        self.table_size = 128
        self.table = <int *> calloc(self.table_size, sizeof(int))
        if self.table == NULL:
            raise MemoryError()
        self.exact = False
        self.literal(0.0)
        self.literal(1.0)

    def __dealloc__(self):
        free(self.table)
        free(self.kind.data)
        free(self.x.data)
        free(self.y.data)

    cdef Py_ssize_t place(self, int kind, double x, int y) noexcept:
        """Place in the table of a node's number plus one, or of the 0 where it may stand."""
        cdef uint64_t h
        cdef Py_ssize_t at
        cdef int k
        memcpy(&h, &x, sizeof(h))
        at = mix(h ^ (<uint64_t> kind << 40) ^ (<uint64_t> <unsigned int> y << 8)) & (
            self.table_size - 1)
        while True:
            k = self.table[at] - 1
            # Bit for bit: 0.0 is not -0.0.
            if k < 0 or (self.kind.data[k] == kind and self.y.data[k] == y
                         and memcmp(&self.x.data[k], &x, sizeof(x)) == 0):
                return at
            at = (at + 1) & (self.table_size - 1)

    cdef int grow(self) except -1:
        cdef Py_ssize_t size = 2 * self.table_size, k
        cdef int *table = <int *> calloc(size, sizeof(int))
        if table == NULL:
            raise MemoryError()
        free(self.table)
        self.table = table
        self.table_size = size
        for k in range(self.kind.size):
            self.table[self.place(self.kind.data[k], self.x.data[k], self.y.data[k])] = <int> k + 1
        return 0

    cdef int node(self, int kind, double x, int y) except -1:
        cdef Py_ssize_t at = self.place(kind, x, y)
        if self.table[at] == 0:
            if 2 * self.kind.size >= self.table_size:
                self.grow()
                at = self.place(kind, x, y)
            push_int(&self.kind, kind)
            push_double(&self.x, x)
            push_int(&self.y, y)
            self.table[at] = <int> self.kind.size
        return 2 * (self.table[at] - 1)

    # Leaves

    cpdef int literal(self, double value) except -1:
        """Number known when the template is compiled."""
        if value < 0.0:
            return self.node(LITERAL, -value, 0) ^ 1
        if value == 0.0 and signbit(value):
            return self.node(LITERAL, value, 1)  # a node of its own
        return self.node(LITERAL, value, 0)

    cpdef int slot(self, int k) except -1:
        """Variable (or affine map, or parameter) that the instance reads."""
        return self.node(SLOT, k, 0)

    cpdef int data(self, int k) except -1:
        """Constant of the instance."""
        return self.node(DATA, k, 0)

    cpdef int weight(self, int k) except -1:
        """Multiplier of the instance's k-th row."""
        return self.node(WEIGHT, k, 0)

    def value(self, int ref):
        """Number behind a reference to a literal, None for all others."""
        return self.number(ref) if self.is_literal(ref) else None

    cdef bint is_literal(self, int ref) noexcept:
        return self.kind.data[ref >> 1] == LITERAL

    cdef double number(self, int ref) noexcept:
        cdef double value = self.x.data[ref >> 1]
        return -value if ref & 1 else value

    # Structure

    cdef int num_operands(self, int node) noexcept:
        cdef int kind = self.kind.data[node]
        if kind <= WEIGHT:
            return 0
        return 1 if kind == NEG or (kind >= FIRST_FUNCTION and self.y.data[node] < 0) else 2

    cdef int operand(self, int node, int which) noexcept:
        """Node that a node reads."""
        return (self.y.data[node] if which else <int> self.x.data[node]) >> 1

    cdef Py_ssize_t size(self, list refs) except -1:
        """Count the operations that values take."""
        cdef Py_ssize_t count = 0
        cdef int node, k
        cdef Ints stack
        cdef unsigned char *seen = <unsigned char *> calloc(self.kind.size, 1)
        stack.data = NULL
        stack.size = stack.capacity = 0
        if seen == NULL:
            raise MemoryError()
        try:
            for ref in refs:
                push_int(&stack, <int> ref >> 1)
            while stack.size:
                stack.size -= 1
                node = stack.data[stack.size]
                if not seen[node] and self.kind.data[node] > WEIGHT:
                    seen[node] = 1
                    count += 1
                    for k in range(self.num_operands(node)):
                        push_int(&stack, self.operand(node, k))
        finally:
            free(stack.data)
            free(seen)
        return count

    # Arithmetic

    cpdef int add(self, int a, int b) except -1:
        """Sum."""
        if not self.exact:
            if a >> 1 == 0:
                return b
            if b >> 1 == 0:
                return a
            if a ^ b == 1:
                return _ZERO
        if self.is_literal(a) and self.is_literal(b):
            return self.literal(self.number(a) + self.number(b))
        if a > b:
            a, b = b, a
        if (a ^ b) & 1:
            return self.difference(b, a ^ 1) if a & 1 else self.difference(a, b ^ 1)
        if a == b:
            return self.mul(self.literal(2.0), a)
        return self.node(ADD, a & ~1, b & ~1) ^ (a & 1)

    cpdef int sub(self, int a, int b) except -1:
        """Difference."""
        return self.add(a, b ^ 1)

    cdef int difference(self, int a, int b) except -1:
        # b - a is not quite the negative of a - b: the sign of a zero is another one.
        if self.exact or self.table[self.place(SUB, a, b)]:
            return self.node(SUB, a, b)
        if a > b or self.table[self.place(SUB, b, a)]:
            return self.node(SUB, b, a) ^ 1
        return self.node(SUB, a, b)

    cpdef int mul(self, int a, int b) except -1:
        """Product."""
        cdef int sign = (a ^ b) & 1, inner
        a &= ~1
        b &= ~1
        if a > b:
            a, b = b, a
        if a == _ONE:
            return b ^ sign
        if a == _ZERO and not self.exact:
            return _ZERO
        if b == _ONE:
            return a ^ sign
        if self.is_literal(a):
            if self.is_literal(b):
                return self.literal(self.number(a) * self.number(b)) ^ sign
        elif self.is_literal(b):
            a, b = b, a
        if self.is_literal(a) and self.kind.data[b >> 1] == MUL and not self.exact:
            # Two literal factors become one.
            inner = <int> self.x.data[b >> 1]
            if self.is_literal(inner):
                return self.mul(self.mul(a, inner), self.y.data[b >> 1]) ^ sign
        return self.node(MUL, a, b) ^ sign

    cpdef int guarded(self, int a, int b) except -1:
        """Product that is 0 where a is 0, whatever b is."""
        if self.is_literal(a) or self.is_literal(b):
            return self.mul(a, b)
        return self.node(GUARDED, a & ~1, b & ~1) ^ ((a ^ b) & 1)

    cpdef int div(self, int a, int b) except -1:
        """Quotient."""
        cdef double number, inverse
        cdef int exponent
        cdef bint is_same
        if b & ~1 == _ONE:
            return a ^ (b & 1)
        if self.is_literal(b):
            number = self.number(b)
            inverse = 1.0 / number if number else INFINITY
            # x / 49 >= 1 holds at 49, x * (1 / 49) >= 1 does not.
            is_same = not self.exact or fabs(frexp(inverse, &exponent)) == 0.5
            if is_same and 1e-200 < fabs(inverse) < 1e200:
                if self.is_literal(a):
                    return self.literal(self.number(a) / number)
                return self.mul(a, self.literal(inverse))
        if a >> 1 == 0 and not self.exact:
            return _ZERO
        return self.node(DIV, a & ~1, b & ~1) ^ ((a ^ b) & 1)

    cpdef int mask(self, int condition, int a) except -1:
        """Select a where the condition is not 0, else 0."""
        if a >> 1 == 0:
            return _ZERO
        if self.is_literal(condition):
            return a if self.number(condition) != 0.0 else _ZERO
        if self.exact:
            return self.node(MASK, condition & ~1, self.plain(a))
        return self.node(MASK, condition & ~1, a & ~1) ^ (a & 1)

    cpdef int compare(self, int kind, int a, int b) except -1:
        """1.0 where ``a < b``, ``a <= b``, ``a == b`` or ``a != b`` holds, else 0.0."""
        return self.node(kind, self.plain(a), self.plain(b))

    cpdef int logic(self, int kind, int a, int b) except -1:
        """And, or, exclusive or of values that are 0.0 or 1.0."""
        return self.node(kind, a & ~1, b & ~1)

    cpdef int plain(self, int ref) except -1:
        """Reference without a sign to the same value."""
        cdef double value
        if not ref & 1:
            return ref
        if self.is_literal(ref):
            value = -self.x.data[ref >> 1]
            return self.node(LITERAL, value, 0 if value else 1)
        return self.node(NEG, ref ^ 1, 0)

    def call(self, str name, int a, b=None):
        """Apply a function of C's ``math.h`` or of ``_special.h``."""
        return self.apply(FUNCTIONS[name], a, -1 if b is None else <int> b)

    cdef int apply(self, int function, int a, int b) except -1:
        cdef int found
        if function >= NUM_UNARY:
            found = self.reduced(function, a, b)
            if found >= 0:
                return found
            return self.node(FIRST_FUNCTION + function, self.plain(a), self.plain(b))
        if a & 1:
            if EVEN[function]:
                return self.node(FIRST_FUNCTION + function, a ^ 1, -1)
            if ODD[function]:
                return self.node(FIRST_FUNCTION + function, a ^ 1, -1) ^ 1
        return self.node(FIRST_FUNCTION + function, self.plain(a), -1)

    # Powers with an exponent that is known; -1 where it is not, or is none of the short ones

    cdef int reduced(self, int function, int a, int b) except -2:
        cdef double exponent
        cdef int rest
        if not (function == POW or function == POWER_D1 or function == POWER_D11):
            return -1
        if not self.is_literal(b):
            return -1
        exponent = self.number(b)
        if function == POW:
            return self.power(a, exponent)
        if function == POWER_D1:
            rest = self.power(a, exponent - 1.0)
            return -1 if rest < 0 else self.mul(b, rest)
        rest = self.power(a, exponent - 2.0)
        if rest < 0:
            return -1
        return self.mul(self.literal(exponent * (exponent - 1.0) + 0.0), rest)

    cdef int power(self, int a, double exponent) except -2:
        cdef int whole, result, square
        cdef double half
        if exponent == 0.0:
            return _ONE
        if not fabs(exponent) <= LARGEST_POWER:
            return -1
        whole = <int> fabs(exponent)
        half = fabs(exponent) - whole
        if half != 0.0 and half != 0.5:
            return -1
        result = self.apply(SQRT, a, -1) if half else _ONE
        square = a
        while whole:
            if whole & 1:
                result = self.mul(result, square)
            whole >>= 1
            if whole:
                square = self.mul(square, square)
        return result if exponent > 0.0 else self.div(_ONE, result)
