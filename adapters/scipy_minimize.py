"""SciPy's ``trust-constr`` with the exact sparse Jacobian and Hessian.

Enters: a problem and a request. Leaves: a solution. Needs no package besides SciPy; for large
problems Ipopt is faster and stricter.

References
----------
Byrd, Hribar, Nocedal: An interior point algorithm for large-scale nonlinear programming.
SIAM J. Optim. 9 (1999), doi:10.1137/S1052623497325107.
"""

from __future__ import annotations

import warnings
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, NonlinearConstraint, minimize
from scipy.sparse import csr_array

from asdopt._pattern import SparsityPattern
from asdopt._problem import Problem
from asdopt._solution import Solution, Status
from asdopt._solve_request import SolveRequest
from asdopt.adapters._result import check_names, check_time_limit
from asdopt.adapters._scipy_run import DIVERGED, SciPyRun
from asdopt.adapters._verdict import constant_rows, reconsider, settle

__all__ = ["solve"]

FloatArray = npt.NDArray[np.float64]
_OPTIONS = (
    "barrier_tol",
    "disp",
    "factorization_method",
    "gtol",
    "initial_barrier_parameter",
    "initial_barrier_tolerance",
    "initial_constr_penalty",
    "initial_tr_radius",
    "maxiter",
    "sparse_jacobian",
    "verbose",
    "xtol",
)
_SYNONYMS = {
    "max_iter": "'maxiter'",
    "tol": "'gtol' and 'xtol'",
    "print_level": "'verbose' (0 to 3)",
    "time_limit": "the argument time_limit of solve",
    "callback": "the argument callback of solve",
}
_STOPS = {
    Status.OPTIMAL: "gtol is met",
    Status.STOPPED: "stopped by the callback",
    Status.TIME_LIMIT: "the time limit is reached",
    Status.UNBOUNDED: "the iterates diverge while the objective falls",
}


def solve(problem: Problem, request: SolveRequest) -> Solution:
    """Solve a problem with SciPy's trust-constr.

    Parameters
    ----------
    problem : Problem
    request : SolveRequest
        Its options are SciPy's, by name. A warm start gives the point only: trust-constr takes no
        multipliers.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        An option is not known.

    Notes
    -----
    Three habits of trust-constr are corrected. It widens equal bounds to an interval: variables
    with equal bounds are taken out of the problem. It stops as soon as the gradient of the
    Lagrangian is small, even where the barrier parameter still keeps x off its bounds: here it
    goes on until that is below ``barrier_tol`` too. It calls a too small trust region a success:
    here it is one only if the optimality is within 1e-5 of the largest gradient entry at the start.
    """
    start = perf_counter()
    check_time_limit(request.time_limit)
    check_names(request.options, _OPTIONS, _SYNONYMS, "trust-constr")
    run = _Run(problem, request, start)
    if not run.starts_finite:
        return run.solution(Status.EVALUATION_ERROR, "the functions are not finite at the start")
    settled = settle(problem, run.point, "trust-constr", start)
    if settled is not None:
        return settled
    if run.num_equations > run.free.size:
        return run.refuse()
    try:
        result = run.minimize()
    except _NotFiniteError:
        solution = run.solution(Status.EVALUATION_ERROR, "a derivative is not finite")
    else:
        solution = run.solution(*run.explain(result), result)
    return reconsider(problem, solution)


class _NotFiniteError(Exception):
    """Leads out of SciPy, which has no answer to a derivative that is not finite."""


