"""Stiff initial value problems inside of a user's function, by their sensitivity equations.

Enters: a right-hand side that may read traced values, a start and times. Leaves: the states at the
times, recorded whole: at each point LSODA solves for them to 1e-10, their derivatives by what
the right-hand side reads solve the equations of first order beside them, and second derivatives
are integrals along the solution::

    S'  = f_y S + f_p
    H   = int [S; I].T (sum_i l_i f_i'') [S; I] dt,    l' = -f_y.T l,  l = w at the end

References
----------
Cao, Li, Petzold and Serban, "Adjoint sensitivity analysis for differential-algebraic equations",
SIAM J. Sci. Comput. 24 (2003).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.integrate

from asdopt._errors import TracingError
from asdopt._inside import InnerTrace, columns, recorded_inside
from asdopt.tracing._array_base import wrap
from asdopt.tracing._boxes import record
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids, constant_mask, need_values
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

__all__ = ["Flow", "flow"]

FloatArray = npt.NDArray[np.float64]
_RTOL, _ATOL = 1e-10, 1e-12
# Unknowns of the equations that are solved at once, beyond which they are refused.
_MOST = 4000
_MOST_STEPS = 30000


def flow(tape: Tape, right: Callable[[Any, Any], Any], start: Any, y: Any) -> Flow | None:
    """Record a right-hand side by itself; None where it branches, which no trace of it shows."""
    begin, state = lift(tape, start).ids.reshape(-1), lift(tape, y).ids
    need_values(tape, np.append(begin, state), "scipy.integrate.solve_ivp")
    point = np.append(tape.values(begin), tape.values(state))
    mark, num_externals = tape.mark(), len(tape.externals)

    def slopes(ty: Any) -> Any:
        return np.ravel(lift(tape, right(ty[0], ty[1:])).ids)

    inner = recorded_inside(tape, point, slopes, mark, num_externals)
    if inner.has_branches or len(inner.trace.outputs) != len(state):
        return None
    return Flow(tape, inner.trace, inner.read, begin, state)


class Flow:
    """The solution of an initial value problem, at any times."""

    def __init__(self, tape: Tape, trace: Trace, read: Ids, begin: Ids, state: Ids) -> None:
        self._tape, self._trace, self._read = tape, trace, read
        self._begin, self._state = begin, state

    def own_times(self, method: str, span: tuple[float, float], options: dict[str, Any]) -> Any:
        """Find the ends of the steps that SciPy takes at the point of the trace."""
        tape = self._tape
        box = _Flow(self._trace, len(self._read), len(self._state), np.zeros(0, dtype=int), 0)
        read, y = tape.values(self._read), tape.values(self._state)

        def slopes(t: float, y: FloatArray) -> FloatArray:
            return box.slopes(t, y, read)

        with np.errstate(all="ignore"):
            solve: Any = scipy.integrate.solve_ivp
            found = solve(slopes, span, y, method=method, **options)
        if not found.success:
            raise _failed(tape)
        return found.t

    def __call__(self, times: Any) -> Any:
        """States at times, one row for each."""
        tape = self._tape
        # Times count from the start, so that the way does not depend on where that is.
        ids = lift(tape, times - wrap(tape, self._begin.reshape(()))).ids.reshape(-1)
        inputs = np.concatenate([self._read, self._begin, self._state, ids]).astype(np.int32)
        moves = ~constant_mask(tape, inputs)
        n, others = len(self._state), len(inputs) - len(ids)
        num_moving = int(moves[:others].sum())
        if n * (1 + num_moving) > _MOST:
            raise refuse(
                tape,
                TracingError,
                f"a stiff initial value problem of {n} states was solved inside of the function, "
                f"and depends on {num_moving} numbers; the {n * (1 + num_moving)} equations of "
                "its derivatives are too many: make it collocation with states as variables, or "
                "put the simulation into asdopt.external",
            )
        box = _Flow(self._trace, len(self._read), n, np.flatnonzero(moves[:others]), len(ids))
        values = tape.values(inputs)
        if np.isfinite(values).all() and not np.isfinite(box.values(values)).all():
            raise _failed(tape)
        return wrap(tape, record(tape, box, inputs).reshape(len(ids), n))


def _solved(
    slopes: Callable[[float, FloatArray], FloatArray],
    span: tuple[float, float],
    start: FloatArray,
    block: Callable[[float, FloatArray], FloatArray],
    copies: int,
    atol: Any = None,
) -> Any:
    """Solution as a function of time; None where it does not reach the end.

    ``block(t, z)`` is the derivative of the first unknowns by themselves, which as many copies of
    them share; what drives what else is left out, as the steps need no exact one.
    """
    atol = _ATOL * (1.0 + np.abs(start)) if atol is None else atol

    def packed(t: float, z: FloatArray) -> FloatArray:
        part = block(t, z)
        n = len(part)
        rows, cols = np.indices((n, n))
        one = np.zeros((2 * n - 1, n))
        one[n - 1 + rows - cols, cols] = part
        found = np.zeros((2 * n - 1, len(z)))
        found[:, : n * copies] = np.tile(one, copies)
        return found

    band = len(block(span[0], start)) - 1
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        solver: Any = scipy.integrate.LSODA(
            *(slopes, span[0], start, span[1]),
            rtol=_RTOL,
            atol=atol,
            jac=packed,
            lband=band,
            uband=band,
        )
        times, parts = [span[0]], []
        while solver.status == "running":
            solver.step()
            done = solver.status != "failed" and np.isfinite(solver.y).all()
            if not done or solver.t == times[-1] or len(times) > _MOST_STEPS:
                return None
            times.append(solver.t)
            parts.append(solver.dense_output())
    return scipy.integrate.OdeSolution(times, parts, alt_segment=True)


def _failed(tape: Tape) -> TracingError:
    return refuse(
        tape,
        TracingError,
        "an initial value problem was solved inside of the function, and its solution ends before "
        "the last time (the right-hand side grows without bound, or is not finite): start from "
        "another x0, or shorten the interval",
    )


class _Flow(InnerTrace):
    """States at times, by what is read, where time starts, the first state, and the times."""

    hint = "the solution of the initial value problem ends before the last time"

    def __init__(
        self, trace: Trace, num_read: int, size: int, moving: npt.NDArray[np.intp], count: int
    ) -> None:
        num_inputs = num_read + 1 + size + count
        name = "scipy.integrate.solve_ivp"
        super().__init__(name, trace, num_read, num_inputs, np.zeros(count * size))
        self._size, self._count = size, count
        # Inputs before the times that are no constants: columns of the sensitivities.
        self._moving = moving
        # Jacobian and Hessian at one point share the way; a tuple, exchanged as a whole.
        self._last: tuple[bytes, Any] = (b"", None)

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_last": (b"", None)}

    # ------------------------------------------------------------------- the right-hand side
    def slopes(self, t: float, y: FloatArray, read: FloatArray) -> FloatArray:
        """Slopes of the states."""
        self._sweeps.values(np.concatenate([[t], y, read]))
        found: FloatArray = self._sweeps.output_values().copy()
        return found

    def _partials(
        self, t: float, y: FloatArray, read: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Slopes, their derivatives by the states, and by what moves besides."""
        n = self._size
        found = self.slopes(t, y, read)
        self._sweeps.first()
        whole = columns(self._sweeps.jvp, 1 + n + len(read), n)
        besides = np.concatenate([whole[:, 1 + n :], whole[:, :1], np.zeros((n, n))], axis=1)
        return found, whole[:, 1 : 1 + n], besides[:, self._moving]

    # ------------------------------------------------------------------------- the solutions
    def _split(self, x: FloatArray) -> tuple[FloatArray, float, FloatArray, FloatArray]:
        r, n = self._num_read, self._size
        return x[:r], float(x[r]), x[r + 1 : r + 1 + n], x[r + 1 + n :]

    def _block(self, x: FloatArray) -> Callable[[float, FloatArray], FloatArray]:
        """Give the derivative of the slopes by the states as a function of time from the start."""
        read, begin, _, _ = self._split(x)

        def at(t: float, z: FloatArray) -> FloatArray:
            return self._partials(begin + t, z[: self._size], read)[1]

        return at

    def _sides(self, times: FloatArray) -> list[npt.NDArray[np.intp]]:
        """Places of the times after the start and of those before it, the farthest last."""
        sides = np.flatnonzero(times > 0.0), np.flatnonzero(times < 0.0)
        return [side[np.argsort(np.abs(times[side]), kind="stable")] for side in sides if side.size]

    def values(self, x: FloatArray) -> FloatArray:
        """States, time by time; NaN where the solution ends before."""
        read, begin, y, times = self._split(x)
        states = np.tile(y, (len(times), 1))

        def slopes(t: float, y: FloatArray) -> FloatArray:
            return self.slopes(begin + t, y, read)

        for places in self._sides(times):
            path = _solved(slopes, (0.0, float(times[places[-1]])), y, self._block(x), 1)
            if path is None:
                return np.full(self.num_results, np.nan)
            states[places] = path(times[places]).T
        return np.asarray(states.reshape(-1), dtype=np.float64)

    def _paths(self, x: FloatArray) -> Any:
        """Places on each side of the start, and states with sensitivities as a function of time.

        Sensitivities follow the states column by column, so that the equations are banded.
        """
        key = x.tobytes()
        last, kept = self._last
        if last == key:
            return kept
        read, begin, y, times = self._split(x)
        n, paths = self._size, []

        def slopes(t: float, z: FloatArray) -> FloatArray:
            moves = z[n:].reshape(-1, n)
            found, by_state, besides = self._partials(begin + t, z[:n], read)
            return np.append(found, moves @ by_state.T + besides.T)

        for places in self._sides(times):
            span = 0.0, float(times[places[-1]])
            first = np.append(y, self._first_moves())
            path = _solved(slopes, span, first, self._block(x), 1 + len(self._moving))
            if path is None:
                return None
            paths.append((places, path))
        self._last = key, paths
        return paths

    def _first_moves(self) -> FloatArray:
        """Sensitivities of the first state, one row for each column."""
        moves = np.zeros((len(self._moving), self._size))
        states = self._moving - self._num_read - 1
        moves[np.flatnonzero(states >= 0), states[states >= 0]] = 1.0
        return moves

    def _at_times(self, x: FloatArray, paths: Any) -> tuple[FloatArray, FloatArray]:
        """States (times, n) and sensitivities (times, n, columns)."""
        _, _, y, times = self._split(x)
        n, start = self._size, np.append(y, self._first_moves())
        whole = np.tile(start, (len(times), 1))
        for places, path in paths:
            whole[places] = path(times[places]).T
        return whole[:, :n], whole[:, n:].reshape(len(times), -1, n).transpose(0, 2, 1)

    def jacobian(self, x: FloatArray) -> FloatArray:
        """States by all inputs."""
        paths = self._paths(x)
        if paths is None:
            return np.full((self.num_results, self.num_inputs), np.nan)
        read, begin, _, times = self._split(x)
        states, moves = self._at_times(x, paths)
        found = np.zeros((self._count, self._size, self.num_inputs))
        found[:, :, self._moving] = moves
        first = self.num_inputs - self._count
        for k, (t, y) in enumerate(zip(times, states, strict=True)):
            found[k, :, first + k] = self.slopes(begin + t, y, read)
        return found.reshape(self.num_results, self.num_inputs)

    # ------------------------------------------------------------------- second derivatives
    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Of the weighted sum, by the adjoint equations along the solution."""
        found = np.zeros((self.num_inputs, self.num_inputs))
        paths = self._paths(x)
        if paths is None:
            return np.full_like(found, np.nan)
        read, begin, _, times = self._split(x)
        weights = weights.reshape(self._count, self._size)
        place = np.ix_(self._moving, self._moving)
        for places, path in paths:
            ends = places[weights[places].any(axis=1)]
            if ends.size:
                found[place] += self._along_path(x, path, times[ends], weights[ends])
        # By the times themselves, which end the way.
        first = self.num_inputs - self._count
        for k, (y, moves) in enumerate(zip(*self._at_times(x, paths), strict=True)):
            slope, by_state, besides = self._partials(begin + times[k], y, read)
            mixed = weights[k] @ (by_state @ moves + besides)
            found[first + k, self._moving] = found[self._moving, first + k] = mixed
            whole = columns(self._sweeps.jvp, 1 + self._size + len(read), self._size)
            found[first + k, first + k] = weights[k] @ (whole[:, 0] + by_state @ slope)
        return found

    def _along_path(
        self, x: FloatArray, path: Any, times: FloatArray, weights: FloatArray
    ) -> FloatArray:
        """Integral of the curvature of the right-hand side, from the last time to the start."""
        read, begin, _, _ = self._split(x)
        n, q, r = self._size, len(self._moving), len(read)
        upper = np.triu_indices(q)
        # What moves directly: what is read, and time; the first state does not.
        direct = np.zeros((r + 1, q))
        given = np.flatnonzero(self._moving <= r)
        direct[self._moving[given], given] = 1.0

        def slopes(t: float, z: FloatArray) -> FloatArray:
            at = path(t)
            self._sweeps.values(np.concatenate([[begin + t], at[:n], read]))
            self._sweeps.first()
            by_state = columns(self._sweeps.jvp, 1 + n + r, n)[:, 1 : 1 + n]
            self._sweeps.second()
            self._sweeps.gradient(np.ascontiguousarray(z[:n]))
            inner = columns(self._sweeps.hvp, 1 + n + r, 1 + n + r)
            along = np.concatenate([direct[r:], at[n:].reshape(q, n).T, direct[:r]])
            return np.append(-by_state.T @ z[:n], -(along.T @ inner @ along)[upper])

        def block(t: float, z: FloatArray) -> FloatArray:
            return -self._block(x)(t, path(t)).T

        state = np.zeros(n + len(upper[0]))
        for k in range(len(times) - 1, -1, -1):
            state[:n] += weights[k]
            end = times[k - 1] if k else 0.0
            if end == times[k]:
                continue
            size = np.max(np.abs(state[:n]), initial=0.0)
            span = times[k], end
            back = _solved(slopes, span, state, block, 1, _ATOL * (1.0 + size))
            if back is None:
                return np.full((q, q), np.nan)
            state = back(end)
        half = np.zeros((q, q))
        half[upper] = state[n:]
        return half + np.triu(half, 1).T
