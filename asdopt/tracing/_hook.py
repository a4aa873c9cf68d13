"""Hooked callees: run a user's function unchanged, except for what its calls call.

Enters: what a call in a user's function calls. Leaves: what it calls instead. A user's function
runs as a copy with the same globals and closure cells, in which each call ``f(a)`` is
``HOOK[f](a)``. The hook answers with a stand-in for a known function (``math.sin``, ``np.zeros``),
with a hooked copy for the user's own functions, methods and classes, and with ``f`` itself for
everything else. Values are never exchanged, so identity, dictionary keys, ``dtype=float`` and
isinstance are what they are, and nothing outside of the call is touched.

``_callee.pyx`` holds the hook and its fast look-up; what it does not find is asked here, once
per callee and trace. Next: ``_convert.py`` for the code, ``_standins.py`` for known functions.
"""

from __future__ import annotations

import _collections_abc
import ast
import collections
import contextlib
import functools
import graphlib
import importlib
import os
import string
import sys
import typing
from collections.abc import Callable
from types import (
    BuiltinFunctionType,
    CellType,
    FunctionType,
    GenericAlias,
    MethodType,
    MethodWrapperType,
)
from typing import Any

import numpy as np

from asdopt.tracing import _callee
from asdopt.tracing._callee import HOOK, Session
from asdopt.tracing._convert import convert, is_hooked
from asdopt.tracing._dataclass import hooked_dataclass_init
from asdopt.tracing._followed import is_followed
from asdopt.tracing._location import is_user_file
from asdopt.tracing._memo import Memo
from asdopt.tracing._namespace import substitute
from asdopt.tracing._type_questions import notice

__all__ = [
    "HANDLERS",
    "METHODS",
    "find_attribute",
    "hooked_copy",
    "is_template",
    "is_user_function",
]

# Kind of a callable object -> (session, object) -> replacement. Filled by the stand-ins too.
HANDLERS: dict[type, Callable[[Session, Any], Any]] = {}
# Kind of an object -> (session, bound method of C) -> replacement.
METHODS: dict[type, Callable[[Session, Any], Any]] = {}

_T = typing.TypeVar("_T")
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


# Modules whose functions have stand-ins of their own -> the module that has them.
_LIBRARY = {
    "_labeled": ("pandas",),
    "_standins_library": (
        *("statistics", "random", "_random", "numpy.random", "heapq", "_heapq", "bisect"),
        *("_bisect", "secrets", "uuid", "posix", "nt"),
    ),
    "_standins_normal": ("statistics",),
    "_standins_running": ("logging", "concurrent.futures", "multiprocessing"),
    "_standins_testing": ("numpy.testing",),
    "_standins_threads": ("threading", "_thread", "asyncio", "multiprocessing.process"),
}


def is_receiver(kind: type) -> bool:
    """Tell whether bound methods of C of a type may need a stand-in."""
    _load_library(kind.__module__)
    return kind in METHODS or _of_scipy(kind)


def _load_library(module: str | None) -> bool:
    """Import the stand-ins of a library when its functions are first met; whether that was now."""
    found = False
    for name, prefixes in _LIBRARY.items():
        full = f"asdopt.tracing.{name}"
        if module is not None and module.startswith(prefixes) and full not in sys.modules:
            importlib.import_module(full)
            found = True
    return found


def resolve(session: Session, callee: Any) -> Any:
    """Find what to call instead of a callee that was not met in this trace."""
    kind = type(callee)
    owner = type(getattr(callee, "__self__", None))
    if _load_library(getattr(callee, "__module__", None)) or _load_library(owner.__module__):
        return HOOK[callee]
    if kind is FunctionType:
        return session.keep(callee, _function(session, callee))
    if kind is MethodType:
        return _method(session, callee)
    if isinstance(callee, type):
        return session.keep(callee, _class(session, callee))
    if kind is BuiltinFunctionType:
        if _of_scipy(owner):
            return _method_of_scipy(session, callee)
        handler = METHODS.get(type(callee.__self__))
        return callee if handler is None else handler(session, callee)
    if kind is MethodWrapperType:
        return _slot(session, callee)
    handler = HANDLERS.get(kind)
    if handler is not None:
        return handler(session, callee)
    return _object(session, callee, kind)


