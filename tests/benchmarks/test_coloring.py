"""The benchmark of colorings runs: a row for each pattern and kind, with known color numbers."""

from __future__ import annotations

import pytest

from benchmarks import coloring


def test_tables_of_small_patterns(capsys: pytest.CaptureFixture[str]) -> None:
    coloring.main(grid=12, points=10, size=200)
    rows = [
        [cell.strip() for cell in line.split("|")] for line in capsys.readouterr().out.split("\n")
    ]
    colors = {(row[1], row[3]): int(row[4]) for row in rows if len(row) > 5 and row[4].isdigit()}
    assert len(colors) == 3 * 5
    # From below: a row of the Brusselator has 6 entries, one inside the stencil 9.
    assert 6 <= colors["Brusselator 12 x 12", "columns"] <= 12
    assert colors["nine-point stencil 10 x 10", "columns"] == 9
    assert colors["three full rows and columns, n = 200", "`color_hessian`"] < 20
    assert [row[1] for row in rows if row[1:2] in (["direct"], ["substitution"])] == [
        "direct",
        "substitution",
    ]
