"""Integrals, initial value problems and roots inside of functions, with derivatives."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.integrate as sg
import scipy.optimize as so
import scipy.special as sp
import scipy.stats as st
from whole_functions import check_function

import asdopt
from asdopt.tracing import _ode_steps, _quadrature

X = np.array([0.7, 1.3, 0.4])
TIMES = np.linspace(0, 2, 5)
TIGHT = {"rtol": 1e-12, "atol": 1e-12}


def rabbits(t: float, y: Any, a: Any, b: Any) -> Any:
    return [a * y[0] - b * y[0] * y[1], -y[1] + 0.5 * y[0] * y[1]]


def decay(y: Any, t: float, a: Any) -> Any:
    return [-a * y[0], y[0] - 0.4 * y[1]]


def half_gone(t: float, y: Any) -> Any:
    return y[0] - 0.5


half_gone.terminal = True  # type: ignore[attr-defined]  # as SciPy asks for


def run(x: Any, **options: Any) -> Any:
    return sg.solve_ivp(rabbits, (0, 2), [x[2], 1.0], args=(x[0], x[1]), **options)


PROBLEMS: dict[str, Callable[[Any], Any]] = {
    "RK45": lambda x: [run(x).y, run(x).t],
    "tolerances": lambda x: run(x, rtol=1e-8, atol=1e-9).y[:, -1],
    "RK23 at times": lambda x: run(x, method="RK23", t_eval=TIMES).y,
    "DOP853 at times": lambda x: run(x, method="DOP853", t_eval=TIMES).y,
    "steps of a size": lambda x: run(x, max_step=0.2, first_step=0.1).y[:, -1],
    "between the steps": lambda x: [
        run(x, dense_output=True).sol(0.3),
        run(x, dense_output=True).sol([0.0, 0.9, 2.0]),
    ],
    "backwards": lambda x: (
        sg.solve_ivp(rabbits, (2, 0), [x[2], 1.0], args=(x[0], x[1]), t_eval=[1.5, 0.3]).y
    ),
    "final time": lambda x: sg.solve_ivp(rabbits, (0, x[0]), [x[2], 1.0], args=(1.0, x[1])).y,
    "an array": lambda x: sg.solve_ivp(lambda t, y: -x * y, (0, 1), x).y[:, -1],
    "functions of math": lambda x: (
        sg.solve_ivp(lambda t, y: [math.sin(t * x[0]) * y[0]], (0, 1), [x[1]]).y
    ),
    "no error": lambda x: sg.solve_ivp(lambda t, y: [x[0]], (0, 1), [0.0]).y[0, -1],
    "all at once": lambda x: sg.solve_ivp(lambda t, y: -y * x[0], (0, 1), x, vectorized=True).y,
    "nothing": lambda x: [x[0], sg.solve_ivp(lambda t, y: x[0] * y, (1, 1), x[:1]).y],
    "of constants": lambda x: sg.solve_ivp(lambda t, y: -y, (0, 1), [1.0]).y[0, -1] * x,
    "of constants, with all there is": lambda x: [
        sg.solve_ivp(lambda t, y: -y, (0, 5), [1.0], events=half_gone).t[-1] * x,
        sg.solve_ivp(lambda t, y: -y, (0, 1), [1.0], "BDF", dense_output=True).sol(0.5) * x,
        sg.odeint(decay, [1.0, 0], TIMES, args=(0.5,), full_output=True)[0][-1, 0] * x,
        sg.quad(lambda t: t * t, 0, 1, weight="cos", wvar=2.0)[0] * x,
    ],
    "odeint": lambda x: sg.odeint(decay, [x[1], 0], TIMES, args=(x[0],), **TIGHT),
    "odeint, time first": lambda x: sg.odeint(
        lambda t, y: -x[0] * y, x[1], [0, x[2], 1], tfirst=True, **TIGHT
    ),
    "LSODA": lambda x: run(x, method="LSODA", t_eval=TIMES, **TIGHT).y,
    "Radau": lambda x: run(x, method="Radau", t_eval=[0.5, 2], rtol=1e-9, atol=1e-9).y,
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_initial_value_problems(name: str) -> None:
    """RK45 and its kin step as SciPy does, so that even loose tolerances give SciPy's values."""
    close = name in {"Radau", "LSODA"} or "odeint" in name
    check_function(
        PROBLEMS[name],
        X,
        rtol=1e-7 if name == "Radau" else 1e-9 if close else 1e-11,
        step=1e-4,
        slopes=1e-5,
    )


def corner(t: float, a: Any) -> Any:
    return t - a if t > a else 0.0