def is_user_function(value: Any) -> bool:
    """Tell whether a value is a function written by the user."""
    return type(value) is FunctionType and is_user_file(value.__code__.co_filename)


# Modules of the standard library whose classes call methods that the user overrides.
_TEMPLATES = frozenset(
    module.__file__
    for module in (_collections_abc, ast, collections, graphlib, string)
    if module.__file__ is not None
) | {"<frozen _collections_abc>"}


# What functools.total_ordering adds to a class.
_ORDERINGS = frozenset(
    f"_{made}_from_{given}"
    for made in ("lt", "le", "gt", "ge")
    for given in ("lt", "le", "gt", "ge")
)


def is_template(value: Any) -> bool:
    """Tell whether a value is a function of a library that calls the user's methods.

    Such as ``ast.NodeVisitor.visit`` or ``Mapping.get``; they are hooked at level 1.
    """
    if type(value) is not FunctionType:
        return False
    code = value.__code__
    if code.co_filename == functools.__file__:
        return code.co_name in _ORDERINGS
    return code.co_filename in _TEMPLATES


def find_attribute(kind: type, name: str) -> Any:
    """Find an attribute of a class as it stands in the class, None where there is none."""
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


def _function(session: Session, function: FunctionType) -> Any:
    code = function.__code__
    if is_hooked(code):
        return function
    if not is_user_file(code.co_filename) and not (session.level and is_template(function)):
        return _library_function(session, function)
    return hooked_copy(session, function)


