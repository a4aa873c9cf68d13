"""Does every part of a network get a fixed angle, by rule or not at all?"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pglib_cases import CaseError, load
from pglib_cases._islands import island_labels, list_buses


@pytest.fixture
def two_islands(tables):
    """Buses 10, 20, 30 as before and an island 40, 50 with generators at both."""
    tables.bus += [
        [40, 2, 20, 0, 0, 0, 1, 1, 0, 230, 1, 1.1, 0.9],
        [50, 2, 30, 0, 0, 0, 1, 1, 0, 230, 1, 1.1, 0.9],
    ]
    tables.branch.append([40, 50, 0.01, 0.1, 0.0, 100, 0, 0, 0, 0, 1, -30, 30])
    tables.gen += [
        [40, 0, 0, 9, -9, 1, 100, 1, 30, 0],
        [50, 0, 0, 9, -9, 1, 100, 1, 60, 0],
    ]
    tables.gencost += [[2, 0, 0, 3, 0, 1, 0]] * 2
    return tables


def test_labels() -> None:
    labels = island_labels(5, np.array([0, 3]), np.array([1, 4]))
    assert labels[0] == labels[1]
    assert labels[3] == labels[4]
    assert len(set(labels.tolist())) == 3


def test_lists_of_buses() -> None:
    assert list_buses(np.array([7])) == "bus 7"
    assert list_buses(np.arange(12), most=3) == "buses 0, 1, 2 and 9 more"


def test_no_reference_bus(tables) -> None:
    tables.bus[0][1] = 2
    with pytest.raises(CaseError, match=r"no bus in service is a reference bus .* instance 10,"):
        tables.load()
    case = tables.load(islands="reference")
    assert_array_equal(case.reference, [0])
    assert "10 becomes one" in case.notes[0]


def test_no_reference_bus_and_no_generator(tables) -> None:
    tables.bus[0][1], tables.gen, tables.gencost = 2, [], []
    with pytest.raises(CaseError, match="no bus in service is a reference bus"):
        tables.load()
    with pytest.raises(CaseError, match="no generator in service"):
        tables.load(islands="reference")


def test_two_reference_buses_of_one_island_are_each_fixed(tables) -> None:
    tables.bus[1][1] = 3
    case = tables.load()
    assert_array_equal(case.reference, [0, 1])
    assert "buses 10, 20 belong to one island" in case.notes[0]


def test_two_reference_buses_with_different_angles_contradict(tables) -> None:
    tables.bus[1][1], tables.bus[1][8] = 3, -5
    with pytest.raises(CaseError, match=r"buses 10, 20 of one island .* angles 0, -5 degrees"):
        tables.load()


def test_island_without_reference_bus_is_refused_by_name(two_islands) -> None:
    with pytest.raises(CaseError, match=r"2 islands, and the one of buses 40, 50 has no reference"):
        two_islands.load()


def test_island_with_its_own_reference_bus_is_fine(two_islands) -> None:
    two_islands.bus[3][1], two_islands.bus[3][8] = 3, 12
    case = two_islands.load()
    assert_array_equal(case.reference, [0, 3])
    assert case.notes == ()


def test_island_gets_the_bus_of_its_largest_generator(two_islands) -> None:
    case = two_islands.load(islands="reference")
    assert_array_equal(case.bus_id[case.reference], [10, 50])
    assert case.num_buses == 5
    assert case.notes == ("The island of buses 40, 50 had no reference bus; 50 becomes one.",)


def test_island_is_left_out(two_islands) -> None:
    two_islands.bus.insert(0, two_islands.bus.pop())  # positions shift
    case = two_islands.load(islands="remove")
    assert_array_equal(case.bus_id, [10, 20, 30])
    assert_array_equal(case.gen_bus, [0, 1])
    assert_array_equal(case.f_bus, [0, 1, 0])
    assert_array_equal(case.t_bus, [1, 2, 2])
    assert "is left out" in case.notes[0]


def test_an_isolated_demand_cannot_be_served(tables) -> None:
    tables.bus.append([40, 1, 20, 0, 0, 0, 1, 1, 0, 230, 1, 1.1, 0.9])
    with pytest.raises(CaseError, match=r"the one of bus 40 has no reference bus"):
        tables.load()
    with pytest.raises(CaseError, match=r"the island of bus 40 has no generator"):
        tables.load(islands="reference")
    assert tables.load(islands="remove").num_buses == 3


def test_unknown_rule() -> None:
    with pytest.raises(CaseError, match="islands='keep'; it must be"):
        load("3_lmbd", islands="keep")  # type: ignore[arg-type]
