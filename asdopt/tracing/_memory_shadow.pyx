# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The memory of a workspace, and the nodes that stand for its entries while a function is traced.

While hooked code runs, the memory holds a NaN of its own kind: whatever reads it past the hooks
finds no number of another run, and is found out.
"""

import numpy as np

cimport numpy as cnp
from libc.stdint cimport uint64_t
from libc.string cimport memcpy

from asdopt._operators cimport OP_CONSTANT

from asdopt.tracing._tape cimport Tape
from asdopt.tracing._tracer cimport Tracer, make

cnp.import_array()

# A quiet NaN whose payload spells ASDOPT; NaNs keep it on their way through arithmetic.
cdef uint64_t MARK = 0x7FF84153444F5054
cdef uint64_t SIGN = 0x8000000000000000
cdef object float_type = np.dtype(np.float64)
cdef object ndarray = np.ndarray
cdef object as_strided = np.lib.stride_tricks.as_strided


cdef class Memory:
    """The block of float64 that an array and all of its views share.

    Parameters
    ----------
    owner : ndarray
        The array that owns the block, kept alive.
    place : str
        Where traced values were first stored into it.
    """

    cdef readonly object owner
    cdef readonly object place
    # What stood there before, and what stood there when hooked code last ended.
    cdef readonly object before
    cdef public object written
    cdef public object ids
    cdef char *start
    cdef Py_ssize_t size

    def __init__(self, cnp.ndarray owner, place):
        self.owner = owner
        self.place = place
        self.start = cnp.PyArray_BYTES(owner)
        self.size = cnp.PyArray_SIZE(owner)
        self.before = self.written = self.read()

    cdef int check(self) except -1:
        cdef cnp.ndarray owner = self.owner
        if cnp.PyArray_BYTES(owner) != self.start or cnp.PyArray_SIZE(owner) != self.size:
            raise ValueError("an array was resized while traced values were stored in it")
        return 0

    def read(self):
        """Copy the numbers in it."""
        self.check()
        cdef cnp.ndarray out = np.empty(self.size, dtype=np.float64)
        memcpy(cnp.PyArray_DATA(out), self.start, self.size * 8)
        return out

    def write(self, values):
        """Put numbers into it, whatever its arrays say of writing."""
        cdef cnp.ndarray given = np.ascontiguousarray(values, dtype=np.float64)
        self.check()
        memcpy(self.start, cnp.PyArray_DATA(given), self.size * 8)
        self.written = given

    def mark(self):
        """Let nobody find numbers in it."""
        cdef uint64_t *entries = <uint64_t *> self.start
        cdef Py_ssize_t k
        self.check()
        for k in range(self.size):
            entries[k] = MARK

    def nodes(self, cnp.ndarray array):
        """Ids that stand for an array in this block; None where its entries are not whole ones."""
        cdef Py_ssize_t offset = cnp.PyArray_BYTES(array) - self.start, k
        cdef list strides = []
        if array.dtype != float_type or offset % 8:
            return None
        for k in range(cnp.PyArray_NDIM(array)):
            if cnp.PyArray_STRIDE(array, k) % 8:
                return None
            strides.append(cnp.PyArray_STRIDE(array, k) // 2)
        made = ndarray(np.shape(array), np.int32, self.ids, offset // 2, strides)
        if not cnp.PyArray_ISWRITEABLE(array):
            made.flags.writeable = False
        return made

    def array(self, cnp.ndarray ids):
        """Give the array of numbers that ids of this block stand for."""
        cdef Py_ssize_t offset = 2 * (cnp.PyArray_BYTES(ids) - cnp.PyArray_BYTES(self.ids)), k
        strides = [cnp.PyArray_STRIDE(ids, k) * 2 for k in range(cnp.PyArray_NDIM(ids))]
        flat = as_strided(self.owner, (self.size,), (8,))[offset // 8:]
        return as_strided(flat, np.shape(ids), strides, writeable=ids.flags.writeable)


cpdef find_memory(list memories, value):
    """Find the block that an array lies in, None where it is in none of them."""
    cdef char *start
    cdef Memory memory
    cdef cnp.ndarray array = value
    start = cnp.PyArray_BYTES(array)
    for found in memories:
        memory = <Memory> found
        if memory.start <= start < memory.start + memory.size * 8:
            return memory
    return None


cdef int *entry(Tape tape, object array, object key) except? NULL:
    """Node of one entry of a workspace with one dimension, NULL where it is something else."""
    cdef Memory memory
    cdef cnp.ndarray of = array
    cdef Py_ssize_t k, n, offset
    if cnp.PyArray_NDIM(of) != 1 or of.dtype is not float_type:
        return NULL
    k, n = key, cnp.PyArray_DIM(of, 0)
    if k < 0:
        k += n
    found = find_memory(tape.workspaces.memories, array) if 0 <= k < n else None
    if found is None:
        return NULL
    memory = <Memory> found
    offset = cnp.PyArray_BYTES(of) - memory.start + k * cnp.PyArray_STRIDE(of, 0)
    if offset % 8:
        return NULL
    return (<int *> cnp.PyArray_DATA(<cnp.ndarray> memory.ids)) + offset // 8


def read_entry(Tape tape, array, key):
    """Traced scalar at ``array[key]`` for an integer, None where that takes another way."""
    cdef int *node = entry(tape, array, key)
    return None if node == NULL else make(tape, node[0])


def write_entry(Tape tape, array, key, new):
    """Store a traced scalar for an integer key; whether that was done."""
    cdef int *node
    if (<Tracer> new).tape is not tape or not cnp.PyArray_ISWRITEABLE(<cnp.ndarray> array):
        return False
    node = entry(tape, array, key)
    if node == NULL:
        return False
    node[0] = (<Tracer> new).id
    return True


def find_nodes(list memories, cnp.ndarray ids):
    """Find the block whose nodes an array of ids is a view of, None where there is none."""
    cdef char *start = cnp.PyArray_BYTES(ids)
    cdef char *first
    cdef Memory memory
    for found in memories:
        memory = <Memory> found
        first = cnp.PyArray_BYTES(<cnp.ndarray> memory.ids)
        if first <= start < first + memory.size * 4:
            return memory
    return None


def depend(Tape tape, ids):
    """Which nodes depend on variables or parameters, of this trace or an earlier one."""
    cdef const int[::1] nodes = ids
    cdef cnp.ndarray out = np.empty(nodes.shape[0], dtype=np.bool_)
    cdef unsigned char *o = <unsigned char *> cnp.PyArray_DATA(out)
    cdef Py_ssize_t k
    for k in range(nodes.shape[0]):
        o[k] = tape.op[nodes[k]] != OP_CONSTANT or tape.a[nodes[k]] != 0
    return out


def numbers_left(Tape tape, const double[::1] values, const unsigned char[::1] depended):
    """Ids of constants, of which some depended on the variables of an earlier trace."""
    cdef cnp.ndarray out = np.empty(values.shape[0], dtype=np.int32)
    cdef int *o = <int *> cnp.PyArray_DATA(out)
    cdef Py_ssize_t k
    for k in range(values.shape[0]):
        o[k] = tape.append(OP_CONSTANT, depended[k] != 0, 0, values[k])
        tape.num_stale += depended[k] != 0
    return out


def was_read(Tape tape, Py_ssize_t start, Py_ssize_t start_pool):
    """Whether a number on the tape was read from the memory of a workspace past the hooks."""
    cdef Py_ssize_t i
    cdef uint64_t *val = <uint64_t *> tape.val
    cdef uint64_t *weights = <uint64_t *> tape.pool_weights
    for i in range(start, tape.size):
        if tape.op[i] == OP_CONSTANT and (val[i] & ~SIGN) == MARK:
            return True
    for i in range(start_pool, tape.pool_size):
        if (weights[i] & ~SIGN) == MARK:
            return True
    return False
