"""Densities where they end, and quantiles of 0 and 1: what SciPy has there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.stats as st

import asdopt
from asdopt.tracing._array import TracedArray
from asdopt.tracing._callee import HOOK, Session
from asdopt.tracing._cumulatives import QUANTILE
from asdopt.tracing._densities import LOG_DENSITY
from asdopt.tracing._tape import Tape

SPECIAL = {
    "loguniform": [(0.2, 2.5)],
    "reciprocal": [(0.2, 2.5)],
    "triang": [(0.4,), (0.0,), (1.0,)],
    "truncnorm": [(-1.0, 2.0)],
}


def shapes_of(name: str) -> list[tuple[float, ...]]:
    shapes = getattr(st, name).shapes
    count = len(shapes.split(",")) if shapes else 0
    if name in SPECIAL or not count:
        return SPECIAL.get(name, [()])
    return [(1.0,) * count, (2.0,) * count, (0.5,) * count, (3.0, 1.5)[:count]]


def values(fun: Callable[[Any], Any], x: Any) -> Any:
    """Values of a function on traced numbers, infinite ones too."""
    tape = Tape(len(x), x, primal=True)
    with Session(tape, 0):
        found = HOOK[fun](TracedArray(tape, np.arange(len(x), dtype=np.int32)))
    assert tape.refusal is None
    return tape.values(found.ids)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("method", ["pdf", "logpdf"])
@pytest.mark.parametrize("name", sorted(LOG_DENSITY))
def test_densities_at_their_ends(name: str, method: str) -> None:
    """There they are zero, finite or infinite, as the shapes have it."""
    distribution = getattr(st, name)
    for shapes in shapes_of(name):
        ends = [end for end in distribution.support(*shapes) if np.isfinite(end)]
        points = np.array([*ends, 0.0, 1.0, -1.0, 0.5])
        density = getattr(distribution, method)
        np.testing.assert_allclose(
            values(lambda x, d=density, s=shapes: d(x, *s), points),
            density(points, *shapes),
            rtol=1e-10,
            atol=1e-14,
        )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", sorted(set(QUANTILE) - {"genextreme"}))
def test_quantiles_of_the_ends(name: str) -> None:
    distribution = getattr(st, name)
    q = np.array([0.0, 1.0, 0.5, 1e-12, -0.1, 1.1])
    for shapes in shapes_of(name):
        np.testing.assert_allclose(
            values(lambda x, s=shapes: distribution.ppf(x, *s), q),
            distribution.ppf(q, *shapes),
            rtol=1e-9,
            atol=1e-14,
        )


def test_data_at_an_end_have_derivatives() -> None:
    """A density that is zero at a datum stays zero when the parameters move."""
    data = np.array([0.0, 0.3, 1.2])
    for fun in (
        lambda x: st.rayleigh.pdf(data, scale=x[0]),
        lambda x: st.gamma.pdf(data, x[1] + 2.0, scale=x[0]),
        lambda x: st.weibull_min.pdf(data, x[1] + 2.0, scale=x[0]),
        lambda x: st.beta.pdf(data[:2], x[1] + 2.0, 3.0),
    ):
        x = np.array([0.7, 1.3])
        found = asdopt.jacobian(fun, x).toarray()
        h = 1e-6 * np.eye(2)
        columns = [(fun(x + e) - fun(x - e)) / 2e-6 for e in h]
        np.testing.assert_allclose(found, np.transpose(columns), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("distribution", [st.binom, st.betabinom])
def test_numbers_of_trials_are_whole(distribution: Any) -> None:
    shapes = {st.binom: (0.4,), st.betabinom: (2.0, 1.3)}[distribution]
    found = values(
        lambda x: distribution.logpmf(2, x[:1] + np.array([0.0, 0.5]), *shapes), np.array([4.0])
    )
    np.testing.assert_allclose(found, distribution.logpmf(2, [4.0, 4.5], *shapes))
