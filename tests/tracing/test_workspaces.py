"""Functions that store traced values into arrays made outside of them, and read them again.

Each model below is given its arrays. Made once, before, they are workspaces; made anew in each
call they are arrays as always, which says what values and derivatives must be.
"""

from __future__ import annotations

import array
import collections
import copy
import dataclasses
import functools
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import asdopt

X = np.array([0.9, 0.3, 1.4, 0.7])


class Spaces:
    """Arrays of a model, of which some are views of others."""

    def __init__(self) -> None:
        self.a = np.zeros(4)
        self.b = np.full(4, np.nan)
        self.m = np.arange(12.0).reshape(3, 4)
        self.top, self.column, self.last = self.m[:2], self.m[:, 1], self.m[2]
        self.transposed, self.back = self.m.T, self.a[::-1]
        self.flat = self.m.reshape(-1)
        self.nothing = np.zeros(())
        self.cube = np.zeros((2, 2, 3)).transpose(2, 0, 1)
        self.held = {"a": self.a, "b": self.b}
        self.rows = [self.m[k] for k in range(3)]
        self.pair = (self.a, self.b)
        self.count = np.zeros(3, dtype=int)


def stored_whole(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    return s.a.sum() * s.a[1]


def stored_one_by_one(s: Spaces, x: Any) -> Any:
    for i in range(len(x)):
        s.a[i] = x[i] * 2.0
    return [s.a[0] * s.a[1], math.sin(s.a[2]), s.a[-1]]


def out_argument(s: Spaces, x: Any) -> Any:
    np.multiply(x, 2.0, out=s.a)
    np.exp(s.a, out=s.b)
    np.add(s.a, s.b, s.a)
    return s.a


def out_of_a_view(s: Spaces, x: Any) -> Any:
    np.sin(x, out=s.m[1])
    np.multiply(s.top[1], s.m[0], out=s.last)
    return s.flat


def out_with_where(s: Spaces, x: Any) -> Any:
    s.a[:] = 1.0
    np.log(x, out=s.a, where=x > 0.5)
    return s.a


def in_place_operators(s: Spaces, x: Any) -> Any:
    s.a[:] = 1.0
    s.a += x
    s.a *= s.a
    s.a[1] -= 2.0
    s.a[2:] /= x[0]
    s.m[...] = 2.0
    s.m[:, 1] += x[:3]
    s.column **= 2
    return np.concatenate([s.a, s.m.ravel()])


def in_place_of_a_local_name(s: Spaces, x: Any) -> Any:
    a = s.a
    a[:] = 0.0
    a += x
    return s.a * (2.0 if a is s.a else 3.0)


def views_see_it(s: Spaces, x: Any) -> Any:
    s.top[1] = x
    return [s.m[1, 0], s.column[1], s.transposed[2, 1], s.flat[7], s.rows[1][0]]


def a_view_is_stored_to(s: Spaces, x: Any) -> Any:
    s.transposed[1, :] = x[:3]
    s.back[0] = x[3]
    return s.m.sum() + s.a[3]


def containers(s: Spaces, x: Any) -> Any:
    s.held["a"][:] = x
    s.pair[1][:] = s.held["a"] ** 2
    s.rows[2][:] = s.b
    return np.concatenate([np.concatenate(s.pair), s.m[2], np.stack(s.rows).sum(axis=0)])


def containers_are_run_over(s: Spaces, x: Any) -> Any:
    for row, v in zip(s.rows, x, strict=False):
        row[:] = v
    total = 0.0
    for k, (a, b, *_) in enumerate(s.rows):
        total = total + a * b * k
    for a, b, _, _ in s.rows:
        total = total + a * b
    (first, second, *_), other = s.rows[0], 3.0
    return [total, first * second * other, *s.last]


def entries_are_run_over(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    u, v, *rest = s.a
    total = sum(s.a) + sum(w * w for w in s.a) + max(s.a) + min(*s.a)
    for k, w in enumerate(s.back):
        total += w * (k + 1)
    return [total, u * v, *rest, sorted(s.a)[0], functools.reduce(operator.mul, s.a)]


def entries_change_while_they_are_run_over(s: Spaces, x: Any) -> Any:
    s.a[:] = 1.0
    for k, v in enumerate(s.a):
        if k + 1 < len(x):
            s.a[k + 1] = x[k] * v + 1.0
    return s.a


def a_result_is_an_array(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    kept = np.asarray(s.a)
    also = s.a.reshape(2, 2)
    third = np.atleast_2d(s.a)
    s.a[0] = x[1] * 3.0
    also[1, 1] = x[0]
    parts = np.split(s.a, 2)
    parts[0][1] = x[2] * x[3]
    return [kept[0], also[0, 1], third[0, 3], s.a[1] * s.a[3]]


def copies_do_not_see_it(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    one, two, three = s.a.copy(), s.a[[0, 1]], copy.deepcopy(s.a)
    four, five = s.a[s.a > 0.5], np.array(s.a)
    s.a[:] = 7.0
    return np.concatenate([one, two, three, four, five, s.a])


def methods(s: Spaces, x: Any) -> Any:
    s.a.fill(x[0])
    s.b.fill(1.0)
    s.b.put([0, 2], [x[1], x[2]])
    s.m[0] = x
    found = [
        s.a.sum(),
        s.b.mean(),
        s.m.max(),
        s.a.dot(s.b),
        s.m[0].argmax(),
        s.b.std(),
        s.a.item(0),
    ]
    s.m[0].sort()
    return [*found, *s.m[0], *s.m.tolist()[0], *s.m.flatten()[:3], s.m.T.ravel()[3]]


def functions_that_store(s: Spaces, x: Any) -> Any:
    np.copyto(s.a, x)
    s.m[...] = np.arange(12.0).reshape(3, 4)
    np.put(s.b, [0, 1, 2, 3], s.a * 2.0)
    np.putmask(s.m[0], s.m[0] > 1.0, x)
    np.place(s.m[1], s.m[1] > 5.0, [x[0], x[1]])
    np.add.at(s.a, [0, 0, 1], x[:3])
    np.fill_diagonal(s.m[:, 1:], x[3])
    np.put_along_axis(s.m, np.array([[0], [1], [2]]), x[0] * x[1], axis=1)
    np.clip(s.a, 0.5, 1.0, out=s.a)
    np.cumsum(s.b, out=s.b)
    np.dot(s.m, x, out=s.flat[:3])
    return np.concatenate([s.a, s.b, s.m.ravel()])


def functions_of_the_first_store(s: Spaces, x: Any) -> Any:
    np.copyto(s.a, x, where=[True, False, True, True])
    np.sum(np.outer(x, x), axis=0, out=s.m[0])
    s.last[:] = 1.0
    np.add.at(s.last, [1, 1], x[:2])
    return np.concatenate([s.a, s.m.ravel()])


def flat_iterators(s: Spaces, x: Any) -> Any:
    s.m.flat[:4] = x
    s.m.flat[5] = x[0] * x[1]
    s.a.flat = x
    s.b.flat[...] = 1.0
    total = sum(s.m.flat) + s.m.flat[2] * 2.0
    return [total, *s.a.flat, *s.b, s.m.T.flat[1], *(v * v for v in s.a.flat)]


def without_dimensions(s: Spaces, x: Any) -> Any:
    s.nothing[...] = 0.0
    for v in x:
        s.nothing += v * v
    bounded = 0.0 < s.nothing < 100.0
    return s.nothing * 2.0 if bounded and s.nothing else x[0]


def masks(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    s.a[s.a > 0.8] = 0.1
    s.b[:] = 0.0
    s.b[x > 0.5] = x[x > 0.5] * 2.0
    s.b[x > 0.5] += 1.0
    s.m[[0, 2], 1:3] = x[0]
    return [*s.a, *s.b, *s.m.ravel(), np.where(s.a > 0.2, s.a, s.b).sum()]


def conditions(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    found = []
    if s.a[0] > s.a[1]:
        found.append(s.a[0])
    if s.a.any() and not (s.a < 0.0).all():
        found.append(s.a[2])
    if 0.1 < s.a[0] <= 2.0 and x[3] in s.a:
        found.append(s.a[3] * 5.0)
    found.append(1.0 if np.all(s.a[1:] > 100.0) else s.a[1])
    found += [v for v in s.a if v > 0.5]
    match float(s.a[1]):
        case float(v) if v > 0.0:
            found.append(v * v)
    return found


def integers_of_it(s: Spaces, x: Any) -> Any:
    s.a[:] = x * 2.0
    s.count[:] = s.a[:3]
    return [s.m[int(s.a[0]), 0] * s.a[0], s.count[2] * s.a[1], round(s.a[3]) * s.a[2]]


def another_workspace_takes_it(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    s.b[:] = s.a
    s.m[0, :] = [s.b[0], 1.0, s.b[1], s.a[2]]
    s.m[1:] = s.a
    s.m[0] += s.m[1]
    return s.m


def moving(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    s.a[1:] = s.a[:-1] * 2.0
    s.a[:-1] = s.a[1:]
    s.b[:] = s.a[::-1]
    s.b[:] = s.b[::-1] + s.back
    return [*s.a, *s.b]


def names_are_exchanged(s: Spaces, x: Any) -> Any:
    for _ in range(3):
        s.a[:] = x * 2.0
        s.a, s.b = s.b, s.a
        s.a[:] = s.b + 1.0
    result = s.a * s.b
    s.a, s.b = s.b, s.a
    return result


def other_shapes(s: Spaces, x: Any) -> Any:
    s.cube[0] = x.reshape(2, 2)
    s.cube[1] = s.cube[0].T @ s.cube[0]
    s.cube[2, :, 1] = s.cube[1, 0]
    return np.einsum("kij,kji->k", s.cube, s.cube)


def linear_algebra(s: Spaces, x: Any) -> Any:
    s.m[:2] = np.outer(x[:2], x)
    s.a[:] = x
    return [*(s.m @ s.a), np.linalg.norm(s.a), *np.dot(s.m[:, :2], s.a[:2]), s.a @ s.a]


def helpers(s: Spaces, x: Any) -> Any:
    def fill(target: Any, values: Any) -> None:
        target[:] = values

    def read(source: Any) -> Any:
        return source[0] * source[-1]

    fill(s.a, x)
    both = list(map(np.sum, [s.a, s.a[1:]]))
    return [read(s.a), read(s.back), *both, functools.partial(np.dot, s.a)(s.a)]


def generators(s: Spaces, x: Any) -> Any:
    def steps() -> Any:
        for k in range(3):
            s.a[:] = x * (k + 1.0)
            yield s.a

    return [v.sum() * v[k] for k, v in enumerate(steps())]


def constants_stay(s: Spaces, x: Any) -> Any:
    s.a[0] = x[0]
    s.m[0, 0] = 5.0
    return [s.a[1] + s.m[2, 3], s.a[0] * s.m[1, 1], s.m[0, 0] * x[1]]


def kinds_of_holders(s: Spaces, x: Any) -> Any:
    Named = collections.namedtuple("Named", "work other")
    named = Named(s.a, s.b)
    held = types.SimpleNamespace(work=s.a)
    queue = collections.deque([s.a])
    named.work[:] = x
    return [held.work.sum(), queue[0][1] * 2.0, np.sum(named.work), np.dot(*named[:1], x)]


def other_ways_to_read(s: Spaces, x: Any) -> Any:
    np.multiply(x, 2.0, s.a)
    first, *rest = s.a
    (u, v), w = s.a[:2], s.a[2]
    total = 0.0
    for place in np.ndindex(4):
        total += s.a[place] * place[0]
    for (k,), entry in np.ndenumerate(s.a):
        total += entry * k
    found = [first, *rest, u * v * w, total, *reversed(s.a), *s.a[::-1], *np.nditer(s.a)]
    found += [np.float64(s.a[0]), *map(float, s.a), s.a.__getitem__(2), *s.a.tolist()]
    found += [np.interp(0.5, range(4), s.a), np.polyval(s.a, 2.0), np.median(s.a), np.ptp(s.a)]
    return [*found, np.diff(s.a)[0], np.where(s.a > 1.5)[0][0] * x[0]]


def formatted(s: Spaces, x: Any) -> Any:
    s.a[:] = x
    text = f"{s.a[0]:.3f} {s.a}" + str(s.a)
    return s.a * (1.0 if "nan" not in text else 2.0)


MODELS = [value for value in vars().values() if isinstance(value, types.FunctionType)]


def made_outside(model: Callable[[Spaces, Any], Any]) -> Callable[[Any], Any]:
    spaces = Spaces()
    return lambda x: model(spaces, x)


def made_inside(model: Callable[[Spaces, Any], Any]) -> Callable[[Any], Any]:
    return lambda x: model(Spaces(), x)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_workspaces_are_as_arrays_made_inside(model: Any) -> None:
    outside, inside = made_outside(model), made_inside(model)
    for x in (X, X + 0.05, X[::-1].copy(), X):
        expected = asdopt.jacobian(inside, x).toarray()
        np.testing.assert_allclose(
            asdopt.jacobian(outside, x).toarray(), expected, rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_plain_calls_go_on_before_and_after(model: Any) -> None:
    outside, inside = made_outside(model), made_inside(model)
    for _ in range(2):
        expected = np.hstack([np.ravel(part) for part in np.atleast_1d(inside(X))])
        found = np.hstack([np.ravel(part) for part in np.atleast_1d(outside(X))])
        np.testing.assert_array_equal(found, expected)
        problem = asdopt.Problem(None, asdopt.Constraint(outside, -np.inf, np.inf), x0=X)
        np.testing.assert_allclose(problem.constraints(X), expected, rtol=1e-12)
        assert problem.check_derivatives(X)


# ------------------------------------------------------------------ between functions and calls
class Shared:
    """The objective fills an array that a constraint reads."""

    def __init__(self) -> None:
        self.work = np.zeros(4)

    def objective(self, x: Any) -> Any:
        np.multiply(x, x, out=self.work)
        return self.work.sum()

    def constraint(self, x: Any) -> Any:
        return [self.work[0] * x[1], 1.0 if self.work[2] > 1.0 else x[0], max(0.0, self.work[3])]


def test_functions_of_a_problem_see_what_those_before_stored() -> None:
    """At the same x, as in plain Python, where the objective is called first."""
    model = Shared()
    problem = asdopt.Problem(
        model.objective, asdopt.Constraint(model.constraint, -np.inf, np.inf), x0=X
    )
    np.testing.assert_allclose(model.work, X * X, rtol=1e-15)
    assert type(model.work) is np.ndarray
    jacobian = problem.jacobian(X).toarray()
    assert jacobian[0, 0] == pytest.approx(2 * X[0] * X[1])
    assert jacobian[2, 3] == pytest.approx(2 * X[3])
    assert problem.check_derivatives(X)


def test_a_problem_is_solved() -> None:
    """With another branch on the way, and plain calls for comparison."""
    work = np.zeros(4)

    def objective(x: Any) -> Any:
        work[:] = x - 3.0
        if work[0] < 0.5:
            work[0] *= 2.0
        return (work**2).sum()

    def constraint(x: Any) -> Any:
        work.fill(0.0)
        work[1:] += x[:-1] * x[1:]
        return work[1:]

    solution = asdopt.minimize(
        objective, X, constraints=asdopt.Constraint(constraint, -np.inf, 4.0), method="ipopt"
    )
    assert solution.success
    assert (constraint(solution.x) <= 4.0 + 1e-6).all()
    inside = asdopt.minimize(
        lambda x: (((x - 3.0) * np.where([True, False, False, False], 2.0, 1.0)) ** 2).sum(),
        X,
        constraints=asdopt.Constraint(lambda x: x[:-1] * x[1:], -np.inf, 4.0),
        method="ipopt",
    )
    np.testing.assert_allclose(solution.x, inside.x, atol=1e-5)


def test_a_function_that_fails_leaves_what_was_there() -> None:
    work = np.arange(4.0)

    def model(x: Any) -> Any:
        work[:] = x
        return float(str(work[0]))

    with pytest.raises(asdopt.TracingError, match="text of a traced value"):
        asdopt.jacobian(model, X)
    np.testing.assert_array_equal(work, np.arange(4.0))


def test_without_a_point_the_numbers_stay() -> None:
    work = np.arange(4.0)

    def model(x: Any) -> Any:
        work[1:] = x[:3] ** 2
        return work * 2.0

    pattern = asdopt.jacobian_sparsity(model, 4)
    assert pattern.to_dense().sum() == 3
    np.testing.assert_array_equal(work, np.arange(4.0))


def test_a_memory_of_the_last_point() -> None:
    """Kept in arrays made before, as simulations do it."""
    last, result, calls = np.full(4, np.nan), np.zeros(4), []

    def simulate(x: Any) -> Any:
        if not np.array_equal(last, x):
            calls.append(1)
            last[:] = x
            result[:] = np.exp(0.3 * x) * x[0]
        return result

    objective = lambda x: simulate(x).sum()  # noqa: E731
    simulate(X)
    problem = asdopt.Problem(objective, asdopt.Constraint(simulate, -9.0, 9.0), x0=X)
    for x in (X, X + 0.1):
        expected = np.diag(0.3 * np.exp(0.3 * x) * x[0])
        expected[:, 0] += np.exp(0.3 * x)
        np.testing.assert_allclose(problem.jacobian(x).toarray(), expected, rtol=1e-12)
        assert problem.objective(x) == pytest.approx(objective(x), rel=1e-12)


def test_what_an_earlier_trace_left_is_no_data() -> None:
    """Traced alone, the constraint would miss its derivatives; what plain calls left is data."""
    model = Shared()
    first = lambda x: model.work[0] * x[1]  # noqa: E731
    asdopt.jacobian(model.objective, X)
    for function in (model.constraint, first):
        with pytest.raises(asdopt.TracingError, match="left behind"):
            asdopt.jacobian(function, X)
    assert asdopt.jacobian(lambda x: x[0] * x[1], X).nnz == 2
    model.objective(X + 1.0)
    assert asdopt.jacobian(first, X).toarray()[0].tolist() == [0.0, (X[0] + 1.0) ** 2, 0.0, 0.0]
    asdopt.jacobian(model.objective, X)
    model.work[:] = 2.0
    assert asdopt.jacobian(first, X).toarray()[0].tolist() == [0.0, 2.0, 0.0, 0.0]


def test_what_only_one_branch_stores_is_refused_in_the_other() -> None:
    work = np.zeros(4)

    def model(x: Any) -> Any:
        if x[0] > 0.0:
            work[:] = x
        return work.sum() * x[1]

    problem = asdopt.Problem(model, x0=X)
    problem.gradient(X)
    with pytest.raises(asdopt.TracingError, match="left behind"):
        problem.gradient(-X)


def test_an_iteration_may_start_from_the_last_solution() -> None:
    """As simulations do; a run near by says where it starts."""
    state = np.array([1.0])

    def model(x: Any) -> Any:
        for _ in range(12):
            state[0] -= (state[0] ** 3 - x[0]) / (3 * state[0] ** 2)
        return state[0] * x[1]

    for x in (X, X + 0.2, X + 0.5):
        expected = asdopt.jacobian(lambda x: x[0] ** (1 / 3) * x[1], x).toarray()
        np.testing.assert_allclose(asdopt.jacobian(model, x).toarray(), expected, atol=1e-9)


class Late:
    """Makes its arrays when it is called first."""

    work: Any = None

    def model(self, x: Any) -> Any:
        if self.work is None:
            self.work, self.table = np.zeros(4), np.ones((2, 4))
            self.top = self.work[:2]
        np.multiply(x, 2.0, out=self.work)
        self.top[1] += x[0] ** 2
        self.table[0] = self.work[::-1]
        self.table[1].fill(x[1])
        self.table[self.table > 1.0] = 1.0
        for k, v in enumerate(self.work):
            self.table[1, k] *= v
        self.work *= self.table[0]
        return np.concatenate([self.work, self.table.ravel(), self.top, [max(self.table[1])]])


def test_arrays_of_an_earlier_trace_are_stored_to() -> None:
    late = Late()
    for x in (X, X[::-1].copy(), 0.3 * X):
        expected = asdopt.jacobian(lambda x: Late().model(x), x).toarray()
        for _ in range(2):
            np.testing.assert_allclose(asdopt.jacobian(late.model, x).toarray(), expected)
            np.testing.assert_allclose(np.asarray(late.model(x)), Late().model(x), rtol=1e-15)
    problem = asdopt.Problem(None, asdopt.Constraint(late.model, -9.0, 9.0), x0=X)
    assert problem.check_derivatives(0.1 * X)
    first = lambda x: late.work[0] * x[1]  # noqa: E731
    asdopt.jacobian(late.model, X)
    with pytest.raises(asdopt.TracingError, match="left behind"):
        asdopt.jacobian(first, X)


def test_values_of_two_traces_do_not_mix() -> None:
    """An earlier one's in ``out=`` and masks are the numbers they were."""
    kept: dict[str, Any] = {}

    def first(x: Any) -> Any:
        kept["old"] = np.exp(x)
        return x

    def second(x: Any) -> Any:
        out, masked, chosen = np.zeros(4), x * 1.0, kept["old"][x > 0.5]
        np.sin(np.asarray(kept["old"]), out=out)
        masked[kept["old"] > 2.0] = 5.0
        return [masked.sum(), 0.0 * chosen.size, x[0] if out[0] > 0.0 else x[1]]

    asdopt.jacobian(first, X)
    x = X + 1.0
    expected = np.zeros((3, 4))
    expected[0] = np.exp(X) <= 2.0
    expected[2, 0] = 1.0
    np.testing.assert_array_equal(asdopt.jacobian(second, x).toarray(), expected)


def test_threads_store_too() -> None:
    import threading

    work = np.zeros(4)

    def model(x: Any) -> Any:
        thread = threading.Thread(target=lambda: np.multiply(x, 2.0, out=work))
        thread.start()
        thread.join()
        return work * x[0]

    expected = asdopt.jacobian(lambda x: 2.0 * x * x[0], X).toarray()
    np.testing.assert_allclose(asdopt.jacobian(model, X).toarray(), expected)


def test_roots_are_found_with_a_workspace() -> None:
    from scipy.optimize import brentq

    work = np.zeros(2)

    def model(x: Any) -> Any:
        def residual(u: Any) -> Any:
            work[0] = u**3
            return work[0] - x[0]

        return brentq(residual, 0.0, 3.0) * x[1]

    expected = asdopt.jacobian(lambda x: x[0] ** (1 / 3) * x[1], X).toarray()
    np.testing.assert_allclose(asdopt.jacobian(model, X).toarray(), expected, rtol=1e-9)


# ---------------------------------------------------------------------------- sparse matrices
def entries_are_stored(matrix: Any, x: Any) -> Any:
    matrix.data[:3] = x[:3]
    matrix.data[3] = 1.0
    return matrix


def scaled_in_place(matrix: Any, x: Any) -> Any:
    matrix.data[:] = [1.0, 2.0, 3.0, 4.0]
    other = matrix
    other *= x[0]
    matrix.data[1] = x[1]
    other /= 2.0
    matrix *= 3.0
    matrix.data += x[3]
    return other


USES: dict[str, Callable[[Any, Any], Any]] = {
    "product": lambda a, x: a @ x[:3],
    "dot": lambda a, x: a.dot(x[:3]),
    "of the right": lambda a, x: x[:3] @ a,
    "transposed": lambda a, x: a.T @ x[1:],
    "dense": lambda a, x: a.toarray() * x[0],
    "entry": lambda a, x: a[0, 1] * x[0],
    "sum": lambda a, x: a.sum() * x[2],
    "diagonal": lambda a, x: a.diagonal(),
    "matrices": lambda a, x: (a @ a).toarray(),
    "scaled": lambda a, x: (2.0 * a + a) @ x[:3],
    "entries": lambda a, x: a.data * x,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("store", [entries_are_stored, scaled_in_place])
@pytest.mark.parametrize("kind", [sp.csr_matrix, sp.csc_array, sp.coo_array])
def test_entries_of_sparse_matrices(kind: Any, store: Any, use: str) -> None:
    """Made outside; the matrix is what it was for its other names too."""
    if use == "entry" and kind is sp.coo_array:
        return  # SciPy has none
    rows, cols = [0, 0, 1, 2], [0, 1, 1, 2]
    made = kind((np.ones(4), (rows, cols)), shape=(3, 3))

    def model(x: Any) -> Any:
        store(made, x)
        return USES[use](made, x)

    def plain(x: Any) -> Any:
        return np.ravel(model(x))

    found = asdopt.jacobian(model, X).toarray()
    h = 1e-6
    columns = [(plain(X + h * e) - plain(X - h * e)) / (2 * h) for e in np.eye(4)]
    np.testing.assert_allclose(found, np.stack(columns, axis=1), rtol=1e-7, atol=1e-8)


# ---------------------------------------------------------------------------------- refusals
@dataclasses.dataclass
class Holder:
    work: Any

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.work


def _refused(name: str) -> Callable[[Any], Any]:
    work = np.zeros(4)
    if name == "of pandas":
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame({"a": work}, copy=False)
        return lambda x: (work.__class__, np.copyto(work, x), frame["a"].sum() * x[0])[-1]
    if name == "memoryview":
        view = memoryview(work)
        return lambda x: (np.copyto(work, x), view[0] * x[0])[-1]
    if name == "other type":
        whole = work.view(np.int64)
        return lambda x: (np.copyto(work, x), whole[0] * x[0])[-1]
    if name == "object that gives it":
        holder = Holder(work)
        return lambda x: (np.copyto(work, x), np.sum(holder) * x[0])[-1]
    if name == "copy of an object":
        holder = Holder(work)
        return lambda x: (np.copyto(work, x), np.nansum(copy.deepcopy(holder).work) * x[0])[-1]
    if name == "table of SciPy":
        interpolate = pytest.importorskip("scipy.interpolate")
        table = interpolate.RegularGridInterpolator((np.arange(4.0),), work)
        return lambda x: (np.copyto(work, x), table([0.5])[0] * x[0])[-1]
    if name == "memory of others":
        taken = np.frombuffer(bytearray(32))
        return lambda x: (np.copyto(taken, x), taken * 2.0)[-1]
    if name == "records":
        records = np.zeros(4, dtype=[("a", float), ("k", int)])["a"]
        return lambda x: (np.copyto(records, x), records * 2.0)[-1]
    if name == "single precision":
        single = np.zeros(4, dtype=np.float32)
        return lambda x: (np.copyto(single, x), single * 2.0)[-1]
    if name == "subclass":
        mapped = np.zeros(4).view(type("Own", (np.ndarray,), {}))
        return lambda x: (operator.setitem(mapped, 0, x[0]), mapped[0] * 2.0)[-1]
    if name == "array of Python":
        numbers = array.array("d", [0.0] * 4)
        return lambda x: (numbers.__setitem__(0, x[0]), numbers[0] * 2.0)[-1]
    raise AssertionError(name)


REFUSALS = {
    "of pandas": "pandas.* was used that holds an array made outside",
    "memoryview": "memoryview was used that holds an array made outside",
    "other type": "can be read as an np.ndarray of float64 only",
    "object that gives it": "read by code that is not traced",
    "copy of an object": "copy.deepcopy was called with an object that holds",
    "table of SciPy": "read by code that is not traced|was used that holds an array",
    "memory of others": "whose memory belongs to a memoryview",
    "records": "whose memory is that of an array of type",
    "single precision": "asked to become a plain float32",
    "subclass": "asked to become a plain float",
    "array of Python": "asked to become a plain float",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_would_not_see_it_is_refused(name: str) -> None:
    with pytest.raises(asdopt.TracingError, match=REFUSALS[name]) as caught:
        asdopt.jacobian(_refused(name), X)
    assert "test_workspaces.py:" in str(caught.value)


def test_functions_without_a_source_are_refused() -> None:
    """Their reads could not be seen."""
    names: dict[str, Any] = {}
    exec("def read(values):\n    return max(0.0, values[0])", names)
    work = np.zeros(4)

    def model(x: Any) -> Any:
        work[:] = x
        return names["read"](work)

    with pytest.raises(asdopt.TracingError, match=r"the source of read\(\)"):
        asdopt.jacobian(model, X)


def test_arrays_that_are_not_to_be_written_say_so() -> None:
    work = np.zeros(4)
    work.flags.writeable = False

    def model(x: Any) -> Any:
        work[:] = x
        return work

    with pytest.raises(ValueError, match="read-only"):
        asdopt.jacobian(model, X)
