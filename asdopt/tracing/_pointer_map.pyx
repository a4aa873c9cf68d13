# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""A map of objects by identity: the look-up of the hook, at each call of a hooked function."""

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport uintptr_t
from libc.stdlib cimport calloc, free


@cython.final
cdef class PointerMap:
    """Objects by identity to objects; open addressing, no removal."""

    def __cinit__(self):
        self.allocate(64)

    def __dealloc__(self):
        cdef size_t i
        for i in range(self.mask + 1):
            if self.keys != NULL and self.keys[i] != NULL:
                Py_DECREF(<object> self.keys[i])
                Py_DECREF(<object> self.values[i])
        free(self.keys)
        free(self.values)

    cdef int allocate(self, size_t size) except -1:
        cdef PyObject **keys = <PyObject **> calloc(size, sizeof(PyObject *))
        cdef PyObject **values = <PyObject **> calloc(size, sizeof(PyObject *))
        if keys == NULL or values == NULL:
            free(keys)
            free(values)
            raise MemoryError()
        self.keys, self.values = keys, values
        self.mask = size - 1
        self.used = 0
        return 0

    cdef int put(self, object key, object value) except -1:
        cdef size_t i
        cdef PyObject **keys = self.keys
        cdef PyObject **values = self.values
        cdef size_t k, size = self.mask + 1
        cdef object old
        if 2 * self.used >= size:
            self.allocate(2 * size)
            for k in range(size):
                if keys[k] != NULL:
                    self.insert(keys[k], values[k])
            free(keys)
            free(values)
        i = ((<uintptr_t> <PyObject *> key >> 4) * 0x9E3779B1u) & self.mask
        while self.keys[i] != NULL:
            if self.keys[i] == <PyObject *> key:
                old = <object> self.values[i]
                Py_INCREF(value)
                self.values[i] = <PyObject *> value
                Py_DECREF(old)
                return 0
            i = (i + 1) & self.mask
        Py_INCREF(key)
        Py_INCREF(value)
        self.insert(<PyObject *> key, <PyObject *> value)
        return 0

    cdef void insert(self, PyObject *key, PyObject *value) noexcept:
        cdef size_t i = ((<uintptr_t> key >> 4) * 0x9E3779B1u) & self.mask
        while self.keys[i] != NULL:
            i = (i + 1) & self.mask
        self.keys[i] = key
        self.values[i] = value
        self.used += 1
