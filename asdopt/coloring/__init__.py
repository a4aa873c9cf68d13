"""Coloring: a sparsity pattern enters, colors of its rows or columns leave.

Columns that share no row (structurally orthogonal columns) can be recovered from one product with
a vector, so a matrix with few colors costs few products. `color` finds colors, `known_coloring`
checks colors you already have, `color_jacobian` and `color_hessian` take the cheapest of several
kinds, `color_optimal` searches for the fewest. What they return, a `Coloring`, is used in
`asdopt.decompression`.
"""

from __future__ import annotations

from asdopt.coloring._color import color, color_hessian, color_jacobian
from asdopt.coloring._coloring import Coloring
from asdopt.coloring._exact import color_optimal
from asdopt.coloring._known import known_coloring
from asdopt.coloring._orders import ORDERS

__all__ = [
    "ORDERS",
    "Coloring",
    "color",
    "color_hessian",
    "color_jacobian",
    "color_optimal",
    "known_coloring",
]
