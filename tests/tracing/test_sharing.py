"""Nodes that compute the same become one, and no value changes by a bit."""

from __future__ import annotations

import numpy as np
import pytest

from asdopt._ops import CODE
from asdopt.tracing._compact import compact_trace
from asdopt.tracing._sharing import share_nodes
from asdopt.tracing._tape import Tape


def shared(tape: Tape) -> tuple[np.ndarray, list[int]]:
    """Share the nodes of a tape; give their new numbers and the operations that stay."""
    trace = compact_trace(tape, np.arange(len(tape), dtype=np.int32))
    number, arrays = share_nodes(
        trace.op,
        trace.a,
        trace.b,
        trace.val,
        trace.pool_ids,
        trace.pool_weights,
        trace.num_inputs,
    )
    return number, arrays[0].tolist()


def test_the_same_twice_is_kept_once() -> None:
    """sin(x * y) written twice, once with the factors the other way round."""
    tape = Tape(2, [1.0, 2.0], primal=True)
    first = tape.push(CODE["sin"], tape.push(CODE["multiply"], 0, 1))
    second = tape.push(CODE["sin"], tape.push(CODE["multiply"], 1, 0))
    number, kept = shared(tape)
    assert number[first] == number[second]
    assert len(kept) == 4


@pytest.mark.parametrize("name", ["subtract", "divide", "power", "maximum", "arctan2"])
def test_the_order_of_operands_counts_where_it_can_matter(name: str) -> None:
    """a - b is not b - a; maximum(0.0, -0.0) is not maximum(-0.0, 0.0)."""
    tape = Tape(2, [1.0, 2.0], primal=True)
    one, other = tape.push(CODE[name], 0, 1), tape.push(CODE[name], 1, 0)
    number, _ = shared(tape)
    assert number[one] != number[other]


def test_constants_are_told_apart_by_their_bits() -> None:
    """0.0 and -0.0 differ, a NaN equals itself."""
    tape = Tape(1, [1.0], primal=True)
    values = [0.0, -0.0, np.nan, np.nan, 1.0, np.nextafter(1.0, 2.0)]
    nodes = [tape.push(CODE["add"], 0, tape.push_constant(v)) for v in values]
    number, _ = shared(tape)
    assert len({int(number[i]) for i in nodes}) == 5
    assert number[nodes[2]] == number[nodes[3]]


def test_weighted_sums_are_compared_term_by_term() -> None:
    """Equal terms are one node; other weights, terms or lengths are not."""
    tape = Tape(3, np.ones(3), primal=True)
    ids = np.array([0, 1, 0, 1, 0, 1, 0, 2, 0, 1, 2], dtype=np.int32)
    weights = np.array([1.0, 2.0, 1.0, 2.0, 1.0, 3.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    nodes = tape.sums([0, 2, 4, 6, 8, 11], ids, weights)
    number, kept = shared(tape)
    assert number[nodes].tolist() == [3, 3, 4, 5, 6]
    assert len(kept) == 3 + 4


def test_an_empty_tape() -> None:
    """Nothing to share."""
    number, kept = shared(Tape(0, [], primal=True))
    assert len(number) == 0 == len(kept)
