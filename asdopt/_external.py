"""Functions that cannot be traced, put into a traced model with derivatives of their own.

Enters: a black box, with derivatives by the user or by colored differences. Leaves: a callable
that records itself on the tape as one external call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._errors import EvaluationError, InputError, TracingError
from asdopt._ops import CODE
from asdopt._pattern import SparsityPattern
from asdopt._plan import Plan
from asdopt.backends import FiniteDifferences, FlatFunction
from asdopt.coloring import Coloring, color, color_hessian
from asdopt.tracing._array import TracedArray, lift
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._location import refuse
from asdopt.tracing._recorder import function_name
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer, tracer

__all__ = ["external", "tape_of"]

FloatArray = npt.NDArray[np.float64]
# Fourth order: truncation h**4 balances rounding eps/h at eps**(1/5).
_DIFFERENCES = FiniteDifferences(
    "extrapolated", step=float(np.finfo(np.float64).eps) ** 0.2, halvings=2
)


def external(
    fun: Callable[..., Any],
    jac: Callable[..., Any] | None = None,
    hess: Callable[..., Any] | None = None,
    jac_sparsity: Any = None,
    hess_sparsity: Any = None,
) -> Callable[..., Any]:
    """Put a function that cannot be traced into a model: a table, a simulation, compiled code.

    Parameters
    ----------
    fun : callable
        ``fun(*args)`` of numbers and arrays of floats, returning a number or an array. It always
        receives plain floats.
    jac : callable, optional
        ``jac(*args)``: Jacobian of the flattened result with respect to the concatenated,
        flattened arguments, dense or sparse, shape (m, k). Default: colored central differences
        of ``fun``, good to about 1e-10 relative.
    hess : callable, optional
        ``hess(*args, weights)``: Hessian of ``weights @ fun``, shape (k, k). Default: differences
        of ``jac`` (about 1e-8), or second differences of ``fun`` (about 1e-5).
    jac_sparsity, hess_sparsity : SparsityPattern, array_like or sparse matrix, optional
        Where the Jacobian (m, k) and the Hessian (k, k) may be nonzero. Default: everywhere, and
        all pairs of variables of a row.

    Returns
    -------
    callable
        Called with traced values it records the call; called with floats it is ``fun``.

    Raises
    ------
    InputError
        A derivative or a pattern has a wrong shape, or has a nonzero outside the given pattern.

    Examples
    --------
    >>> import numpy as np, asdopt
    >>> table = asdopt.external(lambda t: np.interp(float(t), [0, 1, 2], [0, 1, 4]))
    >>> asdopt.jacobian(lambda x: table(x[0]) * x[1], [1.5, 2.0]).toarray().round(6)
    array([[6. , 2.5]])
    """
    if not callable(fun):
        raise InputError(
            f"external needs a function, got {type(fun).__name__}: pass the function itself, not "
            "its value"
        )

    def call(*args: Any) -> Any:
        tape = tape_of(args)
        if tape is None:
            return fun(*args)
        return _record(tape, _Box(fun, jac, hess, jac_sparsity, hess_sparsity), args)

    call.__name__ = getattr(fun, "__name__", "external")
    call.__wrapped__ = fun  # type: ignore[attr-defined]  # as functools.wraps sets it
    return call


def tape_of(args: tuple[Any, ...]) -> Tape | None:
    """Tape of the first traced value among arguments, looking into sequences."""
    for arg in args:
        if isinstance(arg, (Tracer, TracedArrayBase)):
            return arg.tape
        if isinstance(arg, (list, tuple)):
            found = tape_of(tuple(arg))
            if found is not None:
                return found
        if isinstance(arg, np.ndarray) and arg.dtype == object:
            found = tape_of(tuple(arg.reshape(-1)))
            if found is not None:
                return found
    return None


def _record(tape: Tape, box: _Box, args: tuple[Any, ...]) -> Any:
    lifted = [lift(tape, arg) for arg in args]
    inputs = np.concatenate([part.ids.reshape(-1) for part in lifted]).astype(np.int32)
    box.shapes = [part.shape for part in lifted]
    box.num_inputs = inputs.size
    values = _first_values(tape, box, inputs)
    pattern = box.jacobian_pattern
    square, multiply = CODE["square"], CODE["multiply"]
    ids: list[int] = []
    indptr = [0]
    pairs = box.hessian_pairs
    for row in range(values.size):
        columns = pattern.cols[pattern.indptr[row] : pattern.indptr[row + 1]]
        ids += inputs[columns].tolist()
        # Surrogates: detection sees which variables meet, no value is ever read from them.
        if pairs is None:
            total = tape.sums([0, columns.size], inputs[columns])
            ids.append(tape.push(square, int(total[0])))
        else:
            inside = set(columns.tolist())
            ids += [
                tape.push(multiply, int(inputs[i]), int(inputs[j]))
                for i, j in pairs
                if i in inside and j in inside
            ]
        indptr.append(len(ids))
    out = tape.external(box, inputs, values, indptr, np.array(ids, dtype=np.int32))
    if box.out_shape == ():
        return tracer(tape, int(out[0]))
    return TracedArray(tape, out.reshape(box.out_shape))


def _first_values(tape: Tape, box: _Box, inputs: npt.NDArray[np.int32]) -> FloatArray:
    if tape.primal or (tape.codes(inputs) == CODE["constant"]).all():
        return box.values(tape.values(inputs))
    if box.given_jacobian_pattern is None:
        raise refuse(
            tape,
            TracingError,
            f"the external function {function_name(box.fun)} was called in a trace without a "
            "point, so the number of its results is not known: give x0, or jac_sparsity=",
        )
    m = _as_pattern(box.given_jacobian_pattern).shape[0]
    box.num_results, box.out_shape = m, (m,)
    return np.full(m, np.nan)


class _Box:
    """One recorded call of a black box, on flat arrays."""

    def __init__(
        self,
        fun: Callable[..., Any],
        jac: Callable[..., Any] | None,
        hess: Callable[..., Any] | None,
        jac_sparsity: Any,
        hess_sparsity: Any,
    ) -> None:
        self.fun = fun
        self.jac = jac
        self.hess = hess
        self.given_jacobian_pattern = jac_sparsity
        self.given_hessian_pattern = hess_sparsity
        self.shapes: list[tuple[int, ...]] = []
        self.num_inputs = 0
        self.num_results = -1
        self.out_shape: tuple[int, ...] = ()

    def _arguments(self, x: FloatArray) -> list[Any]:
        found: list[Any] = []
        start = 0
        for shape in self.shapes:
            stop = start + int(np.prod(shape))
            found.append(float(x[start]) if shape == () else x[start:stop].reshape(shape).copy())
            start = stop
        return found

    def values(self, x: FloatArray) -> FloatArray:
        """Results of the function, flat."""
        result = np.asarray(self.fun(*self._arguments(x)), dtype=np.float64)
        if self.num_results < 0:
            self.num_results, self.out_shape = result.size, result.shape
        if result.size != self.num_results:
            raise EvaluationError(
                f"the external function {function_name(self.fun)} returned {result.size} values, "
                f"{self.num_results} when it was recorded: their number must not depend on x"
            )
        return result.reshape(-1)

    @cached_property
    def jacobian_pattern(self) -> SparsityPattern:
        """Pattern of the Jacobian, shape (m, k)."""
        shape = (self.num_results, self.num_inputs)
        return _pattern(self.given_jacobian_pattern, shape, "jac_sparsity", self.fun)

    @cached_property
    def hessian_pairs(self) -> list[tuple[int, int]] | None:
        """Lower-triangle pairs of the given Hessian pattern, None where none was given."""
        if self.given_hessian_pattern is None:
            return None
        k = self.num_inputs
        given = _pattern(self.given_hessian_pattern, (k, k), "hess_sparsity", self.fun)
        lower = (given | given.T).lower()
        return list(zip(lower.rows.tolist(), lower.cols.tolist(), strict=True))

    @cached_property
    def row_lengths(self) -> npt.NDArray[np.int32]:
        """Entries in each row of the Jacobian's pattern."""
        return np.diff(self.jacobian_pattern.indptr).astype(np.int32)

    @cached_property
    def hessian_pattern(self) -> SparsityPattern:
        """Both triangles of the pattern of ``weights @ values``: pairs of variables of a row."""
        rows = self.jacobian_pattern.to_scipy()
        found = SparsityPattern.from_scipy(rows.T @ rows)
        if self.hessian_pairs is None:
            return found
        pairs = np.array(self.hessian_pairs, dtype=np.intp).reshape(-1, 2)
        return found & SparsityPattern(pairs[:, 0], pairs[:, 1], found.shape).symmetrized()

    @cached_property
    def _jacobian_coloring(self) -> Coloring:
        return color(self.jacobian_pattern, "column")

    @cached_property
    def _hessian_coloring(self) -> Coloring:
        return color_hessian(self.hessian_pattern)

    def jacobian_values(self, x: FloatArray) -> FloatArray:
        """Values of the Jacobian's pattern, row-major."""
        if self.jac is None:
            return self._differences(self.values, x, "jacobian", self._jacobian_coloring)
        return _inside(self.jac(*self._arguments(x)), self.jacobian_pattern, "jac", self.fun)

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Hessian of ``weights @ values(x)``, shape (k, k)."""
        k = self.num_inputs
        pattern = self.hessian_pattern
        if self.hess is not None:
            found = _dense(self.hess(*self._arguments(x), weights))
            if found.shape != (k, k):
                raise InputError(
                    f"hess of the external function {function_name(self.fun)} returned shape "
                    f"{found.shape}, ({k}, {k}) is needed: one row and column for each input"
                )
            _inside(found, pattern, "hess", self.fun)
            return found
        if not weights.any():
            return np.zeros((k, k))
        if self.jac is None:
            values = self._differences(
                lambda point: weights @ self.values(point), x, "hessian", self._hessian_coloring
            )
            return pattern.to_dense(values)
        rows = self.jacobian_pattern
        values = self._differences(
            lambda point: rows.to_scipy(self.jacobian_values(point)).T @ weights,
            x,
            "jacobian",
            color(pattern, "column"),
        )
        dense = pattern.to_dense(values)
        return np.asarray(0.5 * (dense + dense.T))

    def _differences(
        self, fun: Callable[[FloatArray], Any], x: FloatArray, kind: str, coloring: Coloring
    ) -> FloatArray:
        function = _Named(fun, x)
        function.of = self.fun
        return Plan(_DIFFERENCES.prepare(function, x), kind, coloring).values(x)


class _Named(FlatFunction):
    """A function made of a user's one, whose name stands in messages."""

    of: Callable[..., Any]

    @property
    def name(self) -> str:
        return function_name(self.of)


