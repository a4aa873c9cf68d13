"""One textbook problem: how to make it, and what is known of its optimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from asdopt import Problem

HS = "Hock, Schittkowski: Test examples for nonlinear programming codes (1981)"
HS_DIGITS = HS + "; digits of Schittkowski: 306 test problems (2008)"
MGH = "Moré, Garbow, Hillstrom: Testing unconstrained optimization software (1981)"
COPS = "Dolan, Moré, Munson: Benchmarking optimization software with COPS 3.0 (2004)"
LV = "Lukšan, Vlček: Sparse and partially separable test problems, report 767 (1999)"
CUTEST = "Gould, Orban, Toint: CUTEst (2015)"

PROBLEMS: dict[str, Textbook] = {}


@dataclass(frozen=True)
class Textbook:
    """A problem and its published optimum.

    Parameters
    ----------
    name : str
    make : callable
        Returns a fresh Problem.
    source : str
        Where problem and optimum are from; what an optimum without publication was verified with.
    optimum : float
    also : tuple of float
        Other local optima that the source lists.
    rel, abs : float
        Tolerance of the objective; abs is for optima at or near zero.
    options : dict
        Ipopt's.
    smooth : bool
        Whether differences can judge derivatives at x0 itself, which may lie on a kink.
    step : float
        Of these differences, relative to the size of the variable.
    """

    name: str
    make: Callable[[], Problem]
    source: str
    optimum: float
    also: tuple[float, ...] = ()
    rel: float = 1e-6
    abs: float = 1e-7
    options: dict[str, Any] = field(default_factory=dict)
    smooth: bool = True
    step: float = 1e-3


def textbook(
    name: str, optimum: float, source: str, **how: Any
) -> Callable[[Callable[[], Problem]], Callable[[], Problem]]:
    """Register a function that makes a problem."""

    def register(make: Callable[[], Problem]) -> Callable[[], Problem]:
        if name in PROBLEMS:
            raise ValueError(f"{name} is registered twice")
        PROBLEMS[name] = Textbook(name, make, source, optimum, **how)
        return make

    return register
