# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""One kind of result: constants, linear parts, and what programs scatter; see ``_machine.pyx``."""

import numpy as np

from asdopt.kernels._congruence cimport Blocks, Congruence, add_blocks
from asdopt.kernels._plan cimport Plan
from asdopt._vector cimport Ints, ints, push_int
from libc.math cimport fabs
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset


# Sums of smaller numbers are finite.
cdef double LARGEST = 1e300


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


cdef class Weighted:
    """A matrix by columns: ``out[places] += weights[rows[i]] * values`` of column i.

    Of constants the weights are multipliers, of what spreads from maps they are local values.
    """

    def __cinit__(self, const int[::1] rows, const Py_ssize_t[::1] indptr, const int[::1] places,
                  const double[::1] values):
        cdef Py_ssize_t i, k, count = rows.shape[0]
        cdef Ints first, starts
        cdef double[::1] largest = np.zeros(count)
        cdef Py_ssize_t[::1] run_indptr = np.zeros(count + 1, dtype=np.intp)
        first.data = starts.data = NULL
        first.size = first.capacity = starts.size = starts.capacity = 0
        try:
            with nogil:
                for i in range(count):
                    for k in range(indptr[i], indptr[i + 1]):
                        largest[i] = max(largest[i], fabs(values[k]))
                        if k == indptr[i] or places[k] != places[k - 1] + 1:
                            push_int(&first, places[k])
                            push_int(&starts, <int> k)
                    run_indptr[i + 1] = first.size
                push_int(&starts, <int> indptr[count])
            self.run_places = ints(&first)
            self.run_starts = ints(&starts)
            # Where runs are short, places one by one.
            self.is_in_runs = 4 * first.size <= places.shape[0]
        finally:
            free(first.data)
            free(starts.data)
        self.rows = rows
        self.values = values
        self.largest = largest
        self.places = places
        self.indptr = run_indptr if self.is_in_runs else indptr

    cdef bint add(self, const double *weights, double *out) noexcept nogil:
        """Add; tell whether something may be no finite number, or large."""
        cdef Py_ssize_t i, k, r, size
        cdef const double *values = &self.values[0]
        cdef const double *run
        cdef double *to
        cdef double w
        cdef bint large = False
        for i in range(self.rows.shape[0]):
            w = weights[self.rows[i]]
            large = large or not fabs(w) * self.largest[i] <= LARGEST
            # As behind any multiplier that is 0.
            if w == 0.0:
                continue
            if not self.is_in_runs:
                for k in range(self.indptr[i], self.indptr[i + 1]):
                    out[self.places[k]] += w * values[k]
                continue
            for r in range(self.indptr[i], self.indptr[i + 1]):
                run = values + self.run_starts[r]
                to = out + self.run_places[r]
                size = self.run_starts[r + 1] - self.run_starts[r]
                for k in range(size):
                    to[k] += w * run[k]
        return large


# Places between two runs that are set with them: a cache line.
cdef Py_ssize_t NEAR = 8


def runs_of(wanted, others):
    """First places and lengths of runs that hold all wanted places.

    Short gaps of other places that may be taken along are: a long run is faster than several.
    """
    places = np.flatnonzero(wanted)
    if not places.size:
        return np.empty((0, 2), dtype=np.intp)
    fixed = np.cumsum(~(wanted | others))
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
    spread : Sparse or Weighted or None
        Added times the local values.
    num_local : int
    own : ndarray of bool, shape (size,), optional
        Places that are set; others belong to another job.
    is_scaled : bool
        The constant part is multiplied by the objective's factor.
    weighted : Weighted, optional
        Added times the multipliers.
    congruences : list of Congruence
        Added as the local values say.
    """

    def __cinit__(self, base, stored, touched, Sparse linear, Plan plan, spread,
                  num_local, own=None, is_scaled=False, Weighted weighted=None,
                  list congruences=None):
        cdef Py_ssize_t k
        if own is None:
            own = np.ones(len(base), dtype=bool)
        self.base = base
        self.is_scaled = is_scaled
        # Where most entries are constant, copying all is faster than storing each at its place.
        self.is_copied = not is_scaled and 2 * np.count_nonzero(base) > len(base)
        self.is_zero = is_scaled or not np.any(base)
        set_first = own if self.is_copied else own & ~stored
        self.runs = runs_of(set_first & (base == 0.0) if is_scaled else set_first, own)
        self.scaled_runs = runs_of(set_first & (base != 0.0) & is_scaled, own)
        self.touched_places = np.flatnonzero(touched).astype(np.int32)
        self.touched_values = base[touched]
        self.size = len(base)
        self.num_own = np.count_nonzero(own)
        self.largest = np.abs(base).max(initial=0.0)
        self.is_bounded = linear is None and spread is None and not congruences
        self.linear = linear
        self.plan = plan
        if isinstance(spread, Weighted):
            self.spread_runs = spread
        else:
            self.spread = spread
        self.weighted = weighted
        self.keep = congruences or []
        self.num_congruences = len(self.keep)
        self.blocks = <Blocks *> calloc(self.num_congruences + 1, sizeof(Blocks))
        if self.blocks == NULL:
            raise MemoryError()
        for k in range(self.num_congruences):
            self.blocks[k] = (<Congruence> self.keep[k]).blocks
        self.reads = plan.count > 0 or linear is not None
        self.local = np.zeros(max(num_local, 1))

    def __dealloc__(self):
        free(self.blocks)

    cdef void scale(self, double factor, double *out) noexcept nogil:
        """Set what is constant times the objective's factor."""
        cdef Py_ssize_t r, k
        cdef const double *base
        cdef double *to
        for r in range(self.scaled_runs.shape[0]):
            base = &self.base[self.scaled_runs[r, 0]]
            to = out + self.scaled_runs[r, 0]
            for k in range(self.scaled_runs[r, 1]):
                to[k] = 0.0 if base[k] == 0.0 else factor * base[k]

    cdef bint run(self, const double *x, const double *y, const double *factor,
                  const double *multipliers, double *out, bint keep) noexcept nogil:
        """Fill ``out``; tell whether all values are sure to be finite."""
        cdef const double *source[3]
        cdef double *target[2]
        cdef Py_ssize_t k, first
        cdef double scale = 1.0
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
        if self.is_scaled:
            scale = factor[0]
            self.scale(scale, out)
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
        if self.spread_runs is not None:
            self.spread_runs.add(&self.local[0], out)
        for k in range(self.num_congruences):
            add_blocks(&self.blocks[k], &self.local[0], out)
        if self.weighted is not None:
            large |= self.weighted.add(multipliers, out)
        large |= not fabs(scale) * self.largest <= LARGEST
        return self.is_bounded and not large
