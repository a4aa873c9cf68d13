"""Decompression: colors and compressed products enter, matrix values leave."""

from __future__ import annotations

from asdopt.decompression._compress import compress
from asdopt.decompression._decompress import decompress, decompress_values
from asdopt.decompression._direct import direct_indices

__all__ = ["compress", "decompress", "decompress_values", "direct_indices"]
