import math

import numpy as np
import pytest

import asdopt
from asdopt.applications import local_optima
from asdopt.applications._starts import _points


def wells(x):
    return (x[0] ** 2 - 1) ** 2 + 0.1 * x[0] + x[1] ** 2


def make(**more):
    return asdopt.Problem(wells, x0=[0.8, 0.3], **more)


def test_each_optimum_is_listed_once_the_best_first():
    found = local_optima(make(bounds=[(-2, 2), (-1, 1)]), 12, seed=3)
    roots = np.sort(np.roots([4, 0, -4, 0.1]).real)[[0, 2]]
    assert np.allclose([solution.x[0] for solution in found], roots, atol=1e-5)
    assert found[0].fun < found[1].fun
    assert sum(solution.hits for solution in found) == 12
    assert all(solution.hits > 1 for solution in found)


def test_the_first_start_is_x0_and_seeds_repeat():
    problem = make()
    (only,) = local_optima(problem, 1)
    assert np.array_equal(only.x, problem.solve().x)
    first, second = (local_optima(problem, 6, seed=1) for _ in range(2))
    assert [list(s.x) for s in first] == [list(s.x) for s in second]


def test_points_of_the_user_are_starts():
    found = local_optima(make(), [[-3.0, 0.0], [3.0, 0.0], [2.5, 1.0]])
    assert [solution.hits for solution in found] == [1, 2]


def test_random_points_keep_to_the_bounds_there_are():
    problem = asdopt.Problem(
        lambda x: (x["a"] - 2) ** 2 + np.sum((x["b"] - 50) ** 2),
        x0={"a": 1.0, "b": [100.0, -7.0]},
        bounds={"a": (0, 3), "b": (np.array([60.0, -np.inf]), None)},
    )
    points = np.array(list(_points(problem, 200, 0.5, 0)))
    assert points[0].tolist() == [1.0, 100.0, -7.0]
    assert np.all((points[:, 0] >= 0) & (points[:, 0] <= 3))
    assert np.all((points[:, 1] >= 60) & (points[:, 1] <= 150))
    assert np.all((points[:, 2] >= -10.5) & (points[:, 2] <= -3.5))
    (found,) = local_optima(problem, 3)
    assert found.x["a"] == pytest.approx(2, abs=1e-6)
    assert found.hits == 3


def test_starts_that_lead_nowhere_are_left_out():
    infeasible = asdopt.Problem(
        lambda x: x[0] ** 2, asdopt.Constraint(lambda x: x[0] ** 2, ub=-1), x0=[1.0]
    )
    assert local_optima(infeasible, 2) == []
    problem = asdopt.Problem(lambda x: x[0] - math.log(x[0]), x0=[2.0])
    (found,) = local_optima(problem, [[2.0], [-1.0]])
    assert found.hits == 1
    assert found.x[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("starts", [0, [[1.0]], [1.0, 2.0]])
def test_wrong_starts_are_refused(starts):
    with pytest.raises(asdopt.InputError, match="starts"):
        local_optima(make(), starts)


def test_a_wrong_spread_is_refused():
    with pytest.raises(asdopt.InputError, match="spread"):
        local_optima(make(), 2, spread=-1.0)
