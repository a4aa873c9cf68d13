"""Series and frames of pandas that hold traced values.

pandas would keep a traced array as its memory, and then ask it to become an array of floats in
arithmetic; object arrays of traced scalars go through it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import holds_traced, know
from asdopt.tracing._standins_arrays import lifted
from asdopt.tracing._tracer import TracedArrayBase

__all__ = ["constructor"]


def constructor(cls: Callable[..., Any]) -> Callable[..., Any]:
    """Make what constructs a class of pandas, with traced arrays given as object arrays."""

    def construct(*args: Any, **kwargs: Any) -> Any:
        if _is_float(kwargs.get("dtype")) and holds_traced((*args, *kwargs.values())):
            del kwargs["dtype"]  # what traced values are
        return cls(*map(_objects, args), **{name: _objects(v) for name, v in kwargs.items()})

    return construct


def _is_float(dtype: Any) -> bool:
    return dtype is not None and dtype in (float, np.float64, "float", "float64")


def _objects(value: Any) -> Any:
    if isinstance(value, TracedArrayBase):
        return np.asarray(value, dtype=object)
    if type(value) is dict:
        return {name: _objects(part) for name, part in value.items()}
    if type(value) in (list, tuple) and any(isinstance(v, TracedArrayBase) for v in value):
        return type(value)([_objects(part) for part in value])
    return value


def _know_statistics() -> None:
    """Know the statistics of a series that pandas computes from true floats only."""
    series: Any = getattr(sys.modules.get("pandas"), "Series", None)
    if series is None:
        return
    for name, function in _STATISTICS.items():
        original = getattr(series, name)

        def call(
            self: Any,
            *args: Any,
            original: Any = original,
            function: Any = function,
            **options: Any,
        ) -> Any:
            is_plain = args or not options.keys() <= {"ddof"}
            if is_plain or self.dtype != object or not holds_traced(self.to_numpy()):
                return original(self, *args, **options)
            return function(lifted(self.to_numpy()), **options)

        know(original, call)


_STATISTICS: dict[str, Callable[..., Any]] = {
    "mean": np.mean,
    "median": np.median,
    "var": lambda values, ddof=1: np.var(values, ddof=ddof),
    "std": lambda values, ddof=1: np.std(values, ddof=ddof),
}
_know_statistics()
