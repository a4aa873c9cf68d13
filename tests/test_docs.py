"""Generated pages of the documentation match what they are generated from."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def test_the_page_of_operators_matches_the_table() -> None:
    """The page is written by its generator after a row was added."""
    path = Path(__file__).parents[1] / "docs" / "make_operators_page.py"
    spec = importlib.util.spec_from_file_location("make_operators_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = path.with_name("operators.md").read_text(encoding="utf-8")
    assert text == module.page(), "run: python docs/make_operators_page.py"
