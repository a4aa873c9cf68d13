"""The source of a user's function, used only if it is what runs.

Enters: a code object. Leaves: its source as text from which compiling gives the very same code,
instructions, names, constants, free variables and positions, or None. Methods and nested
functions are compiled inside headers that stand for the classes and functions around them.
Next: ``_convert.py``, which compiles that text again with every call hooked.
"""

from __future__ import annotations
import __future__

import ast
import linecache
import re
import sys
import warnings
from collections.abc import Iterator
from types import CodeType, ModuleType
from typing import Any, NamedTuple

__all__ = [
    "Source",
    "all_codes",
    "compile_quietly",
    "find_source",
    "nested_codes",
    "parse_quietly",
    "same_code",
]

# Flags of `from __future__ import ...`, inherited by no compilation of ours; that of nested scopes,
# which are no choice any more, now says that a function is nested.
_FUTURE = 0
for _name in set(__future__.all_feature_names) - {"nested_scopes"}:
    _FUTURE |= getattr(__future__, _name).compiler_flag
# Scopes of expressions, which the statement that holds the function brings along.
_EXPRESSIONS = frozenset(("<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"))
_IMPORT = re.compile(r"^\s*(?:from\s+[\w.]+\s+)?import\s+(?:\(([^)]*)\)|([^\n#(]+))", re.MULTILINE)


class Source(NamedTuple):
    """Verified source of a function.

    Parameters
    ----------
    text : str
        Headers and the statement that holds the function.
    path : tuple of int
        Which of the nested code objects to take at each level to reach the function.
    shift : int
        What to add to line numbers in ``text`` to get those in the file.
    depth : int
        Number of headers around the statement.
    flags : int
        Compiler flags.
    class_name : str or None
        Innermost class, whose name is put before private names.
    """

    text: str
    path: tuple[int, ...]
    shift: int
    depth: int
    flags: int
    class_name: str | None


def find_source(code: CodeType, namespace: dict[str, Any]) -> Source | None:
    """Find the source of a function's code and check that it is what runs.

    Parameters
    ----------
    code : CodeType
        Code of the function.
    namespace : dict
        Its globals.

    Returns
    -------
    Source or None
        None where there is no source, or another one: an edited file, rewritten asserts.
    """
    lines = _lines(code.co_filename, namespace)
    first = code.co_firstlineno
    if not 0 < first <= len(lines):
        return None
    whole = _headers(code, code.co_qualname.split(".")[:-1])
    if whole is None:
        return None
    found = _find_source(code, namespace, lines, whole)
    if found is None and code.co_name == "<lambda>" and whole:
        # ``def f(): return lambda x: x``: the lambda's statement begins with the def around it.
        parts = code.co_qualname.split(".")[:-1]
        named = [k for k, part in enumerate(parts) if part.isidentifier()]
        shorter = _headers(code, parts[: named[-1]] + ["<lambda>"])
        if shorter is not None:
            found = _find_source(code, namespace, lines, shorter)
    return found


def _find_source(
    code: CodeType, namespace: dict[str, Any], lines: list[str], headers: list[tuple[str, str]]
) -> Source | None:
    flags = code.co_flags & _FUTURE
    for imports in _imports(code, namespace, lines):
        for start, stop in _statements(code, lines):
            text, num_lines, depth = _wrap(lines[start - 1 : stop], headers, imports)
            if text is None:
                continue
            # Line numbers as in the file where there is room for the headers: from Python 3.13
            # on the bodies of classes know theirs.
            blank = max(start - 1 - num_lines, 0)
            text = "\n" * blank + text
            num_lines += blank
            try:
                module = compile_quietly(text, code.co_filename, flags)
            except (SyntaxError, ValueError):
                continue
            shift = start - 1 - num_lines
            path = _find(module, code, shift)
            if path is not None:
                classes = [name for kind, name in headers if kind == "class"]
                inner = classes[-1] if classes else None
                return Source(text, path, shift, depth, flags, inner)
    return None


def compile_quietly(source: str | ast.AST, file: str, flags: int, mode: str = "exec") -> CodeType:
    """Compile without repeating the warnings that the user has seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(source, file, mode, flags=flags, dont_inherit=True)  # type: ignore[arg-type, no-any-return]


def parse_quietly(text: str | bytes, mode: str = "exec") -> Any:
    """Parse without repeating the warnings that the user has seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, "<string>", mode)


def same_code(a: CodeType, b: CodeType, shift: int = 0) -> bool:
    """Tell whether two code objects are equal, lines of ``a`` moved by ``shift``."""
    return (
        a.co_code == b.co_code
        and a.co_firstlineno + shift == b.co_firstlineno
        and a.co_linetable == b.co_linetable
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and a.co_flags == b.co_flags
        and a.co_name == b.co_name
        and a.co_argcount == b.co_argcount
        and a.co_posonlyargcount == b.co_posonlyargcount
        and a.co_kwonlyargcount == b.co_kwonlyargcount
        and a.co_exceptiontable == b.co_exceptiontable
        and len(a.co_consts) == len(b.co_consts)
        and all(_same_constant(x, y, shift) for x, y in zip(a.co_consts, b.co_consts, strict=True))
    )


def _same_constant(a: Any, b: Any, shift: int) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, CodeType):
        return same_code(a, b, shift)
    if isinstance(a, (tuple, frozenset)):
        # repr tells 1 from 1.0 and 0.0 from -0.0 inside them; sets of equal items may differ
        # in order.
        return a == b and (isinstance(a, frozenset) or repr(a) == repr(b))
    if isinstance(a, (float, complex)):
        return repr(a) == repr(b)
    return bool(a == b)


