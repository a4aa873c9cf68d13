"""Every row of the operator table by the machine, in every build, against the sweeps."""

from __future__ import annotations

import numpy as np
import pytest

from asdopt._engine import Engine
from asdopt._ops import CODE, OPERATORS
from asdopt.backends._sweeps import Sweeps
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.kernels import _plan
from asdopt.kernels._rules import singular
from asdopt.tracing._compact import compact_trace
from asdopt.tracing._tape import Tape

COUNT = 70  # more than a block


def sampled_trace(row, arity):
    """One output for each of many points: the operator applied to variables of its own."""
    rng = np.random.default_rng(7)
    points = np.array([rng.uniform(*row.domain[k], COUNT) for k in range(arity)])
    tape = Tape(points.size, points.reshape(-1), primal=True)
    ids = np.arange(points.size, dtype=np.int32).reshape(points.shape)
    # Away from the additive tree, so that every operator becomes a term.
    outputs = tape.block(CODE["square"], tape.block(CODE[row.name], *ids))
    zero = tape.push_constant(0.0)
    tape.close()
    return compact_trace(tape, np.append(np.int32(zero), outputs)), points.reshape(-1)


@pytest.mark.parametrize("build", ["v4", "v3", "v2", "plain"])
def test_machine_and_sweeps_agree_on_every_operator(build):
    default = _plan.build()
    if _plan.use_build(build) != build:
        _plan.use_build(default)
        pytest.skip(f"the CPU does not run the build {build}")
    try:
        for row in OPERATORS:
            check(row)
    finally:
        _plan.use_build(default)


def check(row):
    trace, x = sampled_trace(row, row.arity)
    jacobian = jacobian_pattern(trace, trace.outputs[1:])
    hessian = hessian_pattern(trace, trace.outputs)
    engine = Engine(trace, jacobian, hessian)
    assert engine.num_instances == [COUNT], row.name
    sweeps = Sweeps(trace)
    sweeps.values(x)
    sweeps.first()
    sweeps.second()
    assert np.allclose(engine.outputs(x), sweeps.output_values(), rtol=1e-13), row.name
    weights = np.linspace(-1.0, 1.0, COUNT + 1)
    sweeps.gradient(weights)
    jac, hess = np.zeros(jacobian.nnz), np.zeros(hessian.nnz)
    for k in range(row.arity):  # variables of one operand meet in no row
        seeds = np.zeros((x.size, 8))
        seeds[k * COUNT : (k + 1) * COUNT, 0] = 1.0
        mine = jacobian.cols // COUNT == k
        jac[mine] = sweeps.jvp(seeds)[jacobian.rows[mine] + 1, 0]
        mine = hessian.cols // COUNT == k
        hess[mine] = sweeps.hvp(seeds)[hessian.rows[mine], 0]
    for found, expected in (
        (engine.jacobian_values(x), jac),
        (engine.hessian_values(x, weights), hess),
    ):
        scale = np.abs(expected).max(initial=1e-3)
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-13 * scale), row.name


def test_singular_derivatives_are_known():
    found = {row.name for row in OPERATORS if singular(CODE[row.name])[0]}
    assert {"sqrt", "log", "divide", "power", "arcsin", "reciprocal"} <= found
    assert not found & {"multiply", "sin", "exp", "square", "add", "maximum"}
