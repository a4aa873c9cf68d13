"""Operators, comparisons and tests of truth in hooked functions of level 1.

Enters: the operands. Leaves: what the operator gives, with the methods of the user's classes
hooked (``__add__``, ``__radd__``, ``__lt__``, ``__bool__``). Objects of other classes take
Python's own way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import current, workspaces
from asdopt.tracing._complex import is_pair
from asdopt.tracing._complex_ufuncs import complex_operation
from asdopt.tracing._formatting import percent
from asdopt.tracing._hook import find_attribute
from asdopt.tracing._implicit_methods import PLAIN, form, fresh, special
from asdopt.tracing._linear import is_sparse, is_sparse_matrix
from asdopt.tracing._location import refuse
from asdopt.tracing._matrices import is_traced_matrix, power
from asdopt.tracing._tracer import TracedFloat, Tracer
from asdopt.tracing._workspace_reads import seen

__all__ = ["BINARY", "COMPARE", "INPLACE", "UNARY", "for_library", "truth"]


def for_library(a: Any, b: Any, name: str = "") -> tuple[Any, Any]:
    """Make of two operands what the library of one of them computes with.

    Operators of pandas would ask a traced array to become an array of floats; object arrays hold
    traced values, and pandas computes with them. Sparse matrices store what they are multiplied
    by; those with traced entries are made of them.
    """
    if type(a) in PLAIN and type(b) in PLAIN:
        return a, b
    if is_sparse(a) or is_sparse(b):
        return _for_sparse(a, b, name), _for_sparse(b, a, name)
    if hasattr(type(a), "__pandas_priority__"):
        return a, _objects(b, np.shape(a))
    if hasattr(type(b), "__pandas_priority__"):
        return _objects(a, np.shape(b)), b
    return a, b


def _for_sparse(value: Any, other: Any, name: str) -> Any:
    """Make a sparse matrix of numbers one of traced entries, where the other operand is traced.

    Not for products with arrays, which are linear maps.
    """
    session = current()
    if not is_sparse(value) or session is None:
        return value
    if isinstance(other, TracedArrayBase):
        if name == "matmul" or (name == "mul" and is_sparse_matrix(value)):
            return value
    elif not isinstance(other, Tracer) and not is_traced_matrix(other):
        return value
    from asdopt.tracing._sparse import TracedSparse  # it imports scipy.sparse

    return TracedSparse.of_numbers(session.tape, value)


def _objects(value: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(value, TracedArrayBase):
        return np.asarray(value, dtype=object)
    if isinstance(value, Tracer):
        filled = np.empty(shape, dtype=object)
        filled.fill(value)
        return filled
    return value


# Operators are their own, and what these give is a number again.
_NUMBERS = frozenset({float, int, np.float64, Tracer, TracedFloat})


def _binary(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    left_name, right_name = f"__{name}__", f"__r{name}__"

    def operate(a: Any, b: Any) -> Any:
        if type(a) in _NUMBERS and type(b) in _NUMBERS:
            return function(a, b)
        left, right = special(a, left_name), special(b, right_name)
        if left is None and right is None:
            if workspaces() is not None:
                a, b = seen(a), seen(b)
            if is_pair(a, b):
                return complex_operation(name, a, b)
            if name == "mod" and type(a) is str:
                return percent(a, b)
            if name == "pow" and is_traced_matrix(a):
                return power(a, b)
            return fresh(function(*for_library(a, b, name)))
        kind_a, kind_b = type(a), type(b)
        result: Any = NotImplemented
        first = right is not None and kind_a is not kind_b and issubclass(kind_b, kind_a)
        if first and find_attribute(kind_a, right_name) is not find_attribute(kind_b, right_name):
            result = right(b, a)  # type: ignore[misc]
        if result is NotImplemented:
            plain = left or getattr(kind_a, left_name, None)
            result = NotImplemented if plain is None else plain(a, b)
        if result is NotImplemented and kind_a is not kind_b:
            plain = right or getattr(kind_b, right_name, None)
            result = NotImplemented if plain is None else plain(b, a)
        # Python says what it says when nobody knows the operation.
        return function(a, b) if result is NotImplemented else result

    return operate


def _inplace(function: Callable[..., Any], name: str, binary: Callable[..., Any]) -> Any:
    inplace_name = f"__i{name}__"

    def operate(a: Any, b: Any) -> Any:
        if type(a) in _NUMBERS and type(b) in _NUMBERS:
            return function(a, b)
        if isinstance(a, Tracer) and is_pair(a, b):
            return complex_operation(name, a, b)
        method = special(a, inplace_name)
        if method is not None:
            result = method(a, b)
            if result is not NotImplemented:
                return result
        elif workspaces() is not None and isinstance(a, (np.ndarray, TracedArrayBase)):
            return _into_workspace(function, a, seen(b))
        elif type(a) in PLAIN and special(b, f"__r{name}__") is None:
            if name == "mod" and type(a) is str:
                return percent(a, b)
            return function(a, b)
        elif name in ("mul", "truediv") and _is_number(b) and _has_entries(a):
            # SciPy's own way: its entries are changed in place, under all names of the matrix.
            entries = operate(a.data, b)
            if entries is not a.data:
                a.data = entries
            return a
        elif hasattr(type(a), inplace_name) and (not is_sparse(a) or hasattr(type(a), "as_traced")):
            return function(a, b)
        elif is_sparse(a) and name in {"mul", "truediv"} and isinstance(b, Tracer):
            raise refuse(
                b.tape,
                UnsupportedOperationError,
                "a sparse matrix of numbers was scaled in place by a traced value, which it cannot "
                "hold: all who have the matrix would see the change; write A = A * t",
            )
        return binary(a, b)

    return operate


def _is_number(value: Any) -> bool:
    return isinstance(value, (Tracer, float, int, np.number))


def _has_entries(value: Any) -> bool:
    """Whether a value is a sparse matrix of SciPy whose entries are one array of floats."""
    if not is_sparse(value) or hasattr(type(value), "as_traced"):
        return False
    entries = getattr(value, "data", None)
    return isinstance(entries, np.ndarray) and entries.dtype.kind == "f"


def _into_workspace(function: Callable[..., Any], a: Any, b: Any) -> Any:
    """Change an array that may be a workspace in place; its name stays with the array itself."""
    traced = seen(a)
    result = function(traced, b)
    return a if result is traced else result


def _unary(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def operate(a: Any) -> Any:
        method = special(a, name)
        return fresh(function(seen(a))) if method is None else method(a)

    return operate


_REFLECTED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


def _compare(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    left_name, right_name = f"__{name}__", f"__{_REFLECTED[name]}__"

    def operate(a: Any, b: Any) -> Any:
        if type(a) in _NUMBERS and type(b) in _NUMBERS:
            return function(a, b)
        left, right = _comparing(a, left_name), _comparing(b, right_name)
        if left is None and right is None:
            if workspaces() is not None:
                a, b = seen(a), seen(b)
            return function(*for_library(a, b))
        kind_a, kind_b = type(a), type(b)
        result: Any = NotImplemented
        first = right is not None and kind_a is not kind_b and issubclass(kind_b, kind_a)
        if first:
            result = right(b, a)  # type: ignore[misc]
        if result is NotImplemented:
            plain = left or getattr(kind_a, left_name)
            result = plain(a, b)
        if result is NotImplemented and not first:
            plain = right or getattr(kind_b, right_name)
            result = plain(b, a)
        return function(a, b) if result is NotImplemented else result

    return operate


def _comparing(value: Any, name: str) -> Callable[..., Any] | None:
    method = special(value, name)
    if method is None and name == "__ne__":
        equal = special(value, "__eq__")
        if equal is not None and find_attribute(type(value), "__ne__") is object.__ne__:

            def unequal(a: Any, b: Any) -> Any:
                result = equal(a, b)
                return result if result is NotImplemented else not result

            return unequal
    return method


_OPERATORS = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "MatMult": "matmul",
    "Div": "truediv",
    "FloorDiv": "floordiv",
    "Mod": "mod",
    "Pow": "pow",
    "LShift": "lshift",
    "RShift": "rshift",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
}
_COMPARISONS = {"Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge", "Eq": "eq", "NotEq": "ne"}

BINARY: dict[str, Callable[..., Any]] = {}
INPLACE: dict[str, Callable[..., Any]] = {}
COMPARE: dict[str, Callable[..., Any]] = {}
UNARY: dict[str, Callable[..., Any]] = {}
for _node, _name in _OPERATORS.items():
    _plain = getattr(operator, f"__{_name}__")
    BINARY[_name] = form(f"binary {_node}")(_binary(_plain, _name))
    _plain = getattr(operator, f"__i{_name}__")
    INPLACE[_name] = form(f"inplace {_node}")(_inplace(_plain, _name, BINARY[_name]))
for _node, _name in _COMPARISONS.items():
    COMPARE[_name] = form(f"compare {_node}")(_compare(getattr(operator, _name), _name))
for _node, _name in {"USub": "neg", "UAdd": "pos", "Invert": "invert"}.items():
    UNARY[_name] = form(f"unary {_node}")(_unary(getattr(operator, _name), f"__{_name}__"))


@form("truth")
def truth(value: Any) -> Any:
    """Find what a test decides on."""
    for name in ("__bool__", "__len__"):
        method = special(value, name)
        if method is not None:
            return bool(method(value))
        if find_attribute(type(value), name) is not None:
            break
    return value if type(value) in _COUNTED else seen(value)


# True where they have entries, whatever these are.
_COUNTED = frozenset({bool, float, list, tuple, dict, set, str})


class _Held:
    """A value that ``and`` or ``or`` may choose, with its truth by the user's method."""

    __slots__ = ("_is_true", "value")

    def __init__(self, value: Any, is_true: bool) -> None:
        self.value = value
        self._is_true = is_true

    def __bool__(self) -> bool:
        return self._is_true


@form("held")
def _held(value: Any) -> Any:
    known = value if type(value) in PLAIN else truth(value)
    return value if known is value else _Held(value, known)


@form("chosen")
def _chosen(value: Any) -> Any:
    return value.value if type(value) is _Held else value
