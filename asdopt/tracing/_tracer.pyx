# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, c_api_binop_methods=True
"""Traced scalars: numbers as NumPy has them, Python floats, truth values of both kinds.

A long file, for the classes and the arithmetic they share are written in terms of each other, and
a C function of another module cannot be compiled into its use.
Next files: ``_scalar_refusals.py`` for what they refuse, ``_float_errors.pyx`` and ``_steps.pyx``
for what is asked of a node, ``_array_base.pyx`` for arrays.
"""

import numbers
import operator

import numpy as np

from asdopt.tracing import _scalar_refusals
from asdopt.tracing._location import describe

cimport cython
cimport numpy as cnp
from asdopt._operators cimport (
    OP_ABSOLUTE, OP_ADD, OP_CEIL, OP_CONSTANT, OP_DIVIDE, OP_EQUAL, OP_FLOOR, OP_FLOOR_DIVIDE,
    OP_GREATER, OP_GREATER_EQUAL, OP_LESS, OP_LESS_EQUAL, OP_LOGICAL_AND, OP_LOGICAL_NOT,
    OP_LOGICAL_OR, OP_LOGICAL_XOR, OP_MULTIPLY, OP_NEGATIVE, OP_NOT_EQUAL, OP_POWER, OP_REMAINDER,
    OP_RINT, OP_SUBTRACT, OP_TRUNC,
)
from cpython.dict cimport PyDict_GetItem
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_Check, PyFloat_CheckExact
from cpython.long cimport PyLong_Check
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, PyObject

from asdopt.tracing._float_errors cimport check_float
from asdopt.tracing._steps cimport is_coarse, is_step
from asdopt.tracing._tape cimport Tape

cnp.import_array()

# Set by _array.py, which cannot be imported from here.
_array_type = None
_array_attribute = None
_scalar_ufunc = None
_scalar_function = None

# Attributes that numpy.float64 has and float has not.
_numpy_only = frozenset(dir(np.float64)) - frozenset(dir(float))

# Ufuncs of one or two operands that are one node: ufunc -> 4 * code + 2 * (two operands) +
# (the result is a truth value). Filled by _codes.py.
ufunc_codes = {}


def install_codes(dict codes):
    """Take the table of ufuncs that are one node."""
    global ufunc_codes
    ufunc_codes = codes


def install(array_type, array_attribute, scalar_ufunc, scalar_function):
    """Take the parts of the array layer that scalars hand over to."""
    global _array_type, _array_attribute, _scalar_ufunc, _scalar_function
    _array_type = array_type
    _array_attribute = array_attribute
    _scalar_ufunc = scalar_ufunc
    _scalar_function = scalar_function


cdef Tracer make(Tape tape, int id):
    cdef Tracer t = Tracer.__new__(Tracer)
    t.tape = tape
    t.id = id
    return t


cdef TracedBool make_bool(Tape tape, int id):
    cdef TracedBool t = TracedBool.__new__(TracedBool)
    t.tape = tape
    t.id = id
    return t


cdef TracedBool make_plain_bool(Tape tape, int id):
    """Make a truth value that is a Python bool: a comparison of Python floats."""
    cdef TracedBool t = make_bool(tape, id)
    t.plain = True
    return t


cdef TracedFloat make_float(Tape tape, int id):
    cdef TracedFloat t = TracedFloat.__new__(TracedFloat)
    t.tape = tape
    t.id = id
    return t


cdef bint is_float(object o):
    """Whether arithmetic of a value with a Python float gives a Python float."""
    return (type(o) is TracedFloat or PyFloat_CheckExact(o) or PyLong_Check(o)
            or (type(o) is TracedBool and (<TracedBool> o).plain))


cdef bint adds_logically(object left, object right):
    """Whether + of two values is or, as for NumPy's truth values; Python's are numbers."""
    cdef bint numpy = False
    for o in (left, right):
        if type(o) is TracedBool:
            numpy = numpy or not (<TracedBool> o).plain
        elif isinstance(o, np.bool_):
            numpy = True
        elif type(o) is not bool:
            return False
    return numpy


cdef Tracer result_of(Tape tape, int id, object left, object right):
    """Make the scalar that arithmetic of two values gives: numpy.float64, or a Python float."""
    if is_float(left) and is_float(right):
        return make_float(tape, id)
    return make(tape, id)


def tracer(Tape tape, int node, bint is_bool=False):
    """Make a traced scalar of a node."""
    return make_bool(tape, node) if is_bool else make(tape, node)


def as_float(value):
    """Make of a traced scalar one that is a Python float, as float(value) does."""
    return make_float((<Tracer?> value).tape, (<Tracer> value).id)


