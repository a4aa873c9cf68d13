"""Grey boxes of Pyomo: Python functions inside of models, in both directions.

Enters: a plain Python function, or an ``ExternalGreyBoxBlock`` of a model. Leaves: a grey box with
exact sparse derivatives for solvers of PyNumero, or constraint rows for a problem. Next:
``pyomo_model.py``.

References
----------
Rodriguez, Parker, Laird, Nicholson, Siirola, Bynum: Scalable parallel nonlinear optimization with
PyNumero and Parapint. INFORMS J. Comput. 35 (2023), doi:10.1287/ijoc.2023.1272.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.contrib.pynumero.interfaces.external_grey_box import (
    ExternalGreyBoxBlock,
    ExternalGreyBoxModel,
)
from scipy import sparse

from asdopt._constraints import Constraint
from asdopt._errors import InputError, UnsupportedOperationError
from asdopt._external import external
from asdopt._problem import Problem
from asdopt.tracing._callee import HOOK

__all__ = ["GreyBox", "Rows", "grey_box_rows"]

FloatArray = npt.NDArray[np.float64]


class GreyBox(ExternalGreyBoxModel):  # type: ignore[misc]  # Pyomo has no types
    """A plain Python function as a grey box of Pyomo, with exact sparse derivatives.

    Parameters
    ----------
    fun : callable
        ``fun(x)`` of an array with one entry for each input; returns the residuals of the
        equations, which the solver makes 0, and after these the outputs.
    inputs : mapping of str to float
        Names of the inputs and their starting values, where the function is traced.
    outputs, equations : sequence of str
        Names of what the function returns.

    Raises
    ------
    InputError
        The function returns another number of values.

    Notes
    -----
    The solver ``"asdopt"`` follows the function itself, as part of the model. Solvers of PyNumero
    get values, Jacobians and Hessians by the interface; they need Pyomo's ASL library, which pip
    does not install.

    Examples
    --------
    >>> import pyomo.environ as pyo
    >>> from pyomo.contrib.pynumero.interfaces.external_grey_box import ExternalGreyBoxBlock
    >>> from asdopt.adapters.pyomo_model import GreyBox
    >>> model = pyo.ConcreteModel()
    >>> model.tank = ExternalGreyBoxBlock()
    >>> model.tank.set_external_model(
    ...     GreyBox(lambda x: [sum(v**2 for v in x)], {"a": 1.0, "b": 2.0}, ["size"])
    ... )
    >>> model.limit = pyo.Constraint(expr=model.tank.inputs["a"] + model.tank.inputs["b"] == 2)
    >>> model.cost = pyo.Objective(expr=model.tank.outputs["size"])
    >>> results = pyo.SolverFactory("asdopt").solve(model)
    >>> round(pyo.value(model.tank.inputs["a"]), 6)
    1.0
    """

    def __init__(
        self,
        fun: Callable[[Any], Any],
        inputs: Mapping[str, float],
        outputs: Sequence[str] = (),
        equations: Sequence[str] = (),
    ) -> None:
        given: Any = inputs
        if not isinstance(given, Mapping) or not given:
            raise InputError(
                f"inputs of a grey box are {given!r}: give a mapping from their names to starting "
                "values, where the function is traced"
            )
        self.fun = fun
        self._inputs, self._outputs, self._equations = dict(inputs), list(outputs), list(equations)
        self._problem = Problem(
            None,
            Constraint(fun, -np.inf, np.inf, "grey box"),
            x0=np.array(list(inputs.values()), dtype=np.float64),
            names=list(inputs),
        )
        wanted = len(self._equations) + len(self._outputs)
        if self._problem.m != wanted:
            raise InputError(
                f"the function of a grey box returned {self._problem.m} values, and it has "
                f"{len(self._equations)} equations and {len(self._outputs)} outputs: name each "
                "value, equations first"
            )
        self._x = self._problem.x0
        self._multipliers = np.zeros(wanted)

    def input_names(self) -> list[str]:
        """Names of the inputs."""
        return list(self._inputs)

    def output_names(self) -> list[str]:
        """Names of the outputs."""
        return self._outputs

    def equality_constraint_names(self) -> list[str]:
        """Names of the equations."""
        return self._equations

    def finalize_block_construction(self, pyomo_block: Any) -> None:
        """Start the inputs of the block at their values."""
        for name, value in self._inputs.items():
            pyomo_block.inputs[name].set_value(value)

    def set_input_values(self, input_values: Any) -> None:
        """Take a point."""
        self._x = np.array(input_values, dtype=np.float64)

    def set_equality_constraint_multipliers(self, eq_con_multiplier_values: Any) -> None:
        """Take the multipliers of the equations."""
        self._multipliers[: len(self._equations)] = eq_con_multiplier_values

    def set_output_constraint_multipliers(self, output_con_multiplier_values: Any) -> None:
        """Take the multipliers of the outputs."""
        self._multipliers[len(self._equations) :] = output_con_multiplier_values

    def evaluate_equality_constraints(self) -> FloatArray:
        """Residuals of the equations."""
        return self._problem.constraints(self._x)[: len(self._equations)].copy()

    def evaluate_outputs(self) -> FloatArray:
        """Values of the outputs."""
        return self._problem.constraints(self._x)[len(self._equations) :].copy()

    def evaluate_jacobian_equality_constraints(self) -> Any:
        """Jacobian of the equations."""
        return sparse.coo_matrix(self._problem.jacobian(self._x)[: len(self._equations)])

    def evaluate_jacobian_outputs(self) -> Any:
        """Jacobian of the outputs."""
        return sparse.coo_matrix(self._problem.jacobian(self._x)[len(self._equations) :])

    def evaluate_hessian_equality_constraints(self) -> Any:
        """Hessian of the equations times their multipliers, lower triangle."""
        return self._hessian(slice(None, len(self._equations)))

    def evaluate_hessian_outputs(self) -> Any:
        """Hessian of the outputs times their multipliers, lower triangle."""
        return self._hessian(slice(len(self._equations), None))

    def _hessian(self, part: slice) -> Any:
        weights = np.zeros_like(self._multipliers)
        weights[part] = self._multipliers[part]
        return sparse.coo_matrix(self._problem.hessian(self._x, weights, 0.0))


class Rows:
    """Constraint rows of a grey box in a model: residuals, and outputs less their function.

    Parameters
    ----------
    block : ExternalGreyBoxBlockData
    """

    def __init__(self, block: Any) -> None:
        model = block.get_external_model()
        self.name = str(block.name)
        if model.has_objective():
            raise UnsupportedOperationError(
                f"the grey box {self.name} has an objective of its own: give it as an output, and "
                "that to the model's objective"
            )
        self.inputs = [block.inputs[name] for name in model.input_names()]
        self.outputs = [block.outputs[name] for name in model.output_names()]
        self.num_equations = model.n_equality_constraints()
        self.call = model.fun if isinstance(model, GreyBox) else _black_box(model)

    @property
    def variables(self) -> list[Any]:
        """Variables that are not fixed."""
        return [v for v in (*self.inputs, *self.outputs) if not v.fixed]

    def function(self, places: Mapping[int, int]) -> Callable[[Any], Any]:
        """Make the rows as a function of the problem's x."""
        call, first = self.call, self.num_equations

        def pick(x: Any, variables: list[Any]) -> Any:
            # A fixed variable is the number it is now.
            values = [x[places[id(v)]] if id(v) in places else float(v.value) for v in variables]
            return np.array(values)

        def rows(x: Any) -> Any:
            found = np.ravel(np.array(HOOK[call](pick(x, self.inputs))))
            return np.concatenate([found[:first], found[first:] - pick(x, self.outputs)])

        return rows


