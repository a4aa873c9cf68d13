# cython: language_level=3, boundscheck=False, wraparound=False
"""The short way for arguments that are arrays as the evaluation wants them.

A call costs some 30 ns here and 300 ns by NumPy's conversions, which at a few variables is as much
as an evaluation.
"""

cimport numpy as cnp
from libc.string cimport memcpy

cnp.import_array()


def is_plain(values, Py_ssize_t size):
    """Tell whether this is a contiguous array of native float64 of shape (size,), no subclass."""
    if not cnp.PyArray_CheckExact(values):
        return False
    cdef cnp.ndarray array = values
    return (cnp.PyArray_TYPE(array) == cnp.NPY_DOUBLE and cnp.PyArray_NDIM(array) == 1
            and cnp.PyArray_DIMS(array)[0] == size and cnp.PyArray_ISCARRAY_RO(array))


def is_output(values):
    """Tell whether this is None, or a contiguous, writeable array of native float64."""
    if values is None:
        return True
    if not cnp.PyArray_Check(values):
        return False
    cdef cnp.ndarray array = values
    return cnp.PyArray_TYPE(array) == cnp.NPY_DOUBLE and cnp.PyArray_ISCARRAY(array)


def joined(double first, cnp.ndarray rest not None):
    """Put a number in front of a plain array."""
    cdef cnp.npy_intp size = 1 + cnp.PyArray_SIZE(rest)
    if not is_plain(rest, size - 1):
        raise ValueError(f"a contiguous array of float64 is needed, got {rest.dtype}")
    cdef cnp.ndarray both = cnp.PyArray_EMPTY(1, &size, cnp.NPY_DOUBLE, 0)
    cdef double *data = <double *> cnp.PyArray_DATA(both)
    data[0] = first
    memcpy(data + 1, cnp.PyArray_DATA(rest), (size - 1) * sizeof(double))
    return both
