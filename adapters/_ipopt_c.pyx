# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Ipopt's C interface, reached in a library that is loaded at run time.

Enters: the path of a libipopt, and an object with callbacks in cyipopt's protocol. Leaves: a class
in the form of ``cyipopt.Problem``. Arrays cross by memcpy (1 ns a number, cyipopt takes 60 to 90),
and the interpreter's lock is free outside of the callbacks.
"""

import ctypes
import os
import re

import numpy as np

from libc.string cimport memcpy

__all__ = ["IpoptBinding", "IpoptLibrary"]

cdef extern from "<stdbool.h>":
    ctypedef bint c_bool "bool"

# The types of IpStdCInterface.h, Ipopt 3.14.
ctypedef c_bool (*EvalF)(
    int n, double *x, c_bool new_x, double *obj_value, void *user_data) noexcept
ctypedef c_bool (*EvalGradF)(
    int n, double *x, c_bool new_x, double *grad_f, void *user_data) noexcept
ctypedef c_bool (*EvalG)(
    int n, double *x, c_bool new_x, int m, double *g, void *user_data) noexcept
ctypedef c_bool (*EvalJacG)(
    int n, double *x, c_bool new_x, int m, int nele_jac, int *rows, int *cols, double *values,
    void *user_data) noexcept
ctypedef c_bool (*EvalH)(
    int n, double *x, c_bool new_x, double obj_factor, int m, double *multipliers,
    c_bool new_multipliers, int nele_hess, int *rows, int *cols, double *values,
    void *user_data) noexcept
ctypedef c_bool (*Intermediate)(
    int alg_mod, int iter_count, double obj_value, double inf_pr, double inf_du, double mu,
    double d_norm, double regularization_size, double alpha_du, double alpha_pr, int ls_trials,
    void *user_data) noexcept

ctypedef void *(*CreateProblem)(
    int n, double *x_L, double *x_U, int m, double *g_L, double *g_U, int nele_jac, int nele_hess,
    int index_style, EvalF eval_f, EvalG eval_g, EvalGradF eval_grad_f, EvalJacG eval_jac_g,
    EvalH eval_h) noexcept
ctypedef void (*FreeProblem)(void *nlp) noexcept
ctypedef c_bool (*AddStrOption)(void *nlp, char *keyword, char *value) noexcept
ctypedef c_bool (*AddNumOption)(void *nlp, char *keyword, double value) noexcept
ctypedef c_bool (*AddIntOption)(void *nlp, char *keyword, int value) noexcept
ctypedef c_bool (*SetScaling)(
    void *nlp, double obj_scaling, double *x_scaling, double *g_scaling) noexcept
ctypedef c_bool (*SetIntermediate)(void *nlp, Intermediate callback) noexcept
ctypedef int (*Solve)(
    void *nlp, double *x, double *g, double *obj_val, double *mult_g, double *mult_x_L,
    double *mult_x_U, void *user_data) noexcept nogil
ctypedef c_bool (*CurrentIterate)(
    void *nlp, c_bool scaled, int n, double *x, double *z_L, double *z_U, int m, double *g,
    double *multipliers) noexcept


cdef class IpoptLibrary:
    """A loaded libipopt of version 3.14 or newer.

    Parameters
    ----------
    path : str

    Raises
    ------
    OSError
        The library cannot be loaded, lacks a function, or is too old.
    """

    cdef readonly str path
    cdef readonly tuple version
    cdef object _handle
    cdef CreateProblem create
    cdef FreeProblem free
    cdef AddStrOption add_str
    cdef AddNumOption add_num
    cdef AddIntOption add_int
    cdef SetScaling set_scaling
    cdef SetIntermediate set_intermediate
    cdef Solve solve
    cdef CurrentIterate current_iterate

    def __init__(self, path):
        self.path = path
        self._handle = ctypes.CDLL(path)
        try:
            self.create = <CreateProblem> self._address("CreateIpoptProblem")
            self.free = <FreeProblem> self._address("FreeIpoptProblem")
            self.add_str = <AddStrOption> self._address("AddIpoptStrOption")
            self.add_num = <AddNumOption> self._address("AddIpoptNumOption")
            self.add_int = <AddIntOption> self._address("AddIpoptIntOption")
            self.set_scaling = <SetScaling> self._address("SetIpoptProblemScaling")
            self.set_intermediate = <SetIntermediate> self._address("SetIntermediateCallback")
            self.solve = <Solve> self._address("IpoptSolve")
            # Since 3.14, when the interface's truth values also became one byte wide.
            self.current_iterate = <CurrentIterate> self._address("GetIpoptCurrentIterate")
        except AttributeError as error:
            raise OSError(
                f"{path} lacks a function of the C interface of Ipopt 3.14: {error}"
            ) from error
        self.version = self._read_version()

    def _read_version(self):
        """Return the version; older 3.14 tell it in the name of their file only."""
        major, minor, release = ctypes.c_int(3), ctypes.c_int(14), ctypes.c_int()
        try:
            self._handle.GetIpoptVersion(
                ctypes.byref(major), ctypes.byref(minor), ctypes.byref(release))
        except AttributeError:
            found = re.search(r"(\d+)\.(\d+)\.(\d+)$", os.path.realpath(self.path))
            return tuple(map(int, found.groups())) if found else (3, 14)
        return major.value, minor.value, release.value

    cdef void *_address(self, str name) except NULL:
        return <void *><size_t> ctypes.cast(getattr(self._handle, name), ctypes.c_void_p).value


cdef class IpoptBinding:
    """A problem in Ipopt's C interface, in the form of ``cyipopt.Problem``.

    A subclass names the library to use in its attribute ``binding``.

    Parameters
    ----------
    n, m : int
        Numbers of variables and constraints.
    problem_obj : object
        Callbacks in cyipopt's protocol; a failed evaluation is an exception of theirs.
    lb, ub, cl, cu : array_like of float64
        Bounds of variables and constraints.
    """

    cdef IpoptLibrary _library
    # Kept here too: the garbage collector may clear _library before this object is freed.
    cdef FreeProblem _free
    cdef void *_nlp
    cdef object _callbacks
    cdef object _error
    cdef int _n
    cdef int _m
    cdef bint _running

    def __init__(self, n, m, problem_obj, lb, ub, cl, cu):
        self._library = self.binding
        self._free = self._library.free
        self._callbacks = problem_obj
        self._error = None
        self._n = n
        self._m = m
        cdef double[::1] x_L = _doubles(lb, n)
        cdef double[::1] x_U = _doubles(ub, n)
        cdef double[::1] g_L = _doubles(cl, m)
        cdef double[::1] g_U = _doubles(cu, m)
        cdef int nnz_jacobian = len(problem_obj.jacobianstructure()[0])
        cdef int nnz_hessian = len(problem_obj.hessianstructure()[0])
        self.close()
        self._nlp = self._library.create(
            n, _start(x_L), _start(x_U), m, _start(g_L), _start(g_U), nnz_jacobian, nnz_hessian,
            0, _objective, _constraints, _gradient, _jacobian, _hessian)
        if self._nlp is NULL:
            raise ValueError("Ipopt did not accept the sizes or bounds of the problem")
        self._library.set_intermediate(self._nlp, _intermediate)

    def __dealloc__(self):
        if self._nlp is not NULL:
            self._free(self._nlp)
            self._nlp = NULL

    def close(self):
        """Free Ipopt's memory."""
        if self._running:
            raise ValueError("the problem was closed within its own solve")
        if self._nlp is not NULL:
            self._free(self._nlp)
            self._nlp = NULL

    cdef void *_open_nlp(self) except NULL:
        if self._nlp is NULL:
            raise ValueError("the problem was closed")
        return self._nlp

    def add_option(self, name, value):
        """Set an option whose value is a str, int or float, as Ipopt wants it.

        Raises
        ------
        TypeError
            Ipopt refuses it.
        """
        cdef void *nlp = self._open_nlp()
        cdef bytes keyword = name.encode()
        cdef bytes text
        cdef bint done
        if isinstance(value, str):
            text = value.encode()
            done = self._library.add_str(nlp, keyword, text)
        elif isinstance(value, float):
            done = self._library.add_num(nlp, keyword, value)
        elif isinstance(value, int) and abs(value) < 2**31:
            done = self._library.add_int(nlp, keyword, value)
        else:
            done = False
        if not done:
            raise TypeError(f"Ipopt refused option {name!r} = {value!r}")

    def set_problem_scaling(self, obj_scaling=1.0, x_scaling=None, g_scaling=None):
        """Scaling factors of the objective, the variables and the constraints."""
        cdef double[::1] x = None if x_scaling is None else _doubles(x_scaling, self._n)
        cdef double[::1] g = None if g_scaling is None else _doubles(g_scaling, self._m)
        self._library.set_scaling(
            self._open_nlp(), obj_scaling, NULL if x is None else _start(x),
            NULL if g is None else _start(g))

    def solve(self, x, lagrange=(), zl=(), zu=()):
        """Solve from x; returns the point and a dict like cyipopt's."""
        if self._running:
            raise ValueError("the problem was solved within its own solve")
        cdef void *nlp = self._open_nlp()
        cdef void *user_data = <void *> self
        cdef Solve run = self._library.solve
        cdef double objective = 0.0
        cdef int status
        point = _doubles(x, self._n)
        g = np.zeros(self._m)
        mult_g = _doubles(lagrange, self._m)
        mult_x_L = _doubles(zl, self._n)
        mult_x_U = _doubles(zu, self._n)
        cdef double[::1] x_view = point
        cdef double[::1] g_view = g
        cdef double[::1] mult_view = mult_g
        cdef double[::1] lower_view = mult_x_L
        cdef double[::1] upper_view = mult_x_U
        cdef double *x_start = _start(x_view)
        cdef double *g_start = _start(g_view)
        cdef double *mult_start = _start(mult_view)
        cdef double *lower_start = _start(lower_view)
        cdef double *upper_start = _start(upper_view)
        self._error = None
        self._running = True
        with nogil:
            status = run(nlp, x_start, g_start, &objective, mult_start, lower_start, upper_start,
                         user_data)
        self._running = False
        if self._error is not None:
            raise self._error
        return point, {
            "x": point,
            "g": g,
            "obj_val": objective,
            "mult_g": mult_g,
            "mult_x_L": mult_x_L,
            "mult_x_U": mult_x_U,
            "status": status,
        }

    def get_current_iterate(self, scaled=False):
        """Point and multipliers, inside of ``intermediate`` only; else None."""
        x, mult_x_L, mult_x_U = np.zeros(self._n), np.zeros(self._n), np.zeros(self._n)
        g, mult_g = np.zeros(self._m), np.zeros(self._m)
        cdef double[::1] x_view = x
        cdef double[::1] lower_view = mult_x_L
        cdef double[::1] upper_view = mult_x_U
        cdef double[::1] g_view = g
        cdef double[::1] mult_view = mult_g
        if not self._library.current_iterate(
                self._open_nlp(), scaled, self._n, _start(x_view), _start(lower_view),
                _start(upper_view), self._m, _start(g_view), _start(mult_view)):
            return None
        return {"x": x, "mult_x_L": mult_x_L, "mult_x_U": mult_x_U, "g": g, "mult_g": mult_g}


