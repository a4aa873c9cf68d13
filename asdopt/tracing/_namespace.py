"""Code that cannot be hooked otherwise: its global names are looked up through the hook.

Enters: compiled text given to exec, or a user's function of which neither the instructions are
known (a later version of Python) nor the source. Leaves: a copy in which global names and closure
variables that are *called* are answered by the hook; names used as values are what they are.
Callables reached through local variables stay unhooked: at worst a refusal, never a wrong result.

The instructions stay as they are: only names are replaced by marked ones, which a namespace
standing before the true globals understands.
"""

from __future__ import annotations

import builtins
import dis
import math
import weakref
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from asdopt.tracing._callee import HOOK, Session
from asdopt.tracing._source import all_codes

__all__ = ["Namespace", "evaluate", "substitute"]

# Marks of names that are called, and of names whose attribute is called, with its depth.
_CALLED = "\0called "
_BASE = "\0base "
_CLASS_BODY = ("LOAD_NAME", "STORE_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "DELETE_GLOBAL")
_OWN = ("__builtins__", "__name__", "__package__", "__spec__")


class _Uses(NamedTuple):
    """Code with marked names, and how closure variables are used.

    Parameters
    ----------
    code : CodeType or None
        None where the code reads globals in a way that no namespace can stand before.
    free : dict of str to str or None
        Mark of closure variables that are only called, or only bases of calls.
    stores : bool
        Whether it stores globals.
    """

    code: CodeType | None
    free: dict[str, str | None]
    stores: bool


class Namespace(dict[str, Any]):
    """Stands before the globals of a function; stored names go through to them.

    Parameters
    ----------
    real : dict
        The globals.
    """

    def __init__(self, real: dict[str, Any]) -> None:
        super().__init__({name: real[name] for name in _OWN if name in real})
        self["__builtins__"] = vars(builtins) | {"__import__": _import}
        self._own = frozenset(self.keys())
        self.real = real

    def synchronize(self) -> None:
        """Pass on what the function stored into its globals."""
        if len(self) > len(self._own):
            for name in [n for n in self if n not in self._own]:
                self.real[name] = self.pop(name)

    def __getitem__(self, key: str) -> Any:
        self.synchronize()
        if key[:1] != "\0":
            return self.real[key]
        if key.startswith(_CALLED):
            name = key[len(_CALLED) :]
            return (lambda: self.real) if name == "globals" else HOOK[self._find(name)]
        depth, name = key[len(_BASE) :].split(" ")
        return _Base(self._find(name), int(depth))

    def _find(self, name: str) -> Any:
        if name in self.real:
            return self.real[name]
        try:
            return getattr(builtins, name)
        except AttributeError:
            raise NameError(f"name {name!r} is not defined") from None


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    """``import math`` in a function without source gives its functions hooked."""
    module = __import__(name, *args, **kwargs)
    return _HOOKED_MATH if module is math else module


class _HookedMath(ModuleType):
    """The module math in front of the hook."""

    def __getattribute__(self, name: str) -> Any:
        return HOOK[getattr(math, name)]


_HOOKED_MATH = _HookedMath("math")


class _Base:
    """A value whose attribute, some steps away, is called."""

    __slots__ = ("_depth", "_value")

    def __init__(self, value: Any, depth: int) -> None:
        self._value, self._depth = value, depth

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._value, name)
        return HOOK[value] if self._depth == 1 else _Base(value, self._depth - 1)


_uses: dict[int, tuple[Any, _Uses]] = {}


