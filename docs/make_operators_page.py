"""Write docs/operators.md from the operator table: ``python docs/make_operators_page.py``.

Run it after a row was added; a test compares the page with the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from asdopt._ops import OPERATORS, Operator

PAGE = Path(__file__).with_name("operators.md")

HEAD = """\
# Operators

One row for each elementary function that asdopt differentiates, generated from
`asdopt/_ops.py`. *Depends* says on which operands a value depends to first order, *curves* which
pairs of operands have a second derivative that does not vanish identically (Hill and Dalle,
Tables 1 and 2). `power_constant` is `x**p` with a constant `p`; `mask(c, a)` is `a` where `c` holds
and 0 elsewhere, the half of a `where`.
"""
COLUMNS = (
    "operator",
    "value",
    "first partials",
    "second partials",
    "depends",
    "curves",
    "NumPy",
    "math",
    "scipy.special",
)


def page() -> str:
    """Return the whole page."""
    head = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    return HEAD + "\n" + head + "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    for row in OPERATORS:
        cells = [
            f"`{row.name}`",
            _code(row.value),
            ", ".join(_code(d) for d in row.d1),
            ", ".join(_code(d) for d in row.d2),
            _letters(row, "first"),
            _letters(row, "second"),
            ", ".join(row.numpy),
            ", ".join(row.math),
            ", ".join(row.special),
        ]
        yield f"| {' | '.join(cells)} |"


def _code(expression: str) -> str:
    return "`" + expression.replace("|", "\\|") + "`"


def _letters(row: Operator, order: str) -> str:
    if order == "first":
        names, flags = ("x", "y"), row.first
    else:
        names, flags = ("xx", "xy", "yy"), row.second
    return " ".join(name for name, flag in zip(names, flags, strict=False) if flag) or "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
