"""Times of coloring and decompression: ``python -m benchmarks.coloring`` prints a Markdown table.

Milliseconds of processor time, the least of several runs, alternating. A pattern enters as sorted
structure arrays; "first" counts everything after that, "again" is the time with the columns of the
pattern known. CasADi's own colorings stand beside ours where it is installed; "given A'" is CasADi
with the transposed pattern as a second argument, whose making does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from asdopt import SparsityPattern
from asdopt.coloring import color, color_hessian, color_jacobian
from asdopt.decompression import compress, decompress_values


def fresh(pattern: SparsityPattern) -> SparsityPattern:
    """The same pattern without what it has computed before."""
    return SparsityPattern._from_sorted(pattern.rows, pattern.cols, pattern.shape)


def brusselator(n: int) -> SparsityPattern:
    """Two substances on a periodic n x n grid: five-point stencils, coupled point by point."""
    at = np.arange(n * n).reshape(n, n)
    near = [at] + [np.roll(at, shift, axis) for shift in (1, -1) for axis in (0, 1)]
    rows = [at.ravel() + part for part in (0, n * n) for _ in near]
    cols = [other.ravel() + part for part in (0, n * n) for other in near]
    rows += [at.ravel(), at.ravel() + n * n]
    cols += [at.ravel() + n * n, at.ravel()]
    size = 2 * n * n
    return SparsityPattern(np.concatenate(rows), np.concatenate(cols), (size, size))


def stencil(n: int, reach: int) -> SparsityPattern:
    """All neighbors within ``reach`` of an n x n grid that is not periodic."""
    y, x = (part.ravel() for part in np.indices((n, n)))
    rows, cols = [], []
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            inside = (y + dy >= 0) & (y + dy < n) & (x + dx >= 0) & (x + dx < n)
            rows.append((y * n + x)[inside])
            cols.append(((y + dy) * n + x + dx)[inside])
    return SparsityPattern(np.concatenate(rows), np.concatenate(cols), (n * n, n * n))


def hubs(n: int, num_hubs: int) -> SparsityPattern:
    """Diagonal, full rows and columns without an entry in common, one random entry more a row."""
    line, spokes = np.arange(n), np.arange(num_hubs, n)
    rows = [line, *(spokes for _ in range(num_hubs)), line]
    cols = [line, *(0 * spokes + hub for hub in range(num_hubs))]
    cols.append(np.random.default_rng(0).integers(num_hubs, n, n))
    return SparsityPattern(np.concatenate(rows), np.concatenate(cols), (n, n)).symmetrized()


def least(*calls: Callable[[], Any], runs: int = 7) -> list[tuple[float, Any]]:
    """Least processor time of each call in milliseconds, and its result."""
    times, results = [np.inf] * len(calls), [None] * len(calls)
    for _ in range(runs):
        for number, call in enumerate(calls):
            start = time.process_time()
            results[number] = call()
            times[number] = min(times[number], 1e3 * (time.process_time() - start))
    return list(zip(times, results, strict=True))


def casadi_calls(pattern: SparsityPattern, symmetric: bool) -> list[Callable[[], Any]]:
    """CasADi's coloring of the same pattern, and the one given the transposed pattern."""
    try:
        import casadi
    except ImportError:
        return []
    matrix = pattern.to_scipy().tocsc()
    own = casadi.Sparsity(*pattern.shape, matrix.indptr.tolist(), matrix.indices.tolist())
    if symmetric:
        return [own.star_coloring2]
    return [own.uni_coloring, partial(own.uni_coloring, own.T)]


def main(grid: int = 192, points: int = 300, size: int = 100_000) -> None:
    """Print the tables for a Brusselator, a stencil and a matrix with full rows of given sizes."""
    stiff = brusselator(grid)
    patterns = {
        f"Brusselator {grid} x {grid}": stiff,
        f"nine-point stencil {points} x {points}": stencil(points, 1),
        f"three full rows and columns, n = {size:,}": hubs(size, 3),
    }
    print("| pattern | nonzeros | coloring | colors | first | again | CasADi | given A' |")
    print("|---|---|---|---|---|---|---|---|")
    for name, pattern in patterns.items():
        full_rows = "full" in name
        kinds: dict[str, tuple[Callable[[SparsityPattern], Any], bool | None]] = {
            "columns": (color, None if full_rows else False),
            "star": (partial(color, partition="symmetric"), None if full_rows else True),
            "acyclic": (partial(color, partition="symmetric", decompression="substitution"), None),
            "`color_hessian`": (color_hessian, None),
            "`color_jacobian`, both sides": (partial(color_jacobian, bidirectional=True), None),
        }
        for kind, (call, symmetric) in kinds.items():
            peers = [] if symmetric is None else casadi_calls(pattern, symmetric)
            first, again, *others = least(
                lambda c=call, p=pattern: c(fresh(p)), partial(call, pattern), *peers
            )
            cells = [f"{took:.1f} ({result.shape[1]})" for took, result in others]
            cells += [""] * (2 - len(cells))
            count = f"{first[1].num_colors:,}"
            times = [f"{took:.1f}" for took, _ in (first, again)]
            row = [name, f"{pattern.nnz:,}", kind, count, *times, *cells]
            print("| " + " | ".join(row) + " |")
    print()
    print(f"| decompression, Brusselator {grid} x {grid} | first call, ms | again, ms |")
    print("|---|---|---|")
    pattern = stiff.symmetrized()
    for what, decompression in (("direct", "direct"), ("substitution", "substitution")):
        coloring = color(pattern, "symmetric", decompression)
        products = compress(coloring, pattern.to_scipy(np.ones(pattern.nnz)))
        out = np.empty(pattern.nnz)
        start = time.process_time()
        decompress_values(coloring, products, out=out)
        first = 1e3 * (time.process_time() - start)
        ((again, _),) = least(partial(decompress_values, coloring, products, out=out))
        print(f"| {what} | {first:.1f} | {again:.1f} |")


if __name__ == "__main__":
    main()
