"""Pyomo's expression trees, evaluated on traced values.

Enters: an expression and values of its variables. Leaves: its value, which is a traced one where
the variables' are; named expressions that occur several times are evaluated once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from pyomo.core.expr import numeric_expr, relational_expr

from asdopt._errors import InputError, UnsupportedOperationError
from asdopt.adapters._pyomo_external import external_value

__all__ = ["Walker"]

_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "abs": abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "floor": np.floor,
    "log": np.log,
    "log10": np.log10,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}


def _inequality(node: Any, args: list[Any]) -> Any:
    return args[0] < args[1] if node.strict else args[0] <= args[1]


def _ranged(node: Any, args: list[Any]) -> Any:
    below, above = (operator.lt if strict else operator.le for strict in node.strict)
    return below(args[0], args[1]) and above(args[1], args[2])


def _unary(node: Any, args: list[Any]) -> Any:
    name = node.getname()
    if name not in _FUNCTIONS:
        raise UnsupportedOperationError(f"Pyomo's function {name} has no rule in the adapter")
    return _FUNCTIONS[name](args[0])


# From the node and its operands; the first type that a node is an instance of counts.
_RULES: list[tuple[type, Callable[[Any, list[Any]], Any]]] = [
    (numeric_expr.SumExpression, lambda _, args: reduce(operator.add, args) if args else 0.0),
    (numeric_expr.DivisionExpression, lambda _, args: args[0] / args[1]),
    (numeric_expr.ProductExpression, lambda _, args: args[0] * args[1]),
    (numeric_expr.PowExpression, lambda _, args: args[0] ** args[1]),
    (numeric_expr.NegationExpression, lambda _, args: -args[0]),
    (numeric_expr.UnaryFunctionExpression, _unary),
    (numeric_expr.MaxExpression, lambda _, args: reduce(np.maximum, args)),
    (numeric_expr.MinExpression, lambda _, args: reduce(np.minimum, args)),
    (numeric_expr.ExternalFunctionExpression, external_value),
    (relational_expr.InequalityExpression, _inequality),
    (relational_expr.RangedExpression, _ranged),
    (relational_expr.EqualityExpression, lambda _, args: args[0] == args[1]),
]


_VISIT, _APPLY, _CHOOSE = range(3)
# What a class of nodes is, found at the first of them; else its rule.
_NATIVE, _VALUE, _VARIABLE, _NAMED, _CONDITION = range(5)
_kinds: dict[type, int | Callable[[Any, list[Any]], Any]] = {}


def _kind(node: Any) -> int | Callable[[Any, list[Any]], Any]:
    if not hasattr(node, "is_expression_type"):
        return _NATIVE
    if not node.is_expression_type():
        return _VARIABLE if node.is_variable_type() else _VALUE
    if node.is_named_expression_type():
        return _NAMED
    if isinstance(node, numeric_expr.Expr_ifExpression):
        return _CONDITION
    for kind, rule in _RULES:
        if isinstance(node, kind):
            return rule
    raise UnsupportedOperationError(
        f"Pyomo's {type(node).__name__} ({str(node)[:80]}) has no rule in the adapter: state it by "
        "arithmetic and functions of Pyomo"
    )


def _value(node: Any) -> Any:
    value = node()
    if value is None:
        raise InputError(
            f"{node.name} is fixed and has no value, so that what depends on it is not defined: "
            "give it one, .fix(value)"
        )
    return value


class Walker:
    """Evaluate expressions at one point.

    Parameters
    ----------
    values : mapping
        From the ``id`` of a variable to its value.
    """

    def __init__(self, values: Mapping[int, Any]) -> None:
        self._values = values
        self._named: dict[int, Any] = {}

    def __call__(self, root: Any) -> Any:
        """Evaluate an expression, of any depth."""
        results: list[Any] = []
        pending: list[tuple[Any, int]] = [(root, _VISIT)]
        while pending:
            node, stage = pending.pop()
            kind = _kinds.get(node.__class__)
            if kind is None:
                kind = _kinds[node.__class__] = _kind(node)
            if stage == _APPLY:
                if kind == _NAMED:
                    self._named[id(node)] = results[-1]
                    continue
                first = len(results) - node.nargs()
                args = results[first:]
                del results[first:]
                results.append(kind(node, args))  # type: ignore[operator]
            elif stage == _CHOOSE:  # a condition was evaluated: only what it selects follows
                pending.append((node.args[1] if results.pop() else node.args[2], _VISIT))
            elif kind == _NATIVE:
                results.append(node)
            elif kind == _VARIABLE and not node.fixed:
                results.append(self._values[id(node)])
            elif kind in (_VARIABLE, _VALUE):
                results.append(_value(node))
            elif kind == _CONDITION:
                pending += [(node, _CHOOSE), (node.args[0], _VISIT)]
            elif kind == _NAMED and id(node) in self._named:
                results.append(self._named[id(node)])
            else:
                pending.append((node, _APPLY))
                pending += [(operand, _VISIT) for operand in reversed(node.args)]
        return results.pop()
