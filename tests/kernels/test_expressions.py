"""Expression graphs: what is one node, what is folded, and what is kept exact."""

from __future__ import annotations

import math

import pytest

from asdopt.kernels._expressions import ONE, ZERO, Expressions


@pytest.fixture
def graph():
    return Expressions()


def test_negation_is_free_and_shared(graph):
    x, y = graph.slot(0), graph.slot(1)
    assert graph.sub(x, y) == graph.sub(y, x) ^ 1
    assert graph.mul(x ^ 1, y) == graph.mul(y, x) ^ 1
    assert graph.add(x ^ 1, y ^ 1) == graph.add(y, x) ^ 1
    assert graph.call("sin", x ^ 1) == graph.call("sin", x) ^ 1
    assert graph.call("cos", x ^ 1) == graph.call("cos", x)
    assert graph.call("exp", x ^ 1) != graph.call("exp", x) ^ 1


def test_zeros_and_ones_are_folded(graph):
    x = graph.slot(0)
    assert graph.mul(x, ONE) == x
    assert graph.mul(x, ZERO) == ZERO
    assert graph.add(x, ZERO) == x
    assert graph.sub(x, x) == ZERO
    assert graph.div(x, ONE) == x
    assert graph.add(x, x) == graph.mul(graph.literal(2.0), x)
    assert graph.value(graph.mul(graph.literal(3.0), graph.literal(-2.0))) == -6.0
    doubled = graph.mul(graph.literal(2.0), x)
    assert graph.mul(graph.literal(4.0), doubled) == graph.mul(graph.literal(8.0), x)


def test_values_keep_what_only_finite_operands_would_lose(graph):
    graph.exact = True
    x, y = graph.slot(0), graph.slot(1)
    assert graph.mul(x, ZERO) != ZERO
    assert graph.sub(x, x) != ZERO
    # The sign of a zero tells x - y from -(y - x).
    assert graph.sub(x, y) != graph.sub(y, x) ^ 1


def test_signed_zeros_are_told_apart(graph):
    negative = graph.literal(-0.0)
    assert negative != graph.literal(0.0)
    assert math.copysign(1.0, graph.value(negative)) == -1.0
    assert graph.plain(ZERO ^ 1) == negative


def test_known_powers_become_products(graph):
    x = graph.slot(0)
    square = graph.mul(x, x)
    assert graph.call("pow", x, graph.literal(3.0)) == graph.mul(x, square)
    assert graph.call("pow", x, graph.literal(-1.0)) == graph.div(ONE, x)
    assert graph.call("pow", x, graph.literal(1.5)) == graph.mul(graph.call("sqrt", x), x)
    assert graph.call("power_d1", x, graph.literal(2.0)) == graph.mul(graph.literal(2.0), x)
    assert graph.call("power_d11", x, graph.literal(1.0)) == ZERO
    assert graph.call("pow", x, graph.data(0)) != graph.call("pow", x, graph.literal(2.5))


def test_a_guarded_product_with_a_number_is_plain(graph):
    x = graph.slot(0)
    assert graph.guarded(graph.literal(2.0), x) == graph.mul(graph.literal(2.0), x)
    assert graph.guarded(x, graph.slot(1)) != graph.mul(x, graph.slot(1))
