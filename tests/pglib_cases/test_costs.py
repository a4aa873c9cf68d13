"""Are costs of any length brought to a quadratic, and others refused?"""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from pglib_cases import CaseError


def test_lengths_zero_to_four_are_padded_and_trimmed(tables) -> None:
    tables.gen += [[20, 0, 0, 1, -1, 1, 100, 1, 2, 0] for _ in range(3)]
    tables.gencost = [
        [2, 0, 0, 0, 9, 9, 9, 9],
        [2, 0, 0, 1, 7, 9, 9, 9],
        [2, 0, 0, 2, 3, 7, 9, 9],
        [2, 0, 0, 3, 0.5, 3, 7, 9],
        [2, 0, 0, 4, 0, 0.5, 3, 7],
    ]
    case = tables.load()
    assert_allclose(case.c2, [0, 0, 0, 5000, 5000])
    assert_allclose(case.c1, [0, 0, 300, 300, 300])
    assert_allclose(case.c0, [0, 7, 7, 7, 7])


def test_reactive_costs_of_zero_do_no_harm(tables) -> None:
    tables.gencost += [[2, 0, 0, 3, 0, 0, 0], [2, 0, 0, 3, 0, 0, 0]]
    assert_allclose(tables.load().c1, [1200, 1500])


@pytest.mark.parametrize(
    ("gencost", "message"),
    [
        (
            [[2, 0, 0, 3, 0, 1, 0, 0], [1, 0, 0, 2, 0, 0, 10, 50]],
            r"line 20: gencost row 2: the generator has piecewise linear costs \(model 1\)",
        ),
        ([[3, 0, 0, 3, 0, 1, 0], [2, 0, 0, 3, 0, 1, 0]], "gencost row 1: .* has model 3"),
        ([[2, 0, 0, 4, 1e-9, 0, 1, 0]] * 2, "gencost row 1: the cost has a term of degree 3"),
        ([[2, 0, 0, 3, 0, 1]] * 2, "3 cost coefficients are announced and 2 columns follow"),
        ([[2, 0, 0, -1, 0, 1]] * 2, "-1 cost coefficients are announced"),
        ([[2, 0, 0, 3, 0, "Inf", 0]] * 2, "a cost coefficient is not a finite number"),
        ([[2, 0, 0, 3, 0, 1, 0]], "gencost has 1 rows for 2 generators"),
        ([[2, 0, 0, 3, 0, 1, 0]] * 4, "gencost row 3: costs of reactive power"),
    ],
)
def test_what_is_refused(tables, gencost, message) -> None:
    tables.gencost = gencost
    with pytest.raises(CaseError, match=message):
        tables.load()
