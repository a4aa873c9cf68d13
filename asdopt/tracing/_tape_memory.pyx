# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The memory of a tape: arrays that grow, and in the end become NumPy's without a copy.

A node is its op code, two operands and a value. The operands of a weighted sum stand in a pool of
their own, with the weights. Next file: ``_tape.pyx``, which writes the nodes.
"""

cimport numpy as cnp
from libc.stdlib cimport free

cnp.import_array()

cdef extern from "tracing/_memory.h":
    void *resized "asdopt_resize" (void *p, size_t size)

# Node ids are C ints.
cdef Py_ssize_t MAX_NODES = 2147483647


cdef class TapeMemory:
    def __cinit__(self):
        self.most = MAX_NODES

    def __dealloc__(self):
        if self.taken:
            return  # by arrays, which the tape keeps
        free(self.op)
        free(self.a)
        free(self.b)
        free(self.val)
        free(self.pool_ids)
        free(self.pool_weights)

    def __len__(self):
        return self.size

    cdef int reserve(self, Py_ssize_t more, Py_ssize_t at_least) except -1:
        """Make room for more nodes, and for so many in all if anything has to move."""
        cdef Py_ssize_t need = self.size + more, cap
        cdef void *p
        if need <= self.capacity:
            return 0
        # Moving the arrays costs more than the operations in them; pages not yet written are free.
        cap = min(max(need, 4 * self.capacity, at_least, 1024), self.most)
        if need > self.most:
            raise MemoryError(f"the tape would need {need} nodes; at most {self.most} fit")
        p = resized(self.op, cap)
        if p == NULL:
            raise MemoryError()
        self.op = <unsigned char *> p
        p = resized(self.a, cap * sizeof(int))
        if p == NULL:
            raise MemoryError()
        self.a = <int *> p
        p = resized(self.b, cap * sizeof(int))
        if p == NULL:
            raise MemoryError()
        self.b = <int *> p
        p = resized(self.val, cap * sizeof(double))
        if p == NULL:
            raise MemoryError()
        self.val = <double *> p
        self.capacity = cap
        return 0

    cdef int reserve_pool(self, Py_ssize_t more) except -1:
        """Make room for more operands of sums."""
        cdef Py_ssize_t need = self.pool_size + more, cap
        cdef void *p
        if need <= self.pool_capacity:
            return 0
        cap = max(need, 2 * self.pool_capacity, 256)
        if need > MAX_NODES:
            raise MemoryError(f"the tape's sums would need {need} terms; at most {MAX_NODES} fit")
        p = resized(self.pool_ids, cap * sizeof(int))
        if p == NULL:
            raise MemoryError()
        self.pool_ids = <int *> p
        p = resized(self.pool_weights, cap * sizeof(double))
        if p == NULL:
            raise MemoryError()
        self.pool_weights = <double *> p
        self.pool_capacity = cap
        return 0

    cdef tuple take(self):
        """Make arrays of the tape's own memory: op, a, b, val, pool_ids, pool_weights.

        They may still be read here; nothing is appended any more.
        """
        cdef Py_ssize_t n = self.size, m = self.pool_size
        if self.taken:
            raise ValueError("the arrays of a tape that were taken before")
        self.op = <unsigned char *> fitted(self.op, n)
        self.a = <int *> fitted(self.a, n * sizeof(int))
        self.b = <int *> fitted(self.b, n * sizeof(int))
        self.val = <double *> fitted(self.val, n * sizeof(double))
        self.pool_ids = <int *> fitted(self.pool_ids, m * sizeof(int))
        self.pool_weights = <double *> fitted(self.pool_weights, m * sizeof(double))
        self.capacity, self.pool_capacity = n, m
        self.taken = True
        self.kept = (
            owner(self.op, n, cnp.NPY_UINT8),
            owner(self.a, n, cnp.NPY_INT32),
            owner(self.b, n, cnp.NPY_INT32),
            owner(self.val, n, cnp.NPY_DOUBLE),
            owner(self.pool_ids, m, cnp.NPY_INT32),
            owner(self.pool_weights, m, cnp.NPY_DOUBLE),
        )
        return self.kept

    cdef void leave(self) noexcept:
        """Leave the memory to the arrays that were made of it, where some were.

        They are kept: what the pointers pointed to may be read as long as the tape lives.
        """
        if not self.taken:
            return
        self.op, self.a, self.b, self.val = NULL, NULL, NULL, NULL
        self.pool_ids, self.pool_weights = NULL, NULL
        self.pool_size = self.pool_capacity = self.capacity = 0
        self.taken = False


cdef class Memory:
    """Frees what an array was made of."""

    cdef void *p

    def __dealloc__(self):
        free(self.p)


cdef cnp.ndarray owner(void *p, cnp.npy_intp size, int kind):
    """Make an array of memory that is freed with it."""
    cdef Memory memory = Memory()
    cdef cnp.ndarray found = cnp.PyArray_SimpleNewFromData(1, &size, kind, p)
    memory.p = p
    cnp.set_array_base(found, memory)
    return found


cdef void *fitted(void *p, size_t size):
    """Give back the memory that is not used; what cannot be moved stays."""
    cdef void *q = resized(p, size)
    return p if q == NULL else q
