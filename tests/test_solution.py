"""What a user reads of a solution: short, in the user's names, and nothing that is no news."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from asdopt import Constraint, Problem

pytest.importorskip("cyipopt")


class Design(NamedTuple):
    width: Any
    heights: Any


def solved() -> Any:
    problem = Problem(
        lambda d: (d.width - 1 / 3) ** 2 + np.sum(d.heights**2),
        Constraint(lambda d: np.sum(d.heights), 30.0, name="<sum>"),
        x0=Design(0.0, np.ones(30)),
    )
    return problem.solve()


def test_an_optimum_is_said_in_a_few_lines() -> None:
    text = str(solved())
    assert "optimal - A local optimum" in text
    assert "width: 0.333333, heights: [1 1 ... 1 1]" in text
    assert "multipliers: <sum> 2 (largest of each)" in text
    assert "ipopt, Ipopt 3." in text
    assert "solver says" not in text
    assert "violations" not in text
    assert max(map(len, text.splitlines())) < 120


def test_html_has_the_same_rows_escaped() -> None:
    solution = solved()
    html = solution._repr_html_()
    assert "&lt;sum&gt; 2" in html
    assert html.count("<tr>") == len(str(solution).splitlines())


def test_a_failure_says_what_is_violated_and_the_solvers_words() -> None:
    problem = Problem(
        lambda x: x[0], Constraint(lambda x: [x[0] ** 2, -x[0]], ub=-1.0, name="c"), x0=[1.0]
    )
    text = str(problem.solve())
    assert "violations: c" in text
    assert "solver says: " in text


def test_slopes_that_ipopt_scaled_away_are_told() -> None:
    # CLIFF of CUTEst: a slope of 1e10 at the start, and 3 % above the optimum where Ipopt stops.
    problem = Problem(
        lambda x: ((x[0] - 3) / 100) ** 2 - (x[0] - x[1]) + np.exp(20 * (x[0] - x[1])),
        x0=[0.0, -1.0],
    )
    rough = problem.solve()
    assert rough.status == "acceptable"
    assert "nlp_scaling_method" in rough.message
    exact = problem.solve(options={"nlp_scaling_method": "none"})
    assert exact.status == "optimal"
    assert exact.fun == pytest.approx(0.199786613, rel=1e-8)
    # A rough answer that was asked for is no reason to complain.
    assert problem.solve(options={"tol": 0.1}).status == "optimal"
