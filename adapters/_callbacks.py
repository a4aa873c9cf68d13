"""What solvers call back: values and derivatives in the fixed structure they were given.

Enters: a problem. Leaves: an object which keeps what happened: the first exception, the last point
that was not finite, the point where the structure grew, and the history. Next: the adapters, which
read these after the solve.

A solver copes with a failed evaluation by a shorter step, and with nothing else: a foreign
exception in a callback would leave it working on old numbers. So every failure is noted here and
reported as a failed evaluation, and the next iteration stops the solve.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from time import perf_counter
from typing import Any, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from asdopt._errors import StructureChangedError
from asdopt._pattern import SparsityPattern
from asdopt._problem import Problem

__all__ = ["MAX_RESTARTS", "Callbacks", "RefusedError", "too_many_restarts"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
Result = TypeVar("Result")
MAX_RESTARTS = 200


class RefusedError(Exception):
    """An evaluation failed: for solvers that have no exception of their own for it."""


def too_many_restarts(solver: str) -> StructureChangedError:
    """Error of a solve whose structure kept growing."""
    return StructureChangedError(
        f"the functions took so many branches during the solve that {solver} was restarted "
        f"{MAX_RESTARTS} times with a larger structure, and still a derivative outside of it was "
        "met; such a problem is not smooth enough: replace branches on variables by smooth "
        "expressions, or by np.where, np.maximum, np.minimum"
    )


class Callbacks:
    """Callbacks of one solve.

    Parameters
    ----------
    problem : Problem
    refusal : type of exception
        Raised to tell the caller that an evaluation failed.
    user_callback : callable, optional
        ``user_callback(info)`` at each iteration; a true result stops.

    Attributes
    ----------
    error : BaseException or None
        First exception of a callback.
    grown_at : ndarray or None
        Point where a derivative outside of the structure was not zero.
    bad_x : ndarray or None
        Last point where a value was not finite.
    bad_since_iterate : bool
        Whether that was after the last iteration was reported.
    stopped : bool
        Whether the user's callback asked to stop.
    history : list of dict
    evaluation_seconds : float
    """

    def __init__(
        self,
        problem: Problem,
        refusal: type[Exception],
        user_callback: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        self.problem = problem
        self.user_callback = user_callback
        self.refusal = refusal
        self._first_iteration = 0
        self.reset()

    def reset(self) -> None:
        """Forget the last solve."""
        self.error: BaseException | None = None
        self.grown_at: FloatArray | None = None
        self.bad_x: FloatArray | None = None
        self.bad_since_iterate = False
        self.stopped = False
        self.history: list[dict[str, Any]] = []
        self.evaluation_seconds = 0.0
        self._first_iteration = 0
        self.take_structure()

    def restart(self) -> None:
        """Go on after the structure grew: take the new one, continue the count of iterations."""
        self.grown_at = None
        self.bad_since_iterate = False
        self._first_iteration = self.num_iterations + 1 if self.history else 0
        self.take_structure()

    def take_structure(self) -> None:
        """Fix the structure to the union of the branches met so far."""
        evaluator = self.problem.evaluator
        # Not all solvers take rows without any entry: one that stays zero serves.
        padded = self.problem.m > 0 and not evaluator.jacobian_pattern.nnz
        self._jacobian = _Selection(evaluator.jacobian_pattern, padded)
        self._hessian = _Selection(self._hessian_pattern())

    def _hessian_pattern(self) -> SparsityPattern:
        return self.problem.evaluator.hessian_pattern

    @property
    def structure(self) -> tuple[SparsityPattern, SparsityPattern]:
        """Patterns of the Jacobian and the Hessian that the solver was given."""
        return self._jacobian.given, self._hessian.given

    @property
    def num_iterations(self) -> int:
        """Number of the last iteration reported, over all restarts."""
        return int(self.history[-1]["iteration"]) if self.history else 0

    # Values and derivatives

    def objective(self, x: FloatArray) -> float:
        """Value of the objective."""
        value = self._attempt(x, self.problem.evaluator.objective)
        if not isfinite(value):
            self._refuse(x)
        return value

    def constraints(self, x: FloatArray) -> FloatArray:
        """Values of the constraints, shape (m,)."""
        return self._evaluate(x, self._outputs)[1:]

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of the objective, shape (n,)."""
        return self._evaluate(x, self.problem.evaluator.gradient)

    def jacobian(self, x: FloatArray) -> FloatArray:
        """Values of the Jacobian, aligned with its structure."""
        return self._select(x, self._evaluate(x, self._jacobian_values), self._jacobian)

    def hessian(self, x: FloatArray, lagrange: FloatArray, obj_factor: float) -> FloatArray:
        """Values of the Hessian of ``obj_factor * f + lagrange @ c``, aligned as well."""
        weights = np.empty(1 + self.problem.m)
        weights[0] = obj_factor
        weights[1:] = lagrange
        values = self._evaluate(x, lambda point: self._hessian_values(point, weights))
        return self._select(x, values, self._hessian)

    def note(self, info: dict[str, Any], iterate: Callable[[], dict[str, Any]]) -> bool:
        """Note an iteration, call the user's callback, and say whether to go on.

        Parameters
        ----------
        info : dict
            Goes to the history; its ``iteration`` counts from the last restart.
        iterate : callable
            Gives what the user's callback receives beside it.
        """
        if self.error is not None or self.grown_at is not None:
            return False
        self.bad_since_iterate = False
        info["iteration"] += self._first_iteration
        self.history.append(info)
        if self.user_callback is None:
            return True
        try:
            self.stopped = bool(self.user_callback(info | iterate()))
        except StopIteration:  # SciPy's way to stop
            self.stopped = True
        except BaseException as error:  # raised again after the solve
            self.error = error
        return self.error is None and not self.stopped

    # Parts

    def _outputs(self, x: FloatArray) -> FloatArray:
        return self.problem.evaluator.outputs(x)

    def _jacobian_values(self, x: FloatArray) -> FloatArray:
        return self.problem.evaluator.jacobian_values(x)

    def _hessian_values(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        return self.problem.evaluator.hessian_values(x, weights)

    def _evaluate(self, x: FloatArray, compute: Callable[[FloatArray], FloatArray]) -> FloatArray:
        values = self._attempt(x, compute)
        with np.errstate(all="ignore"):
            total = values.sum()
        # A finite sum means finite values; the converse fails at overflow only.
        if not isfinite(total) and not np.isfinite(values).all():
            self._refuse(x)
        return values

    def _attempt(self, x: FloatArray, compute: Callable[[FloatArray], Result]) -> Result:
        if self.error is not None or self.grown_at is not None:
            raise self.refusal("the solve is being stopped")
        start = perf_counter()
        try:
            return compute(x)
        except BaseException as error:
            self.error = error
            raise self.refusal("an evaluation raised an exception") from error
        finally:
            self.evaluation_seconds += perf_counter() - start

    def _refuse(self, x: FloatArray) -> NoReturn:
        self.bad_x = x.copy()
        self.bad_since_iterate = True
        raise self.refusal("a value is not finite")

    def _select(self, x: FloatArray, values: FloatArray, selection: _Selection) -> FloatArray:
        evaluator = self.problem.evaluator
        jacobian = selection is self._jacobian
        union = evaluator.jacobian_pattern if jacobian else evaluator.hessian_pattern
        selected = selection.select(values, union)
        if selected is None:
            self.grown_at = x.copy()
            raise self.refusal("the structure grew")
        return selected


class _Selection:
    """The structure given to the solver, and its places in a union that has grown since.

    Parameters
    ----------
    given : SparsityPattern
    padded : bool
        Whether it is empty and gets an entry that is zero.
    """

    def __init__(self, given: SparsityPattern, padded: bool = False) -> None:
        self.given = SparsityPattern([0], [0], given.shape) if padded else given
        self._padded = padded
        self._union = self.given
        self._places: npt.NDArray[np.intp] | None = None
        self._outside: npt.NDArray[np.bool_] | None = None

    def select(self, values: FloatArray, union: SparsityPattern) -> FloatArray | None:
        """Pick the given entries; None where another entry is not zero, so that they lack it."""
        if union is self.given:
            return values
        if self._padded:
            return None if values.any() else np.zeros(1)
        if union is not self._union:
            n = max(union.shape[1], 1)
            keys = union.rows.astype(np.int64) * n + union.cols
            self._places = np.searchsorted(
                keys, self.given.rows.astype(np.int64) * n + self.given.cols
            )
            self._outside = np.ones(union.nnz, dtype=bool)
            self._outside[self._places] = False
            self._union = union
        if values[self._outside].any():
            return None
        return values[self._places]