cdef int operand_of(Tape tape, object o) except -2:
    """Node id of a scalar operand, for other modules; here ``operand`` is compiled into its use."""
    return operand(tape, o)


cdef int operand(Tape tape, object o) except -2:
    """Node id of a scalar operand, NOT_A_NUMBER for what is no real scalar."""
    if isinstance(o, Tracer):
        if (<Tracer> o).tape is not tape:
            if (<Tracer> o).tape.closed:
                return tape.adopt((<Tracer> o).tape, (<Tracer> o).id)
            raise _scalar_refusals.other_trace(tape)
        return (<Tracer> o).id
    if PyFloat_Check(o):
        return tape.append(OP_CONSTANT, 0, 0, PyFloat_AS_DOUBLE(o))
    if PyLong_Check(o):
        return tape.append(OP_CONSTANT, 0, 0, <double> o)
    if isinstance(o, np.generic):
        if isinstance(o, (np.number, np.bool_)) and not isinstance(o, np.complexfloating):
            return tape.append(OP_CONSTANT, 0, 0, float(o))
        if isinstance(o, np.complexfloating):
            raise _scalar_refusals.complex_operand(tape, o)
        return NOT_A_NUMBER
    if isinstance(o, complex):
        raise _scalar_refusals.complex_operand(tape, o)
    if isinstance(o, numbers.Rational):
        return tape.append(OP_CONSTANT, 0, 0, float(o))
    return NOT_A_NUMBER


cdef dict _sequence_ufuncs = {
    OP_ADD: np.add, OP_SUBTRACT: np.subtract, OP_MULTIPLY: np.multiply, OP_DIVIDE: np.divide,
    OP_REMAINDER: np.remainder, OP_FLOOR_DIVIDE: np.floor_divide, OP_POWER: np.power,
    OP_LESS: np.less, OP_LESS_EQUAL: np.less_equal, OP_GREATER: np.greater,
    OP_GREATER_EQUAL: np.greater_equal, OP_EQUAL: np.equal, OP_NOT_EQUAL: np.not_equal,
}


cdef object with_sequence(object left, object right, int op):
    """An array of a NumPy number and a list: one of them is no scalar."""
    number, other = (left, right) if isinstance(left, Tracer) else (right, left)
    if is_float(number) or type(other) not in (list, tuple, range):
        return NotImplemented
    if op == OP_MULTIPLY and type(other) is not range:
        return NotImplemented  # as for NumPy, which leaves it to the list to repeat itself
    return _sequence_ufuncs[op](left, right)


cdef Tape living(object left, object right):
    """The tape of two operands that still runs, if one does."""
    cdef Tape tape = (<Tracer> (left if isinstance(left, Tracer) else right)).tape
    if tape.closed and isinstance(left, Tracer) and isinstance(right, Tracer):
        return (<Tracer> right).tape
    return tape


cdef object binary(object left, object right, int op):
    cdef Tape tape
    cdef int a, b, node
    if isinstance(left, Tracer):
        tape = (<Tracer> left).tape
        a = (<Tracer> left).id
        if tape.closed:
            tape = living(left, right)
            if tape.is_number() and not isinstance(right, _array_type):
                return _sequence_ufuncs[op](number_of(left), right)
            a = operand(tape, left)
        b = operand(tape, right)
        if b == NOT_A_NUMBER:
            return with_sequence(left, right, op)
    else:
        tape = (<Tracer> right).tape
        b = (<Tracer> right).id
        a = operand(tape, left)
        if a == NOT_A_NUMBER:
            return with_sequence(left, right, op)
    if ((op == OP_ADD or op == OP_MULTIPLY)
            and (type(left) is TracedBool or type(right) is TracedBool)
            and adds_logically(left, right)):
        op = OP_LOGICAL_OR if op == OP_ADD else OP_LOGICAL_AND
        return make_bool(tape, tape.binary(op, a, b))
    node = tape.binary(op, a, b)
    if is_float(left) and is_float(right):
        if op == OP_DIVIDE or op == OP_REMAINDER or op == OP_FLOOR_DIVIDE:
            check_float(tape, op, a, b, node)
        return make_float(tape, node)
    return make(tape, node)


_bitwise_operators = {OP_LOGICAL_AND: operator.and_, OP_LOGICAL_OR: operator.or_,
                      OP_LOGICAL_XOR: operator.xor}
_bitwise_ufuncs = {OP_LOGICAL_AND: np.bitwise_and, OP_LOGICAL_OR: np.bitwise_or,
                   OP_LOGICAL_XOR: np.bitwise_xor}


