"""Ordinary user code: traced at one point, right at others, or refused; never wrong.

Each function in ``idioms/`` is written as users write. It is traced at one point and compared
with itself run on plain floats, there and elsewhere, in value and by central differences.
"""

from __future__ import annotations

import dataclasses
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, ValuesView
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from modules import load

import asdopt

FOLDER = Path(__file__).parent / "idioms"
TRACED_AT = np.array([0.9, 0.3, 1.4, 0.7])
POINTS = [TRACED_AT, np.array([0.41, 1.13, 0.83, 0.22]), np.array([0.65, 0.61, 0.1, 1.9])]
# With values below zero, where other branches are taken; not for code that wants positive ones.
_BELOW = [np.array([2.21, -0.43, -1.37, 0.82]), np.array([-0.7, 0.25, 2.6, -1.1])]
_POSITIVE = """array_functions awkward awkward_kinds callables control data decorators exceptions
    known_functions methods number_classes numerics objects records""".split()


def points(name: str) -> list[np.ndarray]:
    """Where an idiom is compared with itself."""
    file = name.split(".", maxsplit=1)[0]
    return POINTS if file in _POSITIVE or file.startswith("traps_") else [*POINTS, *_BELOW]


# What is refused, with the beginning of the reason's wording.
REFUSED: dict[str, str] = {
    "awkward.float_of_text": "may be the text of a traced value",
    "awkward.identity_of_max": "compared by `is`",
    "awkward.key_of_dict": "used as a key of a dict",
    "awkward.random_array": "random numbers were drawn",
    "awkward.random_numbers": "random numbers were drawn",
}


def collect() -> dict[str, Callable[[Any], Any]]:
    """Functions of one argument x, by file and name."""
    found: dict[str, Callable[[Any], Any]] = {}
    for path in sorted(FOLDER.glob("*.py")):
        module = load(path, f"idioms_{path.stem}")
        for name, value in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(value):
                continue
            parameters = [*inspect.signature(value).parameters, ""]
            if value.__module__ == module.__name__ and parameters[0] == "x":
                found[f"{path.stem}.{name}"] = value
        for name, value in getattr(module, "IDIOMS", {}).items():
            found[f"{path.stem}.{name}"] = value
    return found


IDIOMS = collect()


def plain(function: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """Result on plain floats, flattened."""
    return flat(function(x.copy()))


def flat(result: Any) -> np.ndarray:
    """Flatten nested results."""
    if result is None:
        return np.empty(0)
    if isinstance(result, Mapping):
        result = list(result.values())
    elif dataclasses.is_dataclass(result):
        result = list(vars(result).values())
    if isinstance(result, (list, tuple, Iterator, ValuesView)):
        return np.concatenate([np.empty(0), *map(flat, result)])
    return np.atleast_1d(np.asarray(result, dtype=float)).ravel()


@pytest.mark.parametrize("name", IDIOMS)
def test_traced_code_equals_plain_python(name: str) -> None:
    """Or is refused, if the table says so."""
    function = IDIOMS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in REFUSED:
            with pytest.raises((asdopt.TracingError, asdopt.UnsupportedOperationError)) as caught:
                asdopt.Problem(None, asdopt.Constraint(function, -np.inf, np.inf), x0=TRACED_AT)
            assert REFUSED[name] in str(caught.value)
            assert "idioms" in str(caught.value)
            return
        problem = asdopt.Problem(None, asdopt.Constraint(function, -np.inf, np.inf), x0=TRACED_AT)
        for x in points(name):
            try:
                expected = plain(function, x)
            except (ArithmeticError, ValueError):
                with pytest.raises((ArithmeticError, ValueError)):
                    problem.constraints(x)
                continue
            if not np.isfinite(expected).all():
                with pytest.raises(asdopt.EvaluationError):
                    problem.constraints(x)
                continue
            np.testing.assert_allclose(
                problem.constraints(x), expected, rtol=1e-12, atol=1e-14, err_msg=f"{x}"
            )
        h = 1e-6
        x = POINTS[1]
        columns = [
            (plain(function, x + h * unit) - plain(function, x - h * unit)) / (2 * h)
            for unit in np.eye(x.size)
        ]
        np.testing.assert_allclose(
            problem.jacobian(x).toarray(), np.stack(columns, axis=1), rtol=1e-6, atol=1e-7
        )


def test_table_names_idioms() -> None:
    """Of which there are many, and few are refused."""
    assert set(REFUSED) <= set(IDIOMS)
    assert len(IDIOMS) >= 830
    assert len(REFUSED) <= 10
