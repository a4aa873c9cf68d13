"""Complex step: derivatives to rounding error of functions that are analytic.

Enters: a function that works on complex numbers as on real ones. Leaves: jvp as the imaginary
part of ``f(x + i h v) / h``. At each new point the result is compared with differences along a
random direction, because ``abs``, ``np.real`` and the like silently drop the imaginary part.

References
----------
W. Squire, G. Trapp, Using complex variables to estimate derivatives of real functions,
SIAM Review 40 (1998).
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
from numpy.exceptions import ComplexWarning

from asdopt._errors import EvaluationError, UnsupportedOperationError
from asdopt.backends._function import FlatFunction
from asdopt.backends._interface import Backend, Products

__all__ = ["ComplexStep"]

FloatArray = npt.NDArray[np.float64]
_STEP = 1e-40
_EPS = float(np.finfo(np.float64).eps)
_GRADIENT_STEP = _EPS ** (1 / 3)
_CHECK_STEPS = (1e-3, 1e-4, 1e-5, 1e-6)


class ComplexStep(Backend):
    """Imaginary parts at points moved along the imaginary axis.

    Parameters
    ----------
    check : bool
        Compare with differences along one random direction at each new point (nine real
        evaluations and a complex one). Without it a function that is not analytic gives wrong
        derivatives without notice.
    """

    name = "complex_step"

    def __init__(self, check: bool = True) -> None:
        self.check = check

    def prepare(self, function: FlatFunction, x: FloatArray) -> ComplexProducts:
        """Evaluate the function once."""
        return ComplexProducts(function, x, self.check)


class ComplexProducts(Products):
    """Products from complex evaluations."""

    hvp_modes = ("differences_of_complex_step",)
    second_accuracy = 1e-9
    jvp_cost = 3.0

    def __init__(self, function: FlatFunction, x: FloatArray, check: bool) -> None:
        values = function.values(x)
        super().__init__(function, values.size)
        self._checks = check
        self._checked: FloatArray | None = None

    def values(self, x: FloatArray) -> FloatArray:
        """Results at the real point."""
        return self.function.values(x)

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """One complex evaluation for each seed."""
        if self._checks and (self._checked is None or not np.array_equal(self._checked, x)):
            self._compare(x)
            self._checked = x.copy()
        return np.array([self._one(x, seed) for seed in seeds]).reshape(
            len(seeds), self.num_outputs
        )

    def _one(self, x: FloatArray, seed: FloatArray) -> FloatArray:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", ComplexWarning)
                found = self.function.evaluate(x + 1j * _STEP * seed, np.complex128)
        except (TypeError, ComplexWarning) as error:
            raise UnsupportedOperationError(
                f"{self.function.name} was called with complex numbers for the complex step and "
                f"cannot take them ({error}): math.sin and the like, float(), np.maximum into "
                "real arrays are real only; use functions of NumPy, or another backend"
            ) from error
        return np.asarray(found.imag / _STEP)

    def _compare(self, x: FloatArray) -> None:
        """Compare with differences in a random direction, row by row."""
        # Relative to each variable, so that none leaves the domain of a logarithm.
        reach = np.where(x == 0.0, 1.0, np.abs(x))
        direction = reach * np.random.default_rng(x.size).uniform(0.5, 1.0, x.size)
        exact = self._one(x, direction)
        base = self.function.values(x)
        estimates = [self._difference(x, base, h * direction) / h for h in _CHECK_STEPS]
        # What truncation and rounding can explain: the last change, and the noise of the last.
        truncation = np.abs(estimates[-1] - estimates[-2])
        noise = 10.0 * _EPS * np.abs(base) / _CHECK_STEPS[-1]
        gap = np.fmin.reduce([np.abs(exact - e) for e in estimates])
        allowed = 10.0 * (truncation + noise) + 1e-6 * np.abs(exact) + 1e-300
        # NaN in the result is reported by those who receive it.
        bad = np.flatnonzero(~(gap <= allowed) & np.isfinite(exact))
        if bad.size:
            i = int(bad[0])
            raise EvaluationError(
                f"the complex step of {self.function.name} gives {exact[i]:.6g} for row {i} along "
                f"a random direction, differences give {estimates[-1][i]:.6g}: the function is "
                "not analytic there (abs, np.real, np.conj, np.linalg.norm and comparisons drop "
                "or mix imaginary parts), or not finite nearby; use another backend for it, or "
                "ComplexStep(check=False) if you know better"
            )

    def _difference(self, x: FloatArray, base: FloatArray, move: FloatArray) -> FloatArray:
        """Central difference, one-sided in rows that are not finite on one side."""
        with np.errstate(all="ignore"):
            ahead, behind = self.function.values(x + move), self.function.values(x - move)
            central = 0.5 * (ahead - behind)
            one_sided = np.where(np.isfinite(ahead), ahead - base, base - behind)
            return np.where(np.isfinite(central), central, one_sided)

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Differences of gradients by complex steps, 2 n evaluations for each seed."""
        self.check_mode(mode)
        out = np.zeros((len(seeds), x.size))
        for k, seed in enumerate(seeds):
            relative = float(np.max(np.abs(seed) / np.maximum(1.0, np.abs(x)), initial=0.0))
            if relative > 0.0:
                t = _GRADIENT_STEP / relative
                out[k] = (self.gradient(x + t * seed) - self.gradient(x - t * seed)) / (2.0 * t)
        return out
