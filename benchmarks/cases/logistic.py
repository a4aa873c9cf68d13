"""Logistic regression with sparse data: losses of all samples, and their regularized sum."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks._workload import Case, FloatArray, Functions, IntArray, Workload, points_near

PER_SAMPLE, RIDGE = 5, 1e-2


def data(samples: int) -> tuple[IntArray, FloatArray]:
    """Features of each sample, times its label -1 or 1: columns and values, (samples, 5)."""
    random = np.random.default_rng(11)
    n = samples // 5
    starts = random.integers(0, n, samples)
    steps = random.integers(1, n // PER_SAMPLE, (samples, PER_SAMPLE)).cumsum(axis=1)
    values = random.normal(size=(samples, PER_SAMPLE)) * random.choice([-1.0, 1.0], (samples, 1))
    return (starts[:, None] + steps) % n, values


def loop(samples: int, ns: Any) -> Functions:
    features, values = (a.tolist() for a in data(samples))

    def constraints(x: Any) -> Any:
        losses = []
        for where, weights in zip(features, values, strict=True):
            margin = 0.0
            for j, v in zip(where, weights, strict=True):
                margin += v * x[j]
            losses.append(ns.log(1.0 + ns.exp(-margin)))
        return losses

    def objective(x: Any) -> Any:
        total = sum(constraints(x))
        for j in range(samples // 5):
            total += RIDGE * x[j] ** 2
        return total

    return Functions(objective, constraints)


def matrix(samples: int) -> csr_array:
    """The data as a sparse matrix."""
    features, values = data(samples)
    rows = np.repeat(np.arange(samples), PER_SAMPLE)
    shape = (samples, samples // 5)
    return csr_array((values.ravel(), (rows, features.ravel())), shape=shape)


def vectorized(samples: int, np: Any) -> Functions:
    a = matrix(samples)

    def constraints(x: Any) -> Any:
        return np.log(1.0 + np.exp(-(a @ x)))

    def objective(x: Any) -> Any:
        return np.sum(constraints(x)) + RIDGE * (x @ x)

    return Functions(objective, constraints)


def jax(samples: int, jnp: Any) -> Functions:
    """A sum over gathered features; asdex has no rule for sparse matrices of JAX."""
    features, values = data(samples)

    def constraints(x: Any) -> Any:
        return jnp.log(1.0 + jnp.exp(-jnp.sum(values * x[features], axis=1)))

    def objective(x: Any) -> Any:
        return jnp.sum(constraints(x)) + RIDGE * jnp.sum(x * x)

    return Functions(objective, constraints)


def casadi(samples: int, ca: Any) -> Functions:
    a = matrix(samples).tocsc()
    pattern = ca.Sparsity(*a.shape, a.indptr.tolist(), a.indices.tolist())
    sparse = ca.DM(pattern, a.data)

    def constraints(x: Any) -> Any:
        return ca.log(1.0 + ca.exp(-ca.mtimes(sparse, x)))

    def objective(x: Any) -> Any:
        return ca.sum1(constraints(x)) + RIDGE * ca.sumsqr(x)

    return Functions(objective, constraints)


def pyoptinterface(samples: int) -> Any:
    """The objective alone would repeat the losses of the rows; both are needed."""
    features, values = (a.tolist() for a in data(samples))

    def add(model: Any, x: list[Any]) -> list[Any]:
        from pyoptinterface import nl

        handles = []
        for where, weights in zip(features, values, strict=True):
            for is_row in (True, False):
                with nl.graph():
                    margin = sum(-v * x[j] for j, v in zip(where, weights, strict=True))
                    loss = nl.log(1.0 + nl.exp(margin))
                    if is_row:
                        handles.append(model.add_nl_constraint(loss, (-1e20, 1e20)))
                    else:
                        model.add_nl_objective(loss)
        for variable in x:
            with nl.graph():
                model.add_nl_objective(RIDGE * nl.pow(variable, 2.0))
        return handles

    return add


def make(size: str) -> Workload:
    samples = int(size)
    return Workload(
        points=points_near(np.zeros(samples // 5), 0.5),
        num_rows=samples,
        forms={
            "loop": lambda ns: loop(samples, ns),
            "vectorized": lambda np: vectorized(samples, np),
            "jax": lambda jnp: jax(samples, jnp),
            "casadi": lambda ca: casadi(samples, ca),
            "pyoptinterface": lambda: pyoptinterface(samples),
        },
    )


CASE = Case(
    name="logistic",
    title="Sparse logistic regression, samples",
    make=make,
    sizes=("1000", "10000"),
    quick=("1000",),
)
