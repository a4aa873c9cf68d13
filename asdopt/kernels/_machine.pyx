# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""All results of a trace at a point, each evaluated when it is asked for."""

import numpy as np

from asdopt.kernels._job import runs_of

cimport numpy as cnp
from asdopt.kernels._affine cimport AffineTape
from asdopt.kernels._job cimport Job
from libc.string cimport memcmp, memcpy

cnp.import_array()

# From this many values on other Python threads may run meanwhile; it takes some 50 ns to let them.
cdef Py_ssize_t MANY = 2000


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

    @property
    def num_hessian_programs(self):
        """Number of templates that have second derivatives that are not constant."""
        return self._hessian.plan.count

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

    cdef const double *source(self, Job job, const double *x, int wanted) noexcept nogil:
        """What instances read, if there are any: x, parameters, maps."""
        if self.reads_x or not job.reads:
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
                px, self.source(job, px, wanted), factor, multipliers, values, keep)
        else:
            with nogil:
                self.is_finite = job.run(
                    px, self.source(job, px, wanted), factor, multipliers, values, keep)
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
