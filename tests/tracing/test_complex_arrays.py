"""Real and complex values side by side in arrays: joined, padded, chosen, multiplied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.signal
import scipy.sparse

from asdopt import Constraint, Problem

X = np.array([0.71, -1.31, 2.13, 0.43, -0.61, 1.97])
Y = np.array([[3 - 9j, -1 + 4j, 0], [-1 + 4j, 2 - 7j, -1 + 3j], [2j, -1 + 3j, 3 - 8j]])
S = 1j * np.logspace(-1, 1, 4)

CASES: dict[str, Callable[[Any], Any]] = {
    # The real ones among them have no imaginary part.
    "where, with a number": lambda x: np.where(x > 0, 1j * x, 5.0),
    "where, with real values": lambda x: np.where(x > 0, 1j * x, x),
    "where, with complex data": lambda x: np.where(x[:3] > 0, x[:3], Y[0]),
    "append": lambda x: np.append(1j * x, x),
    "append to real": lambda x: np.append(np.append(x, 1j * x), [1.0, 2.0]),
    "pad": lambda x: np.pad(1j * x, 1, constant_values=3.0),
    "diff from a start": lambda x: np.diff(1j * x, prepend=2.0, append=[x[0]]),
    "sum from a start": lambda x: np.sum(1j * x, initial=3.0),
    "block": lambda x: np.block([[1j * x], [np.ones(6)]]),
    "concatenate": lambda x: np.concatenate([[1j * x[0]], x[:2], [1j, 2.0]]),
    "stack": lambda x: np.stack([x[:3], Y[0]]),
    # Nested lists.
    "matrix of both": lambda x: np.array(
        [[np.cos(x[0]), 1j * np.sin(x[0]) / x[1]], [1j * x[2], 2.0]]
    ),
    "matrix of real traced and complex data": lambda x: np.array([[x[0], 2j], [1.0, x[1]]]),
    "list with its type": lambda x: np.array([1j * x[0], x[1]], dtype=complex, ndmin=2),
    "sum of a list": lambda x: np.sum([1j * x[0], x[1], 2j]),
    "dot with a list": lambda x: np.dot(Y, [1j * x[0], x[1], 0.5]),
    "filled": lambda x: np.full((2, 2), 1j * x[0]),
    "vectorized complex": lambda x: np.vectorize(complex)(x[:3], x[3:]),
    # Products with complex data, by functions and by methods of either.
    "method of the data": lambda x: Y.dot(x[:3] + 1j * x[3:]),
    "method of the data with real values": lambda x: Y.dot(x[:3]),
    "method of real values": lambda x: x[:3].dot(Y),
    "outer": lambda x: np.outer(x[:3], Y[0]),
    "kron": lambda x: np.kron(x[:2], Y[0]),
    "einsum": lambda x: np.einsum("ij,j->i", Y, x[:3]),
    "inner and vdot": lambda x: np.append(np.inner(Y, x[:3]), np.vdot(Y[0], x[:3])),
    "sparse": lambda x: np.append(
        scipy.sparse.csr_array(Y) @ x[:3], scipy.sparse.csr_array(Y).dot(x[3:])
    ),
    "solve and inv": lambda x: np.append(
        np.linalg.solve(Y, x[:3]), np.linalg.inv(Y + np.diag(x[:3]))[1]
    ),
    # Functions.
    "polynomial on the imaginary axis": lambda x: np.polyval(x[:3], S) / np.polyval([1, x[3]], S),
    "products": lambda x: np.append(np.cumprod(x[:3] + 1j), (x[:3] + 1j * x[3:]).prod()),
    "product along an axis": lambda x: np.prod((x + 1j).reshape(2, 3), axis=1),
    "matrix powers": lambda x: np.linalg.matrix_power(1j * np.diag(x[:3]) + Y / 9, 3),
    "logarithms": lambda x: np.log10(2 + 1j * x) + np.log2(2 + 1j * x) * np.log1p(1j * x),
    "expm1": lambda x: np.expm1(1e-9j + 1e-9 * x) * 1e9 + np.expm1(1j * x),
    "powers": lambda x: np.float_power(2 + 1j * x, 0.5),
    "transforms of two axes": lambda x: (
        np.fft.rfft2(x.reshape(2, 3)) + np.fft.rfftn(x.reshape(2, 3), norm="ortho")
    ),
    "inverse transforms of two axes": lambda x: np.fft.irfft2(
        1j * np.outer(x[:2], x[2:5]), s=(2, 4)
    ),
    "transform to half a spectrum": lambda x: np.fft.ihfft(x),
    "analytic signal": lambda x: scipy.signal.hilbert(x),
}


@pytest.mark.parametrize("name", CASES)
def test_real_and_complex_values_together(name: str) -> None:
    """Both parts: values, Jacobian, Hessian and patterns, at the point and at others."""
    function = CASES[name]

    def parts(x: Any) -> Any:
        z = function(x)
        return np.real(z), np.imag(z)

    problem = Problem(None, Constraint(parts, -np.inf, np.inf), x0=X)
    for point in (X, X[::-1].copy(), 0.9 * X + 0.05):
        report = problem.check_derivatives(point)
        assert report, report
