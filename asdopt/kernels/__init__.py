"""Kernels: repeated terms of a tape, differentiated once and run by the block machine.

A nonlinear program is a sum of small repeated terms. Colored products cost colors times the
function; kernels cost about as much as a loop written by hand in C, whatever the pattern is.

Next file: ``_kernels.py``.
"""

from asdopt.kernels._kernels import Kernels
from asdopt.kernels._remainder import Remainder

__all__ = ["Kernels", "Remainder"]
