"""Does detection cost what it returns, on programs that tempt it to cost more?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from asdopt._errors import PatternError
from asdopt._pattern import SparsityPattern
from asdopt.detection import _patterns as patterns
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._trace import Trace

NewTape = Callable[..., Any]


DETECT = {"jac": jacobian_pattern, "hess": hessian_pattern}


def growth(call: str, make: Callable[[int], Trace], small: int, large: int) -> float:
    """Ratio of the times for two sizes, per nonzero; 1 where the cost is that of the result."""
    traces = make(small), make(large)
    best, nnz = [float("inf")] * 2, [0, 0]
    for _ in range(3):
        for k, trace in enumerate(traces):
            start = time.process_time()
            nnz[k] = DETECT[call](trace).nnz
            best[k] = min(best[k], time.process_time() - start)
    return best[1] / best[0] * nnz[0] / nnz[1]


@pytest.mark.parametrize("name", ["add", "maximum", "minimum", "subtract"])
def test_accumulation_chains_are_linear(new_tape: NewTape, name: str) -> None:
    def chain(n: int) -> Trace:
        b = new_tape(n)
        return b.trace(b.fold(name, [b("square", i) for i in range(n)]))

    for call, detect in DETECT.items():
        assert detect(chain(1000)).nnz == 1000
        assert growth(call, chain, 10_000, 100_000) < 4


def test_chain_of_products_has_a_linear_gradient(new_tape: NewTape) -> None:
    def chain(n: int) -> Trace:
        b = new_tape(n)
        return b.trace(b.fold("multiply", list(range(n))))

    assert jacobian_pattern(chain(1000)).nnz == 1000
    assert growth("jac", chain, 10_000, 100_000) < 4


def test_shared_states_of_a_long_recurrence_are_linear_for_few_outputs(new_tape: NewTape) -> None:
    """Two states of 20,000 steps, each read by both of the next: no set per step."""

    def recurrence(n: int) -> Trace:
        b = new_tape(n)
        p, v = 0, 1
        for i in range(2, n):
            p, v = b("add", p, v), b("add", v, b("multiply", b("sin", p), i))
        return b.trace(p, v)

    assert jacobian_pattern(recurrence(20_000)).nnz == 2 * 20_000 - 1
    assert growth("jac", recurrence, 4_000, 40_000) < 4


def test_dense_hessian_of_a_recurrence_costs_its_size(new_tape: NewTape) -> None:
    def recurrence(n: int) -> Trace:
        b = new_tape(n)
        s = 0
        for i in range(1, n):
            s = b("add", b("sin", s), i)
        return b.trace(b("sin", s))

    assert hessian_pattern(recurrence(2_000)).nnz == 2_000 * 2_001 // 2
    assert growth("hess", recurrence, 250, 2_000) < 4


def test_wide_tape_with_many_blocks_of_lanes(new_tape: NewTape) -> None:
    """Bitsets over several passes give what index sets give."""
    n = 700
    b = new_tape(n)
    outs = [b("multiply", b.sum([i, (i + 300) % n, (i * i) % n]), (i * 7) % n) for i in range(n)]
    trace = b.trace(*outs)
    classes = patterns._classify(trace, "global")
    tape = classes, trace.a, trace.b, trace.pool_ids, trace.pool_weights, n
    expected = jacobian_pattern(trace)
    for sweep in (patterns._bits.jacobian_forward, patterns._bits.jacobian_reverse):
        found = patterns._from_unsorted(*sweep(*tape, trace.outputs), (n, n))
        assert found == expected
    patterns._classes.mark_live(classes, *tape[1:-1], trace.outputs)
    rows, cols = patterns._classes.sort_by_row(*patterns._bits.hessian(*tape), n)
    assert SparsityPattern(rows, cols, (n, n)) == hessian_pattern(trace)


def test_hessian_too_large_for_a_pattern_is_refused_at_once(new_tape: NewTape) -> None:
    n = 100_000
    b = new_tape(n)
    trace = b.trace(b("sqrt", b.sum(range(n))))
    with pytest.raises(PatternError, match="100,000"):
        hessian_pattern(trace)
