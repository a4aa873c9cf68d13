"""Where in the user's code something happens, and refusals that name the place.

Enters: the stack of frames while a user's function is traced. Leaves: ``file:line, in
function`` of the innermost frame that is neither of asdopt nor of an installed library.
"""

from __future__ import annotations

import importlib.util
import itertools
import linecache
import os
import re
import sys
import sysconfig
from functools import lru_cache
from types import CodeType, FrameType
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from asdopt._errors import InputError, TracingError, UnsupportedOperationError

if TYPE_CHECKING:
    from asdopt._errors import AsdoptError
    from asdopt.tracing._tape import Tape
    from asdopt.tracing._tracer import Tracer

__all__ = [
    "Location",
    "describe",
    "follow",
    "is_user_file",
    "misuse",
    "place_here",
    "place_of_error",
    "refuse",
    "refused_by_library",
    "shown_name",
    "spoken",
    "user_location",
]

_WORDS = [
    (re.compile(rf"(?:asdopt\.tracing\.\w+\.)?\b{name}\b"), words)
    for name, words in [
        ("Tracer", "traced value"),
        ("TracedFloat", "traced value"),
        ("TracedBool", "traced truth value"),
        ("TracedArray", "traced array"),
        ("TracedComplex", "traced complex value"),
    ]
]
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_ADAPTERS = os.path.realpath(os.path.join(_PACKAGE, "adapters")) + os.sep
_LIBRARIES = tuple(
    {
        os.path.realpath(path) + os.sep
        for key in ("stdlib", "platstdlib", "purelib", "platlib")
        if (path := sysconfig.get_paths().get(key))
    }
)

_followed: list[str] = []

ErrorT = TypeVar("ErrorT", bound="AsdoptError")


class Location(NamedTuple):
    """A line of the user's code."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{shown_name(self.file)}:{self.line}, in {self.function}"


def shown_name(file: str) -> str:
    """Name of a file as the user knows it: a notebook's cells by their numbers."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    label = getattr(getattr(shell, "compile", None), "format_code_name", lambda _: None)(file)
    return file if label is None else " ".join(label)


@lru_cache(maxsize=4096)
def is_user_file(file: str) -> bool:
    """Tell whether a code object's file is user code: no library, not asdopt."""
    if file.startswith("<"):
        # <string>, <stdin>, <ipython-input-1-...> and doctests are the user's; <frozen ...> is
        # the interpreter's, <class 'networkx...'> is code that a library made.
        return not file.startswith(("<frozen", "<__array_function__", "<class ", "<stringsource>"))
    if file.endswith((".pyx", ".pxd", ".pxi")) or file.startswith("__pyx_"):
        return False  # frames of compiled code name a file that need not be there
    path = os.path.realpath(file)
    if path.startswith(_PACKAGE) or path.startswith(_ADAPTERS):
        return False
    return path.startswith(tuple(_followed)) or not path.startswith(_LIBRARIES)


def follow(package: str) -> None:
    """Treat an installed package as user code: trace into its Python functions.

    Functions of installed libraries run as they are, so that ``math.sin`` of a traced value in
    them is refused. Those of a package that is followed are traced like the user's own.

    Parameters
    ----------
    package : str
        Name of an importable package or module.

    Raises
    ------
    InputError
        There is no such package, or it has no Python files.

    Examples
    --------
    >>> import asdopt
    >>> asdopt.extend.follow("colorsys")
    >>> import colorsys
    >>> asdopt.jacobian(lambda x: colorsys.rgb_to_yiq(*x)[0], [0.5, 0.5, 0.5]).toarray()
    array([[0.3 , 0.59, 0.11]])
    """
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    places = []
    if spec is not None:
        places = [os.path.realpath(p) + os.sep for p in spec.submodule_search_locations or ()]
        if not places and spec.origin is not None and spec.origin.endswith(".py"):
            places = [os.path.realpath(spec.origin)]
    if not places:
        raise InputError(
            f"the package {package!r} was asked to be followed, and no Python files of it were "
            "found, so nothing of it can be traced: give the name under which it is imported"
        )
    _followed.extend(place for place in places if place not in _followed)
    is_user_file.cache_clear()


def user_location(frame: FrameType | None = None) -> Location | None:
    """Find the innermost frame of user code, None where there is none."""
    found = _user_frame(sys._getframe(1) if frame is None else frame)
    if found is None:
        return None
    return Location(found.f_code.co_filename, found.f_lineno, found.f_code.co_name)


