"""Linear systems of ``scipy.signal`` and ``scipy.linalg``: simulation, sampling, Riccati equations.

Enters and leaves: as in ``_scipy_arrays.py``. A system is a transfer function ``(num, den)`` or
``(A, B, C, D)``; times and frequencies are constant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import entries, expm, means, refused

__all__: list[str] = []

_signal = "scipy.signal"


def _fixed(what: str, values: Any) -> Any:
    found = None if values is None else constants_only(entries(values))
    if found is None:
        raise refused(
            f"scipy.signal.{what} was called with a traced system, and times or frequencies that "
            "are traced or left to SciPy; give constant ones"
        )
    return np.asarray(found, dtype=float)


def _parts(system: Any) -> Any:
    """Parts of a system; those of one length came as an array."""
    return tuple(system) if hasattr(system, "tape") and np.ndim(system) else system


def _response(system: Any, s: Any, what: str) -> Any:
    """Transfer function at complex frequencies."""
    system = _parts(system)
    if not isinstance(system, (list, tuple)) or len(system) != 2:
        raise refused(
            f"scipy.signal.{what} was called with traced values; known is a transfer function, "
            "(num, den)"
        )
    num, den = (np.atleast_1d(entries(v)) for v in system)
    return np.polyval(num, s) / np.polyval(den, s)


@means(_signal)
def _freqs(b: Any, a: Any, worN: Any = 200, plot: Any = None) -> Any:
    w = _fixed("freqs", None if np.ndim(worN) == 0 else worN)
    return w, _response((b, a), 1j * w, "freqs")


@means(_signal)
def _freqresp(system: Any, w: Any = None, n: int = 10000) -> Any:
    w = _fixed("freqresp", w)
    return w, _response(system, 1j * w, "freqresp")


@means(_signal)
def _bode(system: Any, w: Any = None, n: int = 100) -> Any:
    w = _fixed("bode", w)
    y = _response(system, 1j * w, "bode")
    size = 20.0 * np.log10(np.abs(y))
    return w, size, np.unwrap(np.arctan2(y.imag, y.real)) * 180.0 / np.pi


@means(_signal)
def _tf2ss(num: Any, den: Any) -> Any:
    """Give the controller canonical form of one output."""
    num, den = np.atleast_1d(entries(num)), np.atleast_1d(entries(den))
    if np.ndim(num) != 1 or len(num) > len(den):
        raise refused(
            "scipy.signal.tf2ss of traced values was called with several outputs or more zeros "
            "than poles; known is one numerator that is no longer than the denominator"
        )
    num, den = num / den[0], den / den[0]
    order = len(den) - 1
    num = np.concatenate([np.zeros(order + 1 - len(num)), num])
    if order == 0:
        return np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), num.reshape(1, 1)
    a = np.concatenate([-den[None, 1:], np.eye(order - 1, order)])
    return a, np.eye(order, 1), (num[1:] - num[0] * den[1:])[None, :], num[:1].reshape(1, 1)


def _matrices(system: Any, what: str) -> tuple[Any, Any, Any, Any]:
    system = _parts(system)
    if isinstance(system, (list, tuple)) and len(system) == 2:
        return _tf2ss(*system)  # type: ignore[no-any-return]
    if isinstance(system, (list, tuple)) and len(system) == 4:
        a, b, c, d = (np.atleast_2d(entries(v)) for v in system)
        return a, b, c, d
    raise refused(
        f"scipy.signal.{what} was called with traced values; known are transfer functions "
        "(num, den) and systems (A, B, C, D)"
    )


def _zero_order(a: Any, b: Any, dt: Any) -> tuple[Any, Any]:
    n, m = np.shape(b)
    whole = expm(np.concatenate([np.concatenate([a, b], axis=1), np.zeros((m, n + m))]) * dt)
    return whole[:n, :n], whole[:n, n:]


_TRANSFORMS = {"bilinear": 0.5, "tustin": 0.5, "euler": 0.0, "forward_diff": 0.0}


@means(_signal)
def _cont2discrete(system: Any, dt: Any, method: str = "zoh", alpha: Any = None) -> Any:
    system = _parts(system)
    if not isinstance(system, (list, tuple)) or len(system) != 4:
        raise refused(
            "scipy.signal.cont2discrete was called with traced values; known are systems "
            "(A, B, C, D): use scipy.signal.tf2ss before"
        )
    a, b, c, d = _matrices(system, "cont2discrete")
    if method == "backward_diff" or method in _TRANSFORMS:
        alpha, method = _TRANSFORMS.get(method, 1.0), "gbt"
    if method == "zoh":
        return (*_zero_order(a, b, dt), c, d, dt)
    if method != "gbt" or alpha is None:
        raise refused(
            f"scipy.signal.cont2discrete was called with traced values and method={method!r}; "
            "known are zoh, gbt, bilinear, euler and backward_diff"
        )
    left = np.eye(len(a)) - alpha * dt * a
    right = np.linalg.solve(
        left, np.concatenate([np.eye(len(a)) + (1 - alpha) * dt * a, dt * b], 1)
    )
    made_a, made_b = right[:, : len(a)], right[:, len(a) :]
    made_c = np.linalg.solve(left.T, c.T).T
    return made_a, made_b, made_c, d + alpha * np.dot(c, made_b), dt


@means(_signal)
def _lsim(system: Any, U: Any, T: Any, X0: Any = None, interp: bool = True) -> Any:
    """Exact for inputs that are straight between the times, or constant (``interp=False``)."""
    a, b, c, d = _matrices(system, "lsim")
    times = _fixed("lsim", T)
    n, m = np.shape(b)
    is_at_rest = U is None or (isinstance(U, (int, float)) and U == 0.0)
    u = np.zeros((len(times), m)) if is_at_rest else entries(U)
    u = u[:, None] * np.ones((1, m)) if np.ndim(u) < 2 else u
    state = np.zeros(n) if X0 is None else np.ravel(entries(X0))
    if times[0] > 0:
        state = expm(a * times[0]) @ state
    states = [state]
    if len(times) > 1:
        dt = times[1] - times[0]
        if interp:
            steps = _first_order(a, b, dt)
        else:
            made_a, made_b = _zero_order(a, b, dt)
            steps = made_a, made_b, np.zeros((n, m))
        for k in range(1, len(times)):
            state = steps[0] @ state + steps[1] @ u[k - 1] + steps[2] @ u[k]
            states.append(state)
    path = np.stack(states)
    return times, np.squeeze(path @ c.T + u @ d.T), np.squeeze(path)


def _first_order(a: Any, b: Any, dt: Any) -> tuple[Any, Any, Any]:
    n, m = np.shape(b)
    top = np.concatenate([a * dt, b * dt, np.zeros((n, m))], axis=1)
    middle = np.concatenate([np.zeros((m, n + m)), np.eye(m)], axis=1)
    whole = expm(np.concatenate([top, middle, np.zeros((m, n + 2 * m))]))
    after = whole[:n, n + m :]
    return whole[:n, :n], whole[:n, n : n + m] - after, after


@means(_signal)
def _step(system: Any, X0: Any = None, T: Any = None, N: Any = None) -> Any:
    times = _fixed("step", T)
    return _lsim(system, np.ones(len(times)), times, X0, interp=False)[:2]


@means(_signal)
def _impulse(system: Any, X0: Any = None, T: Any = None, N: Any = None) -> Any:
    times = _fixed("impulse", T)
    a, b, c, d = _matrices(system, "impulse")
    start = np.squeeze(b, axis=1) + (0.0 if X0 is None else np.ravel(entries(X0)))
    return _lsim((a, b, c, d), None, times, start, interp=False)[:2]


# ------------------------------------------------------------------------ Riccati equations
_MOST_DOUBLINGS = 40


def _doubled(a: Any, g: Any, h: Any, what: str) -> Any:
    """Stabilizing solution of ``X = A' X inv(I + G X) A + H`` by doubling the horizon."""
    one = np.eye(len(a))
    for _ in range(_MOST_DOUBLINGS):
        half = np.linalg.solve(one + g @ h, np.concatenate([a, g], axis=1))
        left, right = half[:, : len(a)], half[:, len(a) :]
        change = a.T @ h @ left
        h, g, a = h + change, g + a @ right @ a.T, a @ left
        # Each step squares what is missing: one more than is needed, where x is another one too.
        if np.max(np.abs(change)) <= 1e-9 * np.max(np.abs(h)):
            final = np.linalg.solve(one + g @ h, a)
            h = h + a.T @ h @ final
            return 0.5 * (h + h.T)
    raise refused(
        f"scipy.linalg.{what} of traced matrices was not solved by {_MOST_DOUBLINGS} doublings: "
        "the system is hardly stabilizable or observable"
    )


