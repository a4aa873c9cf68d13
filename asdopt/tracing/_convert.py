"""Code objects of user functions with every call asking the hook.

Enters: the code object of a user's function. Leaves: the same code with hooked calls, made from
its verified source once per process. Next: ``_hook.py``, which makes functions of it.
"""

from __future__ import annotations

import opcode
import weakref
from types import CodeType
from typing import Any, NamedTuple

from asdopt.tracing._callee import HOOK, call1, call2
from asdopt.tracing._rewrite import CALL1, CALL2, PREFIX, Rewriter
from asdopt.tracing._rewrite import HOOK as HOOK_NAME
from asdopt.tracing._source import (
    Source,
    all_codes,
    compile_quietly,
    find_source,
    nested_codes,
    parse_quietly,
)

__all__ = ["CONSTANTS", "Converted", "compile_hooked", "convert", "is_hooked"]

# What the placeholders of a rewritten tree stand for. Level 1 adds to it in _implicit.py.
CONSTANTS: dict[str, Any] = {HOOK_NAME: HOOK, CALL1: call1, CALL2: call2}


class Converted(NamedTuple):
    """Hooked code of a function.

    Parameters
    ----------
    code : CodeType
    catches : bool
        Whether it may catch exceptions: an error is then a branch.
    """

    code: CodeType
    catches: bool


_converted: dict[tuple[int, int], tuple[Any, Converted | None]] = {}

# Instructions that call nothing, compare no identities and catch nothing, by how they begin.
_CALM = (
    *("BINARY_", "BUILD_", "CALL_INTRINSIC_1", "COMPARE_OP", "CONTAINS_OP", "CONVERT_VALUE"),
    *("COPY", "DELETE_", "DICT_", "END_FOR", "FORMAT_", "FOR_ITER", "GET_ITER", "JUMP_", "LIST_"),
    *("LOAD_ATTR", "LOAD_CLOSURE", "LOAD_CONST", "LOAD_DEREF", "LOAD_FAST", "LOAD_GLOBAL"),
    *("LOAD_SMALL_INT", "MAKE_", "MAP_ADD", "NOP", "NOT_TAKEN", "POP_ITER", "POP_JUMP_", "POP_TOP"),
    *("PUSH_NULL", "RAISE_VARARGS", "RERAISE", "RESUME", "RETURN_", "SET_", "STORE_", "SWAP"),
    *("TO_BOOL", "UNARY_", "UNPACK_", "YIELD_VALUE"),
)
_CALM_CODES = frozenset(
    number
    for name, number in opcode.opmap.items()
    if name in {"CACHE", "EXTENDED_ARG"} or name.startswith(_CALM)
)
# How a comprehension is run: a call that is nowhere in the source. Caches are zeros in co_code, so
# that the bytes cannot be found elsewhere than at an instruction.
_COMPREHENSION = bytes(
    byte
    for name in ("GET_ITER", "PRECALL", "CACHE", "CALL")
    if "PRECALL" in opcode.opmap or name in {"GET_ITER", "CALL"}
    for byte in (opcode.opmap[name], 0)
)


def convert(code: CodeType, namespace: dict[str, Any], level: int) -> Converted | None:
    """Make the code of a function whose calls are hooked.

    Parameters
    ----------
    code : CodeType
        Code of the function.
    namespace : dict
        Its globals.
    level : int
        0: calls; 1: implicit calls (operators, attributes, loops) as well.

    Returns
    -------
    Converted or None
        None where the source of the running code is not known.

    Notes
    -----
    A code object is converted once per process; the result is shared by all threads.
    """
    key = (id(code), level)
    found = _converted.get(key)
    if found is not None and found[0]() is code:
        return found[1]
    made: Converted | None = None
    if level == 0 and _is_calm(code):
        made = Converted(finish(code), False)
    else:
        source = find_source(code, namespace)
        if source is not None:
            made = _convert(code, source, level)
    # Identity, not equality, which is slow and knows no files; forgotten with the code object.
    _converted[key] = weakref.ref(code, lambda _: _converted.pop(key, None)), made
    return made


def _is_calm(code: CodeType) -> bool:
    """Tell whether there is nothing to hook in a function: no calls, no ``is``, no handlers.

    It runs as it is then; neither its source nor a compilation is needed.
    """
    return all(
        _CALM_CODES.issuperset(each.co_code.replace(_COMPREHENSION, b"")[::2])
        for each in all_codes(code)
    )


def is_hooked(code: CodeType) -> bool:
    """Tell whether code is a result of :func:`convert`."""
    consts = code.co_consts
    return bool(consts) and consts[-1] is HOOK


def compile_hooked(text: str | bytes, mode: str, level: int) -> CodeType:
    """Compile text that a user's function evaluates, with hooked calls."""
    source = text.strip() if mode == "eval" else text
    tree = parse_quietly(source, mode)
    Rewriter(level > 0).function(tree)
    return finish(compile_quietly(tree, "<string>", 0, mode))


def finish(code: CodeType, shift: int = 0) -> CodeType:
    """Exchange the placeholders in compiled code and move it to its place in the file."""
    consts = tuple(
        finish(c, shift)
        if isinstance(c, CodeType)
        else CONSTANTS[c]
        if type(c) is str and c.startswith(PREFIX)
        else c
        for c in code.co_consts
    )
    return code.replace(
        co_consts=(*consts, HOOK), co_firstlineno=max(code.co_firstlineno + shift, 1)
    )


def _convert(code: CodeType, source: Source, level: int) -> Converted | None:
    tree = parse_quietly(source.text)
    rewriter = Rewriter(level > 0)
    if code.co_name == "<lambda>":
        rewriter.function(tree, source.class_name)
    else:
        node: Any = tree
        for _ in range(source.depth + 1):
            node = node.body[-1]
        rewriter.function(node, source.class_name)
    module = compile_quietly(tree, code.co_filename, source.flags)
    for k in source.path:
        module = nested_codes(module)[k]
    made = finish(module, source.shift)
    if made.co_freevars != code.co_freevars or made.co_name != code.co_name:
        return None
    return Converted(made, rewriter.catches)