INTEGRALS: dict[str, Callable[[Any], Any]] = {
    "a parameter": lambda x: sg.quad(lambda t: np.exp(-x[0] * t), 0, 1)[0],
    "limits": lambda x: [
        sg.quad(lambda t: math.sin(t * x[1]), x[2], x[0])[0],
        sg.quad(lambda t: math.sin(t * x[1]), x[0], x[2])[0],
        sg.quad(lambda t: t**2, 1, 1)[0] * x[0],
    ],
    "without end": lambda x: [
        sg.quad(lambda t: math.exp(-x[0] * t**2), 0, np.inf)[0],
        sg.quad(lambda t: math.exp(-x[0] * (t - x[1]) ** 2), -np.inf, np.inf)[0],
        sg.quad(lambda t: math.exp(x[0] * t), -np.inf, x[1])[0],
    ],
    "arguments": lambda x: [
        sg.quad(lambda t, a, b: a * t**b, 0.1, 1, args=(x[0], x[1]))[0],
        sg.quad(lambda t, a: a * t, 0, 1, args=x[0])[0],
    ],
    "infinite at an end": lambda x: [
        sg.quad(lambda t: x[0] / np.sqrt(t), 0, 1)[0],
        sg.quad(lambda t: x[0] * np.log(t), 0, 1)[0],
    ],
    "points": lambda x: sg.quad(lambda t: abs(t - 0.5) * x[0] ** 2, 0, 2, points=[0.5])[0],
    "two variables": lambda x: [
        sg.dblquad(lambda u, t: np.exp(-x[0] * t * u), 0, 1, 0, x[1])[0],
        sg.dblquad(lambda u, t, a: a * t * u, 0, 1, lambda t: 0, lambda t: t, args=(x[0],))[0],
        sg.nquad(lambda u, t: np.exp(-x[0] * t * u), [[0, 1], [0, x[1]]])[0],
        sg.nquad(lambda u, t: x[0] * t * u, [lambda t: (0, t), (0, 1)], opts={"epsabs": 1e-6})[0],
    ],
    "an array": lambda x: sg.quad_vec(lambda t: np.exp(-x * t), 0, 1)[0],
    "a density": lambda x: sg.quad(lambda t: t * st.norm.pdf(t, x[0], x[1]), -3, 5)[0],
    "a peak": lambda x: sg.quad(lambda t: np.exp(-((t - x[0]) ** 2) * 1e4), 0, 2)[0],
    "of constants": lambda x: sg.quad(lambda t: max(t - 0.3, 0), 0, 1)[0] * x[0],
}


@pytest.mark.parametrize("name", INTEGRALS)
def test_integrals(name: str) -> None:
    check_function(INTEGRALS[name], X, rtol=1e-9)


def test_three_variables() -> None:
    value, slope = asdopt.value_and_jacobian(
        lambda x: sg.tplquad(lambda z, y, u: x[0] * z * y, 0, 1, 0, x[1], 0, lambda u, y: y)[0], X
    )
    np.testing.assert_allclose(value, 0.7 * 1.3**4 / 8)
    np.testing.assert_allclose(slope.toarray(), [[1.3**4 / 8, 0.7 * 1.3**3 / 2, 0.0]])


@pytest.mark.parametrize("rule", [_quadrature._FINITE, _quadrature._INFINITE])
def test_the_rules_are_exact_for_polynomials(rule: Any) -> None:
    nodes, kronrod, gauss = (np.array(part) for part in rule)
    for degree in range(0, 19, 2):
        terms = np.where(nodes == 0, 1, 2) * nodes**degree
        np.testing.assert_allclose(kronrod @ terms, 2 / (degree + 1), rtol=1e-14)
        if degree < 2 * len(gauss):
            np.testing.assert_allclose(gauss @ terms[1::2], 2 / (degree + 1), rtol=1e-14)


@pytest.mark.parametrize(
    "integrand",
    [
        lambda t, a: np.maximum(t - a, 0),
        lambda t, a: np.where(t > a, 1.0, 0.0),
        corner,
        lambda t, a: abs(t - a - 0.3),  # the corner is in the middle
    ],
)
def test_corners_that_move_with_the_variables_are_refused(integrand: Any) -> None:
    """No rule with fixed nodes has their derivatives."""
    with pytest.raises(asdopt.UnsupportedOperationError, match="a corner or a jump"):
        asdopt.jacobian(lambda x: sg.quad(integrand, 0, 2, args=(x[0],))[0], X)


