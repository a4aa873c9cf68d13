"""One Ipopt problem through all of its restarts, whichever binding carries it.

Enters: a problem, and as base class a binding in the form of ``cyipopt.Problem``. Leaves: a class
whose ``solve`` restarts with the union of the structures when a branch flips, whose
``add_option`` takes values of any sensible type, and which raises what its callbacks met.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._problem import Problem
from asdopt.adapters._callbacks import MAX_RESTARTS, too_many_restarts
from asdopt.adapters._ipopt_callbacks import IpoptCallbacks
from asdopt.adapters._ipopt_options import coerce_option, refused_option
from asdopt.adapters._output import ForwardedOutput, is_replaced

__all__ = ["RestartingProblem", "warm_start_options"]

FloatArray = npt.NDArray[np.float64]
OptionValue = str | int | float
# Ipopt reads 1e19 and more as infinity; a true infinity is not safe in every version.
INFINITY = 2e19
# Ipopt's print level where none is given.
IPOPT_PRINTS = 5


def warm_start_options(mu: float) -> dict[str, OptionValue]:
    """Options that make Ipopt begin at the point and the multipliers it is given.

    Parameters
    ----------
    mu : float
        Barrier parameter to begin with.

    Returns
    -------
    dict of str to str or float
    """
    pushes = ("bound_push", "bound_frac", "slack_bound_push", "slack_bound_frac", "mult_bound_push")
    return {
        "warm_start_init_point": "yes",
        "mu_init": mu,
        **{f"warm_start_{push}": 1e-9 for push in pushes},
    }


class RestartingProblem:
    """Mixin over a binding with the constructor and methods of ``cyipopt.Problem``.

    Parameters
    ----------
    problem : Problem
    refusal : type of exception
        What the binding takes for a failed evaluation.
    user_callback : callable, optional
        See :class:`Callbacks`.
    """

    library = "Ipopt"

    def __init__(
        self,
        problem: Problem,
        refusal: type[Exception],
        user_callback: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        self.callbacks = IpoptCallbacks(problem, refusal, user_callback)
        self._problem = problem
        self._options: dict[str, OptionValue] = {}
        self._scaling: tuple[Any, ...] | None = None
        self._reopen_first = False
        self._output: ForwardedOutput | None = None
        self._open()

    # The binding's part, by the next class in the order of resolution

    def _open(self) -> None:
        problem = self._problem
        self._limits = self._clipped_limits()
        super().__init__(  # type: ignore[call-arg]  # of the binding, which is the next class
            problem.n, problem.m, problem_obj=self.callbacks, **self._limits
        )

    def _clipped_limits(self) -> dict[str, FloatArray]:
        """Bounds of the problem, which may be assigned between solves."""
        sides = {name: getattr(self._problem, name) for name in ("lb", "ub", "cl", "cu")}
        return {name: np.clip(side, -INFINITY, INFINITY) for name, side in sides.items()}

    def _has_other_limits(self) -> bool:
        limits = self._clipped_limits()
        return any(not np.array_equal(side, self._limits[name]) for name, side in limits.items())

    def _reopen(self, options: dict[str, OptionValue]) -> None:
        """Make the problem anew with the current structure and other options."""
        super().close()  # type: ignore[misc]  # of the binding, which is the next class
        self._open()
        for name, value in options.items():
            self._set_option(name, value)
        if self._output is not None:
            self._output.rewind()
        if self._scaling is not None:
            super().set_problem_scaling(*self._scaling)  # type: ignore[misc]  # of the binding, which is the next class

    def _set_option(self, name: str, value: OptionValue) -> bool:
        try:
            super().add_option(name, value)  # type: ignore[misc]  # of the binding, which is the next class
        except TypeError:
            return False
        return True

    # What the user calls

    def add_option(self, keyword: str | bytes, val: Any) -> None:
        """Set an option of Ipopt; ints, floats, bools and NumPy scalars are brought to its type.

        Raises
        ------
        InputError
            Ipopt does not know the option, or refuses the value.
        """
        name = keyword.decode() if isinstance(keyword, bytes) else keyword
        readings = coerce_option(name, val)
        for value in readings:
            if self._set_option(name, value):
                self._options[name] = value
                return
        raise refused_option(name, readings[0], self.library)

    def offer_option(self, name: str, value: OptionValue) -> None:
        """Set an option unless it was set before or this build of Ipopt lacks it."""
        if name not in self._options and self._set_option(name, value):
            self._options[name] = value

    def set_problem_scaling(
        self, obj_scaling: float = 1.0, x_scaling: Any = None, g_scaling: Any = None
    ) -> None:
        """Scaling factors, for the option ``nlp_scaling_method = "user-scaling"``."""
        super().set_problem_scaling(obj_scaling, x_scaling, g_scaling)  # type: ignore[misc]  # of the binding, which is the next class
        self._scaling = (obj_scaling, x_scaling, g_scaling)

    def solve(
        self, x: npt.ArrayLike, lagrange: Any = (), zl: Any = (), zu: Any = ()
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Solve from x, and again with more structure where a branch of the functions flips.

        Parameters
        ----------
        x : array_like of float64, shape (n,) or that of x0
        lagrange, zl, zu : array_like of float64, optional
            Multipliers to begin with, used with the option ``warm_start_init_point``.

        Returns
        -------
        x : ndarray of float64, shape (n,)
        info : dict
            As cyipopt's: x, g, obj_val, mult_g, mult_x_L, mult_x_U, status, status_msg.
        """
        callbacks = self.callbacks
        self._problem.check_limits()
        self._problem.require_bounds()
        why_not = self._problem.evaluator.why_no_hessian
        if why_not is not None and self._options.get("hessian_approximation") != "limited-memory":
            raise why_not.with_traceback(None)
        given = callbacks.structure
        callbacks.reset()
        if self._reopen_first or callbacks.structure != given or self._has_other_limits():
            self._reopen(self._options)
            self._reopen_first = False
        start = perf_counter()
        callbacks.current_iterate = self.get_current_iterate  # type: ignore[attr-defined]  # of the binding, which is the next class
        try:
            point = self._problem.structure.flatten(x, "x", may_be_flat=True)
            _, info = self._run(point, lagrange, zl, zu)
            first = point
            for _ in range(MAX_RESTARTS):
                if callbacks.grown_at is None:
                    return info["x"], info
                point = callbacks.grown_at
                callbacks.restart()
                self._reopen_first = True
                self._reopen(self._options | self._restart_options(perf_counter() - start))
                self._keep_scaling(first)
                multipliers = [info["mult_g"], info["mult_x_L"], info["mult_x_U"]]
                if not all(np.isfinite(part).all() for part in multipliers):
                    multipliers = [np.zeros_like(part) for part in multipliers]
                _, info = self._run(point, *multipliers)
        finally:
            callbacks.current_iterate = None
        raise too_many_restarts("Ipopt")

    def _run(
        self, x: FloatArray, lagrange: Any, zl: Any, zu: Any
    ) -> tuple[FloatArray, dict[str, Any]]:
        found: tuple[FloatArray, dict[str, Any]]
        self._direct_output()
        try:
            found = super().solve(x, lagrange, zl, zu)  # type: ignore[misc]  # of the binding, which is the next class
        finally:
            forward, self.callbacks.forward_output = self.callbacks.forward_output, None
            if forward is not None:
                forward()
        if self.callbacks.error is not None:
            raise self.callbacks.error
        return found

    def _direct_output(self) -> None:
        """Let Ipopt print where Python prints."""
        level = int(self._options.get("print_level", IPOPT_PRINTS))
        if level > 0 and sys.stdout is not None:
            sys.stdout.flush()  # what Python printed before comes first
        if level > 0 and is_replaced() and not self._options.get("output_file"):
            if self._output is None:
                with suppress(OSError):  # no room for files: the C library prints
                    self._output = ForwardedOutput()
            if self._output is not None:
                self._set_option("output_file", self._output.path)
                self._set_option("file_print_level", level)
                self._set_option("print_level", 0)
                self.callbacks.forward_output = self._output.forward
        elif self._output is not None:
            self._set_option("print_level", level)
            self._set_option("file_print_level", 0)

    def _keep_scaling(self, first: FloatArray) -> None:
        """Scale a restart as Ipopt scaled the first run, by the gradients at its start.

        Scaled anew at a point with steep functions, a restart would take any point for optimal.
        """
        if self._scaling is not None or "nlp_scaling_method" in self._options:
            return
        evaluator = self._problem.evaluator
        gradient = np.abs(evaluator.gradient(first)).max(initial=0.0)
        values = np.abs(evaluator.jacobian_values(first))
        rows = np.zeros(self._problem.m)
        np.maximum.at(rows, evaluator.jacobian_pattern.rows, values)
        steepest = float(self._options.get("nlp_scaling_max_gradient", 100.0))
        least = float(self._options.get("nlp_scaling_min_value", 1e-8))
        with np.errstate(all="ignore"):
            factors = [
                np.maximum(np.nan_to_num(np.minimum(1.0, steepest / size), nan=1.0), least)
                for size in (gradient, rows)
            ]
        self._set_option("nlp_scaling_method", "user-scaling")
        super().set_problem_scaling(float(factors[0]), None, factors[1])  # type: ignore[misc]  # of the binding, which is the next class

    def _restart_options(self, seconds: float) -> dict[str, OptionValue]:
        """Begin where the last run ended, and let the limits count what has been spent."""
        history = self.callbacks.history
        options: dict[str, OptionValue] = {}
        if history:
            options = warm_start_options(max(float(history[-1]["mu"]), 1e-11))
            limit = int(self._options.get("max_iter", 3000))
            options["max_iter"] = max(limit - self.callbacks.num_iterations - 1, 0)
        if "max_wall_time" in self._options:
            limit_seconds = float(self._options["max_wall_time"])
            options["max_wall_time"] = max(limit_seconds - seconds, 1e-3)
        return options
