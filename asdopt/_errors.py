"""Exceptions of asdopt: few classes, each with a base of the standard library.

Messages follow one form: what was asked, what was found, why it matters, what to do.
This module is a leaf: it imports nothing of the package.
"""

from __future__ import annotations

__all__ = [
    "AsdoptError",
    "ColoringError",
    "EvaluationError",
    "InputError",
    "MissingDependencyError",
    "PatternError",
    "StaleTraceError",
    "StructureChangedError",
    "TracingError",
    "UnsupportedOperationError",
]


class AsdoptError(Exception):
    """Base class of every error that asdopt raises on purpose."""


class InputError(AsdoptError, ValueError):
    """An argument of a public function has a wrong value, shape or size."""


class TracingError(AsdoptError, TypeError):
    """The user's function did something that cannot be followed on traced values."""


class LeftBehindError(TracingError):
    """A value of an earlier trace was met in another one."""


class UnsupportedOperationError(AsdoptError, NotImplementedError):
    """The user's function called an operation that asdopt has no rule for."""


class PatternError(AsdoptError, ValueError):
    """A sparsity pattern is malformed, or smaller than what was found."""


class ColoringError(AsdoptError, ValueError):
    """A coloring is invalid for its pattern, or the request for one makes no sense."""


class StructureChangedError(AsdoptError, ValueError):
    """At a new point the function took another branch and its sparsity structure grew."""


class StaleTraceError(AsdoptError, RuntimeError):
    """The user's functions give other values than those traced of them before."""


class EvaluationError(AsdoptError, ArithmeticError):
    """An evaluation produced NaN or infinity."""


class MissingDependencyError(AsdoptError, ImportError):
    """An optional package is needed for the chosen option and is not installed."""
