"""Slips of users: does the message say what was found and what to do, and is it ours?"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
import pglib_cases
from asdopt import Constraint, Problem
from asdopt.cli import main


def cost(x: Any) -> Any:
    return (x[0] - 1.0) ** 2 + x[1] ** 2


def with_row() -> Problem:
    return Problem(cost, Constraint(lambda x: x[0] * x[1], 0.0, name="balance"), x0=[1.0, 2.0])


SLIPS: dict[str, tuple[Callable[[], Any], str]] = {
    "names that are text": (
        lambda: Problem(cost, x0=[0.0, 0.0], names="ab"),  # type: ignore[arg-type]
        "'ab' of type str: give a sequence of 2 names",
    ),
    "names that are a number": (
        lambda: Problem(cost, x0=[0.0, 0.0], names=3),  # type: ignore[arg-type]
        "3 of type int: give a sequence of 2 names",
    ),
    "a function and its bounds as a tuple": (
        lambda: Problem(cost, (lambda x: x[0], 0.0, 1.0), x0=[0.0, 0.0]),
        r"constraints\[1\] is 0.0 of type float, which is no constraint",
    ),
    "a misspelled key of a constraint dict": (
        lambda: Problem(cost, [{"type": "eq", "func": cost}], x0=[0.0, 0.0]),
        r"constraints\[0\] is a dict with the keys 'type', 'func'",
    ),
    "a callback without an argument": (
        lambda: with_row().solve(callback=lambda: None),  # type: ignore[misc, arg-type]
        r"cannot be called with one argument; it is called as callback\(info\)",
    ),
    "values written into a list": (
        lambda: with_row().jacobian_values([1.0, 2.0], out=[0.0, 0.0]),  # type: ignore[arg-type]
        "out is of type list; .* array of float64",
    ),
    "values written into float32": (
        lambda: with_row().hessian_values(
            [1.0, 2.0],
            out=np.empty(3, dtype=np.float32),  # type: ignore[arg-type]
        ),
        "out is of type ndarray of float32",
    ),
    "values written with gaps": (
        lambda: with_row().jacobian_values([1.0, 2.0], out=np.empty(4)[::2]),
        "contiguous, writeable",
    ),
    "a row between two rows": (
        lambda: with_row().explain(0.5, 0),  # type: ignore[arg-type]
        "constraint row 0.5 of type float .* a name or an integer",
    ),
    "a row too many": (
        lambda: with_row().explain(1, 0),
        "constraint row 1 .* there are 1: they are counted from 0",
    ),
    "minimize without args": (
        lambda: asdopt.minimize(lambda x, a: a * x[0] ** 2, [1.0, 1.0]),
        r"cannot be called with x alone; .* give args=\(...\)",
    ),
    "minimize with args too many": (
        lambda: asdopt.minimize(cost, [1.0, 1.0], args=(1.0,)),
        "cannot be called with x and 1 value of args",
    ),
    "a Jacobian without return": (
        lambda: asdopt.jacobian(lambda x: None, [1.0]),
        "returned nothing .None., .* add the missing return",
    ),
    "differences without return": (
        lambda: asdopt.jacobian(lambda x: None, [1.0], backend="finite_differences"),
        "returned nothing .None.",
    ),
    "a Hessian of two arguments": (
        lambda: asdopt.hessian(lambda x, y: x[0] * y, [1.0]),
        r"cannot be called with 1 argument; it is called as fun\(x\): give args=",
    ),
    "a buffer for a function without one": (
        lambda: asdopt.jacobian(lambda x: x, [1.0], inplace=1),
        r"cannot be called with 2 arguments; it is called as fun\(out, x\)",
    ),
    "an external number": (
        lambda: asdopt.external(3),  # type: ignore[arg-type]
        "needs a function, got int: pass the function itself",
    ),
    "a case in place of a network": (
        lambda: pglib_cases.acopf("3_lmbd"),  # type: ignore[arg-type]
        r"'3_lmbd' of type str; .* load it first",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_with_its_remedy(slip: str) -> None:
    call, message = SLIPS[slip]
    with pytest.raises((asdopt.InputError, pglib_cases.CaseError), match=message):
        call()


@pytest.mark.parametrize(
    ("module", "function"),
    [("ipopt_problem", "as_cyipopt"), ("nl_file", "write"), ("casadi_nlp", "NlpSolver")],
)
def test_an_adapter_is_given_a_function(module: str, function: str, tmp_path: Any) -> None:
    adapter = getattr(importlib.import_module(f"asdopt.adapters.{module}"), function)
    more = (tmp_path / "model",) if function == "write" else ()
    with pytest.raises(asdopt.InputError, match=r"of type function; it needs a problem"):
        adapter(cost, *more)


def test_a_key_that_is_not_there_is_told_beside_those_that_are() -> None:
    with pytest.raises(KeyError) as caught:
        Problem(lambda x: x["volt"], x0={"voltage": 1.0, "angle": 0.0})
    assert "its keys are 'voltage', 'angle'" in caught.value.__notes__[0]


def test_a_wrapper_is_called_as_it_is_and_not_as_what_it_wraps() -> None:
    def scaled(x: Any, factor: float) -> Any:
        return factor * x[0] ** 2

    @functools.wraps(scaled)
    def doubled(x: Any) -> Any:
        return scaled(x, 2.0)

    assert Problem(doubled, x0=[3.0]).gradient([3.0]) == 12.0
    assert asdopt.jacobian(doubled, [3.0]).toarray() == 12.0


@pytest.mark.parametrize(
    ("backend", "module"), [("jax", "jax.numpy"), ("autograd", "autograd.numpy")]
)
def test_plain_math_under_another_system_is_told(backend: str, module: str) -> None:
    import math

    with pytest.raises(TypeError) as caught:
        asdopt.jacobian(lambda x: [math.sin(x[0])], [1.0], backend=backend)
    notes = "\n".join(caught.value.__notes__)
    assert f"functions are written with {module}; without backend= plain Python is traced" in notes


@pytest.mark.parametrize("symbols", ["SX", "MX"])
def test_a_symbol_of_casadi_is_not_lost_as_a_float(symbols: Any) -> None:
    import math

    def stored(x: Any) -> Any:
        out = np.zeros(2)
        out[0] = x[0]
        return out

    for fun in (lambda x: [x[1] * math.sin(x[0])], stored):
        with pytest.raises((asdopt.InputError, RuntimeError, ValueError)):
            asdopt.jacobian(fun, [1.0, 2.0], backend=asdopt.backends.Casadi(symbols))


def test_rows_keep_their_labels_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["acopf", "3_lmbd", "--max-iter", "2"])
    assert "active power balance[bus" in capsys.readouterr().out
