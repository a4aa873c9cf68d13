"""Voigt's profile, the convolution of a normal and a Cauchy density, by all of its arguments.

It is ``Re w(z) / (sigma sqrt(2 pi))`` with ``z = (x + i gamma) / (sigma sqrt(2))`` and Faddeeva's
function w, for which ``w' = -2 z w + 2 i / sqrt(pi)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from asdopt.tracing._incomplete import Derivatives

__all__ = ["voigt_derivatives"]


def voigt_derivatives(x: Any, sigma: Any, gamma: Any) -> Derivatives:
    """Find the derivatives by x, sigma and gamma."""
    with np.errstate(all="ignore"):
        scale, height = 1.0 / (np.sqrt(2.0) * sigma), 1.0 / (np.sqrt(2.0 * np.pi) * sigma)
        z = (x + 1j * gamma) * scale
        w = sp.wofz(z)
        slope = -2.0 * z * w + 2j / np.sqrt(np.pi)
        bend = -2.0 * w - 2.0 * z * slope
        steep, curved = height * scale * slope, height * scale**2 * bend
        turned = -height * scale / sigma * (2.0 * slope + z * bend)
        by_sigma = -height / sigma * (w + z * slope)
        twice = height / sigma**2 * (2.0 * w + 4.0 * z * slope + z * z * bend)
    first = [steep.real, by_sigma.real, -steep.imag]
    return first, {
        (0, 0): curved.real,
        (0, 1): turned.real,
        (0, 2): -curved.imag,
        (1, 1): twice.real,
        (1, 2): -turned.imag,
        (2, 2): -curved.real,
    }