cdef bint is_plain_bool(object o):
    return type(o) is TracedBool and (<TracedBool> o).plain


cdef object whole(object o):
    """A truth value as a whole number, under a guard."""
    return int(bool(o)) if type(o) is TracedBool else o


cdef object logical(object left, object right, int op, str symbol):
    cdef Tape tape = (<Tracer> (left if isinstance(left, Tracer) else right)).tape
    cdef int a, b
    if type(left) is int or type(right) is int:
        # Python's truth values are whole numbers.
        if is_plain_bool(left) or is_plain_bool(right):
            return _bitwise_operators[op](whole(left), whole(right))
        if type(left) is TracedBool or type(right) is TracedBool:
            return np.int64(_bitwise_operators[op](whole(left), whole(right)))
    for o in (left, right):
        if not isinstance(o, (TracedBool, bool, np.bool_)):
            if isinstance(o, Tracer):
                from asdopt.tracing._followed import is_followed
                if is_followed():
                    return _bitwise_ufuncs[op](left, right)
                raise _scalar_refusals.bitwise(tape, symbol, f"(a > 0) {symbol} (b > 0)")
            return NotImplemented
    a = operand(tape, left)
    b = operand(tape, right)
    if is_float(left) and is_float(right):
        return make_plain_bool(tape, tape.binary(op, a, b))
    return make_bool(tape, tape.binary(op, a, b))


cdef object number_of(Tracer value):
    """The plain number that a value of a trace that has ended was."""
    cdef double v = value.tape.val[value.id]
    if type(value) is TracedBool:
        return v != 0.0 if (<TracedBool> value).plain else np.bool_(v != 0.0)
    return v if type(value) is TracedFloat else np.float64(v)


cdef bint is_left_behind(object o) except -1:
    return isinstance(o, Tracer) and (<Tracer> o).tape.is_past()


cdef object compare(object self, object other, int kind):
    cdef Tape tape = living(self, other)
    cdef int op, a, b
    if (kind == Py_EQ or kind == Py_NE) and (is_left_behind(self) or is_left_behind(other)):
        # A value that an earlier trace left in a cache of the user is no value any more: the
        # cache is out of date.
        return kind == Py_NE
    if (tape.estranged and (kind == Py_EQ or kind == Py_NE) and not isinstance(other, Tracer)
            and is_step(tape, (<Tracer> self).id)):
        return kind == Py_NE  # a key of another run
    a = operand(tape, self)
    b = operand(tape, other)
    if kind == Py_LT:
        op = OP_LESS
    elif kind == Py_LE:
        op = OP_LESS_EQUAL
    elif kind == Py_GT:
        op = OP_GREATER
    elif kind == Py_GE:
        op = OP_GREATER_EQUAL
    elif kind == Py_EQ:
        op = OP_EQUAL
    else:
        op = OP_NOT_EQUAL
    if b == NOT_A_NUMBER:
        return with_sequence(self, other, op)
    b = tape.binary(op, a, b)
    return (make_plain_bool(tape, b) if is_float(self) and is_float(other)
            else make_bool(tape, b))


