"""Options of functions mean under trace what they mean on plain numbers, or are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.fft as sf
import scipy.linalg as sl
import scipy.signal as sg
import scipy.special as ss
import scipy.stats as st
from whole_functions import numbers

import asdopt

X = np.array([0.7, 1.3, -0.4, 2.6])
A = np.arange(16.0).reshape(4, 4)
SPD = A @ A.T + 4.0 * np.eye(4)
B = A + 20.0 * np.eye(4)


def written(shape: Any, dtype: Any, fill: Callable[[Any], Any]) -> Any:
    """What stands in an array after a function has written into it."""
    out = np.zeros(shape, dtype)
    fill(out)
    return [out.real, out.imag] if out.dtype.kind == "c" else out


SOME = np.array([True, False, True, True])

KNOWN: dict[str, Callable[[Any], Any]] = {
    "some are combined from left to right": lambda x: [
        ufunc.reduce(x, where=where, initial=initial)
        for ufunc in (np.divide, np.subtract, np.multiply, np.hypot, np.fmod)
        for where in (SOME, x > 0.5)
        for initial in (0.5, x[3])
    ],
    "counts of constants with weights": lambda x: [
        np.histogram([0.3, 1.2, 0.8, 2.1], bins=3, weights=x)[0],
        np.histogram([0.3, 1.2, 0.8, 2.1], 2, (0, 3), weights=x**2, density=True)[0],
        np.histogram([0.3, 1.2, 0.8, 2.1], [0, 1, 1.5, 3], weights=x)[0],
    ],
    "covariances with both weights": lambda x: [
        np.cov(x, A[0], fweights=[1, 2, 3, 1], aweights=[1.0, 2, 0.5, 1], ddof=2),
        np.cov(A[0], aweights=x**2),
    ],
    "lists that are reduced": lambda x: [
        np.logical_and.reduce(list(x)) * x[0],
        np.logical_or.reduce([x[0], 0.0]) * x,
        np.logical_and.reduce([x[:2], x[2:], [1.0, 0.0]]) * x[0],
        np.logical_or.accumulate([x[:2], x[2:]]) * x[0],
        np.logaddexp.reduce([x[:2], x[2:]]),
        np.logaddexp.reduce(list(x)),
        np.maximum.accumulate([x[0], 1.0, x[1]]),
        np.multiply.outer(list(x), [1.0, x[0]]),
    ],
    "arrays that were put together": lambda x: [
        np.r_[x, 1.0].mean(),
        np.r_[0.0, x].std(ddof=1),
        np.c_[x, A[0]].var(axis=0),
        np.r_[x, 1.0].astype("float64", copy=False).cumsum(),
        np.logaddexp.accumulate(np.r_[x, 1.0]),
        np.r_[x, 1.0].conj(),
    ],
    "functions of the user's are reduced": lambda x: [
        np.frompyfunc(lambda a, b: a * b + a, 2, 1).reduce(x),
        np.frompyfunc(lambda a, b: 0.9 * a + b, 2, 1).accumulate(x).astype(float),
        np.frompyfunc(lambda a, b: max(a, b) * b, 2, 1).outer(x, x).astype(float),
        np.frompyfunc(lambda a, b: a + b, 2, 1).reduce([1, 2, 3]) * x,
    ],
    "convolutions that have no border": lambda x: [
        sg.convolve2d(x.reshape(2, 2), A[:3, :3], "valid", boundary="wrap"),
        sg.correlate2d(x.reshape(2, 2), A[:3, :3], "valid", fillvalue=1.5),
    ],
    "some of an axis are combined": lambda x: np.divide.reduce(
        x.reshape(2, 2), axis=1, where=[[True, False], [True, True]], initial=2.0, keepdims=True
    ),
    "fft into an array": lambda x: written(4, complex, lambda o: np.fft.fft(x, out=o)),
    "irfft into an array": lambda x: written(
        4, float, lambda o: np.fft.irfft(np.fft.rfft(x), out=o)
    ),
    "fft2 into an array": lambda x: written(
        (2, 2), complex, lambda o: np.fft.fft2(x.reshape(2, 2), out=o)
    ),
    "complex einsum into an array": lambda x: written(
        4, complex, lambda o: np.einsum("ij,j->i", A, x + 1j * x**2, out=o)
    ),
    "complex dot into an array": lambda x: written(
        4, complex, lambda o: np.dot(A, x + 1j * x**2, out=o)
    ),
    "complex concatenate with its type": lambda x: (
        np.concatenate([x + 1j * x**2, x], dtype=complex).imag
    ),
    "interp with equal knots": lambda x: np.interp(x, [0, 1, 1, 2], [0, 3, 4, 9]),
    "interp with equal knots at the ends": lambda x: np.interp(x, [0, 0, 2, 2], [0, 3, 4, 9]),
    "interp at equal knots": lambda x: np.interp(1.0 + 0 * x, [0, 1, 1, 2], [0, 3, 4, 9]) * x,
    "interp with equal knots in a period": lambda x: np.interp(x, [0, 1, 2], [0, 1, 3], period=2),
    "shapes by keyword in another order": lambda x: st.beta.logpdf(ss.expit(x), b=3, a=2),
    "a shape by position, one by keyword": lambda x: st.beta.logpdf(ss.expit(x), 2, b=3, scale=2),
    "everything by position": lambda x: st.beta.cdf(2 * ss.expit(x), 2, 3, 0, 2),
    "shapes of counts by keyword": lambda x: st.binom.logpmf([1, 2, 3, 0], p=ss.expit(x), n=5),
    "counts that cannot be": lambda x: [
        st.binom.pmf([1, 2, 7, 0.5], 5, ss.expit(x)),
        st.bernoulli.pmf([2, 0, 1, -1], ss.expit(x)),
        st.geom.pmf([0, 1, 2, 1.5], ss.expit(x)),
        st.poisson.pmf([0, 1, 2, 1.5], np.exp(x)),
    ],
    "counts moved by position": lambda x: st.poisson.pmf([1, 2, 3, 0], np.exp(x), 1),
    "several numbers of one normal variable": lambda x: st.multivariate_normal.pdf(x, cov=2.0),
    "several normal variables of one variance": lambda x: st.multivariate_normal.logpdf(
        x, mean=[0, 1, 2, 3], cov=2.0
    ),
    "a frozen normal variable": lambda x: st.multivariate_normal(1.0, 2.0).logpdf(x),
    "points in rows": lambda x: st.multivariate_normal.logpdf(np.stack([x, 2 * x]), cov=SPD),
    "orthogonalized cosine transform": lambda x: sf.dct(x, type=1, orthogonalize=True),
    "an orthonormal one that is not": lambda x: sf.dst(x, norm="ortho", orthogonalize=False),
    "some eigenvalues": lambda x: sl.eigvalsh(SPD + np.diag(x), subset_by_index=[1, 2]),
    "only the diagonal counts": lambda x: sl.solve(B + np.diag(x), x, assume_a="diagonal"),
    "three diagonals count": lambda x: sl.solve(B + np.diag(x), x, assume_a="tridiagonal"),
    "how to compute": lambda x: sl.inv(B + np.diag(x), overwrite_a=True, check_finite=False),
    "correlation in the middle": lambda x: sg.correlate2d(np.outer(x, x), A[:2, :2], mode="same"),
    "correlation beyond the border": lambda x: sg.correlate2d(
        np.outer(x, x), A[:2, :3], mode="same", boundary="symm"
    ),
    "vectorized to floats": lambda x: np.vectorize(lambda a: 2 * a, otypes=[float])(x),
    "vectorized to integers": lambda x: np.vectorize(lambda a: 2 * a, otypes=[int])(x) * x,
}


@pytest.mark.parametrize("fun", KNOWN.values(), ids=KNOWN)
def test_options_that_are_known(fun: Callable[[Any], Any]) -> None:
    def plain(x: Any) -> Any:
        return numbers(fun(x))

    value, jacobian = asdopt.value_and_jacobian(fun, X)
    np.testing.assert_allclose(numbers(value), plain(X), rtol=1e-12, atol=1e-14)
    h = 1e-6
    columns = [(plain(X + h * e) - plain(X - h * e)) / (2 * h) for e in np.eye(4)]
    np.testing.assert_allclose(jacobian.toarray(), np.transpose(columns), rtol=1e-6, atol=1e-7)


REFUSED: dict[str, Callable[[Any], Any]] = {
    "nansum": lambda x: np.nansum(x, dtype=int),
    "nanprod": lambda x: np.nanprod(x, dtype=int),
    "nancumsum": lambda x: np.nancumsum(x, dtype=int),
    "nanmean": lambda x: np.nanmean(x, dtype=np.float32),
    "nanstd": lambda x: np.nanstd(x, dtype=np.float32),
    "trace": lambda x: np.trace(np.outer(x, x), dtype=int),
    "linalg.trace": lambda x: np.linalg.trace(np.outer(x, x), dtype=int),
    "concatenate": lambda x: np.concatenate([x, x], dtype=int, casting="unsafe"),
    "stack": lambda x: np.stack([x, x], dtype=int, casting="unsafe"),
    "vstack": lambda x: np.vstack([x, x], dtype=int, casting="unsafe"),
    "linspace": lambda x: np.linspace(x[0], x[1], 4, dtype=int),
    "logspace": lambda x: np.logspace(x[0], x[1], 4, dtype=int),
    "geomspace": lambda x: np.geomspace(x[0], x[1], 4, dtype=int),
    "cov": lambda x: np.cov(x, x**2, dtype=np.float32),
    "corrcoef": lambda x: np.corrcoef(x, x**2, dtype=np.float32),
    "insert": lambda x: np.insert(np.arange(3), 1, x[0]),
    "insert into truth values": lambda x: np.insert(x > 0.5, 1, x[0]) * x[0],
    "sum of truth values": lambda x: np.sum(x, dtype=bool) * x,
}


@pytest.mark.parametrize("fun", REFUSED.values(), ids=REFUSED)
def test_types_that_would_round_are_refused(fun: Callable[[Any], Any]) -> None:
    fun(X)
    with pytest.raises(asdopt.UnsupportedOperationError, match=r"leave dtype out|of floats"):
        asdopt.jacobian(fun, X)


def test_a_kind_that_the_first_result_decides_is_refused() -> None:
    """NumPy makes integers of all results."""

    def half(v: Any) -> Any:
        return 0 if abs(v - X[0]) < 0.1 else 0.5 * v

    assert np.vectorize(half)(X).dtype.kind == "i"
    with pytest.raises(asdopt.UnsupportedOperationError, match="without otypes"):
        asdopt.jacobian(lambda x: np.vectorize(half)(x), X)
    with pytest.raises(asdopt.UnsupportedOperationError, match="apply_along_axis"):
        asdopt.jacobian(lambda x: np.apply_along_axis(lambda v: half(v[0]), 1, x[:, None]), X)
    for fun in (lambda x: np.vectorize(half)(x[1:]), lambda x: np.vectorize(half, "d")(x)):
        value, _ = asdopt.value_and_jacobian(fun, X)
        np.testing.assert_allclose(value, fun(X))


@pytest.mark.parametrize(
    "fun",
    [
        np.var,
        np.std,
        lambda v: np.var(v, ddof=1),
        lambda v: np.nanstd(v, ddof=1),
        lambda v: np.var(v, ddof=0.5, where=np.array(True)),
    ],
)
def test_nothing_has_no_variance(fun: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.EvaluationError, match="nan"):
        asdopt.jacobian(lambda x: fun(x[:0]) * x, X)


def test_arguments_that_cannot_be_are_errors_as_without_trace() -> None:
    for fun in (
        lambda x: np.var(x, ddof=1, correction=1),
        lambda x: np.divide.reduce(x.reshape(2, 2), axis=(0, 1)),
        lambda x: np.cov(x.reshape(1, 2, 2)),
        lambda x: np.nonzero(x[0])[0],
        lambda x: sl.solve_banded((1, 1), A[:2], x),
        lambda x: sl.solveh_banded(np.vstack([3.0 + 0 * x, -2.0 + 0 * x]), x),
    ):
        with pytest.raises((ValueError, np.linalg.LinAlgError)):
            fun(X)
        with pytest.raises((ValueError, np.linalg.LinAlgError)):
            asdopt.jacobian(fun, X)


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.logical_xor, np.bitwise_or])
def test_truth_values_stay_truth_values_in_place(ufunc: Any) -> None:
    def fun(x: Any) -> Any:
        kept = x > -9.0
        ufunc.at(kept, [0, 0, 2], x[:3] > 0.5)
        return kept * x

    value, _ = asdopt.value_and_jacobian(fun, X)
    np.testing.assert_array_equal(value, fun(X))


def test_comparisons_may_name_their_type() -> None:
    found = asdopt.jacobian(lambda x: np.where(np.less(x, 1.0, dtype=bool), x**2, x), X)
    np.testing.assert_allclose(found.diagonal(), [1.4, 1.0, -0.8, 1.0])


def test_sample_points_that_fall_are_refused() -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match="do not increase"):
        asdopt.jacobian(lambda x: np.interp(x, [2, 1, 0], [0, 3, 4]), X)


@pytest.mark.parametrize("name", ["pdf", "cdf", "logpdf"])
def test_densities_without_width_have_no_value(name: str) -> None:
    """As in SciPy, which gives NaN: scales are positive."""
    evaluate = getattr(st.norm, name)
    for scale in (-1.0, 0.0):
        with pytest.raises(asdopt.EvaluationError, match="nan"):
            asdopt.jacobian(lambda x, scale=scale: evaluate(x, scale=scale), X)
    with pytest.raises(asdopt.EvaluationError, match="nan"):
        asdopt.jacobian(lambda x: evaluate(1.0, scale=x), X)
