# cython: language_level=3, boundscheck=False, wraparound=False
"""Growing C arrays as NumPy arrays; what the passes do with them stands in the declarations."""

import numpy as np

from libc.stdlib cimport realloc
from libc.string cimport memcpy


cdef void *grown(void *data, Py_ssize_t bytes) except NULL nogil:
    cdef void *p = realloc(data, bytes)
    if p == NULL:
        with gil:
            raise MemoryError(f"{bytes:,} bytes are needed to take a model apart")
    return p


cdef ints(const Ints *v):
    out = np.empty(v.size, dtype=np.int32)
    cdef int[::1] o = out
    if v.size:
        memcpy(&o[0], v.data, v.size * sizeof(int))
    return out


cdef doubles(const Doubles *v):
    out = np.empty(v.size)
    cdef double[::1] o = out
    if v.size:
        memcpy(&o[0], v.data, v.size * sizeof(double))
    return out
