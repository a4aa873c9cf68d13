"""Run a user's function hooked, and once more with more of it hooked where it was refused.

Enters: a user's function, a tape, ways to make its arguments. Leaves: what it returned, or the
refusal that says why it cannot be followed. Next: ``_hook.py`` for what its calls call.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from asdopt._errors import AsdoptError, TracingError
from asdopt.tracing import _hook  # noqa: F401  # answers what HOOK is asked
from asdopt.tracing._callee import HOOK, Session
from asdopt.tracing._left_in_arrays import reaches_left
from asdopt.tracing._location import misuse, place_of_error, refused_by_library, spoken
from asdopt.tracing._tape import Tape

__all__ = ["gathered", "run_hooked"]

# Code of functions that needed implicit calls hooked before.
_implicit_needed: weakref.WeakSet[CodeType] = weakref.WeakSet()


def run_hooked(
    fun: Callable[..., Any],
    tape: Tape,
    traced: Callable[[], tuple[Any, ...]],
    plain: Callable[[], tuple[Any, ...] | None],
) -> Any:
    """Run a user's function hooked; once more with implicit calls hooked if it was refused.

    Parameters
    ----------
    fun : callable
    tape : Tape
    traced : callable
        Makes traced arguments, fresh ones for each attempt: the function may change them.
    plain : callable
        Makes the same arguments of plain numbers, None where there is no point.

    Raises
    ------
    AsdoptError
        The refusal of the last attempt, also one that the user's code caught: the result would
        miss a dependence. Also what a function raises that runs on plain numbers.
    Exception
        What the function raises on plain numbers too.
    """
    code = _code_of(fun)
    if (code is None or code not in _implicit_needed) and not _is_on_workspaces(fun, tape):
        mark, num_externals = tape.mark(), len(tape.externals)
        session = Session(tape, 0)
        try:
            with session:
                result = gathered(HOOK[fun](*traced()))
            if tape.refusal is None and "implicit" not in session.state:
                return result
        except Exception as error:
            # The second attempt says what is wrong, if it is still.
            if tape.closed or isinstance(error, MemoryError):
                raise
        tape.forget(mark)
        del tape.externals[num_externals:]
    from asdopt.tracing import _implicit  # rarely needed
    from asdopt.tracing._workspaces import hooked_run

    session = Session(tape, 1)
    try:
        with session, hooked_run(tape):
            result = gathered(HOOK[fun](*traced()))
    except (AsdoptError, MemoryError):  # on plain numbers it might not end either
        raise
    except Exception as error:
        if tape.refusal is not None:
            raise tape.refusal from error
        arguments = plain()
        failed = None if arguments is None else _error_on_numbers(fun, arguments)
        if failed is not None and type(failed) is not type(error):
            raise failed from error
        if failed is not None or arguments is None:
            misused = misuse(error, fails_on_numbers=failed is not None)
            if misused is not None:
                raise misused from (failed or error)
        if failed is None:
            by_library = refused_by_library(tape, error)
            if by_library is not None:
                raise by_library from error
        if failed is not None or arguments is None:
            raise
        raise _unfollowed(fun, error) from error
    if tape.refusal is not None:
        raise tape.refusal
    _implicit.verify_keys(session, result, lambda: _on_numbers(fun, plain()))
    if code is not None:
        _implicit_needed.add(code)
    return result


def _is_on_workspaces(fun: Callable[..., Any], tape: Tape) -> bool:
    """Whether a function may read what traces stored into arrays that it does not make."""
    spaces = tape.workspaces
    return (spaces is not None and not spaces.is_empty) or reaches_left(fun)


def _on_numbers(fun: Callable[..., Any], arguments: tuple[Any, ...] | None) -> Any:
    return None if arguments is None else gathered(fun(*arguments))


def _error_on_numbers(fun: Callable[..., Any], arguments: tuple[Any, ...]) -> Exception | None:
    """Find out what a function raises on plain numbers, None where it runs."""
    try:
        gathered(fun(*arguments))
    except Exception as plain:
        return plain
    return None


def _unfollowed(fun: Callable[..., Any], error: Exception) -> TracingError:
    """Refusal of a function that works on plain numbers only."""
    name = getattr(fun, "__qualname__", None) or repr(fun)
    return TracingError(
        f"{place_of_error(error)}: {name}() runs on plain numbers, but on traced values "
        f"{type(error).__name__} was raised ({spoken(error)}); something in this line needs true "
        "numbers and cannot be followed: write it with the operators of Python and the functions "
        "of math and numpy, or put it into asdopt.external(...), which takes it as it is"
    )


def gathered(result: Any) -> Any:
    """Make a list of what a function gives one by one: its code must run while it is hooked."""
    return list(result) if isinstance(result, Iterator) else result


def _code_of(fun: Any) -> CodeType | None:
    """Code that a callable of the user runs first."""
    while isinstance(fun, functools.partial):
        fun = fun.func
    code = getattr(fun, "__code__", None) or getattr(type(fun).__call__, "__code__", None)
    return code if isinstance(code, CodeType) else None
