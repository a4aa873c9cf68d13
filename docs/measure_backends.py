"""Measure every backend on the Brusselator; prints the table of backends.md.

Run: python docs/measure_backends.py 24 96. CPU time of one thread, least of several runs.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import deque
from collections.abc import Callable
from time import process_time
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import asdopt
from asdopt.backends import Casadi, ComplexStep, FiniteDifferences, prepare_products
from benchmarks.cases import brusselator


def milliseconds(fun: Callable[[], Any], at_least: int = 3, budget: float = 3.0) -> float:
    times: list[float] = []
    while len(times) < at_least or (sum(times) < budget and len(times) < 20):
        start = process_time()
        fun()
        times.append(process_time() - start)
    return 1e3 * min(times)


def function_for(name: str, n: int) -> Any:
    if name in {"jax", "autograd"}:
        module = importlib.import_module("jax.numpy" if name == "jax" else "autograd.numpy")
        return brusselator.vectorized(n, module).constraints
    if name == "casadi":
        return brusselator.casadi(n, importlib.import_module("casadi")).constraints
    return brusselator.vectorized(n, np).constraints


def measure(n: int) -> None:
    x = np.random.default_rng(0).uniform(1.0, 2.0, 2 * n * n)
    plain = function_for("numpy", n)
    pattern = asdopt.jacobian_sparsity(plain, x)
    expected = asdopt.jacobian(plain, x)
    backends = {
        "kernels": "kernels",
        "tape": "tape",
        "JAX": "jax",
        "CasADi SX": Casadi("SX"),
        "CasADi MX": Casadi("MX"),
        "autograd": "autograd",
        "complex step, checked": "complex_step",
        "complex step": ComplexStep(check=False),
        "forward differences": FiniteDifferences("forward"),
        "central differences": "finite_differences",
        "extrapolated": FiniteDifferences("extrapolated"),
    }
    for label, backend in backends.items():
        name = backend if isinstance(backend, str) else backend.name
        fun = function_for(name, n)
        given = {} if name in {"kernels", "tape", "casadi"} else {"pattern": pattern}
        start = process_time()
        prepared = asdopt.prepare_jacobian(fun, x, backend=backend, **given)
        first = prepared(x)
        once = 1e3 * (process_time() - start)
        each = milliseconds(lambda p=prepared: p.values(x))
        if name == "casadi":  # column by column: the grid is mirrored
            error = np.nan
        else:
            error = abs(first - expected).max() / abs(expected).max()
        products = prepared.num_products
        dense = np.nan
        if name not in {"kernels"} and (n <= 24 or name in {"tape", "jax"}):
            plain_products = prepare_products(fun, x, backend)
            next(plain_products.blocks(x, "jacobian"))  # may compile
            # Block by block, none kept: at N = 96 the dense matrix has 2.7 GB.
            dense = milliseconds(
                lambda p=plain_products: deque(p.blocks(x, "jacobian"), maxlen=0), 1, 1.0
            )
        print(
            f"| {n} | {label} | {products} {prepared.mode} | {once:.3g} | {each:.3g} "
            f"| {dense:.3g} | {dense / each:.3g} | {error:.0e} |",
            flush=True,
        )


def measure_batches(n: int) -> None:
    x = np.random.default_rng(0).uniform(1.0, 2.0, 2 * n * n)
    products = prepare_products(function_for("jax", n), x, "jax")
    for count in (1, 10, 64):
        seeds = np.random.default_rng(1).normal(size=(count, x.size))
        products.jvp(x, seeds)
        together = milliseconds(lambda s=seeds: products.jvp(x, s))
        products.jvp(x, seeds[:1])
        alone = milliseconds(lambda s=seeds: [products.jvp(x, row[None]) for row in s])
        print(f"| {n} | {count} | {together:.3g} | {alone:.3g} |", flush=True)


if __name__ == "__main__":
    for size in map(int, sys.argv[1:]):
        measure(size)
        measure_batches(size)
