"""Arguments that are not there: what users of other systems try is answered with what to write."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import asdopt
from asdopt import Constraint, InputError, Problem, minimize
from asdopt._keyword_hints import CONSTRAINT, MINIMIZE, PROBLEM, SOLVE


def square(x: Any) -> Any:
    """Sum of squares."""
    return (x**2).sum()


def solve(**given: Any) -> Any:
    """Solve a small problem."""
    return Problem(square, x0=[1.0]).solve(**given)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Problem(square, x0=[1.0], sense="max"), "sense='max'.*return the negative"),
        (lambda: Problem(square, x0=[1.0], args=(2,)), r"write parameters=\(2,\)"),
        (lambda: Problem(square, x0=[1.0], constraint=square), "did you mean constraints="),
        (lambda: Problem(square, x0=[1.0], jac=square), "derivatives are exact"),
        (lambda: Problem(square, x0=[1.0], tol=1e-3), r'solve\(options={"tol": 0.001}\)'),
        (lambda: Problem(square, x0=[1.0], color=3), "it has objective, constraints, x0"),
        (lambda: Problem(square, [1.0]), "'x0'.*write Problem"),
        (lambda: Problem(square, None, [1.0]), "too many positional.*write Problem"),
        (lambda: solve(tol=1e-8, mu_init=1), r"write options={'tol': 1e-08, 'mu_init': 1}"),
        (lambda: solve(maxiter=3), '"max_iter": 3'),
        (lambda: solve(method="slsqp"), "write solver='slsqp'"),
        (lambda: solve(callbak=print), "did you mean callback="),
        (lambda: solve(bounds=[(0, 1)]), "give it to Problem"),
        (lambda: Constraint(square, lower=1), "write lb=1"),
        (lambda: Constraint(square, eq=3), "it has fun, lb, ub, name, labels"),
        (lambda: Constraint(), r"write Constraint\(fun, lb, ub"),
        (lambda: minimize(square, [1.0], maxiter=3), "write options={'maxiter': 3}"),
        (lambda: minimize(square, [1.0], solver="ipopt"), "write method='ipopt'"),
    ],
)
def test_a_wrong_argument_is_answered(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


@pytest.mark.parametrize(
    ("hints", "function"),
    [(PROBLEM, Problem), (SOLVE, Problem.solve), (CONSTRAINT, Constraint), (MINIMIZE, minimize)],
)
def test_hints_are_for_words_that_are_not_there(hints: dict[str, str], function: Any) -> None:
    """And what they tell to write is there."""
    known = set(inspect.signature(function).parameters)
    assert not known & set(hints)
    for hint in hints.values():
        written = re.match(r"write (\w+)=", hint)
        assert written is None or written[1] in known


def test_signatures_and_names_stay() -> None:
    assert list(inspect.signature(Problem).parameters)[:2] == ["objective", "constraints"]
    assert Problem.solve.__name__ == "solve"
    assert asdopt.minimize.__doc__ is not None


def test_a_type_error_of_the_user_stays() -> None:
    """Only the call itself is explained."""

    def broken(x: Any) -> Any:
        return len(3)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match=r"has no len\(\)") as raised:
        Problem(broken, x0=[1.0])
    assert not isinstance(raised.value, InputError)
