"""The census over NumPy and scipy.special: supported and checked, or refused; never wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy_cases
import pytest
import scipy.special
from modules import load
from numpy.testing import overrides

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt._ops import OPERATORS, Operator
from asdopt.tracing._array import TracedArray
from asdopt.tracing._functions import dispatch
from asdopt.tracing._special_functions import scipy_function
from asdopt.tracing._tape import Tape

CASES = numpy_cases.CASES

Check = Callable[..., None]
EACH_CASE = [(name, k) for name, cases in CASES.items() for k in range(len(cases))]


# NumPy 2.5 advises against np.fix, which must be followed as long as it is there.
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "k"), EACH_CASE, ids=[f"{n}-{k}" for n, k in EACH_CASE])
def test_supported_functions_agree_with_numpy(name: str, k: int, check: Check) -> None:
    case = CASES[name][k]
    check(
        case.call,
        *case.arrays,
        rtol=case.rtol,
        derivatives=case.smooth,
        without_point=not case.point,
    )


POINT = [(name, k) for name, k in EACH_CASE if CASES[name][k].point]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "k"), POINT, ids=[f"{n}-{k}" for n, k in POINT])
def test_what_branches_on_values_is_refused_without_them(
    name: str, k: int, traced: Callable[..., Any]
) -> None:
    case = CASES[name][k]
    with pytest.raises(TracingError, match="give x0"):
        case.call(traced(*case.arrays, primal=False))


def function_names() -> dict[str, Any]:
    found = {}
    for function in overrides.get_overridable_numpy_array_functions():
        module = function.__module__.removeprefix("numpy").removeprefix(".")
        found[f"{module}.{function.__name__}".removeprefix(".")] = function
    return found


FUNCTIONS = function_names()
REFUSED = sorted(set(FUNCTIONS) - set(CASES))


@pytest.mark.parametrize("name", REFUSED)
def test_every_other_function_is_refused(name: str) -> None:
    tape = Tape(1, [1.0], primal=True)
    x = TracedArray(tape, np.zeros(1, np.int32))
    with pytest.raises(UnsupportedOperationError, match=FUNCTIONS[name].__name__):
        dispatch(tape, FUNCTIONS[name], (TracedArray,), (x,), {})
    assert tape.refusal is not None


def test_the_census_knows_no_other_names() -> None:
    ufuncs = {u.__name__ for u in overrides.get_overridable_numpy_ufuncs()}
    assert not set(CASES) - set(FUNCTIONS) - ufuncs


ROWS = [(row, name) for row in OPERATORS for name in row.numpy + row.special]


def arguments(row: Operator) -> list[Any]:
    rng = np.random.default_rng(len(row.name))
    return [rng.uniform(low, high, (2, 3)) for low, high in row.domain[: row.arity]]


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("row", "name"), ROWS, ids=[n for _, n in ROWS])
def test_ufuncs_of_the_operator_table(row: Operator, name: str, check: Check) -> None:
    ufunc = getattr(np, name, None) if name in row.numpy else getattr(scipy.special, name)
    arrays = arguments(row)
    step = 1e-3 if any(row.first) else 1e-6
    check(lambda *xs: ufunc(*xs), *arrays, rtol=1e-12, step=step)
    check(lambda *xs: ufunc(*xs), *[a[0, 0] for a in arrays], rtol=1e-12, step=step)
    if row.arity == 2:
        check(lambda x: ufunc(x, arrays[1]), arrays[0], rtol=1e-12, step=step)
        check(lambda x: ufunc(arrays[0], x), arrays[1], rtol=1e-12, step=step)
        check(lambda x: ufunc.outer(arrays[0][0], x), arrays[1], rtol=1e-12, step=step)


OF_SCIPY = {
    name: value
    for name in dir(scipy.special)
    if isinstance(value := getattr(scipy.special, name), np.ufunc)
}
OF_NUMPY = {u.__name__: u for u in overrides.get_overridable_numpy_ufuncs()}
KNOWN_SCIPY = {name for row in OPERATORS for name in row.special} | set(numpy_cases.SPECIAL_CASES)
KNOWN_NUMPY = {name for row in OPERATORS for name in row.numpy} | set(CASES) | {"clip"}


@pytest.mark.parametrize("name", sorted(set(OF_SCIPY) - KNOWN_SCIPY))
def test_every_other_ufunc_of_scipy_is_refused(name: str, traced: Callable[..., Any]) -> None:
    x = traced([0.5, 0.7])
    with pytest.raises(UnsupportedOperationError, match=OF_SCIPY[name].__name__):
        OF_SCIPY[name](*[x] * OF_SCIPY[name].nin)
    with pytest.raises(UnsupportedOperationError):
        OF_SCIPY[name](*[x[0]] * OF_SCIPY[name].nin)


@pytest.mark.parametrize("name", sorted(set(OF_NUMPY) - KNOWN_NUMPY))
def test_every_other_ufunc_of_numpy_is_refused(name: str, traced: Callable[..., Any]) -> None:
    x = traced([0.5, 0.7])
    with pytest.raises(UnsupportedOperationError, match=name.strip("_")):
        OF_NUMPY[name](*[x] * OF_NUMPY[name].nin)


SPECIAL = [(n, k) for n, cases in numpy_cases.SPECIAL_CASES.items() for k in range(len(cases))]


@pytest.mark.parametrize(("name", "k"), SPECIAL, ids=[f"{n}-{k}" for n, k in SPECIAL])
def test_composite_functions_of_scipy_special(name: str, k: int, check: Check) -> None:
    case = numpy_cases.SPECIAL_CASES[name][k]
    check(case.call, *case.arrays, rtol=case.rtol)


SPECIAL_FUNCTIONS = [
    (n, k) for n, calls in numpy_cases.SPECIAL_FUNCTIONS.items() for k in range(len(calls))
]


@pytest.mark.parametrize(
    ("name", "k"), SPECIAL_FUNCTIONS, ids=[f"{n}-{k}" for n, k in SPECIAL_FUNCTIONS]
)
def test_functions_of_scipy_that_are_no_ufuncs(name: str, k: int, check: Check) -> None:
    original = getattr(scipy.special, name)
    stand_in = scipy_function(original)
    assert stand_in is not None
    call = numpy_cases.SPECIAL_FUNCTIONS[name][k]
    check(
        lambda x: call(original if type(x) is np.ndarray else stand_in, x),
        numpy_cases.U,
        rtol=1e-12,
        step=1e-4,
    )


def test_other_functions_have_no_stand_in() -> None:
    def logsumexp(a: Any) -> Any:
        return a

    for function in (np.sum, scipy.special.erf, logsumexp, len, None, 3):
        assert scipy_function(function) is None


def test_complex_results_of_emath_are_refused(traced: Callable[..., Any]) -> None:
    for name in ("sqrt", "log"):
        with pytest.raises(UnsupportedOperationError, match="real domain"):
            getattr(np.emath, name)(traced([-1.0]))


def test_the_page_of_the_documentation_shows_the_census() -> None:
    path = Path(__file__).parents[2] / "docs" / "make_numpy_page.py"
    module = load(path)
    text = module.PAGE.read_text()
    if module.versions() not in text:
        pytest.skip(f"the page lists the names of other versions than {module.versions()}")
    assert text == module.page(), "run: python docs/make_numpy_page.py"
