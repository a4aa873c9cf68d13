"""Where the pattern of a colored matrix comes from, and whether a given one is large enough.

Enters: a function, its products, and what the user gave. Leaves: a pattern valid at each point:
given, probed, known to the backend, or detected on traces whose guards are honored.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._errors import AsdoptError, InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.backends import FlatFunction, Probe, Products
from asdopt.backends._tape import TapeProducts
from asdopt.backends._traces import Branch, Traces
from asdopt.detection import hessian_pattern, jacobian_pattern

__all__ = ["Detected", "PatternSource", "as_pattern", "check_pattern_by_probe", "find_pattern"]

FloatArray = npt.NDArray[np.float64]
_MAX_ROWS = 16


class PatternSource(Protocol):
    """Gives the pattern at a point; the same object as long as nothing changes."""

    trusted: bool

    def at(self, x: FloatArray) -> SparsityPattern:
        """Pattern valid at x."""


class _Fixed:
    """One pattern for all points."""

    def __init__(self, pattern: SparsityPattern, trusted: bool) -> None:
        self.trusted = trusted
        self._pattern = pattern

    def at(self, x: FloatArray) -> SparsityPattern:
        return self._pattern


class Detected:
    """Union of the patterns of all branches met so far."""

    def __init__(self, traces: Traces, kind: str, trusted: bool = True) -> None:
        self.trusted = trusted
        self._traces = traces
        self._kind = kind
        self._known: list[Branch] = []
        self._union: SparsityPattern | None = None

    def at(self, x: FloatArray) -> SparsityPattern:
        """Pattern valid at x."""
        branch = self._traces.at(x)
        if self._union is None or not any(branch is known for known in self._known):
            found = pattern_of(branch, self._kind)
            self._known.append(branch)
            if self._union is None:
                self._union = found
            elif not found <= self._union:
                self._union = self._union | found
        return self._union


def pattern_of(branch: Branch, kind: str) -> SparsityPattern:
    """Global pattern of a branch; both triangles of a Hessian."""
    if kind == "jacobian":
        return jacobian_pattern(branch.trace)
    return hessian_pattern(branch.trace).symmetrized()


def find_pattern(
    function: FlatFunction, products: Products, kind: str, given: Any, x: FloatArray
) -> PatternSource:
    """Return the source of the pattern.

    Raises
    ------
    PatternError
        None was given, the backend knows none and the function cannot be traced; or the one given
        has a wrong shape.
    """
    if isinstance(given, Probe):
        return _Fixed(given.pattern(products, kind, x), trusted=False)
    if given is not None:
        m = products.num_inputs if kind == "hessian" else products.num_outputs
        return _Fixed(as_pattern(given, kind, (m, products.num_inputs)), trusted=False)
    if isinstance(products, TapeProducts):
        return Detected(products.traces, kind)
    own = products.pattern(kind)
    if own is not None:
        # A second opinion is cheap, and other systems have had errors in theirs.
        return _Fixed(own, trusted=False)
    try:
        twin = products.twin()
        return Detected(Traces(twin, x), kind, trusted=twin is function)
    except Exception as error:  # whatever a foreign function raises on traced values
        raise PatternError(
            f"the sparse {kind} of {function.name} was asked for without pattern=, but the "
            f"function cannot be traced to find it ({error}). Give pattern= (a SparsityPattern, "
            "for example of a twin of the function in plain NumPy), or pattern=Probe() of "
            "asdopt.backends, which looks at numbers at random points and may miss entries"
        ) from error


def as_pattern(given: Any, kind: str, shape: tuple[int, int]) -> SparsityPattern:
    """Read a pattern as users write it; a triangle of a Hessian becomes both."""
    if isinstance(given, SparsityPattern):
        found = given
    elif sparse.issparse(given):
        found = SparsityPattern.from_scipy(given)
    else:
        found = SparsityPattern.from_dense(np.asarray(given))
    if found.shape != shape:
        raise PatternError(
            f"pattern has shape {found.shape}; the {kind} has shape {shape}: one row for each "
            "result, one column for each variable"
            if kind == "jacobian"
            else f"pattern has shape {found.shape}; the hessian has shape {shape}"
        )
    return found.symmetrized() if kind == "hessian" and not found.is_symmetric else found


def check_pattern_by_probe(
    products: Products,
    kind: str,
    pattern: SparsityPattern,
    values: Callable[[FloatArray], FloatArray],
    x: FloatArray,
) -> None:
    """Compare the sparse matrix with products along random directions at x and near it.

    Raises
    ------
    PatternError
        They differ: the pattern is too small.
    """
    rng = np.random.default_rng(0)
    near = x + 0.01 * np.maximum(1.0, np.abs(x)) * rng.uniform(-1.0, 1.0, x.size)
    for point in (x, near):
        try:
            _compare(products, kind, pattern, values, point, rng)
        except (PatternError, InputError):
            raise
        except (AsdoptError, ArithmeticError):
            if point is x:
                raise
            return  # the neighbor may lie outside of the domain


def _compare(
    products: Products,
    kind: str,
    pattern: SparsityPattern,
    values: Callable[[FloatArray], FloatArray],
    x: FloatArray,
    rng: np.random.Generator,
) -> None:
    matrix = pattern.to_scipy(values(x))
    by_columns = kind == "jacobian" and "jvp" not in products.gives
    if by_columns:
        matrix = matrix.T.tocsr()
    seed = rng.uniform(0.5, 1.0, matrix.shape[1])
    scales = None if by_columns or kind == "hessian" else products.scales(x)
    # Differences move variables away from their bounds.
    seed *= rng.choice([-1.0, 1.0], seed.size) if scales is None else scales
    product = _product(products, kind, by_columns)
    found, expected = matrix @ seed, product(x, seed)
    scale = abs(matrix) @ np.abs(seed) + np.abs(expected)
    if kind == "jacobian" and not by_columns:
        scale += np.abs(products.values(x))
    accuracy = products.accuracy if kind == "jacobian" else products.second_accuracy
    with np.errstate(invalid="ignore"):  # infinite values are reported where they are evaluated
        error = np.abs(found - expected)
    bad = np.flatnonzero(error > max(1e-10, 1e4 * accuracy) * (scale + 1e-300))
    if not bad.size:
        return
    if by_columns:
        pattern = pattern.T
    # A missing entry may also spoil rows that lack none: look for one that does.
    worst = bad[np.argsort(-error[bad], kind="stable")]
    i, j = int(worst[0]), None
    for row in worst[:_MAX_ROWS].tolist():
        j = _missing_column(partial(product, x), pattern, row, seed)
        if j is not None:
            i = row
            break
    line, other = ("column", "row") if by_columns else ("row", "column")
    entry = "" if j is None else f", for example the entry of {other} {j}"
    raise PatternError(
        f"the pattern of the {kind} of {products.function.name} is too small: it lacks entries of "
        f"{line} {i}{entry}. Along a random direction the sparse matrix gives {found[i]:.6g} "
        f"there, the function {expected[i]:.6g}. Values would be wrong, also those of other "
        "entries: add what is missing (a pattern may be too large, never too small)"
    )


def _product(
    products: Products, kind: str, by_columns: bool
) -> Callable[[FloatArray, FloatArray], FloatArray]:
    if kind == "hessian":
        return lambda x, v: products.hvp(x, v[None])[0]
    if by_columns:
        return lambda x, v: products.vjp(x, v[None])[0]
    return lambda x, v: products.jvp(x, v[None])[0]


def _missing_column(
    product: Callable[[FloatArray], FloatArray],
    pattern: SparsityPattern,
    row: int,
    seed: FloatArray,
) -> int | None:
    """Find by bisection a column outside of the pattern with a nonzero in the row."""
    columns = pattern.cols[pattern.indptr[row] : pattern.indptr[row + 1]]
    outside = np.setdiff1d(np.arange(seed.size), columns)

    def mask(some: npt.NDArray[Any]) -> FloatArray:
        part = np.zeros(seed.size)
        part[some] = seed[some]
        return part

    if not outside.size or product(mask(outside))[row] == 0.0:
        return None
    while outside.size > 1:
        half = outside[: outside.size // 2]
        outside = half if product(mask(half))[row] != 0.0 else outside[outside.size // 2 :]
    return int(outside[0])
