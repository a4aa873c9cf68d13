"""The result of coloring: colors, and what they save.

Enters: a pattern and valid colors, from `asdopt.coloring.color` or from the user. Leaves: groups,
seed matrices, and through `asdopt.decompression` the way from products back to the matrix.
Colors count from 1; 0 is the neutral color, of rows or columns that need no product at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from asdopt import _picture
from asdopt._errors import ColoringError
from asdopt._pattern import SparsityPattern
from asdopt.coloring._bounds import lower_bound
from asdopt.coloring._reading import (
    Groups,
    Substitution,
    direct_reading,
    reading_groups,
    substitution,
    unknown_numbers,
)

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["Coloring", "Decompression", "Partition"]

IntArray = npt.NDArray[np.int32]
Partition = Literal["column", "row", "symmetric", "bidirectional"]
Decompression = Literal["direct", "substitution"]


def _frozen(array: IntArray) -> IntArray:
    array.setflags(write=False)
    return array


def _groups(colors: IntArray) -> tuple[IntArray, ...]:
    by_color = np.argsort(colors, kind="stable").astype(np.int32)
    ends = np.cumsum(np.bincount(colors, minlength=1))
    return tuple(np.split(by_color, ends[:-1])[1:]) if ends.size > 1 else ()


def _seed(colors: IntArray, num_colors: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return the (num_colors, size) matrix whose row c - 1 marks the members of color c."""
    seed = np.zeros((num_colors, colors.size), dtype=dtype)
    members = np.flatnonzero(colors)
    seed[colors[members] - 1, members] = 1
    return seed


