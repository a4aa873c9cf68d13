"""Constraints as users write them, brought to one form.

Enters: a function with ``cl, cu``, a :class:`Constraint`, SciPy's ``NonlinearConstraint``,
``LinearConstraint`` or old-style dict, or a list of these. Leaves: a list of
:class:`Constraint`. Next: ``_problem.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.tracing._recorder import short_repr
from asdopt.tracing._structure import Structure

__all__ = ["Constraint", "as_constraints", "row_bounds", "row_names", "variable_bounds"]

FloatArray = npt.NDArray[np.float64]
NO_BOUND = 1e20
_KINDS = {"U": "text", "S": "text", "M": "dates", "m": "durations", "c": "complex numbers"}


@dataclass(frozen=True, slots=True)
class Constraint:
    """Constraint ``lb <= fun(x) <= ub``, row by row; equality where ``lb == ub``.

    Parameters
    ----------
    fun : callable
        Plain Python function of x; returns a number, an array, or a list, tuple or dict of
        these, or yields them one by one.
    lb, ub : array_like of float64, optional
        Bounds, a scalar or one per row; infinite (or 1e20 and beyond) where there is none. The
        default is no bound.
    name : str, optional
        Name in messages and in the solution's multipliers; default: the function's name.

    Examples
    --------
    >>> import asdopt
    >>> disk = asdopt.Constraint(lambda x: x[0] ** 2 + x[1] ** 2, ub=1.0, name="disk")
    >>> problem = asdopt.Problem(lambda x: x[0] + x[1], disk, x0=[0.5, 0.0])
    >>> problem.m
    1
    """

    fun: Callable[..., Any]
    lb: npt.ArrayLike = -np.inf
    ub: npt.ArrayLike = np.inf
    name: str | None = None
    linear: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        if not callable(self.fun):
            raise InputError(
                f"Constraint needs a function of x, got {type(self.fun).__name__}: pass the "
                "function itself, not its value"
            )

    @property
    def is_bounded(self) -> bool:
        """Whether it has any bound at all."""
        return bool(np.isfinite(np.append(*self.sides())).any())

    def sides(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds as arrays; None became infinite.

        Raises
        ------
        InputError
            They are no real numbers.
        """
        return (
            _numbers(self.lb, -np.inf, f"lb of constraint {self.name!r}"),
            _numbers(self.ub, np.inf, f"ub of constraint {self.name!r}"),
        )


_NO_NAME = "constraint"


def as_constraints(
    constraints: Any,
    cl: npt.ArrayLike | None,
    cu: npt.ArrayLike | None,
) -> list[Constraint]:
    """Bring every accepted form of constraints to a list with distinct names.

    Parameters
    ----------
    constraints : object
        See the module's docstring; None for no constraints.
    cl, cu : array_like, optional
        Bounds of a bare constraint function.

    Returns
    -------
    list of Constraint

    Raises
    ------
    InputError
        A form that is not known, or a bare function without bounds.
    """
    bounded = cl is not None or cu is not None
    if bounded and (not callable(constraints) or isinstance(constraints, Constraint)):
        raise InputError(
            "cl and cu are the bounds of a constraint function, but constraints is "
            f"{type(constraints).__name__}: give a function, or put the bounds into each "
            "asdopt.Constraint(fun, lb, ub)"
        )
    if constraints is None:
        return []
    if callable(constraints) and not isinstance(constraints, Constraint):
        return _distinct([_bare(constraints, cl, cu)])
    if isinstance(constraints, (list, tuple, Iterator)):
        return _distinct([_one(entry) for entry in constraints])
    return _distinct([_one(constraints)])


def _bare(
    fun: Callable[..., Any], cl: npt.ArrayLike | None, cu: npt.ArrayLike | None
) -> Constraint:
    if cl is None and cu is None:
        # Decided when the number of rows is known: a function without rows needs no bounds.
        return Constraint(fun, np.nan, np.nan)
    return Constraint(fun, -np.inf if cl is None else cl, np.inf if cu is None else cu)


def _one(entry: Any) -> Constraint:
    if isinstance(entry, Constraint):
        return entry
    if isinstance(entry, Mapping):
        return _from_dict(entry)
    kind = type(entry).__name__
    if kind == "NonlinearConstraint":
        return Constraint(entry.fun, entry.lb, entry.ub)
    if kind == "LinearConstraint":
        matrix = entry.A if hasattr(entry.A, "tocsr") else np.atleast_2d(entry.A)
        return Constraint(_product(matrix), entry.lb, entry.ub, "linear", linear=True)
    if callable(entry):
        return _bare(entry, None, None)
    raise InputError(
        f"a constraint of type {kind} was given; known are asdopt.Constraint, SciPy's "
        "NonlinearConstraint and LinearConstraint, SciPy's dicts with 'type' and 'fun', and lists "
        "of these: give a function and its bounds as asdopt.Constraint(fun, lb, ub)"
    )


