"""Incomplete gamma and beta functions with derivatives by all arguments, shapes included.

Enters: flat arrays of the arguments. Leaves: the first and second partial derivatives, to full
relative precision in both tails: from a series of positive terms below the middle, and from a
continued fraction or the mirrored series above it. Their inverses follow by the rule of implicit
functions. Next: ``_special_rows.py``, which records them.

References
----------
Olver et al., "NIST Digital Library of Mathematical Functions", 8.7.1, 8.9.2 and 8.17.8.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.special as sp

__all__ = ["FUNCTIONS", "Derivatives"]

Array = npt.NDArray[np.float64]
# First derivatives by argument, second ones by pairs of arguments i <= j.
Derivatives = tuple[list[Array], dict[tuple[int, int], Array]]
# Terms of a series that are added at a time, and how many times at most.
_ROWS = np.arange(64.0)[:, None]
_MOST = 1000


# --------------------------------------------------------------------------- gamma
def _before(steps: Array, start: Any = 0.0) -> Array:
    """Sum what stands before each row."""
    sums: Array = start + np.concatenate([np.zeros_like(steps[:1]), np.cumsum(steps[:-1], axis=0)])
    return sums


def _gamma_series(a: Array, x: Array) -> tuple[Array, Array]:
    """First and second derivative of P(a, x) by a, for x up to a + 1 or so."""
    z = a + 1.0
    term = np.exp(a * np.log(x) - x - sp.gammaln(z))
    slope, bend = np.log(x) - sp.psi(z), sp.polygamma(1, z)
    first = second = size = np.zeros_like(x)
    for _ in range(_MOST):
        places = z + _ROWS
        ratios = np.cumprod(x / places, axis=0)
        terms = term * np.concatenate([np.ones_like(ratios[:1]), ratios[:-1]])
        slopes = slope - _before(1.0 / places)
        bends = bend - _before(1.0 / places**2)
        one, two = terms * slopes, terms * (slopes**2 - bends)
        first, second = first + one.sum(axis=0), second + two.sum(axis=0)
        size = size + np.abs(two).sum(axis=0)
        if np.all(np.abs(two[-1]) + np.abs(one[-1]) <= 1e-18 * size):
            break
        term, z = term * ratios[-1], z + len(_ROWS)
        slope, bend = slopes[-1] - 1.0 / places[-1], bends[-1] - 1.0 / places[-1] ** 2
    return first, second


def _gamma_fraction(a: Array, x: Array) -> tuple[Array, Array]:
    """First and second derivative of Q(a, x) by a, for x above a + 1.

    The fraction x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / ...) is evaluated from its end.
    """
    depth = int(np.clip(60 + 12 * np.sqrt(np.max(a, initial=1.0)), 60, 20000))
    d: Array = x + (2.0 * depth + 1.0) - a
    d1, d2 = -np.ones_like(d), np.zeros_like(d)
    for k in range(depth, 0, -1):
        # d = x + 2 k - 1 - a - n / d with n = k (k - a)
        n, n1 = k * (k - a), -float(k)
        r = 1.0 / d
        quotient = n * r
        q1 = (n1 - quotient * d1) * r
        q2 = (-2.0 * q1 * d1 - quotient * d2) * r
        d, d1, d2 = x + (2.0 * k - 1.0) - a - quotient, -1.0 - q1, -q2
    # Q = exp(a log x - x - log Gamma(a)) / d
    value = np.exp(a * np.log(x) - x - sp.gammaln(a)) / d
    slope = np.log(x) - sp.psi(a) - d1 / d
    return value * slope, value * (slope**2 - sp.polygamma(1, a) - d2 / d + (d1 / d) ** 2)


def _gammainc(a: Array, x: Array, sign: float = 1.0) -> Derivatives:
    with np.errstate(all="ignore"):
        valid = (a > 0.0) & (x > 0.0) & np.isfinite(a) & np.isfinite(x)
        by_a, by_aa = np.zeros_like(x), np.zeros_like(x)
        low, high = valid & (x <= a + 1.0), valid & (x > a + 1.0)
        for part, side, formula in ((low, 1.0, _gamma_series), (high, -1.0, _gamma_fraction)):
            if part.any():
                one, two = formula(a[part], x[part])
                by_a[part], by_aa[part] = side * one, side * two
        bad = (a <= 0.0) | (x < 0.0) | np.isnan(a) | np.isnan(x)
        by_a[bad] = by_aa[bad] = np.nan
        density = np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a))
        ax = np.where(x > 0.0, density * (np.log(x) - sp.psi(a)), 0.0)
        xx = density * ((a - 1.0) / x - 1.0)
    first = [sign * by_a, sign * density]
    return first, {(0, 0): sign * by_aa, (0, 1): sign * ax, (1, 1): sign * xx}


# --------------------------------------------------------------------------- beta
def _beta_series(a: Array, b: Array, x: Array, y: Array) -> list[Array]:
    """Find the derivatives a, b, aa, ab, bb of I(x; a, b), y = 1 - x, for x up to the middle."""
    z, s = a + 1.0, a + b
    log_x, log_y = np.log(x), np.log(y)
    term = np.exp(a * log_x + b * log_y + sp.gammaln(s) - sp.gammaln(z) - sp.gammaln(b))
    slope_s, bend_s = sp.psi(s), sp.polygamma(1, s)
    slope_z, bend_z = sp.psi(z), sp.polygamma(1, z)
    slope_b, bend_b = sp.psi(b), sp.polygamma(1, b)
    total = size = np.zeros((5, len(x)))
    for _ in range(_MOST):
        above, below = s + _ROWS, z + _ROWS
        ratios = np.cumprod(x * above / below, axis=0)
        terms = term * np.concatenate([np.ones_like(ratios[:1]), ratios[:-1]])
        of_s, of_z = _before(1.0 / above, slope_s), _before(1.0 / below, slope_z)
        bent_s, bent_z = -_before(1.0 / above**2, -bend_s), -_before(1.0 / below**2, -bend_z)
        by_a, by_b = log_x + of_s - of_z, log_y + of_s - slope_b
        parts = [by_a, by_b, by_a**2 + bent_s - bent_z, by_a * by_b + bent_s]
        added = terms * np.stack([*parts, by_b**2 + bent_s - bend_b])
        total, size = total + added.sum(axis=1), size + np.abs(added).sum(axis=1)
        if np.all(np.abs(added[:, -1]) <= 1e-18 * size):
            break
        term, s, z = term * ratios[-1], s + len(_ROWS), z + len(_ROWS)
        slope_s, bend_s = of_s[-1] + 1.0 / above[-1], bent_s[-1] - 1.0 / above[-1] ** 2
        slope_z, bend_z = of_z[-1] + 1.0 / below[-1], bent_z[-1] - 1.0 / below[-1] ** 2
    return list(total)


def _betainc(
    a: Array, b: Array, x: Array, sign: float = 1.0, y: Array | None = None
) -> Derivatives:
    with np.errstate(all="ignore"):
        y = 1.0 - x if y is None else y
        valid = (a > 0.0) & (b > 0.0) & (x > 0.0) & (x < 1.0) & np.isfinite(a) & np.isfinite(b)
        shapes = [np.zeros_like(x) for _ in range(5)]
        low = valid & (x <= (a + 1.0) / (a + b + 2.0))
        high = valid & ~low
        if low.any():
            for k, part in enumerate(_beta_series(a[low], b[low], x[low], y[low])):
                shapes[k][low] = part
        if high.any():
            found = _beta_series(b[high], a[high], y[high], x[high])
            for k, part in zip((1, 0, 4, 3, 2), found, strict=True):
                shapes[k][high] = -part
        bad = (a <= 0.0) | (b <= 0.0) | (x < 0.0) | (x > 1.0) | np.isnan(a + b + x)
        for part in shapes:
            part[bad] = np.nan
        density = np.exp(sp.xlogy(a - 1.0, x) + sp.xlog1py(b - 1.0, -x) - sp.betaln(a, b))
        both = sp.psi(a + b)
        inside = (x > 0.0) & (x < 1.0)
        ax = np.where(inside, density * (np.log(x) - sp.psi(a) + both), 0.0)
        bx = np.where(inside, density * (np.log1p(-x) - sp.psi(b) + both), 0.0)
        xx = density * ((a - 1.0) / x - (b - 1.0) / y)
    by_a, by_b, aa, ab, bb = shapes
    first = [by_a, by_b, density]
    pairs = ((0, 0), aa), ((0, 1), ab), ((0, 2), ax), ((1, 1), bb), ((1, 2), bx), ((2, 2), xx)
    return [sign * part for part in first], {pair: sign * part for pair, part in pairs}


# --------------------------------------------------------------------------- Student's t
def _stdtr(df: Array, t: Array) -> Derivatives:
    """Find the derivatives of the distribution, whose tail is half of I(x; df / 2, 1 / 2)."""
    square = t * t
    whole = df + square
    x, y = df / whole, square / whole
    first, second = _betainc(0.5 * df, np.full_like(t, 0.5), x, y=y)
    half_sign = -0.5 * np.sign(t)
    with np.errstate(all="ignore"):
        # x by df, and its slope
        moved, bent = square / whole**2, -2.0 * square / whole**3
        slope = np.exp((0.5 * df - 1.0) * np.log(x) - 0.5 * np.log(y) - sp.betaln(0.5 * df, 0.5))
        ax, xx = second[0, 2], slope * ((0.5 * df - 1.0) / x + 0.5 / y)
        by_df = half_sign * (0.5 * first[0] + slope * moved)
        twice = half_sign * (0.25 * second[0, 0] + ax * moved + xx * moved**2 + slope * bent)
        density = np.exp(
            -0.5 * (df + 1.0) * np.log1p(square / df) - 0.5 * np.log(df) - sp.betaln(0.5 * df, 0.5)
        )
        log = sp.psi(0.5 * (df + 1.0)) - sp.psi(0.5 * df) - 1.0 / df - np.log1p(square / df)
        mixed = 0.5 * density * (log + (df + 1.0) / df * square / whole)
    still = t == 0.0
    return (
        [np.where(still, 0.0, by_df), density],
        {
            (0, 0): np.where(still, 0.0, twice),
            (0, 1): mixed,
            (1, 1): -density * t * (df + 1.0) / whole,
        },
    )


# --------------------------------------------------------------------------- inverses
def _inverse(
    value: Callable[..., Any], derivatives: Callable[..., Derivatives], *arguments: Array
) -> Derivatives:
    """Find the derivatives of x where F(shapes, x) = q, by the shapes and q."""
    *shapes, _ = arguments
    x = np.asarray(value(*arguments), dtype=float)
    first, second = derivatives(*shapes, x)
    last = len(shapes)
    with np.errstate(all="ignore"):
        slope = first[last]
        moved = [-f / slope for f in first[:last]] + [1.0 / slope]

        def of(i: int, j: int) -> Any:
            # q enters with the constant slope -1.
            return 0.0 if last in (i, j) else second[i, j]

        def with_x(i: int) -> Any:
            return 0.0 if i == last else second[i, last]

        found = {
            (i, j): -(
                of(i, j)
                + with_x(i) * moved[j]
                + with_x(j) * moved[i]
                + second[last, last] * moved[i] * moved[j]
            )
            / slope
            for i, j in combinations_with_replacement(range(last + 1), 2)
        }
    return moved, found


FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Derivatives]]] = {
    "gammainc": (sp.gammainc, _gammainc),
    "gammaincc": (sp.gammaincc, partial(_gammainc, sign=-1.0)),
    "betainc": (sp.betainc, _betainc),
    "betaincc": (sp.betaincc, partial(_betainc, sign=-1.0)),
}
for _name, (_value, _derivatives) in list(FUNCTIONS.items()):
    _inverted = getattr(sp, f"{_name}inv")
    FUNCTIONS[f"{_name}inv"] = _inverted, partial(_inverse, _inverted, _derivatives)
FUNCTIONS["stdtr"] = sp.stdtr, _stdtr
FUNCTIONS["stdtrit"] = sp.stdtrit, partial(_inverse, sp.stdtrit, _stdtr)