def grey_box_rows(model: Any) -> list[Rows]:
    """List the rows of all active grey boxes of a model."""
    return [
        Rows(block)
        for block in model.component_data_objects(ExternalGreyBoxBlock, active=True)
        if block.get_external_model() is not None
    ]


def _black_box(model: Any) -> Callable[[Any], Any]:
    """Call a grey box by its interface, with its derivatives."""
    equations, outputs = model.n_equality_constraints(), model.n_outputs()
    parts = [
        (
            equations,
            model.evaluate_equality_constraints,
            model.evaluate_jacobian_equality_constraints,
        ),
        (outputs, model.evaluate_outputs, model.evaluate_jacobian_outputs),
    ]
    used = [(values, jacobian) for count, values, jacobian in parts if count]

    def fun(x: Any) -> Any:
        model.set_input_values(x)
        return np.concatenate([np.ravel(values()) for values, _ in used])

    def jac(x: Any) -> Any:
        model.set_input_values(x)
        return sparse.vstack([sparse.coo_array(jacobian()) for _, jacobian in used]).tocsr()

    hessians = ["evaluate_hessian_equality_constraints"] if equations else []
    hessians += ["evaluate_hessian_outputs"] if outputs else []

    def hess(x: Any, weights: Any) -> Any:
        model.set_input_values(x)
        if equations:
            model.set_equality_constraint_multipliers(weights[:equations])
        if outputs:
            model.set_output_constraint_multipliers(weights[equations:])
        lower: FloatArray = np.sum([_lower(getattr(model, name)()) for name in hessians], axis=0)
        return lower + np.tril(lower, -1).T

    exact = all(hasattr(model, name) for name in hessians)
    return external(fun, jac=jac, hess=hess if exact else None)


def _lower(hessian: Any) -> FloatArray:
    """Lower triangle, which PyNumero takes; the upper one may be given too."""
    whole: FloatArray = sparse.csr_array(hessian).toarray()
    lower, upper = np.tril(whole), np.triu(whole, 1)
    if upper.any() and not np.allclose(upper.T, np.tril(whole, -1)):
        raise InputError(
            "the Hessian of a grey box has entries above its diagonal that are not those below "
            "it, and PyNumero takes the lower triangle: give row >= col only"
        )
    return lower
