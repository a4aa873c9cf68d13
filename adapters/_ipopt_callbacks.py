"""Callbacks in the protocol of cyipopt: structures, and what Ipopt tells at each iteration.

Enters: a problem. Leaves: the ``problem_obj`` of a ``cyipopt.Problem``. Next:
``_ipopt_session.py``, which reads after the solve what was noted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.adapters._callbacks import Callbacks

__all__ = ["IpoptCallbacks"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]


class IpoptCallbacks(Callbacks):
    """Callbacks of one solve by Ipopt; parameters as those of :class:`Callbacks`."""

    # Returns the iterate inside of intermediate; set for the time of a solve.
    current_iterate: Callable[[], dict[str, FloatArray] | None] | None = None
    # Prints what Ipopt has written, where it does not print by itself; set likewise.
    forward_output: Callable[[], None] | None = None

    def _hessian_pattern(self) -> SparsityPattern:
        evaluator = self.problem.evaluator
        if evaluator.why_no_hessian is None:
            return evaluator.hessian_pattern
        # Enough for Ipopt's own approximation; what asks for more is refused before it starts.
        return SparsityPattern([], [], (self.problem.n, self.problem.n))

    def jacobianstructure(self) -> tuple[IntArray, IntArray]:
        """Structure arrays of the constraints' Jacobian."""
        return self._jacobian.given.rows, self._jacobian.given.cols

    def hessianstructure(self) -> tuple[IntArray, IntArray]:
        """Structure arrays of the lower triangle of the Lagrangian's Hessian."""
        return self._hessian.given.rows, self._hessian.given.cols

    def intermediate(
        self,
        alg_mod: int,
        iter_count: int,
        obj_value: float,
        inf_pr: float,
        inf_du: float,
        mu: float,
        d_norm: float,
        regularization_size: float,
        alpha_du: float,
        alpha_pr: float,
        ls_trials: int,
    ) -> bool:
        """Note the iteration, call the user's callback, and say whether to go on."""
        if self.forward_output is not None:
            try:
                self.forward_output()
            except BaseException as error:  # raised again after the solve
                self.error = error
        info: dict[str, Any] = {
            "iteration": iter_count,
            "objective": obj_value,
            "inf_pr": inf_pr,
            "inf_du": inf_du,
            "mu": mu,
            "d_norm": d_norm,
            "regularization_size": regularization_size,
            "alpha_du": alpha_du,
            "alpha_pr": alpha_pr,
            "ls_trials": ls_trials,
            "restoration": alg_mod != 0,
        }
        return self.note(info, self._iterate)

    def _iterate(self) -> dict[str, Any]:
        """Point and multipliers of the current iteration, where the library tells them."""
        iterate = self.current_iterate() if self.current_iterate is not None else None
        if iterate is None:
            return {}
        return {
            "x": self.problem.structure.unflatten(iterate["x"]),
            "multipliers": self.problem.split(iterate["mult_g"]),
            "bound_multipliers": (iterate["mult_x_L"], iterate["mult_x_U"]),
        }
