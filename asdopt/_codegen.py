"""Write the C header of the operator table; run by ``setup.py`` before anything is compiled.

Enters: ``_ops.py``. Leaves: ``_operators.h`` with the op codes, the dependence classes and one
switch each for the value, the first and the second partial derivatives; and the same expressions
in postfix order, for those who build expressions of them (``kernels/_rules.pyx``).
``_operators.pxd`` declares what is in the header to Cython.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

HEADER = "_operators.h"
DECLARATIONS = "_operators.pxd"
_CLASSES = ("ARITY", "SELECTS", "DX", "DY", "DXX", "DXY", "DYY")  # one table each: OP_ARITY[op]

# The macros of _special.h that the table uses.
_CONSTANTS = {
    "LN2": 0.6931471805599453,
    "LN10": 2.302585092994046,
    "PI": 3.141592653589793,
    "TWO_OVER_SQRT_PI": 1.1283791670955126,
    "ONE_OVER_SQRT_2PI": 0.3989422804014327,
    "SQRT_2_OVER_PI": 0.7978845608028654,
    "SQRT_HALF": 0.7071067811865476,
    "DBL_MAX": 1.7976931348623157e308,
}
# Functions that are finite wherever their operands are, short of overflow.
_FINITE = frozenset(
    ("sin", "cos", "exp", "exp2", "exp10_", "expm1", "sinh", "cosh", "tanh", "atan", "asinh")
    + ("erf", "erfc", "fabs", "sign", "expit", "mask", "sinc", "sinc_d1", "sinc_d2", "ndtr")
    + ("log_ndtr_d1", "log_ndtr_d2", "floor", "ceil", "trunc", "nearbyint", "hypot", "copysign")
)
_INFIX = {
    ast.Add: "ADD",
    ast.Sub: "SUB",
    ast.Mult: "MUL",
    ast.Div: "DIV",
    ast.BitAnd: "AND",
    ast.BitOr: "OR",
    ast.BitXor: "XOR",
    ast.Lt: "LT",
    ast.LtE: "LE",
    ast.Gt: "LT",
    ast.GtE: "LE",
    ast.Eq: "EQ",
    ast.NotEq: "NE",
}
_RULE_CODES = ("END", *"XYVPQ", "NUMBER", "NEG", *dict.fromkeys(_INFIX.values()), "MASK")


def write(package: Path | str) -> Path:
    """Write both files into the package folder unless they are already up to date.

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
    ops = _load(folder / "_ops.py")
    header, declarations = folder / HEADER, folder / DECLARATIONS
    for file, lines in ((header, _lines(ops)), (declarations, _declarations(ops))):
        text = "\n".join(lines) + "\n"
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
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
    yield "#ifdef ASDOPT_RULES"
    yield from _rules(rows, ops.FIRST_CODE)
    yield "#endif"
    yield "#endif"


def _declarations(ops: ModuleType) -> Iterator[str]:
    yield "# Generated from _ops.py by _codegen.py; do not edit."
    yield 'cdef extern from "_operators.h" nogil:\n    enum:'
    for name in ops.CODE:
        yield f"        OP_{name.upper()}"
    for name in _CLASSES:
        yield f"    const unsigned char OP_{name}[]"
    yield "    double op_value(int op, double x, double y)"
    yield "    void op_first(int op, double x, double y, double v, double *d)"
    yield (
        "    void op_second(int op, double x, double y, double v, const double *d, double *e)\n"
        "    int op_local(int op, double x, double y, double v)"
    )


def _flag(flags: tuple[bool, ...], k: int) -> str:
    return str(int(k < len(flags) and flags[k]))


def _table(name: str, values: list[str]) -> str:
    return f"static const unsigned char {name}[] = {{{', '.join(values)}}};"


def _called(rows: list[ModuleType]) -> tuple[list[str], list[str]]:
    """C functions that the table calls, of one and of two arguments."""
    found: dict[int, set[str]] = {1: set(), 2: set()}
    for row in rows:
        for text in (row.value, *row.d1, *row.d2):
            for node in ast.walk(ast.parse(text, mode="eval")):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    found[len(node.args)].add(node.func.id)
    return sorted(found[1]), sorted(found[2])


