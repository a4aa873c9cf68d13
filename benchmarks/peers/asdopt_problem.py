"""Ours: plain Python, through the public Problem."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks._workload import Functions, Participant, Prepared, Workload, add_runs


class AsdoptProblem(Participant):
    """``asdopt.Problem`` of a loop or of NumPy code."""

    modules = ("asdopt",)

    def __init__(self, form: str) -> None:
        self.form = form
        self.name = f"asdopt_{form}"
        self._namespace = math if form == "loop" else np

    def load(self) -> None:
        super().load()
        import scipy.optimize  # noqa: F401  # the bounds of a problem are SciPy's

    def prepare(self, workload: Workload) -> Prepared:
        problem = self._problem(workload)
        prepared = Prepared(facts={"variables": problem.n, "constraints": problem.m})
        prepared.seconds["trace"] = problem.evaluator.trace_seconds
        obj_factor, multipliers = workload.obj_factor, workload.multipliers
        x = workload.points[0]
        calls: dict[str, list[Callable[[], object]]] = {}
        if workload.has_objective:
            calls["f"] = [partial(problem.objective, x) for x in workload.points]
            calls["gradient"] = [partial(problem.gradient, x) for x in workload.points]
        if workload.num_rows:
            out = np.empty(problem.jacobian_pattern.nnz)
            calls["c"] = [partial(problem.constraints, x) for x in workload.points]
            calls["J"] = [partial(problem.jacobian_values, x, out) for x in workload.points]
            prepared.jacobian = partial(problem.jacobian, x)
            prepared.facts["nnz_jacobian"] = problem.jacobian_pattern.nnz
        if workload.has_objective:
            lower = np.empty(problem.hessian_pattern.nnz)
            calls["H"] = [
                partial(problem.hessian_values, x, multipliers, obj_factor, lower)
                for x in workload.points
            ]
            prepared.hessian = partial(problem.hessian, x, multipliers, obj_factor)
            prepared.facts["nnz_hessian"] = problem.hessian_pattern.nnz
        add_runs(prepared, calls)
        return prepared

    def stage(self, name: str, workload: Workload) -> Callable[[], object] | None:
        import asdopt
        from asdopt.coloring import color

        functions = self._functions(workload)
        x = workload.points[0]
        fun = functions.constraints or functions.objective
        if fun is None:
            return None
        detect: Callable[[Any, Any], asdopt.SparsityPattern] = (
            asdopt.jacobian_sparsity if workload.num_rows else asdopt.hessian_sparsity
        )
        if name == "detect":
            return partial(detect, fun, x)
        pattern = detect(fun, x)
        return partial(color, pattern, "column" if workload.num_rows else "symmetric")

    def solve(self, workload: Workload) -> dict[str, float] | None:
        start = perf_counter()
        problem = self._problem(workload)
        middle = perf_counter()
        options = {"print_level": 0, "sb": "yes", "tol": 1e-8}
        solution = problem.solve(x0=workload.x0, options=options)
        return {
            "seconds": perf_counter() - start,
            "prepare_seconds": middle - start,
            "objective": float(solution.fun),
            "iterations": int(solution.nit),
            "success": float(solution.success),
        }

    def _functions(self, workload: Workload) -> Functions:
        functions: Functions = workload.forms[self.form](self._namespace)
        return functions

    def _problem(self, workload: Workload) -> Any:
        from scipy.optimize import Bounds

        from asdopt import Constraint, Problem

        functions = self._functions(workload)
        if functions.problem is not None:
            return functions.problem()
        x0 = workload.points[0] if workload.x0 is None else workload.x0
        constraint = None
        if functions.constraints is not None:
            lb = -np.inf if workload.cl is None else workload.cl
            ub = np.inf if workload.cu is None else workload.cu
            constraint = Constraint(functions.constraints, lb, ub)
        bounds = None
        if workload.lb is not None and workload.ub is not None:
            bounds = Bounds(workload.lb, workload.ub)
        return Problem(functions.objective, constraint, x0=x0, bounds=bounds)


PARTICIPANTS = [AsdoptProblem("loop"), AsdoptProblem("vectorized")]
