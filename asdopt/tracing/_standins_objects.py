"""Stand-ins of functions of the standard library that call methods of objects they are given.

Enters: objects of the user's classes. Leaves: the same with the methods hooked. Next:
``_implicit_objects.py`` for those that call special methods.
"""

from __future__ import annotations

import dataclasses
import operator
from typing import Any

from asdopt.tracing._callee import HOOK, Session, know
from asdopt.tracing._dataclass import replaced_fields
from asdopt.tracing._hook import HANDLERS

__all__: list[str] = []


def _method_caller(session: Session, callee: Any) -> Any:
    kind, parts = callee.__reduce__()
    # With keywords it is a partial of its class, with the name as its only argument.
    name, *args = parts if kind is type(callee) else (*kind.args, *parts)
    kwargs = {} if kind is type(callee) else kind.keywords
    return lambda value: HOOK[getattr(value, name)](*args, **kwargs)


HANDLERS[operator.methodcaller] = _method_caller


def _replace(obj: Any, /, **changes: Any) -> Any:
    arguments = replaced_fields(obj, changes)
    if arguments is None:
        return dataclasses.replace(obj, **changes)  # Python's error
    return HOOK[obj.__class__](**arguments)


know(dataclasses.replace, _replace)
