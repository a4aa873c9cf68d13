"""What code of level 1 reads of workspaces: operands, arguments, owners of methods.

Enters: a value of the user's code. Leaves: the same with traced values for the workspaces in it;
or a refusal, where an object of a library holds one and would go on with what it finds there.
"""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from types import BuiltinMethodType, FunctionType, MethodType, MethodWrapperType
from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import current, install_workspaces, workspaces
from asdopt.tracing._convert import is_hooked
from asdopt.tracing._linear import is_sparse
from asdopt.tracing._location import is_user_file, refuse
from asdopt.tracing._memory_shadow import find_memory
from asdopt.tracing._tape import Tape
from asdopt.tracing._workspaces import REMEDY, Workspaces

__all__ = ["is_flat", "seen"]

_FLAT: Any = type(np.empty(0).flat)
_DISPATCHER = type(np.shape)


def is_flat(value: Any) -> bool:
    """Tell whether a value is what ``array.flat`` gives."""
    return type(value) is _FLAT


_DEEPEST = 32
_SCALARS = frozenset({float, int, bool, str, type(None), np.float64})


def seen(value: Any) -> Any:
    """Give traced values for the workspaces in a value: itself, in lists, tuples and dicts."""
    spaces = workspaces()
    session = current()
    if spaces is None or session is None:
        return value
    return _seen(spaces, session.tape, value)


def _seen(spaces: Workspaces, tape: Tape, value: Any, depth: int = 0) -> Any:
    kind: Any = type(value)
    if kind in _SCALARS:
        return value
    if issubclass(kind, np.ndarray):
        if value.dtype == object:
            return value
        found = spaces.shadow(tape, value)
        return value if found is None else found
    if issubclass(kind, TracedArrayBase):
        found = spaces.again(tape, value)
        return value if found is None else found
    if depth > _DEEPEST:
        return value
    if kind is list or issubclass(kind, tuple):
        parts = [_seen(spaces, tape, part, depth + 1) for part in value]
        if all(new is old for new, old in zip(parts, value, strict=True)):
            return value
        return getattr(kind, "_make", list if kind is list else tuple)(parts)
    if kind is dict:
        made = {name: _seen(spaces, tape, part, depth + 1) for name, part in value.items()}
        return made if any(made[name] is not value[name] for name in value) else value
    if kind is _FLAT:
        found = spaces.shadow(tape, value.base)
        return value if found is None else found.flat
    if is_sparse(value) and isinstance(getattr(value, "data", None), np.ndarray):
        return _sparse(spaces, tape, value)
    if _may_hold(kind) and _holds_memory(spaces, value):
        raise refuse(
            tape,
            TracingError,
            f"a {kind.__module__}.{kind.__qualname__} was used that holds an array made outside of "
            f"the function, into which traced values had been stored ({spaces.places}); it would "
            f"not see them: {REMEDY}, and give it to the library from there",
        )
    return value


# ----------------------------------------------------------------- objects that hold an array
_MOST_OBJECTS = 10_000


@lru_cache(maxsize=4096)
def _may_hold(kind: Any) -> bool:
    """Tell whether objects of a class are of a library and may hold arrays, for code of its own."""
    if kind is memoryview:
        return True
    module = str(kind.__module__)
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names or root == "asdopt" or issubclass(kind, np.generic):
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return root != "__main__" and not (file is not None and is_user_file(file))


def _holds_memory(spaces: Workspaces, value: Any) -> bool:
    """Tell whether an object, or objects of libraries that it holds, hold memory of a workspace."""
    pending, met = [value], {id(value)}
    while pending and len(met) < _MOST_OBJECTS:
        holder = pending.pop()
        parts = [holder.obj] if type(holder) is memoryview else gc.get_referents(holder)
        for part in parts:
            kind: Any = type(part)
            if isinstance(part, np.ndarray):
                if find_memory(spaces.memories, part) is not None:
                    return True
            elif id(part) not in met and (kind in (list, tuple, dict) or _may_hold(kind)):
                met.add(id(part))
                pending.append(part)
    return False


