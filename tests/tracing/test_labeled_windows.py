"""Moments, windows and groups of pandas over traced values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from whole_functions import check_function

import asdopt

pd = pytest.importorskip("pandas")

X = np.array([0.7, 1.3, 0.4, 0.9, 1.7, 0.53])
C = np.array([0.31, 1.27, 0.83, 2.1, 0.57, 1.9])
G = [0, 1, 0, 1, 1, 0]
WINDOWS = ("sum", "mean", "median", "max", "min", "var", "std")
MOMENTS = ("mean", "median", "var", "std", "sem")


def series(x: Any) -> Any:
    return pd.Series(x, index=list("abcdef"))


def frame(x: Any) -> Any:
    return pd.DataFrame({"a": x[:3], "b": x[3:]})


def plain(made: Any) -> Any:
    return made.dropna().to_numpy()


KNOWN: dict[str, Callable[[Any], Any]] = {
    "rolling": lambda x: [plain(getattr(series(x).rolling(3), name)()) for name in WINDOWS],
    "expanding": lambda x: [plain(getattr(series(x).expanding(2), name)()) for name in WINDOWS],
    "options of windows": lambda x: [
        plain(series(x).rolling(3, min_periods=1).mean()),
        plain(series(x).rolling(3).std(ddof=0)),
        series(x).rolling(2).sum()["c"],
        series(x).rolling(3).sum().fillna(0.0).sum(),
    ],
    "weighted": lambda x: [
        plain(series(x).ewm(alpha=0.3).mean()),
        plain(series(x).ewm(span=3, adjust=False).mean()),
        plain(series(x).ewm(halflife=2, min_periods=2).mean()),
    ],
    "frames": lambda x: [
        getattr(frame(x), name)(axis=axis).to_numpy() for name in MOMENTS for axis in (0, 1)
    ],
    "options of frames": lambda x: [
        frame(x).std(ddof=0)["b"],
        pd.DataFrame({"a": x[:3], "c": [1, 2, 3]}).mean().to_numpy(),
        frame(x).cov().to_numpy(),
        frame(x).corr().loc["a", "b"],
    ],
    "series": lambda x: [
        *(getattr(series(x), name)() for name in (*MOMENTS, "skew", "kurt", "autocorr")),
        series(x).cov(series(C)),
        series(x).corr(series(x**2)),
        series(x).autocorr(2),
    ],
    "groups": lambda x: [
        pd.Series(x).groupby(G).mean().to_numpy(),
        pd.DataFrame({"g": G, "v": x, "w": x**2}).groupby("g").mean().to_numpy(),
        pd.DataFrame({"g": G, "v": x}).groupby("g")["v"].mean()[1],
    ],
    "of constants": lambda x: pd.Series(C).rolling(3).mean().sum() * x,
}


@pytest.mark.parametrize("name", KNOWN)
def test_statistics_agree_with_pandas(name: str) -> None:
    check_function(KNOWN[name], X, step=1e-4)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: plain(series(x).rolling(3, center=True).mean()),
        lambda x: pd.Series([x[0], np.nan, x[1]]).mean(),
        lambda x: series(x).cov(pd.Series(C)),
    ],
)
def test_other_options_and_missing_values_are_refused(fun: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.AsdoptError):
        asdopt.jacobian(fun, X)


def grouped(x: Any) -> Any:
    return pd.DataFrame({"g": G, "v": x}).groupby("g")


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: plain(grouped(x)["v"].rolling(2).mean()),
        lambda x: plain(grouped(x)["v"].expanding().sum()),
        lambda x: plain(grouped(x)["v"].ewm(com=1.0).mean()),
        lambda x: pd.DataFrame({"g": G, "v": x}).groupby("g", as_index=False).mean().to_numpy(),
        lambda x: series(x).cov(series(np.append(C[1:], np.nan))),
        lambda x: pd.DataFrame({"a": x[:3], "b": list("xyz")}).mean(numeric_only=True).to_numpy(),
        lambda x: pd.DataFrame({"a": x[:3], "b": C[:3]}).sum(numeric_only=True).to_numpy(),
        lambda x: grouped(x).sum(numeric_only=True).to_numpy(),
        lambda x: pd.DataFrame({"a": x[:3], "b": C[:3]}).select_dtypes("number").to_numpy(),
        lambda x: pd.DataFrame({"a": x[:3], "b": C[:3]}).describe().to_numpy(),
    ],
)
def test_windows_of_groups_and_missing_values_are_no_plain_ones(fun: Callable[[Any], Any]) -> None:
    fun(X)
    with pytest.raises((asdopt.TracingError, asdopt.UnsupportedOperationError)):
        asdopt.jacobian(fun, X)


def test_moments_of_too_few_values_are_missing() -> None:
    def fun(x: Any) -> Any:
        found = [series(x)[:2].skew(), series(x)[:3].kurt(), series(x)[:3].skew()]
        return [x[0] if isinstance(v, float) and np.isnan(v) else v for v in found]

    check_function(fun, X)


def test_deviations_of_one_value_are_missing() -> None:
    check_function(lambda x: series(x).expanding().std().fillna(x[0]), X)
