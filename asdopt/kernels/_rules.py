"""Values and partial derivatives of the operator table as expressions.

Enters: the strings of ``asdopt._ops``. Leaves: references of an :class:`Expressions` graph.
Next: ``_derivatives.py``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from asdopt._errors import UnsupportedOperationError
from asdopt._ops import FIRST_CODE, OPERATORS, Operator
from asdopt.kernels._expressions import AND, EQ, LE, LT, NE, OR, XOR, Expressions

__all__ = ["Rule", "rule"]

Build = Callable[[Expressions, Mapping[str, int]], int]

# The macros of asdopt/_special.h that the table uses.
_CONSTANTS: Final = {
    "LN2": 0.6931471805599453,
    "LN10": 2.302585092994046,
    "PI": 3.141592653589793,
    "TWO_OVER_SQRT_PI": 1.1283791670955126,
    "ONE_OVER_SQRT_2PI": 0.3989422804014327,
    "SQRT_2_OVER_PI": 0.7978845608028654,
    "SQRT_HALF": 0.7071067811865476,
    "DBL_MAX": 1.7976931348623157e308,
}
# Functions that are finite wherever their operands are, short of overflow.
_FINITE: Final = frozenset(
    ("sin", "cos", "exp", "exp2", "exp10_", "expm1", "sinh", "cosh", "tanh", "atan", "asinh")
    + ("erf", "erfc", "fabs", "sign", "expit", "mask", "sinc", "sinc_d1", "sinc_d2", "ndtr")
    + ("log_ndtr_d1", "log_ndtr_d2", "floor", "ceil", "trunc", "nearbyint", "hypot", "copysign")
)


class Rule:
    """One operator: how to build its value and its partial derivatives.

    Attributes
    ----------
    value : callable
        ``value(graph, {"x": ..., "y": ...})``.
    first, second : tuple of callable or None
        Partials by operand, and by pair ``xx`` or ``xx, xy, yy``; None where they vanish. They
        read ``v`` and, the second ones, ``p`` and ``q``.
    singular : tuple of bool, bool
        Whether a first, a second partial can be infinite.
    selects : bool
        Whether first partials are truth values that select operands.
    """

    __slots__ = ("arity", "first", "name", "second", "selects", "singular", "symmetric", "value")

    def __init__(self, row: Operator) -> None:
        self.name = row.name
        self.arity = row.arity
        # One call of the parser for all strings of the row.
        trees = _parse(row.value, *row.d1, *row.d2)
        first, second = trees[1 : 1 + row.arity], trees[1 + row.arity :]
        self.value = _convert(trees[0])
        self.first = tuple(map(_convert_derivative, first))
        self.second = tuple(map(_convert_derivative, second))
        names = {"v"} if _is_singular(trees[0], set()) else set()
        is_singular = any(_is_singular(tree, names) for tree in first)
        names |= {"p", "q"} if is_singular else set()
        self.singular = is_singular, any(_is_singular(tree, names) for tree in second)
        self.selects = row.selects
        self.symmetric = row.value in {"x+y", "x*y"}


@cache
def rule(code: int) -> Rule:
    """Return the rule of an op code of the tape."""
    return Rule(OPERATORS[code - FIRST_CODE])


def _parse(*texts: str) -> list[ast.expr]:
    body = ast.parse(f"({', '.join(texts)},)", mode="eval").body
    return body.elts if isinstance(body, ast.Tuple) else []


def _is_singular(tree: ast.expr, singular_names: set[str]) -> bool:
    """Tell whether an expression can be infinite, given the names in it that can be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in singular_names:
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return True
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") not in _FINITE:
            return True
    return False


def _convert_derivative(node: ast.expr) -> Build | None:
    """Convert a derivative; None for the literal "0", which vanishes identically."""
    is_zero = isinstance(node, ast.Constant) and node.value == 0
    return None if is_zero else _convert(node)


def _convert(node: ast.expr) -> Build:
    """Turn a syntax tree into a function that builds it."""
    match node:
        case ast.Constant(value=number):
            return lambda graph, _: graph.literal(float(number))  # type: ignore[arg-type]
        case ast.Name(id=name):
            if name in _CONSTANTS:
                number = _CONSTANTS[name]
                return lambda graph, _: graph.literal(number)
            return lambda _, names: names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _convert(operand)
            return lambda graph, names: inner(graph, names) ^ 1
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(type(op), _convert(left), _convert(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(type(op), _convert(left), _convert(right))
        case ast.Call(func=ast.Name(id=name), args=args):
            parts = [_convert(arg) for arg in args]
            return lambda graph, names: _call(graph, name, [part(graph, names) for part in parts])
    raise UnsupportedOperationError(
        f"the operator table holds the expression {ast.unparse(node)!r}, which is not in the "
        "common subset of C and Python that kernels are made of: use + - * /, comparisons, "
        "& | ^ and calls"
    )


def _call(graph: Expressions, name: str, args: list[int]) -> int:
    if name == "mask":
        return graph.mask(args[0], args[1])
    return graph.call(name, *args)


def _binary(op: type[ast.operator], left: Build, right: Build) -> Build:
    plain = {
        ast.Add: Expressions.add,
        ast.Sub: Expressions.sub,
        ast.Mult: Expressions.mul,
        ast.Div: Expressions.div,
    }.get(op)
    if plain is not None:
        return lambda graph, names: plain(graph, left(graph, names), right(graph, names))
    kind = {ast.BitAnd: AND, ast.BitOr: OR, ast.BitXor: XOR}[op]
    return lambda graph, names: graph.logic(kind, left(graph, names), right(graph, names))


def _comparison(op: type[ast.cmpop], left: Build, right: Build) -> Build:
    if op in {ast.Gt, ast.GtE}:
        left, right = right, left
    kind = {ast.Lt: LT, ast.Gt: LT, ast.LtE: LE, ast.GtE: LE, ast.Eq: EQ, ast.NotEq: NE}[op]
    return lambda graph, names: graph.compare(kind, left(graph, names), right(graph, names))
