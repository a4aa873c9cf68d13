"""The engine against sweeps over the whole tape, on random programs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from random_traces import RandomTrace

from asdopt import Problem
from asdopt._colored import ColoredHessian, ColoredJacobian
from asdopt._engine import Engine
from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.detection import hessian_pattern, jacobian_pattern


def reference(trace, jacobian, hessian, x, parameters, weights):
    """Outputs, gradient, Jacobian and Hessian by sweeps over the whole tape."""
    sweeps = Sweeps(trace)
    sweeps.values(x, parameters)
    sweeps.first()
    sweeps.second()
    outputs = sweeps.output_values()
    first = np.zeros(len(trace.outputs))
    first[0] = 1.0
    gradient = sweeps.gradient(first)
    jac = np.empty(jacobian.nnz)
    if jacobian.nnz:
        ColoredJacobian(sweeps, jacobian, 1, len(trace.outputs)).values(jac)
    hess = np.empty(hessian.nnz)
    if hessian.nnz:
        sweeps.gradient(weights)
        ColoredHessian(sweeps, hessian).values(hess)
    return outputs, gradient, jac, hess


def check(seed: int) -> None:
    made = RandomTrace(np.random.default_rng(seed))
    trace = made.trace()
    rng = np.random.default_rng(seed + 1)
    jacobian = jacobian_pattern(trace, trace.outputs[1:])
    hessian = hessian_pattern(trace, trace.outputs)
    engine = Engine(trace, jacobian, hessian)
    for step in (0.0, 1e-3):
        x = made.x + step * rng.normal(size=made.num_inputs)
        parameters = made.parameters + step
        engine.set_parameters(parameters)
        weights = rng.normal(size=len(trace.outputs))
        if step:
            weights[rng.random(len(weights)) < 0.2] = 0.0
        assert engine.holds(x)
        found = (
            engine.outputs(x),
            engine.gradient(x),
            engine.jacobian_values(x),
            engine.hessian_values(x, weights),
        )
        expected = reference(trace, jacobian, hessian, x, parameters, weights)
        for name, a, b in zip(("f", "gradient", "J", "H"), found, expected, strict=True):
            scale = max(1.0, np.abs(b).max(initial=0.0))
            assert np.allclose(a, b, rtol=0.0, atol=1e-12 * scale), (seed, name, step)


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_kernels_agree_with_sweeps(start: int) -> None:
    for seed in range(start, start + 20):
        check(seed)


def test_kernels_that_disagree_with_the_tape_are_not_used(monkeypatch) -> None:
    found = "asdopt.kernels._soundness.SoundnessCheck.find_disagreement"
    monkeypatch.setattr(found, lambda *_: "it is wrong")
    made = RandomTrace(np.random.default_rng(5))
    trace = made.trace()
    jacobian = jacobian_pattern(trace, trace.outputs[1:])
    hessian = hessian_pattern(trace, trace.outputs)
    with pytest.warns(RuntimeWarning, match="near x0 it is wrong; sweeps over the tape are used"):
        engine = Engine(trace, jacobian, hessian)
    assert engine.num_instances == []
    weights = np.ones(len(trace.outputs))
    expected = reference(trace, jacobian, hessian, made.x, made.parameters, weights)
    engine.set_parameters(made.parameters)
    assert np.allclose(engine.outputs(made.x), expected[0], rtol=1e-14)
    assert np.allclose(engine.jacobian_values(made.x), expected[2], rtol=1e-14)
    assert np.allclose(engine.hessian_values(made.x, weights), expected[3], rtol=1e-14)


def test_kept_entries_of_a_jacobian_are_those_of_a_full_evaluation() -> None:
    for seed in range(40):
        made = RandomTrace(np.random.default_rng(seed))
        trace = made.trace()
        jacobian = jacobian_pattern(trace, trace.outputs[1:])
        engine = Engine(trace, jacobian, hessian_pattern(trace, trace.outputs))
        engine.set_parameters(made.parameters)
        out = np.full(jacobian.nnz, np.nan)
        points = [made.x + 1e-3 * step for step in range(3)]
        full = [engine.jacobian_values(x) for x in points]
        for x, expected in zip(points, full, strict=True):
            engine.jacobian_values(x, out, keep=True)
            assert np.array_equal(out, expected, equal_nan=True), seed


@pytest.mark.parametrize("seed", range(20))
def test_sweeps_forget_the_last_point(seed: int) -> None:
    """Partials that were worked out once do not hold values of an earlier point."""
    program = RandomTrace(np.random.default_rng(seed))
    trace = program.trace()
    used, fresh = Sweeps(trace), Sweeps(trace)
    for x in (program.x, program.x * 1.1 + 0.05):
        used.values(x, program.parameters)
        used.first()
        used.second()
    fresh.values(x, program.parameters)
    fresh.first()
    fresh.second()
    weights = np.ones(len(trace.outputs))
    seeds = np.random.default_rng(0).normal(size=(program.num_inputs, NUM_LANES))
    np.testing.assert_array_equal(used.gradient(weights), fresh.gradient(weights))
    np.testing.assert_array_equal(used.hvp(seeds), fresh.hvp(seeds))


def test_problems_evaluate_at_once_in_threads() -> None:
    """Large evaluations let other threads run, and give the same values."""
    n = 5000

    def make(k):
        return Problem(lambda x: np.sum(np.sin(k * x[1:] * x[:-1])), x0=np.linspace(0, 1, n))

    problems = [make(k) for k in range(1, 5)]
    expected = [p.hessian_values(p.x0) for p in problems]

    def repeat(p):
        return [p.hessian_values(p.x0) for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        for values, wanted in zip(pool.map(repeat, problems * 2), expected * 2, strict=True):
            for value in values:
                np.testing.assert_array_equal(value, wanted)
