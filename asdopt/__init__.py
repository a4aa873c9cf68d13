"""Nonlinear optimization of plain Python functions with exact sparse derivatives."""

from __future__ import annotations

from asdopt._constraints import Constraint
from asdopt._errors import (
    AsdoptError,
    ColoringError,
    EvaluationError,
    InputError,
    MissingDependencyError,
    PatternError,
    StructureChangedError,
    TracingError,
    UnsupportedOperationError,
)
from asdopt._external import external
from asdopt._functions import hessian, hessian_sparsity, jacobian, jacobian_sparsity
from asdopt._minimize import minimize
from asdopt._pattern import SparsityPattern
from asdopt._problem import Problem
from asdopt._solution import Solution, Status

__version__ = "0.1.0"

__all__ = [
    "AsdoptError",
    "ColoringError",
    "Constraint",
    "EvaluationError",
    "InputError",
    "MissingDependencyError",
    "PatternError",
    "Problem",
    "Solution",
    "SparsityPattern",
    "Status",
    "StructureChangedError",
    "TracingError",
    "UnsupportedOperationError",
    "external",
    "hessian",
    "hessian_sparsity",
    "jacobian",
    "jacobian_sparsity",
    "minimize",
]
