"""The text of a case file as a sequence of statements, each with its line.

Enters text, leaves assignments of literals and, as they stand, statements that compute; the
tables are made of them in `_matpower`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from pglib_cases._columns import REQUIRED_COLUMNS
from pglib_cases._errors import CaseError

__all__ = ["CONTINUED", "Statement", "refuse_statement", "shorten", "statements"]

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


@dataclass(frozen=True)
class Statement:
    """One statement of a case file.

    Parameters
    ----------
    struct, field : str
        Left side of an assignment, ``struct.field = ...`` or ``field = ...`` (struct is empty);
        both empty for any other statement.
    text : str
        Right side of an assignment as written; the whole of any other statement.
    line : int
        Line of the file on which it begins, from 1.
    """

    struct: str
    field: str
    text: str
    line: int


def statements(text: str, path: str) -> Iterator[Statement]:
    """Yield the statements of a case file in order, comments and harmless ones left out.

    Parameters
    ----------
    text : str
        Content of the file.
    path : str
        Name used in error messages.

    Yields
    ------
    Statement

    Raises
    ------
    CaseError
        If a table is not closed, or something follows its closing bracket.
    """
    text = _without_comments(text)
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
            position += len(statement)
            statement = statement.replace(CONTINUED, " ").strip()
            if not _HARMLESS.fullmatch(statement):
                yield Statement("", "", statement, line)
            continue
        position = _literal_end(text, match.end(), match[2], path, line)
        literal = text[match.end() : position]
        rest = text[position : _end(_STATEMENT, text, position)]
        if rest.strip(f" \t,{CONTINUED}"):
            refuse_statement(f"{match[2]} = {literal[0]}...{literal[-1]}{rest}", path, line)
        yield Statement(match[1] or "", match[2], literal, line)


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


def _fail_truncated(text: str, name: str, path: str, line: int) -> NoReturn:
    last = 1 + _num_breaks(text.rstrip(), 0, len(text))
    raise CaseError(
        f"{path}, line {line}: table {name} opens here and is not closed before the file ends on "
        f"line {last}. The file is truncated; get it anew."
    )


def refuse_statement(statement: str, path: str, line: int) -> NoReturn:
    """Raise `CaseError` for a statement that is not followed."""
    raise CaseError(
        f"{path}, line {line}: the statement {shorten(statement)!r} computes or changes data. "
        "Case files are read, not run, and skipping it would change the case. Run the file in "
        "MATPOWER, write the result with savecase, and load that."
    )


def shorten(text: str) -> str:
    """Return text on one line and at most 60 characters long, for a message."""
    text = " ".join(text.replace(CONTINUED, " ").split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return start if match is None else match.end()


def _num_breaks(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) + text.count(CONTINUED, start, end)