class _Run(SciPyRun):
    """One solve in the space of the variables that are free."""

    solver = "trust-constr"

    def __init__(self, problem: Problem, request: SolveRequest, start: float) -> None:
        super().__init__(problem, request, start)
        evaluator = problem.evaluator
        self.free = np.flatnonzero(problem.lb < problem.ub)
        self.evaluate(evaluator.outputs, self.point)
        self.starts_finite = self.bad_x is None
        evaluator.prepare()
        self.steepest = float(np.abs(evaluator.gradient(self.point)).max(initial=1.0))
        # Rows that are constants, and met, would only make the Jacobian singular.
        self.rows = np.flatnonzero(~constant_rows(problem))
        self.num_equations = int((problem.cl == problem.cu)[self.rows].sum())
        self._symmetric: _Symmetric | None = None

    def minimize(self) -> Any:
        """Call SciPy; numbers that are not finite are dealt with here, without warnings."""
        problem = self.problem
        lb, ub = problem.lb[self.free], problem.ub[self.free]
        bounded = np.isfinite(lb).any() or np.isfinite(ub).any()
        # callback decides when it is enough; with gtol = 0 SciPy does not.
        options = {"sparse_jacobian": True, **self.request.options, "gtol": 0.0}
        with np.errstate(all="ignore"), warnings.catch_warnings():
            # Dependent equations are common, and SciPy copes with them.
            warnings.filterwarnings("ignore", message="Singular Jacobian matrix")
            return minimize(  # type: ignore[call-overload]  # the stubs know dense Hessians only
                self.objective,
                self.point[self.free],
                method="trust-constr",
                jac=self.gradient,
                hess=self.objective_hessian,
                bounds=Bounds(lb, ub) if bounded else None,
                constraints=[self._constraint()] if self.rows.size else [],
                callback=self.callback,
                options=options,
            )

    def _constraint(self) -> NonlinearConstraint:
        return NonlinearConstraint(
            self.constraints,
            self.problem.cl[self.rows],
            self.problem.cu[self.rows],
            jac=self.jacobian,
            hess=self.constraints_hessian,  # type: ignore[arg-type]  # takes x and v
        )

    # Callbacks

    def full(self, x: FloatArray) -> FloatArray:
        """Point of all variables from that of the free ones."""
        if self.free.size == self.problem.n:
            return np.ascontiguousarray(x)
        point = self.point.copy()
        point[self.free] = x
        return point

    def objective(self, x: FloatArray) -> float:
        """Objective, a huge one where the step is to be refused."""
        return self.objective_at(self.full(x))

    def constraints(self, x: FloatArray) -> FloatArray:
        """Constraints that depend on x."""
        return self.constraints_at(self.full(x))[self.rows]

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of the objective in the free variables."""
        return self._derivative(self.problem.evaluator.gradient, x)[self.free]

    def jacobian(self, x: FloatArray) -> csr_array:
        """Jacobian of the constraints in the free variables."""
        evaluator = self.problem.evaluator
        values = self._derivative(evaluator.jacobian_values, x)
        matrix = evaluator.jacobian_pattern.to_scipy(values)
        every = self.rows.size == self.problem.m
        return self._columns(matrix if every else csr_array(matrix[self.rows]))

    def objective_hessian(self, x: FloatArray) -> csr_array:
        """Hessian of the objective, both triangles."""
        return self._hessian(x, 1.0, np.zeros(self.problem.m))

    def constraints_hessian(self, x: FloatArray, multipliers: FloatArray) -> csr_array:
        """Hessian of ``multipliers @ c``, both triangles."""
        return self._hessian(x, 0.0, self._full_rows(multipliers))

    def _full_rows(self, multipliers: FloatArray) -> FloatArray:
        """Multipliers of all rows, zero for constant ones."""
        full = np.zeros(self.problem.m)
        full[self.rows] = multipliers
        return full

    def callback(self, intermediate_result: Any) -> bool:
        """Note the iteration, pass it on, and say whether to stop."""
        state = intermediate_result
        x = self.full(state.x)
        info = {
            "iteration": int(state.nit),
            "objective": float(state.fun),
            "inf_pr": float(state.constr_violation),
            "inf_du": float(state.optimality),
            "mu": float(state.get("barrier_parameter", 0.0)),
            "tr_radius": float(state.tr_radius),
        }
        self.point = x
        self.note(info, x)
        if max(info["inf_pr"], info["inf_du"]) < self._option("gtol") and (
            info["mu"] < self._option("barrier_tol")
        ):
            self.stop = Status.OPTIMAL
        first = self.history[0]["objective"]
        if np.abs(x).max() > DIVERGED and info["objective"] < first:
            self.stop = Status.UNBOUNDED
        return self.stop is not None

    # Parts

    def _derivative(self, compute: Any, x: FloatArray) -> FloatArray:
        values = self.evaluate(compute, self.full(x))
        if not np.isfinite(values).all():
            raise _NotFiniteError
        return values

    def _columns(self, matrix: csr_array) -> csr_array:
        return matrix if self.free.size == self.problem.n else csr_array(matrix[:, self.free])

    def _hessian(self, x: FloatArray, obj_factor: float, multipliers: FloatArray) -> csr_array:
        evaluator = self.problem.evaluator
        weights = np.concatenate([[obj_factor], multipliers])
        values = self._derivative(lambda point: evaluator.hessian_values(point, weights), x)
        if self._symmetric is None or self._symmetric.lower is not evaluator.hessian_pattern:
            self._symmetric = _Symmetric(evaluator.hessian_pattern)
        matrix = self._symmetric.matrix(values)
        if self.free.size == self.problem.n:
            return matrix
        return csr_array(self._columns(matrix)[self.free])

    # Results

    def explain(self, result: Any) -> tuple[Status, str]:
        """Status and message of SciPy's result."""
        optimality, violation = float(result.optimality), float(result.constr_violation)
        found = f"optimality {optimality:.1e}, constraint violation {violation:.1e}"
        if self.stop is not None:
            return self.stop, f"{_STOPS[self.stop]}: {found}"
        if int(result.status) == 0:
            return Status.ITERATION_LIMIT, f"maxiter is reached: {found}"
        message = f"the trust region is smaller than xtol: {found}"
        if violation > max(1e-6, self._option("gtol")):
            return Status.INFEASIBLE, message
        if optimality <= 1e-5 * self.steepest:
            return Status.ACCEPTABLE, message
        return Status.SMALL_STEP if self.bad_x is None else Status.EVALUATION_ERROR, message

    def _option(self, name: str) -> float:
        return float(self.request.options.get(name, 1e-8))

    def solution(self, status: Status, message: str, result: Any = None) -> Solution:
        """Solution at SciPy's result, or at the last iterate where there is none."""
        x = self.point if result is None else self.full(result.x)
        multipliers, bound = np.zeros(self.problem.m), np.zeros(self.free.size)
        if result is not None:
            parts = list(result.v)
            if self.rows.size:
                multipliers = self._full_rows(np.asarray(parts.pop(0), dtype=np.float64))
            if parts:
                bound = np.asarray(parts.pop(), dtype=np.float64)
        if status is Status.EVALUATION_ERROR and self.bad_x is not None:
            iteration = self.history[-1]["iteration"] if self.history else 0
            message += f"; after iteration {iteration}: {self.why_not_finite()}"
        bounds = self._bound_multipliers(x, multipliers, bound)
        return self.finish(x, status, message, multipliers, bounds)

    def refuse(self) -> Solution:
        """Solution for more equations than free variables, which SciPy cannot factorize."""
        return self.solution(
            Status.INVALID,
            f"there are {self.num_equations} equality constraints and {self.free.size} free "
            "variables; remove redundant equations, or free variables that equal bounds fix",
        )

    def _bound_multipliers(
        self, x: FloatArray, multipliers: FloatArray, bound: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Split the multipliers of the bounds by sign; fixed variables take what is left."""
        problem, evaluator = self.problem, self.problem.evaluator
        full = np.zeros(problem.n)
        full[self.free] = bound
        if self.free.size < problem.n:
            jacobian = evaluator.jacobian_pattern.to_scipy(evaluator.jacobian_values(x))
            fixed = np.setdiff1d(np.arange(problem.n), self.free)
            full[fixed] = -(evaluator.gradient(x) + jacobian.T @ multipliers)[fixed]
        return np.maximum(-full, 0.0), np.maximum(full, 0.0)


class _Symmetric:
    """A lower triangle's values as a full sparse matrix, the structure made once.

    Parameters
    ----------
    lower : SparsityPattern
    """

    def __init__(self, lower: SparsityPattern) -> None:
        self.lower = lower
        full = lower.symmetrized()
        n = max(lower.shape[0], 1)
        keys = lower.rows.astype(np.int64) * n + lower.cols
        high = np.maximum(full.rows, full.cols).astype(np.int64)
        self._places = np.searchsorted(keys, high * n + np.minimum(full.rows, full.cols))
        self._full = full

    def matrix(self, values: FloatArray) -> csr_array:
        """Both triangles."""
        return self._full.to_scipy(values[self._places])
