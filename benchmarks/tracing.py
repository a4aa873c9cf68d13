"""What tracing costs: ``python -m benchmarks.tracing`` prints the table of ``docs/tracing.md``.

Medians of many repetitions in one process, of processor time, so that other work on the machine
counts little; plain Python, taken in turn, stands beside, for machines differ.
"""

from __future__ import annotations

import gc
import linecache
import statistics
from collections.abc import Callable
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from asdopt.tracing._convert import convert
from asdopt.tracing._recorder import trace
from asdopt.tracing._structure import Structure

__all__ = ["Figure", "measure"]

_ROUNDS = 15
_LINE = "    y{k} = math.sin(x[{k}] * {k}.5) + np.exp(-y{j} ** 2) / (1.0 + abs(x[{j}] - {k}.0))"
_ORDINARY = """
def fun(x, weights=(0.5, 1.5)):
    total = 0.0
    for i, w in enumerate(weights):
        if w > 1.0:
            total += math.sin(x[i]) * w
        else:
            total -= np.exp(-x[i] ** 2)
    values = [math.sqrt(1 + v * v) for v in x]
    return total + sum(values) / len(values)
"""


class Figure(NamedTuple):
    """One row of the table; plain is the time of plain Python, where there is such a thing."""

    what: str
    unit: str
    traced: float
    plain: float | None
    goal: str


def compiled(body: str, name: str = "fun") -> Callable[..., Any]:
    """Make a function of a text of its own, as in a module that was never seen."""
    body = f"import math\nimport numpy as np\n\n{body}"
    filename = f"<tracing {len(linecache.cache)}>"
    linecache.cache[filename] = (len(body), None, body.splitlines(True), filename)
    names: dict[str, Any] = {}
    exec(compile(body, filename, "exec"), names)
    found: Callable[..., Any] = names[name]
    return found


def median_of(run: Callable[[], Any], rounds: int = _ROUNDS) -> float:
    """Median of the seconds of a call."""
    times = []
    for _ in range(rounds):
        start = process_time()
        run()
        times.append(process_time() - start)
    return statistics.median(times)


def conversion() -> list[Figure]:
    """First and later conversions of the code of a function."""
    lines = "\n".join(_LINE.format(k=k, j=k - 1) for k in range(1, 98))
    dense = f"def fun(x):\n    y0 = x[0]\n{lines}\n    return y97\n"
    figures = []
    for what, text, goal in (
        ("convert a dense body of 100 lines", dense, "10 ms"),
        ("convert an ordinary function", _ORDINARY, "1 ms"),
    ):
        times = []
        for _ in range(_ROUNDS):
            fun = compiled(text)
            gc.disable()  # as while a function is traced
            start = process_time()
            convert(fun.__code__, fun.__globals__, 0)
            times.append(process_time() - start)
            gc.enable()
        figures.append(Figure(what, "ms", 1e3 * statistics.median(times), None, goal))
    fun = compiled(_ORDINARY)
    convert(fun.__code__, fun.__globals__, 0)

    def again() -> None:
        for _ in range(1000):
            convert(fun.__code__, fun.__globals__, 0)

    figures.append(Figure("a function seen before", "us", 1e3 * median_of(again), None, "5 us"))
    return figures


def calls_of_floats() -> Figure:
    """``math.sin`` of a float, less the loop around it."""
    count = 20_000
    body = (
        "def fun(x):\n    v = 0.5\n    for _ in range({count}):\n        {call}\n    return x[0]\n"
    )
    full, empty = (compiled(body.format(count=count, call=c)) for c in ("math.sin(v)", "v"))
    x = np.array([1.0])
    traced, plain = [], []
    for _ in range(_ROUNDS):
        times = [median_of(lambda f=f: run_traced(f, x), 1) for f in (full, empty)]
        traced.append(times[0] - times[1])
        times = [median_of(lambda f=f: f(x), 1) for f in (full, empty)]
        plain.append(times[0] - times[1])
    scale = 1e9 / count
    return Figure(
        "math.sin of a float",
        "ns",
        scale * statistics.median(traced),
        scale * statistics.median(plain),
        "200 ns",
    )


def operations() -> list[Figure]:
    """Scalar operations in loops, and operations on arrays, a number each."""
    figures = []
    loop = """
def fun(x):
    total = 0.0
    for i in range({count}):
        a, b = x[i], x[i + 1]
        total = total + a * b - math.sin(a) / (2.0 + b * b)
    return total
"""
    count = 5000
    scalar = compiled(loop.format(count=count)), np.linspace(0.1, 0.9, count + 1), 7 * count
    figures.append(per_operation("scalar operations in a loop", *scalar, "120 ns"))
    text = "def fun(x):\n    return np.sin(x) * x - np.tanh(x * x + 1.5) / (2.0 + x)\n"
    for size in (1000, 10_000, 100_000):
        fun = compiled(text)
        figures.append(
            per_operation(
                f"operations on arrays of {size:,}",
                fun,
                np.linspace(0.1, 0.9, size),
                8 * size,
                "30 ns",
            )
        )
    return figures


def per_operation(what: str, fun: Callable[..., Any], x: Any, count: int, goal: str) -> Figure:
    """Time of an operation in a trace and in plain Python, in turn."""
    run_traced(fun, x)
    traced, plain = [], []
    for _ in range(_ROUNDS):
        traced.append(median_of(lambda: run_traced(fun, x), 1))
        plain.append(median_of(lambda: fun(x), 1))
    scale = 1e9 / count
    return Figure(
        what, "ns", scale * statistics.median(traced), scale * statistics.median(plain), goal
    )


def run_traced(fun: Callable[..., Any], x: Any) -> Any:
    """Trace a function of one array."""
    return trace(fun, Structure(x.shape, size=x.size), x)


def measure() -> list[Figure]:
    """Measure everything.

    Returns
    -------
    list of Figure
    """
    return [*conversion(), calls_of_floats(), *operations()]


def main() -> None:
    """Print the table."""
    print("| what | traced | plain Python | goal |")
    print("|---|---|---|---|")
    for what, unit, traced, plain, goal in measure():
        beside = "" if plain is None else f"{plain:.3g} {unit}"
        print(f"| {what} | {traced:.3g} {unit} | {beside} | {goal} |")


if __name__ == "__main__":
    main()
