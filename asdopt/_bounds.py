"""Bounds as users write them, brought to arrays.

Enters: SciPy's ``Bounds``, pairs, mappings, numbers, None. Leaves: two float64 arrays, infinite
where there is no bound. Next: ``_problem.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.tracing._recorder import short_repr
from asdopt.tracing._structure import Structure

__all__ = ["bound_numbers", "check_order", "open_ended", "variable_bounds"]

FloatArray = npt.NDArray[np.float64]
NO_BOUND = 1e20
_KINDS = {"U": "text", "S": "text", "M": "dates", "m": "durations", "c": "complex numbers"}


def bound_numbers(side: Any, missing: float, what: str) -> FloatArray:
    """Read one side of bounds; None stands for none."""
    try:
        if np.ma.isMaskedArray(side):
            raise TypeError("its mask would be lost; array.filled(value) has none")
        values = np.asarray(missing if side is None else side)
        if values.dtype == object:
            entries = [missing if value is None else value for value in values.flat]
            values = np.array(entries).reshape(values.shape)
        if values.dtype.kind not in "biufO":
            raise TypeError(f"it holds {_KINDS.get(values.dtype.kind, values.dtype.name)}")
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{what} is {short_repr(side)}, which is not a real number or an array of these "
            f"({error}): give a number or one for each value, None or infinity for no bound"
        ) from error


def open_ended(lb: FloatArray, ub: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Read bounds of 1e20 and beyond as none, which is what they mean to many solvers."""
    return np.where(lb <= -NO_BOUND, -np.inf, lb), np.where(ub >= NO_BOUND, np.inf, ub)


def check_order(lb: FloatArray, ub: FloatArray, what: Callable[[int], str]) -> None:
    """Raise InputError where a bound is NaN or lb > ub."""
    # An infinite lower bound above everything, or an upper one below, leaves no value either.
    bad = np.flatnonzero(~(lb <= ub) | (lb == np.inf) | (ub == -np.inf))
    if bad.size:
        i = int(bad[0])
        more = f" (and {bad.size - 1} more)" if bad.size > 1 else ""
        raise InputError(
            f"the bounds of {what(i)} are lb = {lb[i]:g} and ub = {ub[i]:g}{more}; no value lies "
            "between them: exchange or correct them"
        )


def variable_bounds(bounds: Any, structure: Structure) -> tuple[FloatArray, FloatArray]:
    """Bounds of the variables as arrays.

    Parameters
    ----------
    bounds : object
        ``scipy.optimize.Bounds``, a sequence of n pairs ``(lo, hi)`` with None for no bound (of
        two variables a list, not a tuple of two arrays, which may mean both), an
        array of shape (n, 2), a single pair for all variables, a mapping from the keys of a
        structured x0 to a tuple of two numbers or arrays that broadcast to the key's shape, or
        None.
    structure : Structure
        Structure of x0.

    Returns
    -------
    lb, ub : ndarray of float64, shape (n,)

    Raises
    ------
    InputError
        Another form, wrong sizes, NaN, or lb > ub.
    """
    names = list(structure.names("x")) if structure.size < 10_000 else []
    lb, ub = _part_bounds(bounds, structure, "bounds")
    check_order(lb, ub, lambda i: f"variable {names[i] if names else i}")
    return open_ended(lb, ub)


def _part_bounds(bounds: Any, structure: Structure, what: str) -> tuple[FloatArray, FloatArray]:
    n = structure.size
    if bounds is None:
        return np.full(n, -np.inf), np.full(n, np.inf)
    if hasattr(bounds, "lb") and hasattr(bounds, "ub"):
        return (
            _side(bounds.lb, -np.inf, structure, f"{what}.lb"),
            _side(bounds.ub, np.inf, structure, f"{what}.ub"),
        )
    if isinstance(bounds, Mapping):
        unknown = set(bounds) - set(structure.keys)
        if structure.is_leaf:
            raise InputError(
                f"{what} is a mapping with the keys {list(bounds)}, x0 is an array without keys: "
                "give a list of pairs (lo, hi), one for each variable"
            )
        if unknown:
            raise InputError(
                f"{what} has the keys {list(bounds)}, x0 has {list(structure.keys)}: use its keys"
            )
        sides = [
            _key_bounds(bounds.get(key), part, f"{what}[{key!r}]")
            for key, part in zip(structure.keys, structure.parts, strict=True)
        ]
        return tuple(np.concatenate(side) for side in zip(*sides, strict=True))  # type: ignore[return-value]  # two sides
    return _pairs(bounds, n, what)


