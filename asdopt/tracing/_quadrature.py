"""Integrals inside of functions: ``scipy.integrate.quad`` and its kin on traced integrands.

Enters: an integrand of the user and limits, any of which may depend on traced values. Leaves: the
integral and an estimate of its error, which is a plain number. The interval is divided as the
numbers of the point ask for, closer than the tolerance that was asked for, and a guard holds
that the division suffices at other points.

References
----------
Piessens and others, "QUADPACK", Springer 1983.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from asdopt.tracing._callee import HOOK
from asdopt.tracing._plain_calls import number, plain_first
from asdopt.tracing._scipy_arrays import entries, refused
from asdopt.tracing._standins_arrays import lifted

__all__ = ["dblquad", "nquad", "quad", "quad_vec", "tplquad"]

_CLOSE = 1e-11
_MOST = 120
# Where parts as short as this still do not converge fast, the integrand is not smooth.
_NARROW = 1e-4
_SLOW = 4
# Not in the middle: the corner of an integrand may be there, and would not be seen.
_SHARE = 0.4876
# Nodes from the end to the middle, their weights in the Kronrod and in the Gauss rule.
_FINITE = (
    (
        *(0.995657163025808080735527280689003, 0.973906528517171720077964012084452),
        *(0.930157491355708226001207180059508, 0.865063366688984510732096688423493),
        *(0.780817726586416897063717578345042, 0.679409568299024406234327365114874),
        *(0.562757134668604683339000099272694, 0.433395394129247190799265943165784),
        *(0.294392862701460198131126603103866, 0.148874338981631210884826001129720, 0.0),
    ),
    (
        *(0.011694638867371874278064396062192, 0.032558162307964727478818972459390),
        *(0.054755896574351996031381300244580, 0.075039674810919952767043140916190),
        *(0.093125454583697605535065465083366, 0.109387158802297641899210590325805),
        *(0.123491976262065851077958109831074, 0.134709217311473325928054001771707),
        *(0.142775938577060080797094273138717, 0.147739104901338491374841515972068),
        0.149445554002916905664936468389821,
    ),
    (
        *(0.066671344308688137593568809893332, 0.149451349150580593145776339657697),
        *(0.219086362515982043995534934228163, 0.269266719309996355091226921569469),
        0.295524224714752870173892994651338,
    ),
)
_INFINITE = (
    (
        *(0.991455371120812639206854697526329, 0.949107912342758524526189684047851),
        *(0.864864423359769072789712788640926, 0.741531185599394439863864773280788),
        *(0.586087235467691130294144838258730, 0.405845151377397166906606412076961),
        *(0.207784955007898467600689403773245, 0.0),
    ),
    (
        *(0.022935322010529224963732008058970, 0.063092092629978553290700663189204),
        *(0.104790010322250183839876322541518, 0.140653259715525918745189590510238),
        *(0.169004726639267902826583426598550, 0.190350578064785409913256402421014),
        *(0.204432940075298892414161999234649, 0.209482141084727828012999174891714),
    ),
    (
        *(0.129484966168869693270611432679082, 0.279705391489276667901467771423780),
        *(0.381830050505118944950369775488975, 0.417959183673469387755102040816327),
    ),
)


class _Part:
    """The rule on one part of the interval [0, 1]."""

    slow = 0

    def __init__(self, fun: Callable[[float], Any], rule: Any, low: float, high: float) -> None:
        self.low, self.high = low, high
        nodes, kronrod, gauss = rule
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        places = [middle + half * s * x for x in nodes for s in ((1.0, -1.0) if x else (0.0,))]
        values = [fun(place) for place in places]
        both = [w for w, x in zip(kronrod, nodes, strict=True) for _ in range(2 if x else 1)]
        inner = {1 + 2 * k: w for k, w in enumerate(gauss)}
        coarse = [inner.get(k, 0.0) for k, x in enumerate(nodes) for _ in range(2 if x else 1)]
        self.integral = half * _combined(both, values)
        self.gap = np.abs(
            half * _combined([a - b for a, b in zip(both, coarse, strict=True)], values)
        )
        plain = [np.asarray(number(v)) for v in values]
        mean = 0.5 * sum(w * v for w, v in zip(both, plain, strict=True))
        self.spread = half * np.max(
            sum(w * abs(v - mean) for w, v in zip(both, plain, strict=True))
        )
        gap = float(np.max(number(self.gap), initial=0.0))
        self.error = gap
        if self.spread and gap:
            self.error = float(self.spread * min(1.0, (200.0 * gap / self.spread) ** 1.5))


def _combined(weights: list[float], values: list[Any]) -> Any:
    terms = [w * v for w, v in zip(weights, values, strict=True) if w != 0.0]
    return sum(terms[1:], terms[0])


def _integral(
    fun: Callable[[float], Any], rule: Any, knots: list[float], tolerances: tuple[float, float]
) -> tuple[Any, float]:
    """Integral over [0, 1] and its error."""
    parts = [_Part(fun, rule, a, b) for a, b in pairwise(knots)]

    def size() -> float:
        return float(np.max(np.abs(sum(number(p.integral) for p in parts)), initial=0.0))

    def asked(of: float) -> float:
        return max(tolerances[0], tolerances[1] * of)

    while len(parts) < _MOST:
        worst = max(parts, key=lambda p: p.error)
        if sum(p.error for p in parts) <= min(_CLOSE * size(), asked(size())) or not (
            worst.error > 1e-15 * size()
        ):
            break
        middle = worst.low + _SHARE * (worst.high - worst.low)
        narrow = worst.high - worst.low < _NARROW and worst.slow >= _SLOW
        if narrow and worst.low not in knots and worst.high not in knots:
            raise refused(
                "an integral was taken inside of the function, and its integrand has a corner or "
                "a jump inside of the interval; where that moves with the variables, derivatives "
                "would be wrong: integrate the parts on both sides of it by themselves, or name a "
                "place that stays in points=[...]"
            )
        parts.remove(worst)
        for low, high in ((worst.low, middle), (middle, worst.high)):
            part = _Part(fun, rule, low, high)
            part.slow = worst.slow + 1 if part.error > 0.02 * worst.error else 0
            parts.append(part)
    error = sum(p.error for p in parts)
    if not error <= asked(size()):
        raise refused(
            f"an integral was taken inside of the function, and {len(parts)} parts of the interval "
            f"leave an error of {error:.1g}; {asked(size()):.1g} was asked for: integrate parts "
            "by themselves, substitute the variable, or put the integral into asdopt.external"
        )
    parts.sort(key=lambda p: p.low)
    total = sum((p.integral for p in parts[1:]), parts[0].integral)
    gap = sum((p.gap for p in parts[1:]), parts[0].gap)
    if hasattr(gap, "tape"):
        spread = sum(p.spread for p in parts) or 1.0
        allowed = spread / 200.0 * min(1.0, asked(size()) / spread) ** (2.0 / 3.0)
        bound = max(4.0 * float(np.max(number(gap))), allowed, asked(size()))
        if not np.all(gap <= bound):  # a guard
            raise RuntimeError("the error of an integral changed while it was traced")
    return total, error


def _over(fun: Callable[[Any], Any], a: Any, b: Any, points: Any, tolerances: Any) -> Any:
    """Integral of a function over an interval, which may be infinite."""
    low, high = number(a), number(b)
    if low > high:
        value, error = _over(fun, b, a, points, tolerances)
        return -value, error
    if np.isfinite(low) and np.isfinite(high):
        length = b - a
        knots = [0.0, 1.0]
        if points is not None and high > low:
            shares = (np.asarray(number(entries(lifted(points))), dtype=float) - low) / (high - low)
            knots = sorted({0.0, 1.0, *[float(s) for s in shares if 0.0 < s < 1.0]})
        return _integral(lambda u: fun(a + u * length) * length, _FINITE, knots, tolerances)
    if points is not None:
        raise refused(
            "scipy.integrate.quad was called with traced values, points= and an infinite interval, "
            "which QUADPACK does not know together: integrate parts by themselves"
        )

    def half(u: float) -> Any:
        gone = (1.0 - u) / u
        if np.isfinite(low):
            return fun(a + gone) / (u * u)
        if np.isfinite(high):
            return fun(b - gone) / (u * u)
        return (fun(gone) + fun(-gone)) / (u * u)

    return _integral(half, _INFINITE, [0.0, 1.0], tolerances)


@plain_first
def quad(
    func: Any,
    a: Any,
    b: Any,
    args: Any = (),
    full_output: Any = 0,
    epsabs: float = 1.49e-8,
    epsrel: float = 1.49e-8,
    limit: int = 50,
    points: Any = None,
    weight: Any = None,
    wvar: Any = None,
    wopts: Any = None,
    maxp1: int = 50,
    limlst: int = 50,
    complex_func: bool = False,
) -> Any:
    """``scipy.integrate.quad``."""
    if full_output or weight is not None or complex_func:
        raise refused(
            "scipy.integrate.quad was called inside of the function with full_output, weight or "
            "complex_func; known are plain integrals of real functions: write the weight into "
            "the integrand"
        )
    called: Any = HOOK[func]
    args = args if isinstance(args, tuple) else (args,)
    return _over(lambda t: called(t, *args), a, b, points, (epsabs, epsrel))


@plain_first
def quad_vec(
    f: Any,
    a: Any,
    b: Any,
    epsabs: float = 1e-200,
    epsrel: float = 1e-8,
    norm: str = "2",
    cache_size: float = 1e8,
    limit: int = 10000,
    workers: Any = 1,
    points: Any = None,
    quadrature: Any = None,
    full_output: bool = False,
    *,
    args: Any = (),
) -> Any:
    """``scipy.integrate.quad_vec``."""
    if full_output:
        raise refused(
            "scipy.integrate.quad_vec was called inside of the function with full_output: leave "
            "it out"
        )
    called, array = HOOK[f], HOOK[np.array]

    def values(t: Any) -> Any:
        return array(called(t, *args), dtype=float)

    return _over(values, a, b, points, (epsabs, epsrel))


def nquad(
    func: Any, ranges: Any, args: Any = None, opts: Any = None, full_output: bool = False
) -> Any:
    """``scipy.integrate.nquad``."""
    if full_output:
        raise refused(
            "scipy.integrate.nquad was called inside of the function with full_output: leave it out"
        )
    options = [opts] * len(ranges) if opts is None or isinstance(opts, dict) else list(opts)
    worst = 0.0

    def inner(*given: Any, depth: int) -> Any:
        nonlocal worst
        place = len(ranges) - 1 - depth
        limits = HOOK[ranges[place]](*given) if callable(ranges[place]) else ranges[place]
        chosen = HOOK[options[place]](*given) if callable(options[place]) else options[place]
        fun = func if place == 0 else partial(inner, depth=depth + 1)
        value, error = quad(fun, limits[0], limits[1], given, **(chosen or {}))
        worst = max(worst, error)
        return value

    return inner(*(args or ()), depth=0), worst


def _limit(limit: Any, *given: Any) -> Any:
    return HOOK[limit](*given) if callable(limit) else limit


def dblquad(
    func: Any,
    a: Any,
    b: Any,
    gfun: Any,
    hfun: Any,
    args: Any = (),
    epsabs: float = 1.49e-8,
    epsrel: float = 1.49e-8,
) -> Any:
    """``scipy.integrate.dblquad``."""
    ranges = [lambda x, *_: (_limit(gfun, x), _limit(hfun, x)), (a, b)]
    return nquad(func, ranges, args, {"epsabs": epsabs, "epsrel": epsrel})


def tplquad(
    func: Any,
    a: Any,
    b: Any,
    gfun: Any,
    hfun: Any,
    qfun: Any,
    rfun: Any,
    args: Any = (),
    epsabs: float = 1.49e-8,
    epsrel: float = 1.49e-8,
) -> Any:
    """``scipy.integrate.tplquad``."""
    ranges = [
        lambda y, x, *_: (_limit(qfun, x, y), _limit(rfun, x, y)),
        lambda x, *_: (_limit(gfun, x), _limit(hfun, x)),
        (a, b),
    ]
    return nquad(func, ranges, args, {"epsabs": epsabs, "epsrel": epsrel})