def _user_frame(frame: FrameType | None) -> FrameType | None:
    while frame is not None and not is_user_file(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def _expression(code: CodeType, instruction: int) -> str:
    """Text of the expression that an instruction belongs to, empty where it is not known."""
    positions = itertools.islice(code.co_positions(), instruction // 2, None)
    first, last, start, stop = next(positions, (None,) * 4)
    if first is None or last is None or start is None or stop is None:
        return ""
    # Columns count bytes.
    line = linecache.getline(code.co_filename, first).encode()
    text = line[start:stop] if first == last else line[start:].rstrip() + b" ..."
    found = text.decode(errors="replace")
    return found if len(found) <= 80 else found[:77] + "..."


def _place(where: Location, code: CodeType, instruction: int) -> str:
    expression = _expression(code, instruction)
    return f"{where}, at `{expression}`" if expression else str(where)


def place_of_error(error: BaseException) -> str:
    """Say where the innermost line of user code stands that an error came through."""
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_user_file(code.co_filename):
            where = Location(code.co_filename, trace.tb_lineno, code.co_name)
            place = _place(where, code, trace.tb_lasti)
        trace = trace.tb_next
    return place


def refuse(tape: Tape, kind: type[ErrorT], message: str) -> ErrorT:
    """Make a refusal that names the user's line, and note the first one on the tape.

    A refusal is a TypeError, and user code may catch those; noted on the tape it is raised
    again when the trace ends, so that a caught one does not become a wrong result.
    """
    place = place_here()
    error = kind(f"{place}: {message}" if place else message)
    if tape.refusal is None and not tape.closed:
        tape.refusal = error
    return error


def place_here() -> str:
    """Say where the user's code is now, empty where none runs."""
    frame = _user_frame(sys._getframe(1))
    if frame is None:
        return ""
    code = frame.f_code
    where = Location(code.co_filename, frame.f_lineno, code.co_name)
    return _place(where, code, frame.f_lasti)


def refused_by_library(tape: Tape, error: BaseException) -> UnsupportedOperationError | None:
    """Say that a library could not work with traced values, where an error of it shows that.

    Parameters
    ----------
    tape : Tape
    error : BaseException
        What a user's function raised, with its traceback.

    Returns
    -------
    UnsupportedOperationError or None
        None where the innermost code is the user's or asdopt's, or nothing traced is in it.
    """
    where: Location | None = None
    frames: list[FrameType] = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if is_user_file(code.co_filename):
            where, frames = Location(code.co_filename, step.tb_lineno, code.co_name), []
        else:
            frames.append(step.tb_frame)
        step = step.tb_next
    if where is None:
        return None
    names = [f.f_code.co_name for f in frames if not _is_own(f.f_code.co_filename)]
    # Code of the library below asdopt's last: what it works on are the user's values or ids.
    while any(_is_own(f.f_code.co_filename) for f in frames):
        frames.pop(0)
    if not frames and not _names_ours(error):
        return None
    from asdopt.tracing._callee import holds_traced

    if frames and not any(holds_traced(v) for f in frames for v in list(f.f_locals.values())):
        return None
    called = f" ({names[0]})" if names else ""
    return UnsupportedOperationError(
        f"{place_of_error(error)}: a library's function{called} was called with traced values, "
        f"which it cannot work with ({type(error).__name__}: {spoken(error)}); it needs plain "
        "numbers: "
        "write what it computes with functions of numpy, or wrap the computation with "
        "asdopt.external"
    )


def _names_ours(error: BaseException) -> bool:
    """Whether compiled code says that it does not know the type of a traced value."""
    text = str(error)
    if "object" in text or "operand" in text or "indices" in text:
        return False  # Python's own: it says the same of numbers
    return any(name in text for name in ("TracedArray", "TracedBool", "TracedFloat", "Tracer"))


def spoken(error: BaseException) -> str:
    """Text of an error of Python, which names the classes of traced values, in words."""
    text = str(error)
    for name, words in _WORDS:
        text = name.sub(words, text)
    return text


def misuse(error: Exception, *, fails_on_numbers: bool) -> TracingError | None:
    """Say what a traced value was taken for, where it can be none of that, nor a plain number.

    Parameters
    ----------
    error : Exception
        What a function of the user raised.
    fails_on_numbers : bool
        Whether it is known that plain numbers raise it as well.

    Returns
    -------
    TracingError or None
        None where the error does not speak of a traced value, or may be a library's own.
    """
    text = spoken(error)
    if not isinstance(error, TypeError) or text == str(error):
        return None
    if any(words in text for words in ("integer", "non-int", "indices must be")):
        remedy = (
            "variables are floats: write int(...) or round(...) around the value, and the function "
            "is traced again wherever the whole number changes, or take numbers of steps and "
            "indices from data instead of from x"
        )
    elif any(words in text for words in ("iterable", "len()", "subscriptable")):
        remedy = (
            "it is one number, as an element of x is: take the sequence it belongs to, or "
            "np.atleast_1d(value)"
        )
    elif "callable" in text:
        remedy = "two values are multiplied with *, and [...] takes an element"
    elif not fails_on_numbers:
        return None
    else:
        remedy = "a plain number in its place fails as well: use what is defined for numbers"
    return TracingError(f"{place_of_error(error)}: TypeError was raised ({text}); {remedy}")


def _is_own(file: str) -> bool:
    path = os.path.realpath(file)
    return path.startswith((_PACKAGE, _ADAPTERS))


def describe(value: Tracer) -> str:
    """Short text of a traced scalar for messages: its value, or that it has none."""
    tape = value.tape
    if value.id < tape.num_inputs:
        name = f"x[{value.id}]"
        return f"{name} = {value.value:.6g}" if tape.primal else name
    return f"{value.value:.6g}" if tape.primal else "value"
