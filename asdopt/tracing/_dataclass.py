"""The ``__init__`` that a dataclass generates, written again with hooked calls.

It has no source, and it calls the user's ``__post_init__`` and default factories.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from asdopt.tracing._callee import HOOK

__all__ = ["hooked_dataclass_init", "replaced_fields"]

_CLASS_VARIABLE = dataclasses._FIELD_CLASSVAR  # type: ignore[attr-defined]  # private, and has no other name
_INIT_ONLY = dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]  # private, and has no other name


def hooked_dataclass_init(cls: type) -> Callable[..., None] | None:
    """Write the generated ``__init__`` of a class with hooked calls.

    Returns
    -------
    callable or None
        None where the class has no generated ``__init__``, or one that calls nothing of the
        user's.
    """
    base = next((b for b in cls.__mro__ if "__init__" in b.__dict__), object)
    init = base.__dict__["__init__"]
    if "__dataclass_fields__" not in base.__dict__ or type(init) is not FunctionType:
        return None
    if init.__code__.co_filename != "<string>" or not base.__dataclass_params__.init:  # type: ignore[attr-defined]  # private, and has no other name
        return None
    fields = [
        f
        for f in base.__dict__["__dataclass_fields__"].values()
        if f._field_type is not _CLASS_VARIABLE
    ]
    post_init = hasattr(cls, "__post_init__")
    if not post_init and not any(type(f.default_factory) is FunctionType for f in fields):
        return None
    return _write(base, init, fields, post_init)


def replaced_fields(obj: Any, changes: dict[str, Any]) -> dict[str, Any] | None:
    """Arguments with which ``dataclasses.replace`` makes the new object.

    Returns
    -------
    dict or None
        None where it raises an error.
    """
    found = dict(changes)
    for field in getattr(obj, "__dataclass_fields__", {}).values():
        if field._field_type is _CLASS_VARIABLE:
            continue
        if not field.init:
            if field.name in changes:
                return None
        elif field.name not in changes:
            if field._field_type is _INIT_ONLY and field.default is dataclasses.MISSING:
                return None
            found[field.name] = HOOK[getattr](obj, field.name)
    return found


def _write(
    base: Any, init: FunctionType, fields: list[dataclasses.Field[Any]], post_init: bool
) -> Callable[..., None]:
    values: dict[str, Any] = {"_hook": HOOK, "_set": object.__setattr__}
    signature = inspect.signature(init)
    owner = next(iter(signature.parameters))
    parameters = []
    for name, parameter in signature.parameters.items():
        default = parameter.default
        if default is not parameter.empty:
            values[f"_default_{name}"] = default
            default = _Text(f"_default_{name}")
        parameters.append(parameter.replace(default=default, annotation=parameter.empty))
    header = inspect.Signature(parameters)
    lines = [f"def __init__{header}:", "    pass"]
    frozen = base.__dataclass_params__.frozen
    slots = getattr(base.__dataclass_params__, "slots", False)
    for field in fields:
        name = field.name
        value = name
        if field.default_factory is not dataclasses.MISSING:
            values[f"_factory_{name}"] = field.default_factory
            value = f"_hook[_factory_{name}]()"
            if field.init:
                value = f"{value} if {name} is _default_{name} else {name}"
        elif not field.init:
            if not slots or field.default is dataclasses.MISSING:
                continue
            values[f"_default_{name}"] = field.default
            value = f"_default_{name}"
        if field._field_type is _INIT_ONLY:  # type: ignore[attr-defined]  # private, and has no other name
            continue
        if frozen:
            lines.append(f"    _set({owner}, {name!r}, {value})")
        else:
            lines.append(f"    {owner}.{name} = {value}")
    if post_init:
        only = ", ".join(f.name for f in fields if f._field_type is _INIT_ONLY)  # type: ignore[attr-defined]  # private, and has no other name
        lines.append(f"    _hook[{owner}.__post_init__]({only})")
    exec("\n".join(lines), values)
    written: Callable[..., None] = values["__init__"]
    return written


class _Text:
    """A default value that is written as a name."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text
