"""Is the text of a case file cut into statements where MATLAB would cut it?"""

from __future__ import annotations

import pytest

from pglib_cases import CaseError
from pglib_cases._statements import Statement, shorten, statements


def test_assignments_and_other_statements_with_their_lines() -> None:
    text = "function mpc = f\nmpc.a = 1; b = [1\n2]; % c = 3\n\nmpc.a(1) = 2;\nend"
    assert list(statements(text, "f.m")) == [
        Statement("mpc", "a", "1", 2),
        Statement("", "b", "[1\n2]", 2),
        Statement("", "", "mpc.a(1) = 2", 5),
    ]


def test_percent_and_brackets_within_strings() -> None:
    found = list(statements("a = {'50% }'; \"]%\"}; % }\nb = 1 % 'c'\n", "f.m"))
    assert [(s.field, s.text.strip(), s.line) for s in found] == [
        ("a", "{'50% }'; \"]%\"}", 1),
        ("b", "1", 2),
    ]


def test_comparison_is_not_an_assignment() -> None:
    assert [s.field for s in statements("a == 1", "f.m")] == [""]


def test_nothing() -> None:
    assert list(statements("", "f.m")) == []
    assert list(statements(" % only a comment\n\n;", "f.m")) == []


@pytest.mark.parametrize("text", ["a = [1 2", "a = {1, {2}", "\n\na = ["])
def test_what_is_not_closed(text: str) -> None:
    with pytest.raises(CaseError, match="table a opens here and is not closed"):
        list(statements(text, "f.m"))


def test_shortening_keeps_messages_on_a_line() -> None:
    assert shorten(" a\n  b ") == "a b"
    assert len(shorten("x" * 100)) == 60
