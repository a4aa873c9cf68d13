"""SciPy's minimize signature: one changed import."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint, rosen

import asdopt
from asdopt import minimize


@pytest.mark.parametrize("method", [None, "ipopt", "trust-constr", "SLSQP", "Uno", "L-BFGS-B"])
def test_scipys_own_rosenbrock_function(method: str | None) -> None:
    """scipy.optimize.rosen is traced as it is."""
    found = minimize(rosen, np.array([1.3, 0.7, 0.8, 1.9, 1.2]), method=method)
    assert found.success
    np.testing.assert_allclose(found.x, np.ones(5), rtol=1e-5)


@pytest.mark.parametrize("method", ["ipopt", "trust-constr", "SLSQP", "uno"])
def test_the_tutorials_constrained_problem(method: str) -> None:
    """The constrained Rosenbrock problem of SciPy's tutorial, optimum (0.4149, 0.1701)."""
    if method == "uno":
        pytest.importorskip("unopy")
    found = minimize(
        rosen,
        [0.5, 0.0],
        method=method,
        constraints=[
            LinearConstraint([[1, 2], [2, 1]], [-np.inf, 1], [1, 1]),
            NonlinearConstraint(lambda x: [x[0] ** 2 + x[1], x[0] ** 2 - x[1]], -np.inf, 1),
        ],
        bounds=Bounds([0, -0.5], [1.0, 2.0]),
    )
    np.testing.assert_allclose(found.x, [0.41494531, 0.17010937], atol=1e-5)


def test_args_and_a_function_with_its_gradient() -> None:
    """``jac=True`` takes the value; the gradient is exact without it."""

    def fun(x: Any, a: float, b: float) -> Any:
        return a * (x[0] - b) ** 2, [2 * a * (x[0] - b)]

    assert minimize(fun, [0.0], args=(2.0, 3.0), jac=True).x[0] == pytest.approx(3.0, abs=1e-7)
    with pytest.raises(asdopt.InputError, match="jac=True says"):
        minimize(lambda x: x[0] ** 2, [1.0], jac=True)


def test_callbacks_of_both_kinds() -> None:
    """By position the point, by name an intermediate result; StopIteration stops."""
    seen: list[Any] = []

    def positional(xk: Any) -> None:
        seen.append(np.array(xk))

    def named(intermediate_result: Any) -> None:
        seen.append(intermediate_result.fun)
        raise StopIteration

    minimize(rosen, [0.0, 0.0], callback=positional)
    assert seen[-1].shape == (2,)
    seen.clear()
    stopped = minimize(rosen, [0.0, 0.0], callback=named)
    assert stopped.status is asdopt.Status.STOPPED
    assert len(seen) == 1


def test_options_of_scipy() -> None:
    """maxiter and tol reach the solver."""
    found = minimize(rosen, [-1.2, 1.0], options={"maxiter": 2, "disp": False})
    assert found.status is asdopt.Status.ITERATION_LIMIT
    assert found.nit == 2
    assert minimize(rosen, [-1.2, 1.0], tol=1e-10).fun < 1e-15


def test_callbacks_of_trust_constr_get_the_state_too() -> None:
    """SciPy's older form ``callback(xk, state)``."""
    seen = []

    def callback(xk: Any, state: Any) -> bool:
        seen.append((xk[0], state.fun, state.nit))
        return len(seen) == 3

    found = minimize(lambda x: (x[0] - 1) ** 4, [3.0], method="trust-constr", callback=callback)
    assert found.status == "stopped"
    assert [round((x - 1) ** 4 - fun, 12) for x, fun, _ in seen] == [0.0] * 3


def test_slips_that_scipy_tells_are_told() -> None:
    """An unknown method; a dict's type is read in any case, its args may be one value."""
    with pytest.raises(asdopt.InputError, match="method 'gradient' is not known"):
        minimize(rosen, [0.0, 0.0], method="gradient")
    for name, given in (("options", "maxiter"), ("callback", 3)):
        with pytest.raises(asdopt.InputError, match=f"{name} is"):
            minimize(rosen, [0.0, 0.0], **{name: given})
    sum_is = {"type": "EQ", "fun": lambda x, a: x[0] + x[1] - a, "args": 3.0}
    found = minimize(lambda x: x[0] ** 2 + x[1] ** 2, [0.0, 0.0], constraints=sum_is)
    np.testing.assert_allclose(found.x, [1.5, 1.5], atol=1e-7)


def test_what_scipys_results_hold() -> None:
    """The gradient at the end; counts of evaluations are told not to be kept."""
    found = minimize(lambda x: x[0] ** 2 + 3 * x[1], [1.0, 1.0], bounds=[(-1, 1), (0, 1)])
    np.testing.assert_allclose(found.jac, [0.0, 3.0], atol=1e-7)
    with pytest.raises(AttributeError, match="nfev: evaluations are not counted"):
        _ = found.nfev
    assert not hasattr(found, "hess_inv")