def hooked_copy(session: Session, function: FunctionType) -> Any:
    """Make a copy of a Python function whose calls are hooked."""
    code = function.__code__
    if session.level == 0:
        for value in (*map(function.__globals__.get, code.co_names), *_cell_values(function)):
            notice(session, type(value))
    converted = convert(code, function.__globals__, session.level)
    if session.level and (converted is None or not converted.level) and is_user_function(function):
        from asdopt.tracing._workspaces import note_unseen

        note_unseen(session, function)
    if converted is None:
        return substitute(session, function)
    if converted.catches:
        session.tape.careful = True
    made = FunctionType(
        converted.code,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__ = function.__qualname__
    made.__dict__ = function.__dict__
    return made


def _library_function(session: Session, function: FunctionType) -> Any:
    """Give a library's wrapper of a user's function (a decorator's) the hooked one."""
    code = function.__code__
    if code.co_filename.startswith(_PACKAGE):
        return function
    if code.co_filename == functools.__file__:
        dispatch = getattr(function, "dispatch", None)
        if dispatch is not None and hasattr(function, "registry"):
            return _Dispatch(dispatch)
        if code.co_qualname == "singledispatchmethod.__get__.<locals>._method":
            cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
            # Later versions of Python keep the method in the closure, earlier ones its owner.
            found = cells["dispatch" if "dispatch" in cells else "self"].cell_contents
            dispatch = found if callable(found) else found.dispatcher.dispatch
            return _DispatchMethod(dispatch, cells["obj"].cell_contents, cells["cls"].cell_contents)
    if str(function.__module__).startswith("autograd."):
        return _of_autograd(function)
    if _of_scipy(function):
        from asdopt.tracing._standins_scipy import stand_in_function

        return stand_in_function(session, function)
    module = str(function.__module__)
    if module.startswith("numpy.polynomial.") or (
        module.startswith(("numpy.lib.", "numpy._core.")) and is_followed(session)
    ):
        return hooked_copy(session, function)
    inner = function.__dict__.get("__wrapped__")
    if inner is None or not function.__closure__:
        return function
    exchanged = HOOK[inner]
    if exchanged is inner:
        return function
    closure = tuple(
        CellType(exchanged) if _contents(cell) is inner else cell for cell in function.__closure__
    )
    made = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, closure
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__dict__.update(function.__dict__)
    return made


def _of_autograd(function: FunctionType) -> Any:
    """Give NumPy's function instead of autograd's of that name, which asks for its own arrays."""
    wrapped = sys.modules.get("autograd.numpy")
    names = (name for name, value in vars(wrapped).items() if value is function)
    original = getattr(np, next(names, ""), None)
    return function if original is None else HOOK[original]


def of_pandas(kind: type) -> bool:
    """Tell whether a class is one of pandas."""
    return kind.__module__ == "pandas" or kind.__module__.startswith("pandas.")


def _of_scipy(value: Any) -> bool:
    """Tell whether a class, function or object is one of SciPy."""
    module = str(getattr(value, "__module__", ""))
    return module.startswith("scipy.") or getattr(value, "__name__", "") == "SuperLU"


def _cell_values(function: FunctionType) -> list[Any]:
    return [_contents(cell) for cell in function.__closure__ or ()]


def _contents(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


class _Dispatch:
    """A functools.singledispatch function that calls hooked implementations."""

    def __init__(self, dispatch: Callable[[type], Any]) -> None:
        self._dispatch = dispatch

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return HOOK[self._dispatch(_standins_types.class_of(args[0]))](*args, **kwargs)


class _DispatchMethod:
    """The same for functools.singledispatchmethod."""

    def __init__(self, dispatch: Callable[[type], Any], obj: Any, owner: Any) -> None:
        self._dispatch, self._obj, self._owner = dispatch, obj, owner

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        method = self._dispatch(_standins_types.class_of(args[0]))
        return HOOK[method.__get__(self._obj, self._owner)](*args, **kwargs)


def _method(session: Session, method: MethodType) -> Any:
    handler = METHODS.get(type(method.__self__))
    if handler is not None:
        return handler(session, method)
    function = method.__func__
    if _of_scipy(type(method.__self__)):
        return _method_of_scipy(session, method)
    if of_pandas(type(method.__self__)):
        from asdopt.tracing import _labeled

        return _labeled.method(method)
    notice(session, type(method.__self__))
    exchanged = HOOK[function]
    return method if exchanged is function else MethodType(exchanged, method.__self__)


def _method_of_scipy(session: Session, method: Any) -> Any:
    from asdopt.tracing._standins_scipy import stand_in_method

    return stand_in_method(session, method)


def _slot(session: Session, wrapper: Any) -> Any:
    """Exchange a slot of C that creates objects or calls them: ``super().__call__()``."""
    owner = wrapper.__self__
    if wrapper.__name__ == "__call__":
        if isinstance(owner, type) and wrapper.__objclass__ is type:
            return _constructor(session, owner) or wrapper
        return HOOK[owner]
    return wrapper


def _class(session: Session, cls: type) -> Any:
    if _of_scipy(cls):
        from asdopt.tracing._standins_scipy import stand_in_object

        return stand_in_object(session, cls)
    if getattr(cls, "__pandas_priority__", None) and cls.__module__.startswith("pandas"):
        from asdopt.tracing._labeled import constructor

        return constructor(cls)
    notice(session, cls)
    meta = type(cls)
    call = find_attribute(meta, "__call__")
    if is_user_function(call):
        return MethodType(HOOK[call], cls)
    if meta is not type and call is not type.__dict__["__call__"]:
        return cls
    return _constructor(session, cls) or cls


def _constructor(session: Session, cls: type) -> Callable[..., Any] | None:
    """Make what ``type.__call__`` does, with hooked ``__new__`` and ``__init__``."""
    new = find_attribute(cls, "__new__")
    new = new.__func__ if isinstance(new, staticmethod) else new
    init = find_attribute(cls, "__init__")
    hooked_new = HOOK[new] if is_user_function(new) else None
    hooked_init = hooked_dataclass_init(cls)
    if hooked_init is None and is_user_function(init):
        hooked_init = HOOK[init]
    if hooked_new is new:
        hooked_new = None
    if hooked_new is None and (hooked_init is None or hooked_init is init):
        return None

    def construct(*args: Any, **kwargs: Any) -> Any:
        if hooked_new is None:
            made = cls.__new__(cls, *args, **kwargs)
        else:
            made = hooked_new(cls, *args, **kwargs)
        kind = type(made)
        if kind is cls and hooked_init is not None:
            found: Any = hooked_init
        elif issubclass(kind, cls):
            found = HOOK[kind.__init__]
        else:
            return made
        if found(made, *args, **kwargs) is not None:
            raise TypeError(f"{cls.__name__}.__init__() should return None")
        return made

    return construct


def _object(session: Session, callee: Any, kind: type) -> Any:
    """Exchange the ``__call__`` of a user's class."""
    if _of_scipy(callee):
        from asdopt.tracing._standins_scipy import stand_in_function, stand_in_object

        # Some functions are objects that choose among backends.
        find = stand_in_object if _of_scipy(kind) else stand_in_function
        return find(session, callee)
    notice(session, kind)
    call = find_attribute(kind, "__call__")
    if is_user_function(call):
        exchanged = HOOK[call]
        session.keep_call(kind, exchanged)
        return MethodType(exchanged, callee)
    if call is not None and not isinstance(call, FunctionType):
        bound = getattr(call, "__get__", None)
        if isinstance(call, (staticmethod, functools.partialmethod)) and bound is not None:
            return HOOK[bound(callee, kind)]
    if kind.__module__.startswith("numba"):
        # The compiled code takes floats only; the Python function it was made of is traced.
        python = getattr(callee, "py_func", None)
        if type(python) is FunctionType:
            return HOOK[python]
        python = getattr(getattr(callee, "_dispatcher", None), "py_func", None)
        if type(python) is FunctionType and hasattr(callee, "nin"):
            return HANDLERS[np.ufunc](session, callee)
    return callee


def _partial(session: Session, callee: functools.partial[Any]) -> Any:
    exchanged = HOOK[callee.func]
    if exchanged is callee.func:
        return session.keep(callee, callee)
    return session.keep(callee, functools.partial(exchanged, *callee.args, **callee.keywords))


def _cached(session: Session, callee: Any) -> Any:
    size = callee.cache_parameters()["maxsize"]
    return session.keep(callee, Memo(HOOK[callee.__wrapped__], size))


def _cache_method(session: Session, method: Any) -> Any:
    """``f.cache_clear()`` and ``f.cache_info()`` of the cache that the trace has."""
    memo = HOOK[method.__self__]
    if method.__name__ == "cache_info":
        kind = type(method())
        return lambda: kind(*memo.info())
    if method.__name__ != "cache_clear":
        return method

    def clear() -> None:
        memo.clear()
        method()

    return clear


def _generic(session: Session, alias: Any) -> Any:
    """``Box[float](...)``: the class, which notes what it was called as."""
    made = HOOK[alias.__origin__]

    def construct(*args: Any, **kwargs: Any) -> Any:
        result = made(*args, **kwargs)
        with contextlib.suppress(Exception):
            result.__orig_class__ = alias
        return result

    return session.keep(alias, construct)


HANDLERS[functools.partial] = _partial
HANDLERS[type(typing.Generic[_T])] = _generic  # type: ignore[index]  # its kind is wanted
HANDLERS[GenericAlias] = _generic
HANDLERS[functools._lru_cache_wrapper] = _cached
METHODS[functools._lru_cache_wrapper] = _cache_method
_OfMethod = getattr(functools, "_singledispatchmethod_get", None)  # from Python 3.14 on
if _OfMethod is not None:
    HANDLERS[_OfMethod] = lambda _, callee: _DispatchMethod(
        callee._dispatch, callee._obj, callee._cls
    )
HANDLERS[staticmethod] = lambda session, callee: HOOK[callee.__func__]

_callee.install(resolve, is_receiver)

# At the end: these enter what they know into the tables above.
from asdopt.tracing import _standins_types  # noqa: E402
