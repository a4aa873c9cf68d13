"""``__array_function__`` of traced values: NumPy functions that are not ufuncs.

Enters: a NumPy function and arguments of which one at least holds a traced value. Leaves: traced
arrays or scalars, or a refusal that names the function. Next: ``_shapes.py``, ``_statistics.py``,
``_products.py``, and the modules named in :func:`find_handler`, where the functions are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import AsdoptError, UnsupportedOperationError
from asdopt.tracing import (  # noqa: F401  # imported for what they register
    _comparing,
    _joining,
    _moments,
    _products,
    _shapes,
    _statistics,
)
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._lift import constants_only, living
from asdopt.tracing._location import refuse
from asdopt.tracing._registry import FUNCTIONS, Handler
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer
from asdopt.tracing._ufuncs import left_behind

__all__ = ["dispatch", "find_handler"]


# Compared with a value of an earlier trace, which a cache of the user holds, nothing is equal.
_EQUALITY = frozenset({np.array_equal, np.array_equiv, np.allclose})


# Functions whose options are followed through NumPy's code where the rule has none for them; what
# others refuse (types that round, say) stays refused.
_WITH_OPTIONS = frozenset(
    {np.histogram, np.histogram2d, np.histogramdd, np.pad}
    | {np.quantile, np.percentile, np.nanquantile, np.nanpercentile}
)


def find_handler(func: Callable[..., Any]) -> Handler | None:
    """Find the meaning of a NumPy function; rarer ones are imported when first asked for."""
    handler = FUNCTIONS.get(func)
    if handler is None:
        from asdopt.tracing import (  # noqa: F401
            _calculus,
            _complex_functions,
            _distinct,
            _eigenvectors,
            _einsum,
            _fourier,
            _histograms,
            _nan,
            _order,
            _piecewise,
            _polynomials,
            _scimath,
            _solving,
        )

        handler = FUNCTIONS.get(func)
    return handler


def dispatch(
    tape: Tape,
    func: Callable[..., Any],
    types: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Answer NumPy's ``__array_function__``."""
    if not all(issubclass(kind, (TracedArrayBase, Tracer, np.ndarray)) for kind in types):
        return NotImplemented
    if func in _EQUALITY and any(map(left_behind, args)):
        return False
    tape = living(tape, (*args, *kwargs.values()))
    if tape.is_number():
        return func(*constants_only(args), **constants_only(kwargs))
    for kind in types:
        if issubclass(kind, np.ndarray) and kind is not np.ndarray:
            from asdopt.tracing import _matrices

            is_matrix = issubclass(kind, np.matrix)
            if is_matrix and func.__module__ == "numpy.linalg":
                return _matrices.of_linalg(tape, func, args, kwargs)
            if is_matrix or not kind.__module__.startswith("numpy"):
                return _matrices.on_objects(func, args, kwargs)
    handler = find_handler(func)
    before = tape.refusal
    try:
        if handler is None:
            raise _unknown(tape, func)
        return handler(tape, *args, **kwargs)
    except AsdoptError:
        # Of constants NumPy knows the result.
        plain = constants_only((args, kwargs))
        if plain is None:
            may_follow = handler is None or func in _WITH_OPTIONS
            return _of_complex(tape, func, args, kwargs, before, may_follow=may_follow)
        tape.refusal = before
        return func(*plain[0], **plain[1])
    except TypeError:
        return _of_complex(tape, func, args, kwargs, before)


def _of_complex(
    tape: Tape,
    func: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    before: Any,
    *,
    may_follow: bool = False,
) -> Any:
    """Answer for real traced values among complex constants, else raise what was raised.

    Or follow the Python code that NumPy has for the function.
    """
    from asdopt.tracing._complex import has_complex, is_complex
    from asdopt.tracing._complex_functions import dispatch as among_complex

    if not any(is_complex(v) or has_complex(v) for v in (*args, *kwargs.values())):
        if may_follow:
            return _through_its_code(tape, func, args, kwargs, before)
        raise  # noqa: PLE0704  # called while an error is handled
    tape.refusal = before
    return among_complex(tape, func, args, kwargs)


def _through_its_code(
    tape: Tape, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], before: Any
) -> Any:
    """Follow the Python code of a function of NumPy; what was refused is raised if that is, too."""
    from asdopt.tracing._callee import current
    from asdopt.tracing._followed import follow

    session, refusal = current(), tape.refusal
    code = getattr(func, "_implementation", None)
    if session is not None and session.tape is tape:
        followed = follow(session, code, f"{func.__module__}.{func.__name__}")
        if followed is not None:
            tape.refusal = before
            try:
                return followed(*args, **kwargs)
            except AsdoptError:
                tape.refusal = before or refusal
    raise  # noqa: PLE0704  # called while an error is handled


def _unknown(tape: Tape, func: Callable[..., Any]) -> UnsupportedOperationError:
    return refuse(
        tape,
        UnsupportedOperationError,
        f"the function {func.__module__}.{func.__name__} was called with traced values, and "
        "asdopt has no rule for it: write what it computes with functions that have one "
        "(docs/numpy.md lists them), or wrap the computation with asdopt.external",
    )
