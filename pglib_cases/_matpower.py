"""First stage: the text of a MATPOWER case file becomes numeric tables.

Enters the path of a ``.m`` file, leaves a `CaseFile` with the tables as written: external bus
numbers, MW, degrees.  The rules that turn them into a network stand in `_rules`.

A case file is a MATLAB program.  Here it is not run: assignments of numbers are read, arithmetic
on whole columns is followed (`_expressions`), and any other statement that would compute or change
data is refused rather than skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from pglib_cases._columns import REQUIRED_COLUMNS
from pglib_cases._errors import CaseError
from pglib_cases._expressions import Workspace
from pglib_cases._statements import CONTINUED, refuse_statement, shorten, statements

__all__ = ["CaseFile", "Table", "parse_case", "read_case_file"]

FloatArray = npt.NDArray[np.float64]

# Tables that change the optimal power flow in ways the model does not have: refused if not empty.
UNSUPPORTED = {
    "dcline": "DC lines",
    **dict.fromkeys(("busdc", "convdc", "branchdc", "dcbus", "dcconv", "dcbranch"), "DC grids"),
    "storage": "storage units",
    "A": "additional linear constraints",
    "N": "generalized costs",
    "userfcn": "user callbacks",
}

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?|[+-]?(?:inf|nan)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Table:
    """One numeric table of a case file.

    Parameters
    ----------
    name : str
        Field name, such as ``"bus"``.
    values : ndarray of float64, shape (num_rows, num_columns)
        Numbers in the units of the file (MW, MVAr, degrees, p.u.).
    line : int
        Line of the file on which the table opens, counted from 1.
    body : str
        Text between the brackets, kept to find the line of a row.
    """

    name: str
    values: FloatArray
    line: int
    body: str

    def line_of(self, row: int) -> int:
        """Return the line of the file (from 1) on which a row (from 0) begins."""
        for index, (line, _) in enumerate(_rows(self.body, self.line)):
            if index == row:
                return line
        return self.line


@dataclass(frozen=True, eq=False)
class CaseFile:
    """The parsed content of a case file.

    Parameters
    ----------
    path : str
        Where the text came from; every error message names it.
    base_mva : float
        Power base, MVA.
    tables : dict of str to Table
        ``bus``, ``gen``, ``branch`` and ``gencost``.
    """

    path: str
    base_mva: float
    tables: dict[str, Table]

    def fail(self, table: str, row: int, message: str) -> NoReturn:
        """Raise `CaseError` for a row (from 0) of a table, naming file and line."""
        line = self.tables[table].line_of(row)
        raise CaseError(f"{self.path}, line {line}: {table} row {row + 1}: {message}")


def read_case_file(path: str | PathLike[str]) -> CaseFile:
    """Read and parse a MATPOWER case file.

    Parameters
    ----------
    path : str or path-like
        A ``.m`` file of case format version 2 (or 1, whose tables are the same with fewer
        columns).

    Returns
    -------
    CaseFile

    Raises
    ------
    CaseError
        If the file cannot be read, or as `parse_case` does.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise CaseError(
            f"load was asked for the case file {str(path)!r}, which cannot be read: "
            f"{error.strerror or error}. Check the path."
        ) from error
    return parse_case(raw.removeprefix(b"\xef\xbb\xbf").decode("latin-1"), str(path))


def parse_case(text: str, path: str = "<text>") -> CaseFile:
    """Parse the text of a MATPOWER case file.

    Parameters
    ----------
    text : str
        Content of the file.
    path : str
        Name used in error messages.

    Returns
    -------
    CaseFile

    Raises
    ------
    CaseError
        If a table is missing, not closed, ragged or holds something that is not a number, or if
        the program computes data; the message names file, line and table.

    Notes
    -----
    Linear in the length of the text: about 40 ms for 9,241 buses (5 MB).
    """
    tables: dict[str, Table] = {}
    scalars: dict[str, tuple[str, int]] = {}
    structs: set[str] = set()
    arrays: dict[str, FloatArray] = {}
    workspace = Workspace(arrays)
    for statement in statements(text, path):
        name, value, line = statement.field, statement.text, statement.line
        structs.add(statement.struct)
        if not name:
            if not workspace.update(value):
                refuse_statement(value, path, line)
        elif statement.struct and (name in UNSUPPORTED or name.endswith("3p")):
            _check_unsupported(name, value, path, line)
        elif name in REQUIRED_COLUMNS:
            tables[name] = _table(name, value, path, line, workspace)
            arrays[name] = tables[name].values
        else:
            scalars[name] = (value.replace(CONTINUED, " ").strip(), line)
            workspace.assign(name, value.replace(CONTINUED, " "))
    for struct in structs & scalars.keys():
        value, line = scalars[struct]
        if value not in ("[]", "struct", "struct()"):
            refuse_statement(f"{struct} = {value}", path, line)
    missing = [name for name in REQUIRED_COLUMNS if name not in tables]
    if "baseMVA" not in scalars:
        missing.insert(0, "baseMVA")
    if missing:
        raise CaseError(
            f"{path}: a case file must assign baseMVA, bus, gen, branch and gencost; "
            f"{_join(missing)} not found (found: {_join([*scalars, *tables]) or 'nothing'}). "
            "The file is truncated or not a MATPOWER optimal power flow case; get it anew."
        )
    _check_version(scalars, path)
    return CaseFile(path, _base_mva(*scalars["baseMVA"], path, workspace), tables)