@dataclass(frozen=True, eq=False, repr=False)
class Coloring:
    """Colors of the columns or rows of a sparse matrix: one product recovers each color.

    Parameters
    ----------
    pattern : SparsityPattern
        The pattern that was colored; for symmetric partitions both triangles.
    partition : {"column", "row", "symmetric", "bidirectional"}
        What carries colors. Products are `A @ v` for columns and symmetric matrices, `w @ A` for
        rows, both kinds when bidirectional.
    decompression : {"direct", "substitution"}
        Whether each entry is read from one product, or some also by subtraction.
    algorithm, order : str
        How the colors were found.
    row_colors, column_colors : ndarray of int32 or None
        Colors from 1; 0 is the neutral color. None for the side that has no colors; symmetric
        colorings have column colors only.
    proven_optimal : bool, default False
        Whether a search has shown that no coloring of this kind has fewer colors.

    Attributes
    ----------
    plans : dict
        Index arrays that decompression has made for this coloring and keeps for the next time.
    """

    pattern: SparsityPattern
    partition: Partition
    decompression: Decompression
    algorithm: str
    order: str
    row_colors: IntArray | None
    column_colors: IntArray | None
    proven_optimal: bool = False
    plans: dict[Any, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for colors in (self.row_colors, self.column_colors):
            if colors is not None:
                _frozen(colors)

    # ---------------------------------------------------------------- colors and groups

    @cached_property
    def num_column_colors(self) -> int:
        """Number of products `A @ v`."""
        return 0 if self.column_colors is None else int(self.column_colors.max(initial=0))

    @cached_property
    def num_row_colors(self) -> int:
        """Number of products `w @ A`."""
        return 0 if self.row_colors is None else int(self.row_colors.max(initial=0))

    @property
    def num_colors(self) -> int:
        """Number of products in all."""
        return self.num_column_colors + self.num_row_colors

    @cached_property
    def _bound(self) -> tuple[int, str]:
        return lower_bound(self.pattern, self.partition)

    @property
    def lower_bound(self) -> int:
        """Number of products below which no coloring of this partition can recover the matrix."""
        return self.num_colors if self.proven_optimal else self._bound[0]

    @property
    def is_optimal(self) -> bool:
        """Whether this number of colors is proven to be the least; False says only "unknown"."""
        return self.proven_optimal or self.num_colors <= self._bound[0]

    @property
    def symmetric(self) -> bool:
        """Whether the matrix is symmetric, so that one triangle says all."""
        return self.partition == "symmetric"

    def _one_side(self, what: str) -> None:
        if self.partition == "bidirectional":
            raise ColoringError(
                f"A bidirectional coloring has no single `{what}`: it colors rows and columns. "
                f"Use row_{what} and column_{what}."
            )

    @property
    def colors(self) -> IntArray:
        """Color of each column or row, from 1, with 0 for the neutral color."""
        self._one_side("colors")
        colors = self.row_colors if self.column_colors is None else self.column_colors
        return np.empty(0, dtype=np.int32) if colors is None else colors

    @property
    def groups(self) -> tuple[IntArray, ...]:
        """For each color in turn, the indices (from 0) of its columns or rows."""
        self._one_side("groups")
        return _groups(self.colors)

    @property
    def column_groups(self) -> tuple[IntArray, ...]:
        """For each column color in turn, the indices (from 0) of its columns."""
        return () if self.column_colors is None else _groups(self.column_colors)

    @property
    def row_groups(self) -> tuple[IntArray, ...]:
        """For each row color in turn, the indices (from 0) of its rows."""
        return () if self.row_colors is None else _groups(self.row_colors)

    # ---------------------------------------------------------------- seeds and products

    @property
    def column_seed(self) -> npt.NDArray[np.float64]:
        """Matrix S of shape (n, num_column_colors): column c - 1 marks the columns of color c."""
        if self.column_colors is None:
            return np.zeros((self.pattern.shape[1], 0))
        return _seed(self.column_colors, self.num_column_colors, np.float64).T

    @property
    def row_seed(self) -> npt.NDArray[np.float64]:
        """Matrix of shape (num_row_colors, m): row c - 1 marks the rows of color c."""
        if self.row_colors is None:
            return np.zeros((0, self.pattern.shape[0]))
        return _seed(self.row_colors, self.num_row_colors, np.float64)

    @property
    def seed(self) -> npt.NDArray[np.float64]:
        """Seed matrix: `A @ seed` (columns, symmetric) or `seed @ A` (rows) compresses A."""
        self._one_side("seed")
        return self.row_seed if self.partition == "row" else self.column_seed

    def compress(self, matrix: Any) -> Any:
        """Compress a matrix; see `asdopt.decompression.compress`."""
        from asdopt.decompression import compress

        return compress(self, matrix)

    def decompress(
        self,
        compressed: Any,
        out: sparse.csr_array | None = None,
        triangle: Literal["F", "L", "U"] = "F",
    ) -> sparse.csr_array:
        """Recover the matrix from its products; see `asdopt.decompression.decompress`."""
        from asdopt.decompression import decompress

        return decompress(self, compressed, out=out, triangle=triangle)

    # ---------------------------------------------------------------- how entries are read

    @cached_property
    def reading_groups(self) -> Groups:
        """Groups of entries that share a product and a position in it."""
        return reading_groups(self.pattern, self.row_colors, self.column_colors, self.symmetric)

    @cached_property
    def direct_reading(self) -> tuple[IntArray, IntArray]:
        """Position and product (from 0) of each entry; of the lower triangle when symmetric."""
        if self.partition == "column" and self.column_colors is not None:
            product = self.column_colors[self.pattern.cols] - np.int32(1)
            return self.pattern.rows, _frozen(product)
        if self.partition == "row" and self.row_colors is not None:
            product = self.row_colors[self.pattern.rows] - np.int32(1)
            return self.pattern.cols, _frozen(product)
        groups = self.reading_groups
        chosen = direct_reading(groups)
        return _frozen(groups.position[chosen]), _frozen(groups.product[chosen])

    @cached_property
    def substitution(self) -> Substitution:
        """Order of readings and subtractions."""
        return substitution(self.reading_groups)[0]

    @property
    def product_of_entry(self) -> IntArray:
        """Number (from 0) of the product from which each entry is read, row-major."""
        if self.decompression == "direct":
            product = self.direct_reading[1]
        else:
            plan = self.substitution
            product = np.empty(plan.step_unknown.size, dtype=np.int32)
            product[plan.step_unknown] = plan.product[plan.step_group]
        return product[unknown_numbers(self.pattern)] if self.symmetric else product

    # ---------------------------------------------------------------- how it looks

    def spy(self, ax: Any = None) -> Any:
        """Draw the pattern with matplotlib, each entry in the color of the product it is read from.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        ax = _picture.spy_numbered(self.pattern, self.product_of_entry, self.num_colors, ax)
        ax.set_xlabel(f"{ax.get_xlabel()}, {self._number()}")
        return ax

    def _number(self) -> str:
        return "1 color" if self.num_colors == 1 else f"{self.num_colors:,} colors"

    def __repr__(self) -> str:
        m, n = self.pattern.shape
        what = {
            "column": f"{n:,} columns",
            "row": f"{m:,} rows",
            "symmetric": f"{n:,} columns of a symmetric pattern",
            "bidirectional": f"{m:,} rows and {n:,} columns",
        }[self.partition]
        head = f"Coloring of {what}: {self._number()} ({self.algorithm}, {self.order})"
        return f"{head}\n{self._saving()}; {self._optimality()}"

    def _saving(self) -> str:
        m, n = self.pattern.shape
        rows, columns = self.num_row_colors, self.num_column_colors
        products = {
            "column": "A @ v",
            "row": "w @ A",
            "symmetric": "A @ v",
            "bidirectional": f"({rows:,} w @ A, {columns:,} A @ v)",
        }[self.partition]
        dense = {"row": m, "bidirectional": min(m, n)}.get(self.partition, n)
        noun = "product" if self.num_colors == 1 else "products"
        how = "" if self.decompression == "direct" else ", some entries by subtraction"
        return (
            f"{self.num_colors:,} {noun} {products} instead of {dense:,} "
            f"for {self.pattern.nnz:,} nonzeros{how}"
        )

    def _optimality(self) -> str:
        if self.proven_optimal:
            return "none can take fewer: all were searched"
        bound, reason = self._bound
        if self.num_colors <= bound:
            return f"none can take fewer: {reason}"
        return f"at least {bound:,} are needed: {reason}"
