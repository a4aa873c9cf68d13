# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""All results of a trace at a point: constants, linear parts, and what programs scatter."""

import numpy as np

cimport numpy as cnp
from asdopt.kernels._affine cimport AffineTape
from asdopt.kernels._plan cimport Plan
from libc.string cimport memcmp, memcpy, memset

cnp.import_array()

# From this many values on other Python threads may run meanwhile; it takes some 50 ns to let them.
cdef Py_ssize_t MANY = 2000


cdef class Sparse:
    """A matrix by rows: ``out[rows[i]] += sum(coefs * x[cols])`` over row i."""

    cdef const int[::1] rows, cols
    cdef const Py_ssize_t[::1] indptr
    cdef const double[::1] coefs
    cdef Py_ssize_t num_rows

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


cdef runs_of(stored):
    """First places and lengths of what is to be set before programs run.

    Short gaps are set too, since programs overwrite them: a long run is faster than several.
    """
    places = np.flatnonzero(~stored)
    ends = np.flatnonzero(np.diff(places, append=len(stored) + NEAR + 1) > NEAR)
    begins = places[np.append(0, ends + 1)[:len(ends)]]
    return np.array([begins, places[ends] + 1 - begins], dtype=np.intp).T.copy()


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
    """

    cdef const double[::1] base
    cdef readonly Py_ssize_t size
    cdef bint is_zero, is_copied, is_bounded
    cdef const Py_ssize_t[:, ::1] runs
    cdef const int[::1] touched_places
    cdef const double[::1] touched_values
    cdef Sparse linear, spread
    cdef Plan plan
    cdef double[::1] local

    def __cinit__(self, base, stored, touched, Sparse linear, Plan plan, Sparse spread,
                  num_local):
        self.base = base
        # Where most entries are constant, copying all is faster than storing each at its place.
        self.is_copied = 2 * np.count_nonzero(base) > len(base)
        self.runs = runs_of(np.zeros(len(base), dtype=bool) if self.is_copied else stored)
        self.touched_places = np.flatnonzero(touched).astype(np.int32)
        self.touched_values = base[touched]
        self.size = len(base)
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


cdef class Machine:
    """All results of one trace at a point; not thread-safe.

    Parameters
    ----------
    num_inputs, num_outputs : int
    outputs, gradient, jacobian, hessian : Job
    parameters : ndarray of float64
        Their values are read at each evaluation.
    maps : AffineTape or None
        Affine maps that instances read.
    num_maps : int

    Attributes
    ----------
    is_finite : bool
        Whether the values of the last evaluation are sure to be finite: a look at them while they
        were in the registers spares another one at the whole result.
    """

    cdef readonly bint is_finite
    cdef Py_ssize_t num_inputs, num_outputs
    cdef Job _outputs, _gradient, _jacobian, _hessian
    cdef double[::1] read
    cdef AffineTape maps
    cdef Py_ssize_t num_parameters
    cdef bint reads_x
    cdef object kept
    cdef cnp.ndarray last_x, last_outputs
    cdef bint remembers

    def __cinit__(self, num_inputs, num_outputs, Job outputs, Job gradient, Job jacobian,
                  Job hessian, parameters, AffineTape maps, num_maps):
        self.num_inputs = num_inputs
        self.num_outputs = num_outputs
        self._outputs = outputs
        self._gradient = gradient
        self._jacobian = jacobian
        self._hessian = hessian
        self.num_parameters = len(parameters)
        self.maps = maps
        more = len(parameters) + num_maps
        self.reads_x = not more
        self.last_x = np.empty(num_inputs)
        self.last_outputs = np.empty(num_outputs)
        if more:
            self.read = np.zeros(num_inputs + more)
            self.set_parameters(parameters)

    def set_parameters(self, const double[::1] parameters):
        """Change the values of the parameters."""
        cdef Py_ssize_t k
        if parameters.shape[0] != self.num_parameters:
            raise ValueError(
                f"{parameters.shape[0]} parameters were given, the trace has "
                f"{self.num_parameters}: give as many as it was made with"
            )
        self.remembers = False
        for k in range(self.num_parameters):
            self.read[self.num_inputs + k] = parameters[k]

    def set_threads(self, int number):
        """Let so many threads share the work of an evaluation; results are the same."""
        cdef Job job
        for job in (self._outputs, self._gradient, self._jacobian, self._hessian):
            job.plan.set_threads(number)

    cdef const double *source(self, const double *x) noexcept nogil:
        """What instances read: x, parameters, maps."""
        if self.reads_x:
            return x
        memcpy(&self.read[0], x, self.num_inputs * sizeof(double))
        if self.maps is not None:
            self.maps.run(&self.read[0], &self.read[0] + self.num_inputs + self.num_parameters)
        return &self.read[0]

    cdef evaluate(self, Job job, cnp.ndarray x, const double *factor, const double *multipliers,
                  cnp.ndarray out, bint keep=False):
        cdef const double *px = <const double *> cnp.PyArray_DATA(x)
        if out is None:
            out = cnp.PyArray_EMPTY(1, <cnp.npy_intp *> &job.size, cnp.NPY_DOUBLE, 0)
        check(x, self.num_inputs)
        check(out, job.size, True)
        check_apart(out, x, "x")
        cdef double *values = <double *> cnp.PyArray_DATA(out)
        if job.size < MANY:
            self.is_finite = job.run(px, self.source(px), factor, multipliers, values, keep)
        else:
            with nogil:
                self.is_finite = job.run(px, self.source(px), factor, multipliers, values, keep)
        return out

    def outputs(self, cnp.ndarray x not None, cnp.ndarray out=None):
        """Objective and constraints, shape (num_outputs,).

        Solvers ask for the objective and the constraints one after the other: the values at the
        last point are remembered.
        """
        cdef Py_ssize_t size = self.num_inputs * sizeof(double)
        check(x, self.num_inputs)
        if not self.remembers or memcmp(
                cnp.PyArray_DATA(x), cnp.PyArray_DATA(self.last_x), size) != 0:
            self.remembers = False
            self.evaluate(self._outputs, x, NULL, NULL, self.last_outputs)
            memcpy(cnp.PyArray_DATA(self.last_x), cnp.PyArray_DATA(x), size)
            self.remembers = True
        if out is None:
            out = cnp.PyArray_EMPTY(1, <cnp.npy_intp *> &self.num_outputs, cnp.NPY_DOUBLE, 0)
        check(out, self.num_outputs, True)
        memcpy(cnp.PyArray_DATA(out), cnp.PyArray_DATA(self.last_outputs),
               self.num_outputs * sizeof(double))
        return out

    def gradient(self, cnp.ndarray x not None, cnp.ndarray out=None):
        """Gradient of the objective, shape (num_inputs,)."""
        return self.evaluate(self._gradient, x, NULL, NULL, out)

    def jacobian(self, cnp.ndarray x not None, cnp.ndarray out=None, bint keep=False):
        """Values of the Jacobian of the constraints, aligned with its pattern.

        With ``keep``, where ``out`` is the array of the last call with ``keep``, its constant
        entries are taken to be there still.
        """
        if not keep or out is None:
            return self.evaluate(self._jacobian, x, NULL, NULL, out)
        # The array itself: another one may have got the memory of one that is gone.
        keep = out is self.kept
        self.kept = None
        self.evaluate(self._jacobian, x, NULL, NULL, out, keep)
        self.kept = out
        return out

    def forget(self):
        """Write all entries at the next call with ``keep``."""
        self.kept = None

    def hessian(self, cnp.ndarray x not None, cnp.ndarray weights not None, cnp.ndarray out=None):
        """Values of the lower triangle of the Hessian of ``weights @ outputs``."""
        cdef const double *data = <const double *> cnp.PyArray_DATA(weights)
        check(weights, self.num_outputs)
        if out is not None:
            check_apart(out, weights, "the weights")
        return self.evaluate(self._hessian, x, data, data + 1, out)

    def lagrangian_hessian(self, cnp.ndarray x not None, double factor,
                           cnp.ndarray multipliers not None, cnp.ndarray out=None):
        """Values of the Hessian of ``factor * outputs[0] + multipliers @ outputs[1:]``."""
        check(multipliers, self.num_outputs - 1)
        if out is not None:
            check_apart(out, multipliers, "the multipliers")
        return self.evaluate(self._hessian, x, &factor,
                             <const double *> cnp.PyArray_DATA(multipliers), out)


cdef int check(cnp.ndarray array, Py_ssize_t size, bint is_written=False) except -1:
    if (cnp.PyArray_TYPE(array) != cnp.NPY_DOUBLE or not cnp.PyArray_ISCARRAY_RO(array)
            or cnp.PyArray_SIZE(array) != size):
        raise ValueError(
            f"a contiguous array of {size} float64 values is needed, got shape {np.shape(array)} "
            f"of {array.dtype}"
        )
    if is_written and not cnp.PyArray_ISWRITEABLE(array):
        raise ValueError("the array for the result cannot be written to: give another one")
    return 0


cdef int check_apart(cnp.ndarray out, cnp.ndarray read, str what) except -1:
    """Refuse to write over what is read."""
    cdef const char *first = cnp.PyArray_BYTES(out)
    cdef const char *other = cnp.PyArray_BYTES(read)
    if first < other + cnp.PyArray_NBYTES(read) and other < first + cnp.PyArray_NBYTES(out):
        raise ValueError(
            f"the array for the result shares memory with {what}, which would be overwritten "
            "while it is read: give another one"
        )
    return 0
