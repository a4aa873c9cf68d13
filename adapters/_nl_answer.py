"""The answer of a solver that AMPL drives, a .sol file, as a solution.

Enters: a problem, the order it was written in, and the file. Leaves: a solution.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt._problem import Problem
from asdopt._solution import Solution, Status
from asdopt.adapters._result import make_solution

__all__ = ["read_answer"]

FloatArray = npt.NDArray[np.float64]
# By the hundreds of the solver's code.
_STATUS = {
    0: Status.OPTIMAL,
    1: Status.ACCEPTABLE,
    2: Status.INFEASIBLE,
    3: Status.UNBOUNDED,
    4: Status.ITERATION_LIMIT,
}


def read_answer(
    problem: Problem,
    columns: list[int],
    rows: list[int],
    path: Path,
    solver: str,
    seconds: float,
) -> Solution:
    """Read a .sol file.

    Parameters
    ----------
    problem : Problem
    columns, rows : list of int
        Variables and constraint rows in the order of the .nl file.
    path : Path
    solver : str
    seconds : float
        Time of the solve.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        The file is no .sol file, or belongs to another problem.
    """
    message, duals, primals, code = _parse(path)
    for found, size, what in ((primals, problem.n, "variables"), (duals, problem.m, "rows")):
        if found.size not in (0, size):
            raise InputError(
                f"{path} has values of {found.size} {what}, the problem has {size}: give the .sol "
                "file of this problem"
            )
    x, multipliers = problem.x0.copy(), np.zeros(problem.m)
    if primals.size:
        x[columns] = primals
    if duals.size:
        multipliers[rows] = -duals  # AMPL's are growths of the objective with the bounds
    status = _STATUS.get(code // 100, Status.FAILED)
    if not primals.size:
        message += "; it gave no point, x is the starting point"
        status = Status.FAILED if status.success else status
    return make_solution(
        problem,
        x=x,
        multipliers=multipliers,
        bound_multipliers=_bound_multipliers(problem, x, multipliers),
        status=status,
        message=message,
        nit=0,
        history=[],
        timings={"solve": seconds},
        solver=solver,
    )


def _parse(path: Path) -> tuple[str, FloatArray, FloatArray, int]:
    """Message, multipliers, point and code of a .sol file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error}): give the .sol file of a solver"
        ) from error
    head, mark, rest = text.partition("\nOptions")
    lines = rest.split("\n")[1:]
    try:
        if not mark:
            raise ValueError("it has no section Options")
        count = int(lines[0])
        # Options that say so are followed by a tolerance, which is counted along.
        tolerance = count > 4 and int(lines[2]) == 3
        at = 1 + (count - 2 if tolerance else count)
        _, num_duals, _, num_primals = (int(line) for line in lines[at : at + 4])
        at += 4 + tolerance
        duals = np.array(lines[at : at + num_duals], dtype=np.float64)
        at += num_duals
        primals = np.array(lines[at : at + num_primals], dtype=np.float64)
        code = 500
        for line in lines[at + num_primals :]:
            if line.startswith("objno"):
                code = int(line.split()[2])
                break
    except (ValueError, IndexError) as error:
        raise InputError(
            f"{path} is no .sol file in text form ({error}): give the file that a solver wrote"
        ) from error
    message = " ".join(head.split())
    return f"{message} (code {code})", duals, primals, code


def _bound_multipliers(
    problem: Problem, x: FloatArray, multipliers: FloatArray
) -> tuple[FloatArray, FloatArray]:
    evaluator = problem.evaluator
    left = np.array(evaluator.gradient(x))
    jacobian = evaluator.jacobian_pattern.to_scipy(evaluator.jacobian_values(x))
    with np.errstate(all="ignore"):
        left += jacobian.T @ multipliers
    slack = 1e-6 * np.maximum(1.0, np.abs(x))
    at_low, at_high = x - problem.lb <= slack, problem.ub - x <= slack
    return np.where(at_low, left, 0.0).clip(min=0.0), np.where(at_high, -left, 0.0).clip(min=0.0)
