"""Statistics of pandas that it computes from true floats only: moments, windows, groups.

Enters: a series or frame of traced values, or a window over one, and the options of the method.
Leaves: what pandas returns, with the labels it would have. With options or missing values that are
not known here pandas' own method runs, which refuses traced values.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import HOOK, holds_traced, know
from asdopt.tracing._labeled import refuse_dropped
from asdopt.tracing._lift import constants_only
from asdopt.tracing._standins_arrays import lifted

__all__: list[str] = []


def _pandas() -> Any:
    return sys.modules["pandas"]


def _is_traced(data: Any) -> bool:
    """Tell whether a series or frame holds traced values and no missing ones."""
    dtypes = [data.dtype] if data.ndim == 1 else list(data.dtypes)
    if not any(kind.kind == "O" for kind in dtypes):
        return False
    flat = data.to_numpy(dtype=object).ravel()
    return holds_traced(flat) and all(map(_is_number, flat))


def _is_number(value: Any) -> bool:
    """Tell whether a value depends on variables, or is a number that is not missing."""
    if hasattr(value, "tape"):
        value = constants_only(value)
        if value is None:
            return True
    return isinstance(value, (int, float, np.number)) and not np.isnan(value)


def _values(data: Any) -> Any:
    return lifted(data.to_numpy(dtype=object))


def _objects(values: Any) -> Any:
    return np.asarray(values, dtype=object)


def _method(
    owner: Any, name: str, options: set[str], function: Callable[..., Any], data: str = ""
) -> None:
    """Know a method of a class: ``function(self, *args, **options)`` where that is traced."""
    original = getattr(owner, name, None)
    if original is None:
        return

    def call(self: Any, *args: Any, **given: Any) -> Any:
        of = getattr(self, data) if data else self
        refuse_dropped(self, name, given)
        if not given.keys() <= options or not _is_traced(of):
            return original(self, *args, **given)
        made = function(self, *args, **given)
        return original(self, *args, **given) if made is None else made

    know(original, call)


# ------------------------------------------------------------------------------------ frames
def _of_frame(function: Callable[..., Any]) -> Callable[..., Any]:
    def reduce(frame: Any, axis: Any = 0, **options: Any) -> Any:
        if axis not in (0, 1, "index", "rows", "columns"):
            return None
        along = 1 if axis in (1, "columns") else 0
        found = function(_values(frame), axis=along, **options)
        labels = frame.index if along else frame.columns
        return _pandas().Series(_objects(found), index=labels)

    return reduce


def _table(function: Callable[..., Any]) -> Callable[..., Any]:
    def pairs(frame: Any, **options: Any) -> Any:
        found = _objects(function(_values(frame), rowvar=False, **options))
        size = len(frame.columns)
        return _pandas().DataFrame(
            found.reshape(size, size), index=frame.columns, columns=frame.columns
        )

    return pairs


# ------------------------------------------------------------------------------------ series
def _of_series(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda series, *args, **options: None if args else function(_values(series), **options)


def _paired(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def pair(series: Any, other: Any, **options: Any) -> Any:
        if not series.index.equals(other.index) or not all(
            map(_is_number, other.to_numpy(dtype=object))
        ):
            return None
        return function(_values(series), lifted(other.to_numpy()), **options)

    return pair


def _autocorr(series: Any, lag: int = 1) -> Any:
    values = _values(series)
    return np.corrcoef(values[lag:], values[: len(values) - lag])[0, 1] if lag > 0 else None


def _skew(values: Any) -> Any:
    import scipy.stats

    return HOOK[scipy.stats.skew](values, bias=False) if len(values) > 2 else np.nan


def _kurt(values: Any) -> Any:
    import scipy.stats

    return HOOK[scipy.stats.kurtosis](values, bias=False) if len(values) > 3 else np.nan


# ------------------------------------------------------------------------------------ windows
def _over_windows(function: Callable[..., Any], ddof: int = 0) -> Callable[..., Any]:
    def roll(window: Any, **options: Any) -> Any:
        length: Any = getattr(window, "window", None)
        fixed = [getattr(window, k, None) for k in ("center", "closed", "step", "win_type", "on")]
        is_expanding = type(window).__name__ == "Expanding"
        fixed.append(not is_expanding and type(window).__name__ != "Rolling")  # of groups
        if (
            any(fixed)
            or window.obj.ndim != 1
            or not (is_expanding or (isinstance(length, int) and length > 0))
        ):
            return None
        values = _values(window.obj)
        least = window.min_periods
        least = (1 if is_expanding else length) if least is None else least
        results: list[Any] = []
        for end in range(1, len(values) + 1):
            part = values[0 if length is None else max(0, end - length) : end]
            few = len(part) < max(least, 1) or len(part) <= options.get("ddof", ddof)
            results.append(np.nan if few else function(part, **options))
        return _pandas().Series(results, index=window.obj.index, name=window.obj.name, dtype=object)

    return roll


def _weighted_mean(window: Any) -> Any:
    is_plain = type(window).__name__ == "ExponentialMovingWindow"  # and not of groups
    if not is_plain or window.obj.ndim != 1 or window.ignore_na or window.times is not None:
        return None
    keep = 1.0 - 1.0 / (1.0 + window._com)
    values = _values(window.obj)
    results: list[Any] = []
    for k in range(len(values)):
        if window.adjust:
            weights = keep ** np.arange(k, -1, -1)
            mean = (values[: k + 1] @ weights) / weights.sum()
        else:
            mean = keep * results[-1] + (1.0 - keep) * values[k] if k else values[0]
        results.append(mean)
    least = max(window.min_periods or 0, 1)
    shown = [np.nan] * min(least - 1, len(results)) + results[least - 1 :]
    return _pandas().Series(shown, index=window.obj.index, name=window.obj.name, dtype=object)


def _group_mean(groups: Any) -> Any:
    return groups.sum() / groups.count() if groups.as_index else None  # else keys are columns


def _know_all() -> None:
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return
    frame: Any = pandas.DataFrame
    series: Any = pandas.Series
    moments: dict[str, Callable[..., Any]] = {
        "mean": np.mean,
        "median": np.median,
        "var": lambda v, axis=None, ddof=1: np.var(v, axis=axis, ddof=ddof),
        "std": lambda v, axis=None, ddof=1: np.std(v, axis=axis, ddof=ddof),
        "sem": lambda v, axis=None, ddof=1: (
            np.std(v, axis=axis, ddof=ddof) / np.sqrt(np.shape(v)[axis or 0])
        ),
    }
    for name, function in moments.items():
        options = {"axis", "ddof"} if name in {"var", "std", "sem"} else {"axis"}
        _method(frame, name, options, _of_frame(function))
    for name, function in moments.items():
        options = {"ddof"} if name in {"var", "std", "sem"} else set()
        _method(series, name, options, _of_series(function))
    _method(series, "skew", set(), lambda s: _skew(_values(s)))
    _method(series, "kurt", set(), lambda s: _kurt(_values(s)))
    _method(series, "autocorr", {"lag"}, _autocorr)
    _method(series, "cov", set(), _paired(lambda a, b: np.cov(a, b)[0, 1]))
    _method(series, "corr", set(), _paired(lambda a, b: np.corrcoef(a, b)[0, 1]))
    _method(frame, "cov", {"ddof"}, _table(np.cov))
    _method(frame, "corr", set(), _table(np.corrcoef))
    windows: Any = sys.modules["pandas.core.window"]
    sums: dict[str, Callable[..., Any]] = {
        "sum": np.sum,
        "mean": np.mean,
        "median": np.median,
        "max": np.max,
        "min": np.min,
        "var": lambda v, ddof=1: np.var(v, ddof=ddof),
        "std": lambda v, ddof=1: np.std(v, ddof=ddof),
    }
    for kind in (windows.Rolling, windows.Expanding):
        for name, function in sums.items():
            options = {"ddof"} if name in {"var", "std"} else set()
            ddof = 1 if options else 0
            _method(kind, name, options, _over_windows(function, ddof), "obj")
    _method(windows.ExponentialMovingWindow, "mean", set(), _weighted_mean, "obj")
    groups: Any = sys.modules["pandas.core.groupby"]
    for kind in (groups.SeriesGroupBy, groups.DataFrameGroupBy):
        _method(kind, "mean", set(), _group_mean, "_selected_obj")


_know_all()