def _functions(rows: list[ModuleType]) -> Iterator[str]:
    """List the C functions that the table calls, for use as ``UNARY_FUNCTIONS(macro)``."""
    for name, functions in zip(("UNARY", "BINARY"), _called(rows), strict=True):
        listed = " \\\n    ".join(f"F({function})" for function in functions)
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


def _rules(rows: list[ModuleType], first_code: int) -> Iterator[str]:
    """Write values and partial derivatives in postfix order, by op code."""
    numbers: dict[float, int] = {}
    unary, binary = _called(rows)
    functions = {name: k for k, name in enumerate(unary + binary)}
    code: list[str] = []
    starts = [["-1"] * 6] * first_code
    singular = ["0"] * first_code
    for row in rows:
        trees = [ast.parse(text, mode="eval").body for text in (row.value, *row.d1, *row.d2)]
        first, second = trees[1 : 1 + row.arity], trees[1 + row.arity :]
        start = []
        for tree in (trees[0], *_padded(first, 2), *_padded(second, 3)):
            if tree is None or (isinstance(tree, ast.Constant) and tree.value == 0):
                start.append("-1")  # the literal "0" vanishes identically
                continue
            start.append(str(len(code)))
            code += [*_postfix(tree, numbers, functions), "RULE_END"]
        starts.append(start)
        names = {"v"} if _is_singular(trees[0], set()) else set()
        by_first = any(_is_singular(tree, names) for tree in first)
        names |= {"p", "q"} if by_first else set()
        singular.append(str(by_first + 2 * any(_is_singular(tree, names) for tree in second)))
    symmetric = ["0"] * first_code + [str(int(row.value in {"x+y", "x*y"})) for row in rows]
    yield f"enum {{{', '.join(f'RULE_{name}' for name in _RULE_CODES)}, RULE_CALL}};"
    yield f"static const short RULE_CODE[] = {{{', '.join(code)}}};"
    yield f"static const double RULE_NUMBERS[] = {{{', '.join(map(repr, numbers))}}};"
    yield "/* Where in RULE_CODE value, dx, dy, dxx, dxy, dyy begin; -1 for those that vanish. */"
    listed = ", ".join(f"{{{', '.join(start)}}}" for start in starts)
    yield f"static const short RULE_START[][6] = {{{listed}}};"
    yield "/* Bit 0: a first partial derivative can be infinite; bit 1: a second one. */"
    yield _table("RULE_SINGULAR", singular)
    yield _table("RULE_SYMMETRIC", symmetric)


def _padded(trees: list[ast.expr], count: int) -> list[ast.expr | None]:
    return [*trees, *[None] * (count - len(trees))]


def _postfix(node: ast.expr, numbers: dict[float, int], functions: dict[str, int]) -> Iterator[str]:
    """Operands first, then what is done with them; numbers and functions by what follows."""
    match node:
        case ast.Constant(value=float() | int() as number):
            yield from ("RULE_NUMBER", str(numbers.setdefault(float(number), len(numbers))))
        case ast.Name(id=name) if name in _CONSTANTS:
            yield from _postfix(ast.Constant(_CONSTANTS[name]), numbers, functions)
        case ast.Name(id=name):
            yield f"RULE_{name.upper()}"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield from _postfix(operand, numbers, functions)
            yield "RULE_NEG"
        case ast.BinOp(left=left, op=op, right=right):
            for part in (left, right):
                yield from _postfix(part, numbers, functions)
            yield f"RULE_{_INFIX[type(op)]}"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            swapped = isinstance(op, (ast.Gt, ast.GtE))
            for part in (right, left) if swapped else (left, right):
                yield from _postfix(part, numbers, functions)
            yield f"RULE_{_INFIX[type(op)]}"
        case ast.Call(func=ast.Name(id=name), args=args):
            for part in args:
                yield from _postfix(part, numbers, functions)
            yield from ("RULE_MASK",) if name == "mask" else ("RULE_CALL", str(functions[name]))
        case _:
            raise ValueError(
                f"the operator table holds the expression {ast.unparse(node)!r}, which is not in "
                "the common subset of C and Python that kernels are made of: use + - * /, "
                "comparisons, & | ^ and calls"
            )


def _is_singular(tree: ast.expr, singular_names: set[str]) -> bool:
    """Tell whether an expression can be infinite, given the names in it that can be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in singular_names:
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return True
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") not in _FINITE:
            return True
    return False
