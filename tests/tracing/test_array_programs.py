"""Programs as users of NumPy write them: fields, elements, workspaces, masks, loops.

Each is compared with plain Python at the point of the trace and at others where orders and masks
differ: values, Jacobian, Hessian and patterns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import Constraint, Problem

X = np.array([0.71, -1.31, 2.13, 0.43, -0.61, 1.97])
DATA = np.array([1.5, -2.0, 0.5, 3.0, 1.0, -1.0])
WHOLE = np.array([1, 2, 3, 4, 5, 6])
KEPT = np.zeros(6)

PROGRAMS: list[Callable[[Any], Any]] = []


def program(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    PROGRAMS.append(function)
    return function


def changed(array: Any, x: Any) -> Any:
    """Store a traced value into an array that was made of data."""
    array[1] = x[1] ** 2
    array += x[0]
    return array


NEW_ARRAYS: dict[str, Callable[[], Any]] = {
    "copy": lambda: DATA.copy(),
    "product": lambda: DATA * 2.0,
    "sine": lambda: np.sin(DATA),
    "tile": lambda: np.tile(DATA, 2),
    "roll": lambda: np.roll(DATA, 1),
    "list of integers": lambda: DATA[[0, 1, 2]],
    "mask": lambda: DATA[DATA > 0],
    "meshgrid": lambda: np.meshgrid(DATA, DATA)[0][0],
    "mgrid": lambda: np.mgrid[0:6.0:1],
    "r_": lambda: np.r_[DATA, 1.0],
    "polyfit": lambda: np.polyfit(np.arange(6), DATA, 2),
    "random": lambda: np.random.default_rng(0).random(6),
    "where": lambda: np.where(DATA > 0, DATA, 0.0),
    "matmul": lambda: np.eye(6) @ DATA,
    "astype": lambda: WHOLE.astype(float),
    "reshape": lambda: np.outer(DATA, DATA).reshape(-1),
}


def compare(function: Callable[[Any], Any]) -> None:
    problem = Problem(None, Constraint(function, -np.inf, np.inf), x0=X)
    for point in (X, X[::-1].copy(), 0.9 * X - 0.05):
        report = problem.check_derivatives(point)
        assert report, report


@pytest.mark.parametrize("name", NEW_ARRAYS)
def test_arrays_that_numpy_makes_anew_hold_traced_values(name: str) -> None:
    """However they are made; the data themselves stay as they are."""
    compare(lambda x: changed(NEW_ARRAYS[name](), x))
    assert DATA[1] == -2.0


def test_arrays_of_others_are_written_into_as_plain_python_does() -> None:
    """A view of data is theirs."""
    views = (lambda d: d[1:], lambda d: d.reshape(2, 3)[0], lambda d: d)
    for view in views:
        plain, traced = DATA.copy(), DATA.copy()
        changed(view(plain), X)
        asdopt.jacobian(lambda x, view=view, data=traced: changed(view(data), x), X)
        np.testing.assert_allclose(traced, plain, rtol=1e-15)
        assert (traced != DATA).any()


@program
def poisson(u: Any) -> Any:
    r = np.zeros(6)
    r[0] = u[1] - 2 * u[0]
    r[1:-1] = u[2:] - 2 * u[1:-1] + u[:-2]
    r[-1] = u[-2] - 2 * u[-1]
    return r + np.exp(u)


@program
def burgers(u: Any) -> Any:
    ahead, behind = np.roll(u, -1), np.roll(u, 1)
    return u * (ahead - behind) / 2 - 0.1 * (ahead - 2 * u + behind)


@program
def edges(u: Any) -> Any:
    p = np.pad(u.reshape(2, 3), ((1, 1), (1, 1)), mode="edge")
    return p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] - 4 * p[1:-1, 1:-1]


@program
def uneven_gradient(u: Any) -> Any:
    places = [0, 0.1, 0.3, 0.5, 0.9, 1.0]
    return [
        np.gradient(u, places, edge_order=2),
        np.gradient(u**2, 0.1),
        *np.gradient(u.reshape(2, 3)),
    ]


@program
def elements(u: Any) -> Any:
    stiff = np.zeros((6, 6))
    for e in np.c_[np.arange(5), np.arange(1, 6)]:
        stiff[np.ix_(e, e)] += (1 + u[e].mean() ** 2) * np.array([[1, -1], [-1, 1.0]])
    return stiff @ u


@program
def assembly(u: Any) -> Any:
    r = np.zeros(6)
    flux = (u[1:] - u[:-1]) ** 3
    np.add.at(r, np.arange(5), -flux)
    np.add.at(r, np.arange(1, 6), flux)
    np.multiply.at(r, [0, 0, 2], u[:3])
    return r


@program
def pairs(x: Any) -> Any:
    p = x.reshape(3, 2) ** 2 + np.array([[0, 0], [3, 1], [1, 4.0]])
    r2 = ((p[:, None] - p[None]) ** 2).sum(-1)
    i, j = np.triu_indices(3, 1)
    return np.sum(1 / r2[i, j] ** 6 - 1 / r2[i, j] ** 3)


@program
def stacks(x: Any) -> Any:
    a = x.reshape(1, 2, 3) * np.arange(1, 5.0).reshape(4, 1, 1)
    s = a @ a.mT + np.eye(2)
    return [
        np.linalg.det(s),
        np.linalg.inv(s),
        np.linalg.solve(s, a),
        a @ np.arange(6.0).reshape(3, 2),
        np.arange(24.0).reshape(4, 3, 2) @ a,
        np.linalg.inv(x[:, None, None] + 3.0),
    ]


@program
def segments(x: Any) -> Any:
    return [
        np.add.reduceat(x, [0, 2, 4]),
        np.multiply.reduceat(x, [0, 3, 1, 5]),
        np.maximum.reduceat(x.reshape(2, 3), [0, 1], axis=1),
        np.add.reduceat(x.reshape(2, 3), [1, 0, 1], axis=0),
        np.bincount([0, 1, 1, 2, 0, 3], weights=x**2, minlength=5),
    ]


@program
def masks(x: Any) -> Any:
    y, z = np.zeros_like(x), x.copy()
    y[x < 0] = 1.5
    y[x > 1] += x[x > 1]
    z[x > 0] = z[x > 0] ** 2
    table = np.array([2.0, 3.0])
    flags = np.zeros(6, dtype=int)
    flags[x > 0] = 1
    return [y * x, z, table[(x > 0).astype(int)] * x, table[flags] * x, flags * x]


@program
def counts(x: Any) -> Any:
    groups = np.bincount((x > 0).astype(int), weights=x, minlength=2)
    rows = np.zeros(3, dtype=int)
    for k in range(3):
        rows[k] = np.argmax(x[k : k + 3])
    return [groups, x[rows] ** 2, np.bincount(np.digitize(x, [0, 1]), weights=x, minlength=3)]


@program
def newton(x: Any) -> Any:
    y = np.array([1.0, 1.0])
    for _ in range(20):
        r = np.array([y[0] ** 2 + y[1] - x[0] - 4, y[1] ** 2 + y[0] - x[1] - 5])
        step = np.linalg.solve(np.array([[2 * y[0], 1.0], [1.0, 2 * y[1]]]), -r)
        y = y + step
        if np.linalg.norm(step) < 1e-10:
            break
    return y


@program
def runge_kutta(x: Any) -> Any:
    def slope(y: Any) -> Any:
        return np.array([y[1], -x[2] * np.sin(y[0]) - x[3] * y[1]])

    y = np.empty((6, 2))
    y[0] = x[:2]
    for k in range(5):
        first = slope(y[k])
        y[k + 1] = y[k] + 0.1 * slope(y[k] + 0.05 * first)
    return y[::2]


@program
def workspaces(x: Any) -> Any:
    out = np.empty((2, 6))
    np.multiply(x, 2, out=out[0])
    np.sin(out[0], out[0])
    out[1, :3] = x[:3] ** 2
    out[1, 3:] = 0
    out.reshape(-1)[2] *= 5
    out.flat[::5] += x[0]
    return out.T


@program
def iterators(x: Any) -> Any:
    out, total = np.zeros((2, 3)), 0.0
    walk = np.nditer(x.reshape(2, 3), flags=["multi_index"])
    for v in walk:
        total = total + v * (1 + walk.multi_index[1])
    with np.nditer([x, out.ravel()], op_flags=[["readonly"], ["writeonly"]]) as both:
        for a, b in both:
            b[...] = a**2
    for place, v in np.ndenumerate(x.reshape(2, 3)):
        out[place] *= v
    return [out, total, sum(v.item() for v in np.nditer(x.reshape(2, 3).T))]


@program
def views(x: Any) -> Any:
    windows = np.lib.stride_tricks.as_strided(x, shape=(4, 3), strides=(8, 8))
    back = np.lib.stride_tricks.as_strided(x[5:], shape=(3,), strides=(-16,))
    return [windows**2, back * x[0], np.require(x, float, ["C"]) * 2]


@program
def numpy_scalars(x: Any) -> Any:
    s = x[0]
    return [s[...] * 2, s[()] ** 2, s[None] * x[:2], s.reshape(1), s.clip(0), s.item() ** 2]


@program
def ranks(x: Any) -> Any:
    return [
        x[np.lexsort((x,))] ** 2,
        np.sort(x)[::-1] * x,
        np.percentile(x, [10, 50, 90]),
        x[np.argsort(x)[:3]],
        x[np.argmax(x)] * x,
    ]


@program
def numbers_as_masks(x: Any) -> Any:
    """What is not zero is true, as SciPy's own code has it: (1 - condition) + ..."""
    out = x**2
    np.place(out, (1 - (x > 0)) + (x > 2), x[:1])
    return np.concatenate([out, np.extract((x > 0) * 2.0, x), np.compress(1 - (x > 0), x)])


