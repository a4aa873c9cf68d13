"""Prepare and evaluate: the module that sees every stage.

Enters: a way to trace a function vector (objective first, then constraints) at a point. Leaves:
values, gradient, Jacobian and Hessian at any point, with structure arrays. Guards are honored:
when a branch flips the functions are traced again, traces are kept by branch outcome, and the
structure grows to the union.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from asdopt._arguments import joined
from asdopt._branch import Branch, spread, union_of
from asdopt._errors import StructureChangedError, TracingError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import color_hessian, color_jacobian
from asdopt.tracing._trace import Trace

__all__ = ["Evaluator"]

FloatArray = npt.NDArray[np.float64]
MAX_BRANCHES = 1000


class Evaluator:
    """Values and derivatives of traced functions at any point; thread-safe.

    Parameters
    ----------
    record : callable
        ``record(x)`` traces the functions at x and returns a Trace.
    x0 : ndarray of float64, shape (n,)
        First point.
    parameters : ndarray of float64, optional
        Values of the traced parameters.
    traces : sequence of Trace, optional
        Traces made before (by a pickled evaluator); else the functions are traced at x0.
    threads : int
        Threads that share an evaluation.
    with_hessian : bool
        Whether second derivatives will be asked for.

    Attributes
    ----------
    jacobian_pattern : SparsityPattern
        Union over all branches seen so far.
    trace_seconds, prepare_seconds : float
        Time spent so far.
    lock : threading.RLock
        Held during each call; hold it to get values and the pattern of one moment, while other
        threads may meet new branches.
    """

    def __init__(
        self,
        record: Callable[[FloatArray], Trace],
        x0: FloatArray,
        parameters: FloatArray | None = None,
        traces: Sequence[Trace] = (),
        threads: int = 1,
        with_hessian: bool = True,
    ) -> None:
        self._threads = threads
        self._with_hessian = with_hessian
        self._record = record
        self._parameters = parameters
        self.lock = threading.RLock()
        self._branches: list[Branch] = []
        self._last = x0
        self._keeping: Branch | None = None
        self.trace_seconds = 0.0
        self.prepare_seconds = 0.0
        self._branches = [Branch(trace, threads, with_hessian) for trace in traces]
        if parameters is not None:
            for branch in self._branches:
                branch.engine.set_parameters(parameters)
        self._branch = self._branches[0] if traces else self._add_branch(x0)
        self.jacobian_pattern = self._branch.jacobian_pattern
        self._hessian_pattern = self._branch.hessian_pattern
        self.why_no_hessian = self._branch.why_no_hessian
        self._note_shapes()
        for branch in self._branches[1:]:
            self._unite(branch)
        self.num_outputs = len(self._branch.trace.outputs)

    def set_parameters(self, parameters: FloatArray) -> None:
        """Use other parameter values from now on; traces whose guards hold stay valid."""
        with self.lock:
            self._parameters = parameters
            for branch in self._branches:
                branch.engine.set_parameters(parameters)

    def traces(self) -> list[Trace]:
        """Return the traces of all branches met, the current one first."""
        with self.lock:
            others = [b.trace for b in self._branches if b is not self._branch]
            return [self._branch.trace, *others]

    @property
    def hessian_pattern(self) -> SparsityPattern:
        """Union over all branches seen so far, lower triangle.

        Raises
        ------
        PatternError, MemoryError
            It has too many entries.
        """
        if self._hessian_pattern is None:
            why = self.why_no_hessian or RuntimeError("prepared for first derivatives alone")
            raise why.with_traceback(None)
        return self._hessian_pattern

    @property
    def hessian_size(self) -> str:
        """How many nonzeros the Hessian has, in words."""
        if self._hessian_pattern is not None:
            return f"{self._hessian_pattern.nnz:,} nonzeros in the lower triangle"
        return "too many nonzeros" if self.why_no_hessian else "not prepared"

    @property
    def num_branches(self) -> int:
        """Number of branch outcomes traced so far."""
        return len(self._branches)

    @property
    def point(self) -> FloatArray:
        """A point in the branch of the last evaluation."""
        return self._last

    @property
    def trace(self) -> Trace:
        """Trace of the branch used last."""
        return self._branch.trace

    def prepare(self) -> None:
        """Prepare now what would be prepared at the first evaluation."""
        start = perf_counter()
        with self.lock:
            self._branch.engine.prepare()
        self.prepare_seconds += perf_counter() - start

    def colors(self) -> tuple[int, int]:
        """Numbers of colors of the Jacobian and the Hessian, as colored products would take."""
        jacobian = color_jacobian(self.jacobian_pattern)
        hessian = color_hessian(self.hessian_pattern)
        return jacobian.num_colors, hessian.num_colors

    def enter(self, x: FloatArray) -> None:
        """Enter the branch of x, so that the patterns are valid there."""
        with self.lock:
            if self._branch.is_guarded:
                self._move(x)

    def objective(self, x: FloatArray) -> float:
        """Objective alone: constraints are evaluated when they are asked for."""
        with self.lock:
            if self._branch.is_guarded:
                self._move(x)
            return self._branch.engine.objective(x)

    def outputs(self, x: FloatArray) -> FloatArray:
        """Objective and constraints, shape (1 + m,)."""
        with self.lock:
            if self._branch.is_guarded:
                self._move(x)
            return self._branch.engine.outputs(x)

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of the objective, shape (n,)."""
        with self.lock:
            if self._branch.is_guarded:
                self._move(x)
            return self._branch.engine.gradient(x)

    def jacobian_values(
        self, x: FloatArray, out: FloatArray | None = None, keep: bool = False
    ) -> FloatArray:
        """Nonzero values of the constraints' Jacobian, aligned with ``jacobian_pattern``.

        Parameters
        ----------
        x : ndarray of float64, shape (n,)
        out : ndarray of float64, shape (nnz,), optional
            Written to and returned.
        keep : bool
            Promises that ``out``, where the same array object was given to the last call with
            ``keep`` too, still holds what that call wrote: constant entries are then not written
            again, which saves up to a third of the time. Solvers that hand the same buffer to
            each call may set it.
        """
        with self.lock:
            if self._branch.is_guarded:
                self._move(x)
            branch, union = self._branch, self.jacobian_pattern
            if out is not None and out.shape != self._shapes[0]:
                _refuse_output(out, union.nnz, "jacobian")
            if branch.jacobian_pattern is union:
                if keep and self._keeping is not branch:
                    # Another branch may have written there since.
                    branch.engine.forget()
                    self._keeping = branch
                return branch.engine.jacobian_values(x, out, keep)
            if keep:
                self._keeping = None
            values = branch.engine.jacobian_values(x)
            return spread(values, branch.jacobian_pattern, union, out)

    def hessian_values(
        self,
        x: FloatArray,
        weights: FloatArray,
        out: FloatArray | None = None,
    ) -> FloatArray:
        """Nonzero values of the Hessian of ``weights @ outputs``, lower triangle.

        Aligned with ``hessian_pattern``.
        """
        with self.lock:
            if self._branch.is_guarded:
                self._move(x)
            branch, union = self._branch, self.hessian_pattern
            if out is not None and out.shape != self._shapes[1]:
                _refuse_output(out, union.nnz, "hessian")
            own = branch.hessian_pattern
            if own is None or own is union:
                return branch.engine.hessian_values(x, weights, out)
            values = branch.engine.hessian_values(x, weights)
            return spread(values, own, union, out)

    def checked_jacobian(
        self, x: FloatArray, out: FloatArray | None = None
    ) -> tuple[FloatArray, bool]:
        """Values of the Jacobian, and whether all are finite."""
        with self.lock:
            engine = self._branch.engine
            if self._branch.is_guarded or (out is not None and out.shape != self._shapes[0]):
                values = self.jacobian_values(x, out)
                engine = self._branch.engine
            else:
                values = engine.jacobian_values(x, out)
            return values, engine.is_finite(values)

    def checked_hessian(
        self,
        x: FloatArray,
        factor: float,
        multipliers: FloatArray,
        out: FloatArray | None = None,
    ) -> tuple[FloatArray, bool]:
        """Values of the Hessian of the Lagrangian, and whether all are finite."""
        with self.lock:
            engine = self._branch.engine
            if not self._branch.is_direct or (out is not None and out.shape != self._shapes[1]):
                values = self.hessian_values(x, joined(factor, multipliers), out)
                engine = self._branch.engine
            else:
                values = engine.lagrangian_hessian(x, factor, multipliers, out)
            return values, engine.is_finite(values)

    def checked_gradient(self, x: FloatArray) -> tuple[FloatArray, bool]:
        """Gradient, and whether all of it is finite."""
        with self.lock:
            values = self.gradient(x)
            return values, self._branch.engine.is_finite(values)

    def _move(self, x: FloatArray) -> None:
        """Enter the branch that x takes; one without guards holds everywhere and is the only."""
        if not self._branch.engine.holds(x):
            self._enter_branch(x)
        self._last = x.copy()

    def _enter_branch(self, x: FloatArray) -> None:
        for branch in reversed(self._branches):
            if branch is not self._branch and branch.engine.holds(x):
                self._branch = branch
                return
        self._branch = self._add_branch(x)
        self._unite(self._branch)

    def _unite(self, branch: Branch) -> None:
        self.jacobian_pattern = union_of(self.jacobian_pattern, branch.jacobian_pattern)
        if self._hessian_pattern is None or branch.hessian_pattern is None:
            self._hessian_pattern = None
            self.why_no_hessian = self.why_no_hessian or branch.why_no_hessian
        else:
            self._hessian_pattern = union_of(self._hessian_pattern, branch.hessian_pattern)
        self._note_shapes()

    def _note_shapes(self) -> None:
        hessian = self._hessian_pattern
        self._shapes = (self.jacobian_pattern.nnz,), (hessian.nnz if hessian is not None else -1,)

    def _add_branch(self, x: FloatArray) -> Branch:
        if len(self._branches) >= MAX_BRANCHES:
            raise TracingError(
                f"the functions took {MAX_BRANCHES} different branch outcomes at the points "
                "evaluated so far, each traced on its own, and still another one was met: a "
                "decision in them changes with nearly every point (an int() or round() of a "
                "variable, a sort, a loop that runs until convergence); replace it by a smooth "
                "expression, or by np.where, np.maximum, np.minimum, which are no branches"
            )
        start = perf_counter()
        trace = self._record(x)
        middle = perf_counter()
        branch = Branch(trace, self._threads, self._with_hessian)
        if self._parameters is not None:
            branch.engine.set_parameters(self._parameters)
        if not branch.engine.holds(x):
            raise TracingError(
                "the functions took another branch when the traced operations were replayed at "
                "the very point where they were traced; they depend on something besides their "
                "argument (random numbers, a counter, time): make them pure functions of x"
            )
        self.trace_seconds += middle - start
        self.prepare_seconds += perf_counter() - middle
        self._branches.append(branch)
        return branch


def _refuse_output(out: FloatArray, size: int, what: str) -> NoReturn:
    raise StructureChangedError(
        f"{what}_values was given an array of {out.size} values, the structure has {size} "
        "nonzeros; a new branch of the functions may have grown it: ask for "
        f"{what}_structure() again and make the array anew"
    )
