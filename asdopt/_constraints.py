"""Constraints as users write them, brought to one form.

Enters: a function with ``cl, cu``, a :class:`Constraint`, SciPy's ``NonlinearConstraint``,
``LinearConstraint`` or old-style dict, or a list of these. Leaves: a list of
:class:`Constraint`. Next: ``_bounds.py`` for the bounds of the variables, ``_problem.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._bounds import bound_numbers, check_order, open_ended
from asdopt._errors import InputError
from asdopt._keyword_hints import CONSTRAINT
from asdopt._keywords import explained
from asdopt.tracing._callee import HOOK
from asdopt.tracing._recorder import short_repr

__all__ = ["Constraint", "as_constraints", "require_bounds", "row_bounds", "row_names"]

FloatArray = npt.NDArray[np.float64]


@explained(CONSTRAINT, "Constraint(fun, lb, ub, name=...)")
@dataclass(frozen=True, slots=True)
class Constraint:
    """Constraint ``lb <= fun(x) <= ub``, row by row; equality where ``lb == ub``.

    Parameters
    ----------
    fun : callable
        Plain Python function of x; returns a number, an array, or a list, tuple or dict of
        these, or yields them one by one.
    lb, ub : array_like of float64, optional
        Bounds, a scalar or one per row; infinite (or 1e20 and beyond) where there is none. One of
        the two is needed to solve; rows that are only to be evaluated have infinite ones.
    name : str, optional
        Name in messages and in the solution's multipliers; default: the function's name.
    labels : sequence, optional
        What stands in the names of the rows, ``name[label]``, in place of their numbers.

    Examples
    --------
    >>> import asdopt
    >>> disk = asdopt.Constraint(lambda x: x[0] ** 2 + x[1] ** 2, ub=1.0, name="disk")
    >>> problem = asdopt.Problem(lambda x: x[0] + x[1], disk, x0=[0.5, 0.0])
    >>> problem.m
    1
    """

    fun: Callable[..., Any]
    lb: npt.ArrayLike | None = None
    ub: npt.ArrayLike | None = None
    name: str | None = None
    labels: Sequence[Any] | None = None

    def __post_init__(self) -> None:
        if not callable(self.fun):
            raise InputError(
                f"Constraint needs a function of x, got {type(self.fun).__name__}: pass the "
                "function itself, not its value"
            )
        labels = self.labels
        if labels is not None and (isinstance(labels, str) or not hasattr(labels, "__len__")):
            raise InputError(
                f"labels of a constraint are {labels!r}: give a sequence, one for each row"
            )

    @property
    def is_given(self) -> bool:
        """Whether bounds were given, infinite ones included."""
        return self.lb is not None or self.ub is not None

    @property
    def is_bounded(self) -> bool:
        """Whether it has any bound at all; without, its rows are only to be evaluated."""
        return bool(np.isfinite(np.append(*self.sides())).any())

    def sides(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds as arrays; None became infinite.

        Raises
        ------
        InputError
            They are no real numbers.
        """
        return (
            bound_numbers(self.lb, -np.inf, f"lb of constraint {self.name!r}"),
            bound_numbers(self.ub, np.inf, f"ub of constraint {self.name!r}"),
        )


_NO_NAME = "constraint"
# Of a constraint dict; derivatives are not needed, and not used.
_KEYS = ("type", "fun", "args", "lb", "ub", "jac", "hess")


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
        return _distinct([_one(entry, f"constraints[{i}]") for i, entry in enumerate(constraints)])
    return _distinct([_one(constraints, "constraints")])


def _bare(
    fun: Callable[..., Any], cl: npt.ArrayLike | None, cu: npt.ArrayLike | None
) -> Constraint:
    # Without bounds it is decided when the number of rows is known: one without rows needs none.
    return Constraint(fun, cl, cu)


def _one(entry: Any, what: str) -> Constraint:
    if isinstance(entry, Constraint):
        return entry
    if isinstance(entry, Mapping):
        return _from_dict(entry, what)
    kind = type(entry).__name__
    if kind == "NonlinearConstraint":
        return Constraint(entry.fun, entry.lb, entry.ub)
    if kind == "LinearConstraint":
        matrix = entry.A if hasattr(entry.A, "tocsr") else np.atleast_2d(entry.A)
        return Constraint(_Product(matrix), entry.lb, entry.ub, "linear")
    if callable(entry):
        return _bare(entry, None, None)
    raise InputError(
        f"{what} is {short_repr(entry)} of type {kind}, which is no constraint; known are "
        "asdopt.Constraint, SciPy's NonlinearConstraint and LinearConstraint, SciPy's dicts with "
        "'type' and 'fun', and lists of these: give a function and its bounds as "
        "asdopt.Constraint(fun, lb, ub)"
    )


@dataclass(frozen=True, slots=True)
class _Product:
    """``matrix @ x`` as a function that can be pickled."""

    matrix: Any

    def __call__(self, x: Any, *_: Any) -> Any:
        if np.shape(x) != self.matrix.shape[1:]:
            raise InputError(
                f"a LinearConstraint has a matrix of shape {self.matrix.shape}, x has shape "
                f"{np.shape(x)}: its columns are the variables, so give one for each and x0 as a "
                "vector, or write the constraint as a function"
            )
        return self.matrix @ x

    def __repr__(self) -> str:
        return "LinearConstraint"


