"""Roots that are found inside of a user's function, by the implicit function theorem.

Enters: the arguments of a root finder of ``scipy.optimize``, whose function may read traced values.
Leaves: what it returns, with the root recorded on the tape: at each point SciPy's method finds it
anew, Newton steps make it exact, and its derivatives follow from those of the function.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError
from asdopt._inside import InnerTrace, columns, is_fixed, numbers, recorded_inside
from asdopt.tracing._array_base import wrap
from asdopt.tracing._boxes import record
from asdopt.tracing._callee import HOOK, Session
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._plain_calls import DependsError, fixed
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

__all__ = ["finder"]

FloatArray = npt.NDArray[np.float64]
_SCALAR = frozenset(
    {"bisect", "brenth", "brentq", "fixed_point", "newton", "ridder", "root_scalar", "toms748"}
)
_SYSTEMS = frozenset({"fsolve", "root"})
_OTHER_MINIMA = frozenset(
    {"basinhopping", "brute", "differential_evolution", "direct", "dual_annealing", "fmin_cobyla"}
    | {"fmin_ncg", "fmin_slsqp", "fmin_tnc", "shgo"}
)
# Arguments that say where to look: they may be traced, and the root does not depend on them.
_PLACES = ("a", "b", "x0", "x1", "bracket")
_SLOPES = ("fprime", "fprime2", "jac")
_STEPS = 8


def finder(session: Session, name: str, original: Callable[..., Any]) -> Any:
    """Find what stands in for a solver of ``scipy.optimize``, None where nothing is known."""
    if name in _OTHER_MINIMA:
        return _minimum(session, name, original)
    from asdopt._minima import MINIMIZERS, minimizer  # it imports this module

    if name in MINIMIZERS:
        return minimizer(session, name, original)
    if name not in _SCALAR | _SYSTEMS:
        return None

    def find(*args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(original).bind(*args, **kwargs)
        return _find(session.tape, name, original, bound)

    return find


def _minimum(session: Session, name: str, original: Callable[..., Any]) -> Any:
    tape = session.tape

    def minimum(*args: Any, **kwargs: Any) -> Any:
        key = next((k for k in ("fun", "func", "f") if k in kwargs), None)
        fun = args[0] if key is None else kwargs.pop(key)
        args = args[1:] if key is None else args

        @functools.wraps(fun)  # curve_fit reads the names of its parameters
        def plain(*values: Any, **named: Any) -> Any:
            return fixed(HOOK[fun](*values, **named))

        try:
            args, kwargs = fixed((args, kwargs))
            if key is None:
                return original(plain, *args, **kwargs)
            return original(*args, **{key: plain}, **kwargs)
        except (DependsError, TypeError, ValueError) as error:
            if not isinstance(error, DependsError) and tape.refusal is None:
                raise
            raise refuse(
                tape,
                TracingError,
                f"scipy.optimize.{name} was called inside of the function, and what it minimizes "
                "or where it starts depends on traced values; it would be searched anew at each "
                "point: use scipy.optimize.minimize or least_squares, whose minima have "
                "derivatives, make the unknowns variables, or wrap it with asdopt.external",
            ) from None

    return minimum


def _find(tape: Tape, name: str, original: Any, bound: inspect.BoundArguments) -> Any:
    given = dict(bound.arguments)
    options = given.pop("kwargs", {}) | given.pop("options", {}) if name == "newton" else {}
    key = next(k for k in ("f", "func", "fun") if k in given)
    extra = given.pop("args", ())
    extra = extra if isinstance(extra, tuple) else (extra,)
    called = HOOK[given.pop(key)]
    if given.get("jac") is True or given.get("fprime") is True:
        raise refuse(
            tape,
            TracingError,
            f"scipy.optimize.{name} was called inside of the function with a function that also "
            "returns its derivatives: give a function of the values alone, the others are found",
        )
    slopes = {k: HOOK[given[k]] for k in _SLOPES if callable(given.get(k))}
    places = {k: given[k] for k in _PLACES if given.get(k) is not None}
    ready = given | options
    mark, num_externals = tape.mark(), len(tape.externals)
    depends = not all(is_fixed(tape, v) for v in places.values())

    def plain(fun: Any) -> Any:
        def at(t: Any) -> Any:
            nonlocal depends
            found = fun(t, *extra)
            depends = depends or not is_fixed(tape, found)
            return numbers(tape, found)

        return at

    numeric = {k: numbers(tape, v) for k, v in places.items()}
    first = original(
        **{key: plain(called)}, **ready | numeric | {k: plain(f) for k, f in slopes.items()}
    )
    if tape.refusal is not None:
        raise tape.refusal
    if not depends:
        return first
    root = np.asarray(_root_of(first), dtype=np.float64)
    inner = recorded_inside(
        tape, root, lambda t: _residual(tape, name, called, extra, t), mark, num_externals
    )
    shape, trace, read = root.shape, inner.trace, inner.read
    searched = [lift(tape, v).ids for v in places.values()]
    inputs = np.concatenate([read, *[ids.reshape(-1) for ids in searched]]).astype(np.int32)
    options = {k: v for k, v in ready.items() if k not in {*places, *slopes, "fprime2"}}
    if options.get("method") == "halley":
        options["method"] = "newton"  # to the same root, without second derivatives
    call = _Call(original, key, options, dict.fromkeys(slopes.keys() - {"fprime2"}, True))
    call.places = [(k, ids.shape) for k, ids in zip(places, searched, strict=True)]
    box = _Root(call, trace, len(read), len(inputs), root)
    values = box.values(tape.values(inputs))
    if not np.isfinite(values).all():
        raise refuse(
            tape,
            TracingError,
            f"scipy.optimize.{name} was called inside of the function and found no root (or one "
            "where the derivative is singular), so that it has no derivatives: give a better "
            "start, or make the unknown a variable and state the equation as a constraint",
        )
    ids = record(tape, box, inputs).reshape(shape)
    # Once more at the root: for the guards of its branch, and for what the function keeps of its
    # last call, which is a number of the search otherwise.
    _residual(tape, name, called, extra, wrap(tape, ids))
    return _replaced(first, wrap(tape, ids))


def _residual(tape: Tape, name: str, called: Any, extra: Any, t: Any) -> Any:
    found = called(t, *extra)
    if name == "fixed_point":
        found = found - t
    return np.ravel(lift(tape, found).ids)


def _root_of(result: Any) -> Any:
    if isinstance(result, tuple):
        return result[0]
    if hasattr(result, "keys"):
        return result["root"] if "root" in result else result["x"]
    return result


def _replaced(result: Any, root: Any) -> Any:
    if isinstance(result, tuple):
        return (root, *result[1:])
    if hasattr(result, "keys"):
        made = copy.copy(result)
        made["root" if "root" in result else "x"] = root
        return made
    return root


class _Call:
    """How a root finder of SciPy is called, but for its function and where it looks."""

    def __init__(
        self, finder: Callable[..., Any], key: str, options: dict[str, Any], slopes: dict[str, bool]
    ) -> None:
        self.finder, self.key, self.options, self.slopes = finder, key, options, slopes
        self.places: list[tuple[str, tuple[int, ...]]] = []

    def __call__(self, fun: Any, slope: Any, where: FloatArray, shape: tuple[int, ...]) -> Any:
        """Root of ``fun`` of flat arrays, flat."""
        start: dict[str, Any] = {}
        at = 0
        for name, size in self.places:
            count = int(np.prod(size))
            start[name] = where[at : at + count].reshape(size)[()]
            at += count
        adds = self.finder.__name__ == "fixed_point"

        def values(t: Any) -> Any:
            found = fun(np.ravel(t)).reshape(np.shape(t))
            return (found + t if adds else found)[()]

        def slopes(t: Any) -> Any:
            found = slope(np.ravel(t))
            # newton solves equations one by one.
            return found if self.finder.__name__ in _SYSTEMS else np.diag(found).reshape(shape)[()]

        given = {self.key: values, **dict.fromkeys(self.slopes, slopes)}
        found = self.finder(**given, **self.options, **start)
        return np.ravel(np.asarray(_root_of(found), dtype=np.float64))


class _Root(InnerTrace):
    """Root of a function of unknowns and parameters, by the parameters."""

    hint = "a root where the derivative of its function is singular has no derivatives"

    def __init__(
        self, call: _Call, trace: Trace, num_read: int, num_inputs: int, root: FloatArray
    ) -> None:
        name = f"scipy.optimize.{call.finder.__name__}"
        super().__init__(name, trace, num_read, num_inputs, root)
        self._call = call

    def values(self, x: FloatArray) -> FloatArray:
        """Root, NaN where there is none."""
        read, where = x[: self._num_read], x[self._num_read :]

        def at(t: FloatArray) -> FloatArray:
            self._sweeps.values(np.concatenate([t, read]))
            return self._sweeps.output_values().copy()

        def slope(t: FloatArray) -> FloatArray:
            return self._jacobian(np.concatenate([t, read]))[:, : len(t)]

        def found() -> FloatArray:
            return self._call(at, slope, where, self._start.shape)  # type: ignore[no-any-return]

        # The second where the function has branches, of which the trace holds the one of the root.
        for start in (found, lambda: np.ravel(self._start)):
            try:
                with np.errstate(all="ignore"):
                    best = _polished(start(), at, slope)
            except (RuntimeError, ValueError, ArithmeticError, np.linalg.LinAlgError):
                continue
            if best is not None:
                return best
        return np.full(self.num_results, np.nan)

    def _jacobian(self, tx: FloatArray) -> FloatArray:
        self._sweeps.values(tx)
        self._sweeps.first()
        return columns(self._sweeps.jvp, len(tx), self.num_results)

    def _moves(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Unknowns with parameters, how the unknowns move with them, and their own slope."""
        t = self.values(x)
        tx = np.concatenate([t, x[: self._num_read]])
        whole = self._jacobian(tx)
        slope = whole[:, : len(t)]
        moves: Any = -np.linalg.solve(slope, whole[:, len(t) :])
        return tx, moves, slope

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Of the weighted sum, with the multipliers of the function."""
        tx, moves, slope = self._moves(x)
        self._sweeps.second()
        multipliers: Any = -np.linalg.solve(slope.T, weights)
        self._sweeps.gradient(multipliers)
        inner = columns(self._sweeps.hvp, len(tx), len(tx))
        return self._along(moves, inner)


def _polished(t: FloatArray, at: Any, slope: Any) -> FloatArray | None:
    """Root by Newton steps as long as they help, None where it is no simple one."""
    best, least = t, float(np.max(np.abs(at(t)), initial=0.0))
    for _ in range(_STEPS):
        t = t - np.linalg.solve(slope(t), at(t))
        now = float(np.max(np.abs(at(t)), initial=0.0))
        if not now < least:
            break
        best, least = t, now
    return best if _is_simple(best, at(best), slope(best), at) else None


def _is_simple(t: FloatArray, rest: FloatArray, slope: FloatArray, at: Any) -> bool:
    """Whether the function vanishes and has a regular derivative, as it shows nearby too."""
    size = float(np.max(np.abs(slope) @ (np.abs(t) + 1.0), initial=0.0))
    if not np.max(np.abs(rest), initial=0.0) <= 1e-9 * size:
        return False
    if len(t) > 1:
        return bool(np.linalg.cond(slope) < 1e13)
    step = 1e-6 * (1.0 + abs(t[0]))
    nearby = np.abs(at(t + step) - rest)[0] / step
    return not abs(slope[0, 0]) < 1e-4 * nearby
