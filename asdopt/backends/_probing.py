"""Patterns from numbers: what is nonzero in dense derivatives at random points.

Enters: products of a function that cannot be traced. Leaves: a pattern, with a stated chance of
having missed an entry. Costs as much as dense matrices at a few points.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._errors import AsdoptError, InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.backends._interface import Products

__all__ = ["Probe"]

FloatArray = npt.NDArray[np.float64]


class Probe:
    """Find a pattern by dense derivatives at x and at random points around it.

    An entry that is nonzero on a share p of the box ``x +- radius * max(1, |x|)`` is missed with
    probability ``(1 - p) ** points`` (and, for analytic functions, in which p is 0 or 1, with
    probability 0). What happens outside of the box is not seen.

    Parameters
    ----------
    points : int
        Number of random points.
    radius : float
        Half-width of the box, relative.
    seed : int
        Of the random points.

    Examples
    --------
    >>> import asdopt
    >>> from asdopt.backends import FiniteDifferences, Probe
    >>> table = {0: 1.0, 1: 2.0}
    >>> f = asdopt.prepare_jacobian(
    ...     lambda x: [x[0] * table[0], x[1] * table[1]],
    ...     [1.0, 2.0],
    ...     backend=FiniteDifferences(),
    ...     pattern=Probe(points=2),
    ... )
    >>> f.pattern.nnz
    2
    """

    def __init__(self, points: int = 3, radius: float = 0.1, seed: int = 0) -> None:
        if not (points == int(points) and points > 0 and 0.0 < radius < np.inf):
            raise InputError(
                f"a probe with points={points}, radius={radius:g} was asked for; at least one "
                "point and a finite radius above 0 are needed"
            )
        self.points = int(points)
        self.radius = radius
        self.seed = seed

    def pattern(self, products: Products, kind: str, x: FloatArray) -> SparsityPattern:
        """Return the union of the nonzeros at x and at the points.

        Raises
        ------
        PatternError
            The function cannot be evaluated at most of the points.
        """
        rng = np.random.default_rng(self.seed)
        reach = self.radius * np.maximum(1.0, np.abs(x))
        found = self._at(products, kind, x)
        good, tries = 0, 0
        while good < self.points:
            tries += 1
            if tries > 10 * self.points:
                raise PatternError(
                    f"a pattern of {products.function.name} was to be probed at {self.points} "
                    f"random points, but it could be differentiated at {good} of {tries - 1} "
                    f"only: make radius={self.radius:g} smaller, or give pattern="
                )
            try:
                found = found | self._at(products, kind, x + reach * rng.uniform(-1, 1, x.size))
            except (AsdoptError, ArithmeticError):
                continue
            good += 1
        return found | found.T if kind == "hessian" else found

    def _at(self, products: Products, kind: str, x: FloatArray) -> SparsityPattern:
        parts = [np.empty((2, 0), dtype=np.intp)]
        for rows, start, block in products.blocks(x, kind):
            i, j = np.nonzero(block)  # NaN counts as nonzero
            parts.append(np.stack([i + start, j] if rows else [j, i + start]))
        m = products.num_inputs if kind == "hessian" else products.num_outputs
        both = np.concatenate(parts, axis=1)
        return SparsityPattern(both[0], both[1], (m, products.num_inputs))
