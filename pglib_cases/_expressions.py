"""Arithmetic in case files: scaling of columns and constants written as expressions.

Distribution cases convert ohms to per unit and kW to MW after their tables; this follows such
statements without running MATLAB.  Whatever is not plainly arithmetic is left to the caller to
refuse.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Workspace"]

FloatArray = npt.NDArray[np.float64]
Value = float | FloatArray

# Names of columns by table, in order, as MATPOWER defines them.
_COLUMN_NAMES = {
    "bus": """BUS_I BUS_TYPE PD QD GS BS BUS_AREA VM VA BASE_KV ZONE VMAX VMIN
        LAM_P LAM_Q MU_VMAX MU_VMIN""",
    "gen": """GEN_BUS PG QG QMAX QMIN VG MBASE GEN_STATUS PMAX PMIN PC1 PC2 QC1MIN QC1MAX QC2MIN
        QC2MAX RAMP_AGC RAMP_10 RAMP_30 RAMP_Q APF MU_PMAX MU_PMIN MU_QMAX MU_QMIN""",
    "branch": """F_BUS T_BUS BR_R BR_X BR_B RATE_A RATE_B RATE_C TAP SHIFT BR_STATUS ANGMIN ANGMAX
        PF QF PT QT MU_SF MU_ST MU_ANGMIN MU_ANGMAX""",
    "gencost": "MODEL STARTUP SHUTDOWN NCOST COST",
}
_REFERENCE = re.compile(
    r"(?:[A-Za-z_]\w*\.)?(bus|gen|branch|gencost)\(\s*(:|\d+)\s*,\s*(\[[\w\s,]+\]|\w+)\s*\)"
)
_ALLOWED = re.compile(r"[\w\s.+\-*/()]+")
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    name: getattr(math, name) for name in ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan")
}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


class Workspace:
    """Tables and scalars that a case file has assigned so far.

    Parameters
    ----------
    tables : dict of str to ndarray
        Values by table; changed in place by `update`.
    """

    def __init__(self, tables: dict[str, FloatArray]) -> None:
        self._tables = tables
        self._scalars: dict[str, float | None] = {"pi": math.pi}

    def assign(self, name: str, expression: str) -> None:
        """Remember a scalar, or that its value is not plain arithmetic."""
        value = self.evaluate(expression)
        self._scalars[name] = value if isinstance(value, float) else None

    def update(self, statement: str) -> bool:
        """Follow a statement such as ``mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3``.

        Parameters
        ----------
        statement : str

        Returns
        -------
        bool
            False if it is not of this kind; then nothing has changed.
        """
        left, equals, right = statement.partition("=")
        target = _REFERENCE.fullmatch(left.strip())
        place = self._place(target) if equals and target else None
        value = self.evaluate(right)
        if target is None or place is None or value is None:
            return False
        table = self._tables[target[1]]
        if isinstance(value, np.ndarray) and value.shape != table[place].shape:
            return False
        table[place] = value
        return True

    def evaluate(self, expression: str) -> Value | None:
        """Return the value of an expression, or None if it is not plain arithmetic."""
        columns: dict[str, FloatArray] = {}

        def name_reference(match: re.Match[str]) -> str:
            place = self._place(match)
            if place is None:
                return "?"
            columns[f"_column{len(columns)}"] = self._tables[match[1]][place].copy()
            return f"_column{len(columns) - 1}"

        text = _REFERENCE.sub(name_reference, expression.strip())
        text = re.sub(r"\b[A-Za-z_]\w*\.baseMVA\b", "baseMVA", text)
        text = text.replace(".*", "*").replace("./", "/").replace(".^", "^").replace("^", "**")
        if not _ALLOWED.fullmatch(text):
            return None
        try:
            tree = ast.parse(text, mode="eval").body
            return _value(tree, {**self._scalars, **columns})
        except (SyntaxError, LookupError, ArithmeticError, ValueError, TypeError):
            return None

    def _place(self, match: re.Match[str]) -> tuple[slice | int, list[int] | slice] | None:
        """Return the index of a reference such as ``bus(:, [PD QD])`` into its table."""
        table = self._tables.get(match[1])
        if table is None:
            return None
        names = _COLUMN_NAMES[match[1]].split()
        columns = []
        for word in re.split(r"[\s,]+", match[3].strip("[] ")):
            if word.isdecimal():
                columns.append(int(word) - 1)
            elif word in names and word not in self._scalars:
                columns.append(names.index(word))
            else:
                return None
        row = slice(None) if match[2] == ":" else int(match[2]) - 1
        rows = 0 if isinstance(row, slice) else row
        if min(columns) < 0 or max(columns) >= table.shape[1] or not 0 <= rows < table.shape[0]:
            return None
        return row, columns


def _value(node: ast.expr, names: dict[str, Any]) -> Value:
    """Evaluate an expression tree; LookupError or TypeError for what is not arithmetic."""
    if isinstance(node, ast.Constant):
        return _scalar(float(node.value) if isinstance(node.value, int) else node.value)
    if isinstance(node, ast.Name):
        value = names[node.id]
        if isinstance(value, np.ndarray) and value.size != 1:
            return value
        return _scalar(value.item() if isinstance(value, np.ndarray) else value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        operand = _value(node.operand, names)
        return operand if isinstance(node.op, ast.UAdd) else -operand
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        argument = _value(node.args[0], names)
        return _FUNCTIONS[node.func.id](_scalar(argument))
    if isinstance(node, ast.BinOp):
        return _binary(node, names)
    raise TypeError("not arithmetic")


def _binary(node: ast.BinOp, names: dict[str, Any]) -> Value:
    left, right = _value(node.left, names), _value(node.right, names)
    if isinstance(node.op, ast.Pow):
        if isinstance(node.right, ast.BinOp):  # MATLAB and Python group a^b^c differently
            raise TypeError("chained powers")
        left, right = _scalar(left), _scalar(right)
    elif isinstance(node.op, (ast.Mult, ast.Div)):  # products of matrices are not followed
        right = right if isinstance(node.op, ast.Mult) and _is_scalar(left) else _scalar(right)
    elif not _is_scalar(left) and not _is_scalar(right) and np.shape(left) != np.shape(right):
        raise TypeError("shapes differ")
    result = _OPERATORS[type(node.op)](left, right)
    if isinstance(result, complex):
        raise TypeError("not real")
    return result if isinstance(result, np.ndarray) else float(result)


def _is_scalar(value: Value) -> bool:
    return isinstance(value, float)


def _scalar(value: object) -> float:
    if not isinstance(value, float):
        raise TypeError("not a scalar")
    return value
