"""How a sparse matrix is put together from products: which coloring, which mode.

Enters: a pattern and what a backend gives. Leaves: a :class:`Plan`, which evaluates the matrix at
any point. Next: ``asdopt/_prepared.py``.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import ColoringError, InputError, PatternError, UnsupportedOperationError
from asdopt._pattern import SparsityPattern
from asdopt.backends import Products
from asdopt.coloring import Coloring, color, color_hessian, color_jacobian, known_coloring
from asdopt.decompression import Collector, decompress_values

__all__ = ["MODES", "Plan", "make_plan", "use_coloring"]

FloatArray = npt.NDArray[np.float64]
MODES = ("auto", "measured", "forward", "reverse", "mixed")
_PARTITION_OF = {"forward": "column", "reverse": "row", "mixed": "bidirectional"}
_MODE_OF = {"column": "forward", "row": "reverse", "bidirectional": "mixed"}
# Below this many products a bidirectional coloring, which takes a while to find, saves little.
_FEW = 16
# Products of all colors together are kept in memory up to this many numbers.
_MANY = 1 << 25


class Plan:
    """Seeds and decompression of one coloring.

    Parameters
    ----------
    products : Products
    kind : {"jacobian", "hessian"}
    coloring : Coloring
        Of columns, rows or both for a Jacobian; symmetric or of columns for a Hessian.
    mode : str
        Of Hessian products; for a Jacobian it follows from the coloring.
    """

    def __init__(self, products: Products, kind: str, coloring: Coloring, mode: str = "") -> None:
        self.coloring = coloring
        self.kind = kind
        self.mode = mode if kind == "hessian" else _MODE_OF[coloring.partition]
        self._products = products
        self._check_products()
        self._by_columns = products.hvp if kind == "hessian" else products.jvp
        self._seeds = [np.empty((0, 0)), np.empty((0, 0))]
        longest = max(coloring.pattern.shape, default=0)
        self._is_large = coloring.num_colors * longest > _MANY
        if not self._is_large:
            self._seeds = [np.ascontiguousarray(coloring.column_seed.T), coloring.row_seed]

    def _check_products(self) -> None:
        coloring, gives = self.coloring, self._products.gives
        first = "hvp" if self.kind == "hessian" else "jvp"
        needed = {first} if coloring.num_column_colors else set()
        needed |= {"vjp"} if coloring.num_row_colors else set()
        missing = sorted(needed - gives)
        if missing:
            has = ", ".join(sorted(gives)) or "none"
            raise UnsupportedOperationError(
                f"the {self.kind} of {self._products.function.name} by a coloring with partition "
                f"{coloring.partition!r} needs {missing[0]}, which "
                f"{type(self._products).__name__} does not give (it gives {has}): choose another "
                "mode, coloring or backend"
            )

    @property
    def num_products(self) -> int:
        """Number of products for one matrix."""
        return self.coloring.num_colors

    def values(self, x: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Values of the pattern's entries at x, row-major."""
        if self._is_large:
            return self._one_by_one(x, out)
        by_columns, by_rows = self._seeds
        coloring = self.coloring
        if coloring.partition == "row":
            products: Any = self._row_products(x, by_rows)
            return decompress_values(coloring, products, out)
        if coloring.partition == "bidirectional":
            pair = self._row_products(x, by_rows), self._column_products(x, by_columns).T
            return decompress_values(coloring, pair, out)
        scales = self._scales(x)
        if scales is None:
            return decompress_values(coloring, self._column_products(x, by_columns).T, out)
        products = self._column_products(x, by_columns * scales).T
        values = decompress_values(coloring, products, out)
        values /= scales[coloring.pattern.cols]
        return values

    def _scales(self, x: FloatArray) -> FloatArray | None:
        # In a column coloring each entry is read in its own column.
        return self._products.scales(x) if self.coloring.partition == "column" else None

    def _column_products(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        if not len(seeds):
            return np.zeros((0, self.coloring.pattern.shape[0]))
        if self.kind == "hessian":
            return self._products.hvp(x, seeds, self.mode)
        return self._products.jvp(x, seeds)

    def _row_products(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        if not len(seeds):
            return np.zeros((0, self.coloring.pattern.shape[1]))
        return self._products.vjp(x, seeds)

    def _one_by_one(self, x: FloatArray, out: FloatArray | None) -> FloatArray:
        """Collect some colors at a time and keep none of their products."""
        coloring = self.coloring
        collector = Collector(coloring)
        scales = self._scales(x)
        width = max(1, _MANY // max(*coloring.pattern.shape, 1))
        sides = [
            (coloring.column_colors, coloring.num_column_colors, 0, self._column_products),
            (
                coloring.row_colors,
                coloring.num_row_colors,
                coloring.num_column_colors,
                self._row_products,
            ),
        ]
        for colors, count, first, product in sides:
            for start in range(0, count, width):
                stop = min(start + width, count)
                seeds = np.array([colors == c + 1 for c in range(start, stop)], dtype=np.float64)
                if scales is not None:
                    seeds *= scales
                for k, vector in enumerate(product(x, seeds)):
                    collector.collect(first + start + k, vector)
        values = collector.values(out)
        if scales is not None:
            values /= scales[coloring.pattern.cols]
        return values

    def __str__(self) -> str:
        m, n = self.coloring.pattern.shape
        count = {"forward": ("JVP", n), "reverse": ("VJP", m), "mixed": ("JVP and VJP", min(m, n))}
        noun, dense = count.get(self.mode, ("HVP", n))
        plural = noun if self.num_products == 1 else noun.replace("P", "Ps")
        return f"{self.num_products:,} {plural} instead of {dense:,}"


def make_plan(
    products: Products, kind: str, pattern: SparsityPattern, mode: str, x: FloatArray
) -> Plan:
    """Choose coloring and mode for a pattern.

    Parameters
    ----------
    mode : str
        "auto" (by the backend's prices), "measured" (by the clock), or a mode to force.
    """
    candidates = _hessian_plans if kind == "hessian" else _jacobian_plans
    plans = candidates(products, pattern, mode)
    if len(plans) == 1:
        return plans[0]
    return min(plans, key=lambda plan: _seconds(plan, x))


def _seconds(plan: Plan, x: FloatArray) -> float:
    """Time of one evaluation after a first one, which may compile."""
    plan.values(x)
    start = perf_counter()
    plan.values(x)
    return perf_counter() - start


def _jacobian_plans(products: Products, pattern: SparsityPattern, mode: str) -> list[Plan]:
    if mode not in MODES:
        raise InputError(f"a Jacobian in mode {mode!r} was asked for; known are {', '.join(MODES)}")
    forward, reverse = "jvp" in products.gives, "vjp" in products.gives
    if mode in _PARTITION_OF:
        if mode == "mixed":
            colorings = [
                color_jacobian(
                    pattern,
                    column_cost=products.jvp_cost,
                    row_cost=products.vjp_cost,
                    bidirectional=True,
                )
            ]
        else:
            partition: Any = _PARTITION_OF[mode]
            colorings = [color(pattern, partition)]
    elif not (forward and reverse):
        if not (forward or reverse):
            raise UnsupportedOperationError(
                f"the Jacobian of {products.function.name} was asked of "
                f"{type(products).__name__}, which gives neither jvp nor vjp: choose another "
                "backend"
            )
        colorings = [color(pattern, "column" if forward else "row")]
    elif mode == "measured":
        colorings = [color(pattern, "column"), color(pattern, "row")]
        if min(c.num_colors for c in colorings) > 2:
            both = color(pattern, "bidirectional", postprocess=True)
            if both.num_colors < min(c.num_colors for c in colorings):
                colorings.append(both)
    else:
        colorings = [_cheapest(products, pattern)]
    return [Plan(products, "jacobian", coloring) for coloring in colorings]


def _cheapest(products: Products, pattern: SparsityPattern) -> Coloring:
    prices: dict[str, Any] = {"column_cost": products.jvp_cost, "row_cost": products.vjp_cost}
    best = color_jacobian(pattern, **prices)
    if best.num_colors > _FEW:
        best = color_jacobian(pattern, **prices, bidirectional=True)
    return best


def _hessian_plans(products: Products, pattern: SparsityPattern, mode: str) -> list[Plan]:
    if "hvp" not in products.gives:
        raise UnsupportedOperationError(
            f"the Hessian of {products.function.name} was asked of {type(products).__name__}, "
            "which gives no hvp: choose another backend"
        )
    coloring = color_hessian(pattern)
    if mode == "measured":
        return [Plan(products, "hessian", coloring, each) for each in products.hvp_modes]
    chosen = products.check_mode("" if mode == "auto" else mode)
    return [Plan(products, "hessian", coloring, chosen)]


def use_coloring(given: Any, kind: str, pattern: SparsityPattern | None, mode: str) -> Coloring:
    """Check a coloring that the user brought along.

    Parameters
    ----------
    given : Coloring or array_like of int
        An array holds the colors of the columns (Jacobian in reverse mode: of the rows).
    kind : str
    pattern : SparsityPattern or None
        The matrix' pattern; None to take the coloring's own.
    mode : str

    Raises
    ------
    ColoringError
        Some entry of the pattern cannot be recovered.
    PatternError
        The coloring belongs to a smaller pattern.
    """
    if not isinstance(given, Coloring):
        if pattern is None:
            raise InputError("coloring is an array of colors; give pattern= too")
        partition: Any = "symmetric" if kind == "hessian" else "column"
        return known_coloring(pattern, given, "row" if mode == "reverse" else partition)
    if pattern is not None and not (
        pattern.shape == given.pattern.shape and pattern <= given.pattern
    ):
        raise PatternError(
            f"the coloring was made for {given.pattern.summary}, the {kind} has "
            f"{pattern.summary}, with entries outside of it: they would be lost; color the "
            "pattern of the matrix"
        )
    if kind == "hessian" and given.partition not in {"symmetric", "column"}:
        raise ColoringError(
            f"a Hessian was asked for with a coloring of partition {given.partition!r}; it takes "
            "a symmetric coloring, or one of columns"
        )
    if kind == "jacobian" and given.partition == "symmetric":
        raise ColoringError(
            "a Jacobian was asked for with a symmetric coloring, which reads entries in either "
            "triangle: color its columns, rows, or both"
        )
    return known_coloring(
        given.pattern,
        partition=given.partition,
        decompression=given.decompression,
        row_colors=given.row_colors,
        column_colors=given.column_colors,
    )