def _key_bounds(bounds: Any, part: Structure, what: str) -> tuple[FloatArray, FloatArray]:
    # Under a key a pair may hold arrays; at the top level that could not be told from two pairs.
    if part.is_leaf and isinstance(bounds, tuple) and len(bounds) == 2:
        lo, hi = bounds
        if part.size == 2 and all(isinstance(side, tuple | list) for side in (lo, hi)):
            raise InputError(
                f"{what} is {bounds}, which may mean lower and upper bounds or two pairs "
                "(lo, hi): give a tuple of two arrays (np.array([...]), np.array([...])) for the "
                "first, a list of pairs [(lo, hi), (lo, hi)] for the second"
            )
        return _side(lo, -np.inf, part, f"{what}[0]"), _side(hi, np.inf, part, f"{what}[1]")
    return _part_bounds(bounds, part, what)


def _side(side: Any, missing: float, structure: Structure, what: str) -> FloatArray:
    """One side of the bounds: an entry for each variable, or what broadcasts to their shape."""
    n = structure.size
    values = bound_numbers(side, missing, what)
    if values.size == n:
        return values.reshape(-1).copy()
    shape = (n,) if structure.shape is None else structure.shape
    try:
        return np.broadcast_to(values, shape).reshape(-1).copy()
    except ValueError:
        raise InputError(
            f"{what} has shape {values.shape}, the variables have shape {shape}: give one bound "
            "for each, a single one for all, or an array that broadcasts to that shape"
        ) from None


def _check_reading(bounds: Any, pairs: list[Any], what: str) -> None:
    """Refuse two arrays that may as well be the lower and the upper bounds of two variables.

    A sequence holds pairs, as in ``scipy.optimize.minimize``; ``least_squares`` takes a tuple of
    two arrays, lower and upper bounds. They are told apart where one reading leaves nothing free,
    else by the kind of the sequence.

    Raises
    ------
    InputError
    """
    if any(np.shape(pair) != (2,) or isinstance(pair, tuple) for pair in pairs):
        return
    sides = np.array(
        [
            bound_numbers(pair, missing, what)
            for pair, missing in zip(pairs, (-np.inf, np.inf), strict=True)
        ]
    )
    lower, upper = sides
    if (sides == sides.T).all() or not (lower <= upper).all() or (lower == upper).all():
        return  # the same either way, or no bounds of two variables
    is_degenerate = bool((sides[:, 0] == sides[:, 1]).all())
    is_list_of_lists = isinstance(bounds, list) and all(isinstance(p, list) for p in pairs)
    if is_degenerate or not (is_list_of_lists or isinstance(bounds, np.ndarray)):
        fixed = ", and fix both" if is_degenerate and np.isfinite(sides).all() else ""
        raise InputError(
            f"{what} is {short_repr(bounds)} for two variables, which may mean a pair (lo, hi) for "
            f"each{fixed}, or lower and upper bounds: give a list of tuples [(lo, hi), (lo, hi)] "
            "for the first, scipy.optimize.Bounds(lb, ub) for the second"
        )


def _pairs(bounds: Any, n: int, what: str) -> tuple[FloatArray, FloatArray]:
    if isinstance(bounds, np.ndarray) and bounds.shape == (n, 2) and n > 2:
        lows, highs = bounds.T
        return _two_sides(lows, highs, what)
    try:
        pairs = list(bounds)
        if len(pairs) == 2 and all(p is None or np.ndim(p) == 0 for p in pairs):
            pairs = [tuple(pairs)] * n
        pairs = [(None, None) if pair is None else pair for pair in pairs]
        lows, highs = [lo for lo, _ in pairs], [hi for _, hi in pairs]
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{what} is {short_repr(bounds)} and could not be read ({error}): give one pair "
            "(lo, hi) for each variable, or scipy.optimize.Bounds(lb, ub) of two arrays"
        ) from error
    if len(lows) != n:
        raise InputError(
            f"{what} has {len(lows)} pairs, there are {n} variables: give one pair for each"
        )
    if n == 2:
        _check_reading(bounds, pairs, what)
    return _two_sides(lows, highs, what)


def _two_sides(lows: Any, highs: Any, what: str) -> tuple[FloatArray, FloatArray]:
    return (
        bound_numbers(lows, -np.inf, f"the lower side of {what}"),
        bound_numbers(highs, np.inf, f"the upper side of {what}"),
    )
