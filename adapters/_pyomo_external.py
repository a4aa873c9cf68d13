"""Pyomo's external functions, of Python or of an AMPL library, as black boxes with derivatives.

Enters: a node of an expression tree and its operands. Leaves: a traced value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.core.base.external import PythonCallbackFunction

from asdopt._external import external, tape_of

__all__ = ["external_value"]

FloatArray = npt.NDArray[np.float64]
VALUE, FIRST, SECOND = range(3)  # what Pyomo is asked for, and all that comes before


def external_value(node: Any, args: list[Any]) -> Any:
    """Value of a call of an external function.

    Parameters
    ----------
    node : pyomo.core.expr.numeric_expr.ExternalFunctionExpression
    args : list
        Its operands: numbers, texts, traced values.

    Returns
    -------
    float or traced value
        With the derivatives that the function gives, else by differences.
    """
    function = node._fcn
    places = [k for k, arg in enumerate(args) if tape_of((arg,)) is not None]
    most = _given(function)

    def ask(numbers: tuple[Any, ...], what: int) -> Any:
        operands = list(args)
        for k, number in zip(places, numbers, strict=True):
            operands[k] = float(number)
        return function.evaluate_fgh(operands, fgh=what)[what]

    def value(*numbers: Any) -> float:
        return float(ask(numbers, VALUE))

    def first(*numbers: Any) -> FloatArray:
        gradient = np.array(ask(numbers, FIRST), dtype=np.float64)
        return gradient[np.newaxis, places]

    def second(*numbers_and_weights: Any) -> FloatArray:
        *numbers, weights = numbers_and_weights
        upper = np.array(ask(tuple(numbers), SECOND), dtype=np.float64)
        n = len(args)
        matrix = np.zeros((n, n))
        for j in range(n):  # the upper triangle, column by column
            matrix[: j + 1, j] = matrix[j, : j + 1] = upper[j * (j + 1) // 2 :][: j + 1]
        weighted: FloatArray = weights[0] * matrix[np.ix_(places, places)]
        return weighted

    call: Callable[..., Any] = external(
        value, first if most >= FIRST else None, second if most >= SECOND else None
    )
    return call(*(args[k] for k in places)) if places else value()


def _given(function: Any) -> int:
    """Highest order of derivatives that an external function has."""
    if not isinstance(function, PythonCallbackFunction) or function._fgh is not None:
        return SECOND
    if function._grad is None:
        return VALUE
    return FIRST if function._hess is None else SECOND
