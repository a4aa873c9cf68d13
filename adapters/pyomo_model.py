"""Pyomo: a model as a problem, solved by Ipopt without the ASL library.

Enters: a Pyomo model. Leaves: a problem of its active objective and constraints, and after a solve
the values of the variables and the multipliers in the model. Importing this module registers the
solver ``"asdopt"``.

References
----------
Bynum, Hackebeil, Hart, Laird, Nicholson, Siirola, Watson, Woodruff: Pyomo, optimization modeling
in Python. 3rd ed., Springer (2021), doi:10.1007/978-3-030-68928-5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._constraints import Constraint
from asdopt._errors import InputError, MissingDependencyError, UnsupportedOperationError
from asdopt._problem import Problem
from asdopt._solution import Solution, Status

try:
    import pyomo.environ as pyo
    from pyomo.core.expr.visitor import identify_variables
    from pyomo.opt import SolverFactory, SolverResults, SolverStatus, TerminationCondition
except ImportError as error:
    raise MissingDependencyError(
        'the adapter to Pyomo needs Pyomo: pip install "asdopt[pyomo]"'
    ) from error

from asdopt.adapters._pyomo_grey_box import GreyBox, grey_box_rows
from asdopt.adapters._pyomo_walk import Walker

__all__ = ["GreyBox", "PyomoModel", "PyomoSolver"]

FloatArray = npt.NDArray[np.float64]
# Components that add something to the problem which is none of objective, constraint, variable.
_REFUSED = {
    "Complementarity": "a complementarity condition: transform it (mpec.simple_nonlinear)",
    "Disjunct": "a disjunct: it needs integers, which Ipopt lacks",
    "Disjunction": "a disjunction: it needs integers, which Ipopt lacks",
    "LogicalConstraint": "a logical constraint: a nonlinear solver has none",
    "SOSConstraint": "a special ordered set: a nonlinear solver has none",
    "DAE": "a differential equation: discretize it (dae.collocation)",
    "ContinuousSet": "a differential equation: discretize it (dae.collocation)",
}
_CONDITIONS = {
    Status.OPTIMAL: (SolverStatus.ok, TerminationCondition.optimal),
    Status.ACCEPTABLE: (SolverStatus.ok, TerminationCondition.optimal),
    Status.FEASIBLE: (SolverStatus.ok, TerminationCondition.feasible),
    Status.INFEASIBLE: (SolverStatus.warning, TerminationCondition.infeasible),
    Status.UNBOUNDED: (SolverStatus.warning, TerminationCondition.unbounded),
    Status.ITERATION_LIMIT: (SolverStatus.ok, TerminationCondition.maxIterations),
    Status.TIME_LIMIT: (SolverStatus.ok, TerminationCondition.maxTimeLimit),
    Status.STOPPED: (SolverStatus.aborted, TerminationCondition.userInterrupt),
    Status.SMALL_STEP: (SolverStatus.warning, TerminationCondition.minStepLength),
    Status.INVALID: (SolverStatus.error, TerminationCondition.invalidProblem),
}


class PyomoModel:
    """A Pyomo model, read.

    Parameters
    ----------
    model : pyomo.environ.Block or ConcreteModel
        With one active objective or none. Fixed variables and parameters count as numbers, at
        their values now.

    Attributes
    ----------
    problem : Problem
        Minimizes the objective, or its negative where it is maximized. Variables start at their
        values, or at 0, within their bounds.
    variables : list of VarData
        In the order of the problem's x: those that occur and are not fixed.
    constraints : list of ConstraintData
        In the order of the problem's rows; those of grey boxes come after them.

    Raises
    ------
    UnsupportedOperationError
        An integer variable, or a component or function that is not of a nonlinear program.
    InputError
        Several active objectives, or no variable.

    Examples
    --------
    >>> import pyomo.environ as pyo
    >>> from asdopt.adapters.pyomo_model import PyomoModel
    >>> model = pyo.ConcreteModel()
    >>> model.x = pyo.Var(initialize=1.0)
    >>> model.y = pyo.Var(initialize=1.0)
    >>> model.cost = pyo.Objective(expr=(model.x - 1.0) ** 2 + model.y**2)
    >>> model.curve = pyo.Constraint(expr=model.x * model.y == 1.0)
    >>> read = PyomoModel(model)
    >>> read.load(read.problem.solve())
    >>> round(pyo.value(model.cost), 4)
    0.6695
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        if not model.is_constructed():
            raise InputError(
                f"the model {model.name!r} is abstract, without data: make an instance of it, "
                "model.create_instance(data)"
            )
        _check_components(model)
        objectives = list(model.component_data_objects(pyo.Objective, active=True))
        if len(objectives) > 1:
            names = ", ".join(o.name for o in objectives[:5])
            raise InputError(
                f"the model has {len(objectives)} active objectives ({names}); deactivate all but "
                "one"
            )
        self._objective = objectives[0] if objectives else None
        groups: dict[str, list[Any]] = {}
        for row in model.component_data_objects(pyo.Constraint, active=True):
            if row.has_lb() or row.has_ub():
                groups.setdefault(row.parent_component().name, []).append(row)
        self.constraints = [row for rows in groups.values() for row in rows]
        boxes = grey_box_rows(model)
        self.variables = self._find_variables([v for box in boxes for v in box.variables])
        self._sign = -1.0 if self._objective is not None and _is_maximized(self._objective) else 1.0
        self._places = {id(v): k for k, v in enumerate(self.variables)}
        lower = [_number(v.lb, -np.inf) for v in self.variables]
        upper = [_number(v.ub, np.inf) for v in self.variables]
        start = [_number(v.value, 0.0) for v in self.variables]
        self.problem = Problem(
            None if not objectives else self._cost(objectives[0]),
            [
                Constraint(
                    self._bodies(rows),
                    [_number(pyo.value(row.lower), -np.inf) for row in rows],
                    [_number(pyo.value(row.upper), np.inf) for row in rows],
                    name,
                )
                for name, rows in groups.items()
            ]
            + [Constraint(box.function(self._places), 0.0, 0.0, box.name) for box in boxes],
            x0=np.clip(start, lower, upper),
            bounds=list(zip(lower, upper, strict=True)),
            names=[v.name for v in self.variables],
        )

    def load(self, solution: Solution) -> None:
        """Write a solution into the model.

        Parameters
        ----------
        solution : Solution

        Notes
        -----
        Suffixes that import ``dual`` receive how fast the objective grows with the bound of each
        constraint, those that import ``rc`` the same for the bounds of variables.
        """
        for variable, value in zip(self.variables, np.ravel(solution.x), strict=True):
            variable.set_value(float(value), skip_validation=True)
        multipliers = np.concatenate([*map(np.ravel, solution.multipliers.values()), np.empty(0)])
        low, high = solution.bound_multipliers
        rates = {
            "dual": (self.constraints, -self._sign * multipliers[: len(self.constraints)]),
            "rc": (self.variables, self._sign * (np.ravel(low) - np.ravel(high))),
        }
        for suffix in self._model.component_objects(pyo.Suffix, active=True):
            if suffix.local_name in rates and suffix.import_enabled():
                suffix.clear()
                for key, value in zip(*rates[suffix.local_name], strict=True):
                    suffix[key] = float(value)

    def _find_variables(self, more: list[Any]) -> list[Any]:
        found: dict[int, Any] = {id(variable): variable for variable in more}
        roots = [row.body for row in self.constraints]
        if self._objective is not None:
            roots.insert(0, self._objective.expr)
        for root in roots:
            for variable in identify_variables(root, include_fixed=False):
                found.setdefault(id(variable), variable)
        if not found:
            raise InputError("the model's objective and constraints have no free variable")
        # As declared, which keeps what belongs together apart from the order of terms.
        declared = self._model.component_data_objects(pyo.Var, descend_into=True)
        ordered = {id(v): v for v in declared if id(v) in found}
        variables = list((ordered | found).values())
        for variable in variables:
            if not variable.is_continuous():
                raise UnsupportedOperationError(
                    f"variable {variable.name} is integer or binary; Ipopt has continuous "
                    "variables only: fix it, or relax it (TransformationFactory("
                    "'core.relax_integer_vars'))"
                )
        return variables

    def _walker(self, x: Any) -> Walker:
        return Walker({key: x[place] for key, place in self._places.items()})

    def _cost(self, objective: Any) -> Callable[[Any], Any]:
        def cost(x: Any) -> Any:
            return self._sign * self._walker(x)(objective.expr)

        return cost

    def _bodies(self, rows: list[Any]) -> Callable[[Any], list[Any]]:
        def bodies(x: Any) -> list[Any]:
            walker = self._walker(x)
            return [walker(row.body) for row in rows]

        return bodies


