"""Examples in docstrings and in README run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import linecache
import pkgutil
import re
from pathlib import Path

import pytest

import asdopt
import pglib_cases
from asdopt._errors import MissingDependencyError

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    info.name
    for package in (asdopt, pglib_cases)
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name: str) -> None:
    """Every ``>>>`` prints what stands below it."""
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith(("asdopt", "pglib_cases")):
            raise
        pytest.skip(str(missing))
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    if name == "asdopt.adapters.ipopt_problem":
        pytest.importorskip("cyipopt")  # which has no wheel for the latest Python
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(module, optionflags=options).failed == 0


def run_blocks(path: Path) -> dict[str, object]:
    """Run the Python blocks of a page one after the other; lines are those of the page."""
    text = path.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "__main__"}  # dataclasses look it up
    blocks = list(re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    for block in blocks:
        above = "\n" * text.count("\n", 0, block.start(1))
        source, name = above + block[1], f"<{path} {block.start(1)}>"
        # As a notebook has it: some of what is traced needs the source.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), names)
    return names


def test_examples_of_the_readme() -> None:
    """The Python blocks run as they stand, one after the other."""
    solution = run_blocks(ROOT / "README.md")["solution"]
    assert isinstance(solution, asdopt.Solution)
    assert round(solution.fun, 3) == 17.014


@pytest.mark.parametrize(
    "page", [p.name for p in sorted((ROOT / "docs").glob("*.md")) if "```python" in p.read_text()]
)
def test_examples_of_pages(page: str) -> None:
    """The Python blocks of a page of the documentation run, assertions included."""
    run_blocks(ROOT / "docs" / page)