cdef double _nothing = 0.0


cdef double *_start(double[::1] values) noexcept:
    """First element; never NULL, which Ipopt reads as "not given" and fails a warm start on."""
    return &values[0] if values.shape[0] else &_nothing


cdef object _doubles(values, size):
    """Contiguous copy of a size; zeros for nothing."""
    found = np.array(values, dtype=np.float64).reshape(-1)
    if found.size == 0:
        return np.zeros(size)
    if found.size != size:
        raise ValueError(f"an array of {found.size} numbers was given where {size} are needed")
    return found


cdef object _copy(double *values, int size):
    """New array of what Ipopt points to."""
    found = np.empty(size)
    cdef double[::1] view = found
    if size:
        memcpy(&view[0], values, size * sizeof(double))
    return found


cdef bint _fill(double *target, object values, int size) except -1:
    cdef const double[::1] view = values
    if view.shape[0] != size:
        raise ValueError(f"a callback returned {view.shape[0]} values, Ipopt needs {size}")
    if size:
        memcpy(target, &view[0], size * sizeof(double))
    return True


cdef bint _fill_structure(int *rows, int *cols, object structure, int size) except -1:
    cdef const int[::1] row_view = structure[0]
    cdef const int[::1] col_view = structure[1]
    if row_view.shape[0] != size or col_view.shape[0] != size:
        raise ValueError(f"a structure of {row_view.shape[0]} entries, Ipopt needs {size}")
    if size:
        memcpy(rows, &row_view[0], size * sizeof(int))
        memcpy(cols, &col_view[0], size * sizeof(int))
    return True