def pieces(t: float, a: Any) -> Any:
    return t**3 - a if t < 0.5 else t**3 + 0.1 * (t - 0.5) - a


def system(z: Any, a: Any, b: Any) -> Any:
    return [z[0] ** 2 + z[1] - a - 2, z[0] - z[1] ** 3 + b]


def within(x: Any) -> Any:
    return so.brentq(
        lambda s: so.brentq(lambda t: t**3 - x[0] * s, 0, 3) - x[1] + s,  # one in another
        0.01,
        2,
    )


ROOTS: dict[str, Callable[[Any], Any]] = {
    "brentq": lambda x: [
        so.brentq(lambda t: t**3 - x[0], 0, 2),
        so.brentq(lambda t, a, b: t**3 - a * b, 0, 2, args=(x[0], x[1]), full_output=True)[0],
        so.brentq(lambda t: math.exp(t) - x[0] * x[1] - x[2], -3, x[1]),
    ],
    "brackets": lambda x: [
        method(lambda t: t**3 - x[0], 0, 2) for method in (so.bisect, so.ridder, so.toms748)
    ],
    "newton": lambda x: [
        so.newton(lambda t: t**3 - x[0], 1.0),
        so.newton(lambda t: t**3 - x[0], 1.0, fprime=lambda t: 3 * t**2, fprime2=lambda t: 6 * t),
        so.newton(lambda t, a: t**3 - a, np.ones(3), args=(x,)),
    ],
    "root_scalar": lambda x: [
        so.root_scalar(lambda t: t**3 - x[0], bracket=(0, 2)).root,
        so.root_scalar(lambda t: t**3 - x[0], x0=1.0, x1=x[1], method="secant").root,
        so.root_scalar(
            lambda t: t**3 - x[0],
            x0=1.0,
            fprime=lambda t: 3 * t**2,
            fprime2=lambda t: 6 * t,
            method="halley",
        ).root,
    ],
    "fsolve": lambda x: [
        so.fsolve(system, [1.0, 1.0], args=(x[0], x[1]), xtol=1e-13),
        so.fsolve(lambda t: t**3 - x[0], 1.0, xtol=1e-13)[0] ** 2 * x[1],
    ],
    "root": lambda x: [
        so.root(lambda t: t**3 - x, np.ones(3), jac=lambda t: np.diag(3 * t**2), tol=1e-13).x,
        so.root(system, x[:2], args=(x[0], x[1]), method="lm", tol=1e-13).x,
    ],
    "fixed_point": lambda x: so.fixed_point(lambda t: np.cos(t) * x[0], 0.5, xtol=1e-13),
    "branches": lambda x: [so.brentq(pieces, 0, 2, args=(v,)) for v in (x[0], 0.1 * x[2])],
    "recorded whole": lambda x: so.brentq(lambda t: sp.gammainc(2.0, t) - x[2], 0, 20),
    "within another": within,
    "in a loop": lambda x: sum(so.brentq(lambda t, v=v: t**3 - v, 0, 2) ** 2 for v in x),
    "of constants": lambda x: so.brentq(lambda t: t**3 - 0.5, 0, 2) * x,
}


@pytest.mark.parametrize("name", ROOTS)
def test_roots(name: str) -> None:
    check_function(ROOTS[name], X, rtol=1e-10)


def test_a_root_in_another_branch_is_traced_anew() -> None:
    problem = asdopt.Problem(lambda x: so.brentq(pieces, 0, 2, args=(x[0],)), x0=[0.7])
    for a in (0.7, 0.05, 0.3):
        want = so.brentq(pieces, 0, 2, args=(a,))
        np.testing.assert_allclose(problem.objective([a]), want, rtol=1e-10)
        slope = 3 * want**2 + (0.1 if want > 0.5 else 0.0)
        np.testing.assert_allclose(problem.gradient([a]), [1 / slope], rtol=1e-9)


def test_a_model_with_a_root_solves_and_can_be_pickled() -> None:
    problem = asdopt.Problem(LEAST, x0=[0.7, 1.3])
    again = pickle.loads(pickle.dumps(problem))
    assert again.objective([0.5, 1.0]) == problem.objective([0.5, 1.0])
    solution = problem.solve()
    assert solution.success
    np.testing.assert_allclose(solution.x, [1.0, 1.0], atol=1e-5)


def LEAST(x: Any) -> Any:
    return (so.brentq(lambda t: t**3 + t - 2 * x[0], 0, 5) - 1) ** 2 + (x[1] - x[0]) ** 2


