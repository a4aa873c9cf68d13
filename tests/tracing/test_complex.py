"""Complex numbers inside of functions of real variables agree with NumPy."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from whole_functions import check_function

import asdopt
from asdopt import Constraint, Problem

X = np.array([0.71, -1.31, 2.13, 0.43, -0.61, 1.97])
Y = np.array([[3 - 9j, -3 + 9j, 0], [-3 + 9j, 5 - 14j, -2 + 5j], [0, -2 + 5j, 2 - 5j]])
SPARSE = scipy.sparse.csr_matrix(Y)

PROGRAMS: list[Callable[[Any], Any]] = []


def program(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    PROGRAMS.append(function)
    return function


@program
def power_flow(x: Any) -> Any:
    v = (1 + 0.1 * x[:3]) * np.exp(1j * x[3:])
    s = v * np.conj(Y @ v)
    return s.real, s.imag


@program
def power_flow_with_sparse_admittances(x: Any) -> Any:
    v = (1 + 0.1 * x[:3]) * (np.cos(x[3:]) + 1j * np.sin(x[3:]))
    i = SPARSE @ v
    s = v * i.conj()
    losses = (SPARSE * v).sum()
    return np.concatenate([s.real - 1, s.imag]), np.abs(v) ** 2, abs(i), np.angle(v), losses.real


@program
def power_flow_in_loops(x: Any) -> Any:
    v, s = np.zeros(3, dtype=complex), np.zeros(3, complex)
    for k in range(3):
        v[k] = (1 + 0.1 * x[k]) * np.exp(1j * x[3 + k])
    for i in range(3):
        for j in range(3):
            s[i] += v[i] * np.conj(Y[i, j] * v[j])
    return [value.real for value in s] + [value.imag for value in s]


@program
def elementary(x: Any) -> Any:
    z = x[:3] + 1j * x[3:]
    functions = (np.exp, np.log, np.sqrt, np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh)
    powers = [z**2, z**-1, z**0.5, z**3, 2.0**z, 1 / z, z / (2 + 1j), z / z[0]]
    results = [f(0.5 * z) for f in functions] + powers
    return [part for value in results for part in (value.real, value.imag)]


@program
def arrays(x: Any) -> Any:
    z = x[:3] + 1j * x[3:]
    return [
        np.abs(z),
        np.angle(z, deg=True),
        z.sum().real,
        z.mean().imag,
        (z @ z).real,
        np.vdot(z, z).real,
        (z.conj() @ Y @ z).imag,
        np.outer(z, z).real,
        np.linalg.norm(z),
        z.reshape(3, 1).T.imag,
        np.concatenate([z, [1j]]).imag,
        np.stack([z, x[:3]]).imag,
        np.where(x[:3] > 0, z, 0).real,
        np.einsum("ij,j->i", Y, z).real,
        np.linalg.solve(Y + 5 * np.eye(3), z).imag,
        np.array([x[0] + 1j * x[1], 2.0, x[2] * 1j]).imag,
        [value.imag for value in z[::-1]],
        (Y @ x[:3]).imag,
        np.multiply(x, 1j).imag,
    ]


@program
def stores(x: Any) -> Any:
    z = np.empty((2, 3), dtype=complex)
    z.real = x.reshape(2, 3)
    z.imag = 0.5
    z[:, 0] = np.conj(z[:, 1])
    z[1] *= 2j
    z += x[0] * 1j
    return (z @ z.conj().T).real, z.imag.sum(), np.abs(z)


@program
def numbers(x: Any) -> Any:
    total = 0
    for k in range(6):
        total += x[k] * np.exp(2j * np.pi * k / 6)
    z = complex(x[0], x[1])
    return [
        abs(total),
        cmath.exp(1j * x[0]).real,
        cmath.phase(z),
        *cmath.polar(x[0] + 2j),
        cmath.rect(x[0], x[1]).imag,
        cmath.sqrt(z).imag,
        (z.conjugate() * z).real,
    ]


@program
def impedance(x: Any) -> Any:
    w = np.logspace(0, 2, 4)
    z = 1 + x[0] ** 2 + 1j * w * (1 + x[1] ** 2) + 1 / (1j * w * (2 + x[2] ** 2))
    return np.abs(z), np.angle(z), 20 * np.log10(np.abs(1 / z))


@program
def spectra(x: Any) -> Any:
    waves = np.fft.fftfreq(6)
    return [
        np.abs(np.fft.fft(x)) ** 2,
        np.fft.irfft(1j * np.arange(4) * np.fft.rfft(x), 6),
        np.real(np.fft.ifft(1j * waves * np.fft.fft(x))),
        np.abs(np.fft.fft2(x.reshape(2, 3))),
        np.fft.irfft(np.fft.rfft(x) * np.fft.rfft([1, 2, 0, 0, 0, 0])),
        np.fft.fftshift(np.fft.fft(x, norm="ortho")).imag,
    ]


@program
def conversions(x: Any) -> Any:
    z, w = x.astype(complex), np.zeros_like(x, dtype=complex)
    z[1:] *= 1j
    w[:] = z
    w[0] = np.asarray(x, dtype=complex)[2] * 1j
    return [z.imag, (z * z).real, w.imag, np.abs(z)]


@program
def branches(x: Any) -> Any:
    z = x[0] + 1j * x[1]
    if abs(z) > 1 and z.real > 0:
        return z.imag * x
    return x


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_complex_programs(function: Callable[[Any], Any]) -> None:
    """Values, Jacobian, Hessian and patterns, at the point and at others."""
    problem = Problem(None, Constraint(function, -np.inf, np.inf), x0=X)
    for point in (X, X[::-1].copy(), 0.9 * X - 0.05):
        report = problem.check_derivatives(point)
        assert report, report


def test_complex_data_are_numbers() -> None:
    """Functions that are not known work on what does not depend on the variables."""

    def fun(x: Any) -> Any:
        poles = np.linalg.eigvals(1j * np.eye(2) + np.ones((2, 2)))
        return np.sort(np.abs(poles)) * x[:2] + np.sort(np.fft.fft(np.ones(4))).real[-1]

    assert Problem(None, Constraint(fun, -np.inf, np.inf), x0=X).check_derivatives(X)


def test_nothing_is_recorded_for_parts_that_are_zero() -> None:
    """The pattern is that of the real formula."""
    pattern = asdopt.jacobian_sparsity(lambda x: (1j * x * 2.0).imag, 4)
    assert pattern == asdopt.jacobian_sparsity(lambda x: x * 2.0, 4)
    assert asdopt.jacobian_sparsity(lambda x: (1j * x).real, 4).nnz == 0


REFUSED: dict[str, Callable[[Any], Any]] = {
    "returned complex": lambda x: 1j * x,
    "plain float": lambda x: float(1j * x[0]),
    "numpy.argsort": lambda x: np.argsort(1j * x),
    "maximum": lambda x: np.maximum(1j * x, 0.0),
    "'floordiv'": lambda x: (1j * x) // 2,
    "array of float64": lambda x: (1j * x).astype(float),
    "eigvals": lambda x: np.linalg.eigvals(1j * x.reshape(2, 3)[:, :2]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_of_complex_values_is_refused(name: str) -> None:
    """With the user's line."""
    with pytest.raises(
        (asdopt.TracingError, asdopt.UnsupportedOperationError),
        match=rf"test_complex.py:\d+.*{name}",
    ):
        asdopt.jacobian(REFUSED[name], X)


def test_complex_values_are_sorted_by_real_and_then_imaginary_parts() -> None:
    def fun(x: Any) -> Any:
        z = np.concatenate([x + 1j * x[::-1], x[:1] - 1j])
        ordered = np.sort(z)
        z.sort()
        return np.concatenate([ordered.real, ordered.imag, np.abs(z)])

    check_function(fun, np.array([0.7, -0.3, 1.4]), rtol=1e-12)
