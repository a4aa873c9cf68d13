"""For people who add to asdopt: operators with derivatives of their own, solvers and backends.

Enters: value and derivatives of an elementwise function, a solver's adapter, an AD system. Leaves:
a function that works on traced values as on floats, a name for ``Problem.solve(solver=...)`` or
for ``jacobian(backend=...)``.
A black box that is not elementwise belongs into :func:`asdopt.external`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._errors import InputError
from asdopt._external import tape_of
from asdopt._ops import CODE
from asdopt._registry import BACKENDS, SOLVERS
from asdopt.tracing._array import TracedArray, lift
from asdopt.tracing._location import follow
from asdopt.tracing._tracer import tracer
from asdopt.tracing._ufuncs import COMPOSITES

if TYPE_CHECKING:
    from asdopt._problem import Problem, SolveRequest
    from asdopt._solution import Solution
    from asdopt.backends import Backend
    from asdopt.tracing._tape import Tape

__all__ = ["backend", "follow", "operator", "solver"]

FloatArray = npt.NDArray[np.float64]
Derivative = Callable[..., Any] | None
# Second derivatives of two operands: xx, xy, yy.
_PAIRS = ((0, 0), (0, 1), (1, 1))


def operator(
    value: Callable[..., Any],
    d1: Derivative | Sequence[Derivative],
    d2: Derivative | Sequence[Derivative],
    ufunc: np.ufunc | None = None,
) -> Callable[..., Any]:
    """Make an elementwise operator of one or two operands with derivatives of its own.

    Parameters
    ----------
    value : callable
        Vectorized function of one or two float arrays of equal shape.
    d1 : callable, or pair of callables
        First partial derivatives, one per operand; None where one vanishes identically.
    d2 : callable, or three callables
        Second partial derivatives, ``xx`` or ``(xx, xy, yy)``; None where one vanishes
        identically. The dependence class of the operator follows from what is None.
    ufunc : numpy.ufunc, optional
        A ufunc to which the operator gives a rule, such as ``scipy.special.j0``.

    Returns
    -------
    callable
        Works on floats, arrays and traced values, with broadcasting.

    Examples
    --------
    >>> import numpy as np, asdopt
    >>> from asdopt import extend
    >>> softsign = extend.operator(
    ...     lambda x: x / (1 + abs(x)),
    ...     lambda x: 1 / (1 + abs(x)) ** 2,
    ...     lambda x: -2 * np.sign(x) / (1 + abs(x)) ** 3,
    ... )
    >>> asdopt.jacobian(lambda x: softsign(2 * x), [1.0, -1.0]).toarray().round(4)
    array([[0.2222, 0.    ],
           [0.    , 0.2222]])
    """
    first, second = _tuple(d1), _tuple(d2)
    if (len(first), len(second)) not in ((1, 1), (2, 3)):
        raise InputError(
            f"operator was given {len(first)} first and {len(second)} second derivatives; an "
            "operator of one operand has 1 and 1, one of two operands 2 and 3 (xx, xy, yy)"
        )

    def record(tape: Tape, *operands: Any) -> Any:
        arrays = np.broadcast_arrays(*(lift(tape, x).ids for x in operands))
        ids = np.stack([a.reshape(-1) for a in arrays], axis=1)
        box = _Elementwise(value, first, second, ids.shape[0])
        out = tape.external(
            box, ids.reshape(-1), box.values(tape.values(ids.reshape(-1))), *box.terms(tape, ids)
        )
        if arrays[0].shape == ():
            return tracer(tape, int(out[0]))
        return TracedArray(tape, out.reshape(arrays[0].shape))

    def call(*operands: Any) -> Any:
        if len(operands) != len(first):
            raise TypeError(f"the operator takes {len(first)} operands, got {len(operands)}")
        tape = tape_of(operands)
        return value(*operands) if tape is None else record(tape, *operands)

    if ufunc is not None:
        COMPOSITES[ufunc] = record
    call.__name__ = getattr(value, "__name__", "operator")
    return call


def solver(name: str, adapter: Callable[[Problem, SolveRequest], Solution]) -> None:
    """Give a solver's adapter a name for ``Problem.solve(solver=name)``.

    Parameters
    ----------
    name : str
    adapter : callable
        ``adapter(problem, request)`` returns a Solution; ``request`` holds x0, warm_start,
        callback, time_limit and options.
    """
    SOLVERS[name] = adapter


def backend(name: str, factory: Callable[[], Backend]) -> None:
    """Give a backend a name for ``backend=name`` of the functions that differentiate.

    Parameters
    ----------
    name : str
    factory : callable
        Without arguments; returns an instance of :class:`asdopt.backends.Backend`, such as the
        class itself.
    """
    if name == "kernels":
        raise InputError("a backend cannot be named 'kernels', which is the own engine's name")
    BACKENDS[name] = factory


def _tuple(given: Derivative | Sequence[Derivative]) -> tuple[Derivative, ...]:
    return (given,) if given is None or callable(given) else tuple(given)


class _Elementwise:
    """One recorded call: inputs interleaved, x0 y0 x1 y1 ..., one result for each."""

    def __init__(
        self,
        value: Callable[..., Any],
        first: tuple[Derivative, ...],
        second: tuple[Derivative, ...],
        count: int,
    ) -> None:
        self.value = value
        self.first = first
        self.second = second
        self.count = count
        self.depends = [k for k, d in enumerate(first) if d is not None]
        self.row_lengths = np.full(count, len(self.depends), dtype=np.int32)

    def terms(
        self, tape: Tape, ids: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
        """Slices and nodes of the terms: operands, then surrogates of the second derivatives."""
        columns = [ids[:, k] for k in self.depends]
        multiply = CODE["multiply"]
        for (i, j), derivative in zip(_PAIRS, self.second, strict=False):
            if derivative is not None:
                columns.append(tape.block(multiply, ids[:, i], ids[:, j]))
        width = len(columns)
        indptr = np.arange(0, width * self.count + 1, width) if width else [0] * (self.count + 1)
        flat = np.stack(columns, axis=1).reshape(-1) if columns else np.empty(0, dtype=np.int32)
        return np.asarray(indptr, dtype=np.intp), flat

    def _apply(self, function: Callable[..., Any], x: FloatArray) -> FloatArray:
        operands = x.reshape(self.count, len(self.first)).T
        found = np.asarray(function(*operands), dtype=np.float64)
        return np.broadcast_to(found, (self.count,)).copy()

    def values(self, x: FloatArray) -> FloatArray:
        """Results, shape (count,)."""
        return self._apply(self.value, x)

    def jacobian_values(self, x: FloatArray) -> FloatArray:
        """Values of the partials that do not vanish identically, row-major."""
        parts = [self._apply(d, x) for d in self.first if d is not None]
        return np.stack(parts, axis=1).reshape(-1) if parts else np.empty(0)

    def hessian(self, x: FloatArray, weights: FloatArray) -> sparse.csr_array:
        """Hessian of the weighted sum, block diagonal and sparse."""
        arity = len(self.first)
        base = np.arange(self.count) * arity
        rows, cols, values = [], [], []
        for (i, j), derivative in zip(_PAIRS, self.second, strict=False):
            if derivative is None:
                continue
            part = weights * self._apply(derivative, x)
            for r, c in {(i, j), (j, i)}:
                rows.append(base + r)
                cols.append(base + c)
                values.append(part)
        size = arity * self.count
        if not rows:
            return sparse.csr_array((size, size))
        places = (np.concatenate(rows), np.concatenate(cols))
        return sparse.csr_array((np.concatenate(values), places), shape=(size, size))
