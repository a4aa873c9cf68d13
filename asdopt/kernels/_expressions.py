"""Expressions of one template as a graph without repetition.

Enters: arithmetic asked for by ``_derivatives.py``. Leaves: nodes in topological order for
``_programs.py``.

A *reference* is twice the number of a node, plus one for its negative, so that negation is free
and x and -x share one node. Equal operations on equal operands are one node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import copysign, frexp, inf
from typing import Final

__all__ = [
    "ADD",
    "AND",
    "DATA",
    "DIV",
    "EQ",
    "FIRST_FUNCTION",
    "GUARDED",
    "LE",
    "LITERAL",
    "LT",
    "MASK",
    "MUL",
    "NE",
    "NEG",
    "ONE",
    "OR",
    "SLOT",
    "SUB",
    "WEIGHT",
    "XOR",
    "ZERO",
    "Expressions",
]

# Kinds of nodes: leaves first, then arithmetic, then one number for each function.
LITERAL, SLOT, DATA, WEIGHT = 0, 1, 2, 3
NEG, ADD, SUB, MUL, DIV, GUARDED, MASK = 4, 5, 6, 7, 8, 9, 10
LT, LE, EQ, NE, AND, OR, XOR = 11, 12, 13, 14, 15, 16, 17
FIRST_FUNCTION: Final = 32

ZERO, ONE = 0, 2  # references of the literals 0.0 and 1.0

_EVEN = frozenset({"cos", "cosh", "fabs"})
_ODD = frozenset(
    ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "cbrt", "erf", "sign")
    + ("trunc", "nearbyint")
)
_LARGEST_POWER = 8


class Expressions:
    """A growing graph.

    Parameters
    ----------
    functions : dict of str to int
        Numbers of the machine's functions.

    Attributes
    ----------
    kind : list of int
        What each node is.
    x, y : list
        Operands: references, y -1 for functions of one argument; for a leaf x is the number of
        the slot, data column or weight, or the value of the literal.
    exact : bool
        Keep operations whose result is known only for finite operands (``0 * x``, ``x - x``),
        the signs of zeros, and divisions: set while values are built, not while derivatives are.
    """

    def __init__(self, functions: dict[str, int]) -> None:
        self.kind: list[int] = []
        self.x: list[float] = []
        self.y: list[int] = []
        self.exact = False
        self._functions = functions
        self._known: dict[tuple[int, float, int], int] = {}
        self.literal(0.0)
        self.literal(1.0)

    def _node(self, kind: int, x: float, y: int = 0) -> int:
        key = (kind, x, y)
        found = self._known.get(key)
        if found is None:
            found = 2 * len(self.kind)
            self._known[key] = found
            self.kind.append(kind)
            self.x.append(x)
            self.y.append(y)
        return found

    # Leaves

    def literal(self, value: float) -> int:
        """Return a number known when the template is compiled."""
        if value < 0.0:
            return self._node(LITERAL, -value) ^ 1
        if value == 0.0 and copysign(1.0, value) < 0.0:
            return self._node(LITERAL, value, 1)  # a node of its own: 0.0 == -0.0
        return self._node(LITERAL, value)

    def slot(self, k: int) -> int:
        """Variable (or affine map, or parameter) that the instance reads."""
        return self._node(SLOT, k)

    def data(self, k: int) -> int:
        """Constant of the instance."""
        return self._node(DATA, k)

    def weight(self, k: int) -> int:
        """Multiplier of the instance's k-th row."""
        return self._node(WEIGHT, k)

    def value(self, ref: int) -> float | None:
        """Return the number behind a reference to a literal, None for all others."""
        if self.kind[ref >> 1] != LITERAL:
            return None
        value = self.x[ref >> 1]
        return -value if ref & 1 else value

    # Arithmetic

    def add(self, a: int, b: int) -> int:
        """Sum."""
        if not self.exact:
            if a >> 1 == 0:
                return b
            if b >> 1 == 0:
                return a
            if a ^ b == 1:
                return ZERO
        if self.kind[a >> 1] == LITERAL and self.kind[b >> 1] == LITERAL:
            return self.literal(self._number(a) + self._number(b))
        if a > b:
            a, b = b, a
        if (a ^ b) & 1:
            return self._difference(b, a ^ 1) if a & 1 else self._difference(a, b ^ 1)
        if a == b:
            return self.mul(self.literal(2.0), a)
        return self._node(ADD, a & ~1, b & ~1) ^ (a & 1)

    def sub(self, a: int, b: int) -> int:
        """Difference."""
        return self.add(a, b ^ 1)

    def _difference(self, a: int, b: int) -> int:
        # b - a is not quite the negative of a - b: the sign of a zero is another one.
        if self.exact or (SUB, a, b) in self._known:
            return self._node(SUB, a, b)
        if a > b or (SUB, b, a) in self._known:
            return self._node(SUB, b, a) ^ 1
        return self._node(SUB, a, b)

    def mul(self, a: int, b: int) -> int:
        """Product."""
        sign = (a ^ b) & 1
        a &= ~1
        b &= ~1
        if a > b:
            a, b = b, a
        if a == ONE:
            return b ^ sign
        if a == ZERO and not self.exact:
            return ZERO
        if b == ONE:
            return a ^ sign
        kind = self.kind
        if kind[a >> 1] == LITERAL:
            if kind[b >> 1] == LITERAL:
                return self.literal(self._number(a) * self._number(b)) ^ sign
        elif kind[b >> 1] == LITERAL:
            a, b = b, a
        if kind[a >> 1] == LITERAL and kind[b >> 1] == MUL and not self.exact:
            # Two literal factors become one.
            inner = int(self.x[b >> 1])
            if kind[inner >> 1] == LITERAL:
                return self.mul(self.mul(a, inner), self.y[b >> 1]) ^ sign
        return self._node(MUL, a, b) ^ sign

    def guarded(self, a: int, b: int) -> int:
        """Product that is 0 where a is 0, whatever b is."""
        if self.kind[a >> 1] == LITERAL or self.kind[b >> 1] == LITERAL:
            return self.mul(a, b)
        return self._node(GUARDED, a & ~1, b & ~1) ^ ((a ^ b) & 1)

    def div(self, a: int, b: int) -> int:
        """Quotient."""
        if b & ~1 == ONE:
            return a ^ (b & 1)
        if self.kind[b >> 1] == LITERAL:
            number = self._number(b)
            inverse = 1.0 / number if number else inf
            # x / 49 >= 1 holds at 49, x * (1 / 49) >= 1 does not.
            is_same = not self.exact or abs(frexp(inverse)[0]) == 0.5
            if is_same and 1e-200 < abs(inverse) < 1e200:
                if self.kind[a >> 1] == LITERAL:
                    return self.literal(self._number(a) / number)
                return self.mul(a, self.literal(inverse))
        if a >> 1 == 0 and not self.exact:
            return ZERO
        return self._node(DIV, a & ~1, b & ~1) ^ ((a ^ b) & 1)

    def mask(self, condition: int, a: int) -> int:
        """Select a where the condition is not 0, else 0."""
        if a >> 1 == 0:
            return ZERO
        known = self.value(condition)
        if known is not None:
            return a if known != 0.0 else ZERO
        if self.exact:
            return self._node(MASK, condition & ~1, self.plain(a))
        return self._node(MASK, condition & ~1, a & ~1) ^ (a & 1)

    def compare(self, kind: int, a: int, b: int) -> int:
        """1.0 where ``a < b``, ``a <= b``, ``a == b`` or ``a != b`` holds, else 0.0."""
        return self._node(kind, self.plain(a), self.plain(b))

    def logic(self, kind: int, a: int, b: int) -> int:
        """And, or, exclusive or of values that are 0.0 or 1.0."""
        return self._node(kind, a & ~1, b & ~1)

    def plain(self, ref: int) -> int:
        """Return a reference without a sign to the same value."""
        if not ref & 1:
            return ref
        if self.kind[ref >> 1] == LITERAL:
            value = -self.x[ref >> 1]
            return self._node(LITERAL, value, 0 if value else 1)
        return self._node(NEG, ref ^ 1)

    def call(self, name: str, a: int, b: int | None = None) -> int:
        """Apply a function of C's ``math.h`` or of ``_special.h``."""
        special = _REDUCTIONS.get(name)
        if special is not None and b is not None:
            found = special(self, a, b)
            if found is not None:
                return found
        number = FIRST_FUNCTION + self._functions[name]
        if b is not None:
            return self._node(number, self.plain(a), self.plain(b))
        if a & 1:
            if name in _EVEN:
                return self._node(number, a ^ 1, -1)
            if name in _ODD:
                return self._node(number, a ^ 1, -1) ^ 1
        return self._node(number, self.plain(a), -1)

    def operands(self, node: int) -> tuple[int, ...]:
        """Return the nodes that a node reads."""
        kind = self.kind[node]
        if kind <= WEIGHT:
            return ()
        if kind == NEG or (kind >= FIRST_FUNCTION and self.y[node] < 0):
            return (int(self.x[node]) >> 1,)
        return int(self.x[node]) >> 1, self.y[node] >> 1

    def size(self, refs: Iterable[int]) -> int:
        """Count the operations that values take."""
        seen = set()
        stack = [ref >> 1 for ref in refs]
        while stack:
            node = stack.pop()
            if node not in seen and self.kind[node] > WEIGHT:
                seen.add(node)
                stack.extend(self.operands(node))
        return len(seen)

    def find_call(self, name: str, a: int) -> int:
        """Return the node of a function of one argument that has no sign."""
        return self._node(FIRST_FUNCTION + self._functions[name], a, -1) >> 1

    def _number(self, ref: int) -> float:
        value = self.x[ref >> 1]
        return -value if ref & 1 else value

    # Powers with an exponent that is known

    def _power(self, a: int, exponent: float) -> int | None:
        if exponent == 0.0:
            return ONE
        if abs(exponent) > _LARGEST_POWER:
            return None
        whole = int(abs(exponent))
        half = abs(exponent) - whole
        if half not in {0.0, 0.5}:
            return None
        result = self.call("sqrt", a) if half else ONE
        square = a
        while whole:
            if whole & 1:
                result = self.mul(result, square)
            whole >>= 1
            if whole:
                square = self.mul(square, square)
        return result if exponent > 0.0 else self.div(ONE, result)

    def _pow(self, a: int, b: int) -> int | None:
        exponent = self.value(b)
        return None if exponent is None else self._power(a, exponent)

    def _power_d1(self, a: int, b: int) -> int | None:
        exponent = self.value(b)
        if exponent is None:
            return None
        rest = self._power(a, exponent - 1.0)
        return None if rest is None else self.mul(b, rest)

    def _power_d11(self, a: int, b: int) -> int | None:
        exponent = self.value(b)
        if exponent is None:
            return None
        rest = self._power(a, exponent - 2.0)
        return (
            None
            if rest is None
            else self.mul(self.literal(exponent * (exponent - 1.0) + 0.0), rest)
        )


_REDUCTIONS: Final[dict[str, Callable[[Expressions, int, int], int | None]]] = {
    "pow": Expressions._pow,
    "power_d1": Expressions._power_d1,
    "power_d11": Expressions._power_d11,
}
