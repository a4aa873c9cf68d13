"""Piecewise cubic interpolants whose slopes are chosen by the data: Pchip and Akima.

Enters: constant places and traced values. Leaves: values and slopes at the places, which are
the coefficients of an interpolant that is linear in them (``_interpolants.py``). Where a slope is
chosen by a sign, both sides are kept.

References
----------
Fritsch and Butland, "A method for constructing local monotone piecewise cubic interpolants",
SIAM J. Sci. Stat. Comput. 5 (1984). Akima, "A new method of interpolation and smooth curve
fitting based on local procedures", J. ACM 17 (1970).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["akima_slopes", "pchip_slopes"]

# As in SciPy: where all slopes around are that close, they are averaged.
_CLOSE = 1e-9


def pchip_slopes(x: Any, y: Any) -> Any:
    """Weighted harmonic means of the slopes at both sides, 0 at a turn."""
    h = np.diff(x)
    m = np.diff(y) / h
    if len(h) == 1:
        return np.stack([m[0], m[0]])
    turns = (np.sign(m[1:]) != np.sign(m[:-1])) | (m[1:] == 0.0) | (m[:-1] == 0.0)
    left, right = np.where(turns, 1.0, m[:-1]), np.where(turns, 1.0, m[1:])
    w1, w2 = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    inner = np.where(turns, 0.0, (w1 + w2) / (w1 / left + w2 / right))
    ends = _pchip_end(h[0], h[1], m[0], m[1]), _pchip_end(h[-1], h[-2], m[-1], m[-2])
    return np.concatenate([[ends[0]], inner, [ends[1]]])


def _pchip_end(h0: Any, h1: Any, m0: Any, m1: Any) -> Any:
    d = ((2.0 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    limited = (np.sign(m0) != np.sign(m1)) & (np.abs(d) > 3.0 * np.abs(m0))
    return np.where(np.sign(d) != np.sign(m0), 0.0, np.where(limited, 3.0 * m0, d))


def akima_slopes(x: Any, y: Any, modified: bool) -> Any:
    """Means of the slopes at both sides, weighted by how much those beyond change."""
    m = np.diff(y) / np.diff(x)
    if len(x) == 2:
        return np.stack([m[0], m[0]])
    one, last = 2.0 * m[0] - m[1], 2.0 * m[-1] - m[-2]
    m = np.concatenate([[2.0 * one - m[0], one], m, [last, 2.0 * last - m[-1]]])
    change = np.abs(np.diff(m))
    f1, f2 = change[2:], change[:-2]
    if modified:
        size = 0.5 * np.abs(m[1:] + m[:-1])
        f1, f2 = f1 + size[2:], f2 + size[:-2]
    total = f1 + f2
    known = total > _CLOSE * np.max(total)
    share = f2 / np.where(known, total, 1.0)
    return np.where(known, m[1:-2] + share * (m[2:-1] - m[1:-2]), 0.5 * (m[3:] + m[:-3]))