@cython.freelist(1024)
@cython.no_gc
cdef class Tracer:
    def __init__(self, value=0.0):
        # Libraries make numbers with the type of what they are given, as statistics.mean does.
        self.tape = Tape(0, np.empty(0), primal=True)
        self.id = self.tape.constant(float(value))
        self.tape.close()
        self.tape.done()

    def __add__(left, right):
        return binary(left, right, OP_ADD)

    def __sub__(left, right):
        if (type(left) is TracedBool or type(right) is TracedBool) and adds_logically(left, right):
            raise _scalar_refusals.boolean_subtract()
        return binary(left, right, OP_SUBTRACT)

    def __mul__(left, right):
        return binary(left, right, OP_MULTIPLY)

    def __truediv__(left, right):
        return binary(left, right, OP_DIVIDE)

    def __mod__(left, right):
        if isinstance(left, (str, bytes)):
            return NotImplemented
        return binary(left, right, OP_REMAINDER)

    def __floordiv__(left, right):
        return binary(left, right, OP_FLOOR_DIVIDE)

    def __divmod__(left, right):
        quotient = binary(left, right, OP_FLOOR_DIVIDE)
        if quotient is NotImplemented:
            return NotImplemented
        return quotient, binary(left, right, OP_REMAINDER)

    def __pow__(left, right, modulus):
        cdef Tape tape
        cdef int a, b, node
        if modulus is not None:
            return NotImplemented
        tape = living(left, right)
        a = operand(tape, left)
        b = operand(tape, right)
        if a == NOT_A_NUMBER or b == NOT_A_NUMBER:
            return with_sequence(left, right, OP_POWER)
        node = tape.power(a, b)
        if is_float(left) and is_float(right):
            check_float(tape, OP_POWER, a, b, node)
            return make_float(tape, node)
        return make(tape, node)

    def __and__(left, right):
        return logical(left, right, OP_LOGICAL_AND, "&")

    def __or__(left, right):
        return logical(left, right, OP_LOGICAL_OR, "|")

    def __xor__(left, right):
        return logical(left, right, OP_LOGICAL_XOR, "^")

    def __neg__(self):
        if type(self) is TracedBool and not (<TracedBool> self).plain:
            raise _scalar_refusals.boolean_negative()
        return result_of(self.tape, self.tape.unary(OP_NEGATIVE, self.id), self, self)

    def __pos__(self):
        return self

    def __abs__(self):
        return result_of(self.tape, self.tape.unary(OP_ABSOLUTE, self.id), self, self)

    def __invert__(self):
        raise _scalar_refusals.bitwise(self.tape, "~", "~(a > 0)")

    def __richcmp__(self, other, int kind):
        return compare(self, other, kind)

    def __bool__(self):
        cdef Tape tape = self.tape
        if tape.closed:
            tape.settle()
        cdef double v = tape.val[self.id]
        if tape.op[self.id] == OP_CONSTANT:
            return v != 0.0
        self.need_primal("a branch was taken on a traced value", "if / while / and / or / not")
        # The truth of a number is a comparison of its own: the guard is on that, not the number.
        cdef int node = (self.id if isinstance(self, TracedBool)
                         else tape.binary(OP_NOT_EQUAL, self.id, tape.constant(0.0)))
        tape.add_guard(node, tape.val[node])
        return v != 0.0

    cdef int need_primal(self, str asked, str what) except -1:
        if not self.tape.primal:
            raise _scalar_refusals.no_primal(self.tape, asked, what)
        return 0

    cdef object integer(self, int op, str what):
        """An integer result under a guard that it stays the same."""
        cdef Tape tape = self.tape
        cdef int node
        if tape.op[self.id] != OP_CONSTANT:
            self.need_primal("an integer was made of a traced value", what)
        node = tape.unary(op, self.id)
        result = int(tape.val[node])
        if tape.op[node] != OP_CONSTANT:
            tape.add_guard(node, tape.val[node])
        return result

    def __int__(self):
        return self.integer(OP_TRUNC, "int()")

    def __trunc__(self):
        return self.integer(OP_TRUNC, "math.trunc()")

    def __floor__(self):
        return self.integer(OP_FLOOR, "math.floor()")

    def __ceil__(self):
        return self.integer(OP_CEIL, "math.ceil()")

    def __round__(self, ndigits=None):
        cdef double scale
        cdef Tape tape = self.tape
        cdef int node
        if ndigits is None:
            return self.integer(OP_RINT, "round()")
        scale = 10.0 ** ndigits
        node = tape.binary(OP_MULTIPLY, self.id, tape.constant(scale))
        node = tape.unary(OP_RINT, node)
        return result_of(tape, tape.binary(OP_DIVIDE, node, tape.constant(scale)), self, self)

    def __float__(self):
        if self.tape.op[self.id] == OP_CONSTANT or self.tape.is_number():
            return self.tape.val[self.id]
        raise _scalar_refusals.plain_float(self)

    def __complex__(self):
        if self.tape.op[self.id] == OP_CONSTANT:
            return complex(self.tape.val[self.id])
        raise _scalar_refusals.plain_complex(self)

    def __hash__(self):
        cdef Tape tape = self.tape
        if tape.closed:
            tape.settle()
        if tape.op[self.id] == OP_CONSTANT:
            return hash(tape.val[self.id])
        if tape.primal and is_coarse(tape, self.id):
            # round(x, 1), x // 1: the same in a neighborhood, so that a guard may hold.
            tape.add_guard(self.id, tape.val[self.id])
            tape.has_keys = True
            return hash(tape.val[self.id])
        raise _scalar_refusals.key(self)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        # float64 * tracer arrives here in every loop over data: one node without a detour.
        cdef PyObject *entry
        cdef Tape tape = self.tape
        cdef int code, a, b
        if not kwargs and method == "__call__" and not self.tape.closed:
            entry = PyDict_GetItem(ufunc_codes, ufunc)
            if entry != NULL:
                code = <object> entry
                if code & 2:
                    left, right = inputs
                    if (type(left) is not TracedBool and type(right) is not TracedBool
                            and not is_left_behind(left) and not is_left_behind(right)):
                        a = operand(tape, left)
                        b = NOT_A_NUMBER if a == NOT_A_NUMBER else operand(tape, right)
                        if b != NOT_A_NUMBER:
                            if (tape.estranged
                                    and (code >> 2 == OP_EQUAL or code >> 2 == OP_NOT_EQUAL)
                                    and not (isinstance(left, Tracer) and isinstance(right, Tracer))
                                    and is_step(tape, self.id)):
                                return code >> 2 == OP_NOT_EQUAL  # a key of another run
                            if code >> 2 == OP_POWER:
                                return make(tape, tape.power(a, b))
                            a = tape.binary(code >> 2, a, b)
                            return make_bool(tape, a) if code & 1 else make(tape, a)
                elif type(self) is not TracedBool:
                    a = tape.unary(code >> 2, self.id)
                    return make_bool(tape, a) if code & 1 else make(tape, a)
        return _scalar_ufunc(self, ufunc, method, inputs, kwargs)

    def __array_function__(self, func, types, args, kwargs):
        return _scalar_function(self, func, types, args, kwargs)

    def __getattr__(self, str name):
        # NumPy asks every element of a list for __array__ and the like.
        if name.startswith("__"):
            raise AttributeError(name)
        # NumPy scalars have the methods of arrays; loops over object arrays call .sin() etc.
        return _array_attribute(self, name)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        if self.tape.is_number():
            return type(number_of(self)), (number_of(self),)
        raise _scalar_refusals.pickled(self)

    def __repr__(self):
        if self.tape.is_number():
            return repr(number_of(self))
        return f"<traced {describe(self)}>"

    def __str__(self):
        if self.tape.is_number():
            return str(number_of(self))
        # Angle brackets: the text must not be readable as a number.
        return f"<{describe(self)}>"

    def __format__(self, spec):
        if self.tape.is_number():
            return format(number_of(self), spec)
        if not spec or not self.tape.primal:
            return str(self)
        return f"<{format(self.tape.val[self.id], spec)}>"

    @property
    def value(self):
        """Primal value, NaN where the trace has none."""
        return self.tape.val[self.id]

    @property
    def __class__(self):
        """What isinstance, match and singledispatch see."""
        return np.float64


