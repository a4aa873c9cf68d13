"""Pages of the documentation: all are in the navigation, generated ones are up to date."""

from __future__ import annotations

import re
from pathlib import Path

from modules import load

import asdopt

ROOT = Path(__file__).parents[1]


def test_every_page_is_in_the_navigation() -> None:
    """A page that no one can reach is no page, an entry without a page is a dead link."""
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
    listed = set(re.findall(r": (\S+\.(?:md|ipynb))$", nav, re.MULTILINE))
    pages = {
        path.relative_to(ROOT / "docs").as_posix()
        for suffix in ("md", "ipynb")
        for path in (ROOT / "docs").rglob(f"*.{suffix}")
    }
    assert listed == pages


def test_every_public_name_is_in_the_reference() -> None:
    """Packages and modules are there as a whole, names of the top level one by one."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^::: (\S+)$", text, re.MULTILINE))
    names = {f"asdopt.{name}" for name in asdopt.__all__ if name != "extend"}
    names |= {f"asdopt.extend.{name}" for name in asdopt.extend.__all__}
    assert names | {"pglib_cases"} <= listed


def test_the_page_of_operators_matches_the_table() -> None:
    """The page is written by its generator after a row was added."""
    path = ROOT / "docs" / "make_operators_page.py"
    module = load(path)
    text = path.with_name("operators.md").read_text(encoding="utf-8")
    assert text == module.page(), "run: python docs/make_operators_page.py"
