"""Functions of which an application asks for values and first derivatives alone."""

from __future__ import annotations

from asdopt._problem import Problem

__all__ = ["Equations"]


class Equations(Problem):
    """Constraints without objective, prepared without their second derivatives.

    Those may take longer than everything else, and be more than memory holds.
    """

    _with_hessian = False
