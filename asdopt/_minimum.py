"""A minimum as a function of what the minimized function reads.

Enters: a trace of the function, unknowns first. Leaves: values and derivatives of the minimum as an
external call of a tape. It is made by ``_minima.py``.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._inside import InnerTrace, Inside, columns

__all__ = ["SQUARES", "Call", "Minimum", "minimum_of"]

FloatArray = npt.NDArray[np.float64]

# Their functions return residuals.
SQUARES = frozenset({"curve_fit", "least_squares", "leastsq"})
_WITHOUT_SLOPES = frozenset({"nelder-mead", "powell", "cobyla", "cobyqa"})
_WITH_HESSIAN = frozenset({"dogleg", "newton-cg", "trust-exact", "trust-krylov", "trust-ncg"})
_STEPS = 12


def minimum_of(result: Any) -> Any:
    """Find the minimizer in what a function of SciPy returned."""
    if hasattr(result, "keys"):
        return result["x"]
    return result[0] if isinstance(result, tuple) else result


class Call:
    """How a minimizer of SciPy is called, but for its function and where it looks."""

    def __init__(
        self,
        finder: Callable[..., Any],
        key: str,
        options: dict[str, Any],
        places: list[tuple[str, tuple[int, ...]]],
    ) -> None:
        self.finder, self.key, self.options, self.places = finder, key, options, places
        parameters = inspect.signature(finder).parameters
        if "disp" in parameters and finder.__name__ != "fmin_l_bfgs_b":
            self.options["disp"] = 0

    def _start(self, where: FloatArray) -> dict[str, Any]:
        start: dict[str, Any] = {}
        at = 0
        for name, size in self.places:
            count = int(np.prod(size))
            start[name] = where[at : at + count].reshape(size)[()]
            at += count
        return start

    def contains(self, t: FloatArray, where: FloatArray) -> bool:
        """Whether a point is inside of all bounds, and on none of them."""
        start = self._start(where)
        bounds: Any
        if "x2" in start:  # of fminbound
            bounds = start["x1"], start["x2"]
        else:
            bounds = start.get("bounds", self.options.get("bounds"))
            if bounds is None:
                return True
            if hasattr(bounds, "lb"):
                bounds = bounds.lb, bounds.ub
            elif self.finder.__name__ in {"minimize", "fmin_l_bfgs_b"}:
                pairs = np.array(bounds, dtype=float)  # None becomes NaN
                bounds = np.reshape(pairs, (-1, 2)).T
        low, high = bounds
        return not bool(np.any((t <= low) | (t >= high)))

    def __call__(self, box: Minimum, read: FloatArray, where: FloatArray) -> FloatArray:
        start = self._start(where)
        name = self.finder.__name__

        def values(t: Any) -> Any:
            found = box.outputs(np.ravel(t), read)
            return found[1:] if name in SQUARES else float(found[0])

        def slope(t: Any) -> Any:
            return box.gradient(np.ravel(t), read)[: np.size(t)]

        def curvature(t: Any) -> Any:
            return box.curvature(np.ravel(t), read)[: np.size(t), : np.size(t)]

        more: dict[str, Any] = {}
        method = str(self.options.get("method") or "").lower()
        if name == "minimize" and method not in _WITHOUT_SLOPES:
            more["jac"] = slope
            if method in _WITH_HESSIAN:
                more["hess"] = curvature
        if name in {"fmin_bfgs", "fmin_cg", "fmin_l_bfgs_b"}:
            more["fprime"] = slope
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = self.finder(**{self.key: values}, **self.options, **start, **more)
        return np.ravel(np.asarray(minimum_of(found), dtype=np.float64))


class Minimum(InnerTrace):
    """Minimum over unknowns of a function of unknowns and parameters, by the parameters."""

    hint = (
        "a minimum at an active bound, or where the second derivatives are singular, has no "
        "derivatives"
    )

    def __init__(
        self, name: str, call: Call, inner: Inside, num_inputs: int, start: FloatArray
    ) -> None:
        super().__init__(name, inner.trace, len(inner.read), num_inputs, start)
        self._call = call
        self.num_results = start.size

    def outputs(self, t: FloatArray, read: FloatArray) -> FloatArray:
        """Cost, then residuals if there are any."""
        self._sweeps.values(np.concatenate([t, read]))
        found: FloatArray = self._sweeps.output_values().copy()
        return found

    def gradient(self, t: FloatArray, read: FloatArray) -> FloatArray:
        """By unknowns, then by parameters."""
        self._sweeps.values(np.concatenate([t, read]))
        self._sweeps.first()
        found: FloatArray = self._sweeps.gradient(self._only_total)[: len(t) + len(read)].copy()
        return found

    def curvature(self, t: FloatArray, read: FloatArray) -> FloatArray:
        """Second derivatives by both."""
        self.gradient(t, read)
        self._sweeps.second()
        size = len(t) + len(read)
        return columns(self._sweeps.hvp, size, size)

    @property
    def _only_total(self) -> FloatArray:
        weights = np.zeros(len(self._trace.outputs))
        weights[0] = 1.0
        return weights

    def values(self, x: FloatArray) -> FloatArray:
        """Minimum, NaN where there is none with derivatives."""
        read, where = x[: self._num_read], x[self._num_read :]

        def found() -> FloatArray:
            return self._call(self, read, where)

        def known() -> FloatArray:
            return np.ravel(self._start)

        # The second where the function has branches, of which the trace holds the one found first.
        for start in (found, known):
            try:
                with np.errstate(all="ignore"):
                    best = self._polished(start(), read)
            except (RuntimeError, ValueError, ArithmeticError, np.linalg.LinAlgError):
                continue
            # Beyond a bound the gradient may be zero near a minimum that the bound holds.
            if best is not None and self._call.contains(best, where):
                return best
        return np.full(self.num_results, np.nan)

    def _polished(self, start: FloatArray, read: FloatArray) -> FloatArray | None:
        """Minimum by Newton steps as long as they help, None where no simple one is near."""
        k = len(start)
        best, t, least = start, start, float(np.max(np.abs(self.gradient(start, read)[:k])))
        for _ in range(_STEPS):
            whole = self.curvature(t, read)[:k, :k]
            t = t - np.linalg.solve(whole, self.gradient(t, read)[:k])
            now = float(np.max(np.abs(self.gradient(t, read)[:k])))
            if not now < least:
                break
            best, least = t, now
        curvature = self.curvature(best, read)[:k, :k]
        size = float(np.max(np.abs(curvature) @ (np.abs(best) + 1.0)))
        spectrum = np.linalg.eigvalsh(curvature)
        simple = spectrum[0] > 1e-11 * spectrum[-1] and least <= 1e-9 * size
        # Solvers stop at 1e-4, but not where a bound holds them.
        near = np.all(np.abs(best - start) <= 2e-2 * (1.0 + np.abs(start)))
        return best if simple and near else None

    def _moves(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Unknowns, how they move with the parameters, and the curvature by them."""
        t = self.values(x)
        whole = self.curvature(t, x[: self._num_read])
        k = len(t)
        moves: Any = -np.linalg.solve(whole[:k, :k], whole[:k, k:])
        return t, moves, whole[:k, :k]

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Of the weighted sum, by differences of the curvature along one direction."""
        t, moves, curvature = self._moves(x)
        read = x[: self._num_read]
        multipliers: Any = -np.linalg.solve(curvature, weights)
        size = float(np.max(np.abs(multipliers), initial=0.0))
        inner = np.zeros((len(t) + len(read),) * 2)
        if size:
            step = 2e-3 * (1.0 + float(np.max(np.abs(t), initial=0.0)))
            along = multipliers / size

            def bend(h: float) -> FloatArray:
                ahead, behind = (self.curvature(t + s * along, read) for s in (h, -h))
                return (ahead - behind) / (2 * h)

            # Central differences, extrapolated twice: of order six.
            far, middle, near = (bend(step / 2**k) for k in range(3))
            inner = (64 * near - 20 * middle + far) / 45 * size
        return self._along(moves, inner)
