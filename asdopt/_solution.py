"""The result of a solve, as a value that carries a human sentence.

Enters: what a solver adapter found. Leaves: :class:`Solution`, a SciPy ``OptimizeResult``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult

__all__ = ["Solution", "Status"]


class Status(enum.StrEnum):
    """How a solve ended; each value has a sentence in :attr:`sentence`."""

    OPTIMAL = "optimal"
    ACCEPTABLE = "acceptable"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    ITERATION_LIMIT = "iteration_limit"
    TIME_LIMIT = "time_limit"
    STOPPED = "stopped"
    SMALL_STEP = "small_step"
    EVALUATION_ERROR = "evaluation_error"
    INVALID = "invalid"
    FAILED = "failed"

    @property
    def sentence(self) -> str:
        """What happened, and what to do about it."""
        return _SENTENCES[self]

    @property
    def success(self) -> bool:
        """Whether x is a solution to the requested or an acceptable tolerance."""
        return self in (Status.OPTIMAL, Status.ACCEPTABLE, Status.FEASIBLE)


_SENTENCES = {
    Status.OPTIMAL: "A local optimum was found to the requested tolerance.",
    Status.ACCEPTABLE: "A point within the looser acceptable tolerance was found; better progress "
    "was not possible: look at scaling and at the derivatives near the solution.",
    Status.FEASIBLE: "A feasible point was found, as the square problem asks for.",
    Status.INFEASIBLE: "Converged to a point where the violation of the constraints cannot be "
    "reduced nearby: the problem may have no feasible point, or another x0 is needed; see "
    "violated.",
    Status.UNBOUNDED: "The iterates diverge; the objective seems unbounded below: check its sign "
    "and add bounds.",
    Status.ITERATION_LIMIT: "The iteration limit was reached: raise max_iter, or start from x with "
    "warm_start.",
    Status.TIME_LIMIT: "The time limit was reached: raise time_limit, or start from x with "
    "warm_start.",
    Status.STOPPED: "Stopped by the callback.",
    Status.SMALL_STEP: "The steps became too small to make progress: look at scaling and x0.",
    Status.EVALUATION_ERROR: "The functions gave NaN or infinity and no shorter step avoided it; "
    "see message for the place.",
    Status.INVALID: "The problem or an option is not valid for the solver; see message.",
    Status.FAILED: "The solver failed; see message.",
}


class Solution(OptimizeResult):
    """Result of :meth:`asdopt.Problem.solve`.

    Attributes
    ----------
    x : ndarray of float64, or the structure of x0
        Last point.
    fun : float
        Objective at x.
    success : bool
    status : Status
    message : str
        The solver's own words, and the place of a failed evaluation.
    multipliers : dict of str to ndarray
        Constraint multipliers by constraint name, sign of ``obj_factor * f + multipliers @ c``.
    bound_multipliers : tuple of ndarray
        Multipliers of the lower and the upper bounds, both nonnegative.
    constraints : dict of str to ndarray
        Constraint values at x by name.
    violations : dict of str to float
        Largest violation of each constraint (and of ``"bounds"``), those above 0 only.
    violated : list of Violation
        Where the solve failed: rows and variables outside of their bounds, the worst first.
    nit : int
        Iterations.
    history : list of dict
        One entry an iteration: objective, inf_pr, inf_du, mu, ...
    optimality : float
        Largest entry of the Lagrangian's gradient at x, unscaled.
    timings : dict of str to float
        Seconds by stage: trace, prepare, solve, and evaluation within it.
    solver : str
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name not in {"nfev", "njev", "nhev"}:
                raise
            raise AttributeError(
                f"{name}: evaluations are not counted; nit, history and timings say what a solve "
                "took"
            ) from None

    def __repr__(self) -> str:
        return "\n".join(f"{key:>12}{':' if key else ' '} {value}" for key, value in self._rows())

    __str__ = __repr__

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{key}</th>"
            f"<td style='text-align:left'>{escape(value)}</td></tr>"
            for key, value in self._rows()
        )
        return f"<table>{rows}</table>"

    def _rows(self) -> list[tuple[str, str]]:
        status: Status = self.status
        rows = [
            ("status", f"{status.value} - {status.sentence}"),
            ("objective", f"{self.fun:.10g}"),
            ("x", _short(self.x)),
            ("optimality", f"{self.optimality:.1e} in {_count(self.nit, 'iteration')}"),
        ]
        # An optimum needs no further words.
        if self.message and status is not Status.OPTIMAL:
            rows.append(("solver says", str(self.message)))
        # Solvers stop within their tolerance: that much is no news beside a success.
        shown = {k: v for k, v in self.violations.items() if v > 1e-6 or not self.success}
        if shown:
            rows.append(("violations", _largest(shown)))
        violated = self.get("violated", [])
        rows += [("", str(row)) for row in violated[:5]]
        if len(violated) > 5:
            rows.append(("", f"and {len(violated) - 5:,} more in violated"))
        if self.multipliers:
            sizes = {k: float(np.abs(v).max(initial=0.0)) for k, v in self.multipliers.items()}
            rows.append(("multipliers", f"{_largest(sizes)} (largest of each)"))
        rows.append(
            ("solver", f"{self.solver}" + (f", {self.library}" if "library" in self else ""))
        )
        rows.append(("seconds", ", ".join(f"{k} {v:.3g}" for k, v in self.timings.items())))
        return rows


def _largest(sizes: dict[str, float], most: int = 5) -> str:
    """Names with their sizes, largest first."""
    ordered = sorted(sizes.items(), key=lambda item: -item[1])
    more = f", and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(f"{k} {v:.2g}" for k, v in ordered[:most]) + more


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _short(value: Any, width: int = 90) -> str:
    """Write a point in a line, with six digits and the middle of long arrays left out."""
    if isinstance(value, Mapping):
        text = ", ".join(f"{key}: {_short(part, width)}" for key, part in value.items())
    elif isinstance(value, tuple) and hasattr(value, "_asdict"):
        text = _short(value._asdict(), width)
    elif is_dataclass(value):
        text = _short({f.name: getattr(value, f.name) for f in fields(value)}, width)
    elif isinstance(value, (list, tuple)):
        text = f"[{', '.join(_short(part, width) for part in value)}]"
    else:
        with np.printoptions(formatter={"float_kind": "{:.6g}".format}, threshold=8, edgeitems=2):
            text = " ".join(str(np.atleast_1d(value)).split())
        text = text[1:-1] if np.ndim(value) == 0 else text
    return text if len(text) <= width else text[: width - 3] + "..."
