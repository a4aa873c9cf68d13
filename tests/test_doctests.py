"""Examples in docstrings and in README run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import asdopt
import pglib_cases

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    info.name
    for package in (asdopt, pglib_cases)
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name: str) -> None:
    """Every ``>>>`` prints what stands below it."""
    module = importlib.import_module(name)
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(module, optionflags=options).failed == 0


def test_examples_of_the_readme() -> None:
    """The Python blocks run as they stand, one after the other."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "readme"}
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    solution = names["solution"]
    assert isinstance(solution, asdopt.Solution)
    assert round(solution.fun, 3) == 17.014
