"""Whether a user's function can be called as functions are called: ``fun(x)``.

Enters: an objective or a constraint function, and the structures of its arguments. Leaves:
nothing, or an error that says how it would have to be written.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from asdopt._errors import InputError
from asdopt.tracing._recorder import function_name
from asdopt.tracing._structure import Structure

__all__ = ["check_signature", "takes"]


def check_signature(fun: Callable[..., Any], what: str, arguments: tuple[Structure, ...]) -> None:
    """Refuse a function that cannot be called with x, or with x and the parameters.

    Parameters
    ----------
    fun : callable
    what : str
        The function in messages.
    arguments : tuple of Structure
        Structure of x, and that of the parameters where there are any.

    Raises
    ------
    InputError
    """
    if _plainly_takes(fun, len(arguments)):
        return
    has_parameters = len(arguments) > 1
    try:
        inspect.signature(fun, follow_wrapped=False).bind(*arguments)
    except TypeError as error:
        if isinstance(fun, type):
            raise InputError(
                f"{what} is the class {fun.__name__}, and a function of x is needed: make an "
                f"object of it, {fun.__name__}(...), or give one of its methods"
            ) from error
        size = arguments[0].size
        if not has_parameters and takes(fun, size):
            raise InputError(
                f"{what}, {function_name(fun)}, takes the {size} variables one by one; "
                "functions are called with all of them, as fun(x): write lambda x: fun(*x), or "
                "unpack x inside of it"
            ) from error
        given, call = (
            ("x and the parameters", "fun(x, parameters)") if has_parameters else ("x", "fun(x)")
        )
        raise InputError(
            f"{what}, {function_name(fun)}, cannot be called with {given} ({error}); "
            f"functions are called as {call}"
            f"{'' if has_parameters else ' unless parameters= is given'}: give it these "
            "arguments, and fix others with functools.partial"
        ) from error
    except ValueError:
        pass  # a function of C whose arguments are not known


def takes(fun: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with a number of arguments; True where nobody knows."""
    if _plainly_takes(fun, count):
        return True
    try:
        inspect.signature(fun, follow_wrapped=False).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        pass  # a function of C whose arguments are not known
    return True


def _plainly_takes(fun: Callable[..., Any], count: int) -> bool:
    """Tell of a plain function, by a look at it, that it can be called with so many arguments."""
    if type(fun) is not FunctionType or fun.__dict__:
        return False
    code = fun.__code__
    optional = len(fun.__defaults__ or ())
    return not code.co_kwonlyargcount and 0 <= code.co_argcount - count <= optional