def _dense(matrix: Any) -> FloatArray:
    dense = matrix.toarray() if hasattr(matrix, "toarray") else matrix
    return np.atleast_2d(np.asarray(dense, dtype=np.float64))


def _pattern(
    given: Any, shape: tuple[int, int], what: str, fun: Callable[..., Any]
) -> SparsityPattern:
    if given is None:
        return SparsityPattern.from_dense(np.ones(shape, dtype=bool))
    found = _as_pattern(given)
    if found.shape != shape:
        raise InputError(
            f"{what} of the external function {function_name(fun)} has shape {found.shape}, "
            f"{shape} is needed: one row for each result, one column for each input"
        )
    return found


def _as_pattern(given: Any) -> SparsityPattern:
    if isinstance(given, SparsityPattern):
        return given
    if sparse.issparse(given):
        return SparsityPattern.from_scipy(given)
    return SparsityPattern.from_dense(np.atleast_2d(np.asarray(given)))


def _inside(
    matrix: Any, pattern: SparsityPattern, what: str, fun: Callable[..., Any]
) -> FloatArray:
    """Values of a matrix at a pattern; a nonzero outside of it would be lost."""
    dense = _dense(matrix)
    if dense.shape != pattern.shape:
        if dense.size != pattern.shape[0] * pattern.shape[1]:
            raise InputError(
                f"{what} of the external function {function_name(fun)} returned shape "
                f"{dense.shape}, {pattern.shape} is needed: one row for each result, one column "
                "for each input"
            )
        dense = dense.reshape(pattern.shape)
    values: FloatArray = dense[pattern.rows, pattern.cols]
    if np.count_nonzero(values) != np.count_nonzero(dense):
        outside = dense.copy()
        outside[pattern.rows, pattern.cols] = 0.0
        i, j = np.argwhere(outside)[0]
        raise InputError(
            f"{what} of the external function {function_name(fun)} is {dense[i, j]:g} at row {i}, "
            f"column {j}, where {what}_sparsity has no entry: it would be lost; add the entry"
        )
    return values
