"""The rules of ``_ops.py`` for numbers and traced arrays: the names they call are those of C."""

from __future__ import annotations

import ast
import functools
import math
from types import CodeType
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt._ops import OPERATORS
from asdopt.tracing._location import refuse

__all__ = ["evaluate_rule"]


def _power_d1(x: Any, y: Any) -> Any:
    return np.where(y == 0.0, 0.0, y * x ** (y - 1.0))


def _power_d2(x: Any, y: Any) -> Any:
    # An exact factor of 0 wins over an infinite one.
    v = x**y
    return np.where(v == 0.0, 0.0, v * np.log(np.where(v == 0.0, 1.0, x)))


def _sinc_d1(x: Any) -> Any:
    """By series near 0, where the closed form cancels."""
    z = math.pi * x
    is_near = np.abs(z) < 1.5
    near, far = np.where(is_near, z, 0.0), np.where(is_near, 2.0, z)
    term = -near / 3.0
    total = term
    for k in range(2, 14):
        term = term * (-near * near * k / ((k - 1.0) * (2.0 * k) * (2.0 * k + 1.0)))
        total = total + term
    return math.pi * np.where(is_near, total, (np.cos(far) - np.sin(far) / far) / far)


@functools.cache
def _functions() -> dict[str, Any]:
    from scipy import special  # takes longer to import than most derivatives inside of functions

    def log_ndtr_d1(x: Any) -> Any:
        return np.exp(-0.5 * x * x - special.log_ndtr(x)) / math.sqrt(2.0 * math.pi)

    def trigamma(x: Any) -> Any:
        if hasattr(x, "tape"):
            raise refuse(
                x.tape,
                UnsupportedOperationError,
                "the derivative of digamma was asked for inside of a traced function; it is known "
                "at numbers only, since its own derivatives are no operators: differentiate "
                "outside of the function",
            )
        return special.polygamma(1, x)

    found: dict[str, Any] = {}
    for rule in OPERATORS:
        name, _, operands = rule.value.partition("(")
        spelled = [(np, k) for k in rule.numpy] + [(special, k) for k in rule.special]
        if spelled and operands.replace(" ", "") in ("x)", "x,y)"):
            found[name] = getattr(*spelled[0])
    return found | {
        "LN2": math.log(2.0),
        "LN10": math.log(10.0),
        "TWO_OVER_SQRT_PI": 2.0 / math.sqrt(math.pi),
        "ONE_OVER_SQRT_2PI": 1.0 / math.sqrt(2.0 * math.pi),
        "power_d1": _power_d1,
        "power_d2": _power_d2,
        "sinc_d1": _sinc_d1,
        "trigamma": trigamma,
        "log_ndtr_d1": log_ndtr_d1,
        "log_ratio": lambda x, y: np.log(x / y),
        "nearbyint": np.rint,
    }


def evaluate_rule(expression: str, names: dict[str, Any]) -> Any:
    """Value of an expression of the operator table at arrays x, y and v."""
    return eval(_compiled(expression), _functions(), names)  # of our own table


@functools.cache
def _compiled(expression: str) -> CodeType:
    tree = _Truths().visit(ast.parse(expression, mode="eval"))
    return compile(ast.fix_missing_locations(tree), __file__, "eval")


class _Truths(ast.NodeTransformer):
    """Comparisons give 0 and 1, as in C: for NumPy the sum of two truths is one."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        return ast.BinOp(node, ast.Mult(), ast.Constant(1.0))
