"""Sampled entries of our derivatives against differences in 60-digit arithmetic.

The same plain Python function runs on mpmath numbers. Central differences with a step of 1e-15
(1e-20 for first derivatives) are right to some 30 digits there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._registry import cases
from benchmarks._tables import Table
from benchmarks._workload import IntArray, Workload
from benchmarks.peers.asdopt_problem import AsdoptProblem

_DIGITS = 60
_COLUMNS, _ROWS = 8, 6  # sampled columns, and rows in each of a Hessian

Function = Callable[[list[Any]], Any]


def check_accuracy(name: str, size: str) -> dict[str, float]:
    """Largest error of sampled entries of J and H, relative to the largest entry of the row."""
    import mpmath

    # np.cos of a number that NumPy does not know calls its method cos.
    for method in ("cos", "sin", "exp", "log", "sqrt", "tanh"):
        setattr(mpmath.mpf, method, getattr(mpmath, method))
    workload = cases()[name].make(size)
    functions = workload.forms["loop"](mpmath)
    prepared = AsdoptProblem("loop").prepare(workload)
    columns = np.random.default_rng(0).choice(workload.n, min(_COLUMNS, workload.n), replace=False)
    found = {}
    with mpmath.workdps(_DIGITS):
        x = [mpmath.mpf(value) for value in workload.points[0].tolist()]
        if prepared.jacobian is not None and functions.constraints is not None:
            found["J"] = _jacobian_error(prepared.jacobian(), functions.constraints, x, columns)
        if prepared.hessian is not None:
            lagrangian = _lagrangian(workload, functions.objective, functions.constraints)
            found["H"] = _hessian_error(prepared.hessian(), lagrangian, x, columns)
    return found


def _jacobian_error(jacobian: Any, constraints: Function, x: list[Any], columns: IntArray) -> float:
    scale = abs(jacobian).max(axis=1).toarray().ravel()
    by_column = jacobian.tocsc()
    step = _step(20)
    worst = 0.0
    for j in columns.tolist():
        up_rows, down_rows = (constraints(_moved(x, {j: side})) for side in (step, -step))
        exact = [(a - b) / (2 * step) for a, b in zip(up_rows, down_rows, strict=True)]
        ours = by_column[:, [j]].toarray().ravel().tolist()
        for i, (value, expected) in enumerate(zip(ours, exact, strict=True)):
            error = float(abs(value - expected))
            if error > 0.0:
                worst = max(worst, error / scale[i] if scale[i] else np.inf)
    return worst


def _hessian_error(lower: Any, lagrangian: Function, x: list[Any], columns: IntArray) -> float:
    full = (lower + lower.T).tolil()
    full.setdiag(lower.diagonal())
    full = full.tocsr()
    scale = abs(full).max(axis=1).toarray().ravel()
    random = np.random.default_rng(1)
    h = _step(15)
    worst = 0.0
    for j in columns.tolist():
        row = full[[j], :].tocoo()
        places = random.permutation(row.nnz)[:_ROWS]
        # One entry that should be zero, too.
        rows = {*row.coords[1][places].tolist(), int(random.integers(len(x)))}
        for i in rows:
            total = 0
            for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                steps = {i: a * h}
                steps[j] = steps.get(j, 0) + b * h
                total += a * b * lagrangian(_moved(x, steps))
            error = float(abs(full[i, j] - total / (4 * h * h)))
            # Differences are right to some 28 digits of the function's size, no more.
            if error > 1e-25 * float(1 + abs(lagrangian(x))):
                worst = max(worst, error / scale[j] if scale[j] else np.inf)
    return worst


def _lagrangian(
    workload: Workload, objective: Function | None, constraints: Function | None
) -> Function:
    def evaluate(x: list[Any]) -> Any:
        total: Any = 0
        if objective is not None:
            total += workload.obj_factor * objective(x)
        if constraints is not None:
            weights = workload.multipliers.tolist()
            total += sum(w * row for w, row in zip(weights, constraints(x), strict=True))
        return total

    return evaluate


def _step(digits: int) -> Any:
    import mpmath

    return mpmath.mpf(10) ** -digits


def _moved(x: list[Any], steps: dict[int, Any]) -> list[Any]:
    moved = list(x)
    for i, step in steps.items():
        moved[i] = moved[i] + step
    return moved


def accuracy_table(found: dict[str, dict[str, float]]) -> Table:
    """Errors by case."""
    rows = [
        [key, *(f"{errors[what]:.1e}" if what in errors else "–" for what in ("J", "H"))]
        for key, errors in found.items()
    ]
    title = "Errors of sampled entries, relative to the largest entry of the row"
    return title, ["", "J", "H"], rows
