"""Do the loader rules turn tables into the network that the published results are for?"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pglib_cases import CaseError, load


def test_units_and_positions(tables) -> None:
    case = tables.load()
    assert case.name == "small"
    assert_array_equal(case.bus_id, [10, 20, 30])
    assert_array_equal(case.reference, [0])
    assert_array_equal(case.gen_bus, [0, 1])
    assert_array_equal(case.f_bus, [0, 1, 0])
    assert_array_equal(case.t_bus, [1, 2, 2])
    assert_allclose(case.pd, [0, 0.1, 0.9])
    assert_allclose(case.qd, [0, 0.05, 0.3])
    assert_allclose(case.gs, [0, 0, 0.02])
    assert_allclose(case.bs, [0, 0, 0.19])
    assert_allclose(case.vmin, [0.9, 0.9, 0.95])
    assert_allclose(case.vmax, [1.1, 1.1, 1.05])
    assert_allclose(case.pmax, [2, 0.8])
    assert_allclose(case.qmin, [-1, -0.5])
    assert_allclose(case.c2, [200, 0])
    assert_allclose(case.c1, [1200, 1500])
    assert_allclose(case.c0, [100, 0])
    assert_allclose(case.tap, [1, 0.98, 1])
    assert_allclose(case.shift, [0, np.pi / 36, 0])
    assert_allclose(case.b_fr, [0.01, 0.02, 0])
    assert_allclose(case.b_to, [0.01, 0.02, 0])
    assert_allclose(case.g_fr, 0)
    assert_allclose(case.rate_a, [1.2, 1.1, 1])
    assert_allclose(case.angmin, -np.pi / 6)
    assert case.notes == ()


def test_bus_numbers_need_no_order(tables) -> None:
    tables.bus = [tables.bus[2], tables.bus[0], tables.bus[1]]
    case = tables.load()
    assert_array_equal(case.bus_id, [30, 10, 20])
    assert_array_equal(case.f_bus, [1, 2, 1])
    assert_array_equal(case.gen_bus, [1, 2])


def test_out_of_service_is_left_out(tables) -> None:
    tables.bus.append([40, 4, 0, 0, 0, 0, 1, 1, 0, 230, 1, 1.1, 0.9])
    tables.gen += [[40, 0, 0, 1, -1, 1, 100, 0, 2, 0], [20, 0, 0, 1, -1, 1, 100, -1, 2, 0]]
    tables.gencost += [[1, 0, 0, 3, 9, 9, 9], [2, 0, 0, 3, 9, 9, 9]]
    tables.branch.insert(1, [10, 40, 0, 0, 0, 1, 0, 0, 0, 0, 0, -30, 30])
    case = tables.load()
    assert (case.num_buses, case.num_gens, case.num_branches) == (3, 2, 3)
    assert_array_equal(case.gen_row, [1, 2])
    assert_array_equal(case.branch_row, [1, 3, 4])


def test_missing_angle_limits_become_60_degrees(tables) -> None:
    limits = ([0, 0], [-360, 360], [-90, 20])
    for row, limit in zip(tables.branch, limits, strict=True):
        row[11:] = limit
    case = tables.load()
    assert_allclose(np.rad2deg(case.angmin), [-60, -60, -60])
    assert_allclose(np.rad2deg(case.angmax), [60, 60, 20])
    assert "3 of 3 branches" in case.notes[0]


def test_branch_table_may_end_before_the_angle_limits(tables) -> None:
    tables.branch = [row[:11] for row in tables.branch]
    assert_allclose(np.rad2deg(tables.load().angmax), 60)


def test_missing_thermal_limit_is_the_largest_power_the_limits_admit(tables) -> None:
    tables.branch[1][5] = 0
    case = tables.load()
    y = abs(1 / (0.02 + 0.2j))
    widest = abs(1.1 - 1.05 * np.exp(1j * np.pi / 6))
    assert_allclose(case.rate_a, [1.2, y * 1.1 * widest, 1.0])
    assert "1 of 3 branches give no thermal limit" in case.notes[0]


def test_infinite_limits_are_kept(tables) -> None:
    tables.gen[0][3:5] = [np.inf, -np.inf]
    tables.branch[0][5] = np.inf
    case = tables.load()
    assert case.qmax[0] == -case.qmin[0] == case.rate_a[0] == np.inf


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "message"),
    [
        ("bus", 2, 0, 20, r"line 7: bus row 3: bus number 20 is already that of row 2"),
        ("bus", 1, 0, 1.5, "bus number 1.5 is not an integer"),
        ("bus", 1, 1, 7, "bus 20 has type 7"),
        ("bus", 1, 12, 1.2, "line 6: bus row 2: the voltage limits are 1.2 to 1.1"),
        ("bus", 2, 2, "NaN", "bus row 3: column 3 is nan; it must be a finite number"),
        ("bus", 2, 12, "NaN", "column 13 is nan"),
        ("gen", 1, 0, 99, "gen row 2: refers to bus 99, which is not in the bus table"),
        ("gen", 1, 9, 90, "gen row 2: the active power limits are 90 to 80"),
        ("gen", 1, 3, "NaN", "the reactive power limits are -50 to nan"),
        ("branch", 2, 1, 99, "branch row 3: refers to bus 99, which is not in the bus table"),
        ("branch", 2, 0, 30, "branch begins and ends at bus 30"),
        ("branch", 0, 2, np.inf, "branch row 1: column 3 is inf"),
        ("branch", 0, 5, "NaN", "the thermal limit .* found nan"),
        ("branch", 0, 11, "NaN", "the angle limits must be numbers"),
        ("branch", 0, 11, 40, "the angle limits are 40 to 30 degrees"),
    ],
)
def test_contradictory_data(tables, table, row, column, value, message) -> None:
    getattr(tables, table)[row][column] = value
    with pytest.raises(CaseError, match=message):
        tables.load()


def test_zero_impedance(tables) -> None:
    tables.branch[1][2:4] = [0, 0]
    with pytest.raises(
        CaseError, match=r"line 15: branch row 2: .* bus 20 to bus 30 has r = x = 0"
    ):
        tables.load()
    tables.branch[1][10] = 0
    assert tables.load().num_branches == 2


def test_references_to_removed_buses(tables) -> None:
    tables.bus[1][1] = 4
    with pytest.raises(CaseError, match=r"gen row 2: refers to bus 20, which is isolated"):
        tables.load()
    tables.gen[1][7] = 0
    with pytest.raises(CaseError, match=r"branch row 2: refers to bus 20, which is isolated"):
        tables.load()


def test_no_buses(tables) -> None:
    tables.bus = []
    with pytest.raises(CaseError, match="bus table is empty"):
        tables.load()


def test_all_buses_isolated(tables) -> None:
    for row in tables.bus:
        row[1] = 4
    with pytest.raises(CaseError, match="all 3 buses are isolated"):
        tables.load()


def test_a_single_bus_is_a_network(tables) -> None:
    tables.bus, tables.gen = tables.bus[:1], tables.gen[:1]
    tables.branch, tables.gencost = [], tables.gencost[:1]
    case = tables.load()
    assert (case.num_buses, case.num_gens, case.num_branches) == (1, 1, 0)


def test_ieee_118_as_published() -> None:
    case = load("118_ieee")
    assert (case.num_buses, case.num_gens, case.num_branches) == (118, 54, 186)
    assert case.bus_id[case.reference] == [69]
    assert np.count_nonzero(case.bs) == 14
    assert not case.gs.any()
    assert not case.c2.any()
    assert case.notes == ()