class PyomoSolver:
    """Pyomo's solver ``"asdopt"``: ``SolverFactory("asdopt").solve(model)``.

    Parameters
    ----------
    options : mapping, optional
        Options of Ipopt.

    Examples
    --------
    >>> import pyomo.environ as pyo
    >>> import asdopt.adapters.pyomo_model
    >>> model = pyo.ConcreteModel()
    >>> model.x = pyo.Var(bounds=(2.0, None))
    >>> model.cost = pyo.Objective(expr=model.x**2)
    >>> results = pyo.SolverFactory("asdopt").solve(model, options={"tol": 1e-9})
    >>> print(results.solver.termination_condition, round(model.x.value, 6))
    optimal 2.0
    """

    def __init__(self, options: Mapping[str, Any] | None = None, **unknown: Any) -> None:
        self.options: dict[str, Any] = dict(options or {})
        # Refused when it solves: Pyomo turns what a constructor raises into a warning.
        self._unknown = unknown

    def set_options(self, text: str) -> None:
        """Refuse a solver within the solver, which Pyomo sets by this."""
        raise InputError(
            f"the solver 'asdopt' was given {text!r}; it solves by Ipopt: for another solver use "
            "asdopt.adapters.pyomo_model.PyomoModel(model).problem.solve(...)"
        )

    def available(self, exception_flag: bool = True) -> bool:
        """Tell that the solver is there; which Ipopt is found shows when it solves."""
        return True

    def license_is_valid(self) -> bool:
        """Tell that no license is needed."""
        return True

    def version(self) -> tuple[int, ...]:
        """Version of asdopt."""
        import asdopt

        return tuple(int(part) for part in asdopt.__version__.split(".")[:3])

    def solve(
        self,
        model: Any,
        *,
        tee: bool = False,
        options: Mapping[str, Any] | None = None,
        load_solutions: bool = True,
        timelimit: float | None = None,
        **unknown: Any,
    ) -> SolverResults:
        """Solve a model.

        Parameters
        ----------
        model : pyomo.environ.ConcreteModel
        tee : bool
            Show what Ipopt prints.
        options : mapping, optional
            Options of Ipopt, beside :attr:`options`.
        load_solutions : bool
            Write the values into the model.
        timelimit : float, optional
            Seconds.

        Returns
        -------
        pyomo.opt.SolverResults
        """
        unknown = self._unknown | unknown
        if unknown:
            raise InputError(
                f"the solver 'asdopt' was given {', '.join(sorted(unknown))}, which it does not "
                "know; it takes tee, options, load_solutions, timelimit; Ipopt's options stand in "
                'a dict, options={"tol": 1e-9}'
            )
        start = perf_counter()
        read = PyomoModel(model)
        chosen = {"print_level": 5 if tee else 0, **self.options, **dict(options or {})}
        solution = read.problem.solve(time_limit=timelimit, options=chosen)
        if load_solutions:
            read.load(solution)
        return _results(read, solution, perf_counter() - start)

    def __enter__(self) -> PyomoSolver:
        return self

    def __exit__(self, *_: object) -> None:
        return None


