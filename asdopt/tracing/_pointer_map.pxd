"""A map of objects by identity; see ``_pointer_map.pyx``."""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport uintptr_t


@cython.final
cdef class PointerMap:
    cdef PyObject **keys
    cdef PyObject **values
    cdef size_t mask
    cdef size_t used

    cdef int allocate(self, size_t size) except -1
    cdef int put(self, object key, object value) except -1
    cdef void insert(self, PyObject *key, PyObject *value) noexcept

    # At each call of a hooked function: here, so that it becomes a part of it.
    cdef inline PyObject *get(self, PyObject *key) noexcept:
        cdef size_t i = ((<uintptr_t> key >> 4) * 0x9E3779B1u) & self.mask
        while self.keys[i] != NULL:
            if self.keys[i] == key:
                return self.values[i]
            i = (i + 1) & self.mask
        return NULL
