"""The check at preparation finds a single wrong number."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

import asdopt
from asdopt._engine import Engine
from asdopt.kernels import Kernels, _kernels, _soundness
from asdopt.kernels._derivatives import Derivation
from pglib_cases import acopf, load


@pytest.fixture(scope="module")
def prepared():
    evaluator = acopf(load("30_ieee")).evaluator
    return evaluator.trace, evaluator.jacobian_pattern, evaluator.hessian_pattern


def test_sound_kernels_pass(prepared):
    assert Kernels(*prepared).disagreement == ""


class Spoiled:
    """A machine with one wrong number in one kind of result."""

    def __init__(self, machine, kind, place):
        self._machine, self._kind, self._place = machine, kind, place
        self.set_parameters = machine.set_parameters

    def __getattr__(self, kind):
        def compute(*args):
            values = getattr(self._machine, kind)(*args)
            if kind == self._kind:
                values[self._place] += 0.1 * (1.0 + np.abs(values).max())
            return values

        return compute


@pytest.mark.parametrize("kind", ["outputs", "gradient", "jacobian", "hessian"])
@pytest.mark.parametrize("place", [0, 5, -1])
def test_one_wrong_entry_is_found(prepared, kind, place):
    trace, jacobian, hessian = prepared
    kernels = Kernels(*prepared)
    spoiled = Spoiled(kernels.machine, kind, place)
    check = _soundness.SoundnessCheck(trace, kernels.remainder, jacobian, hessian)
    found = check.find_disagreement(spoiled)
    words = {"outputs": "value of", "hessian": "second derivative"}
    assert words.get(kind, "derivative of output") in found


@pytest.mark.parametrize("kind", ["outputs", "hessian"])
def test_a_sweep_aside_finds_the_same(prepared, kind, monkeypatch):
    monkeypatch.setattr(_soundness, "_WORTH_A_THREAD", 0)
    trace, jacobian, hessian = prepared
    found = []
    for processors in (1, 2):
        monkeypatch.setattr(_soundness, "_num_processors", lambda n=processors: n)
        kernels = Kernels(*prepared)
        assert kernels.disagreement == ""
        check = _soundness.SoundnessCheck(trace, kernels.remainder, jacobian, hessian)
        found.append(check.find_disagreement(Spoiled(kernels.machine, kind, 5)))
    assert found[0]
    assert found[0] == found[1]


def test_what_follows_the_choice_does_not_read_its_room(prepared, monkeypatch):
    """The sweep aside writes there."""
    select = _kernels.select

    def spoiling(*args):
        found = select(*args)
        found.room[:] = np.nan
        return found

    x = np.linspace(0.8, 1.1, prepared[0].num_inputs)
    weights = np.ones(len(prepared[0].outputs))
    right = Kernels(*prepared).machine
    monkeypatch.setattr(_kernels, "select", spoiling)
    machine = Kernels(*prepared).machine
    assert np.array_equal(machine.outputs(x), right.outputs(x))
    assert np.array_equal(machine.jacobian(x), right.jacobian(x))
    assert np.array_equal(machine.hessian(x, weights), right.hessian(x, weights))


class Wrong:
    """A derivation of which one kind of results is a little wrong."""

    def __init__(self, kind, factor, *args):
        self._kind, self._factor, self._right = kind, factor, Derivation(*args)

    def __getattr__(self, name):
        return getattr(self._right, name)

    def gradients(self, rows):
        return self._spoiled("gradients", self._right.gradients(rows))

    def hessian(self):
        return self._spoiled("hessian", self._right.hessian())

    def _spoiled(self, kind, found):
        if kind != self._kind:
            return found
        graph = self._right.graph
        return {key: graph.mul(graph.literal(self._factor), ref) for key, ref in found.items()}


def test_wrong_derivatives_are_not_used(prepared, monkeypatch):
    monkeypatch.setattr(_kernels, "Derivation", partial(Wrong, "hessian", 1.001))
    with pytest.warns(RuntimeWarning, match="second derivative of the Lagrangian along a line"):
        engine = Engine(*prepared)
    assert engine.num_instances == []
    x = np.linspace(0.8, 1.1, prepared[0].num_inputs)
    weights = np.ones(len(prepared[0].outputs))
    monkeypatch.undo()
    right = Engine(*prepared).hessian_values(x, weights)
    assert np.allclose(engine.hessian_values(x, weights), right, rtol=1e-12, atol=1e-12)


def test_infinity_times_zero_is_nobody_s_error() -> None:
    """What is 0 at every point but not by its operations has no second derivative to compare."""
    problem = asdopt.Problem(
        lambda x: np.abs((x[0] - x[0]) * x[1]) ** 1.5 + x[0] ** 2, x0=[1.0, 2.0]
    )
    assert problem.gradient([1.0, 2.0]).tolist() == [2.0, 0.0]


@pytest.mark.parametrize("v", [1e-3, 1e-4, 2e-5, 1e-6, 1e-7])
def test_few_digits_are_no_error(v: float) -> None:
    """At 1e-8 the second derivative of tanh(v) / v has no digit left, by any way to compute it."""

    def fun(x):
        return np.tanh(x[0]) / x[0] + np.expm1(x[1]) / np.sin(x[1]) + 1e9 * np.sin(1e9 * x[2])

    problem = asdopt.Problem(fun, x0=[v, -v, 1.0])
    assert problem.evaluator._branch.engine.num_instances
    assert problem.objective(problem.x0) == pytest.approx(fun(problem.x0), rel=1e-12)


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_the_check_knows_no_unit(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong slope is found where all numbers are tiny, and where they are huge."""

    def fun(x):
        return size * np.sin(x[0]) * x[1] + size * np.cos(x[1]) * x[0]

    monkeypatch.setattr(_kernels, "Derivation", partial(Wrong, "gradients", 1.0001))
    with pytest.warns(RuntimeWarning, match="derivative of output 0"):
        asdopt.Problem(fun, x0=[0.5, 0.7]).gradient([0.5, 0.7])


def cancelling_slopes(x):
    """A quotient of ``v``, which is 1.6 wherever x[1] is negative."""
    v = x[1]
    for _ in range(4):
        v = v + (0.4 + abs(x[1]) / 4)
    return (x[0] - 0.065 * v) / (1.5 + math.sin(v))


def cancelling_squares(x):
    """``sin(1.5) * c * x[2]``, where the slope of the sine's argument is a difference of 1e8."""
    c = 0.76 * x[0] * x[1]
    return math.sin(np.square(math.sqrt(1.5 + c**2)) - np.square(c)) * c * x[2]


@pytest.mark.parametrize(
    ("fun", "x0", "exact"),
    [
        (cancelling_slopes, [-0.5, -0.333], [[0.0, 0.0], [0.0, 0.0]]),
        (
            cancelling_squares,
            [1e3, 1e2, 2.0],
            0.76 * math.sin(1.5) * np.array([[0, 2, 1e2], [2, 0, 1e3], [1e2, 1e3, 0]]),
        ),
    ],
)
def test_gradients_that_cancel_keep_their_digits(fun, x0, exact) -> None:
    """To push (a - b)^2 on as a^2 - 2 a b + b^2 made 7e5 of a 0 in the second example."""
    problem = asdopt.Problem(fun, x0=x0)
    assert problem.evaluator._branch.engine.num_instances
    found = problem.hessian(x0).toarray()
    assert np.allclose(found, np.tril(exact), rtol=1e-6, atol=1e-5 * np.abs(exact).max())
