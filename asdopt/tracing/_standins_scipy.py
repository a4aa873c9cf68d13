"""Stand-ins of SciPy: what its functions and objects do with traced arguments.

SciPy hands arrays to compiled code, which traced values cannot enter; what it says then differs
from function to function. So each function of it is known, or goes through with object arrays, or
is refused here, by name and with the user's line. Arguments that hold constants of the trace
become numbers again. Sparse matrices answer for themselves (``_linear.py``).
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from typing import Any

import scipy.sparse

from asdopt._errors import AsdoptError, UnsupportedOperationError
from asdopt.tracing import (  # noqa: F401  # imported for what they register
    _descriptive,
    _distances,
    _rotations,
    _scipy_control,
    _scipy_linear,
    _scipy_matrices,
    _scipy_signal,
    _scipy_spectral,
    _scipy_systems,
    _scipy_transforms,
)
from asdopt.tracing._callee import HOOK, Session, holds_traced
from asdopt.tracing._complex import has_complex
from asdopt.tracing._followed import CALLS, follow, is_followed, was_made_here
from asdopt.tracing._lift import constants_only
from asdopt.tracing._location import refuse
from asdopt.tracing._scipy_arrays import FUNCTIONS, OBJECTS_SUFFICE, refused
from asdopt.tracing._sparse import TracedSparse
from asdopt.tracing._sparse_assembly import assembled_class, settled_sparse
from asdopt.tracing._sparse_creation import diagonals, from_arguments
from asdopt.tracing._sparse_forms import JOINS
from asdopt.tracing._special_functions import scipy_function
from asdopt.tracing._standins_arrays import lifted, traced_constants
from asdopt.tracing._ufuncs import check_types

__all__ = ["stand_in_function", "stand_in_method", "stand_in_object"]


def _package(module: str) -> str:
    """Public package of a private module: ``scipy.linalg._basic`` is of ``scipy.linalg``."""
    return module.split("._", maxsplit=1)[0]


def stand_in_function(session: Session, function: Any) -> Any:
    """Find what to call instead of a function of SciPy."""
    package = _package(str(function.__module__))
    name = function.__name__
    traced: Callable[..., Any] | None = scipy_function(function)
    if function is scipy.sparse.issparse:
        return lambda x: isinstance(x, TracedSparse) or function(x)
    solver = _solver(session, package, function)
    if solver is not None:
        return solver
    for known in (package, ".".join(package.split(".")[:2]), *_MOVED.get(package, ())):
        module = sys.modules.get(known)
        if getattr(module, name, None) is not function:
            continue
        if name in OBJECTS_SUFFICE.get(known, ()):
            return _choosing(session, function, function, name)
        traced = FUNCTIONS.get(known, {}).get(name, traced)
        package = known
    if "Rotation." in getattr(function, "__qualname__", ""):
        name = function.__qualname__
        traced = FUNCTIONS.get(package, {}).get(name)
    if package == "scipy.sparse":
        if name not in {"diags", "diags_array"}:
            return _of_sparse_matrices(session, function)
        return _choosing(session, function, diagonals(name == "diags"), f"{package}.{name}")
    traced = traced or _interpolant(package, name)
    return _choosing(session, function, traced, f"{package}.{name}")


def _solver(session: Session, package: str, function: Any) -> Callable[..., Any] | None:
    """Find what stands in for a function that calls the user's, which may read traced values."""
    name = function.__name__
    if getattr(sys.modules.get(package), name, None) is not function:
        return None
    if package == "scipy.optimize":
        # It needs sweeps over tapes, a layer above: imported when it is asked for.
        finder = importlib.import_module("asdopt._roots").finder
        return finder(session, name, function)  # type: ignore[no-any-return]
    if package == "scipy.integrate":
        from asdopt.tracing import _ode, _quadrature

        for module in (_ode, _quadrature):
            if name in module.__all__:
                return getattr(module, name)  # type: ignore[no-any-return]
    return None


def _interpolant(package: str, name: str) -> Callable[..., Any] | None:
    if package != "scipy.interpolate":
        return None
    from asdopt.tracing._interpolants import CONSTRUCTORS  # it imports scipy.interpolate

    return CONSTRUCTORS.get(name)


# scipy.fft's functions live in scipy.fft._basic; distances in scipy.spatial.distance itself.
_MOVED: dict[str, tuple[str, ...]] = {"scipy.fft": ("scipy.fft",)}