def _table(name: str, value: str, path: str, line: int, workspace: Workspace) -> Table:
    """Return the table of a matrix literal such as ``[1 2; 3 4]``."""
    if not value.startswith("["):
        raise CaseError(
            f"{path}, line {line}: table {name} is assigned {shorten(value)!r}, not a literal "
            "matrix [...]. Case files are read, not run; write the numbers out with MATPOWER's "
            "savecase."
        )
    body = value[1:-1]
    values = _numbers(name, body, path, line, workspace)
    least = REQUIRED_COLUMNS[name]
    if values.shape[0] and values.shape[1] < least:
        raise CaseError(
            f"{path}, line {line}: table {name} has {values.shape[1]} columns; at least {least} "
            "are needed. The missing ones have no default; complete the table."
        )
    return Table(name, values.reshape(-1, max(values.shape[1], least)), line, body)


def _numbers(name: str, body: str, path: str, line: int, workspace: Workspace) -> FloatArray:
    """Return the numbers between the brackets of a matrix literal."""
    rows = body.replace(",", " ").replace(";", "\n").split("\n")
    if not any(row.strip() for row in rows[:2]) and not body.strip(" \t\n;,\x1c"):
        return np.zeros((0, 0))
    try:
        return np.loadtxt(rows, dtype=np.float64, comments=None, ndmin=2)
    except ValueError:
        return _numbers_slowly(name, body, path, line, workspace)


def _numbers_slowly(name: str, body: str, path: str, line: int, workspace: Workspace) -> FloatArray:
    """Parse as `_numbers`, with constants such as ``135/sqrt(3)``, telling what is no number."""
    values: list[list[float]] = []
    for row_line, row in _rows(body, line):
        tokens = row.replace(",", " ").split()
        where = f"{path}, line {row_line}: table {name}, row {len(values) + 1}"
        numbers = [_number(token, workspace) for token in tokens]
        for column, (token, number) in enumerate(zip(tokens, numbers, strict=True), 1):
            if number is None:
                raise CaseError(
                    f"{where}, column {column}: expected a number, found {shorten(token)!r}. "
                    "Case files are read, not run; write the number out."
                )
        if values and len(tokens) != len(values[0]):
            raise CaseError(
                f"{where} has {len(tokens)} columns where the first row has {len(values[0])}. "
                "A value or a row end is missing; complete the row."
            )
        values.append([number for number in numbers if number is not None])
    return np.array(values, dtype=np.float64)


def _rows(body: str, line: int) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each row of a matrix body that is not blank."""
    for physical in body.split("\n"):
        for row in physical.split(";"):
            lead = len(row) - len(row.lstrip(f" \t,{CONTINUED}"))
            if lead < len(row):
                yield line + row[:lead].count(CONTINUED), row
            line += row.count(CONTINUED)
        line += 1


def _check_unsupported(name: str, value: str, path: str, line: int) -> None:
    """Refuse a non-empty table whose content the model does not have."""
    if not value.strip("[]{} \t\n;,\x1c"):
        return
    if name == "dcline" and value.startswith("["):
        values = _numbers(name, value[1:-1], path, line, Workspace({}))
        if values.shape[1] > 2 and not np.any(values[:, 2] > 0):
            return
    kind = UNSUPPORTED.get(name, "three-phase equipment")
    raise CaseError(
        f"{path}, line {line}: table {name} holds {kind}, which the AC optimal power "
        "flow model here does not have; leaving them out would change the answer. Empty the table "
        "to solve the case without them."
    )


def _check_version(scalars: dict[str, tuple[str, int]], path: str) -> None:
    version, line = scalars.get("version", ("'2'", 0))
    if version.strip("'\" ") not in ("1", "2"):
        raise CaseError(
            f"{path}, line {line}: case format version {version} is not known (1 and 2 are). "
            "Convert the file with MATPOWER's savecase."
        )


def _base_mva(value: str, line: int, path: str, workspace: Workspace) -> float:
    base = workspace.evaluate(value.strip("[] "))
    if not isinstance(base, float) or not 0.0 < base < float("inf"):
        raise CaseError(
            f"{path}, line {line}: baseMVA must be a positive number, found {shorten(value)!r}. "
            "Every quantity is divided by it; write it out."
        )
    return base


def _number(token: str, workspace: Workspace) -> float | None:
    if _NUMBER.fullmatch(token):
        return float(token.lower().replace("d", "e"))
    value = workspace.evaluate(token)
    return value if isinstance(value, float) else None


def _join(names: list[str]) -> str:
    return ", ".join(names)
