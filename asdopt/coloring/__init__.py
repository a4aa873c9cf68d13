"""Coloring: a sparsity pattern enters, colors of its rows or columns leave."""

from __future__ import annotations

from asdopt.coloring._color import color, color_hessian
from asdopt.coloring._coloring import Coloring

__all__ = ["Coloring", "color", "color_hessian"]
