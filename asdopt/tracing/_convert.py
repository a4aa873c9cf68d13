"""Code objects of user functions with every call asking the hook.

Enters: the code object of a user's function. Leaves: the same code with hooked calls, made once
per process: of its instructions (``_insertion.pyx``), or of its verified source (``_source.py``,
``_rewrite.pyx``) where implicit calls are to be hooked too, or where the instructions are those of
an unknown version of Python. Next: ``_hook.py``, which makes functions of it.
"""

from __future__ import annotations

import weakref
from types import CodeType
from typing import Any, NamedTuple

from asdopt.tracing._callee import HOOK, call1, call2, called1, called2
from asdopt.tracing._insertion import IS_KNOWN, insert_hooks
from asdopt.tracing._rewrite import CALL1, CALL2, PREFIX, Rewriter
from asdopt.tracing._rewrite import HOOK as HOOK_NAME
from asdopt.tracing._source import (
    compile_quietly,
    find_source,
    nested_codes,
    parse_quietly,
)

__all__ = ["CONSTANTS", "Converted", "compile_hooked", "convert", "is_hooked"]

# What the placeholders of a rewritten tree stand for. Level 1 adds to it in _implicit_methods.py.
CONSTANTS: dict[str, Any] = {HOOK_NAME: HOOK, CALL1: call1, CALL2: call2}


class Converted(NamedTuple):
    """Hooked code of a function.

    Parameters
    ----------
    code : CodeType
    catches : bool
        Whether it may catch exceptions: an error is then a branch.
    level : int
        What is hooked in it: 0: calls; 1: implicit calls as well.
    """

    code: CodeType
    catches: bool
    level: int = 0


_converted: dict[tuple[int, int], tuple[Any, Converted | None]] = {}


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
        None where neither the instructions nor the source of the running code are known.

    Notes
    -----
    A code object is converted once per process; the result is shared by all threads.
    """
    key = (id(code), level)
    found = _converted.get(key)
    if found is not None and found[0]() is code:
        return found[1]
    made = _insert(code) if level == 0 else _rewrite(code, namespace, level)
    if made is None:
        made = _rewrite(code, namespace, 0) if level == 0 else _insert(code)
    # Identity, not equality, which is slow and knows no files; forgotten with the code object.
    _converted[key] = weakref.ref(code, lambda _: _converted.pop(key, None)), made
    return made


def _insert(code: CodeType) -> Converted | None:
    """Insert hooks of calls into the instructions, where these are known."""
    if not IS_KNOWN:
        return None
    helpers = (called1, called2, CONSTANTS[PREFIX + "Is"], CONSTANTS[PREFIX + "IsNot"], HOOK)
    try:
        return Converted(*insert_hooks(code, helpers))
    except (ValueError, IndexError):  # instructions that no compiler made
        return None


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


def _rewrite(code: CodeType, namespace: dict[str, Any], level: int) -> Converted | None:
    """Compile a function again from its source, rewritten."""
    source = find_source(code, namespace)
    if source is None:
        return None
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
    return Converted(made, rewriter.catches, level)
