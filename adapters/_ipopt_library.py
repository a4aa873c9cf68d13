"""Which Ipopt: find libipopt in the wheels that carry it, and load it once.

With the same linear solver the library decides more about the time of a solve than any
derivative: the one in the ``casadi`` wheel has MUMPS with the METIS ordering, and SPRAL; the one
in ``cyipopt-wheels`` has no METIS and takes about twice as long from a thousand buses up.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

from asdopt._errors import InputError
from asdopt.adapters._ipopt_c import IpoptLibrary

__all__ = ["ENVIRONMENT_VARIABLE", "find_library"]

ENVIRONMENT_VARIABLE = "ASDOPT_IPOPT_LIBRARY"
# Wheel -> import name that tells its place, and folders beside it that may hold the library.
_WHEELS = {
    "casadi": ("casadi", ("casadi",)),
    "cyipopt": ("ipopt_wrapper", ("cyipopt_wheels.libs", "cyipopt_wheels.dylibs", ".dylibs")),
}
_PATTERNS = ("libipopt.so*", "libipopt-*.so*", "libipopt*.dylib", "libipopt*.dll", "ipopt*.dll")


def find_library(choice: str | None = None) -> tuple[IpoptLibrary, str] | None:
    """Load the best libipopt found, or the one asked for.

    Parameters
    ----------
    choice : str or None
        ``"casadi"``, ``"cyipopt"``, ``"system"``, or a path. Default: the environment variable
        ASDOPT_IPOPT_LIBRARY, then casadi's, cyipopt's and the system's, the first that loads.

    Returns
    -------
    library : IpoptLibrary
    origin : str
        Where it is from; None in place of both when nothing was found.

    Raises
    ------
    InputError
        The library asked for cannot be loaded.
    """
    return _find(choice or os.environ.get(ENVIRONMENT_VARIABLE) or None)


@functools.cache
def _find(choice: str | None) -> tuple[IpoptLibrary, str] | None:
    origins = [*_WHEELS, "system"] if choice is None else [choice]
    failures = []
    for origin in origins:
        for path in _paths(origin):
            found = _load(path)
            if isinstance(found, IpoptLibrary):
                return found, origin
            failures.append(found)
    if choice is None:
        return None
    found_none = "no libipopt is there" if not failures else "; ".join(failures)
    raise InputError(
        f"the Ipopt library {choice!r} was asked for and cannot be used: {found_none}; give the "
        "path of a libipopt of version 3.14 or newer, 'casadi', 'cyipopt' or 'system' (with the "
        "wheel of that name installed), or nothing for the best one found; pip install "
        '"asdopt[ipopt]" installs both wheels'
    )


@functools.cache
def _load(path: str) -> IpoptLibrary | str:
    """Return the library, or why it cannot be loaded."""
    try:
        return IpoptLibrary(path)
    except OSError:
        _load_neighbors(Path(path))
    try:
        return IpoptLibrary(path)
    except OSError as error:
        return str(error)


def _load_neighbors(path: Path) -> None:
    """Load the libraries beside one, each after those it needs.

    A wheel's extension module knows the folder of its libraries, they themselves do not.
    """
    if not any(path.parent.name.endswith(suffix) for suffix in (".libs", ".dylibs")):
        return
    waiting = [other for other in path.parent.iterdir() if other != path]
    while waiting:
        left = []
        for other in waiting:
            try:
                ctypes.CDLL(str(other))
            except OSError:
                left.append(other)
        if len(left) == len(waiting):
            return
        waiting = left


def _paths(origin: str) -> Iterator[str]:
    if origin == "system":
        name = ctypes.util.find_library("ipopt")
        if name is not None:
            yield name
    elif origin in _WHEELS:
        module, folders = _WHEELS[origin]
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            return
        package = spec.submodule_search_locations is not None
        site = Path(spec.origin).parents[1 if package else 0]
        for folder in folders:
            for pattern in _PATTERNS:
                # Shortest first: libipopt.so.3 is a link to, or the same as, libipopt.so.3.14.19.
                yield from sorted(map(str, (site / folder).glob(pattern)), key=len)
    else:
        yield origin