REFUSED: list[tuple[str, Callable[[Any], Any]]] = [
    ("found no root", lambda x: so.fsolve(lambda t: t**2 + x[0], 1.0)),
    ("found no root", lambda x: so.bisect(lambda t: (t - x[0]) ** 3, 0, 2)),
    ("also returns its derivatives", lambda x: so.root(lambda t: (t - x, 1), x, jac=True).x),
    ("events=", lambda x: run(x, events=lambda t, y, a, b: y[0], method="LSODA", t_eval=[1]).y),
    (
        "right-hand side branches",
        lambda x: (
            sg.solve_ivp(
                lambda t, y: -y if y[0] > x[0] / 2 else -2 * y, (0, 1), x[:1], method="BDF"
            ).y
        ),
    ),
    ("full_output", lambda x: sg.odeint(decay, x[:2], [0, 1], args=(x[2],), full_output=True)),
    ("weight", lambda x: sg.quad(lambda t: x[0], 0, 1, weight="cos", wvar=2)[0]),
    ("parts of the interval", lambda x: sg.quad(lambda t: x[0] / t, 0, 1)[0]),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("words", "fun"), REFUSED)
def test_what_has_no_derivatives_is_refused(words: str, fun: Callable[[Any], Any]) -> None:
    with pytest.raises(
        (asdopt.TracingError, asdopt.UnsupportedOperationError),
        match=rf"(?s)test_solvers_inside.py:\d+.*{words}",
    ):
        asdopt.jacobian(fun, X)


