"""Decompression: colors and compressed products enter, matrix values leave.

Direct colorings need one gather; `direct_indices` hands its index arrays to whoever holds the
products. Colorings for substitution need a compiled loop of subtractions (`decompress_values`),
whose effect on errors `error_growth` tells. `Collector` takes products one at a time, for matrices
so large that the products of all colors would not fit.
"""

from __future__ import annotations

from asdopt.decompression._collector import Collector, decompress_color
from asdopt.decompression._compress import compress
from asdopt.decompression._decompress import decompress, decompress_values
from asdopt.decompression._direct import direct_indices
from asdopt.decompression._substitution import error_growth

__all__ = [
    "Collector",
    "compress",
    "decompress",
    "decompress_color",
    "decompress_values",
    "direct_indices",
    "error_growth",
]
