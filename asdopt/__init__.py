"""Nonlinear optimization of plain Python functions with exact sparse derivatives."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from asdopt._constraints import Constraint
from asdopt._errors import (
    AsdoptError,
    ColoringError,
    EvaluationError,
    InputError,
    MissingDependencyError,
    PatternError,
    StaleTraceError,
    StructureChangedError,
    TracingError,
    UnsupportedOperationError,
)
from asdopt._external import external
from asdopt._functions import (
    hessian,
    hessian_sparsity,
    jacobian,
    jacobian_sparsity,
    prepare_hessian,
    prepare_jacobian,
    value_and_jacobian,
    value_gradient_and_hessian,
)
from asdopt._inspection import Violation
from asdopt._minimize import minimize
from asdopt._pattern import SparsityPattern
from asdopt._problem import Problem

if TYPE_CHECKING:
    from asdopt import adapters, applications, coloring, decompression, extend, plotting, testing
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
    "StaleTraceError",
    "Status",
    "StructureChangedError",
    "TracingError",
    "UnsupportedOperationError",
    "Violation",
    "adapters",
    "applications",
    "coloring",
    "decompression",
    "extend",
    "external",
    "hessian",
    "hessian_sparsity",
    "jacobian",
    "jacobian_sparsity",
    "minimize",
    "plotting",
    "prepare_hessian",
    "prepare_jacobian",
    "testing",
    "value_and_jacobian",
    "value_gradient_and_hessian",
]


def __getattr__(name: str) -> Any:
    # What is rarer in use is imported when it is first named. A Solution is one of SciPy's results,
    # and importing scipy.optimize takes longer than all of asdopt.
    if name in ("Solution", "Status"):
        return getattr(importlib.import_module("asdopt._solution"), name)
    if name in __all__:
        return importlib.import_module(f"asdopt.{name}")
    # With both Python says which name is near.
    raise AttributeError(
        f"module 'asdopt' has no attribute {name!r}", name=name, obj=sys.modules[__name__]
    )
