"""Minima that are found inside of a user's function, by the implicit function theorem.

Enters: the arguments of a minimizer of ``scipy.optimize``, whose function may read traced values.
Leaves: what it returns, with the minimum recorded on the tape: at each point SciPy's method finds
it anew, Newton steps on the gradient make it exact, and its derivatives follow from the gradient
being zero. Roots are in ``_roots.py``; a minimum is a root of a gradient, of which the second
derivatives are known, and the third ones are their differences. Next: ``_minimum.py``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt._inside import is_fixed, numbers, recorded_inside
from asdopt._minimum import SQUARES, Call, Minimum, minimum_of
from asdopt.tracing._array_base import wrap
from asdopt.tracing._boxes import record
from asdopt.tracing._callee import HOOK, Session
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._tape import Tape

__all__ = ["MINIMIZERS", "minimizer"]

FloatArray = npt.NDArray[np.float64]

MINIMIZERS = SQUARES | {
    *("brent", "fmin", "fmin_bfgs", "fmin_cg", "fmin_l_bfgs_b", "fmin_powell", "fminbound"),
    *("golden", "minimize", "minimize_scalar"),
}
# Arguments that say where to look, and derivatives that are found here.
_PLACES = ("x0", "x1", "x2", "brack", "bracket")
_SLOPES = ("jac", "hess", "hessp", "fprime", "Dfun")
# What the minimum decides of a result; everything else of it that are numbers would be stale.
_COUNTS = frozenset({"message", "nfev", "nhev", "nit", "njev", "status", "success"})
_COST: dict[str, Callable[[Any], Any]] = {
    "linear": lambda z: z,
    "soft_l1": lambda z: 2.0 * ((1.0 + z) ** 0.5 - 1.0),
    "huber": lambda z: np.where(z <= 1.0, z, 2.0 * np.where(z <= 1.0, 1.0, z) ** 0.5 - 1.0),
    "cauchy": np.log1p,
    "arctan": np.arctan,
}


def minimizer(session: Session, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """Find what stands in for a minimizer of ``scipy.optimize``."""
    tape = session.tape
    if name == "curve_fit":
        from scipy.optimize import least_squares

        search = _Search(tape, "least_squares", least_squares)
        return lambda *args, **kwargs: _fitted(search, original, args, kwargs)

    def minimum(*args: Any, **kwargs: Any) -> Any:
        return _Search(tape, name, original).find(*args, **kwargs)

    return minimum


class _Search:
    """One call of a minimizer."""

    def __init__(self, tape: Tape, name: str, original: Callable[..., Any]) -> None:
        self.tape, self.name, self.original = tape, name, original
        self.shown = name

    def refuse(self, what: str) -> TracingError:
        return refuse(
            self.tape,
            TracingError,
            f"scipy.optimize.{self.shown} was called inside of the function, and what it minimizes "
            f"depends on traced values; {what}",
        )

    def find(self, *args: Any, **kwargs: Any) -> Any:
        tape = self.tape
        given = dict(inspect.signature(self.original).bind(*args, **kwargs).arguments)
        key = next(k for k in ("fun", "func", "f") if k in given)
        extra = given.pop("args", ())
        extra = extra if isinstance(extra, tuple) else (extra,)
        named = given.pop("kwargs", None) or {}
        user = HOOK[given.pop(key)]
        both = given.get("jac") is True or (
            self.name == "fmin_l_bfgs_b"
            and not given.get("approx_grad")
            and given.get("fprime") is None
        )
        slopes = {k: HOOK[given[k]] for k in _SLOPES if callable(given.get(k))}
        mark, num_externals = tape.mark(), len(tape.externals)
        places = {k: given[k] for k in _PLACES if given.get(k) is not None}
        if self.name == "minimize_scalar" and given.get("bounds") is not None:
            places["bounds"] = given["bounds"]
        depends = not all(is_fixed(tape, v) for v in places.values())

        def called(t: Any) -> Any:
            return user(t, *extra, **named)

        def plain(fun: Any) -> Any:
            def at(t: Any, *others: Any) -> Any:
                nonlocal depends
                found = fun(t, *others, *extra, **named)
                parts = found if both and isinstance(found, tuple) else (found,)
                depends = depends or not all(is_fixed(tape, part) for part in parts)
                values = tuple(numbers(tape, part) for part in parts)
                return values if len(values) > 1 else values[0]

            return at

        numeric = {k: numbers(tape, v) for k, v in places.items()}
        first = self.original(
            **{key: plain(user)}, **given | numeric | {k: plain(f) for k, f in slopes.items()}
        )
        if tape.refusal is not None:
            raise tape.refusal
        if not depends:
            return first
        if given.get("constraints"):
            raise self.refuse(
                "its minimum under constraints has no derivatives here: state its conditions of "
                "optimality as constraints of the problem, with its unknowns as variables"
            )
        loss = given.get("loss", "linear")
        if self.name in SQUARES and loss not in _COST:
            raise self.refuse(f"loss={loss!r} is not known; known are {', '.join(_COST)}")

        def residual(t: Any) -> Any:
            found = called(t)
            ids = np.ravel(lift(tape, found[0] if both else found).ids)
            if self.name in SQUARES:
                scale = float(given.get("f_scale", 1.0))
                cost = _COST[loss]((wrap(tape, ids) / scale) ** 2)
                total = lift(tape, 0.5 * scale**2 * cost.sum()).ids
                return np.concatenate([np.ravel(total), ids])
            return ids

        root = np.asarray(minimum_of(first), dtype=np.float64)
        inner = recorded_inside(tape, root, residual, mark, num_externals)
        if self.name not in SQUARES and len(inner.trace.outputs) != 1:
            raise self.refuse(f"it returned {len(inner.trace.outputs)} values: return one number")
        searched = [lift(tape, v).ids for v in places.values()]
        inputs = np.concatenate([inner.read, *[ids.reshape(-1) for ids in searched]])
        shapes = [(k, ids.shape) for k, ids in zip(places, searched, strict=True)]
        options = {
            k: v for k, v in given.items() if k not in {*places, *_SLOPES, "callback", "hess"}
        }
        call = Call(self.original, key, options, shapes)
        box = Minimum(f"scipy.optimize.{self.shown}", call, inner, len(inputs), root)
        if not np.isfinite(box.values(tape.values(inputs))).all():
            raise self.refuse(
                "it found no minimum where the gradient is zero and the matrix of second "
                "derivatives is positive definite, as at an active bound or a flat place, so that "
                "it has no derivatives: make the unknowns variables of the problem"
            )
        t = wrap(tape, record(tape, box, inputs.astype(np.int32)).reshape(root.shape))
        # Once more at the minimum, for its value and the guards of its branch.
        value = wrap(tape, residual(t))
        return self._returned(first, t, value)

    def _returned(self, first: Any, t: Any, value: Any) -> Any:
        """Put traced values into what the minimizer returned, and withhold what would be stale."""
        withheld = _Withheld(self)
        is_squares = self.name in SQUARES
        if hasattr(first, "keys"):
            made = type(first)({k: v if k in _COUNTS else withheld for k, v in first.items()})
            made["x"] = t
            made["fun"] = value[1:] if is_squares else value[0]
            if is_squares:
                made["cost"] = value[0]
            elif "jac" in first:
                made["jac"] = np.zeros_like(first["jac"])
            return made
        if not isinstance(first, tuple):
            return t
        rest = [v if isinstance(v, (bool, int, str)) else withheld for v in first[1:]]
        if not is_squares:
            rest[0] = value[0]
        return (t, *rest)


class _Withheld:
    """A part of a result that depends on variables in a way that is not followed."""

    def __init__(self, search: _Search) -> None:
        self._search = search

    def _raise(self, *_: Any, **__: Any) -> Any:
        raise refuse(
            self._search.tape,
            UnsupportedOperationError,
            f"of what scipy.optimize.{self._search.shown} returned inside of the function, the "
            "minimum and its value are followed; covariances, Jacobians and other approximations "
            "were asked for, which depend on the variables too: compute them from the minimum",
        )

    def __getattr__(self, name: str) -> Any:
        return self._raise()

    __getitem__ = __iter__ = __len__ = __call__ = __array__ = __bool__ = __float__ = _raise
    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __neg__ = __pow__ = _raise
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __array_ufunc__ = _raise
    __array_function__ = _raise


def _fitted(search: _Search, original: Any, args: Any, kwargs: Any) -> Any:
    """Fit a curve as a problem of least squares."""
    tape = search.tape
    given = dict(inspect.signature(original).bind(*args, **kwargs).arguments)
    options = given.pop("kwargs", {})
    model, xdata, ydata = HOOK[given["f"]], given["xdata"], given["ydata"]
    if isinstance(xdata, (list, tuple)):
        xdata = HOOK[np.array](xdata)
    if isinstance(ydata, (list, tuple)):
        ydata = HOOK[np.array](ydata)
    bounds, p0, sigma = given.get("bounds", (-np.inf, np.inf)), given.get("p0"), given.get("sigma")
    low, high = (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else bounds
    names = [p for p in inspect.signature(given["f"]).parameters.values() if p.default is p.empty]
    count = len(names) - 1 if p0 is None else np.size(p0)
    low, high = (np.broadcast_to(np.asarray(side, dtype=float), count) for side in (low, high))
    bounded = bool(np.any(np.isfinite(low)) or np.any(np.isfinite(high)))
    if p0 is None:
        p0 = np.ones(count)
        both = np.isfinite(low) & np.isfinite(high)
        p0[both] = 0.5 * (low[both] + high[both])
        p0[np.isfinite(low) & ~both] = low[np.isfinite(low) & ~both] + 1.0
        p0[np.isfinite(high) & ~both] = high[np.isfinite(high) & ~both] - 1.0
    spread = None if sigma is None else np.asarray(sigma, dtype=float)
    root = None
    if spread is not None and spread.ndim == 2 and spread.shape != (1, 1):
        root = np.linalg.inv(np.linalg.cholesky(spread))

    def weigh(r: Any) -> Any:
        if spread is None:
            return r
        return r / spread if root is None else root @ r

    if given.get("full_output"):
        raise search.refuse("full_output=True was asked for, of which the fit alone is followed")

    def residual(p: Any) -> Any:
        return weigh(model(xdata, *[p[k] for k in range(count)]) - ydata)

    fixed: list[bool] = []

    def watched(p: Any) -> Any:
        found = residual(p)
        fixed.append(is_fixed(tape, found))
        return found

    method = given.get("method") or ("trf" if bounded else "lm")
    known = {k: v for k, v in options.items() if k in {"ftol", "xtol", "gtol", "max_nfev"}}
    search.shown = "curve_fit"
    found = search.find(watched, p0, method=method, bounds=(low, high), **known)
    if all(fixed) and is_fixed(tape, found.x):
        return original(*args, **kwargs)
    return found.x, _Withheld(search)
