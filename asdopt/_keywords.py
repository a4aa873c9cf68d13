"""Arguments that a public function does not have, answered with what to write instead.

Enters: a function or class, and a hint for each word that users of other systems may try. Leaves:
the same, whose calls with wrong arguments raise :class:`InputError` in place of Python's
``TypeError``.
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from asdopt._errors import InputError

__all__ = ["explained"]

Target = TypeVar("Target", bound=Callable[..., Any])
Fallback = Callable[[dict[str, Any]], str]


def explained(
    hints: Mapping[str, str],
    form: str,
    fallback: Fallback | None = None,
) -> Callable[[Target], Target]:
    """Decorate a function, or a class by its constructor, whose wrong arguments are explained.

    Parameters
    ----------
    hints : mapping of str to str
        What to do in place of a keyword that is not there; ``{value}`` stands for what was given.
    form : str
        The call as it should be, for arguments that are missing or too many.
    fallback : callable, optional
        ``fallback(given)`` says what to do with all other keywords, a dict; default: the names
        that there are.

    Returns
    -------
    callable
        The decorator; signature and docstring stay.
    """

    def decorate(target: Target) -> Target:
        if isinstance(target, type):
            constructor = target.__init__  # type: ignore[misc]  # of an instance it would be unsound
            setattr(target, "__init__", wrap(constructor, target.__name__))  # noqa: B010
            return target
        owner, _, name = target.__qualname__.rpartition(".")
        return wrap(target, owner if name == "__init__" else name)  # type: ignore[return-value]

    def wrap(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise InputError(explanation(error, kwargs)) from None
            return function(*args, **kwargs)

        def explanation(error: TypeError, kwargs: dict[str, Any]) -> str:
            known = [key for key in signature.parameters if key != "self"]
            wrong = {key: value for key, value in kwargs.items() if key not in known}
            if not wrong:
                return f"{name} was called with other arguments than it has ({error}): write {form}"
            words, others = [], {}
            for key, value in wrong.items():
                near = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
                if key.lower() in hints:
                    words.append(hints[key.lower()].replace("{value}", _shown(value)))
                elif near:
                    words.append(f"did you mean {near[0]}=?")
                else:
                    others[key] = value
            if others:
                words.append(fallback(others) if fallback else f"it has {', '.join(known)}")
            given = ", ".join(f"{key}={_shown(value)}" for key, value in wrong.items())
            return f"{name} was given {given}, which it does not have: {'; '.join(words)}"

        return checked

    return decorate


def _shown(value: Any) -> str:
    text = repr(value)
    if "\n" in text or len(text) > 40 or text.startswith("<"):
        return "..."
    return text
