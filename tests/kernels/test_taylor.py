"""Series along a line are those of the function, however late a node is used again."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import numpy as np
import pytest

import asdopt
from asdopt.kernels._taylor import LinePass


def late_sums(x, p):
    """Nodes used 10 to 3,000 nodes later, by all kinds of operations."""
    v = [np.sin(x[k % 5]) * p[k % 2] + k for k in range(400)]
    w = [v[k] * v[(7 * k) % 400] - v[399 - k] for k in range(400)]
    return [sum(v[::3]) * x[0], v[1] / v[398], np.dot(w, v), w[399] * w[0], x[1], p[0] * x[2], w[0]]


def arrays(x, p):
    """Arrays of 1,000 numbers, used many arrays later."""
    y = np.sin(x[0] * np.arange(1000.0) / 1e3) + x[1]
    z = np.cos(y)
    for _ in range(8):
        z = z * p[0] + np.maximum(z, 0.1) * x[2]
    return [y @ z, np.sum(y[::7] / z[::7]), z[3], z[3] * y[999], x[4] ** 3]


def few_late_sums(x, p):
    """Of what is used late, all is used by sums."""
    v, w = x[0] * x[1], x[2] * x[3]
    rows = [np.sin(x[k % 5] + k) for k in range(400)]
    return [*rows, np.dot([2.0, 3.0], [v, w])]


def shifted_arrays(x, p):
    """Operands in a row, shifted, mixed, chained, infinite times constant, near and far."""
    rng = np.random.default_rng(4)
    y = np.sin(x[0] * np.linspace(0.1, 2.0, 700)) + x[1] * p[0]
    z = y**2 * x[2]
    tree = list(y)
    while len(tree) > 1:
        tree = [a + b for a, b in zip(tree[::2], tree[1::2], strict=False)]
    late = [np.cos(y * k) for k in range(1, 5)]
    total = np.cumsum(y[:300])
    mixed = (y * z)[rng.permutation(700)] / z
    far = y[37:] * z[:-37] - y[:-37] * x[3:4] + y[37:] ** 2
    wide = np.sqrt(np.concatenate([y[:100] - y[:100], y[100:300] ** 2 + 1.0]))
    rows = [total @ y[:300], mixed @ y[::-1], far.sum(), far[5] * far[600], sum(late) @ z]
    return [*rows, tree[0], wide[100:] @ wide[100:], *far[::70], *z[::90], *mixed[:3]]


def nothing(x, p):
    """No operation at all."""
    return [x[0], 1.0, p[1], x[0]]


@pytest.mark.parametrize("fun", [late_sums, arrays, few_late_sums, shifted_arrays, nothing])
def test_series_along_a_line(fun) -> None:
    rng = np.random.default_rng(3)
    x, p, direction = rng.uniform(0.5, 1.5, 5), rng.uniform(0.5, 1.5, 2), rng.normal(size=5)
    rows = asdopt.Constraint(fun, 0.0, 1.0)
    problem = asdopt.Problem(lambda x, p: 0.0 * x[0], rows, x0=x, parameters=p)
    trace = problem.evaluator.trace
    kept = np.concatenate([trace.outputs, trace.outputs[::-1]])
    room = np.full(2 * trace.num_nodes, np.nan)
    values, firsts, seconds = LinePass(trace, kept, x, p, direction, room=room).series()

    def on_line(s):
        return np.array(fun(x + s * direction, p))

    exact = on_line(0.0)
    first = on_line(1e-30j).imag / 1e-30
    h = 1e-5
    second = (on_line(h + 1e-30j) - on_line(-h + 1e-30j)).imag / 1e-30 / (2 * h)
    m = len(exact)
    assert np.allclose(values[1 : m + 1], exact, rtol=1e-13)
    assert np.allclose(firsts[1 : m + 1], first, rtol=1e-12)
    assert np.allclose(seconds[1 : m + 1], second, rtol=1e-6, atol=1e-4)
    for row in (values, firsts, seconds):
        assert np.array_equal(row[: m + 1], row[m + 1 :][::-1])
    # Other last digits change little, but something wherever an operation is.
    shaken, *_ = LinePass(trace, kept, x, p, direction, 7).series()
    assert np.allclose(shaken, values, rtol=1e-10)
    assert fun is nothing or not np.array_equal(shaken, values)


@pytest.mark.parametrize("start", range(9))
def test_any_room_does(start) -> None:
    """What a pass gives stands at the front of its room, wherever that begins."""
    x, p, direction = np.linspace(0.6, 1.4, 5), np.array([0.7, 1.2]), np.linspace(-1.0, 1.0, 5)
    rows = asdopt.Constraint(shifted_arrays, 0.0, 1.0)
    trace = asdopt.Problem(lambda x, p: x[0], rows, x0=x, parameters=p).evaluator.trace
    kept = trace.outputs[start:]
    room = np.full(4 * trace.num_nodes + start, np.nan)[start:]
    series = LinePass(trace, kept, x, p, direction, room=room).series()
    assert np.array_equal(series, LinePass(trace, kept, x, p, direction).series())
    assert np.array_equal(series.ravel(), room[: series.size])
    assert np.shares_memory(series, room)
    small = np.full(7, np.nan)
    assert np.array_equal(series, LinePass(trace, kept, x, p, direction, room=small).series())
    assert np.isnan(small).all()


def pass_over(fun, room=None):
    """A pass over the trace of a function, with what it needs besides kept by nobody."""
    x, p, direction = np.linspace(0.6, 1.4, 5), np.array([0.7, 1.2]), np.linspace(-1.0, 1.0, 5)
    rows = asdopt.Constraint(fun, 0.0, 1.0)
    trace = asdopt.Problem(lambda x, p: x[0], rows, x0=x, parameters=p).evaluator.trace
    return LinePass(trace, trace.outputs, x, p, direction, room=room)


def test_a_pass_aside_gives_the_same() -> None:
    wanted = pass_over(arrays).series()
    for room in (None, np.full(100_000, np.nan), np.full(7, np.nan)):
        aside = pass_over(arrays, room)
        aside.begin()
        aside.begin()
        assert np.array_equal(aside.series(), wanted)
        assert np.array_equal(aside.series(), wanted)


def test_passes_that_nobody_waits_for_end() -> None:
    """What is worked on outlives the work: many at once, forgotten in a cycle too."""
    for _ in range(20):
        passes = [pass_over(nothing), pass_over(few_late_sums)]
        for each in passes:
            each.begin()
        passes.append(passes)
        del passes, each
        gc.collect()


FORK = """
import os, warnings
import numpy as np
import asdopt
from asdopt.kernels._taylor import LinePass

x = np.linspace(0.6, 1.4, 2000)
trace = asdopt.Problem(lambda x: np.sum(np.sin(x) * x**2), x0=x).evaluator.trace
args = trace, trace.outputs, x, np.empty(0), np.ones(2000)
wanted = LinePass(*args).series()
aside = LinePass(*args)
aside.begin()
warnings.simplefilter("ignore")  # that there are threads
child = os.fork()
if not child:
    os._exit(0 if np.array_equal(aside.series(), wanted) else 1)
assert os.waitpid(child, 0)[1] == 0
assert np.array_equal(aside.series(), wanted)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked there")
def test_a_fork_has_no_thread_to_wait_for() -> None:
    """In a process of its own: libraries with threads do not want to be forked."""
    subprocess.run([sys.executable, "-c", FORK], check=True, timeout=60)