@cython.no_gc
cdef class TracedFloat(Tracer):
    """A traced number that is a Python float: float(x), math.sin(x), x.tolist()[0]."""

    def __getattr__(self, str name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _numpy_only:
            raise AttributeError(f"'float' object has no attribute '{name}'")
        return _array_attribute(self, name)

    @property
    def __class__(self):
        """What isinstance, match and singledispatch see."""
        return float


@cython.no_gc
cdef class TracedBool(Tracer):
    def __getattr__(self, str name):
        if name.startswith("__"):
            raise AttributeError(name)
        if self.plain and not hasattr(bool, name):
            raise AttributeError(f"'bool' object has no attribute '{name}'")
        return _array_attribute(self, name)

    @property
    def __class__(self):
        """What isinstance, match and singledispatch see."""
        return bool if self.plain else np.bool_

    def __richcmp__(self, other, int kind):
        # A class with a hash of its own inherits no comparisons.
        return compare(self, other, kind)

    def __invert__(self):
        if self.plain:
            return -1 - self
        return make_bool(self.tape, self.tape.unary(OP_LOGICAL_NOT, self.id))

    def __hash__(self):
        return hash(bool(self))

    def __lshift__(left, right):
        return whole(left) << whole(right)

    def __rshift__(left, right):
        return whole(left) >> whole(right)

    def __index__(self):
        if self.plain:
            return int(bool(self))
        raise TypeError("a truth value of a traced comparison cannot be used as an index")


def is_key(Tracer value):
    """Whether a value may be a key as the number that it is: constant, or the same nearby."""
    cdef Tape tape = value.tape
    return tape.op[value.id] == OP_CONSTANT or (tape.primal and is_coarse(tape, value.id))


def node_of(Tape tape, value):
    """Node id of a real scalar (a constant is appended), -1 for anything else."""
    return operand(tape, value)


def tracers(Tape tape, ids, bint is_bool=False):
    """Traced scalars of a flat array of ids, as a list."""
    cdef const int[::1] flat = np.ascontiguousarray(ids, dtype=np.int32)
    cdef Py_ssize_t k
    if is_bool:
        return [make_bool(tape, flat[k]) for k in range(flat.shape[0])]
    return [make(tape, flat[k]) for k in range(flat.shape[0])]
