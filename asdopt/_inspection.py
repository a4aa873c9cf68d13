"""What a user can ask of a problem besides its values: why, how large, and whether it is right.

Enters: a prepared problem. Leaves: explanations, checks, plots and reports. Next: ``_explain.py``,
``_check.py``, ``_diagnose.py``.
"""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from asdopt._check import DerivativeCheck, check_derivatives
from asdopt._errors import InputError
from asdopt._explain import Explanation, explain_first, explain_second
from asdopt._model import Model
from asdopt.tracing._trace import Trace

if TYPE_CHECKING:
    from asdopt._problem import Problem

__all__ = ["Inspection", "Violation"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Violation:
    """A constraint row or variable outside of its bounds, from :meth:`asdopt.Problem.violated`.

    Parameters
    ----------
    name : str
    value, lb, ub : float
    """

    name: str
    value: float
    lb: float
    ub: float

    @property
    def amount(self) -> float:
        """By how much the value is outside."""
        return max(self.lb - self.value, self.value - self.ub)

    def __str__(self) -> str:
        if math.isnan(self.value):
            return f"{self.name} is nan"
        below = self.value < self.lb
        side, bound = ("below", self.lb) if below else ("above", self.ub)
        return f"{self.name} is {self.value:.6g}, {side} its bound {bound:.6g} by {self.amount:.2g}"


class Inspection:
    """The part of :class:`asdopt.Problem` that explains and checks."""

    _model: Model

    @property
    def _problem(self) -> Problem:
        # Problem is the only class that inherits; mypy cannot be told in another way.
        return cast("Problem", self)

    def explain(self, row: int | str, variable: int | str) -> Explanation:
        """Say through which of the user's lines a variable reaches a constraint row.

        Parameters
        ----------
        row : int or str
            Number or name of the row (``row_names``); ``"objective"`` for the objective.
        variable : int or str
            Number or name of the variable (``names``).

        Returns
        -------
        Explanation
            False where the entry of the Jacobian is structurally zero.

        Notes
        -----
        Traces the functions once more at the last point, noting lines.
        """
        output = (
            0 if row == "objective" else 1 + _number(row, self._problem.row_names, "constraint row")
        )
        column = _number(variable, self._problem.names, "variable")
        title = f"{self.output_label(output)} depends on {self._problem.names[column]}"
        trace = self._model.record(self._problem.evaluator.point, note_lines=True)
        return explain_first(trace, title, output, column)

    def explain_hessian(self, first: int | str, second: int | str) -> Explanation:
        """Say in which of the user's lines two variables meet nonlinearly.

        Parameters
        ----------
        first, second : int or str
            Numbers or names of variables.

        Returns
        -------
        Explanation
            False where the entry of the Hessian is structurally zero.
        """
        i = _number(first, self._problem.names, "variable")
        j = _number(second, self._problem.names, "variable")
        title = f"{self._problem.names[i]} and {self._problem.names[j]} meet"
        trace = self._model.record(self._problem.evaluator.point, note_lines=True)
        return explain_second(trace, title, self._model.label, i, j)

    def output_label(self, output: int) -> str:
        """Name of the objective (0) or of constraint row ``output - 1`` in messages."""
        return self._model.label(output)

    def why_not_finite(self, x: FloatArray) -> str:
        """Say which operation at which line of the user makes a value or derivative not finite.

        Parameters
        ----------
        x : ndarray of float64, shape (n,)

        Returns
        -------
        str
            Empty where everything is finite.
        """
        return self._model.why_not_finite(x)

    def trace(self, x: Any = None, note_lines: bool = False) -> Trace:
        """Record the functions anew, with the current parameters.

        Parameters
        ----------
        x : array_like, optional
            Point; default x0.
        note_lines : bool
            Keep the user's line of each operation.

        Returns
        -------
        Trace
            Output 0 is the objective, the constraint rows follow; nodes have their values at x.
        """
        point = self._problem.x0 if x is None else self._problem._point(x)
        return self._model.record(point, note_lines=note_lines)

    def check_derivatives(
        self, x: Any = None, tolerance: float = 1e-6, seed: int = 0
    ) -> DerivativeCheck:
        """Compare values and derivatives with plain Python and finite differences.

        The user's functions are called with plain floats, so a fault of tracing is seen too.

        Parameters
        ----------
        x : array_like, optional
            Point; default x0.
        tolerance : float
            Largest relative error that passes.
        seed : int
            For the multipliers, and for the choice of columns beyond 200 variables.

        Returns
        -------
        DerivativeCheck
            True where everything agrees; its text names the worst entries.

        Notes
        -----
        Needs four calls of the functions and of the gradient for each variable.
        """
        point = self._problem.x0 if x is None else self._problem._point(x)
        return check_derivatives(self._problem, self._model.plain_outputs, point, tolerance, seed)

    def violated(self, x: Any, tolerance: float = 1e-6) -> list[Violation]:
        """List what a point violates, the worst first.

        Parameters
        ----------
        x : array_like or Solution
            Point.
        tolerance : float
            Smaller violations are left out.

        Returns
        -------
        list of Violation
            Constraint rows and variables outside of their bounds, by name. As text, a sentence.

        Examples
        --------
        >>> import asdopt
        >>> demand = asdopt.Constraint(lambda x: x[0] + x[1], lb=5.0, name="demand")
        >>> problem = asdopt.Problem(lambda x: x[0], demand, x0=[1.0, 2.0], bounds=[(0, 1)] * 2)
        >>> print(*problem.violated([1.0, 2.0]), sep="; ")
        demand is 3, below its bound 5 by 2; x[1] is 2, above its bound 1 by 1
        """
        problem = self._problem
        # A solution is a dict with attributes, which a structured x is not.
        point = problem._point(x.x if isinstance(x, dict) and hasattr(x, "x") else x)
        values = np.append(problem.evaluator.outputs(point)[1:], point)
        low, high = np.append(problem.cl, problem.lb), np.append(problem.cu, problem.ub)
        amounts = np.maximum(low - values, values - high)
        found = np.flatnonzero(~(amounts <= tolerance))  # NaN is no fulfillment
        worst = found[np.argsort(-amounts[found], kind="stable")]
        names = [*problem.row_names, *problem.names]
        return [Violation(names[i], *map(float, (values[i], low[i], high[i]))) for i in worst]

    def spy(self, axes: Any = None) -> Any:
        """Draw the patterns of Jacobian and Hessian with matplotlib.

        Parameters
        ----------
        axes : pair of matplotlib axes, optional

        Returns
        -------
        pair of matplotlib axes

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        if axes is None:
            from asdopt.plotting import side_by_side

            axes = side_by_side(2)
        for ax, pattern, title in zip(
            axes,
            (self._problem.jacobian_pattern, self._problem.hessian_pattern.symmetrized()),
            ("Jacobian of the constraints", "Hessian of the Lagrangian"),
            strict=True,
        ):
            pattern.spy(ax)
            ax.set_title(f"{title}, {pattern.nnz:,} nonzeros")
        return axes

    def report(self) -> str:
        """Sizes, sparsity, branches and the time each stage took, as text."""
        equal = int(np.count_nonzero(self._problem.cl == self._problem.cu))
        jac, ev = self._problem.jacobian_pattern, self._problem.evaluator
        bounded = int(
            np.count_nonzero(np.isfinite(self._problem.lb) | np.isfinite(self._problem.ub))
        )
        m = self._problem.m
        kinds = [
            f"{count:,} {one if count == 1 else many}"
            for count, one, many in (
                (equal, "equation", "equations"),
                (m - equal, "inequality", "inequalities"),
            )
            if count
        ]
        branches = f", {ev.num_branches} branch outcomes traced" if ev.num_branches > 1 else ""
        rows = [
            ("variables", f"{self._problem.n:,}, {bounded:,} with bounds"),
            ("constraints", ", ".join(kinds) or "none"),
            ("Jacobian", f"{jac.nnz:,} nonzeros, {_percent(jac.density)} dense"),
            ("Hessian", ev.hessian_size),
            ("tape", f"{ev.trace.num_nodes:,} nodes{branches}"),
            ("seconds", f"trace {ev.trace_seconds:.3g}, prepare {ev.prepare_seconds:.3g}"),
        ]
        if not m:
            rows = [row for row in rows if row[0] != "Jacobian"]
        return "\n".join(f"{name:>12}: {text}" for name, text in rows)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _number(key: int | str, names: Sequence[str], what: str) -> int:
    if isinstance(key, str):
        if key not in names:
            close = difflib.get_close_matches(key, names, n=1)
            shown = ", ".join(map(repr, names[:8])) + (", ..." if len(names) > 8 else "")
            hint = f"did you mean {close[0]!r}?" if close else f"there are {shown or 'none'}"
            raise InputError(f"there is no {what} named {key!r}: {hint}")
        return list(names).index(key)
    try:
        index = operator.index(key)
    except TypeError:
        raise InputError(
            f"{what} {key!r} of type {type(key).__name__} was asked for: give a name or an integer"
        ) from None
    if not -len(names) <= index < len(names):
        raise InputError(
            f"{what} {index} was asked for, there are {len(names)}: they are counted from 0"
        )
    return index % len(names)
