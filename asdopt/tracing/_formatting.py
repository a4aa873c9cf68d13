"""Text of traced values, which must not be readable as a number.

Enters: ``'%.3f' % value`` and objects whose ``__str__`` is the user's. Leaves: text in which a
traced value stands in angle brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from asdopt.tracing._callee import holds_traced
from asdopt.tracing._tracer import Tracer

__all__ = ["Shown", "percent"]

_FIELD = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?(?P<spec>[#0\- +]*(?P<width>\*|\d*)(?:\.(?P<digits>\*|\d*))?)"
    r"[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])"
)


def percent(form: str, values: Any) -> str:
    """``form % values``, traced values shown as their value at the point in angle brackets."""
    parts = values if isinstance(values, tuple) else (values,)
    if isinstance(values, Mapping):
        if not holds_traced(list(values.values())):
            return str(form % values)
        return _FIELD.sub(lambda field: _field(field, [values[field["key"]]]), form)
    if not holds_traced(parts):
        return str(form % values)
    rest = list(parts)
    text = _FIELD.sub(lambda field: _field(field, rest), form)
    if rest:
        raise TypeError("not all arguments converted during string formatting")
    return text


def _field(field: re.Match[str], values: list[Any]) -> str:
    kind = field["kind"]
    if kind == "%":
        return "%"
    stars = (field["width"] == "*") + (field["digits"] == "*")
    if len(values) < stars + 1:
        raise TypeError("not enough arguments for format string")
    taken = [values.pop(0) for _ in range(stars + 1)]
    value = taken[-1]
    spec = f"%{field['spec']}{kind}"
    if not isinstance(value, Tracer):
        return spec % tuple(taken)
    if kind in "sra" or not value.tape.primal:
        return "%s" % value  # noqa: UP031  # the operator is the subject
    return f"<{spec % (*taken[:-1], value.value)}>"


class Shown:
    """An object that shows itself by its hooked methods."""

    def __init__(self, value: Any, special: Callable[[Any, str], Any]) -> None:
        self._value = value
        self._special = special

    def __repr__(self) -> str:
        method = self._special(self._value, "__repr__")
        return repr(self._value) if method is None else str(method(self._value))

    def __str__(self) -> str:
        method = self._special(self._value, "__str__")
        if method is not None:
            return str(method(self._value))
        kind: Any = type(self._value)
        return repr(self) if kind.__str__ is object.__str__ else str(self._value)

    def __format__(self, spec: str) -> str:
        method = self._special(self._value, "__format__")
        if method is not None:
            return str(method(self._value, spec))
        return format(str(self), spec)
