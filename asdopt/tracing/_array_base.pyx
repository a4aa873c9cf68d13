# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The fast paths of traced arrays: one element read or written, arithmetic of equal shapes.

Next file: ``_array.py``, which has everything else.
"""

import numpy as np

cimport numpy as cnp
from cpython.dict cimport PyDict_GetItem
from cpython.float cimport PyFloat_Check
from cpython.long cimport PyLong_Check
from cpython.object cimport PyObject

from asdopt.tracing._tape cimport Tape
from asdopt.tracing._tracer cimport (
    NOT_A_NUMBER, TracedBool, Tracer, make, make_bool, operand_of, ufunc_codes,
)

cnp.import_array()

# Set by _array.py, which cannot be imported from here.
_array_type = None
_ufunc = None


def install(array_type, ufunc):
    """Take the class of traced arrays, and what does what is not done here."""
    global _array_type, _ufunc
    _array_type = array_type
    _ufunc = ufunc


cdef int side(Tape tape, object o, PyObject **ids) except -3:
    """Operand of a fast elementwise operation: its ids, else its node; -2: no fast path."""
    ids[0] = NULL
    if isinstance(o, TracedArrayBase):
        if (<TracedArrayBase> o).is_bool:
            return -2
        if (<TracedArrayBase> o).tape is not tape:
            return -2
        ids[0] = <PyObject *> (<TracedArrayBase> o)._ids
        return -1
    if type(o) is TracedBool or type(o) is bool or type(o) is np.ndarray:
        return -2
    if isinstance(o, Tracer):
        return (<Tracer> o).id if (<Tracer> o).tape is tape else -2
    if PyFloat_Check(o) or PyLong_Check(o):
        return operand_of(tape, o)
    return -2


def elementwise(Tape tape, int code, left, right):
    """Arithmetic of a traced array with another of its shape or a number, None for other cases.

    ``code`` is an entry of the table of ``install_codes``.
    """
    cdef PyObject *a
    cdef PyObject *b
    cdef int node, other
    if tape.closed:
        return None
    node = side(tape, left, &a)
    if node == -2:
        return None
    if not code & 2:
        if a == NULL:
            return None
        return wrap(tape, tape.fill(code >> 2, <cnp.ndarray> a, None, -2), bool(code & 1))
    other = side(tape, right, &b)
    if other == -2 or (a == NULL and b == NULL):
        return None
    if a != NULL and b != NULL:
        if not cnp.PyArray_SAMESHAPE(<cnp.ndarray> a, <cnp.ndarray> b):
            return None
        ids = tape.fill(code >> 2, <cnp.ndarray> a, <cnp.ndarray> b, -1)
    elif a != NULL:
        ids = tape.fill(code >> 2, <cnp.ndarray> a, None, other)
    else:
        ids = tape.fill(code >> 2, None, <cnp.ndarray> b, node)
    return wrap(tape, ids, bool(code & 1))


cdef class TracedArrayBase:
    def __cinit__(self, Tape tape, cnp.ndarray ids, bint is_bool=False):
        self.tape = tape
        self._ids = ids
        self.is_bool = is_bool

    @property
    def ids(self):
        return self._ids

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        cdef PyObject *entry
        cdef int code
        if not kwargs and method == "__call__" and not self.tape.closed:
            entry = PyDict_GetItem(ufunc_codes, ufunc)
            if entry != NULL:
                code = <object> entry
                if len(inputs) == (2 if code & 2 else 1):
                    right = inputs[1] if code & 2 else None
                    result = elementwise(self.tape, code, inputs[0], right)
                    if result is not None:
                        return result
        return _ufunc(self, ufunc, method, inputs, kwargs)

    def __len__(self):
        if cnp.PyArray_NDIM(self._ids) == 0:
            raise TypeError("len() of unsized object")
        return cnp.PyArray_DIM(self._ids, 0)

    def __getitem__(self, key):
        cdef Py_ssize_t i, n
        if cnp.PyArray_NDIM(self._ids) == 1 and PyLong_Check(key) and not isinstance(key, bool):
            i = key
            n = cnp.PyArray_DIM(self._ids, 0)
            if i < 0:
                i += n
            if i < 0 or i >= n:
                raise IndexError(f"index {key} is out of bounds for axis 0 with size {n}")
            i = (<int *> (cnp.PyArray_BYTES(self._ids) + i * cnp.PyArray_STRIDE(self._ids, 0)))[0]
            if self.is_bool:
                return make_bool(self.tape, i)
            return make(self.tape, i)
        return self.get(key)

    def __setitem__(self, key, value):
        cdef Py_ssize_t i, n
        cdef int node
        if (cnp.PyArray_NDIM(self._ids) == 1 and PyLong_Check(key) and not isinstance(key, bool)
                and not self.is_bool and cnp.PyArray_ISWRITEABLE(self._ids)):
            node = operand_of(self.tape, value)
            if node != NOT_A_NUMBER:
                i = key
                n = cnp.PyArray_DIM(self._ids, 0)
                if i < 0:
                    i += n
                if i < 0 or i >= n:
                    raise IndexError(f"index {key} is out of bounds for axis 0 with size {n}")
                (<int *> (cnp.PyArray_BYTES(self._ids)
                          + i * cnp.PyArray_STRIDE(self._ids, 0)))[0] = node
                return
        self.set(key, value)

    def __iter__(self):
        if cnp.PyArray_NDIM(self._ids) == 0:
            raise TypeError("iteration over a 0-d array")
        return self._entries()

    def _entries(self):
        cdef Py_ssize_t i
        for i in range(cnp.PyArray_DIM(self._ids, 0)):
            yield self[i]


def node_ids(Tape tape, values):
    """Node ids of a list or tuple of real scalars, None when it holds anything else."""
    cdef Py_ssize_t k, n = len(values)
    cdef int[::1] ids
    cdef int node
    out = np.empty(n, dtype=np.int32)
    ids = out
    for k in range(n):
        node = operand_of(tape, values[k])
        if node == NOT_A_NUMBER:
            return None
        ids[k] = node
    return out


def array(Tape tape, cnp.ndarray ids, bint is_bool=False):
    """Make a traced array of ids, of any number of dimensions."""
    return _array_type(tape, ids, is_bool)


def wrap(Tape tape, ids, bint is_bool=False):
    """Make a traced array of ids, a traced scalar where there are no dimensions."""
    if isinstance(ids, np.ndarray) and cnp.PyArray_NDIM(ids) > 0:
        return _array_type(tape, ids, is_bool)
    return make_bool(tape, ids) if is_bool else make(tape, ids)


def mirror(Tape tape, ids, bint is_bool=False):
    """Make of ids what NumPy made of them: an array without dimensions stays an array.

    ``a = np.where(x > 0, x, 1.0); b = a; b += 1`` changes a in NumPy too.
    """
    if isinstance(ids, np.ndarray):
        return _array_type(tape, ids, is_bool)
    return make_bool(tape, ids) if is_bool else make(tape, ids)
