"""Tables 4, 5, 7 and 8: Hessians of Lagrangians of AC optimal power flow."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np

import asdopt
from asdopt.coloring import color
from benchmarks.cases.acopf import JaxOps, network, plain, vectors
from benchmarks.paper import _jax
from benchmarks.paper._colored import PreparedHessian, traced
from benchmarks.paper._dense import Dense
from benchmarks.paper._timing import in_turn, speed_up
from pglib_cases._polar import polar_model

# Bytes of dense columns that are made; of more the time is extrapolated.
_MOST_BYTES = 16_000_000


def lagrangian(functions: Any, dot: Any, num_rows: int) -> Any:
    """``f(x) + multipliers @ c(x)`` as one function."""
    multipliers = np.random.default_rng(2).uniform(0.5, 1.5, num_rows)

    def function(x: Any) -> Any:
        return functions.objective(x) + dot(multipliers, functions.constraints(x))

    return function


def forms(case: str) -> tuple[Any, Any, Any, Any]:
    """The Lagrangian as a scalar loop, with NumPy, for JAX; and a point."""
    model = polar_model(network(case), "vectorized")
    rows = sum(group.lb.size for group in model.constraints)
    jnp = _jax.jax_numpy()
    x = model.x0 + np.random.default_rng(4).uniform(-0.05, 0.05, model.x0.size)

    def total(multipliers: Any, values: Any) -> Any:
        return sum(m * v for m, v in zip(multipliers.tolist(), values, strict=True))

    return (
        lagrangian(plain(case, "loop"), total, rows),
        lagrangian(plain(case, "vectorized"), np.dot, rows),
        lagrangian(vectors(case, JaxOps(jnp, network(case).num_buses)), jnp.dot, rows),
        x,
    )


def hessians(case: str, seconds: float) -> dict[str, Any]:
    """Detect, color and differentiate, for a row of each table."""
    by_loop, by_array, by_jax, x = forms(case)
    pattern = asdopt.hessian_sparsity(by_array, x.size)
    if pattern != asdopt.hessian_sparsity(by_loop, x.size):
        raise SystemExit(f"the patterns of the two forms of {case} differ")
    found = traced(by_array, x)
    prepared = PreparedHessian(found)
    problem = asdopt.Problem(by_array, x0=x)
    values = np.empty(prepared.pattern.nnz)
    if not np.allclose(prepared(x), problem.hessian_values(x), rtol=1e-9, atol=1e-9):
        raise SystemExit(f"kernels and colored sweeps differ for {case}")
    columns = max(8, min(x.size, _MOST_BYTES // (8 * x.size)))
    dense = Dense(found, 2, columns)
    detection = in_turn(
        {
            "loop": lambda: asdopt.hessian_sparsity(by_loop, x.size),
            "vectorized": lambda: asdopt.hessian_sparsity(by_array, x.size),
            "star": lambda: color(pattern, "symmetric"),
        },
        seconds / 2,
    )
    times = in_turn(
        {
            "dense": lambda: dense(x),
            "dense_jax": _jax.dense_hessian(by_jax, x, columns),
            "colored": lambda: prepared(x),
            "kernels": lambda: problem.hessian_values(x, out=values),
            "once": lambda: asdopt.hessian(by_array, x),
            "once_loop": lambda: asdopt.hessian(by_loop, x),
            "once_colored": lambda: PreparedHessian(traced(by_array, x))(x),
        },
        seconds,
    )
    share = x.size / columns
    for name in ("dense", "dense_jax"):
        times[name] = [share * value for value in times[name]]
    return {
        "size": x.size,
        "nnz": pattern.nnz,
        "zeros": 100.0 * (1.0 - pattern.density),
        "star": color(pattern, "symmetric").num_colors,
        "acyclic": color(pattern, "symmetric", "substitution").num_colors,
        "column": color(pattern, "column").num_colors,
        "columns": columns,
        "rounds": len(times["dense"]),
        "detection": {name: min(values) for name, values in detection.items()},
        "seconds": {name: min(values) for name, values in times.items()},
        "median": {name: median(values) for name, values in times.items()},
        "over_own": {name: speed_up(times["dense"], values) for name, values in times.items()},
        "over_jax": {name: speed_up(times["dense_jax"], values) for name, values in times.items()},
    }