def _choosing(
    session: Session, original: Any, traced: Callable[..., Any] | None, what: str
) -> Callable[..., Any]:
    """Call the original with numbers, what stands in for it with traced values."""

    def is_traced(value: Any) -> bool:
        return _is_traced(value) or was_made_here(session, value)

    followed = follow(session, original, what)
    owner = getattr(original, "__self__", original)

    def call(*args: Any, **kwargs: Any) -> Any:
        is_own = was_made_here(session, owner)
        if traced is None and followed is not None and (is_own or is_followed(session)):
            return followed(*args, **kwargs)
        args = tuple(map(settled_sparse, args))
        if not is_own and not any(map(is_traced, (*args, *kwargs.values()))):
            if traced is None or not what.startswith("scipy.fft.") or not has_complex(args):
                return original(*args, **kwargs)
            return traced(*args, **kwargs)
        is_made = was_made_here(session, (args, kwargs))
        plain = None if is_own or is_made else constants_only((args, kwargs))
        if plain is not None and not _holds_sparse(args):
            return traced_constants(original(*plain[0], **plain[1]))
        if followed is not None and (is_made or traced is None):
            return followed(*args, **kwargs)
        if traced is None and is_followed(session):
            raise refused(f"{CALLS}{what}, compiled code that would need numbers in their place")
        if traced is None:
            raise refuse(
                session.tape,
                UnsupportedOperationError,
                f"{what} was called with traced values, and asdopt has no rule for it: compiled "
                "code of SciPy would need their numbers and drop the dependence on the variables; "
                "write what it computes with functions of numpy, or wrap the computation with "
                "asdopt.external",
            )
        args = tuple(map(_lifted, args))
        kwargs = {name: _lifted(v) for name, v in kwargs.items()}
        kwargs.pop("_no_deco", None)  # SciPy's own calls have it
        before = session.tape.refusal
        try:
            return traced(*args, **kwargs)
        except UnsupportedOperationError as error:
            unknown = error
        except TypeError:
            option = _unknown_option(traced, args, kwargs)
            if option is None:
                raise
            unknown = refused(
                f"{what} was called with traced values and an option that asdopt has no rule for "
                f"({option}): leave it out, write what it computes with functions of numpy, or "
                "wrap the computation with asdopt.external"
            )
        if followed is None or _is_distribution(owner):
            raise unknown
        # Forms without a rule are followed as functions without one are.
        session.tape.refusal = before
        try:
            return followed(*args, **kwargs)
        except AsdoptError:
            session.tape.refusal = before or unknown
            raise unknown from None

    return call


def _unknown_option(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> TypeError | None:
    """Tell what is wrong with the arguments of a function, None where they are its own."""
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        return error
    return None


def _is_distribution(owner: Any) -> bool:
    """Tell whether an object of SciPy is a distribution, where a refusal says what it means."""
    return type(owner).__name__.endswith(("_gen", "_frozen"))


def _lifted(value: Any) -> Any:
    try:
        return lifted(value)
    except ValueError:
        return value  # parts of different lengths, as (num, den)


def stand_in_object(session: Session, owner: Any) -> Any:
    """Find what to call instead of an object of SciPy: an interpolant, a class."""
    kind = type(owner)
    if isinstance(owner, type):
        if owner.__module__.startswith("scipy.sparse."):
            return _sparse_class(session, owner)
        package = _package(owner.__module__)
        made = _interpolant(package, owner.__name__)
        return _choosing(session, owner, made, f"{package}.{owner.__name__}")
    from asdopt.tracing._scipy_objects import called

    what = f"an object {_package(kind.__module__)}.{kind.__name__}"
    return _choosing(session, owner, called(owner), what)


def _sparse_class(session: Session, kind: Any) -> Any:
    """Make a sparse matrix of traced entries, or SciPy's own of numbers."""
    form, _, rest = kind.__name__.partition("_")
    if rest not in {"array", "matrix"}:
        return kind

    def construct(*args: Any, **kwargs: Any) -> Any:
        args = tuple(map(settled_sparse, args))
        if any(map(_is_traced, args)):
            plain = constants_only((args, kwargs))
            if plain is None or _holds_sparse(args):
                return from_arguments(session.tape, kind, args, kwargs)
            args, kwargs = plain
        if form not in {"lil", "dok"}:
            return kind(*args, **kwargs)
        made = assembled_class(kind)(*args, **kwargs)
        made._tape, made._traced = session.tape, {}
        return made

    return construct


def _of_sparse_matrices(session: Session, function: Any) -> Any:
    """Refuse traced sparse matrices in functions of scipy.sparse, which read their arrays."""
    known = JOINS.get(function.__name__)

    def call(*args: Any, **kwargs: Any) -> Any:
        args = tuple(map(settled_sparse, args))
        if known is not None and any(map(_is_traced, (args, *kwargs.values()))):
            check_types(session.tape, f"scipy.sparse.{function.__name__}", dict(kwargs))
            return known(session.tape, *args, **kwargs)
        if _holds_sparse(args) or _holds_sparse(tuple(kwargs.values())):
            raise refuse(
                session.tape,
                UnsupportedOperationError,
                f"scipy.sparse.{function.__name__} was called with a sparse matrix of traced "
                "entries; known are its own products, sums and toarray(), and "
                f"{', '.join(JOINS)}: work on the entries before the matrix is made",
            )
        return function(*args, **kwargs)

    return call


def _holds_sparse(value: Any) -> bool:
    if type(value) in (list, tuple):
        return any(map(_holds_sparse, value))
    return isinstance(value, TracedSparse)


def _is_traced(value: Any) -> bool:
    return holds_traced(value) or _holds_sparse(value)


def _product(session: Session, method: Any) -> Any:
    """Multiply a sparse matrix of numbers by traced values, entry by entry."""

    def multiply(other: Any) -> Any:
        if not _is_traced(other):
            return method(other)
        return TracedSparse.of_numbers(session.tape, method.__self__).multiply(lifted(other))

    return multiply


def stand_in_method(session: Session, method: Any) -> Any:
    """Find what to call instead of a bound method of an object of SciPy."""
    owner = method.__self__
    kind = type(owner)
    name = method.__name__
    if kind.__module__.startswith("scipy.sparse._"):
        return _product(session, method) if name == "multiply" else method
    if name == "__call__":
        return HOOK[owner]
    from asdopt.tracing._scipy_objects import method as known

    what = f"{_package(kind.__module__)}.{kind.__name__}.{name}"
    return _choosing(session, method, known(owner, name), what)
