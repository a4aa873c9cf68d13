"""Finite differences: derivatives of black boxes from values alone.

Enters: any Python function. Leaves: jvp by forward, central or extrapolated differences, and hvp
by second differences.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from asdopt._errors import EvaluationError, InputError, UnsupportedOperationError
from asdopt.backends._function import FlatFunction
from asdopt.backends._interface import Backend, Products

__all__ = ["FiniteDifferences"]

FloatArray = npt.NDArray[np.float64]
Method = Literal["forward", "central", "extrapolated"]
_EPS = float(np.finfo(np.float64).eps)
# Relative steps that balance truncation against rounding: forward, central, extrapolated (which
# halves its step several times), second differences.
_STEPS = {"forward": _EPS ** (1 / 2), "central": _EPS ** (1 / 3), "extrapolated": 1e-2}
_ACCURACY = {"forward": _EPS ** (1 / 2), "central": _EPS ** (2 / 3), "extrapolated": 1e-11}
_SECOND_STEP = _EPS ** (1 / 4)


class FiniteDifferences(Backend):
    """Differences of values.

    Parameters
    ----------
    method : {"central", "forward", "extrapolated"}
        Error about 1e-10, 1e-8 and 1e-12, relative, for smooth functions, at 2, 1 and
        ``2 * halvings`` evaluations a product. Extrapolated is Ridders' method: the step is
        halved several times and each row keeps the extrapolation with the smallest estimated
        error.
    step : float, optional
        Relative step; the step of variable j is ``step * max(1, |x[j]|)``. Default: by method.
    bounds : pair of array_like, optional
        Lower and upper bounds of x outside of which the function is not called: differences
        become one-sided there.
    halvings : int, optional
        Number of steps of an extrapolation.

    References
    ----------
    C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x), Adv. Eng. Software 4 (1982).
    """

    name = "finite_differences"

    def __init__(
        self,
        method: Method = "central",
        step: float | None = None,
        bounds: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
        halvings: int = 6,
    ) -> None:
        if method not in get_args(Method):
            raise InputError(
                f"finite differences by method {method!r} were asked for; known are "
                f"{', '.join(get_args(Method))}"
            )
        if step is not None and not 0.0 < step < 1.0:
            raise InputError(f"step={step!r} was given; a relative step lies between 0 and 1")
        if halvings < 2:
            raise InputError(
                f"halvings={halvings} was given; an extrapolation takes two steps or more"
            )
        self.method = method
        self.step = step
        self.bounds = bounds
        self.halvings = halvings

    def prepare(self, function: FlatFunction, x: FloatArray) -> DifferenceProducts:
        """Evaluate the function once."""
        return DifferenceProducts(function, x, self)


class DifferenceProducts(Products):
    """Products by differences; a seed is one move of several variables at once."""

    hvp_modes = ("second_differences",)
    second_accuracy = 1e-7

    def __init__(self, function: FlatFunction, x: FloatArray, options: FiniteDifferences) -> None:
        self._x = x.copy()
        self._base = function.values(x)
        super().__init__(function, self._base.size)
        self._method = options.method
        self._step = _STEPS[options.method] if options.step is None else options.step
        self.accuracy = max(_ACCURACY[options.method], _EPS / self._step)
        self._halvings = options.halvings
        self.jvp_cost = {"forward": 1.0, "central": 2.0, "extrapolated": 2.0 * self._halvings}[
            options.method
        ]
        given = (-np.inf, np.inf) if options.bounds is None else options.bounds
        self._low, self._high = _bounds(given, x)
        self._bounded = options.bounds is not None

    def values(self, x: FloatArray) -> FloatArray:
        """Results, kept for the differences at the same point."""
        if not np.array_equal(self._x, x):
            self._base = self.function.values(x)
            self._x = x.copy()
        return self._base.copy()

    def scales(self, x: FloatArray) -> FloatArray:
        """Lengths of the steps of the variables, signed away from a near bound."""
        scale = np.maximum(1.0, np.abs(x))
        if self._bounded:
            reach = 2.0 * self._step * scale
            scale = np.where((x + reach > self._high) & (x - reach >= self._low), -scale, scale)
        return scale

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """One difference for each seed."""
        base = self.values(x)
        out = np.zeros((len(seeds), base.size))
        for k, seed in enumerate(seeds):
            relative = float(np.max(np.abs(seed) / np.maximum(1.0, np.abs(x)), initial=0.0))
            if relative > 0.0:
                out[k] = self._difference(x, base, seed, self._step / relative)
                self._check(out[k], base, seed)
        return out

    def _difference(
        self, x: FloatArray, base: FloatArray, seed: FloatArray, t: float
    ) -> FloatArray:
        if self._method == "forward":
            t = t if self._inside(x + t * seed) else -t
            return (self._at(x, t, seed) - base) / t
        if not (self._inside(x + t * seed) and self._inside(x - t * seed)):
            return self._one_sided(x, base, seed, t)
        if self._method == "central":
            return (self._at(x, t, seed) - self._at(x, -t, seed)) / (2.0 * t)
        return self._ridders(x, seed, t)

    def _one_sided(self, x: FloatArray, base: FloatArray, seed: FloatArray, t: float) -> FloatArray:
        """Second order, with the points at t and 2 t."""
        t *= min(1.0, _STEPS["central"] / self._step)
        t = t if self._inside(x + 2.0 * t * seed) else -t
        return (4.0 * self._at(x, t, seed) - self._at(x, 2.0 * t, seed) - 3.0 * base) / (2.0 * t)

    def _ridders(self, x: FloatArray, seed: FloatArray, t: float) -> FloatArray:
        """Neville's extrapolation over halved steps; each row keeps its best estimate."""
        previous: list[FloatArray] = []
        best = np.zeros(self.num_outputs)
        error = np.full(self.num_outputs, np.inf)
        for _ in range(self._halvings):
            row = [(self._at(x, t, seed) - self._at(x, -t, seed)) / (2.0 * t)]
            factor = 4.0
            for before in previous:
                row.append((factor * row[-1] - before) / (factor - 1.0))
                estimate = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - before))
                better = estimate < error
                best = np.where(better, row[-1], best)
                error = np.where(better, estimate, error)
                factor *= 4.0
            previous = row
            t *= 0.5
        return np.where(np.isfinite(error), best, np.nan)

    def _inside(self, point: FloatArray) -> bool:
        return not self._bounded or bool(np.all(point >= self._low) and np.all(point <= self._high))

    def _at(self, x: FloatArray, t: float, seed: FloatArray) -> FloatArray:
        point = x + t * seed
        if not self._inside(point):
            j = int(np.flatnonzero((point < self._low) | (point > self._high))[0])
            raise EvaluationError(
                f"a difference of {self.function.name} needs the point {point[j]:g} for variable "
                f"{j}, outside of its bounds {self._low[j]:g} ... {self._high[j]:g}; the room is "
                "too small for the step: give a smaller step="
            )
        return self.function.values(point)

    def _check(self, found: FloatArray, base: FloatArray, seed: FloatArray) -> None:
        bad = np.flatnonzero(~np.isfinite(found))
        if bad.size:
            i, moved = int(bad[0]), np.flatnonzero(seed)
            which = f"variable {moved[0]}" if moved.size == 1 else f"{moved.size} variables"
            where = "at x itself" if not np.isfinite(base[i]) else f"a step of {which} away from x"
            raise EvaluationError(
                f"{self.function.name} is not finite in row {i} {where}, so its derivative cannot "
                "be found by differences: give its derivatives, or to FiniteDifferences() bounds= "
                "within which it may be called, or a smaller step="
            )

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Second differences, 2 n evaluations for each seed and 2 n for all; error about 1e-7."""
        self.check_mode(mode)
        if self._bounded:
            raise UnsupportedOperationError(
                "a Hessian by finite differences within bounds was asked for; second differences "
                "are central: leave bounds away, or use another backend"
            )
        moves = _SECOND_STEP * np.maximum(1.0, np.abs(x))
        steps = np.diag(moves)
        middle = 2.0 * self.values(x)[0]
        alone = [self._pair(x, step) for step in steps]
        out = np.zeros((len(seeds), x.size))
        for k, seed in enumerate(seeds):
            relative = float(np.max(np.abs(seed) / np.maximum(1.0, np.abs(x)), initial=0.0))
            if relative == 0.0:
                continue
            t = _SECOND_STEP / relative
            move = t * seed
            along = self._pair(x, move)
            for i, step in enumerate(steps):
                both = self._pair(x, step + move)
                out[k, i] = (both - alone[i] - along + middle) / (2.0 * moves[i] * t)
        return out

    def _pair(self, x: FloatArray, move: FloatArray) -> float:
        """Sum of the values to either side."""
        return float(self._at(x, 1.0, move)[0] + self._at(x, -1.0, move)[0])

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient by one difference for each variable."""
        scale = self.scales(x)
        return self.jvp(x, np.diag(scale))[:, 0] / scale


def _bounds(given: tuple[npt.ArrayLike, npt.ArrayLike], x: FloatArray) -> tuple[FloatArray, ...]:
    try:
        low, high = (np.broadcast_to(np.asarray(b, dtype=np.float64), x.shape) for b in given)
        if np.isnan([low, high]).any():
            raise ValueError("NaN")
    except (TypeError, ValueError) as error:
        raise InputError(
            f"bounds={given!r} were given ({error}); a pair is needed, lower and upper, each a "
            f"number or an array of shape {x.shape}, infinite where there is none"
        ) from error
    if (low > high).any():
        j = int(np.flatnonzero(low > high)[0])
        raise InputError(
            f"bounds were given whose lower one is above the upper one for variable {j}: "
            f"{low[j]:g} > {high[j]:g}; give (lower, upper)"
        )
    return low, high