def _sparse(spaces: Workspaces, tape: Tape, matrix: Any) -> Any:
    """Give a sparse matrix of SciPy whose entries are a workspace as one of traced entries."""
    entries = spaces.shadow(tape, matrix.data)
    if entries is None:
        return matrix
    from asdopt.tracing._sparse import TracedSparse  # it imports scipy.sparse

    # Where each stored number comes to stand is found with their positions in place of them.
    positions = np.arange(1.0, matrix.data.size + 1.0).reshape(matrix.data.shape)
    triplets = matrix._with_data(positions).tocoo()
    ids = entries.ids.ravel()[triplets.data.astype(np.intp) - 1]
    is_matrix = type(matrix).__name__.endswith("matrix")
    rows, cols = triplets.coords
    return TracedSparse(tape, ids, rows, cols, matrix.shape, is_matrix)


# Called with the user's own objects, or looking at nothing of their content.
_AS_THEY_ARE = frozenset(
    {len, id, isinstance, issubclass, hasattr, getattr, setattr, delattr, callable, range, type}
    | {list, tuple, set, frozenset, enumerate, zip, map, filter, iter, next, print, super}
    | {dict, np.shares_memory, np.may_share_memory, np.shape, np.ndim, np.size}
)
_CONTAINERS = (list, dict, set, deque)


def _see_through(callee: Any, found: Any) -> Any:
    """Give a replacement that is called with traced values for the workspaces it is given."""
    kind = type(found)
    function = found.__func__ if kind is MethodType else found
    if type(function) is FunctionType and is_hooked(function.__code__):
        return found  # the user's: its own reads are hooked
    if isinstance(callee, type):
        if callee in _AS_THEY_ARE or not callee.__module__.startswith(_COMPUTING):
            return found
    elif type(callee) is BuiltinMethodType:
        if callee in _AS_THEY_ARE or isinstance(callee.__self__, _CONTAINERS):
            return found
    elif type(callee) is _DISPATCHER and callee in _AS_THEY_ARE:
        return found

    is_cloning = callee in _CLONING if type(callee) is FunctionType else callee is pickle.dumps

    def call(*args: Any, **kwargs: Any) -> Any:
        spaces = workspaces()
        session = current()
        if spaces is None or session is None:
            return found(*args, **kwargs)
        if is_cloning and args and _holds_memory(spaces, args[0]):
            raise _refused_clone(session.tape, callee, spaces)
        called = _owner_seen(spaces, session.tape, callee, found)
        args = tuple([_seen(spaces, session.tape, a) for a in args])
        if kwargs:
            kwargs = {name: _seen(spaces, session.tape, a) for name, a in kwargs.items()}
        return spaces.given(called(*args, **kwargs))

    return call


# They copy what an object holds without asking anybody.
_CLONING = frozenset({copy.copy, copy.deepcopy})


def _refused_clone(tape: Tape, callee: Any, spaces: Workspaces) -> TracingError:
    return refuse(
        tape,
        TracingError,
        f"{callee.__module__}.{callee.__name__} was called with an object that holds an array made "
        f"outside of the function, into which traced values had been stored ({spaces.places}); the "
        f"copy would not have them: {REMEDY}",
    )


# Modules of classes that are made of numbers: those of the user hold arrays as they are.
_COMPUTING = ("builtins", "numpy", "scipy", "pandas", "fractions", "decimal", "array", "itertools")


def _owner_seen(spaces: Workspaces, tape: Tape, callee: Any, found: Callable[..., Any]) -> Any:
    """Give the method of what stands for an object that lies on a workspace."""
    owner = getattr(callee, "__self__", None)
    if owner is None:
        return found
    if isinstance(owner, np.ndarray) and type(callee) is not MethodWrapperType:
        return found  # known by METHODS
    traced = _seen(spaces, tape, owner)
    return found if traced is owner else getattr(traced, callee.__name__)


install_workspaces(_see_through)
