"""First stage: the text of a MATPOWER case file becomes numeric tables.

Enters the path of a ``.m`` file, leaves a `CaseFile` with the tables as written: external bus
numbers, MW, degrees.  The rules that turn them into a network stand in `_rules`.

A case file is a MATLAB program.  Here it is not run: only assignments of literal numbers are
read, and a statement that would compute or change data is refused rather than skipped.
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

from pglib_cases._errors import CaseError

__all__ = ["CaseFile", "Table", "parse_case", "read_case_file"]

FloatArray = npt.NDArray[np.float64]

# Tables that the model is built from, with the least number of columns each must have.
REQUIRED_COLUMNS = {"bus": 13, "gen": 10, "branch": 11, "gencost": 4}

# Tables that change the optimal power flow in ways the model does not have: refused if not empty.
UNSUPPORTED = {
    "dcline": "DC lines",
    **dict.fromkeys(("busdc", "convdc", "branchdc", "dcbus", "dcconv", "dcbranch"), "DC grids"),
    "storage": "storage units",
    "A": "additional linear constraints",
    "N": "generalized costs",
    "userfcn": "user callbacks",
}

# Stands for the line break of a continued line: blank to the number parser, yet countable.
CONTINUED = "\x1c"

_BLANKS = re.compile(rf"[ \t\n;,{CONTINUED}]*")
_ASSIGNMENT = re.compile(
    rf"(?:([A-Za-z_]\w*)\.)?([A-Za-z_][\w.]*)[ \t{CONTINUED}]*=(?!=)[ \t{CONTINUED}]*"
)
_STATEMENT = re.compile(r"[^;\n]*")
_HARMLESS = re.compile(
    r"function\b.*|end|endfunction|return|define_constants|clc|clear( all)?|close all"
    r"|\[[\w\s,.]*\]\s*=\s*idx_\w+|1"
)
_STRING = r"'[^'\n]*'|\"[^\"\n]*\""
_COMMENT = re.compile(r"%[^\n]*")
_STRING_OR_COMMENT = re.compile(rf"{_STRING}|%[^\n]*")
_STRING_OR_CONTINUATION = re.compile(rf"{_STRING}|\.\.\.[^\n]*\n")
_STRING_OR_BRACE = re.compile(rf"{_STRING}|[{{}}]")
_BLOCK_COMMENT = re.compile(r"^[ \t]*%\{[ \t]*\n.*?^[ \t]*%\}[ \t]*$", re.MULTILINE | re.DOTALL)
_PERCENT_IN_STRING = re.compile(r"'[^'\n]*%[^'\n]*'|\"[^\"\n]*%[^\"\n]*\"")
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
    text = _without_comments(text)
    tables: dict[str, Table] = {}
    scalars: dict[str, tuple[str, int]] = {}
    structs: set[str] = set()
    for struct, name, value, line in _assignments(text, path):
        structs.add(struct)
        if struct and name in UNSUPPORTED:
            _check_unsupported(name, value, path, line)
        elif name in REQUIRED_COLUMNS:
            tables[name] = _table(name, value, path, line)
        else:
            scalars[name] = (value.replace(CONTINUED, " ").strip(), line)
    for struct in structs & scalars.keys():
        value, line = scalars[struct]
        if value not in ("[]", "struct", "struct()"):
            _refuse_statement(f"{struct} = {value}", path, line)
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
    return CaseFile(path, _base_mva(*scalars["baseMVA"], path), tables)


def _without_comments(text: str) -> str:
    """Blank out comments and join continued lines, keeping every line number."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "%{" in text:
        text = _BLOCK_COMMENT.sub(lambda block: "\n" * block[0].count("\n"), text)
    if _PERCENT_IN_STRING.search(text):
        text = _STRING_OR_COMMENT.sub(lambda m: "" if m[0][0] == "%" else m[0], text)
    else:
        text = _COMMENT.sub("", text)
    if "..." in text:
        text = _STRING_OR_CONTINUATION.sub(lambda m: CONTINUED if m[0][0] == "." else m[0], text)
    return text


def _assignments(text: str, path: str) -> Iterator[tuple[str, str, str, int]]:
    """Yield (struct or "", field, literal as written, line) of each assignment, in order."""
    position, line, counted = 0, 1, 0
    while True:
        position = _end(_BLANKS, text, position)
        line += _num_breaks(text, counted, position)
        counted = position
        if position == len(text):
            return
        match = _ASSIGNMENT.match(text, position)
        if match is None:
            statement = text[position : _end(_STATEMENT, text, position)]
            if _HARMLESS.fullmatch(statement.replace(CONTINUED, " ").strip()):
                position += len(statement)
                continue
            _refuse_statement(statement, path, line)
        position = _literal_end(text, match.end(), match[2], path, line)
        literal = text[match.end() : position]
        rest = text[position : _end(_STATEMENT, text, position)]
        if rest.strip(f" \t,{CONTINUED}"):
            _refuse_statement(f"{match[2]} = {literal[0]}...{literal[-1]}{rest}", path, line)
        yield match[1] or "", match[2], literal, line


def _literal_end(text: str, start: int, name: str, path: str, line: int) -> int:
    """Return where the literal that begins at `start` ends."""
    opening = text[start : start + 1]
    if opening == "[":
        end = text.find("]", start)
        equals = text.find("=", start, end if end >= 0 else len(text))
        if equals >= 0 and name in REQUIRED_COLUMNS:
            swallowed = line + _num_breaks(text, start, equals)
            raise CaseError(
                f"{path}, line {line}: table {name} is not closed by ']' before the next statement "
                f"on line {swallowed}. Rows are missing; get the file anew."
            )
        if end < 0:
            _fail_truncated(text, name, path, line)
        return end + 1
    if opening == "{":
        depth = 0
        for brace in _STRING_OR_BRACE.finditer(text, start):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            if depth == 0:
                return brace.end()
        _fail_truncated(text, name, path, line)
    return _end(_STATEMENT, text, start)


def _table(name: str, value: str, path: str, line: int) -> Table:
    """Return the table of a matrix literal such as ``[1 2; 3 4]``."""
    if not value.startswith("["):
        raise CaseError(
            f"{path}, line {line}: table {name} is assigned {_shorten(value)!r}, not a literal "
            "matrix [...]. Case files are read, not run; write the numbers out with MATPOWER's "
            "savecase."
        )
    body = value[1:-1]
    values = _numbers(name, body, path, line)
    least = REQUIRED_COLUMNS[name]
    if values.shape[0] and values.shape[1] < least:
        raise CaseError(
            f"{path}, line {line}: table {name} has {values.shape[1]} columns; at least {least} "
            "are needed. The missing ones have no default; complete the table."
        )
    return Table(name, values.reshape(-1, max(values.shape[1], least)), line, body)


def _numbers(name: str, body: str, path: str, line: int) -> FloatArray:
    """Return the numbers between the brackets of a matrix literal."""
    rows = body.replace(",", " ").replace(";", "\n").split("\n")
    if not any(row.strip() for row in rows[:2]) and not body.strip(" \t\n;,\x1c"):
        return np.zeros((0, 0))
    try:
        return np.loadtxt(rows, dtype=np.float64, comments=None, ndmin=2)
    except ValueError:
        return _numbers_slowly(name, body, path, line)


def _numbers_slowly(name: str, body: str, path: str, line: int) -> FloatArray:
    """Parse as `_numbers`, telling where the text is not a matrix of numbers."""
    values: list[list[float]] = []
    for row_line, row in _rows(body, line):
        tokens = row.replace(",", " ").split()
        where = f"{path}, line {row_line}: table {name}, row {len(values) + 1}"
        for column, token in enumerate(tokens, 1):
            if not _NUMBER.fullmatch(token):
                raise CaseError(
                    f"{where}, column {column}: expected a number, found {_shorten(token)!r}. "
                    "Case files are read, not run; write the number out."
                )
        if values and len(tokens) != len(values[0]):
            raise CaseError(
                f"{where} has {len(tokens)} columns where the first row has {len(values[0])}. "
                "A value or a row end is missing; complete the row."
            )
        values.append([_float(token) for token in tokens])
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
        values = _numbers(name, value[1:-1], path, line)
        if values.shape[1] > 2 and not np.any(values[:, 2] > 0):
            return
    raise CaseError(
        f"{path}, line {line}: table {name} holds {UNSUPPORTED[name]}, which the AC optimal power "
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


def _base_mva(value: str, line: int, path: str) -> float:
    value = value.strip("[] ")
    base = _float(value) if _NUMBER.fullmatch(value) else float("nan")
    if not (0.0 < base < float("inf")):
        raise CaseError(
            f"{path}, line {line}: baseMVA must be a positive number, found {_shorten(value)!r}. "
            "Every quantity is divided by it; write it out."
        )
    return base


def _fail_truncated(text: str, name: str, path: str, line: int) -> NoReturn:
    last = 1 + _num_breaks(text.rstrip(), 0, len(text))
    raise CaseError(
        f"{path}, line {line}: table {name} opens here and is not closed before the file ends on "
        f"line {last}. The file is truncated; get it anew."
    )


def _refuse_statement(statement: str, path: str, line: int) -> NoReturn:
    raise CaseError(
        f"{path}, line {line}: the statement {_shorten(statement)!r} computes or changes data. "
        "Case files are read, not run, and skipping it would change the case. Run the file in "
        "MATPOWER, write the result with savecase, and load that."
    )


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return start if match is None else match.end()


def _num_breaks(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) + text.count(CONTINUED, start, end)


def _float(token: str) -> float:
    return float(token.lower().replace("d", "e"))


def _join(names: list[str]) -> str:
    return ", ".join(names)


def _shorten(text: str) -> str:
    text = " ".join(text.replace(CONTINUED, " ").split())
    return text if len(text) <= 60 else f"{text[:57]}..."
