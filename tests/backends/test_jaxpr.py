"""What JAX recorded, replayed with NumPy: same values, patterns that hold every nonzero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.backends import prepare_products

jax = pytest.importorskip("jax")
jnp, lax = jax.numpy, jax.lax

KERNEL = np.array([1.0, 2.0]).reshape(2, 1, 1, 1) * np.ones((2, 1, 2, 2))
# Function, number of variables, entries of the pattern (exactly).
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], int, int]] = {
    "elementwise": (
        lambda x: (
            jnp.sin(x) * jnp.exp(-(x**2))
            + jnp.where(x > 0.5, x**3, jnp.log1p(x))
            + jax.nn.softplus(x)
            + jax.nn.sigmoid(x) * jax.nn.gelu(x)
            + jnp.clip(x, 0.2, 0.5) / (1 + jnp.mod(x, 0.3))
            + lax.rsqrt(1 + x * x)
        ),
        5,
        5,
    ),
    "moves": (
        lambda x: jnp.concatenate(
            [x[np.array([2, 0, 1])], x[::-1], jnp.pad(x, 1)[:3], jnp.roll(x, 2) * x, x[None, 1]]
        ),
        6,
        3 + 6 + 2 + 12 + 1,
    ),
    "reads beyond the end": (lambda x: jnp.take(x, np.array([0, 7]), mode="fill")[:1], 3, 1),
    "writes": (
        lambda x: jnp.zeros(6).at[np.array([1, 3, 3])].add(x[:3] * x[1:4]).at[0].set(x[0]),
        4,
        1 + 2 + 3,
    ),
    "matrices": (lambda x: x.reshape(2, 3) @ x.reshape(3, 2), 6, 18),
    "batches": (
        lambda x: jnp.einsum("bij,bjk->bik", x.reshape(2, 2, 2), x.reshape(2, 2, 2)),
        8,
        24,
    ),
    "vmap": (lambda x: jax.vmap(jnp.dot)(x.reshape(3, 2), x.reshape(3, 2) + 1), 6, 6),
    "scan": (lambda x: lax.scan(lambda c, y: (c * y, c + y), x[0], x)[1], 5, 1 + 2 + 3 + 4 + 5),
    "scan backwards": (
        lambda x: lax.scan(lambda c, y: (c * y, c), 1.0, x, reverse=True)[1],
        4,
        3 + 2 + 1,
    ),
    "fori_loop": (
        lambda x: lax.fori_loop(0, 4, lambda i, c: c.at[i].set(c[i] * c[i + 1]), x),
        6,
        4 * 2 + 2,
    ),
    "cond": (
        lambda x: lax.cond(x[0] > 0.2, lambda y: y[1:] * y[0], lambda y: y[1:] ** 2, x),
        4,
        6,
    ),
    "while_loop": (lambda x: lax.while_loop(lambda c: c[0] < 10.0, lambda c: c * 2.0, x), 3, 3),
    "reductions": (
        lambda x: jnp.stack([x.sum(), jnp.prod(x), jnp.mean(x * x), jax.nn.logsumexp(x)]),
        3,
        12,
    ),
    "cumulative sums": (lambda x: jnp.cumsum(x) + lax.cumsum(x, reverse=True) ** 2, 3, 9),
    "convolution": (
        lambda x: lax.conv_general_dilated(x.reshape(1, 1, 4, 4), KERNEL, (1, 1), "SAME") ** 2,
        16,
        98,
    ),
    "gradient inside": (
        lambda x: jax.grad(lambda y: jnp.sum(jnp.sin(y[1:] * y[:-1])))(x),
        5,
        2 + 3 + 3 + 3 + 2,
    ),
    "the same jitted function with constants in other places": (
        lambda x: (g := jax.jit(lambda a, b: a * b))(np.zeros(3), x) + g(x, np.ones(3)),
        3,
        3,
    ),
    "a straight-through estimator": (lambda x: x + lax.stop_gradient(x * x - x), 3, 3),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_replays(name: str) -> None:
    fun, size, nnz = FUNCTIONS[name]
    x = np.random.default_rng(0).uniform(0.1, 0.9, size)
    products = prepare_products(fun, x, "jax")
    np.testing.assert_allclose(products.twin().values(x), products.values(x), rtol=1e-13)
    prepared = asdopt.prepare_jacobian(fun, x, backend="jax")
    assert prepared.pattern.nnz == nnz
    if name != "a straight-through estimator":  # its derivative is another one on purpose
        ours = asdopt.jacobian(products.twin().fun, x).toarray()
        np.testing.assert_allclose(prepared(x).toarray(), ours, rtol=1e-12, atol=1e-15)


def test_branches_are_honored() -> None:
    fun = FUNCTIONS["cond"][0]
    prepared = asdopt.prepare_jacobian(fun, np.full(4, 0.5), backend="jax")
    assert prepared.pattern.nnz == 6
    other = np.full(4, 0.1)
    np.testing.assert_allclose(prepared(other).toarray(), np.diag(np.full(4, 0.2))[1:], atol=1e-15)


def test_hessians_need_no_pattern_either() -> None:
    prepared = asdopt.prepare_hessian(
        lambda x: jnp.sum((x[1:] - x[:-1]) ** 4), np.arange(6.0), backend="jax"
    )
    assert prepared.num_products == 3


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: x[jnp.argmax(x)],
        lambda x: jnp.interp(x, np.array([0.0, 1.0]), np.array([0.0, 1.0])),
        lambda x: jnp.linalg.solve(jnp.outer(x, x) + np.eye(3), x),
        lambda x: jnp.real(jnp.fft.fft(x)),
    ],
)
def test_what_has_no_rule_is_refused(fun: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.PatternError, match=r"JAX's operation|conversion"):
        asdopt.jacobian(fun, np.arange(3.0), backend="jax")
