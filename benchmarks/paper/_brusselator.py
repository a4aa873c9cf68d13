"""Table 3, figure 3 and table 6: Jacobians of the Brusselator."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np

import asdopt
from asdopt.coloring import color
from benchmarks.cases.brusselator import loop, vectorized
from benchmarks.paper import _jax
from benchmarks.paper._colored import PreparedJacobian, traced
from benchmarks.paper._dense import Dense
from benchmarks.paper._timing import in_turn, speed_up

# Columns of the dense Jacobians that are made; of more the time is extrapolated.
MOST_COLUMNS = 1152


def point(n: int) -> Any:
    """A point with positive concentrations."""
    return np.random.default_rng(1).uniform(1.0, 3.0, 2 * n * n)


def detection(n: int, seconds: float) -> dict[str, Any]:
    """Detect and color, for a row of table 3."""
    size = 2 * n * n
    by_loop, by_array = loop(n).constraints, vectorized(n, np).constraints
    pattern = asdopt.jacobian_sparsity(by_loop, size)
    if pattern != asdopt.jacobian_sparsity(by_array, size):
        raise SystemExit(f"the patterns of the two forms differ at N = {n}")
    times = in_turn(
        {
            "loop": lambda: asdopt.jacobian_sparsity(by_loop, size),
            "vectorized": lambda: asdopt.jacobian_sparsity(by_array, size),
            "columns": lambda: color(pattern, "column"),
        },
        seconds,
    )
    return {
        "size": size,
        "nnz": pattern.nnz,
        "zeros": 100.0 * (1.0 - pattern.density),
        "column_colors": color(pattern, "column").num_colors,
        "row_colors": color(pattern, "row").num_colors,
        "seconds": {name: min(found) for name, found in times.items()},
    }


def jacobians(n: int, seconds: float) -> dict[str, Any]:
    """Dense and sparse Jacobians, for a row of table 6."""
    x = point(n)
    by_loop, by_array = loop(n).constraints, vectorized(n, np).constraints
    by_jax = vectorized(n, _jax.jax_numpy()).constraints
    columns = min(x.size, max(64, MOST_COLUMNS * 1152 // x.size))
    found = traced(by_array, x)
    dense = Dense(found, 1, columns)
    prepared = PreparedJacobian(found)
    problem = asdopt.Problem(None, asdopt.Constraint(by_array, -np.inf, np.inf), x0=x)
    values = np.empty(prepared.pattern.nnz)
    by_columns = color(prepared.pattern, "column")
    expected = asdopt.jacobian(by_array, x)
    if not np.allclose(prepared(x), expected.data, rtol=1e-12):
        raise SystemExit(f"kernels and colored sweeps differ at N = {n}")
    times = in_turn(
        {
            "dense": lambda: dense(x),
            "dense_jax": _jax.dense_jacobian(by_jax, x, columns),
            "colored": lambda: prepared(x),
            "colored_jax": _jax.colored(by_jax, x, prepared.pattern, by_columns),
            "kernels": lambda: problem.jacobian_values(x, values),
            "once": lambda: asdopt.jacobian(by_array, x),
            "once_loop": lambda: asdopt.jacobian(by_loop, x),
            "once_colored": lambda: PreparedJacobian(traced(by_array, x))(x),
        },
        seconds,
    )
    share = x.size / columns
    for name in ("dense", "dense_jax"):
        times[name] = [share * value for value in times[name]]
    return {
        "size": x.size,
        "colors": prepared.coloring.num_colors,
        "columns": columns,
        "rounds": len(times["dense"]),
        "seconds": {name: min(values) for name, values in times.items()},
        "median": {name: median(values) for name, values in times.items()},
        "over_own": {name: speed_up(times["dense"], values) for name, values in times.items()},
        "over_jax": {name: speed_up(times["dense_jax"], values) for name, values in times.items()},
    }