@program
def bits_of_integers_and_conditions(x: Any) -> Any:
    chosen = (np.array([1, 1, 0, 1, 1, 0]) & (x > 0)) | (1 & (x > 2))
    return x * chosen + (1 & (x[0] > 0)) * x[1]


@program
def arrays_made_read_only(x: Any) -> Any:
    y = 2.0 * x
    y.setflags(write=False)
    try:
        y[0] = 1.0
    except ValueError:
        return y * x[0]
    return y


@program
def axes(x: Any) -> Any:
    a = x.reshape(2, 3)
    return [
        np.matmul(a, a, axes=[(0, 1), (1, 0), (0, 1)]),
        np.vecdot(a, a, axis=0),
        np.einsum(a, [0, 1], a, [2, 1], [0, 2]),
        np.einsum("...j,j->...", a, np.arange(3.0)),
    ]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_programs_of_arrays(function: Callable[[Any], Any]) -> None:
    compare(function)


REFUSED: dict[str, Callable[[Any], Any]] = {
    "external_loop": lambda x: [v.sum() for v in np.nditer(x, flags=["external_loop"])],
    "writing into a plain": lambda x: [
        v for _, v in np.nditer([x, KEPT], op_flags=[["readonly"], ["readwrite"]])
    ],
    "masked_invalid": lambda x: np.ma.masked_invalid(x).sum(),
    "as_integer_ratio": lambda x: x[0].as_integer_ratio(),
    "float32": lambda x: x.astype(np.float32),
    "complex": lambda x: np.sort(x.astype(complex)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_numbers_is_refused_with_the_line(name: str) -> None:
    """Also where a library would say something of its own."""
    with pytest.raises(
        (asdopt.UnsupportedOperationError, asdopt.TracingError),
        match=rf"test_array_programs.py:\d+.*{name}",
    ):
        asdopt.jacobian(REFUSED[name], X)


def test_faults_of_the_user_raise_what_numpy_raises() -> None:
    """A refusal would hide them."""
    for function in (
        lambda x: x + np.ones(5),
        lambda x: np.split(x, 4),
        lambda x: x.sum(axis=3),
        lambda x: np.bincount([-1] * 6, weights=x),
        lambda x: np.vstack([x, [1, 2]]),
        lambda x: [1, 2, 3][x[0]],
        lambda x: len(x[0]),
    ):
        with pytest.raises((ValueError, TypeError)) as plain:
            function(X)
        with pytest.raises(type(plain.value)):
            asdopt.jacobian(function, X)


def test_long_arrays_take_no_loops() -> None:
    """A quadratic step or a dense matrix would take minutes or all memory."""
    n = 60000

    def fun(x: Any) -> Any:
        y = np.gradient(x, 0.1)
        np.add.at(y, np.arange(n) // 2, x)
        blocks = y.reshape(-1, 2, 2) + 3.0 * np.eye(2)
        return np.add.reduceat(y, np.arange(0, n, 3)).sum() + np.linalg.det(blocks).sum()

    pattern = asdopt.jacobian_sparsity(fun, n)
    assert pattern.nnz == n
