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

    cdef const double[::1] base
    cdef readonly Py_ssize_t size, num_own
    cdef bint is_zero, is_copied, is_bounded
    cdef const Py_ssize_t[:, ::1] runs
    cdef const int[::1] touched_places
    cdef const double[::1] touched_values
    cdef Sparse linear, spread
    cdef Plan plan
    cdef double[::1] local

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


cdef enum:
    NOTHING
    OBJECTIVE
    ALL


cdef class Machine:
    """All results of one trace at a point; not thread-safe.

    The objective is evaluated alone where it is asked for alone. What was evaluated at the last
    point is remembered, the point by what is read of it.

    Parameters
    ----------
    num_inputs, num_outputs : int
    objective : Job
        Sets the first output, and what is evaluated together with it of others.
    outputs : Job
        Sets the rest, where ``objective`` was run.
    gradient, jacobian, hessian : Job
    first_inputs : ndarray of bool, shape (num_inputs,)
        Those that the objective's job reads.
    parameters : ndarray of float64
        Their values are read at each evaluation.
    maps : AffineTape or None
        Affine maps that instances read.

    Attributes
    ----------
    is_finite : bool
        Whether the values of the last evaluation are sure to be finite: a look at them while they
        were in the registers spares another one at the whole result.
    """

    cdef readonly bint is_finite
    cdef Py_ssize_t num_inputs, num_outputs
    cdef Job _objective, _outputs, _gradient, _jacobian, _hessian
    cdef const Py_ssize_t[:, ::1] first_runs
    cdef bint reads_all_first, is_mixed
    # Inputs, parameters and maps at the last point; which of them, and of the outputs, are there.
    cdef double[::1] read
    cdef int known, evaluated
    cdef AffineTape maps
    cdef Py_ssize_t num_parameters
    cdef bint reads_x
    cdef object kept
    cdef double[::1] last_outputs

    def __cinit__(self, num_inputs, num_outputs, Job objective, Job outputs, Job gradient,
                  Job jacobian, Job hessian, first_inputs, parameters, AffineTape maps):
        self.num_inputs = num_inputs
        self.num_outputs = num_outputs
        self._objective = objective
        self._outputs = outputs
        self._gradient = gradient
        self._jacobian = jacobian
        self._hessian = hessian
        self.first_runs = runs_of(first_inputs, np.ones(num_inputs, dtype=bool))
        self.reads_all_first = (
            self.first_runs.shape[0] == 1 and self.first_runs[0, 1] == num_inputs)
        self.is_mixed = objective.num_own > 1
        self.num_parameters = len(parameters)
        self.maps = maps
        self.reads_x = maps is None and not len(parameters)
        self.last_outputs = np.empty(num_outputs)
        # Never empty: its beginning is asked for.
        self.read = np.zeros(num_inputs + len(parameters) + 1)
        if maps is not None:
            self.read = maps.start_values
        self.set_parameters(parameters)

    def set_parameters(self, const double[::1] parameters):
        """Change the values of the parameters."""
        cdef Py_ssize_t k
        if parameters.shape[0] != self.num_parameters:
            raise ValueError(
                f"{parameters.shape[0]} parameters were given, the trace has "
                f"{self.num_parameters}: give as many as it was made with"
            )
        self.known = self.evaluated = NOTHING
        for k in range(self.num_parameters):
            self.read[self.num_inputs + k] = parameters[k]

    def set_threads(self, int number):
        """Let so many threads share the work of an evaluation; results are the same."""
        cdef Job job
        for job in (self._objective, self._outputs, self._gradient, self._jacobian,
                    self._hessian):
            job.plan.set_threads(number)

    cdef bint is_at(self, const double *x) noexcept nogil:
        """Whether the objective reads the same at x as at the last point, bit for bit."""
        cdef Py_ssize_t k, first
        if self.known == NOTHING:
            return False
        for k in range(self.first_runs.shape[0]):
            first = self.first_runs[k, 0]
            if memcmp(x + first, &self.read[first],
                      self.first_runs[k, 1] * sizeof(double)) != 0:
                return False
        return True

    cdef void move(self, const double *x, int wanted) noexcept nogil:
        """Make x the last point, or the part of it that the objective reads."""
        cdef Py_ssize_t k, first, size = self.num_inputs * sizeof(double)
        if self.known == ALL and memcmp(x, &self.read[0], size) == 0:
            return
        if not self.is_at(x):
            self.known = self.evaluated = NOTHING
            for k in range(self.first_runs.shape[0]):
                first = self.first_runs[k, 0]
                memcpy(&self.read[first], x + first, self.first_runs[k, 1] * sizeof(double))
            if self.maps is not None:
                self.maps.run(&self.read[0], True)
            self.known = OBJECTIVE
        if wanted == ALL:
            if self.evaluated == ALL:
                self.evaluated = NOTHING if self.is_mixed else OBJECTIVE
            if not self.reads_all_first:
                memcpy(&self.read[0], x, size)
            if self.maps is not None:
                self.maps.run(&self.read[0], False)
            self.known = ALL

    cdef const double *source(self, const double *x, int wanted) noexcept nogil:
        """What instances read: x, parameters, maps."""
        if self.reads_x:
            return x
        self.move(x, wanted)
        return &self.read[0]

    cdef evaluate(self, Job job, cnp.ndarray x, const double *factor, const double *multipliers,
                  cnp.ndarray out, bint keep=False, int wanted=ALL):
        cdef const double *px = <const double *> cnp.PyArray_DATA(x)
        if out is None:
            out = cnp.PyArray_EMPTY(1, <cnp.npy_intp *> &job.size, cnp.NPY_DOUBLE, 0)
        check(x, self.num_inputs)
        check(out, job.size, True)
        check_apart(out, x, "x")
        cdef double *values = <double *> cnp.PyArray_DATA(out)
        if job.size < MANY:
            self.is_finite = job.run(
                px, self.source(px, wanted), factor, multipliers, values, keep)
        else:
            with nogil:
                self.is_finite = job.run(
                    px, self.source(px, wanted), factor, multipliers, values, keep)
        return out

    cdef void evaluate_outputs(self, const double *x, int wanted) noexcept nogil:
        """Evaluate the objective at x, or all outputs, unless they are known."""
        cdef double *out = &self.last_outputs[0]
        self.move(x, wanted)
        if self.evaluated == NOTHING:
            self._objective.run(&self.read[0], &self.read[0], NULL, NULL, out, False)
            self.evaluated = OBJECTIVE
        if wanted == ALL and self.evaluated == OBJECTIVE:
            self._outputs.run(&self.read[0], &self.read[0], NULL, NULL, out, False)
            self.evaluated = ALL

    def objective(self, cnp.ndarray x not None):
        """The first output alone."""
        cdef const double *px = <const double *> cnp.PyArray_DATA(x)
        check(x, self.num_inputs)
        if self.num_inputs < MANY:
            self.evaluate_outputs(px, OBJECTIVE)
        else:
            with nogil:
                self.evaluate_outputs(px, OBJECTIVE)
        return self.last_outputs[0]

    def outputs(self, cnp.ndarray x not None, cnp.ndarray out=None):
        """Objective and constraints, shape (num_outputs,).

        Solvers ask for the objective and the constraints one after the other: the values at the
        last point are remembered.
        """
        cdef const double *px = <const double *> cnp.PyArray_DATA(x)
        check(x, self.num_inputs)
        if out is None:
            out = cnp.PyArray_EMPTY(1, <cnp.npy_intp *> &self.num_outputs, cnp.NPY_DOUBLE, 0)
        check(out, self.num_outputs, True)
        if self.num_outputs < MANY:
            self.evaluate_outputs(px, ALL)
        else:
            with nogil:
                self.evaluate_outputs(px, ALL)
        memcpy(cnp.PyArray_DATA(out), &self.last_outputs[0], self.num_outputs * sizeof(double))
        return out

    def gradient(self, cnp.ndarray x not None, cnp.ndarray out=None):
        """Gradient of the objective, shape (num_inputs,)."""
        return self.evaluate(self._gradient, x, NULL, NULL, out, False, OBJECTIVE)

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
