"""numpy.emath, creation functions with ``like``, ufuncs without a row in the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numpy_cases._table import M, P, _scaled, case

# ------------------------------------------------------------------ numpy.emath
for _name in ("sqrt", "log", "log2", "log10"):
    case(f"lib.scimath.{_name}", getattr(np.emath, _name), at=P, point=True)
for _name in ("arccos", "arcsin", "arctanh"):
    case(f"lib.scimath.{_name}", partial(_scaled, getattr(np.emath, _name)), at=M, point=True)
case("lib.scimath.logn", lambda x: np.emath.logn(x[0] + 1.0, x[1:]), at=P, point=True)
case("lib.scimath.power", lambda x: np.emath.power(x, 2.5), at=P, point=True)


# With like=x a creation function is asked through the protocol; the result is plain numbers.
def _with_like(function: Callable[..., Any], *args: Any) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        return (function(*args) if type(x) is np.ndarray else function(*args, like=x)) * x[0]

    return call


for _name, _args in {
    "arange": (4,),
    "array": ([1.0, 2.0],),
    "asanyarray": ([1.0],),
    "asarray": ([1.0, 2.0],),
    "ascontiguousarray": ([1.0],),
    "asfortranarray": ([1.0],),
    "eye": (3,),
    "full": ((2,), 3.0),
    "identity": (2,),
    "ones": (3,),
    "tri": (3,),
    "zeros": (2,),
}.items():
    case(_name, _with_like(getattr(np, _name), *_args))

case("empty", lambda x: np.empty(3, like=x).shape if type(x) is not np.ndarray else (3,))

# ------------------------------------------------------------------ ufuncs that are no table row
for _name in ("positive", "conjugate", "deg2rad", "radians", "rad2deg", "degrees"):
    case(_name, getattr(np, _name), at=M)
case("divmod", lambda x: list(np.divmod(x, 0.4)), lambda x: list(divmod(3.0, x)), at=M)
case("modf", lambda x: list(np.modf(x)), at=M)
case("frexp", lambda x: list(np.frexp(x)), at=M)
case("ldexp", lambda x: np.ldexp(x, 3), lambda x: np.ldexp(x, [1, 2, -1]), at=M)
case("invert", lambda x: np.invert(x > 0), at=M)
for _name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    case(_name, partial(lambda f, x: f(x > 0, x < 1), getattr(np, _name)), at=M)