def _product(matrix: Any) -> Callable[..., Any]:
    def product(x: Any, *_: Any) -> Any:
        if np.shape(x) != matrix.shape[1:]:
            raise InputError(
                f"a LinearConstraint has a matrix of shape {matrix.shape}, x has shape "
                f"{np.shape(x)}: its columns are the variables, so give one for each and x0 as a "
                "vector, or write the constraint as a function"
            )
        return matrix @ x

    return product


def _from_dict(entry: Mapping[str, Any]) -> Constraint:
    kind, fun = entry.get("type"), entry.get("fun")
    if kind not in ("eq", "ineq") or not callable(fun):
        raise InputError(
            f"a constraint dict needs 'type' ('eq' or 'ineq') and 'fun' (a function), got type "
            f"{kind!r} and fun {type(fun).__name__}: 'ineq' means fun(x) >= 0"
        )
    args = tuple(entry.get("args", ()))
    call = (lambda x: fun(x, *args)) if args else fun
    name = _name(fun)
    upper = 0.0 if kind == "eq" else np.inf
    return Constraint(call, 0.0, upper, None if name == _NO_NAME else name)


def _name(fun: Callable[..., Any]) -> str:
    name = getattr(fun, "__name__", None) or type(fun).__name__
    return _NO_NAME if name == "<lambda>" else name


def _distinct(constraints: list[Constraint]) -> list[Constraint]:
    """Give every constraint a name of its own: a repeated one gets a number."""
    taken = {c.name for c in constraints if c.name is not None}
    used: set[str] = set()
    named = []
    for constraint in constraints:
        name = constraint.name if constraint.name is not None else _name(constraint.fun)
        base, k = name, 2
        while name in used or (constraint.name is None and name in taken):
            name, k = f"{base}_{k}", k + 1
        used.add(name)
        named.append(
            Constraint(constraint.fun, constraint.lb, constraint.ub, name, constraint.linear)
        )
    return named


def row_bounds(constraint: Constraint, size: int) -> tuple[FloatArray, FloatArray]:
    """Bounds of a constraint as arrays of its number of rows.

    Raises
    ------
    InputError
        Missing bounds, a wrong length, NaN, or lb > ub.
    """
    if size == 0:
        return np.empty(0), np.empty(0)
    lb, ub = constraint.sides()
    if lb.ndim == 0 and ub.ndim == 0 and np.isnan(lb) and np.isnan(ub):
        raise InputError(
            f"constraint function {constraint.name!r} has {size} rows and no bounds, so what it "
            "constrains is not known: give cl= and cu= (equal where it is an equation), or "
            "asdopt.Constraint(fun, lb, ub)"
        )
    both = []
    for what, bound in (("lb", lb), ("ub", ub)):
        if bound.size not in (1, size):
            raise InputError(
                f"constraint {constraint.name!r} returned {size} values, its {what} has "
                f"{bound.size}: give one bound for each value, or a single one for all"
            )
        both.append(np.broadcast_to(bound.reshape(-1), (size,)).copy())
    check_order(both[0], both[1], lambda i: f"constraint {constraint.name!r}, row {i}")
    return open_ended(both[0], both[1])


def _numbers(side: Any, missing: float, what: str) -> FloatArray:
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


def row_names(constraints: Sequence[Constraint], sizes: Sequence[int]) -> list[str]:
    """Names of all rows: ``name[i]``, or ``name`` for a constraint of one row."""
    rows: list[str] = []
    for constraint, size in zip(constraints, sizes, strict=True):
        name = str(constraint.name)
        rows += [name] if size == 1 else [f"{name}[{i}]" for i in range(size)]
    return rows


def variable_bounds(bounds: Any, structure: Structure) -> tuple[FloatArray, FloatArray]:
    """Bounds of the variables as arrays.

    Parameters
    ----------
    bounds : object
        ``scipy.optimize.Bounds``, a sequence of n pairs ``(lo, hi)`` with None for no bound, an
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
    values = _numbers(side, missing, what)
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


def _pairs(bounds: Any, n: int, what: str) -> tuple[FloatArray, FloatArray]:
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
    return (
        _numbers(lows, -np.inf, f"the lower side of {what}"),
        _numbers(highs, np.inf, f"the upper side of {what}"),
    )
