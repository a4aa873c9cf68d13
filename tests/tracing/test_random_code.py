"""Random programs run hooked and on floats give the same, whatever branches they take."""

from __future__ import annotations

import math
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import random_code

import asdopt

POINTS = [
    [0.913, 0.317, 1.439, 0.723],
    [0.411, -1.137, 0.829, 0.223],
    [-0.653, 0.617, 0.107, 1.901],
]


def load(text: str, path: Path) -> Any:
    """Import a program as a user's module."""
    path.write_text(text)
    module = types.ModuleType(path.stem)
    # Dataclasses look their module up.
    sys.modules[path.stem] = module
    try:
        exec(compile(text, str(path), "exec"), vars(module))
    finally:
        del sys.modules[path.stem]
    return vars(module)["model"]


def check(model: Any) -> None:
    """Compare values everywhere, and the Jacobian where the function is smooth."""
    points = [np.array(p) for p in POINTS]
    problem = asdopt.Problem(None, asdopt.Constraint(model, -np.inf, np.inf), x0=points[0])
    for x in points:
        plain = np.array([float(v) for v in model(x.copy())])
        np.testing.assert_allclose(problem.constraints(x), plain, rtol=1e-10, atol=1e-12)
        jacobian = problem.jacobian(x).toarray()
        for j, unit in enumerate(np.eye(4)):
            slopes = []
            for h in (1e-5, -1e-5):
                shifted = np.array([float(v) for v in model(x + h * unit)])
                slopes.append((shifted - plain) / h)
            # One-sided slopes that differ show a kink or a jump near the point.
            smooth = np.isclose(*slopes, rtol=1e-2, atol=1e-2)
            np.testing.assert_allclose(
                jacobian[smooth, j], (slopes[0] + slopes[1])[smooth] / 2, rtol=1e-4, atol=1e-4
            )


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_random_programs_equal_plain_python(first: int, tmp_path: Path) -> None:
    """A failing seed names itself; the program can be written again from it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(first, first + 20):
            model = load(random_code.random_program(seed), tmp_path / f"program_{seed}.py")
            try:
                plain = model(np.array(POINTS[0]))
            except (ArithmeticError, ValueError, TypeError):
                continue
            assert all(math.isfinite(v) for v in plain)
            try:
                check(model)
            except Exception as error:
                raise AssertionError(f"seed {seed}: {error}") from error
