"""What is asked of a solve, from :meth:`asdopt.Problem.solve` to a solver adapter.

Enters: the arguments of ``solve``. Leaves: one value that every adapter takes. Next: ``adapters/``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.tracing._recorder import function_name
from asdopt.tracing._signatures import takes

if TYPE_CHECKING:
    from asdopt._solution import Solution

__all__ = ["SolveRequest", "check_request"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SolveRequest:
    """What a user asked of :meth:`asdopt.Problem.solve`, handed to a solver's adapter.

    Parameters
    ----------
    x0 : ndarray of float64, shape (n,)
    warm_start : Solution or None
        Start from its point and multipliers.
    callback : callable or None
        ``callback(info)`` after each iteration, info a dict; a true result stops.
    time_limit : float or None
        Seconds.
    options : Mapping
        The solver's own options.
    """

    x0: FloatArray
    warm_start: Solution | None = None
    callback: Callable[[dict[str, Any]], Any] | None = None
    time_limit: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def check_request(warm_start: Any, callback: Any, options: Any) -> None:
    """Refuse arguments of ``solve`` of the wrong kind, which a solver would trip over late.

    Raises
    ------
    InputError
    """
    if options is not None and not isinstance(options, Mapping):
        raise InputError(
            f"options is {options!r} of type {type(options).__name__}; a mapping from the "
            'solver\'s option names to values is needed, such as {"max_iter": 100}'
        )
    if callback is not None and not callable(callback):
        raise InputError(
            f"callback is {callback!r}; a function callback(info) is needed, which is called "
            "after each iteration"
        )
    if callback is not None and not takes(callback, 1):
        raise InputError(
            f"callback, {function_name(callback)}, cannot be called with one argument; it is "
            "called as callback(info) after each iteration, where info is a dict of iteration, "
            "objective, x and more: give it this argument"
        )
    if warm_start is not None and not (isinstance(warm_start, Mapping) and "x" in warm_start):
        raise InputError(
            f"warm_start is of type {type(warm_start).__name__} without a point x; give the "
            "solution of an earlier solve, or x0= for a point alone"
        )
