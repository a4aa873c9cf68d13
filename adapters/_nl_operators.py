"""How AMPL's expressions spell each operator of the table.

Enters: the name of an operator. Leaves: its tokens in prefix order, with ``x`` and ``y`` where the
operands go. Next: ``_nl_graph.py``.

References
----------
Gay: Writing .nl files. Sandia National Laboratories, SAND2005-7907P (2005).
"""

from __future__ import annotations

__all__ = ["CONDITIONS", "OPERATORS", "SUM"]

# The sum of three and more; their number follows, then they.
SUM = "o54"
# Op codes: 0 + 1 - 2 * 3 / 5 ^, 11 min 12 max of a number of operands, 13 floor 14 ceil 15 abs
# 16 unary minus, 20 or 21 and 22 < 23 <= 24 = 28 >= 29 > 30 != 34 not, 35 if then else, 37 tanh
# 38 tan 39 sqrt 40 sinh 41 sin 42 log10 43 log 44 exp 45 cosh 46 cos 47 atanh 48 atan2 49 atan
# 50 asinh 51 asin 52 acosh 53 acos.
OPERATORS: dict[str, tuple[str, ...]] = {
    name: tuple(text.split())
    for name, text in {
        "negative": "o16 x",
        "absolute": "o15 x",
        "square": "o5 x n2",
        "reciprocal": "o3 n1 x",
        "sqrt": "o39 x",
        "exp": "o44 x",
        "exp2": "o5 n2 x",
        "exp10": "o5 n10 x",
        "expm1": "o1 o44 x n1",
        "log": "o43 x",
        "log2": "o3 o43 x o43 n2",
        "log10": "o42 x",
        "log1p": "o43 o0 n1 x",
        "sin": "o41 x",
        "cos": "o46 x",
        "tan": "o38 x",
        "arcsin": "o51 x",
        "arccos": "o53 x",
        "arctan": "o49 x",
        "sinh": "o40 x",
        "cosh": "o45 x",
        "tanh": "o37 x",
        "arcsinh": "o50 x",
        "arccosh": "o52 x",
        "arctanh": "o47 x",
        "floor": "o13 x",
        "ceil": "o14 x",
        "sign": "o35 o29 x n0 n1 o35 o22 x n0 n-1 n0",
        "expit": "o3 n1 o0 n1 o44 o16 x",
        "log_expit": "o16 o43 o0 n1 o44 o16 x",
        "logit": "o43 o3 x o1 n1 x",
        "entr": "o16 o2 x o43 x",
        "add": "o0 x y",
        "subtract": "o1 x y",
        "multiply": "o2 x y",
        "divide": "o3 x y",
        "power": "o5 x y",
        "power_constant": "o5 x y",
        "arctan2": "o48 x y",
        "hypot": "o39 o0 o5 x n2 o5 y n2",
        "maximum": "o12 2 x y",
        "minimum": "o11 2 x y",
        "fmax": "o12 2 x y",
        "fmin": "o11 2 x y",
        "logaddexp": "o43 o0 o44 x o44 y",
        "xlogy": "o2 x o43 y",
        "xlog1py": "o2 x o43 o0 n1 y",
        "rel_entr": "o2 x o43 o3 x y",
    }.items()
}
# Those whose value is true or false; as a number, `if condition then 1 else 0`.
CONDITIONS: dict[str, tuple[str, ...]] = {
    name: tuple(text.split())
    for name, text in {
        "less": "o22 x y",
        "less_equal": "o23 x y",
        "greater": "o29 x y",
        "greater_equal": "o28 x y",
        "equal": "o24 x y",
        "not_equal": "o30 x y",
        "logical_not": "o24 x n0",
    }.items()
}
OPERATORS |= {name: ("o35", *text, "n1", "n0") for name, text in CONDITIONS.items()}
OPERATORS["logical_and"] = ("o35", "o21", "o30", "x", "n0", "o30", "y", "n0", "n1", "n0")
OPERATORS["logical_or"] = ("o35", "o20", "o30", "x", "n0", "o30", "y", "n0", "n1", "n0")
# y where x holds, else 0.
OPERATORS["mask"] = ("o35", "o30", "x", "n0", "y", "n0")
