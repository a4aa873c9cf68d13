# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""One kind of result: constants, linear parts, and what programs scatter; see ``_machine.pyx``."""

import numpy as np

from asdopt.kernels._plan cimport Plan
from libc.string cimport memcpy, memset


cdef class Sparse:
    """A matrix by rows: ``out[rows[i]] += sum(coefs * x[cols])`` over row i."""

    def __cinit__(self, rows, indptr, cols, coefs):
        self.rows = rows
        self.indptr = indptr
        self.cols = cols
        self.coefs = coefs
        self.num_rows = len(rows)

    cdef void add(self, const double *x, double *out) noexcept nogil:
        cdef Py_ssize_t i, k
        cdef double total
        for i in range(self.num_rows):
            total = 0.0
            for k in range(self.indptr[i], self.indptr[i + 1]):
                total += self.coefs[k] * x[self.cols[k]]
            out[self.rows[i]] += total


# Places between two runs that are set with them: a cache line.
cdef Py_ssize_t NEAR = 8


def runs_of(wanted, free):
    """First places and lengths of runs that hold all wanted places.

    Short gaps of places that are free to be taken along are: a long run is faster than several.
    """
    places = np.flatnonzero(wanted)
    if not places.size:
        return np.empty((0, 2), dtype=np.intp)
    fixed = np.cumsum(~(wanted | free))
    apart = (np.diff(places) > NEAR) | (np.diff(fixed[places]) > 0)
    begins, ends = places[np.append(True, apart)], places[np.append(apart, True)]
    return np.array([begins, ends + 1 - begins], dtype=np.intp).T.copy()


cdef class Job:
    """One kind of result: constant part, linear part, programs, and what comes by affine maps.

    Parameters
    ----------
    base : ndarray of float64, shape (size,)
        Constant part.
    stored, touched : ndarray of bool, shape (size,)
        Places that the programs overwrite; places that they, or maps, add to.
    linear : Sparse or None
        Added times x.
    plan : Plan
        Programs that scatter into the result (target 0) or into ``num_local`` local values
        (target 1).
    spread : Sparse or None
        Added times the local values.
    num_local : int
    own : ndarray of bool, shape (size,), optional
        Places that are set; others belong to another job.
    """

    def __cinit__(self, base, stored, touched, Sparse linear, Plan plan, Sparse spread,
                  num_local, own=None):
        if own is None:
            own = np.ones(len(base), dtype=bool)
        self.base = base
        # Where most entries are constant, copying all is faster than storing each at its place.
        self.is_copied = 2 * np.count_nonzero(base) > len(base)
        self.runs = runs_of(own if self.is_copied else own & ~stored, own)
        self.touched_places = np.flatnonzero(touched).astype(np.int32)
        self.touched_values = base[touched]
        self.size = len(base)
        self.num_own = np.count_nonzero(own)
        self.is_zero = not np.any(base)
        self.is_bounded = linear is None and spread is None and np.all(np.abs(base) <= 1e300)
        self.linear = linear
        self.plan = plan
        self.spread = spread
        self.local = np.zeros(max(num_local, 1))

    cdef bint run(self, const double *x, const double *y, const double *factor,
                  const double *multipliers, double *out, bint keep) noexcept nogil:
        """Fill ``out``; tell whether all values are sure to be finite."""
        cdef const double *source[3]
        cdef double *target[2]
        cdef Py_ssize_t k, first
        cdef bint large
        if self.size == 0:
            return True
        if keep:
            for k in range(self.touched_places.shape[0]):
                out[self.touched_places[k]] = self.touched_values[k]
        else:
            for k in range(self.runs.shape[0]):
                first = self.runs[k, 0]
                if self.is_zero:
                    memset(out + first, 0, self.runs[k, 1] * sizeof(double))
                else:
                    memcpy(out + first, &self.base[first], self.runs[k, 1] * sizeof(double))
        if self.linear is not None:
            self.linear.add(x, out)
        source[0] = y
        source[1] = multipliers
        source[2] = factor
        target[0] = out
        target[1] = &self.local[0]
        large = self.plan.run(source, target, keep or self.is_copied)
        if self.spread is not None:
            self.spread.add(&self.local[0], out)
        return self.is_bounded and not large
