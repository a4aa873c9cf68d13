"""What adapters are given: a problem, and nothing that looks like one."""

from __future__ import annotations

from asdopt._errors import InputError
from asdopt._problem import Problem

__all__ = ["check_problem"]


def check_problem(problem: object, what: str) -> None:
    """Refuse what is no problem.

    Parameters
    ----------
    problem : object
    what : str
        The function that was called, in messages.

    Raises
    ------
    InputError
    """
    if not isinstance(problem, Problem):
        raise InputError(
            f"{what} was given a value of type {type(problem).__name__}; it needs a problem: make "
            "one with asdopt.Problem(objective, constraints, x0=...)"
        )