def nested_codes(code: CodeType) -> list[CodeType]:
    """Code objects among the constants of another, in order."""
    return [c for c in code.co_consts if isinstance(c, CodeType)]


def _find(module: CodeType, code: CodeType, shift: int) -> tuple[int, ...] | None:
    for k, nested in enumerate(nested_codes(module)):
        if nested.co_name == code.co_name and same_code(nested, code, shift):
            return (k,)
        below = _find(nested, code, shift)
        if below is not None:
            return (k, *below)
    return None


def _lines(file: str, namespace: dict[str, Any]) -> list[str]:
    if file.startswith("<frozen "):
        file = getattr(sys.modules.get(file[8:-1]), "__file__", None) or file
    if not file.startswith("<"):
        linecache.checkcache(file)
    return linecache.getlines(file, namespace)


def _headers(code: CodeType, parts: list[str]) -> list[tuple[str, str]] | None:
    """Classes and functions around a function, outermost first, from parts of its name."""
    headers = []
    for k, part in enumerate(parts):
        if part == "<locals>" or part in _EXPRESSIONS:
            continue
        is_function = k + 1 < len(parts) and parts[k + 1] == "<locals>"
        if not part.isidentifier():
            return None
        headers.append(("def" if is_function else "class", part))
    free = [name for name in code.co_freevars if name != "__class__"]
    if free:
        if not all(name.isidentifier() for name in free):
            return None
        functions = [k for k, (kind, _) in enumerate(headers) if kind == "def"]
        if functions:
            inner = functions[-1]
            headers[inner] = ("def", f"{headers[inner][1]}({', '.join(free)})")
        elif _EXPRESSIONS.isdisjoint(parts):
            return None
    return headers


def _wrap(
    chunk: list[str], headers: list[tuple[str, str]], imports: tuple[str, ...]
) -> tuple[str | None, int, int]:
    """Put headers before a statement; its own lines stay as they are, columns included."""
    body = next((line for line in chunk if line.strip()), "")
    indent = len(body) - len(body.lstrip())
    unit = "\t" if body[:1] == "\t" else " "
    before = [f"import {', '.join(imports)}\n"] if imports else []
    for level, (kind, name) in enumerate(headers):
        call = "()" if kind == "def" and not name.endswith(")") else ""
        before.append(f"{unit * level}{kind} {name}{call}:\n")
    if indent and not headers:
        before.append("if 1:\n")
    if indent < len(headers):
        return None, 0, 0
    text = "".join(before) + "".join(chunk)
    depth = len(before) - bool(imports)
    return (text if text.endswith("\n") else text + "\n"), len(before), depth


def _statements(code: CodeType, lines: list[str]) -> Iterator[tuple[int, int]]:
    """First and last lines of what may be the statement that holds a function."""
    first = code.co_firstlineno
    last = max(_last_line(code), first)
    yield first, last
    if code.co_name != "<lambda>":
        stop = _block_end(lines, first, last)
        if stop != last:
            yield first, stop
        return
    # A lambda stands inside of a statement, which may begin above it.
    yield from _enclosing_statements(lines, first)


def _enclosing_statements(lines: list[str], line: int) -> list[tuple[int, int]]:
    """Statements that contain a line, innermost first, up to a class or function."""
    try:
        block: list[Any] = parse_quietly("".join(lines)).body
    except (SyntaxError, ValueError):
        return []
    found: list[tuple[int, int]] = []
    while block:
        node = next((s for s in block if _start(s) <= line <= s.end_lineno), None)
        if node is None:
            break
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.clear()
        found.insert(0, (_start(node), node.end_lineno))
        parts = ("body", "orelse", "finalbody", "handlers", "cases")
        block = [s for part in parts for s in getattr(node, part, ()) if isinstance(s, ast.AST)]
        block = [
            s
            for part in block
            for s in (
                part.body if isinstance(part, (ast.ExceptHandler, ast.match_case)) else [part]
            )
        ]
    return found


def _start(statement: Any) -> int:
    decorators = getattr(statement, "decorator_list", None)
    return int(min([statement.lineno, *(d.lineno for d in decorators or ())]))


def _last_line(code: CodeType) -> int:
    """Last line on which an expression begins."""
    return max((line or 0 for c in all_codes(code) for _, _, line in c.co_lines()), default=0)


def _block_end(lines: list[str], first: int, last: int) -> int:
    """Last line before one that is indented no deeper than the function's first line."""
    head = lines[first - 1]
    indent = len(head) - len(head.lstrip())
    for k in range(last, len(lines)):
        line = lines[k]
        text = line.strip()
        if text and len(line) - len(line.lstrip()) <= indent and text[0] not in "#)]}":
            return k
    return len(lines)


def _imports(
    code: CodeType, namespace: dict[str, Any], lines: list[str]
) -> Iterator[tuple[str, ...]]:
    """Names that the module may import: calls of their attributes are compiled differently.

    Local variables and those of the functions around count too: the compiler looks at the name
    alone.
    """
    kinds = ("co_names", "co_varnames", "co_freevars", "co_cellvars")
    names = {name for c in all_codes(code) for kind in kinds for name in getattr(c, kind)}
    modules = tuple(sorted(n for n in names if isinstance(namespace.get(n), ModuleType)))
    tried = {modules}
    yield modules
    if () not in tried:
        tried.add(())
        yield ()
    imported = set()
    for match in _IMPORT.finditer("".join(lines)):
        for part in (match.group(1) or match.group(2)).split(","):
            imported.add(part.split(" as ")[-1].strip().split(".")[0])
    found = tuple(sorted(n for n in names & imported if n.isidentifier()))
    if found not in tried:
        yield found


def all_codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those nested in it."""
    yield code
    for nested in nested_codes(code):
        yield from all_codes(nested)
