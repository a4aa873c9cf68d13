"""What to write in place of the words that users of other systems try; data of ``_keywords.py``.

``{value}`` stands for what was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["CONSTRAINT", "MINIMIZE", "PROBLEM", "SOLVE", "as_options"]


def as_options(given: Mapping[str, Any]) -> str:
    """Advice for keywords that no argument is near to: they are options of the solver."""
    return f"options of the solver stand in a dict: write options={dict(given)!r}"


def _same(words: str, hint: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), hint)


_MINIMIZED = "asdopt minimizes: to maximize, return the negative of the objective"
_EXACT = "derivatives are exact and come from the functions: leave it out"
_CONTINUOUS = "all variables are continuous, and no solver here takes others: leave it out"
_IN_SOLVE = "it is for the solve: problem.solve({value})"
_ROWS = "a constraint is lb <= fun(x) <= ub, equal bounds make an equation: give lb and ub"
_ITERATIONS = 'write options={"max_iter": {value}} for Ipopt, "maxiter" for SciPy\'s solvers'
_START = "write x0={value}"
_PARAMETERS = "write parameters={value}"

CONSTRAINT = {
    **_same("lower low lo min cl lbg", "write lb={value}"),
    **_same("upper high hi max cu ubg", "write ub={value}"),
    **_same("rhs lhs equals equal value target type kind sense", _ROWS),
    **_same("jac hess finite_diff_jac_sparsity finite_diff_rel_step", _EXACT),
    **_same("f func g expr", "give the function first, Constraint(fun, lb, ub)"),
    "bounds": "give both sides as lb= and ub=",
    "args": "fix further arguments by functools.partial, or give parameters= to Problem",
    "keep_feasible": "no solver here keeps rows feasible on its way: leave it out",
}

PROBLEM = {
    **_same("sense maximize minimize direction", _MINIMIZED),
    **_same("jac hess hessp grad gradient hessian jacobian jac_sparsity sparsity", _EXACT),
    **_same("integers integer integrality vtype", _CONTINUOUS),
    **_same("f fun func obj cost", "give the objective first, Problem(objective, ...)"),
    **_same("g c con cons", "write constraints="),
    **_same("lb ub lbx ubx", "write bounds=scipy.optimize.Bounds(lb, ub)"),
    **_same("lbg gl", "write cl={value}"),
    **_same("ubg gu", "write cu={value}"),
    **_same("x x_init init start initial guess", _START),
    **_same("p params param data", _PARAMETERS),
    **_same("solver method", _IN_SOLVE),
    "args": f"{_PARAMETERS}, which the functions receive as their second argument, or fix "
    "further arguments by functools.partial",
    "callback": "it is for the solve: problem.solve(callback={value})",
    "options": "they are for the solve: problem.solve(options={value})",
    "time_limit": "it is for the solve: problem.solve(time_limit={value})",
    "tol": 'it is for the solve: problem.solve(options={"tol": {value}})',
    **_same("maxiter max_iter", f"it is for the solve, where you {_ITERATIONS}"),
    **_same("n m num_variables num_constraints", "sizes follow from x0 and the functions"),
}

SOLVE = {
    **_same("sense maximize", _MINIMIZED),
    **_same("jac hess hessp", _EXACT),
    **_same("method name", "write solver={value}"),
    **_same("maxiter max_iterations niter iterations", _ITERATIONS),
    **_same("timeout max_time maxtime timelimit", "write time_limit={value}"),
    **_same("x x_init start initial guess", _START),
    **_same("p params args", _PARAMETERS),
    **_same("opts solver_options ipopt_options", "write options={value}"),
    **_same("bounds constraints names cl cu threads", "give it to Problem"),
    **_same(
        "disp verbose tee verbosity quiet",
        'write options={"print_level": 5} for Ipopt\'s output, "verbose" for SciPy\'s solvers',
    ),
}

MINIMIZE = {
    **_same("sense maximize", _MINIMIZED),
    **_same("p params parameters", "write args={value}"),
    **_same("cons constraint", "write constraints="),
    **_same("x x_init start initial guess", _START),
    "solver": "write method={value}",
    "time_limit": "Problem(...).solve(time_limit={value}) has one",
}
