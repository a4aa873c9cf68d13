"""Stand-ins of ``complex`` and of ``cmath`` for traced values."""

from __future__ import annotations

import builtins
import cmath
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import know
from asdopt.tracing._complex import TracedComplex, make, parts, tape_among
from asdopt.tracing._complex_ufuncs import UFUNCS, complex_operation
from asdopt.tracing._standins import stands_for

__all__: list[str] = []


@stands_for(builtins.complex)
def _complex(*args: Any, **kwargs: Any) -> Any:
    values = (*args, *kwargs.values())
    tape = tape_among(values)
    if tape is None:
        return complex(*args, **kwargs)
    real = args[0] if args else kwargs.get("real", 0.0)
    imag = args[1] if len(args) > 1 else kwargs.get("imag", 0.0)
    if type(real) is TracedComplex or type(imag) is TracedComplex:
        return complex_operation("add", real, complex_operation("mul", 1j, imag))
    return make(tape, real, imag)


def _elementary(original: Callable[..., Any], ufunc: np.ufunc) -> None:
    def call(z: Any, /, *rest: Any) -> Any:
        tape = tape_among((z,))
        if tape is None:
            return original(z, *rest)
        return UFUNCS[ufunc](tape, make(tape, *parts(tape, z)), *rest)

    know(original, call)


for _name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"):
    _elementary(getattr(cmath, _name), getattr(np, _name))


@stands_for(cmath.phase)
def _phase(z: Any, /) -> Any:
    tape = tape_among((z,))
    return cmath.phase(z) if tape is None else make(tape, *parts(tape, z)).angle()


@stands_for(cmath.polar)
def _polar(z: Any, /) -> Any:
    tape = tape_among((z,))
    if tape is None:
        return cmath.polar(z)
    value = make(tape, *parts(tape, z))
    return abs(value), value.angle()


@stands_for(cmath.rect)
def _rect(r: Any, phi: Any, /) -> Any:
    tape = tape_among((r, phi))
    return cmath.rect(r, phi) if tape is None else make(tape, r * np.cos(phi), r * np.sin(phi))
