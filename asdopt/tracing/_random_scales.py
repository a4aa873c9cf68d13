"""Random numbers of a seeded generator with traced location and scale: ``rng.normal(mu, sigma)``.

Enters: a method of ``numpy.random.Generator`` or ``RandomState`` and its arguments. Leaves: what
it draws, as ``loc + scale * draw`` of the standard numbers, which are the same each time. That is
how NumPy computes them, so that sample averages are smooth functions of the parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import holds_traced
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import refused
from asdopt.tracing._standins_arrays import lifted

__all__ = ["scaled_draw"]


def _shape(size: Any, *parameters: Any) -> Any:
    if size is not None:
        return size
    shape = np.broadcast_shapes(*map(np.shape, parameters))
    return shape or None


def _check(scale: Any) -> None:
    if np.any(np.less(scale, 0.0)):
        raise ValueError("scale < 0")


def _located(method: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    _check(scale)
    return loc + scale * method(0.0, 1.0, _shape(size, loc, scale))


def _lognormal(method: Any, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
    normal = method.__self__.normal
    return np.exp(_located(normal, mean, sigma, size))


def _uniform(method: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    return low + (high - low) * method(0.0, 1.0, _shape(size, low, high))


def _scaled(method: Any, scale: Any = 1.0, size: Any = None) -> Any:
    _check(scale)
    return scale * method(1.0, _shape(size, scale))


def _gamma(method: Any, shape: Any, scale: Any = 1.0, size: Any = None) -> Any:
    _check(scale)
    return scale * method(shape, 1.0, _shape(size, shape, scale))


def _multivariate_normal(
    draw: Any, /, mean: Any, cov: Any, size: Any = None, **options: Any
) -> Any:
    return mean + draw(np.zeros(np.shape(mean)), cov, size, **options)


_KNOWN: dict[str, Callable[..., Any]] = {
    "exponential": _scaled,
    "gamma": _gamma,
    "gumbel": _located,
    "laplace": _located,
    "logistic": _located,
    "lognormal": _lognormal,
    "multivariate_normal": _multivariate_normal,
    "normal": _located,
    "rayleigh": _scaled,
    "uniform": _uniform,
}
# Of these the arguments are values to draw from, not parameters.
_OF_VALUES = frozenset({"choice", "permutation", "permuted", "shuffle"})
_FIXED = {"gamma": ("shape",), "multivariate_normal": ("cov",)}


def scaled_draw(method: Any) -> Callable[..., Any]:
    """Make what draws with a method, whose parameters may be traced."""
    name = method.__name__

    def draw(*args: Any, **kwargs: Any) -> Any:
        if name in _OF_VALUES or not holds_traced((*args, *kwargs.values())):
            return method(*args, **kwargs)
        plain = constants_only((args, kwargs))
        if plain is not None:
            return method(*plain[0], **plain[1])
        known = _KNOWN.get(name)
        fixed = [*args[:1] * (name == "gamma"), *args[1:2] * (name == "multivariate_normal")]
        fixed += [kwargs[k] for k in _FIXED.get(name, ()) if k in kwargs]
        if known is None or constants_only(fixed) is None:
            raise refused(
                f"random numbers were drawn with {type(method.__self__).__name__}.{name}() and "
                "traced parameters; how they move with the parameters is known for the location "
                f"and the scale of {', '.join(sorted(_KNOWN))}: draw standard numbers and "
                "transform them, or apply a quantile function (scipy.stats) to uniform ones"
            )
        return known(method, *map(lifted, args), **{k: lifted(v) for k, v in kwargs.items()})

    return draw
