"""pandas, xarray and masked arrays as data, x0, parameters, bounds and results."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
import xarray as xr

import asdopt

FRAME = pd.DataFrame(
    {"a": [1.0, 2.0, 3.0], "b": [0.5, 1.5, -1.0], "g": ["u", "v", "u"]}, index=["i", "j", "k"]
)
AB = FRAME[["a", "b"]]
S = FRAME["a"]
DA = xr.DataArray([1.0, 2.0, 3.0], dims="t", coords={"t": [10, 20, 30]})
DS = xr.Dataset({"q": DA, "r": 2 * DA})
MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
X0, OTHER = np.array([0.7, 1.3, -0.4]), np.array([0.2, -1.1, 2.0])


def added_in_place(x: Any) -> Any:
    out = x * 1.0
    alias = out
    out += S  # NumPy writes into the array, and names another object "out"
    out *= DA.values
    return (alias**2).sum() + out.sum()


def written(x: Any) -> Any:
    out = np.zeros(3)
    out[:] = S
    return (out * x).sum()


def new_column(x: Any) -> Any:
    return FRAME.assign(z=x)["z"].sum() ** 2


def columns_of_expressions(x: Any) -> Any:
    frame = FRAME.copy()
    frame["z"] = x
    frame.insert(0, "y", x**2)
    frame["w"] = frame.apply(lambda row: row.z * row.y + row.b, axis=1)
    frame["v"] = frame.z.apply(math.exp).mul(x).where(frame.z > 0, x)
    return (frame.w.astype(float) * frame.v).sum() + frame[["z", "a"]].mean().prod()


def cells_written(x: Any) -> Any:
    frame = AB.copy()
    for k, label in enumerate(frame.index):
        frame.loc[label, "a"] = x[k] ** 2
        frame.at[label, "b"] += x[k]
    series = S.copy()
    series[:] = x
    series.iloc[0] *= x[1]
    return (frame.a * frame.b * series).sum() + frame.std(axis=1).sum()


def data_written(x: Any) -> Any:
    AB.loc["i", "a"] = x[0]
    return AB["a"].pow(2).sum() * x[1]


DATA: list[Callable[[Any], Any]] = [
    columns_of_expressions,
    cells_written,
    data_written,
    lambda x: FRAME.assign(z=x**2).groupby("g")["z"].sum().pow(2).sum(),
    lambda x: (S * x**2).sum(),
    lambda x: (x**2 * S).sum(),
    lambda x: np.sum(S.values * x) ** 2,
    lambda x: ((S + x - 0.5) ** 2).sum(),
    lambda x: (S / (1.5 + x) - x / S).sum(),
    lambda x: (S**x).sum() + (np.abs(x) ** S).sum(),
    lambda x: (x[0] ** 2 * S).sum() + (S * x[1]).values @ x,
    lambda x: ((S > x) * x**2).sum(),
    lambda x: np.exp(0.1 * S * x).sum(),
    lambda x: (AB * x[0] ** 2).values.sum(),
    lambda x: (x @ AB).sum() ** 2 + (AB.T @ x).sum(),
    lambda x: S.dot(x) * np.dot(S, x),
    lambda x: np.maximum(S, x).sum() + np.where(S > 1.5, x**2, x).sum(),
    lambda x: (x[S > 1.5] ** 2).sum() * x[(FRAME["g"] == "u").values].sum(),
    lambda x: sum(row.a * x[k] ** 2 + row.b for k, row in enumerate(FRAME.itertuples())),
    lambda x: sum(x[k] ** 2 for k in FRAME.reset_index().groupby("g").indices["u"]),
    lambda x: FRAME.loc["j", "a"] * x[1] ** 2 + S.iloc[2] * x[2] ** 2,
    lambda x: np.linalg.norm(x - S) + np.interp(x, [-3.0, 0.0, 3.0], S).sum(),
    lambda x: x[0] ** 2 if isinstance(x, pd.Series) or hasattr(x, "iloc") else x[1] ** 2,
    added_in_place,
    written,
    new_column,
    lambda x: (pd.Series(x) * 2.0).sum() * pd.Series(x).max(),
    lambda x: (pd.Series(x, index=list("ijk")) * S).sum() ** 2,
    lambda x: pd.DataFrame({"a": x, "b": x**2}).eval("a * b").sum(),
    lambda x: pd.Series(x).diff().dropna().pow(2).sum(),
    lambda x: np.exp(0.1 * pd.Series(data=x)).sum() + pd.Series(x)[pd.Series(x) > 0].sum() ** 2,
    lambda x: pd.Series(x).mean() ** 2 + pd.Series(x).var() + (S * x).std(ddof=0),
    lambda x: pd.Series(x**3).median() + pd.Series(x).groupby([0, 0, 1]).sum().pow(2).sum(),
    lambda x: (DA * x**2).sum() + (x * DA).sum(),
    lambda x: np.sin(DA * x).sum() * np.dot(DA, x),
    lambda x: float(DA.sel(t=20)) * x[0] ** 2 + DA[1] * x[1] ** 2,
    lambda x: (DS.q * x).sum() + (DS["r"].values * x**2).sum(),
    lambda x: (xr.DataArray(x, dims="t") ** 2).sum(),
    lambda x: np.ma.masked_where(x > 1.0, x**2).sum(),
    lambda x: (MASKED + x).sum() ** 2,
]


def slopes(fun: Callable[[Any], float], x: Any) -> Any:
    steps = 1e-6 * np.eye(len(x))
    return np.array([(float(fun(x + h)) - float(fun(x - h))) / 2e-6 for h in steps])


@pytest.mark.parametrize("fun", DATA)
def test_labeled_data_computes_as_on_numbers(fun: Callable[[Any], Any]) -> None:
    problem = asdopt.Problem(fun, x0=X0)
    for x in (X0, OTHER):
        assert problem.objective(x) == pytest.approx(float(fun(x)), rel=1e-12)
        np.testing.assert_allclose(problem.gradient(x), slopes(fun, x), atol=1e-6)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: pd.Series(x**2),
        lambda x: S * x,
        lambda x: [S * x, S],
        lambda x: AB.mul(x, axis=0),
        lambda x: DA * x,
        lambda x: xr.DataArray(x**2),
        lambda x: [(DA * x).sum(), x[0]],
        lambda x: S,
    ],
)
def test_labeled_results_are_rows(fun: Callable[[Any], Any]) -> None:
    problem = asdopt.Problem(None, fun, x0=X0, cl=0.0, cu=1.0)

    def rows(x: Any) -> Any:
        result = fun(x)
        parts = result if isinstance(result, list) else [result]
        return np.concatenate([np.ravel(part) for part in parts])

    for x in (X0, OTHER):
        np.testing.assert_allclose(problem.constraints(x), rows(x), rtol=1e-12)
        for i, row in enumerate(problem.jacobian(x).toarray()):
            np.testing.assert_allclose(row, slopes(lambda y, i=i: rows(y)[i], x), atol=1e-6)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: pd.Series(x).rolling(2, center=True).mean().sum(),
        lambda x: FRAME.assign(z=x).groupby("g")["z"].std().sum(),
        lambda x: (x * MASKED).sum(),
        lambda x: np.stack([MASKED, x]).sum(),
    ],
)
def test_what_cannot_be_followed_is_refused(fun: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.AsdoptError, match=r"test_labeled\.py"):
        asdopt.Problem(fun, x0=X0)


@pytest.mark.parametrize("x0", [S, DA, S.reset_index(drop=True), {"u": S}])
def test_one_dimensional_labeled_points_are_arrays(x0: Any) -> None:
    def fun(x: Any) -> Any:
        return ((x["u"] if isinstance(x, dict) else x) ** 2 * np.arange(1.0, 4.0)).sum()

    problem = asdopt.Problem(fun, x0=x0)
    assert problem.objective(x0) == 1.0 + 8.0 + 27.0
    assert problem.gradient(x0).tolist() == [2.0, 8.0, 18.0]


@pytest.mark.parametrize(
    "x0", [FRAME, AB, S.set_axis([2, 1, 0]), FRAME["g"], MASKED, np.ma.array([1.0, 2.0])]
)
def test_points_whose_labels_would_be_lost_are_refused(x0: Any) -> None:
    """x[0] is the last entry of a series with the labels 2, 1, 0."""
    with pytest.raises(asdopt.AsdoptError, match=f"x0 of type {type(x0).__name__}"):
        asdopt.Problem(lambda x: (x**2).sum(), x0=x0)
    with pytest.raises(asdopt.AsdoptError, match="parameters"):
        asdopt.Problem(lambda x, p: (x**2 * p).sum(), x0=X0, parameters=x0)


def test_masked_numbers_are_refused_everywhere() -> None:
    problem = asdopt.Problem(lambda x: (x**2).sum(), x0=X0)
    for call in (problem.objective, problem.gradient, problem.hessian):
        with pytest.raises(asdopt.AsdoptError, match="mask"):
            call(MASKED)
    with pytest.raises(asdopt.AsdoptError, match="mask"):
        asdopt.Problem(lambda x: (x["u"] ** 2).sum(), x0={"u": X0}, bounds={"u": (MASKED, 5.0)})
    with pytest.raises(asdopt.AsdoptError, match="mask"):
        asdopt.Problem(lambda x: (x**2).sum(), lambda x: x, x0=X0, cl=MASKED, cu=5.0).solve()


def test_series_are_bounds_and_parameters() -> None:
    problem = asdopt.Problem(
        lambda x, p: (p * x**2).sum(),
        lambda x, p: x,
        x0=X0,
        bounds=scipy.optimize.Bounds(S, S + 1.0),
        parameters=S,
        cl=S + 0.25,
        cu=S + 1.0,
    )
    np.testing.assert_allclose(problem.solve().x, S + 0.25, atol=1e-6)