def _symmetric_start(b: Any, r: Any, e: Any, s: Any, balanced: Any, what: str) -> Any:
    if e is not None or s is not None:
        raise refused(f"scipy.linalg.{what} was called with traced values and e or s")
    b, r = np.atleast_2d(entries(b)), np.atleast_2d(entries(r))
    return b @ np.linalg.solve(r, b.T)


@means("scipy.linalg")
def _solve_discrete_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True
) -> Any:
    g = _symmetric_start(b, r, e, s, balanced, "solve_discrete_are")
    a, q = np.atleast_2d(entries(a)), np.atleast_2d(entries(q))
    return _doubled(a, g, q, "solve_discrete_are")


@means("scipy.linalg")
def _solve_continuous_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True
) -> Any:
    """Made discrete by a Cayley transform, which has the same solution."""
    g = _symmetric_start(b, r, e, s, balanced, "solve_continuous_are")
    a, q = np.atleast_2d(entries(a)), np.atleast_2d(entries(q))
    one = np.eye(len(a))
    shift = 1.0 + max(float(np.sqrt(np.sum(np.square(_value(v))))) for v in (a, g, q))
    moved = a - shift * one
    inner: Callable[[Any, Any], Any] = np.linalg.solve
    back = inner(moved.T, q).T  # q inv(moved), with q symmetric up to rounding
    mixed = moved.T + back @ g
    w = np.linalg.inv(mixed)
    start = one + 2.0 * shift * w.T
    return _doubled(
        start, 2.0 * shift * inner(moved, g @ w), 2.0 * shift * w @ back, "solve_continuous_are"
    )


def _value(matrix: Any) -> Any:
    """Numbers of a matrix at the point; 1 where there is none."""
    if not hasattr(matrix, "tape"):
        return matrix
    return np.nan_to_num(matrix.tape.values(matrix.ids), nan=1.0)
