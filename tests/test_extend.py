"""Operators that users add: values, derivatives, classes, as rules of ufuncs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

import asdopt
from asdopt import Problem, extend
from asdopt.tracing._ufuncs import COMPOSITES


def softsign_parts() -> tuple[Any, Any, Any]:
    """Value and derivatives of x / (1 + |x|)."""
    return (
        lambda x: x / (1 + abs(x)),
        lambda x: 1 / (1 + abs(x)) ** 2,
        lambda x: -2 * np.sign(x) / (1 + abs(x)) ** 3,
    )


def test_one_operand_on_scalars_and_arrays() -> None:
    """The operator agrees with the same function traced through."""
    value, d1, d2 = softsign_parts()
    softsign = extend.operator(value, d1, d2)
    x = np.array([0.3, -1.2, 2.0])
    for make in (
        lambda f: lambda x: (f(x**2 - 1) * x).sum(),
        lambda f: lambda x: f(x[0]) * f(x[1] * x[2]),
        lambda f: lambda x: f(x.reshape(3, 1) * np.ones((1, 2))).sum() ** 2,
    ):
        ours, theirs = Problem(make(softsign), x0=x), Problem(make(value), x0=x)
        assert ours.objective(x) == pytest.approx(theirs.objective(x), rel=1e-15)
        np.testing.assert_allclose(ours.gradient(x), theirs.gradient(x), rtol=1e-13)
        np.testing.assert_allclose(
            ours.hessian(x).toarray(), theirs.hessian(x).toarray(), rtol=1e-12, atol=1e-14
        )
    assert softsign(3.0) == 0.75


def test_two_operands_with_broadcasting() -> None:
    """Mixed second derivatives and classes follow from what is None."""
    ratio = extend.operator(
        lambda x, y: x / y,
        (lambda x, y: 1 / y, lambda x, y: -x / y**2),
        (None, lambda x, y: -1 / y**2, lambda x, y: 2 * x / y**3),
    )
    x = np.array([1.0, 2.0, 3.0])
    ours = Problem(lambda x: (ratio(x[:2], x[2]) ** 2).sum(), x0=x)
    theirs = Problem(lambda x: ((x[:2] / x[2]) ** 2).sum(), x0=x)
    np.testing.assert_allclose(ours.hessian(x).toarray(), theirs.hessian(x).toarray(), rtol=1e-13)
    linear = Problem(lambda x: ratio(x[0], x[2]), x0=x)
    expected = asdopt.hessian_sparsity(lambda x: x[0] / x[2], 3)
    assert linear.hessian_pattern == expected.lower()


def test_an_operator_without_curvature_has_no_hessian() -> None:
    """None as second derivative is a linear class."""
    double = extend.operator(lambda x: 2 * x, lambda x: 2.0, None)
    problem = Problem(lambda x: double(x).sum(), x0=[1.0, 2.0])
    assert problem.hessian_pattern.nnz == 0
    np.testing.assert_array_equal(problem.gradient([1.0, 2.0]), [2.0, 2.0])


def test_a_rule_for_a_ufunc_without_one() -> None:
    """scipy.special.kolmogorov gets derivatives and works inside user code."""
    with pytest.raises(asdopt.UnsupportedOperationError, match="kolmogorov"):
        asdopt.jacobian(lambda x: special.kolmogorov(x), [1.0])
    step = 1e-5
    extend.operator(
        special.kolmogorov,
        lambda x: (special.kolmogorov(x + step) - special.kolmogorov(x - step)) / (2 * step),
        lambda x: 0 * x,
        ufunc=special.kolmogorov,
    )
    try:
        found = asdopt.jacobian(lambda x: special.kolmogorov(x), [1.0]).toarray()[0, 0]
    finally:
        del COMPOSITES[special.kolmogorov]
    assert found == pytest.approx(-1.07196, rel=1e-4)


def test_a_wrong_number_of_derivatives_is_told() -> None:
    """One and one, or two and three."""
    with pytest.raises(asdopt.InputError, match="2 first and 1 second"):
        extend.operator(np.hypot, (None, None), None)


def test_a_solver_of_the_user() -> None:
    """Its name works in solve."""
    extend.solver("first-point", lambda problem, request: asdopt.Solution(x=request.x0))
    problem = Problem(lambda x: x[0] ** 2, x0=[3.0])
    np.testing.assert_array_equal(problem.solve("first-point").x, [3.0])
    with pytest.raises(asdopt.InputError, match="did you mean 'first-point'"):
        problem.solve("first-pont")
