"""Symbolic derivatives of one template."""

from __future__ import annotations

import pytest

from asdopt._ops import CODE
from asdopt.kernels._derivatives import Derivation
from asdopt.kernels._programs import Result, compile_program
from asdopt.kernels._templates import PARAMETER, ROW, SLOT


def hessian_size(num_parameters: int) -> int:
    """Instructions for the Hessian of sin(exp(sin(x)) * exp(sin(y))), parameters in between."""
    last = num_parameters + 1
    code = [SLOT, *[PARAMETER] * num_parameters, SLOT]
    for op, *operands in (
        ("sin", 0),
        ("sin", last),
        ("exp", last + 1),
        ("exp", last + 2),
        ("multiply", last + 3, last + 4),
        ("sin", last + 5),
    ):
        code += [CODE[op], *operands]
    found = Derivation([*code, ROW, 0, 1, last + 6], [1.0])
    results = [Result(ref, key) for key, ref in found.hessian().items()]
    return len(compile_program(found.graph, results, [], []).code)


@pytest.mark.parametrize("num_parameters", [1, 29, 30, 31, 32, 62, 63, 64, 130])
def test_numbers_of_slots_make_no_difference(num_parameters: int) -> None:
    """Which variables meet in an operation is told from one another for any number of slots."""
    assert hessian_size(num_parameters) == hessian_size(0)
