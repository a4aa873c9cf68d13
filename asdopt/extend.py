"""For people who add to asdopt: operators with derivatives of their own, solvers and backends.

Enters: value and derivatives of an elementwise function, a solver's adapter, an AD system. Leaves:
a function that works on traced values as on floats, a name for ``Problem.solve(solver=...)`` or
for ``jacobian(backend=...)``.
A black box that is not elementwise belongs into :func:`asdopt.external`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from asdopt._errors import InputError
from asdopt._external import tape_of
from asdopt._registry import BACKENDS, SOLVERS
from asdopt._solve_request import SolveRequest
from asdopt.tracing._elementwise import Derivative, record
from asdopt.tracing._location import follow
from asdopt.tracing._ufuncs import COMPOSITES

if TYPE_CHECKING:
    from asdopt._problem import Problem
    from asdopt._solution import Solution
    from asdopt.backends import Backend
    from asdopt.tracing._tape import Tape

__all__ = ["SolveRequest", "backend", "follow", "operator", "solver"]


def operator(
    value: Callable[..., Any],
    d1: Derivative | Sequence[Derivative],
    d2: Derivative | Sequence[Derivative],
    ufunc: np.ufunc | None = None,
) -> Callable[..., Any]:
    """Make an elementwise operator of one or two operands with derivatives of its own.

    Parameters
    ----------
    value : callable
        Vectorized function of one or two float arrays of equal shape.
    d1 : callable, or pair of callables
        First partial derivatives, one per operand; None where one vanishes identically.
    d2 : callable, or three callables
        Second partial derivatives, ``xx`` or ``(xx, xy, yy)``; None where one vanishes
        identically. The dependence class of the operator follows from what is None.
    ufunc : numpy.ufunc, optional
        A ufunc to which the operator gives a rule, such as ``scipy.special.j0``.

    Returns
    -------
    callable
        Works on floats, arrays and traced values, with broadcasting.

    Examples
    --------
    >>> import numpy as np, asdopt
    >>> from asdopt import extend
    >>> softsign = extend.operator(
    ...     lambda x: x / (1 + abs(x)),
    ...     lambda x: 1 / (1 + abs(x)) ** 2,
    ...     lambda x: -2 * np.sign(x) / (1 + abs(x)) ** 3,
    ... )
    >>> asdopt.jacobian(lambda x: softsign(2 * x), [1.0, -1.0]).toarray().round(4)
    array([[0.2222, 0.    ],
           [0.    , 0.2222]])
    """
    first, second = _tuple(d1), _tuple(d2)
    if (len(first), len(second)) not in ((1, 1), (2, 3)):
        raise InputError(
            f"operator was given {len(first)} first and {len(second)} second derivatives; an "
            "operator of one operand has 1 and 1, one of two operands 2 and 3 (xx, xy, yy)"
        )

    def recorded(tape: Tape, *operands: Any) -> Any:
        return record(tape, operands, value, first, second)

    def call(*operands: Any) -> Any:
        if len(operands) != len(first):
            raise TypeError(f"the operator takes {len(first)} operands, got {len(operands)}")
        tape = tape_of(operands)
        return value(*operands) if tape is None else recorded(tape, *operands)

    if ufunc is not None:
        COMPOSITES[ufunc] = recorded
    call.__name__ = getattr(value, "__name__", "operator")
    return call


def solver(name: str, adapter: Callable[[Problem, SolveRequest], Solution]) -> None:
    """Give a solver's adapter a name for ``Problem.solve(solver=name)``.

    Parameters
    ----------
    name : str
    adapter : callable
        ``adapter(problem, request)`` returns a Solution; the request is a :class:`SolveRequest`.

    Examples
    --------
    >>> import asdopt
    >>> from scipy.sparse.linalg import spsolve
    >>> def one_step(problem, request):
    ...     lower = problem.hessian(request.x0)
    ...     full = (lower + lower.T).tolil()
    ...     full.setdiag(lower.diagonal())
    ...     x = request.x0 - spsolve(full.tocsc(), problem.gradient(request.x0))
    ...     return asdopt.Solution(x=x, fun=problem.objective(x), status=asdopt.Status.OPTIMAL)
    >>> asdopt.extend.solver("one-step", one_step)
    >>> bowl = asdopt.Problem(lambda x: (x[0] - 3) ** 2 + (x[1] - x[0]) ** 2, x0=[0.0, 0.0])
    >>> bowl.solve("one-step").x
    array([3., 3.])
    """
    SOLVERS[name] = adapter


def backend(name: str, factory: Callable[[], Backend]) -> None:
    """Give a backend a name for ``backend=name`` of the functions that differentiate.

    Parameters
    ----------
    name : str
    factory : callable
        Without arguments; returns an instance of :class:`asdopt.backends.Backend`, such as the
        class itself.
    """
    if name == "kernels":
        raise InputError("a backend cannot be named 'kernels', which is the own engine's name")
    BACKENDS[name] = factory


def _tuple(given: Derivative | Sequence[Derivative]) -> tuple[Derivative, ...]:
    return (given,) if given is None or callable(given) else tuple(given)