def substitute(session: Session, function: FunctionType) -> Any:
    """Make a copy of a function without source whose calls of global names are hooked.

    Parameters
    ----------
    session : Session
        The trace.
    function : function
        The user's function.

    Returns
    -------
    callable
        The function itself where nothing can be hooked.
    """
    code = function.__code__
    found = _uses.get(id(code))
    if found is None or found[0]() is not code:
        key = id(code)
        found = weakref.ref(code, lambda _: _uses.pop(key, None)), _analyze(code)
        _uses[key] = found
    uses = found[1]
    if uses.code is None:
        return function
    if code.co_exceptiontable:
        session.tape.careful = True
    spaces = session.state.setdefault("namespaces", {})
    space = spaces.get(id(function.__globals__))
    if space is None:
        space = spaces[id(function.__globals__)] = Namespace(function.__globals__)
    cells = function.__closure__ or ()
    marked = [uses.free.get(name) for name in code.co_freevars]
    closure = tuple(
        cell if mark is None or not _may_exchange(cell, mark) else CellType()
        for cell, mark in zip(cells, marked, strict=True)
    )
    made = FunctionType(uses.code, space, function.__name__, function.__defaults__, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__ = function.__qualname__
    made.__dict__ = function.__dict__
    # Known before its closure is filled: the function may be in it.
    session.keep(function, made)
    for old, new, mark in zip(cells, closure, marked, strict=True):
        if new is not old and mark is not None:
            value = old.cell_contents
            new.cell_contents = HOOK[value] if mark == _CALLED else _Base(value, int(mark))
    return _synchronized(made, space) if uses.stores else made


def evaluate(
    session: Session,
    run: Callable[..., Any],
    code: CodeType,
    names: dict[str, Any],
    local: Any,
) -> Any:
    """Run compiled text (``eval`` or ``exec`` of a code object) with its calls hooked."""
    nested = (c for c in all_codes(code) if c is not code)
    if any(i.opname in _CLASS_BODY for c in nested for i in dis.get_instructions(c)):
        return run(code, names, local)
    space = Namespace(names)
    scope = space if local is names else _Locals(local, space)
    try:
        return run(_mark(code), space, scope)
    finally:
        space.synchronize()


class _Locals:
    """Local names in front of a namespace."""

    def __init__(self, local: Any, space: Namespace) -> None:
        self._local, self._space = local, space

    def __getitem__(self, key: str) -> Any:
        mark, _, name = key.rpartition(" ") if key[:1] == "\0" else ("", "", key)
        if name not in self._local:
            return self._space[key]
        value = self._local[name]
        if mark + " " == _CALLED:
            return HOOK[value]
        return _Base(value, int(mark[len(_BASE) :])) if mark else value

    def __setitem__(self, key: str, value: Any) -> None:
        self._local[key] = value

    def __delitem__(self, key: str) -> None:
        del self._local[key]


def _synchronized(function: FunctionType, space: Namespace) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            space.synchronize()

    return call


def _may_exchange(cell: CellType, mark: str) -> bool:
    try:
        value = cell.cell_contents
    except ValueError:
        return False
    return mark == _CALLED or isinstance(value, ModuleType)


_stores: weakref.WeakKeyDictionary[CodeType, bool] = weakref.WeakKeyDictionary()


def _stores_globals(code: CodeType) -> bool:
    found = _stores.get(code)
    if found is None:
        # Reading instructions takes longer than tracing a small function.
        names = (i.opname for c in all_codes(code) for i in dis.get_instructions(c))
        found = _stores[code] = "STORE_GLOBAL" in names
    return found


def _analyze(code: CodeType) -> _Uses:
    # Class bodies read globals past any namespace.
    if any(i.opname in _CLASS_BODY for c in all_codes(code) for i in dis.get_instructions(c)):
        return _Uses(None, {}, False)
    return _Uses(_mark(code), _free_uses(code), _stores_globals(code))


def _mark(code: CodeType) -> CodeType:
    """Mark the global names that are called."""
    instructions = [i for i in dis.get_instructions(code) if i.opname not in _NOT_SEEN]
    names = list(code.co_names)
    raw = bytearray(code.co_code)
    for k, instruction in enumerate(instructions):
        if instruction.opname not in ("LOAD_GLOBAL", "LOAD_NAME") or instruction.arg is None:
            continue
        mark = _call_mark(instructions, k)
        if mark is None:
            continue
        prefix = _CALLED if mark == _CALLED else f"{_BASE}{mark} "
        name = f"{prefix}{instruction.argval}"
        if name not in names:
            names.append(name)
        arg = names.index(name)
        if instruction.opname == "LOAD_GLOBAL":
            # The lowest bit says that a call follows.
            arg = arg << 1 | instruction.arg & 1
        if arg < 256 and instruction.arg < 256:
            raw[instruction.offset + 1] = arg
    consts = tuple(_mark(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_code=bytes(raw), co_names=tuple(names), co_consts=(*consts, HOOK))


_NOT_SEEN = frozenset({"CACHE", "EXTENDED_ARG", "PRECALL", "KW_NAMES", "NOP"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})


def _call_mark(instructions: list[dis.Instruction], k: int) -> str | None:
    """How the value loaded by an instruction is used: called, or an attribute of it is called.

    Returns
    -------
    str or None
        The mark of called values, the number of attributes up to the called one, None for values.
    """
    depth = 0
    j = k + 1
    called = "NULL" in instructions[k].argrepr
    while j < len(instructions) and instructions[j].opname in _ATTRIBUTES:
        depth += 1
        method = instructions[j].opname == "LOAD_METHOD" or "NULL" in instructions[j].argrepr
        j += 1
        if method:
            return str(depth)
    before = instructions[k - 1].opname == "PUSH_NULL" if k else False
    after = j < len(instructions) and instructions[j].opname == "PUSH_NULL"
    if called or before or after:
        return str(depth) if depth else _CALLED
    return None


def _free_uses(code: CodeType) -> dict[str, str | None]:
    """Find closure variables that every use calls in the same way."""
    uses: dict[str, str | None] = {}
    instructions = [i for i in dis.get_instructions(code) if i.opname not in _NOT_SEEN]
    for k, instruction in enumerate(instructions):
        name = instruction.argval
        if name not in code.co_freevars or not isinstance(name, str):
            continue
        if instruction.opname in ("COPY_FREE_VARS", "LOAD_CONST", "LOAD_GLOBAL", "LOAD_ATTR"):
            continue
        mark = _call_mark(instructions, k) if instruction.opname == "LOAD_DEREF" else None
        if name in uses and uses[name] != mark:
            mark = None
        uses[name] = mark
    return uses