SolverFactory.register("asdopt", doc="Ipopt with exact sparse derivatives of asdopt")(PyomoSolver)


def _results(read: PyomoModel, solution: Solution, seconds: float) -> SolverResults:
    results = SolverResults()
    status, condition = _CONDITIONS.get(
        solution.status, (SolverStatus.error, TerminationCondition.error)
    )
    results.solver.name = "asdopt"
    results.solver.status = status
    results.solver.termination_condition = condition
    results.solver.message = solution.message
    results.solver.time = seconds
    problem = results.problem
    problem.number_of_variables = read.problem.n
    problem.number_of_constraints = read.problem.m
    problem.number_of_objectives = 0 if read._objective is None else 1
    problem.sense = pyo.maximize if read._sign < 0 else pyo.minimize
    if solution.success:
        value = read._sign * solution.fun
        if read._sign < 0:
            problem.lower_bound = value
        else:
            problem.upper_bound = value
    return results


def _check_components(model: Any) -> None:
    for kind in model.collect_ctypes(active=True, descend_into=True):
        if kind.__name__ in _REFUSED:
            name = next(model.component_objects(kind, active=True)).name
            raise UnsupportedOperationError(
                f"the model's component {name} is {_REFUSED[kind.__name__]}"
            )


def _is_maximized(objective: Any) -> bool:
    return bool(objective.sense == pyo.maximize)


def _number(value: Any, default: float) -> float:
    return default if value is None else float(value)
