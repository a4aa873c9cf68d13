"""Options of Ipopt: are values brought to its types, and misspellings met with help?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asdopt import InputError
from asdopt.adapters._ipopt_options import coerce_option, refused_option, unknown_option


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("tol", 1, 1.0),
        ("tol", np.float32(0.5), 0.5),
        ("tol", "1e-3", 1e-3),
        ("tol", np.array(2), 2.0),
        ("max_iter", 10.0, 10),
        ("max_iter", np.int32(3), 3),
        ("max_iter", "7", 7),
        ("sb", True, "yes"),
        ("sb", np.bool_(False), "no"),
        ("linear_solver", b"mumps", "mumps"),
    ],
)
def test_values_are_brought_to_the_type_of_the_option(name: str, given: Any, expected: Any) -> None:
    (value,) = coerce_option(name, given)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("name", "given"),
    [("max_iter", 2.5), ("max_iter", True), ("tol", True), ("tol", [1, 2]), ("tol", None)],
)
def test_values_without_a_meaning_are_refused(name: str, given: Any) -> None:
    with pytest.raises(InputError, match=name):
        coerce_option(name, given)


def test_names_must_be_strings() -> None:
    with pytest.raises(InputError, match="3"):
        coerce_option(3, 1)  # type: ignore[arg-type]


def test_options_of_other_builds_are_offered_in_every_reading() -> None:
    assert coerce_option("wsmp_iterative_droptol", 1) == [1, 1.0, "1"]


def test_messages_name_the_nearest_option() -> None:
    assert "'max_iter'" in str(unknown_option("max_iters"))
    assert "did you mean" in str(unknown_option("warm_start"))
    assert "manual" in str(unknown_option("qqq"))
    assert "refused by Ipopt 3" in str(refused_option("tol", -1.0, "Ipopt 3"))