@dataclass(frozen=True, slots=True)
class _WithArguments:
    """A function with more arguments behind x, which can be pickled as the function can."""

    fun: Callable[..., Any]
    args: tuple[Any, ...]

    def __call__(self, x: Any) -> Any:
        return HOOK[self.fun](x, *self.args)

    def __repr__(self) -> str:
        return _name(self.fun)


def _from_dict(entry: Mapping[str, Any], what: str) -> Constraint:
    kind, fun = entry.get("type"), entry.get("fun")
    kind = kind.lower() if isinstance(kind, str) else kind  # as in SciPy
    has_bounds = entry.get("lb") is not None or entry.get("ub") is not None
    if kind not in ("eq", "ineq", *([None] if has_bounds else [])) or not callable(fun):
        raise InputError(
            f"{what} is a dict with the keys {', '.join(map(repr, entry)) or 'none'}, type "
            f"{kind!r} and fun {type(fun).__name__}; it needs 'type' ('eq' or 'ineq') and 'fun' (a "
            "function): 'ineq' means fun(x) >= 0, or between the bounds 'lb' and 'ub' where the "
            "dict has them"
        )
    unknown = [key for key in entry if key not in _KEYS]
    if unknown:
        raise InputError(
            f"{what} is a dict with the key {unknown[0]!r}, which would be left out; known are "
            f"{', '.join(_KEYS)}: correct it, or fix further arguments by functools.partial"
        )
    if has_bounds and kind == "eq":
        raise InputError(
            f"{what} is a dict of the type 'eq', which means fun(x) == 0, and has 'lb' or 'ub' "
            "too, so that it is not clear which counts: leave one of them away"
        )
    args = entry.get("args", ())
    args = tuple(args) if isinstance(args, (tuple, list)) else (args,)
    call = _WithArguments(fun, args) if args else fun
    name = _name(fun)
    lower, upper = (0.0, 0.0 if kind == "eq" else np.inf)
    if has_bounds:
        lower, upper = (
            unlimited if entry.get(side) is None else entry[side]
            for side, unlimited in (("lb", -np.inf), ("ub", np.inf))
        )
    return Constraint(call, lower, upper, None if name == _NO_NAME else name)


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
        named.append(replace(constraint, name=name))
    return named


def row_bounds(constraint: Constraint, size: int) -> tuple[FloatArray, FloatArray]:
    """Bounds of a constraint as arrays of its number of rows.

    Raises
    ------
    InputError
        A wrong length, NaN, or lb > ub.
    """
    if size == 0:
        return np.empty(0), np.empty(0)
    labels = constraint.labels
    if labels is not None and len(labels) != size:
        raise InputError(
            f"constraint {constraint.name!r} returned {size} values and has {len(labels)} labels, "
            "so that rows would go by wrong names: give one label for each value"
        )
    lb, ub = constraint.sides()
    both = []
    for what, bound in (("lb", lb), ("ub", ub)):
        if bound.size not in (1, size):
            raise InputError(
                f"constraint {constraint.name!r} returned {size} values, its {what} has "
                f"{bound.size}: give one bound for each value, or a single one for all"
            )
        rows = np.empty(size)
        rows[:] = bound.reshape(-1)
        both.append(rows)
    check_order(both[0], both[1], lambda i: f"constraint {constraint.name!r}, row {i}")
    return open_ended(both[0], both[1])


def require_bounds(
    constraints: Sequence[Constraint], sizes: Sequence[int], cl: FloatArray, cu: FloatArray
) -> None:
    """Refuse to solve with rows without bounds, which can be evaluated and constrain nothing.

    Parameters
    ----------
    constraints : sequence of Constraint
    sizes : sequence of int
        Number of rows of each.
    cl, cu : ndarray of float64
        Bounds of all rows, which may have been assigned.

    Raises
    ------
    InputError
    """
    is_bounded = np.isfinite(cl) | np.isfinite(cu)
    stop = 0
    for constraint, size in zip(constraints, sizes, strict=True):
        start, stop = stop, stop + size
        if size and not constraint.is_given and not is_bounded[start:stop].any():
            raise InputError(
                f"constraint {constraint.name!r} has {size} row{'s' * (size > 1)} and no bounds, "
                "so that it would constrain nothing: give asdopt.Constraint(fun, lb, ub), lb == ub "
                "for an equation, or cl= and cu= beside a bare function; bounds of -np.inf and "
                "np.inf keep rows that are only to be evaluated"
            )


def row_names(constraints: Sequence[Constraint], sizes: Sequence[int]) -> list[str]:
    """Names of all rows: ``name[i]``, or ``name`` for a constraint of one row without label."""
    rows: list[str] = []
    for constraint, size in zip(constraints, sizes, strict=True):
        name, labels = str(constraint.name), constraint.labels
        if labels is None and size == 1:
            rows.append(name)
        else:
            rows += [f"{name}[{label}]" for label in (range(size) if labels is None else labels)]
    taken = set(rows)
    if len(taken) == len(rows):
        return rows
    # Labels repeat: what a name means must not depend on which row is looked at first.
    counts: dict[str, int] = {}
    for i, row in enumerate(rows):
        counts[row] = counts.get(row, 0) + 1
        if counts[row] > 1:
            name, k = f"{row}_{counts[row]}", counts[row]
            while name in taken:
                name, k = f"{row}_{k + 1}", k + 1
            taken.add(name)
            rows[i] = name
    return rows
