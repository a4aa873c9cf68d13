"""Classes whose methods ask for the type of values.

``type(x)`` of a traced value is wrong in code that is not hooked, and nothing would tell. Methods
that run without being called (operators, properties) are hooked only together with all implicit
calls, which makes a trace many times slower: so it is asked for here, where it is needed.
``_hook.py`` shows this module each class that a trace meets.
"""

from __future__ import annotations

import dis
import weakref
from collections.abc import Iterable
from types import CodeType, FunctionType, ModuleType
from typing import Any

from asdopt.tracing._callee import Session
from asdopt.tracing._location import is_user_file
from asdopt.tracing._source import all_codes

__all__ = ["notice"]

_NOTICED = frozenset(
    {type(None), FunctionType, ModuleType, float, int, str, list, dict, tuple, bool, type}
)
_asking: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()


def notice(session: Session, kind: type) -> None:
    """Ask for implicit calls to be hooked if a class's methods ask for the type of values."""
    if kind in _NOTICED or session.level:
        return
    asks = _asking.get(kind)
    if asks is None:
        asks = _asking[kind] = any(
            _asks(nested, nested is function.__code__)
            for base in kind.__mro__
            for name, value in base.__dict__.items()
            for function in _implicit_functions(name, value)
            if type(function) is FunctionType and is_user_file(function.__code__.co_filename)
            for nested in all_codes(function.__code__)
        )
    if asks:
        session.state["implicit"] = True


def _implicit_functions(name: str, value: Any) -> Iterable[Any]:
    """Functions of a class's attribute that run without being called."""
    if name[:2] == "__":
        return (value,)
    if isinstance(value, property):
        return (value.fget, value.fset)
    return (getattr(value, "func", None),)


def _asks(code: CodeType, is_method: bool) -> bool:
    """Tell whether code asks for a type other than ``type(self)``, which is not traced.

    That one is frequent: in ``__repr__``, in operators that make their own kind, in the
    ``__setattr__`` of frozen dataclasses.
    """
    if "type" not in code.co_names:
        return False
    own = code.co_varnames[0] if is_method and code.co_argcount else None
    instructions = list(dis.get_instructions(code))
    if any(i.opname.startswith("STORE_FAST") and i.argval == own for i in instructions):
        return True
    for k, instruction in enumerate(instructions):
        if instruction.argval == "type" and instruction.opname.startswith("LOAD_"):
            match instructions[k + 1 : k + 3]:
                case [loaded, called] if (
                    loaded.opname.startswith("LOAD_FAST")
                    and loaded.argval == own
                    and called.opname in ("PRECALL", "CALL")
                    and called.arg == 1
                ):
                    continue
            return True
    return False
