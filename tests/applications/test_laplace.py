"""Information and uncertainty: closed forms, dense algebra, integrals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

import asdopt
from asdopt._errors import InputError
from asdopt.applications import fisher_information, laplace_approximation


def random_walk(x, data):
    """Negative log density of a smoothed series: data with errors, steps of a random walk."""
    misfit = (x - data) / 0.5
    steps = (x[1:] - x[:-1]) / 0.2
    return 0.5 * np.sum(misfit**2) + 0.5 * np.sum(steps**2) + np.sum(0.1 * x**4)


@pytest.fixture(scope="module")
def smoothed():
    data = np.random.default_rng(0).normal(size=300)
    problem = asdopt.Problem(random_walk, x0=np.zeros(300), parameters=data)
    x = problem.solve(options={"tol": 1e-10, "print_level": 0}).x
    return data, x, laplace_approximation(random_walk, x, parameters=data)


def test_standard_deviations_and_determinant_are_those_of_the_dense_matrix(smoothed):
    _, _, density = smoothed
    dense = density.precision.toarray()
    covariance = np.linalg.inv(dense)
    chosen = [0, 7, 299]
    np.testing.assert_allclose(
        density.standard_deviations(chosen), np.sqrt(np.diag(covariance))[chosen], rtol=1e-10
    )
    np.testing.assert_allclose(density.standard_deviations()[chosen[1]] ** 2, covariance[7, 7])
    np.testing.assert_allclose(density.covariance(chosen), covariance[np.ix_(chosen, chosen)])
    assert density.log_determinant == pytest.approx(np.linalg.slogdet(dense)[1], rel=1e-12)
    assert density.precision.nnz == 3 * 300 - 2


def test_the_precision_is_the_hessian(smoothed):
    data, x, density = smoothed
    h = 1e-4
    e = np.zeros(300)
    e[5] = h
    second = (
        random_walk(x + e, data) - 2.0 * random_walk(x, data) + random_walk(x - e, data)
    ) / h**2
    assert density.precision[5, 5] == pytest.approx(second, rel=1e-5)


def test_the_normalizer_of_a_gaussian_is_exact_and_else_close():
    gaussian = laplace_approximation(
        lambda x: 0.5 * (4.0 * x[0] ** 2 + x[1] ** 2) + 2.0, [0.0, 0.0]
    )
    assert gaussian.log_normalizer == pytest.approx(np.log(2.0 * np.pi / 2.0) - 2.0)

    def nll(x):
        return 20.0 * (np.cosh(x[0]) - 1.0)

    exact = np.log(integrate.quad(lambda t: np.exp(-nll([t])), -5.0, 5.0)[0])
    assert laplace_approximation(nll, [0.0]).log_normalizer == pytest.approx(exact, abs=0.01)


def test_fisher_information_of_a_nonlinear_model():
    t = np.linspace(0.0, 3.0, 30)

    def mean(x, t):
        return x[0] * np.exp(-x[1] * t)

    x = np.array([2.0, 0.7])
    J = np.stack([np.exp(-0.7 * t), -2.0 * t * np.exp(-0.7 * t)], axis=1)
    sigma = np.linspace(0.1, 0.3, 30)
    information = fisher_information(mean, x, sigma, parameters=t)
    np.testing.assert_allclose(information.toarray(), J.T @ (J / sigma[:, None] ** 2))
    # equal to the Hessian of the likelihood where the data are the expected values
    data = mean(x, t)
    fit = laplace_approximation(
        lambda x, p: 0.5 * np.sum(((mean(x, p["t"]) - p["data"]) / p["sigma"]) ** 2),
        x,
        parameters={"t": t, "data": data, "sigma": sigma},
    )
    np.testing.assert_allclose(fit.precision.toarray(), information.toarray())


def test_what_is_no_mode_is_refused():
    with pytest.raises(InputError, match=r"no minimum: the derivative by x\[1\] is 2"):
        laplace_approximation(lambda x: x[0] ** 2 + 2.0 * x[1], [0.0, 0.0])
    with pytest.raises(InputError, match="not positive definite at the mode, which is no minimum"):
        laplace_approximation(lambda x: x[0] ** 2 - x[1] ** 2, [0.0, 0.0])
    with pytest.raises(InputError, match="not positive definite"):
        laplace_approximation(lambda x: (x[0] - x[1]) ** 2, [1.0, 1.0])
    with pytest.raises(InputError, match="sigma of shape"):
        fisher_information(lambda x: x, [1.0, 1.0], sigma=[1.0, 0.0])
    density = laplace_approximation(lambda x: x[0] ** 2, [0.0])
    with pytest.raises(InputError, match="integers from 0 to 0"):
        density.standard_deviations([1])


def test_units_of_the_variables_do_not_matter():
    """Curvatures of 1e8 and 1e-8 side by side are two well-determined variables."""
    density = laplace_approximation(lambda x: 0.5 * (1e8 * x[0] ** 2 + 1e-8 * x[1] ** 2), [0.0, 0])
    np.testing.assert_allclose(density.standard_deviations(), [1e-4, 1e4], rtol=1e-14)
    assert density.log_determinant == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("sigma", [1j, "a", 1e-200])
def test_deviations_are_real_numbers_whose_inverse_squares_are_finite(sigma):
    with pytest.raises(InputError, match="standard deviations are positive"):
        fisher_information(lambda x: x, [1.0], sigma=sigma)
