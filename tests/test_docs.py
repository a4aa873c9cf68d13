"""Pages of the documentation: all are in the navigation, generated ones are up to date."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

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


def test_the_page_of_operators_matches_the_table() -> None:
    """The page is written by its generator after a row was added."""
    path = ROOT / "docs" / "make_operators_page.py"
    spec = importlib.util.spec_from_file_location("make_operators_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = path.with_name("operators.md").read_text(encoding="utf-8")
    assert text == module.page(), "run: python docs/make_operators_page.py"
