"""Are the published results given as printed, and compared to their digits?"""

from __future__ import annotations

import math

import pytest

from pglib_cases import CaseError, baseline
from pglib_cases._baseline import baseline_names


def test_ieee_118_as_printed() -> None:
    published = baseline("case118_ieee")
    assert published.name == "118_ieee"
    assert (published.nodes, published.edges) == (118, 186)
    assert published.ac_objective == 97214.0
    assert (published.printed, published.digits) == ("9.7214e+04", 5)
    assert published.dc_objective == 93101.0
    assert (published.qc_gap, published.soc_gap) == (0.79, 0.91)


def test_all_66_cases_in_three_variants() -> None:
    names = baseline_names()
    assert len(names) == len(set(names)) == 198
    assert sum(name.endswith("__api") for name in names) == 66
    assert all(baseline(name).digits == 5 for name in names)


def test_infeasible_dc_approximation_is_infinite() -> None:
    assert math.isinf(baseline("3_lmbd__sad").dc_objective) or any(
        math.isinf(baseline(name).dc_objective) for name in baseline_names()
    )


@pytest.mark.parametrize(
    ("objective", "expected"),
    [(97213.61, True), (97214.4, True), (97214.7, False), (97213.3, False), (97300.0, False)],
)
def test_agreement_to_the_printed_digits(objective: float, expected: bool) -> None:
    assert baseline("118_ieee").matches(objective) is expected


def test_small_objectives_have_small_digits() -> None:
    assert baseline("197_snem").matches(1.501655)
    assert not baseline("197_snem").matches(1.5019)


def test_relative_gap() -> None:
    assert baseline("118_ieee").relative_gap(97214.0 * 1.01) == pytest.approx(0.01)


def test_unknown_name() -> None:
    with pytest.raises(CaseError, match=r"baseline was asked for '118_iee'.*'118_ieee'"):
        baseline("118_iee")
