"""Write the C header of the operator table; run by ``setup.py`` before anything is compiled.

Enters: ``_ops.py``. Leaves: ``_operators.h`` with the op codes, the dependence classes and one
switch each for the value, the first and the second partial derivatives.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

HEADER = "_operators.h"


def write(package: Path | str) -> Path:
    """Write ``_operators.h`` into the package folder unless it is already up to date.

    Parameters
    ----------
    package : path
        The folder that holds ``_ops.py``.

    Returns
    -------
    Path
        The header.
    """
    folder = Path(package)
    text = "\n".join(_lines(_load(folder / "_ops.py"))) + "\n"
    header = folder / HEADER
    if not header.exists() or header.read_text() != text:
        header.write_text(text)
    return header


def _load(path: Path) -> ModuleType:
    # By path: importing the package would need the modules that this header is for.
    spec = importlib.util.spec_from_file_location("_asdopt_ops", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load the operator table from {path}")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["_asdopt_ops"] = module
    spec.loader.exec_module(module)
    return module


def _lines(ops: ModuleType) -> Iterator[str]:
    yield "/* Generated from _ops.py by _codegen.py; do not edit. */"
    yield "#ifndef ASDOPT_OPERATORS_H\n#define ASDOPT_OPERATORS_H"
    yield '#include "_special.h"'
    yield "enum {"
    for name, code in ops.CODE.items():
        yield f"    OP_{name.upper()} = {code},"
    yield f"    NUM_OPS = {len(ops.CODE)}\n}};"
    pad = ["0"] * ops.FIRST_CODE
    rows = ops.OPERATORS
    yield _table("OP_ARITY", pad + [str(r.arity) for r in rows])
    yield _table("OP_SELECTS", pad + [str(int(r.selects)) for r in rows])
    for k, name in enumerate(("DX", "DY")):
        yield _table(f"OP_{name}", pad + [_flag(r.first, k) for r in rows])
    for k, name in enumerate(("DXX", "DXY", "DYY")):
        yield _table(f"OP_{name}", pad + [_flag(r.second, k) for r in rows])
    yield from _functions(rows)
    yield from _value(rows)
    yield from _partials(rows)
    yield from _local(rows)
    yield "#endif"


def _flag(flags: tuple[bool, ...], k: int) -> str:
    return str(int(k < len(flags) and flags[k]))


def _table(name: str, values: list[str]) -> str:
    return f"static const unsigned char {name}[] = {{{', '.join(values)}}};"


def _functions(rows: list[ModuleType]) -> Iterator[str]:
    """List the C functions that the table calls, for use as ``UNARY_FUNCTIONS(macro)``."""
    found: dict[int, set[str]] = {1: set(), 2: set()}
    for row in rows:
        for text in (row.value, *row.d1, *row.d2):
            for node in ast.walk(ast.parse(text, mode="eval")):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    found[len(node.args)].add(node.func.id)
    for arity, name in ((1, "UNARY"), (2, "BINARY")):
        listed = " \\\n    ".join(f"F({function})" for function in sorted(found[arity]))
        yield f"#define {name}_FUNCTIONS(F) \\\n    {listed}"


def _value(rows: list[ModuleType]) -> Iterator[str]:
    yield "static inline double op_value(int op, double x, double y) {\n    switch (op) {"
    for row in rows:
        yield f"    case OP_{row.name.upper()}: return {row.value};"
    yield "    }\n    return NAN;\n}"


def _partials(rows: list[ModuleType]) -> Iterator[str]:
    yield "/* d = {dx, dy}; identically vanishing entries are set to 0. */"
    yield (
        "static inline void op_first(int op, double x, double y, double v, double *d) {\n"
        "    switch (op) {"
    )
    for row in rows:
        d1 = (*row.d1, "0")[:2]
        yield f"    case OP_{row.name.upper()}: d[0] = {d1[0]}; d[1] = {d1[1]}; return;"
    yield "    }\n    d[0] = d[1] = 0;\n}"
    yield "/* e = {dxx, dxy, dyy}; d from op_first. */"
    yield (
        "static inline void op_second(int op, double x, double y, double v, const double *d,\n"
        "                             double *e) {\n"
        "    const double p = d[0], q = d[1];\n    (void)p; (void)q;\n    switch (op) {"
    )
    for row in rows:
        if any(row.second):
            d2 = (*row.d2, "0", "0")[:3]
            sets = " ".join(f"e[{k}] = {d2[k]};" for k in range(3))
            yield f"    case OP_{row.name.upper()}: {sets} return;"
    yield "    }\n    e[0] = e[1] = e[2] = 0;\n}"


def _local(rows: list[ModuleType]) -> Iterator[str]:
    yield "/* Bit 0: depends on x at this point; bit 1: depends on y. */"
    yield (
        "static inline int op_local(int op, double x, double y, double v) {\n"
        "    (void)v;\n    switch (op) {"
    )
    for row in rows:
        if row.local:
            a, b = row.local
            yield f"    case OP_{row.name.upper()}: return ({a} ? 1 : 0) | ({b} ? 2 : 0);"
    yield "    }\n    return 3;\n}"
