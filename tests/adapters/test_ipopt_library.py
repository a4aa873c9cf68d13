"""Finding libipopt: in wheels, by path, by environment variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from asdopt import InputError
from asdopt.adapters._ipopt_library import ENVIRONMENT_VARIABLE, find_library


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


@pytest.mark.parametrize("wheel", ["casadi", "cyipopt"])
def test_libraries_of_the_wheels_load(wheel: str) -> None:
    pytest.importorskip(wheel)
    found = find_library(wheel)
    assert found is not None
    library, origin = found
    assert origin == wheel
    assert library.version >= (3, 14)


def test_casadi_comes_first_and_the_environment_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("casadi")
    pytest.importorskip("cyipopt")
    best = find_library()
    assert best is not None
    assert best[1] == "casadi"
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "cyipopt")
    other = find_library()
    assert other is not None
    assert other[1] == "cyipopt"


def test_a_path_is_loaded_as_given() -> None:
    pytest.importorskip("casadi")
    found = find_library("casadi")
    assert found is not None
    path = found[0].path
    again = find_library(path)
    assert again is not None
    assert (again[0].path, again[1]) == (path, path)


def test_what_is_no_ipopt_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "libipopt.so"
    text.write_text("not a library")
    with pytest.raises(InputError, match=r"cannot be used.*pip install"):
        find_library(str(text))
    import numpy._core._multiarray_umath as other

    with pytest.raises(InputError, match="lacks a function of the C interface"):
        find_library(other.__file__)