def test_stiff_problems_are_refused_where_steps_are_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every step is written out."""
    monkeypatch.setattr(_ode_steps, "_MOST_STEPS", 50)
    with pytest.raises(asdopt.UnsupportedOperationError, match=r"more than 50 steps.*'LSODA'"):
        asdopt.jacobian(
            lambda x: sg.solve_ivp(lambda t, y: -1e5 * x[0] * (y - t), (0, 1), [1.0]).y, X
        )


def test_slopes_that_read_variables() -> None:
    check_function(
        lambda x: [
            so.newton(lambda t: t**3 * x[1] - x[0], 1.0, fprime=lambda t: 3 * t**2 * x[1]),
            so.fsolve(
                lambda t: t**3 - x,
                np.ones(3),
                fprime=lambda t: np.diag(3 * t**2 * x / x),
                xtol=1e-13,
            ),
        ],
        X,
        rtol=1e-10,
    )


def test_minima_of_constants_are_plain_numbers() -> None:
    def fun(x: Any) -> Any:
        best = so.minimize_scalar(lambda t: (t - 0.5) ** 2).x
        line = so.curve_fit(f=lambda t, a: a * t, xdata=[1.0, 2, 3], ydata=[2.0, 3, 4])[0]
        return best * line * x

    check_function(fun, X, rtol=1e-9)


@pytest.mark.parametrize(
    "find",
    [
        lambda: so.minimize(lambda t, a, b: a * t @ t - b @ t, [0.0, 0], args=(1.0, np.ones(2))),
        lambda: so.minimize(lambda t: ((t - 0.5) @ (t - 0.5), 2 * t - 1), [0.0, 0], jac=True),
        lambda: so.least_squares(lambda t, a, b: t - a * b, [0.0, 0], args=(0.5, np.ones(2))),
        lambda: so.least_squares(
            lambda t, a, b: t - a * b, [0.0, 0], kwargs={"a": 0.5, "b": np.ones(2)}
        ),
        lambda: so.minimize(
            lambda t: (t**2).sum(),
            [1.0, 0],
            constraints=[{"type": "eq", "fun": lambda t: t.sum() - 1.0}],
            bounds=[(0.0, None), (None, 2.0)],
        ),
    ],
)
def test_arguments_of_solvers_may_be_of_different_sizes(find: Callable[[], Any]) -> None:
    problem = asdopt.Problem(lambda x: find().x.sum() * x[0], x0=[2.0])
    assert problem.objective([2.0]) == pytest.approx(2.0, abs=1e-5)


def test_solvers_need_a_point() -> None:
    with pytest.raises(asdopt.TracingError, match="give x0"):
        asdopt.jacobian_sparsity(lambda x: so.brentq(lambda t: t**3 - x[0], 0, 2), 3)
    with pytest.raises(asdopt.TracingError, match="give x0"):
        asdopt.jacobian_sparsity(lambda x: sg.quad(lambda t: t * x[0], 0, 1)[0], 3)


CONTROLS: dict[str, Callable[[Any], Any]] = {
    "an index of time": lambda x: lambda t, y: [-y[0] + x[min(int(t / 0.5), 1)]],
    "a branch on time": lambda x: lambda t, y: [-y[0] + (x[0] if t < 0.5 else x[1])],
    "a choice by time": lambda x: lambda t, y: [-y[0] + np.where(t < 0.5, x[0], x[1])],
}


@pytest.mark.parametrize("name", CONTROLS)
def test_controls_that_jump_in_time(name: str) -> None:
    """Steps count as fixed there; how they move across the jump would spoil the derivatives."""
    half = np.exp(-0.5)
    exact = [[half * (1 - half), 1 - half, 0.0]]
    for solve in (
        lambda x: run_control(name, x),
        lambda x: sg.odeint(CONTROLS[name](x), 0.0, [0, 0.5, 1], tfirst=True)[-1],
    ):
        np.testing.assert_allclose(asdopt.jacobian(solve, X).toarray(), exact, atol=1e-4)


def run_control(name: str, x: Any) -> Any:
    return sg.solve_ivp(CONTROLS[name](x), (0, 1), [0.0], rtol=1e-8, atol=1e-8).y[:, -1]


def test_a_shooting_method() -> None:
    """The equation contains a simulation, whose steps change on the way to the root."""

    def speed(x: Any) -> Any:
        def miss(v: Any) -> Any:
            right = sg.solve_ivp(lambda t, y: [y[1], -x[0] * y[0]], (0, 1), [0, v], rtol=1e-9)
            return right.y[0, -1] - x[1]

        return so.brentq(miss, 0, 5)

    root = np.sqrt(0.7)
    value, slope = asdopt.value_and_jacobian(speed, X)
    np.testing.assert_allclose(value, 1.3 * root / np.sin(root), rtol=1e-6)
    along = 1.3 * (np.sin(root) - root * np.cos(root)) / np.sin(root) ** 2 / (2 * root)
    np.testing.assert_allclose(slope.toarray(), [[along, root / np.sin(root), 0]], rtol=1e-5)


def test_times_of_evaluation_are_checked() -> None:
    for times in ([0.5, 0.3], [0.5, 3.0]):
        with pytest.raises(ValueError, match="t_eval"):
            asdopt.jacobian(lambda x, times=times: run(x, t_eval=times).y, X)


class Simulation:
    """Runs anew when the unknowns are others than last time."""

    def __init__(self) -> None:
        self.z: Any = None

    def run(self, z: Any, x: Any) -> Any:
        if self.z is None or not np.array_equal(z, self.z):
            self.z = np.copy(z)
            self.y = np.array([z[0] ** 3 + z[0] - x[0] * x[1], z[1] - z[0] * x[1]])
        return self.y


def test_functions_that_remember_their_last_point_are_solved() -> None:
    def fun(x: Any) -> Any:
        simulation = Simulation()
        root = so.fsolve(lambda z: simulation.run(z, x), [1.0, 1.0], xtol=1e-12)
        found = so.minimize(lambda z: (simulation.run(z, x) ** 2).sum() + z[0] ** 2, root).x
        return [root, simulation.run(root, x) + x[0], 0.0 * found]

    check_function(fun, X, rtol=1e-8)


def test_a_refusal_that_the_function_catches_is_none_the_less() -> None:
    def inner(z: Any, x: Any) -> Any:
        try:
            np.zeros(2, dtype=np.float32)[0] = z
        except TypeError:
            return z**3 + 5.0 * z - x[0]
        return z**3 + z - x[0]

    with pytest.raises(asdopt.TracingError, match="plain float"):
        asdopt.jacobian(lambda x: so.brentq(inner, -5.0, 5.0, args=(x,)), X)


@pytest.mark.parametrize("solver", ["brentq", "newton", "fsolve"])
def test_what_the_function_keeps_of_its_last_call_is_at_the_root(solver: str) -> None:
    kept: dict[str, Any] = {}
    log: list[Any] = []

    def fun(x: Any) -> Any:
        def residual(u: Any) -> Any:
            kept["u"] = u
            log.append(u * x[1])
            return u**3 - x[0]

        log.clear()
        places = {"brentq": (0.0, 3.0), "newton": (1.0,), "fsolve": ([1.0],)}[solver]
        getattr(so, solver)(residual, *places)
        return np.sum(kept["u"]) * x[1] + np.sum(log[-1])

    jacobian = asdopt.jacobian(lambda x: [fun(x)], [2.0, 1.5]).toarray()[0]
    root = 2.0 ** (1 / 3)
    assert np.allclose(jacobian, [2 * 1.5 / (3 * root**2), 2 * root], rtol=1e-10)
