"""Steps of explicit Runge-Kutta methods on traced values, as SciPy's ``OdeSolver`` takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._ops import CODE, OPERATORS
from asdopt.tracing._array_base import wrap
from asdopt.tracing._callee import current
from asdopt.tracing._plain_calls import number
from asdopt.tracing._scipy_arrays import refused

__all__ = ["Method", "Step", "close_steps", "explicit_steps"]

_SAFETY, _LEAST, _MOST = 0.9, 0.2, 10.0
_CLOSE = 1e-10
_MOST_STEPS = 1500
# Operators that are constant but where they jump.
_JUMPS = [CODE[row.name] for row in OPERATORS if not any(row.first)]
Right = Callable[[Any, Any], Any]


class Method:
    """The tables of one method of ``scipy.integrate``."""

    def __init__(self, name: str) -> None:
        import scipy.integrate

        kind: Any = getattr(scipy.integrate, name)
        self.name = name
        self.a, self.b, self.c = kind.A, kind.B, kind.C
        self.order: int = kind.error_estimator_order
        self.e = None if name == "DOP853" else kind.E
        self.p = None if name == "DOP853" else kind.P
        self.pair = (kind.E5, kind.E3) if name == "DOP853" else None
        self.extra = (kind.A_EXTRA, kind.C_EXTRA, kind.D) if name == "DOP853" else None

    def stages(self, fun: Right, t: Any, y: Any, f: Any, h: Any) -> tuple[Any, Any, list[Any]]:
        """Find the new state, its slope, and the slopes of all stages."""
        slopes = [f]
        for row, c in zip(self.a[1:], self.c[1:], strict=False):
            slopes.append(fun(t + c * h, y + _combined(row, slopes) * h))
        after = y + h * _combined(self.b, slopes)
        slopes.append(fun(t + h, after))
        return after, slopes[-1], slopes

    def error(self, slopes: list[Any], h: Any, scale: Any) -> Any:
        """Norm of the estimated error of a step."""
        if self.pair is None:
            return _norm(_combined(self.e, slopes) * h / scale)
        fifth, third = (_combined(e, slopes) / scale for e in self.pair)
        five, three = np.sum(fifth * fifth), np.sum(third * third)
        if five == 0 and three == 0:
            return 0.0
        return np.abs(h) * five / np.sqrt((five + 0.01 * three) * np.size(fifth))


def _combined(weights: Any, slopes: list[Any]) -> Any:
    terms = [w * s for w, s in zip(weights, slopes, strict=False) if w != 0.0]
    return sum(terms[1:], terms[0])


def _norm(v: Any) -> Any:
    square = np.sum(v * v)
    return np.sqrt(square / np.size(v)) if square != 0 else 0.0


class Step:
    """One accepted step, with the polynomial between its ends."""

    def __init__(
        self, fun: Right, method: Method, ends: tuple[Any, Any], states: Any, slopes: list[Any]
    ) -> None:
        self.begin, self.end = ends
        self.before, self.after = states
        self._fun, self._method, self._slopes = fun, method, slopes
        self._terms: list[Any] | None = None

    def between(self, t: Any) -> Any:
        """State at a time of the step."""
        h = self.end - self.begin
        x = (t - self.begin) / h
        if self._terms is None:
            self._terms = self._curve(h)
        if self._method.p is not None:
            power, total = x, 0.0
            for term in self._terms:
                total = total + term * power
                power = power * x
            return self.before + h * total
        y: Any = 0.0
        for i, term in enumerate(reversed(self._terms)):
            y = (y + term) * (x if i % 2 == 0 else 1.0 - x)
        return self.before + y

    def _curve(self, h: Any) -> list[Any]:
        if self._method.p is not None:
            return [_combined(column, self._slopes) for column in self._method.p.T]
        rows, times, table = self._method.extra  # type: ignore[misc]  # set where p is not
        slopes = list(self._slopes)
        for row, c in zip(rows, times, strict=True):
            inner = self.before + _combined(row[: len(slopes)], slopes) * h
            slopes.append(self._fun(self.begin + c * h, inner))
        gain = self.after - self.before
        last = self._slopes[-1]
        return [
            gain,
            h * slopes[0] - gain,
            2.0 * gain - h * (last + slopes[0]),
            *[h * _combined(row, slopes) for row in table],
        ]


def _first_step(
    fun: Right, t: Any, y: Any, f: Any, span: tuple[Any, Any], order: int, tolerances: Any
) -> Any:
    """Size of the first step, by section II.4 of Hairer and others, as SciPy finds it."""
    length, most = span
    direction = np.sign(length)
    length = np.abs(length)
    scale = tolerances[1] + np.abs(y) * tolerances[0]
    d0, d1 = _norm(y / scale), _norm(f / scale)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    h0 = np.minimum(h0, length)
    ahead = fun(t + h0 * direction, y + h0 * direction * f)
    d2 = _norm((ahead - f) / scale) / h0
    if d1 <= 1e-15 and d2 <= 1e-15:
        h1: Any = np.maximum(1e-6, h0 * 1e-3)
    else:
        h1 = (0.01 / np.maximum(d1, d2)) ** (1.0 / (order + 1))
    return np.minimum(np.minimum(100.0 * h0, h1), np.minimum(length, most))


class _Still:
    """Identity whose derivative is left out."""

    row_lengths = np.zeros(1, dtype=np.int32)

    def values(self, x: Any) -> Any:
        """Give the number itself."""
        return x.copy()

    def jacobian_values(self, x: Any) -> Any:
        """Give no entries."""
        return np.empty(0)

    def hessian(self, x: Any, weights: Any) -> Any:
        """Give zero."""
        return np.zeros((1, 1))


def _still(h: Any) -> Any:
    """Step size that changes with the variables, but counts as fixed in derivatives."""
    if not hasattr(h, "tape"):
        return h
    ids = np.ravel(h.ids if hasattr(h, "ids") else h.id).astype(np.int32)
    none = np.empty(0, np.int32)
    made = h.tape.external(_Still(), ids, h.tape.values(ids), [0, 0], none)
    return wrap(h.tape, made.reshape(()))


class _Noted:
    """A right-hand side, and whether it branches or jumps."""

    def __init__(self, fun: Right) -> None:
        self._fun = fun
        self.jumps = False

    def __call__(self, t: Any, y: Any) -> Any:
        tape = next((v.tape for v in (t, y) if hasattr(v, "tape")), None)
        if tape is None or self.jumps:
            return self._fun(t, y)
        mark, start = tape.mark(), len(tape)
        found = self._fun(t, y)
        codes = tape.codes(np.arange(start, len(tape), dtype=np.int32))
        self.jumps = tape.mark() > mark or bool(np.isin(codes, _JUMPS).any())
        return found


def explicit_steps(
    fun: Right,
    span: tuple[Any, Any],
    y: Any,
    method: Method,
    tolerances: Any,
    sizes: Any,
    watching: Callable[[], Callable[[Step], bool]],
) -> list[Step]:
    """All steps over an interval, or up to the one at which a watch says to stop.

    ``watching`` is called at the start, and makes a watch.

    Derivatives are those of the whole program, the choice of steps included. Where the right-hand
    side branches or jumps those mean little: then the steps count as fixed.
    """
    session = current()
    noted = _Noted(fun)
    mark = session.tape.mark() if session is not None else 0
    steps = _steps(noted, span, y, method, tolerances, sizes, lambda h: h, watching())
    if session is None or not noted.jumps:
        return steps
    careful = session.tape.careful
    session.tape.forget(mark)
    session.tape.careful = careful
    return _steps(fun, span, y, method, tolerances, sizes, _still, watching())


def _steps(
    fun: Right,
    span: tuple[Any, Any],
    y: Any,
    method: Method,
    tolerances: Any,
    sizes: Any,
    hold: Callable[[Any], Any],
    stop: Callable[[Step], bool],
) -> list[Step]:
    t, bound = span
    if np.size(y) == 0 or bound == t:
        return []
    forward = bool(bound > t)
    direction = 1.0 if forward else -1.0
    most, h = sizes
    f = fun(t, y)
    if h is None:
        h = _first_step(fun, t, y, f, (bound - t, most), method.order, tolerances)
    exponent = -1.0 / (method.order + 1)
    steps: list[Step] = []
    while True:
        if len(steps) > _MOST_STEPS:
            raise _too_many(method.name)
        h = hold(np.minimum(h, most) if np.isfinite(most) else h)
        rejected = False
        while True:
            if h < 10.0 * np.spacing(abs(float(number(t)))):
                raise _too_many(method.name)
            end = t + h * direction
            if (end > bound) if forward else (end < bound):
                end = bound
            h = np.abs(end - t)
            signed = end - t
            after, slope, slopes = method.stages(fun, t, y, f, signed)
            scale = tolerances[1] + np.maximum(np.abs(y), np.abs(after)) * tolerances[0]
            error = method.error(slopes, signed, scale)
            if error < 1:
                factor: Any = _MOST
                if error != 0:
                    factor = np.minimum(_MOST, _SAFETY * error**exponent)
                if rejected:
                    factor = np.minimum(1.0, factor)
                h = h * factor
                break
            h = hold(h * np.maximum(_LEAST, _SAFETY * error**exponent))
            rejected = True
        steps.append(Step(fun, method, (t, end), (y, after), slopes))
        t, y, f = end, after, slope
        if stop(steps[-1]):
            return steps
        if (t >= bound) if forward else (t <= bound):
            return steps


def _too_many(name: str) -> Exception:
    return refused(
        f"an initial value problem was solved by {name} inside of the function, and it takes more "
        f"than {_MOST_STEPS} steps, or none is small enough; each is written out: take "
        "method='LSODA' if it is stiff, make it collocation with states as variables, or put the "
        "simulation into asdopt.external"
    )


def close_steps(fun: Right, start: Any, y: Any, times: Any, most: int = _MOST_STEPS) -> Any:
    """States at given times to 1e-10, with steps chosen by the numbers of the point.

    The steps are shares of the interval between two times, and a guard holds that each error is
    small elsewhere too.
    """
    method = Method("DOP853")
    found, t, share, count = [], start, 0.01, 0
    for end in times:
        length, done = end - t, 0.0
        if end != t:
            f = fun(t, y)
        while end != t and done < 1.0:
            share = 1.0 - done if done + share > 1.0 - 1e-12 else share
            step = length * share
            after, slope, slopes = method.stages(fun, t + length * done, y, f, step)
            scale = _CLOSE * (1.0 + np.maximum(np.abs(y), np.abs(after)))
            error = method.error(slopes, step, scale)
            size = float(number(error))
            count += 1
            if count > most or not np.isfinite(size):
                raise _too_many("a method for smooth problems")
            taken = share
            share *= _MOST if size == 0.0 else np.clip(_SAFETY * size**-0.125, _LEAST, _MOST)
            if size <= 1.0 and error <= 10.0:  # the second holds at other points too
                y, f, done = after, slope, done + taken
        found.append(y)
        t = end
    return np.stack(found)