cdef bint _note(IpoptBinding self, object error) noexcept:
    """Keep an exception that is not a refused evaluation; a failed evaluation either way."""
    if not isinstance(error, self._callbacks.refusal) and self._error is None:
        self._error = error
    return False


cdef c_bool _objective(
        int n, double *x, c_bool new_x, double *obj_value, void *user_data) noexcept with gil:
    cdef IpoptBinding self = <IpoptBinding> user_data
    try:
        obj_value[0] = self._callbacks.objective(_copy(x, n))
        return True
    except BaseException as error:
        return _note(self, error)


cdef c_bool _gradient(
        int n, double *x, c_bool new_x, double *grad_f, void *user_data) noexcept with gil:
    cdef IpoptBinding self = <IpoptBinding> user_data
    try:
        return _fill(grad_f, self._callbacks.gradient(_copy(x, n)), n)
    except BaseException as error:
        return _note(self, error)


cdef c_bool _constraints(
        int n, double *x, c_bool new_x, int m, double *g, void *user_data) noexcept with gil:
    cdef IpoptBinding self = <IpoptBinding> user_data
    try:
        return _fill(g, self._callbacks.constraints(_copy(x, n)), m)
    except BaseException as error:
        return _note(self, error)


cdef c_bool _jacobian(
        int n, double *x, c_bool new_x, int m, int nele_jac, int *rows, int *cols, double *values,
        void *user_data) noexcept with gil:
    cdef IpoptBinding self = <IpoptBinding> user_data
    try:
        if values is NULL:
            return _fill_structure(rows, cols, self._callbacks.jacobianstructure(), nele_jac)
        return _fill(values, self._callbacks.jacobian(_copy(x, n)), nele_jac)
    except BaseException as error:
        return _note(self, error)


cdef c_bool _hessian(
        int n, double *x, c_bool new_x, double obj_factor, int m, double *multipliers,
        c_bool new_multipliers, int nele_hess, int *rows, int *cols, double *values,
        void *user_data) noexcept with gil:
    cdef IpoptBinding self = <IpoptBinding> user_data
    try:
        if values is NULL:
            return _fill_structure(rows, cols, self._callbacks.hessianstructure(), nele_hess)
        found = self._callbacks.hessian(_copy(x, n), _copy(multipliers, m), obj_factor)
        return _fill(values, found, nele_hess)
    except BaseException as error:
        return _note(self, error)


cdef c_bool _intermediate(
        int alg_mod, int iter_count, double obj_value, double inf_pr, double inf_du, double mu,
        double d_norm, double regularization_size, double alpha_du, double alpha_pr,
        int ls_trials, void *user_data) noexcept with gil:
    cdef IpoptBinding self = <IpoptBinding> user_data
    if self._error is not None:
        return False
    try:
        return bool(self._callbacks.intermediate(
            alg_mod, iter_count, obj_value, inf_pr, inf_du, mu, d_norm, regularization_size,
            alpha_du, alpha_pr, ls_trials))
    except BaseException as error:
        return _note(self, error)
